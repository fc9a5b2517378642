#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_score
short_description: Ask a web service, and judge its answer
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Sends one request to a web service and fails when the answer is not the expected one. The smoke test of a
    deployment.
  - The key is fetched by the module and never shown. A service that is still warming up is asked again.
  - Nothing is changed, so the service is asked in check mode as well.
options:
  service:
    description:
      - The service, by name or id.
    type: str
    required: true
  input:
    description:
      - The request's body, any JSON value. A text is taken for JSON that is ready to be sent.
    type: raw
  body:
    description:
      - The request's body as a text, which is sent as it is. A value that is no text is sent as JSON.
    type: raw
  src:
    description:
      - File with the request's body, on the host that the task runs on. Its bytes are sent as they are.
    type: path
  content_type:
    description:
      - Media type of the body. Unset, it is C(application/json) for O(input), C(text/plain; charset=utf-8) for a text
        in O(body), and that of the name of the file for O(src).
    type: str
  expected:
    description:
      - The answer that is wanted, any JSON value. Unset, any answer with a status of 200 to 299 will do.
      - A text is read as JSON where the service answers with something else than a text. NaN equals NaN.
    type: raw
  tolerance:
    description:
      - How far two numbers may lie apart, as an absolute difference, and still count as equal.
    type: float
    default: 0.0
  max_latency:
    description:
      - Number of seconds that the answer may take. Earlier attempts, while the service was warming up, do not count.
    type: float
  key:
    description:
      - Which key opens the service.
    type: str
    choices: [primary, secondary]
    default: primary
  wait_timeout:
    description:
      - Number of seconds in which a service that is still warming up may answer.
    type: int
    default: 60
extends_documentation_fragment:
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes.info
seealso:
  - module: azureml.model_management.mms_service
  - module: azureml.model_management.mms_service_keys
"""

EXAMPLES = r"""
- name: See whether the new release tells a setosa
  azureml.model_management.mms_score:
    service: iris
    input: {data: [[5.1, 3.5, 1.4, 0.2]]}
    expected: [setosa]

- name: See whether it is fast enough
  azureml.model_management.mms_score:
    service: iris
    input: {data: [[5.1, 3.5, 1.4, 0.2]]}
    max_latency: 5

- name: Send a file as it is, such as a picture to a driver that takes raw requests
  azureml.model_management.mms_score:
    service: iris
    src: files/sample.json

- name: Send lines of CSV
  azureml.model_management.mms_score:
    service: iris
    body: |
      5.1,3.5,1.4,0.2
      6.7,3.0,5.2,2.3
    content_type: text/csv
"""

RETURN = r"""
score:
  description: The answer.
  returned: success
  type: dict
  contains:
    service:
      description: Name of the service.
      returned: always
      type: str
      sample: iris
    scoring_uri:
      description: Where it was asked.
      returned: always
      type: str
      sample: http://127.0.0.1:8780/api/v1/service/iris/score
    output:
      description: What it answered, parsed where it is JSON, or else the text. Null for bytes that are no
        text.
      returned: always
      type: raw
      sample: [setosa]
    output_base64:
      description: What it answered, in base64, where it is neither JSON nor text in UTF-8. Otherwise null.
      returned: always
      type: str
    status:
      description: HTTP status of the answer, 200 to 299.
      returned: always
      type: int
      sample: 200
    content_type:
      description: Media type of the answer, as the service says it.
      returned: always
      type: str
      sample: application/json
    seconds:
      description: How long the answer took.
      returned: always
      type: float
      sample: 0.012
    attempts:
      description: How often it was asked, until it was warm.
      returned: always
      type: int
      sample: 1
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
        - Of scoring they are V(NotReady), V(ScoringFailed), V(WrongAnswer), V(TooSlow).
        - Others are V(InvalidInput), V(NotFound), V(NotSupported), V(NoCredential), V(ServerNotRunning),
          V(ConnectionFailed), V(RequestTimedOut), V(TlsFailed), V(ProxyFailed), V(UnexpectedResponse), V(UploadFailed),
          V(OperationFailed), V(OperationCancelled), V(WaitTimeout), V(MissingLibrary).
      returned: always
      type: str
      sample: WrongAnswer
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
from ansible_collections.azureml.model_management.plugins.module_utils._options.files import PathOption
from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task, reporting, run_module
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.score import score

TASK = Task(
    options={
        "service": {"type": "str", "required": True},
        "input": {"type": "raw"},
        "body": {"type": "raw"},
        "src": PathOption({"type": "path"}),
        "content_type": {"type": "str"},
        "expected": {"type": "raw"},
        "tolerance": {"type": "float", "default": 0.0},
        "max_latency": {"type": "float"},
        "key": {"type": "str", "choices": ["primary", "secondary"], "default": "primary", "no_log": False},
        "wait_timeout": {"type": "int", "default": 60},
        **CONNECTION_OPTIONS,
        **AUTH_OPTIONS,
    },
    rules={"mutually_exclusive": [("input", "body", "src")], "required_one_of": [("input", "body", "src")]},
    run=reporting(score),
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
