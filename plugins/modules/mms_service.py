#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_service
short_description: Run a web service from an image
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Makes sure that a web service runs as described. It is created if it does not exist, and otherwise updated in
    place; RV(changes) tells in what.
  - A deployment that someone else has begun is waited for. A service whose last deployment failed is deployed again.
  - When a deployment fails, the service's details and the last lines of its log are in the message.
options:
  state:
    description:
      - Whether the service is to exist.
    type: str
    choices: [absent, present]
    default: present
  name:
    description:
      - Name of the service. The service allows 3 to 32 lower-case letters, digits, hyphens and dots, with a letter or
        digit at both ends.
    type: str
  id:
    description:
      - Id of the service to delete. Only with O(state=absent).
    type: str
  image:
    description:
      - The image, by id, by name (its newest good version) or as C(name:version).
      - Needed to create a service.
    type: str
  compute_resource_id:
    description:
      - Id of the operationalization cluster that the service runs on. It cannot be changed. Needed to create a
        service in generation V(2017-09-01-preview), unknown in V(2017-06-01-privatepreview).
      - Given together with O(kubeconfig) and O(pull_secret), each generation takes what it has, so one task serves all.
    type: str
  compute:
    description:
      - The compute that the service runs on, in generation V(v1.0); unknown in the others. It cannot be changed.
      - O(compute_resource_id) says the same of an AKS compute target, by the last part of its id.
    type: dict
    suboptions:
      type:
        description:
          - V(aks) for a compute target of the workspace, V(aci) for a container instance.
        type: str
        choices: [aci, aks]
      name:
        description:
          - Name of the compute target; for V(aks).
        type: str
  kubeconfig:
    description:
      - Access to the Kubernetes cluster that the service runs on, as a path, as text (YAML or JSON) or as a mapping.
        Only its current context travels, on one line, with the files that it names inside. A text or a mapping may not
        name files.
      - The service does not tell it again, so a new kubeconfig alone changes nothing.
      - Needed to create a service in generation V(2017-06-01-privatepreview), unknown in the other one.
    type: json
  pull_secret:
    description:
      - Name of the Kubernetes Secret with which the cluster pulls the image; see
        M(azureml.model_management.mms_pull_secret).
      - Needed in generation V(2017-06-01-privatepreview), unknown in the other one.
    type: str
  replicas:
    description:
      - Number of replicas. Not together with an enabled O(autoscaler).
      - Like all options below, but for O(app_insights_key) and the keys in O(data_collection), it is unknown or not
        changeable in generation V(2017-06-01-privatepreview).
    type: int
  autoscaler:
    description:
      - Automatic scaling.
    type: dict
    suboptions:
      enabled:
        description:
          - Whether the number of replicas follows the load.
        type: bool
      min_replicas:
        description:
          - Least number of replicas.
        type: int
      max_replicas:
        description:
          - Greatest number of replicas.
        type: int
      target_utilization:
        description:
          - Utilization to aim at, in per cent.
        type: int
      refresh_period:
        description:
          - Number of seconds between two decisions.
        type: int
  resources:
    description:
      - What each container reserves. Equal quantities are equal however they are written, V(0.1) and V(100m) for
        instance.
    type: dict
    suboptions:
      cpu:
        description:
          - Processors, as a Kubernetes quantity.
        type: str
      memory:
        description:
          - Memory, as a Kubernetes quantity.
        type: str
  max_concurrent_requests:
    description:
      - Number of requests that a container handles at once.
    type: int
  description:
    description:
      - Description. Only in generation V(v1.0), like the options from here to O(liveness_probe).
    type: str
  tags:
    description:
      - Tags. Those that are not named here stay.
    type: dict
  properties:
    description:
      - Properties. Those that are not named here stay, and the value of one cannot be changed later.
    type: dict
  auth_enabled:
    description:
      - Whether the service asks for a key. In the other generations it always does; here it does unless this is
        V(false).
    type: bool
  token_auth_enabled:
    description:
      - Whether the service asks for a token instead of a key. Only with V(aks).
    type: bool
  scoring_timeout:
    description:
      - Number of milliseconds that an answer may take.
    type: int
  max_queue_wait:
    description:
      - Number of milliseconds that a request may wait until a container takes it.
    type: int
  namespace:
    description:
      - Kubernetes namespace in which the service runs.
    type: str
  liveness_probe:
    description:
      - How the cluster finds out whether a container still works.
    type: dict
    suboptions:
      initial_delay:
        description:
          - Number of seconds before the first look.
        type: int
      period:
        description:
          - Number of seconds between two looks.
        type: int
      timeout:
        description:
          - Number of seconds until a look has failed.
        type: int
      success_threshold:
        description:
          - Number of good looks until a container counts as alive again.
        type: int
      failure_threshold:
        description:
          - Number of bad looks until a container is started anew.
        type: int
  app_insights_enabled:
    description:
      - Whether Application Insights is used.
    type: bool
  app_insights_key:
    description:
      - Instrumentation key of Application Insights. Only in generation V(2017-06-01-privatepreview), when the service
        is created.
    type: str
  data_collection:
    description:
      - Where requests and predictions are recorded.
    type: dict
    suboptions:
      storage_enabled:
        description:
          - Whether in blob storage.
        type: bool
      storage_key:
        description:
          - What opens the blob storage. Only in generation V(2017-06-01-privatepreview), when the service is created.
        type: str
      event_hub_enabled:
        description:
          - Whether in an event hub.
        type: bool
      event_hub_key:
        description:
          - What opens the event hub. Only in generation V(2017-06-01-privatepreview), when the service is created.
        type: str
