# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the data plane's operations: one row each, for dispatch, journal, faults and descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mms_local.api.mms import resources
from mms_local.api.mms.call import Handler
from mms_local.core import inputs
from mms_local.core.fields import Record
from mms_local.core.generation import Generation

BOTH = frozenset(Generation)
ACCOUNT_ONLY = frozenset({Generation.ACCOUNT})


@dataclass(frozen=True)
class ApiOperation:
    """One operation.

    Args:
        name: what journal, fault rules and descriptions call it.
        path: below the account's base; `{id}` stands for one segment.
        statuses: how it answers when it goes well; for `models.create` the generation decides.
        body: the shape of the request body per generation, if it takes one.
        filters: query parameters that narrow a list.
    """

    name: str
    method: str
    path: str
    handler: Handler
    statuses: tuple[int, ...] = (200,)
    generations: frozenset[Generation] = BOTH
    body: Mapping[Generation, Record] | None = None
    filters: tuple[str, ...] = ()


_KEYS = dict.fromkeys(Generation, inputs.REGENERATE_KEYS)
_MODEL_FILTERS = ("name", "tag")
_MANIFEST_FILTERS = ("modelId", "manifestName")
_IMAGE_FILTERS = ("manifestId", "manifestName")
_SERVICE_FILTERS = (
    "serviceName",
    "modelId",
    "modelName",
    "manifestId",
    "manifestName",
    "imageId",
    "computeResourceId",
)
_GONE = (200, 204)

OPERATIONS = (
    ApiOperation("models.create", "POST", "models", resources.register_model, (200, 201), body=inputs.MODEL),
    ApiOperation("models.list", "GET", "models", resources.list_models, filters=_MODEL_FILTERS),
    ApiOperation("models.get", "GET", "models/{id}", resources.get_model),
    ApiOperation("models.delete", "DELETE", "models/{id}", resources.delete_model, _GONE, ACCOUNT_ONLY),
    ApiOperation("manifests.create", "POST", "manifests", resources.create_manifest, body=inputs.MANIFEST),
    ApiOperation("manifests.list", "GET", "manifests", resources.list_manifests, filters=_MANIFEST_FILTERS),
    ApiOperation("manifests.get", "GET", "manifests/{id}", resources.get_manifest),
    ApiOperation("manifests.delete", "DELETE", "manifests/{id}", resources.delete_manifest, _GONE, ACCOUNT_ONLY),
    ApiOperation("images.create", "POST", "images", resources.create_image, (202,), body=inputs.IMAGE),
    ApiOperation("images.list", "GET", "images", resources.list_images, filters=_IMAGE_FILTERS),
    ApiOperation("images.get", "GET", "images/{id}", resources.get_image),
    ApiOperation("images.delete", "DELETE", "images/{id}", resources.delete_image, _GONE, ACCOUNT_ONLY),
    ApiOperation("services.create", "POST", "services", resources.create_service, (202,), body=inputs.SERVICE_CREATE),
    ApiOperation("services.list", "GET", "services", resources.list_services, filters=_SERVICE_FILTERS),
    ApiOperation("services.get", "GET", "services/{id}", resources.get_service),
    ApiOperation(
        "services.update", "PUT", "services/{id}", resources.update_service, (202,), body=inputs.SERVICE_UPDATE
    ),
    ApiOperation("services.delete", "DELETE", "services/{id}", resources.delete_service, (200, 202, 204)),
    ApiOperation("services.keys", "GET", "services/{id}/keys", resources.get_keys),
    ApiOperation(
        "services.regenerateKeys", "POST", "services/{id}/regenerateKeys", resources.regenerate_keys, body=_KEYS
    ),
    ApiOperation("services.logs", "GET", "services/{id}/logs", resources.get_service_log, filters=("tail",)),
    ApiOperation(
        "deployments.list",
        "GET",
        "deployments",
        resources.list_deployments,
        generations=ACCOUNT_ONLY,
        filters=("serviceId",),
    ),
    ApiOperation("deployments.get", "GET", "deployments/{id}", resources.get_deployment, generations=ACCOUNT_ONLY),
    ApiOperation("operations.get", "GET", "operations/{id}", resources.get_operation),
)
"""Protocol 2.1.1 (H1 to H17) and 2.2.1 (A1 to A22); swagger.json (A23) needs no token and is served beside them.

`services.logs` is of the generation workspace; the older ones have nothing at that path, so it is offered there, too.
"""


def find(generation: Generation, method: str, segments: list[str]) -> tuple[ApiOperation | None, str, tuple[str, ...]]:
    """The operation at a path below the account, and the id in the path.

    Segments are matched without regard to case. Where the path fits but the method does not, the operation is None and
    the last value has the methods that would do; it is empty when nothing is at that path.
    """
    allowed: list[str] = []
    for operation in OPERATIONS:
        found = _match(operation.path.split("/"), segments) if generation in operation.generations else None
        if found is None:
            continue
        if operation.method == method:
            return operation, found, ()
        allowed.append(operation.method)
    return None, "", tuple(dict.fromkeys(allowed))


def _match(template: list[str], segments: list[str]) -> str | None:
    """The id in the path, empty when the template has none; None when the path does not fit."""
    if len(template) != len(segments):
        return None
    found = ""
    for wanted, given in zip(template, segments, strict=True):
        if wanted == "{id}":
            found = given
        elif wanted.lower() != given.lower():
            return None
    return found
