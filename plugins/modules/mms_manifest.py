#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_manifest
short_description: Create a manifest from a driver program and models
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Makes sure that a version of a manifest exists that is as described, and creates a new version if there is none. A
    manifest is the recipe of an image.
  - The driver program is checked for its functions C(init) and C(run) before anything is sent.
  - Local files are uploaded to blob storage under names made from their content.
options:
  name:
    description:
      - Name of the manifest.
    type: str
  driver:
    description:
      - The driver program, a Python file with the functions C(init) and C(run). A path or a URL.
    type: str
  assets:
    description:
      - Other files that the driver program needs, such as a schema or its own modules. Their order does not count.
      - The local MMS applies a schema file whose name is like C(service_schema.json) to what is sent to C(run()).
    type: list
    elements: dict
    suboptions:
      source:
        description:
          - Path of a file or folder, or a URL. A folder is packed as tar.gz and unpacked by the service.
        type: str
        required: true
      id:
        description:
          - Id of the asset within the manifest. Unset, the first 32 characters of the file name.
          - The local MMS lays a file where an id says that is a path, such as C(helpers/__init__.py).
        type: str
      mime_type:
        description:
          - Media type. Unset, that of the file.
        type: str
      unpack:
        description:
          - Whether the service unpacks the file. Unset, it is done for folders.
        type: bool
  models:
    description:
      - Models that go into the image, each by id, by name (its newest version) or as C(name:version). Their order
        does not count.
      - Generation V(2017-06-01-privatepreview) needs at least one.
    type: list
    elements: str
  runtime_type:
    description:
      - Kind of runtime. The service knows V(Python) and V(SparkPython), in generation V(2017-06-01-privatepreview)
        C(SparkPython), C(CNTKPython), C(ScikitPython) and C(TLC).
    type: str
    default: Python
  pip_requirements:
    description:
      - Requirements file for pip. A path or a URL.
      - Of a path, the files are read that it names with C(-r) and C(-c), and all of it is sent as one flat file. It may
        hold names, versions, markers and hashes; paths, URLs and options of pip are refused before anything is sent.
      - A constraint on a package that the file does not name itself is sent as a comment, which the local MMS reads.
    type: str
  conda_file:
    description:
      - Conda environment file. A path or a URL. What is below C(pip) is checked, and files
        that it names are read, as with O(pip_requirements).
    type: str
  webservice_type:
    description:
      - Kind of web service. Not in generation V(2017-06-01-privatepreview).
    type: str
    choices: [Realtime]
  description:
    description:
      - Description of the manifest.
    type: str
extends_documentation_fragment:
  - azureml.model_management.versions
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes
seealso:
  - module: azureml.model_management.mms_manifest_info
  - module: azureml.model_management.mms_model
  - module: azureml.model_management.mms_image
"""

EXAMPLES = r"""
- name: Describe how the model is scored
  azureml.model_management.mms_manifest:
    name: iris
    driver: files/score.py
    models: [iris]
    pip_requirements: files/requirements.txt
  register: manifest

- name: Take a certain version of the model, and further files
  azureml.model_management.mms_manifest:
    name: iris
    driver: files/score.py
    models: ["iris:1"]
    pip_requirements: files/requirements.txt
    assets:
      - source: files/features.py
      - source: files/lookup
        id: lookup

- name: Delete all versions of a manifest
  azureml.model_management.mms_manifest:
    name: old-iris
    state: absent
"""

RETURN = r"""
manifest:
  description: The version that is equal to what was described, or null when it was deleted.
  returned: success
  type: dict
  contains:
    id:
      description: Id of this version. Null in check mode when it does not exist yet.
      returned: always
      type: str
    name:
      description: Name, shared by all versions.
      returned: always
      type: str
      sample: iris
    version:
      description: Number of this version, from 1.
      returned: always
      type: int
      sample: 1
    driver:
      description: The driver program.
      returned: always
      type: dict
      contains:
        id:
          description: Id within the manifest.
          returned: always
          type: str
        url:
          description: Where the content is, without the signature.
          returned: always
          type: str
        mime_type:
          description: Media type of the content.
          returned: always
          type: str
        unpack:
          description: Whether the service unpacks the content.
          returned: always
          type: bool
    assets:
      description: The other files.
      returned: always
      type: list
      elements: dict
      contains:
        id:
          description: Id within the manifest.
          returned: always
          type: str
        url:
          description: Where the content is, without the signature.
          returned: always
          type: str
        mime_type:
          description: Media type of the content.
          returned: always
          type: str
        unpack:
          description: Whether the service unpacks the content.
          returned: always
          type: bool
    model_ids:
      description: Ids of the models.
      returned: always
      type: list
      elements: str
    runtime_type:
      description: Kind of runtime.
      returned: always
      type: str
      sample: Python
    pip_requirements:
      description: URL of the pip requirements file, without the signature.
      returned: always
      type: str
    conda_file:
      description: URL of the conda environment file, without the signature.
      returned: always
      type: str
    description:
      description: Description.
      returned: always
      type: str
    webservice_type:
      description: Kind of web service.
      returned: always
      type: str
      sample: Realtime
    created_at:
      description: When it was created, UTC.
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

from ansible_collections.azureml.model_management.plugins.module_utils._options.asset import ASSET_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._options.auth import AUTH_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._options.connection import CONNECTION_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._options.files import PathOption
from ansible_collections.azureml.model_management.plugins.module_utils._options.versions import VERSIONS_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task, converging, run_module
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.manifest import ManifestSteps

TASK = Task(
    options={
        "name": {"type": "str"},
        "driver": PathOption({"type": "str"}),
        "assets": {"type": "list", "elements": "dict", "options": ASSET_OPTIONS},
        "models": {"type": "list", "elements": "str"},
        "runtime_type": {"type": "str", "default": "Python"},
        "pip_requirements": PathOption({"type": "str"}),
        "conda_file": PathOption({"type": "str"}),
        "webservice_type": {"type": "str", "choices": ["Realtime"]},
        "description": {"type": "str"},
        **VERSIONS_OPTIONS,
        **CONNECTION_OPTIONS,
        **AUTH_OPTIONS,
    },
    rules={"required_if": [("state", "present", ("name", "driver"))]},
    run=converging(ManifestSteps),
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
