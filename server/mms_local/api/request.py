# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What is known of a request while it is answered: its ids, its operation, and the part of the server it is for."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from aiohttp import web

OPERATION = web.RequestKey("operation", str)
"""Name of the operation that a request turned out to be; read by the journal."""

CLIENT_REQUEST_ID = web.RequestKey("client_request_id", str)
"""What the caller calls the request, or a name that was made for it."""

REQUEST_ID = web.RequestKey("request_id", str)
"""Becomes `x-ms-request-id`; on a 202 it is the operation's id (protocol 2.1.6)."""

HEADERS = web.RequestKey[Mapping[str, str]]("generation_headers")
"""Headers that the generation puts on every answer."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Answer = Callable[[], Awaitable[web.StreamResponse]]


class Saboteur(Protocol):
    """Faults that tests order for requests."""

    async def around(self, operation: str, request: web.Request, answer: Answer) -> web.StreamResponse:
        """The answer, or what a fault rule makes of it."""


_ROOMS = (
    ("/_mms", "control"),
    ("/api/v1/service", "score"),
    ("/api", "mms"),
    ("/modelmanagement", "mms"),
    ("/artifact", "artifact"),
    ("/discovery", "discovery"),
    ("/metadata/identity", "control"),  # tokens of the machine, for its owner
    ("/metadata", "discovery"),
    ("/rp", "arm"),
    ("/subscriptions", "arm"),
    ("/providers", "arm"),
    ("/mmslocal", "blob"),
    ("/azureml-artifacts", "blob"),
    ("/logs", "logs"),
    ("/imds", "imds"),
)


def room(request: web.Request) -> str:
    """The part of the server that a path belongs to: mms, arm, blob, score, control, logs, imds or other."""
    path = request.path.lower() if request.path != "/" else "/_mms"  # the page is a part of the control room
    return next((name for prefix, name in _ROOMS if path == prefix or path.startswith(prefix + "/")), "other")


def operation_name(request: web.Request) -> str:
    """The operation's name in the data plane; elsewhere the room and the method, such as `blob.put`."""
    return request.get(OPERATION) or f"{room(request)}.{request.method.lower()}"


def is_loopback(request: web.Request) -> bool:
    """Whether the caller is on this machine."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return peer is not None and ipaddress.ip_address(peer[0].split("%")[0]).is_loopback
