# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Generation `workspace`: Azure Machine Learning workspaces, data plane `modelmanagement/v1.0` (protocol 2.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from mms_local.api.errors import ApiError
from mms_local.api.mms import workspace_bodies as bodies
from mms_local.api.mms.call import Call, Reply
from mms_local.api.mms.generation import ApiOperation, GenerationApi
from mms_local.api.mms.json_patch import patched
from mms_local.api.mms.scene import Json, timestamp
from mms_local.api.mms.workspace_views import Views, version_id
from mms_local.api.reading import invalid_order, log_lines
from mms_local.core.accounts import Account
from mms_local.core.errors import Conflict, Invalid, NotFound, Problem
from mms_local.core.fields import read
from mms_local.core.generation import Generation
from mms_local.core.mms import Mms
from mms_local.core.resources import Access, Image, Model, Service
from mms_local.core.services import NewService
from mms_local.core.storage import Order, Page

T = TypeVar("T")

_LABELS = ("tag", "tags", "properties")
_MODEL_FILTERS = ("name", *_LABELS, "framework", "description", "runId", "version", "latestVersionOnly")
_ASSET_FILTERS = ("name", *_LABELS, "runId", "type")
_IMAGE_FILTERS = ("name", "version", *_LABELS, "description", "modelId", "modelName")
_SERVICE_FILTERS = (
    "name",
    "imageId",
    "imageDigest",
    "imageName",
    "modelId",
    "modelName",
    *_LABELS,
    "runId",
    "computeType",
)
_STORED_NAMES = {"tag": "kvTag", "tags": "kvTags"}
_MODEL_CHANGES = (
    "kvTags",
    "properties",
    "description",
    "sampleInputData",
    "sampleOutputData",
    "resourceRequirements",
    "datasets",
)
_LABEL_CHANGES = ("kvTags", "properties")
_KEY_TYPES = {"primary": False, "0": False, "secondary": True, "1": True}


def _views(call: Call) -> Views:
    return Views(call.scene)


def _filters(call: Call) -> dict[str, str]:
    return {_STORED_NAMES.get(name, name): value for name, value in call.filters().items()}


def _expanded(call: Call) -> bool:
    return call.query.get("expand", "").lower() == "true"


def _order(call: Call, usual: Order) -> Order:
    wanted = call.query.get("orderby") or call.query.get("$orderby")
    if not wanted:
        return usual
    found = next((order for order in Order if order.value.lower() == wanted.lower()), None)
    if found is None:
        raise invalid_order([order.value for order in Order])
    return found


def _page(
    call: Call,
    find: Callable[[Account, Mapping[str, str], int, int | None, Order], Page[T]],
    render: Callable[[T], Json],
    usual: Order = Order.NEWEST,
    filters: Mapping[str, str] | None = None,
) -> Reply:
    wanted, order = _filters(call) if filters is None else filters, _order(call, usual)
    return call.page(
        call.operation.path.partition("/")[0],
        lambda after, limit: find(call.account, wanted, after, limit, order),
        render,
    )


async def _by_body(call: Call, listed: Callable[[Call], Reply]) -> Reply:
    """A list whose filters come in the body, under the names of the query; the answer says how to go on."""
    body = await call.body()
    if not isinstance(body, dict | None):
        raise Invalid(Problem("body", "must be an object"))
    query = {name.lower(): _in_query(value) for name, value in (body or {}).items() if value is not None}
    query["$skiptoken"] = query.pop("skiptoken", "")
    reply = listed(replace(call, query={**call.query, **query}))
    if "nextLink" in reply.body:
        token = reply.body["nextLink"].rpartition("=")[2]
        reply.body.update(continuationToken=token, nextRequest={**(body or {}), "skipToken": token})
    return reply


