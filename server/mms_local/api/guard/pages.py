# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps web pages of others out of the control room and of the page.

A browser on this machine is a caller on this machine, whatever site it shows. Such a site could send requests here
(cross-site request forgery), or have its own name point to 127.0.0.1 and then read the answers too (DNS rebinding).
"""

from __future__ import annotations

import ipaddress

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from mms_local.api.errors import ApiError
from mms_local.api.request import Handler, room


def from_no_other_site(own_host: str) -> Middleware:
    """Apply :func:`demand_no_other_site` to the control room and the page."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if room(request) == "control":
            demand_no_other_site(request, own_host)
        return await handler(request)

    return middleware


def demand_no_other_site(request: web.Request, own_host: str = "") -> None:
    """Refuse what a web page of another site may have had a browser send.

    Args:
        own_host: the name or address that the server was told to listen on.

    Raises:
        ApiError: 403.
    """
    host = (request.url.host or "").lower()
    if host != own_host.lower() and not _cannot_be_rebound(host):
        raise ApiError(403, f"this does not answer under the name {host!r}; use localhost or an IP address")
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


def _cannot_be_rebound(host: str) -> bool:
    """Whether no stranger can own this name: an address, a name of one label, or one below `localhost`."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        name = host.rstrip(".")
        return bool(name) and ("." not in name or name.endswith(".localhost"))
    return True
