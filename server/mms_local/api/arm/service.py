# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The HTTP side of Resource Manager: versions, tokens, and who answers what."""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

from aiohttp import web

from mms_local.api.arm import documents
from mms_local.api.arm.computes import Computes
from mms_local.api.arm.control import MANAGED_CLUSTER, ClusterControl, KubeconfigStorage, cluster_kubeconfig
from mms_local.api.arm.errors import ArmError, from_api_error, invalid_content
from mms_local.api.arm.kinds import KIND_BY_NAME, WORKSPACE, Kind
from mms_local.api.arm.path import ArmPath, parse
from mms_local.api.arm.resources import Resources
from mms_local.api.arm.surroundings import namespace_of, only, surroundings
from mms_local.api.errors import ApiError
from mms_local.api.guard.tokens import TokenChecker, demand_token
from mms_local.api.mms.scene import timestamp
from mms_local.api.reading import json_body, query_of
from mms_local.core.accounts import ArmKind, ArmResources
from mms_local.core.errors import Invalid

_VERSION = re.compile(r"\d{4}-\d\d-\d\d(-[a-z]+)?", re.ASCII | re.IGNORECASE)
_CREDENTIALS = {"listclusterusercredential": "clusterUser", "listclusteradmincredential": "clusterAdmin"}
_STATUS = "operationsStatus"
_BESIDE = "/rp/workspaces"  # where workspaces offer their part of Resource Manager themselves
_KEPT_STATUSES = 1000


