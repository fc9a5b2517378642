#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_service_logs
short_description: Read the log of a web service
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Returns the last lines that a web service and its deployments have printed, what its driver program prints included.
  - The local MMS gives logs out in every O(api_version), and for a while those of services that were removed, too.
    Others that do not fail with C(NotFound).
options:
  service:
    description:
      - Name or id of the web service. Of a name that several removed services had, the last one is meant.
    type: str
    required: true
  tail:
    description:
      - How many of the last lines.
    type: int
    default: 100
extends_documentation_fragment:
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes.info
notes:
  - A log holds what the driver program writes. Drivers that print what they are asked put the data of users there.
seealso:
  - module: azureml.model_management.mms_service
  - module: azureml.model_management.mms_score
"""

EXAMPLES = r"""
- name: Read what the service printed last
  azureml.model_management.mms_service_logs:
    service: iris
    tail: 30
  register: log

- name: Show it
  ansible.builtin.debug:
    var: log.lines
"""

RETURN = r"""
service:
  description: What was asked for.
  returned: success
  type: str
  sample: iris
content:
  description: The lines as one text.
  returned: success
  type: str
lines:
  description: The lines.
  returned: success
  type: list
  elements: str
removed_at:
  description: When the service was removed, UTC, if it was.
  returned: success
  type: str
  sample: '2026-11-27T00:40:02.123456Z'
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
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.service_logs import service_logs

TASK = Task(
    options={
        "service": {"type": "str", "required": True},
        "tail": {"type": "int", "default": 100},
        **CONNECTION_OPTIONS,
        **AUTH_OPTIONS,
    },
    run=reporting(service_logs),
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
