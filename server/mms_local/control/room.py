# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The control room, `/_mms/`: health, reset, seed, state, journal, faults, transitions. For tests and demos."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from mms_local.api.errors import ApiError
from mms_local.api.mms.swagger import openapi
from mms_local.api.reading import json_body, query_of
from mms_local.control.faults import Faults, Rule
from mms_local.control.journal import RequestJournal
from mms_local.control.seed import seed_models
from mms_local.core.fields import Field, Number, Record, read_strictly
from mms_local.core.mms import Mms
from mms_local.core.pacing import Pace

_PACE = Record((Field("notStartedReads", Number(0, 10_000)), Field("runningReads", Number(0, 10_000))))

Reset = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class State:
    """Dumps and loads everything but secrets."""

    dump: Callable[[], dict[str, Any]]
    load: Callable[[Any], Awaitable[None]]


@dataclass(frozen=True)
class ControlRoom:
    """Answers `/_mms/`.

    Args:
        resets: what a reset calls, in order.
        about: what health says besides `status`.
    """

    mms: Mms
    journal: RequestJournal
    faults: Faults
    state: State
    resets: list[Reset] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        """Every route of the room."""
        table = (
            ("GET", "health", self._health),
            ("POST", "reset", self._reset),
            ("POST", "seed", self._seed),
            ("GET", "state", self._dump),
            ("PUT", "state", self._load),
            ("GET", "requests", self._requests),
            ("DELETE", "requests", self._clear_requests),
            ("GET", "faults", self._faults),
            ("POST", "faults", self._add_fault),
            ("DELETE", "faults", self._clear_faults),
            ("GET", "transitions", self._transitions),
            ("PUT", "transitions", self._set_transitions),
            ("DELETE", "transitions", self._clear_transitions),
            ("GET", "openapi.json", self._openapi),
        )
        return [web.route(method, f"/_mms/{path}", handler) for method, path, handler in table]

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "healthy", **self.about})

    async def _reset(self, request: web.Request) -> web.Response:
        for reset in self.resets:
            await reset()
        return web.Response(status=204)

    async def _seed(self, request: web.Request) -> web.Response:
        return web.json_response({"models": seed_models(self.mms, await json_body(request))})

    async def _dump(self, request: web.Request) -> web.Response:
        return web.json_response(self.state.dump())

    async def _load(self, request: web.Request) -> web.Response:
        await self.state.load(await json_body(request))
        return web.Response(status=204)

    async def _requests(self, request: web.Request) -> web.Response:
        after = query_of(request).get("after", "0")
        if not (after.isascii() and after.isdecimal()) or len(after) > 18:
            raise ApiError(400, "query parameter after: must be a sequence number")
        return web.json_response([entry.to_json() for entry in self.journal.entries(int(after))])

    async def _clear_requests(self, request: web.Request) -> web.Response:
        self.journal.clear()
        return web.Response(status=204)

    async def _faults(self, request: web.Request) -> web.Response:
        return web.json_response([rule.to_json() for rule in self.faults.rules])

    async def _add_fault(self, request: web.Request) -> web.Response:
        rule = Rule.parse(await json_body(request))
        self.faults.rules.append(rule)
        return web.json_response(rule.to_json(), status=201)

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self.faults.clear()
        return web.Response(status=204)

    async def _transitions(self, request: web.Request) -> web.Response:
        pace = self.mms.world.pacing.pace
        return web.json_response({"notStartedReads": pace.not_started_reads, "runningReads": pace.running_reads})

    async def _set_transitions(self, request: web.Request) -> web.Response:
        fields = read_strictly(_PACE, await json_body(request))
        self.mms.world.pacing.pace = Pace(fields.get("notStartedReads", 0), fields.get("runningReads", 0))
        return await self._transitions(request)

    async def _clear_transitions(self, request: web.Request) -> web.Response:
        self.mms.world.pacing.clear()
        return web.Response(status=204)

    async def _openapi(self, request: web.Request) -> web.Response:
        return web.json_response(openapi(f"{request.scheme}://{request.host}"))
