# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the control room to the owner of the server.

That a request comes from this machine tells nothing about who sent it: other users of the machine can send one, and so
can what runs in their containers. The owner shows a token that lies in a file which only the owner can read.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Middleware

from mms_local.api.errors import ApiError, Unauthorized
from mms_local.api.guard.tokens import bearer_token, is_same
from mms_local.api.request import Handler, is_loopback, room
from mms_local.data_directory import CONTROL_TOKEN

_OPEN = frozenset({"/", "/_mms/health", "/_mms/openapi.json"})
_PAGE_FILES = "/_mms/page/files/"  # what a browser loads before it can show a token; the same for everybody


def control_for_owner(token: str, *, anywhere: bool) -> Middleware:
    """Answer the control room to those who show its token, except for health, description and files of the page.

    Args:
        anywhere: answer callers beyond this machine, too.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if room(request) == "control":
            if not anywhere and not is_loopback(request):
                raise ApiError(403, "the control room answers on the loopback interface only; see --control-anywhere")
            is_open = request.path in _OPEN or request.path.startswith(_PAGE_FILES)
            if not is_open and not is_same(bearer_token(request), token):
                raise Unauthorized(
                    "this asks for the control token: send 'Authorization: Bearer ...' with the value of "
                    f"{CONTROL_TOKEN}, which is in the file env of the server's data directory"
                )
        return await handler(request)

    return middleware
