# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Keeps web pages of others out of every room of the server.

A browser on this machine is a caller on this machine, whatever site it shows. Such a site could send requests here
(cross-site request forgery), or have its own name point to 127.0.0.1 and then read the answers too (DNS rebinding).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from mms_local.api.errors import ApiError
from mms_local.api.request import Handler
from mms_local.core.hosts import Hosts, address_of

ALWAYS = ("localhost", "*.localhost")
"""Names that no stranger can own."""


def from_no_other_site(allowed: Hosts) -> Middleware:
    """Apply :func:`demand_no_other_site` to every request."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        demand_no_other_site(request, allowed)
        return await handler(request)

    return middleware


def demand_no_other_site(request: web.Request, allowed: Hosts) -> None:
    """Refuse what a web page of another site may have had a browser send.

    A request without a Host header (HTTP/1.0) comes from no browser.

    Args:
        allowed: names under which the server answers, besides addresses, which nobody can have point elsewhere.

    Raises:
        ApiError: 403.
    """
    host = urlsplit(f"//{request.host}").hostname or ""
    if hdrs.HOST in request.headers and address_of(host) is None and host not in allowed:
        raise ApiError(
            403,
            f"this server does not answer under the name {host!r}; use localhost or an address, "
            "or name it in --allowed-hosts when the server is started",
        )
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and not _is_own(origin, request):
        raise ApiError(403, f"requests of web pages from {origin} are not answered here")


def demand_own_page(request: web.Request) -> None:
    """Refuse a write that this server's own page did not send.

    Raises:
        ApiError: 403 without the page's header, which other origins cannot send without being asked first, or without
            an Origin header that names this server, which every browser sends with a POST.
    """
    if request.headers.get("X-MMS-Page") != "1" or not _is_own(request.headers.get(hdrs.ORIGIN, ""), request):
        raise ApiError(403, "only the page of this server may send this; other clients use the service's scoringUri")


def _is_own(origin: str, request: web.Request) -> bool:
    return origin.partition("://")[2].lower() == request.host.lower()
