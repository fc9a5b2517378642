# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What every request goes through: ids, journal, errors, and faults for the rooms beside the data plane."""

from __future__ import annotations

import re
import time
import uuid
from typing import Protocol

from aiohttp import web
from aiohttp.typedefs import Middleware

from mms_local.api.errors import ApiError, error_of, error_of_http, response_of
from mms_local.api.request import (
    CLIENT_REQUEST_ID,
    HEADERS,
    REQUEST_ID,
    Handler,
    Saboteur,
    operation_name,
    room,
)
from mms_local.core.errors import Refused

_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,128}")
_HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?")
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Journal(Protocol):
    """Remembers requests."""

    def note(self, request: web.Request, operation: str, write: bool, status: int, seconds: float) -> None:
        """Add an entry."""


def observed(journal: Journal) -> Middleware:
    """Give each request its ids, and write it to the journal whatever becomes of it."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("x-ms-client-request-id", "")
        request[CLIENT_REQUEST_ID] = given if _CLIENT_ID.fullmatch(given) else uuid.uuid4().hex
        request[REQUEST_ID] = str(uuid.uuid4())
        began, status = time.monotonic(), 500
        try:
            response = await handler(request)
            status = response.status
            return response
        finally:
            where = room(request)
            if where != "control":
                write = request.method in _WRITES and where in ("mms", "arm", "blob")
                journal.note(request, operation_name(request), write, status, time.monotonic() - began)

    return middleware


@web.middleware
async def refusals_answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what core, API and aiohttp refuse into the documented error object."""
    try:
        if not _HOST.fullmatch(request.host):
            raise ApiError(400, "the Host header is not a host name or address")
        return await handler(request)
    except ApiError as error:
        return response_of(error)
    except Refused as refused:
        return response_of(error_of(refused))
    except web.HTTPException as exception:
        if exception.status < 400:
            raise
        return response_of(error_of_http(exception))


def sabotaged(saboteur: Saboteur) -> Middleware:
    """Apply fault rules to ARM, blob, identity and scoring requests; the data plane asks the saboteur itself."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if room(request) in ("mms", "control"):
            return await handler(request)
        return await saboteur.around(operation_name(request), request, lambda: handler(request))

    return middleware


async def add_request_ids(request: web.Request, response: web.StreamResponse) -> None:
    """Both ids on every answer (protocol 7.1.4), but from ARM the caller's only on request (4.5)."""
    response.headers.update(request.get(HEADERS, {}))
    if REQUEST_ID in request:
        response.headers.setdefault("x-ms-request-id", request[REQUEST_ID])
        wanted = request.headers.get("x-ms-return-client-request-id", "").lower() == "true"
        if wanted or room(request) != "arm":
            response.headers.setdefault("x-ms-client-request-id", request[CLIENT_REQUEST_ID])
