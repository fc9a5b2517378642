#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_manifest_info
short_description: List manifests
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Returns one manifest by its id, or all versions of all manifests that pass the filters.
options:
  id:
    description:
      - Id of the one to return, a GUID with or without dashes. Not together with any other filter.
    type: str
  name:
    description:
      - Name of the manifest.
    type: str
  version:
    description:
      - Number of the version. Needs O(name).
    type: int
  model_id:
    description:
      - Id of a model that the manifest must contain.
    type: str
extends_documentation_fragment:
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes.info
seealso:
  - module: azureml.model_management.mms_manifest
"""

EXAMPLES = r"""
- name: List the manifests that contain a model
  azureml.model_management.mms_manifest_info:
    model_id: "{{ iris.model.id }}"
"""

RETURN = r"""
manifests:
  description: The manifests found; an empty list when there are none. The newest first.
  returned: success
  type: list
  elements: dict
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
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.info import manifests

TASK = Task(
    options={
        "id": {"type": "str"},
        "name": {"type": "str"},
        "version": {"type": "int"},
        "model_id": {"type": "str"},
        **CONNECTION_OPTIONS,
        **AUTH_OPTIONS,
    },
    run=reporting(manifests),
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
