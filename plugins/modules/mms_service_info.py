#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_service_info
short_description: List web services
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Returns one service by its id, or all services that pass the filters.
  - The keys are not part of it; see M(azureml.model_management.mms_service_keys).
options:
  id:
    description:
      - Id of the one to return, a GUID with or without dashes. Not together with any other filter.
    type: str
  name:
    description:
      - Name of the service.
    type: str
  image_id:
    description:
      - Id of the image that it runs.
    type: str
  compute_resource_id:
    description:
      - Id of the compute resource that it runs on.
    type: str
  model_id:
    description:
      - Id of a model in its image. Not in generation V(2017-06-01-privatepreview).
    type: str
  model_name:
    description:
      - Name of a model in its image. Not in generation V(2017-06-01-privatepreview).
    type: str
  manifest_id:
    description:
      - Id of the manifest of its image. Not in generation V(2017-06-01-privatepreview).
    type: str
  manifest_name:
    description:
      - Name of the manifest of its image. Not in generation V(2017-06-01-privatepreview).
    type: str
  tag:
    description:
      - A tag that the service must have, as C(name) or C(name=value). Only in generation V(v1.0).
    type: str
  property:
    description:
      - A property that the service must have, as C(name) or C(name=value). Only in generation V(v1.0).
    type: str
extends_documentation_fragment:
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes.info
seealso:
  - module: azureml.model_management.mms_service
"""

EXAMPLES = r"""
- name: List the services that run any version of a model
  azureml.model_management.mms_service_info:
    model_name: iris
  register: found

- name: Show where to send requests
  ansible.builtin.debug:
    msg: "{{ found.services | map(attribute='scoring_uri') }}"
"""

RETURN = r"""
services:
  description: The services found; an empty list when there are none.
  returned: success
  type: list
  elements: dict
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
from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task, reporting, run_module
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.info import services

TASK = Task(
    options={
        "id": {"type": "str"},
        "name": {"type": "str"},
        "image_id": {"type": "str"},
        "compute_resource_id": {"type": "str"},
        "model_id": {"type": "str"},
        "model_name": {"type": "str"},
        "manifest_id": {"type": "str"},
        "manifest_name": {"type": "str"},
        "tag": {"type": "str"},
        "property": {"type": "str"},
        **CONNECTION_OPTIONS,
        **AUTH_OPTIONS,
    },
    run=reporting(services),
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
