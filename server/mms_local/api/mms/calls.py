# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What the generations of 2017 have in common: operations, each a few lines between wire and core (2.1.1, 2.2.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mms_local.api.mms.bodies import REGENERATE_KEYS
from mms_local.api.mms.call import Call, Reply
from mms_local.api.mms.generation import ApiOperation
from mms_local.api.mms.shapes import Shapes
from mms_local.api.reading import log_lines
from mms_local.core.accounts import Account
from mms_local.core.fields import Record, read
from mms_local.core.kubeconfig import check_kubeconfig
from mms_local.core.mms import Mms
from mms_local.core.resources import Model

MODEL_FILTERS = ("name", "tag")
MANIFEST_FILTERS = ("modelId", "manifestName")
IMAGE_FILTERS = ("manifestId", "manifestName")
_SERVICE_FILTERS = (
    "serviceName",
    "modelId",
    "modelName",
    "manifestId",
    "manifestName",
    "imageId",
    "computeResourceId",
)


def _shapes(call: Call) -> Shapes:
    return Shapes(call.scene, call.generation)


def registering(record: Record) -> Callable[[Mms, Account, Any], Model]:
    """Registers models whose bodies have that shape."""
    return lambda mms, account, body: mms.models.register(account, read(record, body))


async def register_model(call: Call) -> Reply:
    model = call.generation.register(call.mms, call.account, await call.body())
    return Reply(call.operation.statuses[0], _shapes(call).model(model))


async def list_models(call: Call) -> Reply:
    find = partial(call.mms.models.page, call.account, call.filters())
    return call.page("models", find, _shapes(call).model)


async def get_model(call: Call) -> Reply:
    return Reply(200, _shapes(call).model(call.mms.models.get(call.account, call.id)))


async def delete_model(call: Call) -> Reply:
    return Reply(200 if call.mms.models.delete(call.account, call.id) else 204)


async def create_manifest(call: Call) -> Reply:
    fields, spellings = await call.fields(), _unpack_spellings(await call.body())
    by_name = call.generation.models_by_name
    manifest = call.mms.manifests.create(call.account, fields, spellings, models_by_name=by_name)
    return Reply(200, _shapes(call).manifest(manifest))


async def list_manifests(call: Call) -> Reply:
    find = partial(call.mms.manifests.page, call.account, call.filters())
    return call.page("manifests", find, _shapes(call).manifest)


async def get_manifest(call: Call) -> Reply:
    return Reply(200, _shapes(call).manifest(call.mms.manifests.get(call.account, call.id)))


async def delete_manifest(call: Call) -> Reply:
    return Reply(200 if call.mms.manifests.delete(call.account, call.id) else 204)


async def create_image(call: Call) -> Reply:
    _unused, operation = call.mms.images.create(call.account, await call.fields())
    return call.accepted(operation)


async def list_images(call: Call) -> Reply:
    find = partial(call.mms.images.page, call.account, call.filters())
    return call.page("images", find, _shapes(call).image)


async def get_image(call: Call) -> Reply:
    return Reply(200, _shapes(call).image(call.mms.images.get(call.account, call.id)))


async def delete_image(call: Call) -> Reply:
    return Reply(200 if await call.mms.images.delete(call.account, call.id) else 204)


async def create_service(call: Call) -> Reply:
    fields = await call.fields()
    if "kubeConfig" in fields:
        await asyncio.to_thread(check_kubeconfig, fields["kubeConfig"])  # others are answered meanwhile
    _unused, operation = call.mms.services.create(call.account, fields)
    await call.fronts.ensure(call.account)
    return call.accepted(operation)


async def list_services(call: Call) -> Reply:
    find = partial(call.mms.services.page, call.account, call.filters())
    return call.page("services", find, _shapes(call).service)


async def get_service(call: Call) -> Reply:
    return Reply(200, _shapes(call).service(call.mms.services.get(call.account, call.id)))


async def update_service(call: Call) -> Reply:
    call.mms.services.get(call.account, call.id)
    _unused, operation = call.mms.services.update(call.account, call.id, await call.fields())
    return call.accepted(operation)


async def delete_service(call: Call) -> Reply:
    if call.query.get("api-version", "").lower() in call.generation.asynchronous_delete:
        operation = call.mms.services.delete_later(call.account, call.id)
        return Reply(204) if operation is None else call.accepted(operation)
    return Reply(200 if await call.mms.services.delete(call.account, call.id) else 204)


async def get_keys(call: Call) -> Reply:
    return Reply(200, _shapes(call).keys(call.mms.services.keys(call.account, call.id)))


async def regenerate_keys(call: Call) -> Reply:
    call.mms.services.get(call.account, call.id)
    secondary = (await call.fields(optional=True)).get("keyType") == "Secondary"
    keys = await call.mms.services.regenerate_keys(call.account, call.id, secondary=secondary)
    return Reply(200, _shapes(call).keys(keys))


async def get_service_log(call: Call) -> Reply:
    log = await call.mms.service_logs.read(call.account, call.id, log_lines(call.query))
    return Reply(200, _shapes(call).service_log(log))


async def list_deployments(call: Call) -> Reply:
    deployments = call.mms.deployments.all(call.account, call.filters())
    return Reply(200, [_shapes(call).deployment(one) for one in deployments])


async def get_deployment(call: Call) -> Reply:
    return Reply(200, _shapes(call).deployment(call.mms.deployments.get(call.account, call.id)))


async def get_operation(call: Call) -> Reply:
    return Reply(200, _shapes(call).operation(call.mms.operations.read(call.account, call.id)))


def _unpack_spellings(body: Mapping[str, Any]) -> list[str]:
    """How each asset of a checked body spells `unPack`; it goes back out the way it came in (protocol 2.1.3)."""
    assets = next(value for key, value in body.items() if key.lower() == "assets")
    return [next((key for key in asset if key.lower() == "unpack"), "") for asset in assets]


SERVICE_OPERATIONS = (
    ApiOperation("services.list", "GET", "services", list_services, filters=_SERVICE_FILTERS),
    ApiOperation("services.get", "GET", "services/{id}", get_service),
    ApiOperation("services.delete", "DELETE", "services/{id}", delete_service, (200, 202, 204)),
    ApiOperation("services.keys", "GET", "services/{id}/keys", get_keys),
    ApiOperation(
        "services.regenerateKeys", "POST", "services/{id}/regenerateKeys", regenerate_keys, body=REGENERATE_KEYS
    ),
    ApiOperation("services.logs", "GET", "services/{id}/logs", get_service_log, filters=("tail",)),
    ApiOperation("operations.get", "GET", "operations/{id}", get_operation),
)
"""Both have these. `services.logs` is of generation workspace; the older ones have nothing else at that path."""
