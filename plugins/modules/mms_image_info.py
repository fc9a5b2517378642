#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_image_info
short_description: List images
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Returns one image by its id, or all images that pass the filters.
options:
  id:
    description:
      - Id of the one to return, a GUID with or without dashes. Not together with any other filter.
    type: str
  name:
    description:
      - Name of the image.
    type: str
  version:
    description:
      - Number of the version. Needs O(name).
    type: int
  manifest_id:
    description:
      - Id of the manifest that the image is built from.
    type: str
  manifest_name:
    description:
      - Name of that manifest. Not in generation V(2017-06-01-privatepreview).
    type: str
extends_documentation_fragment:
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes.info
seealso:
  - module: azureml.model_management.mms_image
"""

EXAMPLES = r"""
- name: List the images of a manifest
  azureml.model_management.mms_image_info:
    manifest_name: iris
  register: found
"""

RETURN = r"""
images:
  description: The images found; an empty list when there are none. The newest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of this version. Null in check mode when it does not exist yet.
      returned: always
      type: str
    name:
      description: Name, shared by all versions; null in generation V(2017-06-01-privatepreview).
      returned: always
      type: str
      sample: iris
    version:
      description: Number of this version, from 1.
      returned: always
      type: int
      sample: 2
    manifest_id:
      description: Id of the manifest that it is built from.
      returned: always
      type: str
    description:
      description: Description.
      returned: always
      type: str
    image_type:
      description: Kind of image.
      returned: always
      type: str
      sample: Docker
    compute_resource_id:
      description: Id of the compute resource whose registry has it.
      returned: always
      type: str
    model_ids:
      description: Ids of its models, where the service tells them.
      returned: always
      type: list
      elements: str
    properties:
      description: Properties, which are written once. V(mms_recipe) is the digest of what the image is made
        of. Null where the generation has none.
      returned: always
      type: dict
    registry_location:
      description: Login server of the registry.
      returned: always
      type: str
    registry_user:
      description: User at the registry.
      returned: always
      type: str
    location:
      description: Reference that a container runtime pulls.
      returned: always
      type: str
      sample: registry.example.com/iris:2
    digest:
      description: Digest of the image. Null where the service does not tell it.
      returned: always
      type: str
      sample: sha256:9b1f6f0c4b4a5e6d7c8b9a0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445
    warnings:
      description: What the build did otherwise than asked, such as to take another Python. Null where there
        is nothing.
      returned: always
      type: list
      elements: str
    state:
      description: How far the build is.
      returned: always
      type: str
      sample: Succeeded
    error:
      description: Why the build failed, with C(code), C(message), C(status) and C(details).
      returned: always
      type: dict
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
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.info import images

TASK = Task(
    options={
        "id": {"type": "str"},
        "name": {"type": "str"},
        "version": {"type": "int"},
        "manifest_id": {"type": "str"},
        "manifest_name": {"type": "str"},
        **CONNECTION_OPTIONS,
        **AUTH_OPTIONS,
    },
    run=reporting(images),
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