def _in_query(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def register(mms: Mms, account: Account, body: Any) -> Model:
    """Keep the model that a request describes."""
    fields = dict(read(bodies.MODEL, bodies.given(body)))
    tags = fields.pop("tags", None)
    kept = {one.name: fields[one.name] for one in bodies.MODEL_DETAILS if one.name in fields}
    if isinstance(tags, list) and "kvTags" not in kept:
        kept["kvTags"] = {str(tag): "" for tag in tags}
    return mms.models.register(account, fields, kept)


async def create_model(call: Call) -> Reply:
    model = call.generation.register(call.mms, call.account, await call.body())
    return Reply(call.operation.statuses[0], _views(call).model(model))


def _models(call: Call) -> Reply:
    return _page(call, call.mms.models.page, _views(call).model)


async def list_models(call: Call) -> Reply:
    return _models(call)


async def query_models(call: Call) -> Reply:
    return await _by_body(call, _models)


async def get_model(call: Call) -> Reply:
    return Reply(200, _views(call).model(call.mms.models.get(call.account, call.id)))


async def patch_model(call: Call) -> Reply:
    model = call.mms.models.get(call.account, call.id)
    before = {**model.kept, "description": model.description}
    after = patched(before, await call.body(), _MODEL_CHANGES)
    _demand_constant_properties(before, after)
    checked = dict(read(bodies.MODEL, bodies.given({**_required(model), **after})))
    kept = {one.name: checked[one.name] for one in bodies.MODEL_DETAILS if one.name in checked}
    return Reply(200, _views(call).model(call.mms.models.describe(model, checked.get("description", ""), kept)))


async def delete_model(call: Call) -> Reply:
    return Reply(200 if call.mms.models.delete(call.account, call.id) else 204)


async def create_asset(call: Call) -> Reply:
    fields = dict(read(bodies.ASSET, bodies.given(await call.body())))
    return Reply(200, _views(call).asset(call.mms.assets.create(call.account, fields.pop("name"), fields)))


async def list_assets(call: Call) -> Reply:
    return _page(call, call.mms.assets.page, _views(call).asset)


async def get_asset(call: Call) -> Reply:
    return Reply(200, _views(call).asset(call.mms.assets.get(call.account, call.id)))


async def patch_asset(call: Call) -> Reply:
    asset = call.mms.assets.get(call.account, call.id)
    changes = tuple(one.name for one in bodies.ASSET.fields if one.name != "name")
    fields = dict(read(bodies.ASSET, {"name": asset.name, **patched(asset.kept, await call.body(), changes)}))
    del fields["name"]
    return Reply(200, _views(call).asset(call.mms.assets.describe(asset, fields)))


async def delete_asset(call: Call) -> Reply:
    return Reply(200 if call.mms.assets.delete(call.account, call.id) else 204)


async def create_image(call: Call) -> Reply:
    fields = read(bodies.IMAGE, bodies.given(await call.body()))
    recipe = bodies.image_recipe(fields)
    own = ("name", "description", "driverProgram", "assets", "modelIds", "imageType")
    kept = {name: value for name, value in fields.items() if name not in own}
    _unused, operation = call.mms.images.compose(call.account, recipe, fields.get("description", ""), kept)
    return call.accepted(operation)


async def list_images(call: Call) -> Reply:
    views, expand = _views(call), _expanded(call)
    return _page(call, call.mms.images.page, lambda image: views.image(image, expand=expand))


async def get_image(call: Call) -> Reply:
    return Reply(200, _views(call).image(_image(call, call.id), expand=_expanded(call)))


async def patch_image(call: Call) -> Reply:
    image = _image(call, call.id)
    after = patched(image.kept, await call.body(), _LABEL_CHANGES)
    _demand_constant_properties(image.kept, after)
    read(bodies.ASSET, {"name": image.name, **{name: after.get(name) for name in _LABEL_CHANGES}})
    return Reply(200, _views(call).image(call.mms.images.describe(image, after), expand=True))


async def delete_image(call: Call) -> Reply:
    image = _found_image(call, call.id)
    deleted = image is not None and await call.mms.images.delete(call.account, image.id)
    return Reply(200 if deleted else 204)


async def create_service(call: Call) -> Reply:
    body = await call.body()
    document = bodies.service_document(body)
    new = _new_service(call, document)
    known = call.mms.services.named(call.account, new.name)
    if known is not None and document.get("overwrite"):
        await call.mms.services.delete(call.account, known.id)
    _unused, operation = call.mms.services.deploy(call.account, new)
    await call.fronts.ensure(call.account)
    return call.accepted(operation)


def _new_service(call: Call, document: Mapping[str, Any]) -> NewService:
    recipe, image_id, keys = None, "", document.get("keys", {})
    if "environmentImageRequest" in document:
        recipe = bodies.environment_recipe(document["name"], document["environmentImageRequest"])
    else:
        image_id = call.mms.services.built_image(call.account, _image_id(call, document["imageId"])).id
    return NewService(
        name=document["name"],
        settings=bodies.settings_of(document, image_id),
        primary_key=keys.get("primaryKey"),
        secondary_key=keys.get("secondaryKey"),
        kept=bodies.kept_of(document),
        recipe=recipe,
    )


def _services(call: Call) -> Reply:
    views, expand, filters = _views(call), _expanded(call), _filters(call)
    if "name" in filters:
        filters["serviceName"] = filters.pop("name")
    if "imageId" in filters:
        image = _found_image(call, filters["imageId"])
        filters["imageId"] = image.id if image else filters["imageId"]
    return _page(
        call,
        call.mms.services.page,
        lambda service: views.service(service, expand=expand),
        Order.LAST_UPDATED,
        filters,
    )


async def list_services(call: Call) -> Reply:
    return _services(call)


async def query_services(call: Call) -> Reply:
    return await _by_body(call, _services)


async def get_service(call: Call) -> Reply:
    return Reply(200, _views(call).service(_service(call), expand=_expanded(call)))


async def patch_service(call: Call) -> Reply:
    service = _service(call)
    document, recipe, image_id = _changed(call, service, await call.body())
    settings = bodies.settings_of(document, image_id)
    service, operation = call.mms.services.change(call.account, service.id, settings, bodies.kept_of(document), recipe)
    return Reply(200, _views(call).service(service, expand=True), operation)


def _changed(call: Call, service: Service, operations: Any) -> tuple[dict[str, Any], Any, str]:
    """The service's document after a patch, and its image: a recipe, or the id of one that is built."""
    kind = str(service.kept["computeType"])
    own = call.mms.images.get(call.account, service.wanted.image_id)
    before: dict[str, Any] = {**service.kept, "name": service.name}
    if own.owner is None:
        before["imageId"] = version_id(own)
    after = patched(before, operations, bodies.CHANGEABLE[kind])
    _demand_constant_properties(before, after)
    asked = [str(one.get("path", "")).lower() for one in operations]
    if "/imageid" in asked:
        after.pop("environmentImageRequest", None)
    elif "/environmentimagerequest" in asked:
        after.pop("imageId", None)
    if (after.get("autoScaler") or {}).get("autoscaleEnabled") and "/numreplicas" not in asked:
        after.pop("numReplicas", None)
    document = bodies.service_document(after, before)
    if "/environmentimagerequest" in asked:
        return document, bodies.environment_recipe(service.name, document["environmentImageRequest"]), ""
    if "/imageid" in asked:
        return document, None, call.mms.services.built_image(call.account, _image_id(call, document["imageId"])).id
    return document, None, own.id


async def delete_service(call: Call) -> Reply:
    return Reply(200 if await call.mms.services.delete(call.account, call.id) else 204)


async def list_keys(call: Call) -> Reply:
    keys = call.mms.services.keys(call.account, _service(call).id)
    return Reply(200, {"primaryKey": keys.primary, "secondaryKey": keys.secondary})


async def regenerate_keys(call: Call) -> Reply:
    service, fields = _service(call), read(bodies.REGENERATE, await call.body())
    secondary = _KEY_TYPES.get(str(fields["keyType"]).lower())
    if secondary is None:
        raise Invalid(Problem("keyType", "must be Primary or Secondary (or 0 or 1)"))
    operation = await call.mms.services.regenerate_keys_later(
        call.account, service.id, secondary=secondary, value=fields.get("keyValue")
    )
    return call.accepted(operation)


async def issue_token(call: Call) -> Reply:
    service = _service(call)
    if service.wanted.access is not Access.TOKENS:
        raise Invalid(Problem("aadAuthEnabled", f"is off for service {service.name}; it is called with its keys"))
    return Reply(201, call.fronts.token(service))


async def get_log(call: Call) -> Reply:
    lines = log_lines(call.query)
    if call.query.get("init", "").lower() == "true":
        _service(call)
        return Reply(200, {"content": ""})  # no service has a container for its init
    log = await call.mms.service_logs.read(call.account, call.id, lines)
    whose = {"serviceId": log.service_id, "serviceName": log.name}
    return Reply(200, {"content": log.text, **whose, "removedAt": log.removed and timestamp(log.removed)})


async def get_operation(call: Call) -> Reply:
    return Reply(200, _views(call).operation(call.mms.operations.read(call.account, call.id)))


async def validate_name(call: Call) -> Reply:
    if call.mms.services.named(call.account, call.id) is not None:
        return _refused(f"there is already a service named {call.id!r} in workspace {call.account.name.name}")
    return Reply(200, {})


async def validate_service(call: Call) -> Reply:
    body = await call.body()
    if not isinstance(body, dict):
        raise Invalid(Problem("body", "must be an object"))
    kind, name = str(body.get("type", "")), str(body.get("serviceName", ""))
    try:
        if kind.lower() == "create":
            _new_service(call, bodies.service_document(body.get("createRequest")))
        elif kind.lower() == "update":
            service = call.mms.services.named(call.account, name)
            if service is not None:
                _changed(call, service, body.get("updateRequest"))
    except Invalid as invalid:
        return _refused(invalid.message)
    return Reply(200, {})


async def validate_resource(call: Call) -> Reply:
    try:
        bodies.service_document(await call.body())
    except Invalid as invalid:
        return _refused(invalid.message)
    return Reply(200, {})


async def unsupported(call: Call) -> Reply:
    raise ApiError(400, f"{call.operation.name} is not offered here; images are made with images or services")


def _refused(message: str) -> Reply:
    return Reply(200, {"error": {"code": "BadRequest", "statusCode": 400, "message": message}})


def _required(model: Model) -> Json:
    return {"name": model.name, "url": model.url, "mimeType": model.mime_type}


def _demand_constant_properties(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Keys of `properties` are written once (protocol 2.3.2)."""
    known, now = before.get("properties", {}), after.get("properties", {})
    if not isinstance(now, dict):
        raise Invalid(Problem("properties", "must be an object"))
    changed = [name for name, value in known.items() if now.get(name) != value]
    if changed:
        raise Invalid(
            *(Problem(f"properties.{name}", "cannot be changed; properties are written once") for name in changed)
        )


def _found_image(call: Call, image_id: str) -> Image | None:
    name, _separator, version = image_id.rpartition(":")
    return call.mms.images.version(call.account, name, version) if version.isdecimal() and version.isascii() else None


def _image(call: Call, image_id: str) -> Image:
    image = _found_image(call, image_id)
    if image is None:
        raise NotFound(f"there is no image with id {image_id!r} in workspace {call.account.name.name}")
    return image


def _image_id(call: Call, image_id: str) -> str:
    image = _found_image(call, image_id)
    if image is None:
        raise Invalid(Problem("imageId", f"there is no image {image_id!r} in this workspace"))
    return image.id


def _service(call: Call) -> Service:
    service = call.mms.services.named(call.account, call.id)
    if service is None:
        raise NotFound(f"there is no service {call.id!r} in workspace {call.account.name.name}")
    return call.mms.services.get(call.account, service.id)


_GONE = (200, 204)

WORKSPACE = GenerationApi(
    name=Generation.WORKSPACE,
    roots=("/modelmanagement/v1.0", "/api"),
    marker=("providers", "Microsoft.MachineLearningServices", "workspaces"),
    versions=(
        "1.0",
        "v1.0",
        "2018-03-01-preview",
        "2018-11-19",
        "2019-05-01",
        "2019-08-01",
        "2019-09-30",
        "2019-11-01",
    ),
    version_required=False,
    register=register,
    paged=frozenset({"models", "assets", "images", "services"}),
    page_size=(30, 255),
    refusals={Conflict: "ServiceExists"},
    headers={"api-supported-versions": "1.0, 2018-03-01-preview, 2018-11-19"},
    operations=(
        ApiOperation("models.create", "POST", "models", create_model, body=bodies.MODEL),
        ApiOperation("models.list", "GET", "models", list_models, filters=_MODEL_FILTERS),
        ApiOperation("models.query", "POST", "models/list", query_models, filters=_MODEL_FILTERS),
        ApiOperation("models.get", "GET", "models/{id}", get_model),
        ApiOperation("models.patch", "PATCH", "models/{id}", patch_model),
        ApiOperation("models.delete", "DELETE", "models/{id}", delete_model, _GONE),
        ApiOperation("assets.create", "POST", "assets", create_asset, body=bodies.ASSET),
        ApiOperation("assets.list", "GET", "assets", list_assets, filters=_ASSET_FILTERS),
        ApiOperation("assets.get", "GET", "assets/{id}", get_asset),
        ApiOperation("assets.patch", "PATCH", "assets/{id}", patch_asset),
        ApiOperation("assets.delete", "DELETE", "assets/{id}", delete_asset, _GONE),
        ApiOperation("images.create", "POST", "images", create_image, (202,), body=bodies.IMAGE),
        ApiOperation("images.list", "GET", "images", list_images, filters=_IMAGE_FILTERS),
        ApiOperation("images.get", "GET", "images/{id}", get_image),
        ApiOperation("images.patch", "PATCH", "images/{id}", patch_image),
        ApiOperation("images.delete", "DELETE", "images/{id}", delete_image, _GONE),
        ApiOperation("services.create", "POST", "services", create_service, (202,), body=bodies.SERVICE),
        ApiOperation("services.list", "GET", "services", list_services, filters=_SERVICE_FILTERS),
        ApiOperation("services.query", "POST", "services/list", query_services, filters=_SERVICE_FILTERS),
        ApiOperation("services.validate", "POST", "services/validate", validate_service),
        ApiOperation("services.validateResource", "POST", "services/validate/resource", validate_resource),
        ApiOperation("services.validateName", "POST", "services/validate/name/{id}", validate_name),
        ApiOperation("services.get", "GET", "services/{id}", get_service),
        ApiOperation("services.update", "PATCH", "services/{id}", patch_service),
        ApiOperation("services.delete", "DELETE", "services/{id}", delete_service, _GONE),
        ApiOperation("services.keys", "POST", "services/{id}/listkeys", list_keys),
        ApiOperation(
            "services.regenerateKeys",
            "POST",
            "services/{id}/regenerateKeys",
            regenerate_keys,
            (202,),
            body=bodies.REGENERATE,
        ),
        ApiOperation("services.token", "POST", "services/{id}/token", issue_token, (201,)),
        ApiOperation("services.logs", "GET", "services/{id}/logs", get_log, filters=("tail", "init")),
        ApiOperation("operations.get", "GET", "operations/{id}", get_operation),
        ApiOperation("packages.create", "POST", "packages", unsupported),
        ApiOperation("profiles.create", "POST", "profiles", unsupported),
    ),
)
