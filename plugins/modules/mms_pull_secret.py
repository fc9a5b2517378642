#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_pull_secret
short_description: Let a Kubernetes cluster pull images from a registry
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Makes sure that a Kubernetes Secret opens a container registry. It is created, or corrected where it differs.
    M(azureml.model_management.mms_service) takes its name.
  - Only C(kubectl) is needed where this runs. Passwords reach it through its standard input, never on a command line.
  - Nothing is changed when registry, user, password and e-mail address are already the same, whoever wrote them and
    in whichever of the two formats that Kubernetes knows.
  - Logins to other registries in the same Secret stay as they are.
options:
  state:
    description:
      - Whether the Secret is to exist.
    type: str
    choices: [absent, present]
    default: present
  name:
    description:
      - Name of the Secret.
    type: str
    required: true
  namespace:
    description:
      - Namespace of the Secret, which is that of the pods. Unset, it is that of the context.
    type: str
  registry:
    description:
      - Login server of the registry. Needed when O(state=present).
    type: str
  username:
    description:
      - Who logs in to the registry. Needed when O(state=present).
    type: str
  password:
    description:
      - The password. Needed when O(state=present).
    type: str
  email:
    description:
      - An e-mail address, which some registries want. Unset, it is not compared.
    type: str
  verify_login:
    description:
      - Whether to ask the registry, before anything is changed and in check mode too, if it takes user and password.
      - It needs C(requests). A registry that cannot be reached from here, or that asks in a way that is not known here,
        is a warning, for the cluster may reach it all the same.
    type: bool
    default: false
extends_documentation_fragment:
  - azureml.model_management.kubernetes
  - azureml.model_management.attributes.local
notes:
  - Rights that are needed in the namespace are C(get) on secrets, and C(create), C(update) or C(delete) for what is
    to be done. They are asked for before anything is changed, in check mode too.
  - A Secret of the same name but of another type is refused.
seealso:
  - module: azureml.model_management.mms_service
  - module: azureml.model_management.mms_kubeconfig_info
"""

EXAMPLES = r"""
- name: Let the current cluster pull from the registry
  azureml.model_management.mms_pull_secret:
    name: iris-registry
    registry: myregistry.azurecr.io
    username: puller
    password: "{{ vault_registry_password }}"

- name: The same in another cluster, with a kubeconfig from a vault
  azureml.model_management.mms_pull_secret:
    name: iris-registry
    namespace: models
    registry: myregistry.azurecr.io
    username: puller
    password: "{{ vault_registry_password }}"
    kubeconfig: "{{ vault_kubeconfig }}"
    context: production

- name: Take it away again
  azureml.model_management.mms_pull_secret:
    name: iris-registry
    state: absent
"""

RETURN = r"""
pull_secret:
  description: The Secret, or null when it was deleted.
  returned: success
  type: dict
  contains:
    name:
      description: Name.
      returned: always
      type: str
      sample: iris-registry
    namespace:
      description: Namespace.
      returned: always
      type: str
      sample: default
    type:
      description: Type of the Secret.
      returned: always
      type: str
      sample: kubernetes.io/dockerconfigjson
    registry:
      description: The registry that the task is about.
      returned: always
      type: str
      sample: myregistry.azurecr.io
    registries:
      description: All registries that it opens.
      returned: always
      type: list
      elements: str
      sample: [myregistry.azurecr.io]
    username:
      description: Who logs in to the registry.
      returned: always
      type: str
    password:
      description: A mask where there is a password.
      returned: always
      type: str
    email:
      description: E-mail address.
      returned: always
      type: str
    resource_version:
      description: The cluster's mark of this state of the Secret. Null in check mode when it is about to
        change.
      returned: always
      type: str
action:
  description: What was done, or would be in check mode.
  returned: success
  type: str
  choices: [none, create, update, delete]
  sample: create
missing:
  description: In check mode, what this depends on and does not exist yet, in words.
  returned: success
  type: list
  elements: str
changes:
  description: What differs from what exists, by name of the field. The values of a password are masked.
  returned: success
  type: dict
  sample: {username: {before: puller, after: reader}}
request_ids:
  description: Always empty, for this module does not talk to the Model Management Service.
  returned: always
  type: list
  elements: dict
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

from ansible_collections.azureml.model_management.plugins.module_utils._options.kubernetes import KUBERNETES_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task, converging, run_module
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.pull_secret import PullSecretSteps

TASK = Task(
    options={
        "state": {"type": "str", "choices": ["absent", "present"], "default": "present"},
        "name": {"type": "str", "required": True},
        "namespace": {"type": "str"},
        "registry": {"type": "str"},
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "email": {"type": "str"},
        "verify_login": {"type": "bool", "default": False},
        **KUBERNETES_OPTIONS,
    },
    rules={"required_if": [("state", "present", ("registry", "username", "password"))]},
    run=converging(PullSecretSteps),
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
