# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""From a request to a generation, and to the operation of it that answers (protocol chapter 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from aiohttp import web

from mms_local.api.errors import ApiError, error_of
from mms_local.api.guard.tokens import TokenChecker, demand_token
from mms_local.api.logs import BuildLogs
from mms_local.api.mms.call import Call, Fronts, Reply
from mms_local.api.mms.generation import GenerationApi
from mms_local.api.mms.scene import Scene
from mms_local.api.mms.swagger import account_swagger
from mms_local.api.reading import query_of
from mms_local.api.request import HEADERS, OPERATION, REQUEST_ID, Saboteur
from mms_local.core.accounts import AccountName
from mms_local.core.errors import Refused
from mms_local.core.mms import Mms


@dataclass(frozen=True)
class DataPlane:
    """Answers everything below the addresses of the generations.

    Args:
        checker: judges bearer tokens; None lets everybody in.
        generations: those that are served.
        absolute_locations: whether `Operation-Location` is a URL instead of a path (protocol chapter 3).
    """

    mms: Mms
    checker: TokenChecker | None
    saboteur: Saboteur
    fronts: Fronts
    logs: BuildLogs
    generations: tuple[GenerationApi, ...]
    absolute_locations: bool = False

    def routes(self) -> list[web.RouteDef]:
        """One route for each root; the tables of the generations have the rest, free of letter case."""
        roots = dict.fromkeys(root for generation in self.generations for root in generation.roots)
        return [
            web.route("*", f"{_any_case(root)}/{{s:(?i:subscriptions)}}/{{rest:.*}}", self.answer) for root in roots
        ]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The answer of the operation, or of a fault rule."""
        name, generation, segments = _parse(request, self.generations)
        request[HEADERS] = generation.headers
        if [segment.lower() for segment in segments] == ["swagger.json"]:
            request[OPERATION] = "swagger.get"
            if request.method != "GET":
                raise _wrong_method(("GET",))
            return web.json_response(account_swagger(generation, _base(name, generation), request.scheme, request.host))
        operation, resource_id, allowed = generation.find(request.method, segments)
        if operation is None:
            raise _wrong_method(allowed) if allowed else ApiError(404, "there is nothing at this path")
        request[OPERATION] = operation.name

        async def answer() -> web.StreamResponse:
            demand_token(request, self.checker)
            query = query_of(request)
            _check_version(generation, query)
            account = self.mms.accounts.open(name, create=operation.method == "POST")
            base, front = _base(account.name, generation), self.fronts.origin(account, request)
            scene = Scene(self.mms, account, self.logs, base, _origin(request), front)
            call = Call(scene, generation, operation, request, resource_id, query, self.fronts)
            try:
                return self._response(call, await operation.handler(call))
            except Refused as refused:
                raise error_of(refused, generation.refusals) from refused

        return await self.saboteur.around(operation.name, request, answer)

    def _response(self, call: Call, reply: Reply) -> web.Response:
        headers = {}
        if reply.operation is not None:
            call.request[REQUEST_ID] = reply.operation.id
            location = f"{call.scene.base}/operations/{reply.operation.id}"
            headers["Operation-Location"] = call.scene.origin + location if self.absolute_locations else location
        if reply.body is None:
            return web.Response(status=reply.status, headers=headers)
        return web.json_response(reply.body, status=reply.status, headers=headers)


def _any_case(root: str) -> str:
    """A path as aiohttp's router matches it without regard to letter case."""
    return "".join(f"/{{r{number}:(?i:{re.escape(part)})}}" for number, part in enumerate(root.split("/")[1:]))


def _parse(
    request: web.Request, generations: tuple[GenerationApi, ...]
) -> tuple[AccountName, GenerationApi, list[str]]:
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
    if all(map(_is_plain, segments)):
        for generation in generations:
            found = generation.below(segments)
            if found is not None:
                return AccountName(generation.name, *found[0]), generation, found[1]
    raise ApiError(404, "there is nothing at this path")


def _is_plain(segment: str) -> bool:
    """Whether a decoded path segment is a name and not a trick."""
    return segment not in ("", ".", "..") and len(segment) <= 300 and segment.isprintable() and "/" not in segment


def _base(name: AccountName, generation: GenerationApi) -> str:
    parts = ("subscriptions", name.subscription, "resourceGroups", name.resource_group, *generation.marker, name.name)
    return "/".join((generation.roots[0], *(quote(part, safe="") for part in parts)))


def _origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _wrong_method(allowed: tuple[str, ...]) -> ApiError:
    return ApiError(405, f"this path takes {', '.join(allowed)}", headers={"Allow": ", ".join(allowed)})


def _check_version(generation: GenerationApi, query: Mapping[str, str]) -> None:
    """Protocol 7.1.2. The refusal has the flat shape, with the codes that ASP.NET API versioning uses (2.2.5)."""
    version = query.get("api-version", "")
    known = ", ".join(generation.versions)
    if not version and generation.version_required:
        raise _bad_version(
            "ApiVersionUnspecified", f"the query parameter api-version is required; this path takes {known}"
        )
    if version and version.lower() not in generation.versions:
        raise _bad_version(
            "UnsupportedApiVersion", f"api-version {version[:64]!r} is not known; this path takes {known}"
        )


def _bad_version(code: str, message: str) -> ApiError:
    return ApiError(400, message, ((code, message),), code=code)
