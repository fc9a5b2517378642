# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Where services answer: `/api/v1/service/<name>/...`, with one port per account (protocol chapter 6).

The first account that deploys has the server's own port. Each further one gets a port of its own, which it keeps: two
accounts may have services of the same name.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiohttp import web

from mms_local.api.scoring_tokens import issue, opens
from mms_local.compute.front import no_such_service
from mms_local.core.accounts import Account
from mms_local.core.mms import Mms
from mms_local.core.resources import Access, Service

LOG = logging.getLogger(__name__)
_PORT = re.compile(r":\d+$")
_QUEUE = 10  # requests that a replica lets wait
MAIN = 0  # the value of `front_port` for the account that has the server's own port
PATH = "/api/v1/service/{service}/{rest:.*}"


class Forward(Protocol):
    """Passes a request on to a service."""

    async def forward(
        self,
        request: web.Request,
        endpoint: str | None,
        rest: str,
        *,
        limit: int | None = None,
        key: str | None = None,
    ) -> web.StreamResponse:
        """The service's answer. Without an endpoint there is none just now; above the limit the service is busy.

        Args:
            key: goes to the service in the place of what the caller brought.
        """


Listen = Callable[[web.Application, int], Awaitable[tuple[web.AppRunner, int]]]


class Fronts:
    """Front ports of accounts.

    Args:
        make_app: makes an application that has no routes yet.
        listen: serves an application on a port (0: any) and gives the runner and the port it got.
    """

    def __init__(self, mms: Mms, forward: Forward, make_app: Callable[[], web.Application], listen: Listen) -> None:
        self._mms = mms
        self._forward = forward
        self._make_app = make_app
        self._listen = listen
        self._runners: dict[int, web.AppRunner] = {}
        self._main_account: Account | None = None
        self._placing = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """The scoring routes of the server's own port."""
        return [web.route("*", PATH, self._main)]

    async def start(self) -> None:
        """Give accounts that have services the places that they had before."""
        accounts = self._mms.accounts.all()
        self._main_account = next((one for one in accounts if one.front_port == MAIN), None)
        for account in accounts:
            if account.front_port:
                await self._open(account, account.front_port)
            elif self._mms.services.page(account, {}, 0, 1).items:
                await self.ensure(account)  # the server was killed before it could

    async def ensure(self, account: Account) -> None:
        """Give the account a place for its services, if it has none."""
        async with self._placing:
            if self._mms.accounts.numbered(account.number).front_port is not None:
                return
            if self._main_account is None:
                self._mms.world.storage.set_front_port(account, MAIN)
                self._main_account = account
            else:
                await self._open(account, 0)

    def origin(self, account: Account, request: web.Request) -> str:
        """Scheme, host and port of the account's services, as the caller sees them."""
        if account.number in self._runners:
            port = self._runners[account.number].addresses[0][1]
            return f"http://{_PORT.sub('', request.host)}:{port}"
        return f"{request.scheme}://{request.host}"

    async def stop(self) -> None:
        """Close the ports of all accounts."""
        runners, self._runners, self._main_account = self._runners, {}, None
        for runner in runners.values():
            await runner.cleanup()

    async def _open(self, account: Account, port: int) -> None:
        app = self._make_app()

        async def answer(request: web.Request) -> web.StreamResponse:
            return await self._answer(account, request)

        app.router.add_route("*", PATH, answer)
        try:
            runner, found = await self._listen(app, port)
        except OSError:
            LOG.warning("port %d of account %s is taken; its services move to another one", port, account.name.name)
            runner, found = await self._listen(app, 0)
        self._runners[account.number] = runner
        self._mms.world.storage.set_front_port(account, found)

    async def _main(self, request: web.Request) -> web.StreamResponse:
        if self._main_account is None:
            return no_such_service(request.match_info["service"])
        return await self._answer(self._main_account, request)

    async def _answer(self, account: Account, request: web.Request) -> web.StreamResponse:
        service = self._mms.services.named(account, request.match_info["service"])
        if service is None:
            return no_such_service(request.match_info["service"])
        key = self._key(service, request)
        endpoint = await self._mms.engines.compute.endpoint(service.id)
        rest = request.match_info["rest"]
        return await self._forward.forward(request, endpoint, rest, limit=_limit(service), key=key)

    def _key(self, service: Service, request: web.Request) -> str | None:
        """The key to send on: the service's own for callers who need none, or who bring a token in its place."""
        access = (service.live or service.wanted).access
        if access is Access.KEYS:
            return None
        primary = self._mms.services.key_of(service).primary
        return primary if access is Access.NOTHING or opens(service, primary, request.headers) else None

    def token(self, service: Service) -> dict[str, Any]:
        """A token for a service that takes tokens (protocol 2.3.7)."""
        return issue(service, self._mms.services.key_of(service).primary)


def _limit(service: Service) -> int | None:
    """How many requests may be on their way: each replica works on so many and queues ten (protocol chapter 6)."""
    settings = service.live or service.wanted
    if settings.max_concurrent_requests is None:
        return None
    scaling = settings.scaling
    replicas = (scaling.max_replicas or 10) if scaling and scaling.enabled else settings.replicas or 1
    return replicas * (settings.max_concurrent_requests + _QUEUE)
