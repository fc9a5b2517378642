# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of the data plane, each a few lines between wire and core (protocol 2.1.1, 2.2.1)."""

from __future__ import annotations

from functools import partial

from mms_local.api.mms.call import Call, Reply
from mms_local.api.reading import log_lines


async def register_model(call: Call) -> Reply:
    model = call.mms.models.register(call.account, await call.body())
    return Reply(call.wire.model_post_status, call.shapes.model(model))


async def list_models(call: Call) -> Reply:
    find = partial(call.mms.models.page, call.account, call.filters("name", "tag"))
    return call.page("models", find, call.shapes.model)


async def get_model(call: Call) -> Reply:
    return Reply(200, call.shapes.model(call.mms.models.get(call.account, call.id)))


async def delete_model(call: Call) -> Reply:
    return Reply(200 if call.mms.models.delete(call.account, call.id) else 204)


async def create_manifest(call: Call) -> Reply:
    return Reply(200, call.shapes.manifest(call.mms.manifests.create(call.account, await call.body())))


async def list_manifests(call: Call) -> Reply:
    find = partial(call.mms.manifests.page, call.account, call.filters("modelId", "manifestName"))
    return call.page("manifests", find, call.shapes.manifest)


async def get_manifest(call: Call) -> Reply:
    return Reply(200, call.shapes.manifest(call.mms.manifests.get(call.account, call.id)))


async def delete_manifest(call: Call) -> Reply:
    return Reply(200 if call.mms.manifests.delete(call.account, call.id) else 204)


async def create_image(call: Call) -> Reply:
    _unused, operation = call.mms.images.create(call.account, await call.body())
    return call.accepted(operation)


async def list_images(call: Call) -> Reply:
    find = partial(call.mms.images.page, call.account, call.filters("manifestId", "manifestName"))
    return call.page("images", find, call.shapes.image)


async def get_image(call: Call) -> Reply:
    return Reply(200, call.shapes.image(call.mms.images.get(call.account, call.id)))


async def delete_image(call: Call) -> Reply:
    return Reply(200 if await call.mms.images.delete(call.account, call.id) else 204)


async def create_service(call: Call) -> Reply:
    _unused, operation = call.mms.services.create(call.account, await call.body())
    await call.fronts.ensure(call.account)
    return call.accepted(operation)


async def list_services(call: Call) -> Reply:
    filters = call.filters(
        "serviceName", "modelId", "modelName", "manifestId", "manifestName", "imageId", "computeResourceId"
    )
    return call.page("services", partial(call.mms.services.page, call.account, filters), call.shapes.service)


async def get_service(call: Call) -> Reply:
    return Reply(200, call.shapes.service(call.mms.services.get(call.account, call.id)))


async def update_service(call: Call) -> Reply:
    _unused, operation = call.mms.services.update(call.account, call.id, await call.body())
    return call.accepted(operation)


async def delete_service(call: Call) -> Reply:
    if call.query.get("api-version", "").lower() in call.wire.asynchronous_delete:
        operation = call.mms.services.delete_later(call.account, call.id)
        return Reply(204) if operation is None else call.accepted(operation)
    return Reply(200 if await call.mms.services.delete(call.account, call.id) else 204)


async def get_keys(call: Call) -> Reply:
    return Reply(200, call.shapes.keys(call.mms.services.keys(call.account, call.id)))


async def regenerate_keys(call: Call) -> Reply:
    keys = await call.mms.services.regenerate_keys(call.account, call.id, await call.body())
    return Reply(200, call.shapes.keys(keys))


async def get_service_log(call: Call) -> Reply:
    log = await call.mms.service_logs.read(call.account, call.id, log_lines(call.query))
    return Reply(200, call.shapes.service_log(log))


async def list_deployments(call: Call) -> Reply:
    deployments = call.mms.deployments.all(call.account, call.filters("serviceId"))
    return Reply(200, [call.shapes.deployment(one) for one in deployments])


async def get_deployment(call: Call) -> Reply:
    return Reply(200, call.shapes.deployment(call.mms.deployments.get(call.account, call.id)))


async def get_operation(call: Call) -> Reply:
    return Reply(200, call.shapes.operation(call.mms.operations.read(call.account, call.id)))
