#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_service_keys
short_description: Read the keys of a web service, or regenerate one
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Returns both keys of a web service. They are secrets, so use C(no_log) on the task.
  - Regenerates one of them if wanted. Without a condition this happens at every run; with O(if_equals) or
    O(older_than) it happens once.
  - A running service takes the new key at once. Rotate without a moment without a valid key by regenerating the key
    that nobody uses, handing it out, and then regenerating the other one.
options:
  service:
    description:
      - The service, by name or id.
    type: str
    required: true
  regenerate:
    description:
      - Which key to make anew.
    type: str
    choices: [primary, secondary]
  if_equals:
    description:
      - Make the key anew only if it is this one. A key that leaked is so replaced exactly once.
    type: str
  older_than:
    description:
      - Make the key anew only if it is older than this, a number with V(s), V(m), V(h), V(d) or V(w), such as V(30d).
      - The service does not tell how old a key is, so O(record) remembers it. A key that is not in there may be as
        old as the service.
    type: str
  record:
    description:
      - File on the host that the task runs on, in which to remember since when the keys are known. It holds no key.
    type: path
extends_documentation_fragment:
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes
attributes:
  idempotent:
    support: partial
    details:
      - Without O(if_equals) and O(older_than), O(regenerate) makes a new key at every run.
seealso:
  - module: azureml.model_management.mms_service
"""

EXAMPLES = r"""
- name: Read the keys
  azureml.model_management.mms_service_keys:
    service: iris
  register: iris_keys
  no_log: true

- name: Make the secondary key anew once a month
  azureml.model_management.mms_service_keys:
    service: iris
    regenerate: secondary
    older_than: 30d
    record: files/keys.json
  no_log: true

- name: Replace a key that has leaked
  azureml.model_management.mms_service_keys:
    service: iris
    regenerate: primary
    if_equals: "{{ iris_keys.service_keys.primary }}"
  no_log: true
"""

RETURN = r"""
service_keys:
  description: The keys. In check mode one that would be made is null.
  returned: success
  type: dict
  contains:
    service:
      description: Name of the service.
      returned: always
      type: str
      sample: iris
    primary:
      description: The primary key.
      returned: always
      type: str
    secondary:
      description: The secondary key.
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
from ansible_collections.azureml.model_management.plugins.module_utils._options.files import PathOption
from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task, converging, run_module
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.keys import KeysSteps

TASK = Task(
    options={
        "service": {"type": "str", "required": True},
        "regenerate": {"type": "str", "choices": ["primary", "secondary"]},
        "if_equals": {"type": "str", "no_log": True},
        "older_than": {"type": "str"},
        "record": PathOption({"type": "path"}, read=False),
        **CONNECTION_OPTIONS,
        **AUTH_OPTIONS,
    },
    rules={"mutually_exclusive": [("if_equals", "older_than")]},
    run=converging(KeysSteps),
    verbatim="service_keys",
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