extends_documentation_fragment:
  - azureml.model_management.wait
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes
seealso:
  - module: azureml.model_management.mms_service_info
  - module: azureml.model_management.mms_service_keys
  - module: azureml.model_management.mms_image
"""

EXAMPLES = r"""
- name: Run a web service
  azureml.model_management.mms_service:
    name: iris
    image: iris
    compute_resource_id: "{{ cluster_id }}"
    replicas: 1
    resources:
      cpu: 100m
      memory: 512Mi
  register: service

- name: Scale it automatically
  azureml.model_management.mms_service:
    name: iris-auto
    image: iris
    compute_resource_id: "{{ cluster_id }}"
    autoscaler:
      enabled: true
      min_replicas: 1
      max_replicas: 4
      target_utilization: 70

- name: Run a web service of a hosting account on the cluster of a kubeconfig
  azureml.model_management.mms_service:
    api_version: 2017-06-01-privatepreview
    name: iris-hosted
    image: "{{ hosting_image.image.id }}"
    kubeconfig: files/kubeconfig
    pull_secret: registry-pull

- name: Delete it
  azureml.model_management.mms_service:
    name: iris-auto
    state: absent
"""

RETURN = r"""
service:
  description: The service, or null when it was deleted.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the service. Null in check mode when it does not exist yet.
      returned: always
      type: str
    name:
      description: Name.
      returned: always
      type: str
      sample: iris
    state:
      description: How far the last deployment is.
      returned: always
      type: str
      sample: Succeeded
    scoring_uri:
      description: Where to send what is to be scored.
      returned: always
      type: str
      sample: http://127.0.0.1:8780/api/v1/service/iris/score
    image_id:
      description: Id of the image.
      returned: always
      type: str
    manifest_id:
      description: Id of the manifest of the image.
      returned: always
      type: str
    model_ids:
      description: Ids of the models in the image.
      returned: always
      type: list
      elements: str
    compute_resource_id:
      description: Id of the compute resource that it runs on.
      returned: always
      type: str
    compute:
      description: Where it runs, in generation V(v1.0).
      returned: always
      type: dict
      contains:
        type:
          description: V(aks) or V(aci).
          returned: always
          type: str
          sample: aks
        name:
          description: Name of the compute target; null for V(aci).
          returned: always
          type: str
          sample: cluster
    pull_secret:
      description: Name of the Kubernetes Secret that opens the registry.
      returned: always
      type: str
    replicas:
      description: Number of replicas.
      returned: always
      type: int
      sample: 2
    autoscaler:
      description: Automatic scaling.
      returned: always
      type: dict
      contains:
        enabled:
          description: Whether it is on.
          returned: always
          type: bool
        min_replicas:
          description: Lower bound.
          returned: always
          type: int
        max_replicas:
          description: Upper bound.
          returned: always
          type: int
        target_utilization:
          description: Utilization aimed at, in per cent.
          returned: always
          type: int
        refresh_period:
          description: Seconds between two decisions.
          returned: always
          type: int
    resources:
      description: What each container reserves.
      returned: always
      type: dict
      contains:
        cpu:
          description: Processors, as a Kubernetes quantity.
          returned: always
          type: str
          sample: 100m
        memory:
          description: Memory, as a Kubernetes quantity.
          returned: always
          type: str
          sample: 1Gi
    description:
      description: Description. Null where the generation has none.
      returned: always
      type: str
    tags:
      description: Tags. Null where the generation has none.
      returned: always
      type: dict
    properties:
      description: Properties, which are written once. Null where the generation has none.
      returned: always
      type: dict
    auth_enabled:
      description: Whether the service asks for a key. Null where the generation always does.
      returned: always
      type: bool
    token_auth_enabled:
      description: Whether the service asks for a token. Null where no generation or compute does.
      returned: always
      type: bool
    scoring_timeout:
      description: Milliseconds that an answer may take.
      returned: always
      type: int
      sample: 60000
    max_queue_wait:
      description: Milliseconds that a request may wait in the queue.
      returned: always
      type: int
      sample: 500
    namespace:
      description: Kubernetes namespace.
      returned: always
      type: str
    liveness_probe:
      description: How the cluster finds out whether a container still works.
      returned: always
      type: dict
      contains:
        initial_delay:
          description: Seconds before the first look.
          returned: always
          type: int
        period:
          description: Seconds between two looks.
          returned: always
          type: int
        timeout:
          description: Seconds until a look has failed.
          returned: always
          type: int
        success_threshold:
          description: Good looks until it counts as alive.
          returned: always
          type: int
        failure_threshold:
          description: Bad looks until it counts as dead.
          returned: always
          type: int
    max_concurrent_requests:
      description: Requests that a container handles at once.
      returned: always
      type: int
    app_insights_enabled:
      description: Whether Application Insights is used.
      returned: always
      type: bool
    data_collection:
      description: Where requests and predictions are recorded.
      returned: always
      type: dict
      contains:
        storage_enabled:
          description: Whether in blob storage.
          returned: always
          type: bool
        event_hub_enabled:
          description: Whether in an event hub.
          returned: always
          type: bool
    error:
      description: Why the last deployment failed, with C(code), C(message), C(status) and C(details).
      returned: always
      type: dict
    created_at:
      description: When it was created, UTC.
      returned: always
      type: str
    updated_at:
      description: When it was changed last, UTC.
      returned: always
      type: str
