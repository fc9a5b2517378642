#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_account_info
short_description: List hosting accounts or model management accounts
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Returns the account that the options name, or all accounts of its generation in the resource group or the
    subscription, from Azure Resource Manager.
options:
  scope:
    description:
      - What to list. V(account) is the one named by O(account_name).
    type: str
    choices: [account, resource_group, subscription]
    default: account
extends_documentation_fragment:
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes.info
seealso:
  - module: azureml.model_management.mms_account
"""

EXAMPLES = r"""
- name: Look at one account
  azureml.model_management.mms_account_info:
    account_name: demo

- name: List all model management accounts of the subscription
  azureml.model_management.mms_account_info:
    scope: subscription
"""

RETURN = r"""
accounts:
  description: The accounts found; an empty list when there are none.
  returned: success
  type: list
  elements: dict
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
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.info import accounts

TASK = Task(
    options={
        "scope": {"type": "str", "choices": ["account", "resource_group", "subscription"], "default": "account"},
        **CONNECTION_OPTIONS,
        **AUTH_OPTIONS,
    },
    run=reporting(accounts),
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
