# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a request below `/api/subscriptions` to the operation that answers it (protocol 2, 2.1, 2.2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, unquote

from aiohttp import web

from mms_local.api.errors import ApiError
from mms_local.api.guard.tokens import TokenChecker, demand_token
from mms_local.api.logs import BuildLogs
from mms_local.api.mms import operations
from mms_local.api.mms.call import Call, Fronts, Reply
from mms_local.api.mms.generations import Wire
from mms_local.api.mms.shapes import Shapes
from mms_local.api.reading import query_of
from mms_local.api.swagger import account_swagger
from mms_local.core.accounts import AccountName
from mms_local.core.mms import Mms

OPERATION = web.RequestKey("operation", str)
"""Name of the operation that a request turned out to be; read by the journal."""

REQUEST_ID = web.RequestKey("request_id", str)
"""Becomes `x-ms-request-id`; on a 202 it is the operation's id (protocol 2.1.6)."""

Answer = Callable[[], Awaitable[web.StreamResponse]]


class Saboteur(Protocol):
    """Faults that tests order for requests."""

    async def around(self, operation: str, request: web.Request, answer: Answer) -> web.StreamResponse:
        """The answer, or what a fault rule makes of it."""


@dataclass(frozen=True)
class DataPlane:
    """Answers everything below `/api/subscriptions`.

    Args:
        checker: judges bearer tokens; None lets everybody in.
        wires: the generations that are served, by their marker in the path.
        absolute_locations: whether `Operation-Location` is a URL instead of a path (protocol chapter 3).
    """

    mms: Mms
    checker: TokenChecker | None
    saboteur: Saboteur
    fronts: Fronts
    logs: BuildLogs
    wires: Mapping[str, Wire]
    absolute_locations: bool = False

    def routes(self) -> list[web.RouteDef]:
        """One route; the table in :mod:`mms_local.api.mms.operations` has the rest, free of letter case."""
        return [web.route("*", "/{api:(?i:api)}/{subscriptions:(?i:subscriptions)}/{rest:.*}", self.answer)]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The answer of the operation, or of a fault rule."""
        name, wire, segments = _parse(request, self.wires)
        if [segment.lower() for segment in segments] == ["swagger.json"]:
            request[OPERATION] = "swagger.get"
            if request.method != "GET":
                raise _wrong_method(("GET",))
            return web.json_response(account_swagger(wire, _base(name, wire), request.scheme, request.host))
        operation, resource_id, allowed = operations.find(wire.generation, request.method, segments)
        if operation is None:
            raise _wrong_method(allowed) if allowed else ApiError(404, "there is nothing at this path")
        request[OPERATION] = operation.name

        async def answer() -> web.StreamResponse:
            demand_token(request, self.checker)
            query = query_of(request)
            _check_version(wire, query)
            account = self.mms.accounts.open(name, create=operation.method == "POST")
            shapes = Shapes(
                self.mms,
                account,
                wire,
                self.logs,
                _base(account.name, wire),
                _origin(request),
                self.fronts.origin(account, request),
            )
            call = Call(self.mms, account, wire, request, resource_id, query, shapes, self.fronts)
            return self._response(call, await operation.handler(call))

        return await self.saboteur.around(operation.name, request, answer)

    def _response(self, call: Call, reply: Reply) -> web.Response:
        if reply.operation is not None:
            call.request[REQUEST_ID] = reply.operation.id
            location = f"{call.shapes.base}/operations/{reply.operation.id}"
            if self.absolute_locations:
                location = call.shapes.origin + location
            return web.Response(status=202, headers={"Operation-Location": location})
        if reply.body is None:
            return web.Response(status=reply.status)
        return web.json_response(reply.body, status=reply.status)


def _parse(request: web.Request, wires: Mapping[str, Wire]) -> tuple[AccountName, Wire, list[str]]:
    """Account, generation and the segments below the account.

    Raises:
        ApiError: 404 for a path of any other shape.
    """
    try:
        segments = [unquote(segment, errors="strict").strip() for segment in request.rel_url.raw_path.split("/")[1:]]
    except UnicodeDecodeError:
        segments = []
    if segments and not segments[-1]:
        segments.pop()  # a trailing slash
    if len(segments) > 7 and segments[3].lower() == "resourcegroups" and all(map(_is_plain, segments)):
        wire = wires.get(segments[5].lower())
        if wire is not None:
            return AccountName(wire.generation, segments[2], segments[4], segments[6]), wire, segments[7:]
        if segments[5].lower() == "providers":
            raise ApiError(404, "generation workspace is not served here; use accounts or hostingAccounts")
    raise ApiError(404, "there is nothing at this path")


def _is_plain(segment: str) -> bool:
    """Whether a decoded path segment is a name and not a trick."""
    return segment not in ("", ".", "..") and len(segment) <= 300 and segment.isprintable() and "/" not in segment


def _base(name: AccountName, wire: Wire) -> str:
    parts = (name.subscription, "resourceGroups", name.resource_group, wire.marker, name.name)
    return "/api/subscriptions/" + "/".join(quote(part, safe="") for part in parts)


def _origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _wrong_method(allowed: tuple[str, ...]) -> ApiError:
    return ApiError(405, f"this path takes {', '.join(allowed)}", headers={"Allow": ", ".join(allowed)})


def _check_version(wire: Wire, query: Mapping[str, str]) -> None:
    """Protocol 7.1.2. The refusal has the flat shape, with the codes that ASP.NET API versioning uses (2.2.5)."""
    version = query.get("api-version", "")
    known = ", ".join(wire.versions)
    if not version and wire.version_required:
        raise _bad_version(
            "ApiVersionUnspecified", f"the query parameter api-version is required; this path takes {known}"
        )
    if version and version.lower() not in wire.versions:
        raise _bad_version(
            "UnsupportedApiVersion", f"api-version {version[:64]!r} is not known; this path takes {known}"
        )


def _bad_version(code: str, message: str) -> ApiError:
    return ApiError(400, message, ((code, message),), code=code)
