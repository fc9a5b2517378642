#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_account
short_description: Manage a hosting account or model management account
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Makes sure that an account exists as described, or does not exist, through Azure Resource Manager.
  - O(api_version) says which kind of account it is, a hosting account or a model management account.
  - O(account_name) names it.
options:
  state:
    description:
      - Whether the account is to exist.
    type: str
    choices: [absent, present]
    default: present
  location:
    description:
      - Region of the account. It cannot be changed. Needed to create it.
    type: str
  sku_name:
    description:
      - Name of the pricing tier, V(S1), V(S2), V(S3) or V(DevTest) for a model management account, V(F0), V(P0) to
        V(P2) or V(S0) to V(S6) for a hosting account.
    type: str
  sku_tier:
    description:
      - Tier of the pricing tier. Only in generation V(2017-06-01-privatepreview).
    type: str
    choices: [Free, Basic, Standard, Premium]
  sku_capacity:
    description:
      - Number of units, from 1 to 16. Only in generation V(2017-09-01-preview).
    type: int
  description:
    description:
      - Description of the account.
    type: str
  tags:
    description:
      - Tags of the account. All of them; others are taken away.
    type: dict
  force:
    description:
      - Whether to delete an account that still has services. They are not deleted with it, but go on running out of
        reach.
    type: bool
    default: false
extends_documentation_fragment:
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes
seealso:
  - module: azureml.model_management.mms_account_info
"""

EXAMPLES = r"""
- name: Create an account for the models of a team
  azureml.model_management.mms_account:
    account_name: demo
    location: eastus2
    sku_name: S1
    sku_capacity: 1
    tags:
      team: flowers

- name: Give it more units
  azureml.model_management.mms_account:
    account_name: demo
    sku_capacity: 2

- name: Delete it
  azureml.model_management.mms_account:
    account_name: demo
    state: absent
"""

RETURN = r"""
account:
  description: The account, or null when it was deleted.
  returned: success
  type: dict
  contains:
    id:
      description: Id in Azure Resource Manager.
      returned: always
      type: str
    name:
      description: Name.
      returned: always
      type: str
    location:
      description: Region.
      returned: always
      type: str
      sample: eastus2
    sku_name:
      description: Name of the pricing tier.
      returned: always
      type: str
      sample: S1
    sku_tier:
      description: Tier of the pricing tier, in generation V(2017-06-01-privatepreview).
      returned: always
      type: str
    sku_capacity:
      description: Number of units, in generation V(2017-09-01-preview).
      returned: always
      type: int
    description:
      description: Description.
      returned: always
      type: str
    tags:
      description: Tags.
      returned: always
      type: dict
    url:
      description: Base URL of the account's own part of the API.
      returned: always
      type: str
    created_at:
      description: When it was created, UTC.
      returned: always
      type: str
    modified_at:
      description: When it was changed last, UTC.
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
from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task, converging, run_module
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.account import AccountSteps

TASK = Task(
    options={
        "state": {"type": "str", "choices": ["absent", "present"], "default": "present"},
        "location": {"type": "str"},
        "sku_name": {"type": "str"},
        "sku_tier": {"type": "str", "choices": ["Free", "Basic", "Standard", "Premium"]},
        "sku_capacity": {"type": "int"},
        "description": {"type": "str"},
        "tags": {"type": "dict"},
        "force": {"type": "bool", "default": False},
        **CONNECTION_OPTIONS,
        **AUTH_OPTIONS,
    },
    run=converging(AccountSteps),
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
