#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_model_info
short_description: List models
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Returns one model by its id, or all versions of all models that pass the filters.
options:
  id:
    description:
      - Id of the one to return, a GUID with or without dashes. Not together with any other filter.
    type: str
  name:
    description:
      - Name of the model.
    type: str
  version:
    description:
      - Number of the version. Needs O(name).
    type: int
  tag:
    description:
      - A tag that the model must have; in generation V(v1.0) also as C(name=value).
    type: str
  property:
    description:
      - A property that the model must have, as C(name) or C(name=value). Only in generation V(v1.0).
    type: str
extends_documentation_fragment:
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes.info
seealso:
  - module: azureml.model_management.mms_model
"""

EXAMPLES = r"""
- name: List all versions of a model
  azureml.model_management.mms_model_info:
    name: iris
  register: found

- name: List what is tagged for demonstrations
  azureml.model_management.mms_model_info:
    tag: demo
"""

RETURN = r"""
models:
  description: The models found; an empty list when there are none. The newest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of this version. Null in check mode when it does not exist yet.
      returned: always
      type: str
      sample: 6ad35d2e57a84b9a9e4b6b7c6b1f0d3a
    name:
      description: Name, shared by all versions.
      returned: always
      type: str
      sample: iris
    version:
      description: Number of this version, from 1.
      returned: always
      type: int
      sample: 3
    url:
      description: Where the content is, without the signature.
      returned: always
      type: str
      sample: https://example.blob.core.windows.net/mms-assets/1f2e/iris.pkl
    mime_type:
      description: Media type of the content.
      returned: always
      type: str
      sample: application/octet-stream
    unpack:
      description: Whether the service unpacks the content. Null where the service does not tell.
      returned: always
      type: bool
    description:
      description: Description.
      returned: always
      type: str
    tags:
      description: Tags.
      returned: always
      type: list
      elements: str
    properties:
      description: Properties, which are written once. Null where the generation has none.
      returned: always
      type: dict
    created_at:
      description: When it was registered, UTC.
      returned: always
      type: str
      sample: '2018-03-11T12:39:09Z'
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
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.info import models

TASK = Task(
    options={
        "id": {"type": "str"},
        "name": {"type": "str"},
        "version": {"type": "int"},
        "tag": {"type": "str"},
        "property": {"type": "str"},
        **CONNECTION_OPTIONS,
        **AUTH_OPTIONS,
    },
    run=reporting(models),
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