class ArmService:
    """Answers `/subscriptions` and `/providers`.

    Args:
        arm: the resources.
        storage: keeps the kubeconfigs of AKS clusters.
        checker: judges bearer tokens; None lets everybody in.
        storage_key: of the storage account that is offered here, for `listKeys` of workspaces.
        data_plane_token: a token that the data plane accepts, for a caller who knows the server by this origin.
        subscription: is in the list of subscriptions, though nothing may be in it yet.
    """

    def __init__(
        self,
        arm: ArmResources,
        storage: KubeconfigStorage,
        checker: TokenChecker | None,
        data_plane_token: Callable[[str], str],
        storage_key: str = "",
        subscription: str = "",
    ) -> None:
        self._arm = arm
        self._storage = storage
        self._resources = Resources(arm)
        self._checker = checker
        self._data_plane_token = data_plane_token
        self._storage_key = storage_key
        self._subscription = subscription
        self._computes = Computes(arm)
        self._finished: dict[str, str] = {}  # when, by the id of a deletion

    def routes(self) -> list[web.RouteDef]:
        """A few routes; everything below them is matched without regard to letter case."""
        return [
            web.get("/{root:(?i:subscriptions)}", self._subscriptions),
            web.route("*", "/{root:(?i:subscriptions)}/{rest:.+}", self._answer),
            web.route("*", "/{root:(?i:providers)}/{rest:.+}", self._answer),
            web.route("*", f"{_BESIDE}/{{rest:.+}}", self._answer),
        ]

    def control_routes(self) -> list[web.RouteDef]:
        """The routes that give clusters their secrets; for those who may control the server."""
        return ClusterControl(self._arm, self._storage).routes()

    async def _subscriptions(self, request: web.Request) -> web.Response:
        """Every id names a subscription; the list has the one that clients are told, and those where something is."""
        try:
            demand_token(request, self._checker)
        except ApiError as error:
            return from_api_error(error).to_response()
        known = sorted(self._arm.subscriptions() | {self._subscription} - {""})
        return web.json_response({"value": [documents.subscription(one) for one in known]})

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            demand_token(request, self._checker)
            path, query = parse(request.rel_url.raw_path.removeprefix(_BESIDE)), query_of(request)
            version = _checked_version(query)
            answer = surroundings(request, path)
            return answer or await self._about_resources(request, path, query, version)
        except Invalid as invalid:
            return invalid_content(invalid).to_response()
        except ApiError as error:
            return from_api_error(error).to_response()
        except ArmError as error:
            return error.to_response()

    async def _about_resources(
        self, request: web.Request, path: ArmPath, query: Mapping[str, str], version: str
    ) -> web.Response:
        if path.kind == MANAGED_CLUSTER:
            return self._managed_cluster(request, path)
        if not path.group and path.type.lower() == "locations":
            return self._status(request, path)
        kind = _kind(path, version)
        if not path.name:
            only(request, "GET")
            return self._page(request, kind, path, query)
        if not path.group:
            raise ArmError(404, "NotFound", "There is nothing at this path; resources are in resource groups.")
        if kind.arm is ArmKind.WORKSPACE and path.action and path.action[0].lower() == "computes":
            return await self._compute(request, path)
        if path.action:
            only(request, "POST")
            return self._action(request, kind, path)
        return await self._resource(request, kind, path)

    async def _resource(self, request: web.Request, kind: Kind, path: ArmPath) -> web.Response:
        only(request, "GET", "PUT", "PATCH", "DELETE")
        origin = _origin(request)
        if request.method == "PUT":
            shown, created = await self._resources.put(kind, path, await json_body(request), origin)
            return web.json_response(shown, status=201 if created else 200)
        if request.method == "PATCH":
            return web.json_response(await self._resources.patch(kind, path, await json_body(request), origin))
        if request.method == "DELETE":
            return self._deletion(request, kind, path)
        return web.json_response(self._resources.get(kind, path, origin))

    async def _compute(self, request: web.Request, path: ArmPath) -> web.Response:
        self._resources.existing(WORKSPACE, path)
        if len(path.action) == 1:
            only(request, "GET")
            return web.json_response({"value": self._computes.all(path)})
        if len(path.action) > 2:
            only(request, "POST")
            return web.json_response(self._computes.keys(path))
        only(request, "GET", "PUT", "DELETE")
        if request.method == "PUT":
            shown, created = self._computes.put(path, await json_body(request))
            headers = {"Azure-AsyncOperation": self._finished_now(request, WORKSPACE, path)}
            return web.json_response(shown, status=201 if created else 200, headers=headers)
        if request.method == "DELETE":
            if not self._computes.delete(path):
                return web.Response(status=204)
            return web.Response(
                status=202, headers={"Azure-AsyncOperation": self._finished_now(request, WORKSPACE, path)}
            )
        return web.json_response(self._computes.get(path))

    def _deletion(self, request: web.Request, kind: Kind, path: ArmPath) -> web.Response:
        if not self._resources.delete(kind, path):
            return web.Response(status=204)
        if not kind.deletes_later:
            return web.Response(status=200)
        location = self._finished_now(request, kind, path)
        return web.Response(status=202, headers={"Azure-AsyncOperation": location, "Location": location})

    def _finished_now(self, request: web.Request, kind: Kind, path: ArmPath) -> str:
        """Where the outcome of something is that was done just now."""
        operation = str(uuid.uuid4())
        self._finished[operation] = timestamp(datetime.now(timezone.utc))
        if len(self._finished) > _KEPT_STATUSES:
            del self._finished[next(iter(self._finished))]
        return (
            f"{_origin(request)}/subscriptions/{path.subscription}/providers/{kind.namespace}/locations/local"
            f"/{_STATUS}/{operation}?api-version={kind.versions[0]}"
        )

    def _status(self, request: web.Request, path: ArmPath) -> web.Response:
        """The outcome of a deletion. It was done before its 202 was sent, so there is no other state to tell."""
        only(request, "GET")
        word, _separator, operation = "/".join(path.action).partition("/")
        if word.lower() != _STATUS.lower() or operation not in self._finished:
            raise ArmError(404, "NotFound", "There is no operation of that id.")
        return web.json_response(
            {"id": request.path, "name": operation, "status": "Succeeded", "endTime": self._finished[operation]}
        )

    def _page(self, request: web.Request, kind: Kind, path: ArmPath, query: Mapping[str, str]) -> web.Response:
        origin = _origin(request)
        shown, token = self._resources.page(kind, path, query.get("$skiptoken", ""), origin)
        body: documents.Json = {"value": shown}
        if token:
            rest = {name: value for name, value in request.query.items() if name.lower() != "$skiptoken"}
            url = request.url.with_query({**rest, "$skiptoken": token})
            body["nextLink"] = f"{origin}{url.raw_path_qs}"
        return web.json_response(body)

    def _action(self, request: web.Request, kind: Kind, path: ArmPath) -> web.Response:
        names = {action.lower(): action for action in kind.actions}
        action = names.get("/".join(path.action).lower())
        if action is None:
            raise ArmError(404, "NotFound", f"{kind.arm.value} has no action '{'/'.join(path.action)}'.")
        resource = self._resources.existing(kind, path)
        if action == "listTokens":
            return web.json_response({"accessToken": self._data_plane_token(_origin(request))})
        if kind.arm is ArmKind.WORKSPACE:
            registry = self._arm.access(resource.name.id).registry
            return web.json_response(documents.workspace_keys(resource, self._storage_key, registry))
        if action == "listKeys":
            return web.json_response(documents.cluster_keys(self._arm.access(resource.name.id)))
        if action == "checkSystemServicesUpdatesAvailable":
            return web.json_response({"updatesAvailable": "No"})
        moment = timestamp(datetime.now(timezone.utc))  # there are no system services here to update
        return web.json_response({"updateStatus": "Succeeded", "updateStartedOn": moment, "updateCompletedOn": moment})

    def _managed_cluster(self, request: web.Request, path: ArmPath) -> web.Response:
        """The credentials of an AKS cluster whose kubeconfig was configured."""
        kubeconfig = cluster_kubeconfig(self._storage, path)
        if kubeconfig is None or not path.group:
            raise ArmError(
                404,
                "ResourceNotFound",
                f"The Resource 'Microsoft.ContainerService/managedClusters/{path.name}' under resource group"
                f" '{path.group}' was not found. Its kubeconfig can be configured with PUT /_mms/arm{path.id}.",
            )
        name = _CREDENTIALS.get("/".join(path.action).lower())
        if name is None:
            raise ArmError(404, "NotFound", "Of managed clusters only the credentials can be listed here.")
        only(request, "POST")
        value = base64.b64encode(kubeconfig.encode()).decode()
        return web.json_response({"kubeconfigs": [{"name": name, "value": value}]})


def _origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _checked_version(query: Mapping[str, str]) -> str:
    version = query.get("api-version", "")
    if not version:
        raise ArmError(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    if not _VERSION.fullmatch(version):
        raise ArmError(400, "InvalidApiVersionParameter", f"The api-version '{version[:64]}' is invalid.")
    return version.lower()


def _kind(path: ArmPath, version: str) -> Kind:
    """The kind of resource that the path is about, when it takes the version."""
    namespace = namespace_of(path)
    kind = KIND_BY_NAME.get(path.kind)
    if kind is None:
        raise ArmError(
            404,
            "InvalidResourceType",
            f"The resource type '{path.type}' could not be found in the namespace '{namespace}'.",
        )
    if version not in kind.versions:
        raise ArmError(
            400,
            "NoRegisteredProviderFound",
            f"No registered resource provider found for API version '{version}' for type '{kind.type}'."
            f" The supported api-versions are '{', '.join(kind.versions)}'.",
        )
    return kind