operation:
  description: The asynchronous operation that this task set off, as seen last. Null when there was none.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the operation, for M(azureml.model_management.mms_operation_info).
      returned: always
      type: str
    type:
      description: What it makes.
      returned: always
      type: str
      sample: Image
    state:
      description: How far it is.
      returned: always
      type: str
      sample: Succeeded
    resource_id:
      description: Id of what it makes.
      returned: always
      type: str
    error:
      description: Why it failed, with C(code), C(message), C(status) and C(details).
      returned: always
      type: dict
    created_at:
      description: When it was accepted, UTC.
      returned: always
      type: str
    phase:
      description: What goes on just now, where the service says so, as the local MMS does.
      returned: always
      type: str
    ended_at:
      description: When it ended, UTC.
      returned: always
      type: str
action:
  description:
    - What was done, or would be in check mode.
    - V(join) means that someone else is making just this; it was waited for.
  returned: success
  type: str
  choices: [none, create, update, join, delete]
  sample: create
missing:
  description: In check mode, what this depends on and does not exist yet, in words.
  returned: success
  type: list
  elements: str
changes:
  description: What differs from what exists, by name of the field. For something new it is compared with
    the newest version so far.
  returned: success
  type: dict
  sample: {description: {before: '', after: Iris classifier}}
request_ids:
  description: The latest exchanges with the service, the oldest first, at most 20. Quote them when you ask
    for support.
  returned: always
  type: list
  elements: dict
  contains:
    request:
      description: Method and path.
      returned: always
      type: str
    status:
      description: HTTP status.
      returned: always
      type: int
    request_id:
      description: The service's C(x-ms-request-id).
      returned: always
      type: str
    client_request_id:
      description: The C(x-ms-client-request-id) of both sides.
      returned: always
      type: str
retries:
  description: How often something was sent again, because it failed for a reason that passes. With C(-v),
    what and why.
  returned: always
  type: int
  sample: 0
failure:
  description: Why the task failed, as data. Always all of these keys.
  returned: on failure
  type: dict
  contains:
    code:
      description:
        - One word for the reason. Of answers of the service it is V(Unauthorized) for 401, V(Forbidden) for
          403, V(NotFound) for 404, V(Conflict) for 409, V(InUse) for 412, V(TooManyRequests) for 429, otherwise
          the service's own code.
        - Others are V(InvalidInput), V(NotFound), V(NotSupported), V(NoCredential), V(ServerNotRunning),
          V(ConnectionFailed), V(RequestTimedOut), V(TlsFailed), V(ProxyFailed), V(UnexpectedResponse), V(UploadFailed),
          V(OperationFailed), V(OperationCancelled), V(WaitTimeout), V(MissingLibrary).
      returned: always
      type: str
      sample: WaitTimeout
    message:
      description: The same in words, with what to do next.
      returned: always
      type: str
    status:
      description: HTTP status of the answer, null when there was none.
      returned: always
      type: int
      sample: 409
    service_code:
      description: The service's own word for the reason.
      returned: always
      type: str
      sample: BadRequest
    details:
      description: The service's details, each with C(code) and C(message).
      returned: always
      type: list
      elements: dict
    request_id:
      description: The service's id of the request.
      returned: always
      type: str
    client_request_id:
      description: The id that the client gave to the request.
      returned: always
      type: str
    operation_id:
      description: Id of the asynchronous operation concerned.
      returned: always
      type: str
    resume:
      description: How to go on from here.
      returned: always
      type: str
"""

from ansible_collections.azureml.model_management.plugins.module_utils._options.auth import AUTH_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._options.connection import CONNECTION_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._options.service import SERVICE_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._options.wait import WAIT_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task, converging, run_module
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.service import ServiceSteps

TASK = Task(
    options={**SERVICE_OPTIONS, **WAIT_OPTIONS, **CONNECTION_OPTIONS, **AUTH_OPTIONS},
    rules={"required_if": [("state", "present", ("name",)), ("state", "absent", ("id", "name"), True)]},
    run=converging(ServiceSteps),
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
