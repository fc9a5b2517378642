#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_operation_info
short_description: Look at asynchronous operations, or wait for them
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Returns the state of one or many operations, and waits for all of them if wanted, in one loop with few requests.
  - With O(wait=true) the task fails when one of them failed, after all have ended. Without, it only reports.
options:
  operation_ids:
    description:
      - Ids of the operations, as RV(azureml.model_management.mms_image#module:operation.id) returns them.
    type: list
    elements: str
    required: true
  wait:
    description:
      - Whether to wait until all operations have ended.
    type: bool
    default: false
  wait_timeout:
    description:
      - Number of seconds after which waiting is given up and the task fails.
    type: int
    default: 1800
  poll_interval:
    description:
      - Longest pause between two looks, in seconds. The first pauses are shorter.
    type: float
    default: 5.0
extends_documentation_fragment:
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes.info
seealso:
  - module: azureml.model_management.mms_image
  - module: azureml.model_management.mms_service
"""

EXAMPLES = r"""
- name: Start building two images
  azureml.model_management.mms_image:
    name: "{{ item }}"
    manifest: iris
    compute_resource_id: "{{ cluster_id }}"
    wait: false
  loop: [iris-a, iris-b]
  register: builds

- name: Wait for both in one go
  azureml.model_management.mms_operation_info:
    operation_ids: "{{ builds.results | map(attribute='operation.id') }}"
    wait: true
    wait_timeout: 900
"""

RETURN = r"""
operations:
  description: The operations, in the order of O(operation_ids).
  returned: success
  type: list
  elements: dict
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
from ansible_collections.azureml.model_management.plugins.module_utils._options.wait import WAIT_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task, reporting, run_module
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.operation import operations

TASK = Task(
    options={
        "operation_ids": {"type": "list", "elements": "str", "required": True},
        **WAIT_OPTIONS,
        "wait": {"type": "bool", "default": False},
        **CONNECTION_OPTIONS,
        **AUTH_OPTIONS,
    },
    run=reporting(operations),
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
