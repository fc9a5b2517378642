#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_model
short_description: Register a model with the Model Management Service
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Makes sure that a version of a model exists whose content, description and tags are as described, and registers a
    new version if there is none.
  - A local file or folder is uploaded to blob storage under a name made from its content, so the same content is
    neither uploaded nor registered twice.
options:
  name:
    description:
      - Name of the model. In generation V(2017-06-01-privatepreview) the service allows letters, digits and hyphens,
        at most 32.
    type: str
  path:
    description:
      - File or folder with the model on the host that the task runs on. A folder is packed as tar.gz and unpacked by
        the service.
      - It is uploaded to the storage account that the storage options name.
    type: path
  url:
    description:
      - Where the content of the model is already. The service must be able to read it, so it normally carries a
        signature, which is not compared.
    type: str
  mime_type:
    description:
      - Media type of the content. Unset, that of the file, or C(application/octet-stream) for a O(url).
    type: str
  unpack:
    description:
      - Whether the service unpacks the content, a tar.gz, tar or zip. Unset, it is done for folders.
    type: bool
  description:
    description:
      - Description of the model.
    type: str
  properties:
    description:
      - Properties, which are written once. Those that are not named here do not count. Only in generation V(v1.0).
    type: dict
  tags:
    description:
      - Tags of the model. Their order does not count.
    type: list
    elements: str
extends_documentation_fragment:
  - azureml.model_management.versions
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes
seealso:
  - module: azureml.model_management.mms_model_info
  - module: azureml.model_management.mms_manifest
"""

EXAMPLES = r"""
- name: Register a trained model
  azureml.model_management.mms_model:
    name: iris
    path: files/iris.pkl
    description: Iris classifier
    tags: [sklearn, demo]
  register: iris

- name: Register a folder, which the service unpacks
  azureml.model_management.mms_model:
    name: iris-folder
    path: files/saved_model

- name: Register a model that is in blob storage already
  azureml.model_management.mms_model:
    name: iris-remote
    url: https://example.blob.core.windows.net/models/iris.pkl?sv=2017-04-17&sr=b&sig=signature
    mime_type: application/octet-stream

- name: Keep the three newest versions and those that are in use
  azureml.model_management.mms_model:
    name: iris
    path: files/iris.pkl
    keep_last: 3

- name: Delete one version
  azureml.model_management.mms_model:
    name: iris-remote
    version: 1
    state: absent
"""

RETURN = r"""
model:
  description: The version that is equal to what was described, or null when it was deleted.
  returned: success
  type: dict
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
reference:
  description:
    - What later tasks call this version. Its id; in check mode, when it does not exist yet, its name with
      a remark.
    - Null when nothing is left.
  returned: success
  type: str
changes:
  description: What differs from what exists, by name of the field. For something new it is compared with
    the newest version so far.
  returned: success
  type: dict
  sample: {description: {before: '', after: Iris classifier}}
removed:
  description: Versions that were deleted, or would be in check mode, as C(name:version).
  returned: success
  type: list
  elements: str
  sample: ['iris:1']
kept:
  description: Versions that were to be deleted, but are in use.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The version, as C(name:version).
      returned: always
      type: str
      sample: iris:2
    reason:
      description: What uses it.
      returned: always
      type: str
      sample: used by manifest iris:2
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
from ansible_collections.azureml.model_management.plugins.module_utils._options.versions import VERSIONS_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task, converging, run_module
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.model import ModelSteps

TASK = Task(
    options={
        "name": {"type": "str"},
        "path": PathOption({"type": "path"}),
        "url": {"type": "str"},
        "mime_type": {"type": "str"},
        "unpack": {"type": "bool"},
        "description": {"type": "str"},
        "tags": {"type": "list", "elements": "str"},
        "properties": {"type": "dict"},
        **VERSIONS_OPTIONS,
        **CONNECTION_OPTIONS,
        **AUTH_OPTIONS,
    },
    rules={
        "mutually_exclusive": [("path", "url")],
        "required_if": [("state", "present", ("name",)), ("state", "present", ("path", "url"), True)],
    },
    run=converging(ModelSteps),
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
