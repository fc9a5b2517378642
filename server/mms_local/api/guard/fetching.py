# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Keeps what a server fetches for its users out of every room but those of stored files.

The server looks at addresses before it goes there. This holds also when it comes back to itself, or to another one, by
a name or a proxy that it cannot see through.
"""

from __future__ import annotations

from aiohttp import hdrs, web

from mms_local.api.errors import ApiError
from mms_local.api.request import Handler, room
from mms_local.core.hosts import FETCHER

_STORED = ("blob", "artifact")


@web.middleware
async def files_for_fetchers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a server that fetches for its users whatever is no stored file."""
    if request.headers.get(hdrs.USER_AGENT, "").startswith(FETCHER) and room(request) not in _STORED:
        raise ApiError(403, "a local MMS fetches nothing but stored files from a local MMS")
    return await handler(request)
