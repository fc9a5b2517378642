#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_image
short_description: Build an image from a manifest
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Makes sure that an image of a manifest exists, and has the service build one if there is none.
  - An image that someone else is having built is waited for, not built twice. One whose build failed is built again.
  - When a build fails, the last lines of its log are in the message.
options:
  name:
    description:
      - Name of the image. Unknown in generation V(2017-06-01-privatepreview), needed in the others.
    type: str
  manifest:
    description:
      - The manifest, by id, by name (its newest version) or as C(name:version).
    type: str
  description:
    description:
      - Description of the image.
    type: str
  properties:
    description:
      - Properties, which are written once. Those that are not named here do not count. Only in generation V(v1.0).
    type: dict
  compute_resource_id:
    description:
      - Id of the operationalization cluster in whose registry the image goes. Needed in generation
        V(2017-09-01-preview), unknown in V(2017-06-01-privatepreview), and without meaning in V(v1.0), where the
        registry of the workspace has all images.
      - Given together with O(name) and the registry, each generation takes what it has, so one task serves all.
    type: str
  registry_location:
    description:
      - Login server of the registry that the image goes to. Needed in generation V(2017-06-01-privatepreview),
        unknown in the other one, like O(registry_user) and O(registry_password).
    type: str
  registry_user:
    description:
      - User at the registry.
    type: str
  registry_password:
    description:
      - Password at the registry. The service does not tell it again, so a new password alone changes nothing.
    type: str
extends_documentation_fragment:
  - azureml.model_management.versions
  - azureml.model_management.wait
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes
seealso:
  - module: azureml.model_management.mms_image_info
  - module: azureml.model_management.mms_manifest
  - module: azureml.model_management.mms_service
"""

EXAMPLES = r"""
- name: Build an image and wait for it
  azureml.model_management.mms_image:
    name: iris
    manifest: iris
    compute_resource_id: "{{ cluster_id }}"
  register: image

- name: Build an image for a hosting account
  azureml.model_management.mms_image:
    api_version: 2017-06-01-privatepreview
    manifest: "{{ hosting_manifest.manifest.id }}"
    registry_location: registry.example.com
    registry_user: builder
    registry_password: "{{ registry_password }}"

- name: Start a build and go on
  azureml.model_management.mms_image:
    name: iris-later
    manifest: iris
    compute_resource_id: "{{ cluster_id }}"
    wait: false
  register: started

- name: Wait for it later
  azureml.model_management.mms_operation_info:
    operation_ids: ["{{ started.operation.id }}"]
    wait: true
"""

RETURN = r"""
image:
  description: The image that is equal to what was described, or null when it was deleted.
  returned: success
  type: dict
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
operation:
  description: The asynchronous operation that this task set off, as seen last. Null when there was none.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the operation, for M(azureml.model_management.mms_operation_info).
      returned: always
      type: str
    type:
      description: What it makes.
      returned: always
      type: str
      sample: Image
    state:
      description: How far it is.
      returned: always
      type: str
      sample: Succeeded
    resource_id:
      description: Id of what it makes.
      returned: always
      type: str
    error:
      description: Why it failed, with C(code), C(message), C(status) and C(details).
      returned: always
      type: dict
    created_at:
      description: When it was accepted, UTC.
      returned: always
      type: str
    phase:
      description: What goes on just now, where the service says so, as the local MMS does.
      returned: always
      type: str
    ended_at:
      description: When it ended, UTC.
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

from ansible_collections.azureml.model_management.plugins.module_utils._options.auth import AUTH_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._options.connection import CONNECTION_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._options.versions import VERSIONS_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._options.wait import WAIT_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task, converging, run_module
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.image import ImageSteps

TASK = Task(
    options={
        "name": {"type": "str"},
        "manifest": {"type": "str"},
        "description": {"type": "str"},
        "properties": {"type": "dict"},
        "compute_resource_id": {"type": "str"},
        "registry_location": {"type": "str"},
        "registry_user": {"type": "str"},
        "registry_password": {"type": "str", "no_log": True},
        **VERSIONS_OPTIONS,
        **WAIT_OPTIONS,
        **CONNECTION_OPTIONS,
        **AUTH_OPTIONS,
    },
    rules={"required_if": [("state", "present", ("manifest",))]},
    run=converging(ImageSteps),
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
