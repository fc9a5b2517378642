# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Keeps what others wrote apart from the page: it comes from the same address, and a browser would trust both alike.

A file that somebody uploads, or the answer of a service, may be a web page. In a sandbox it has an origin that nobody
else has: it runs no scripts, and reaches neither the page nor what the page keeps.
"""

from __future__ import annotations

from aiohttp import hdrs, web

from mms_local.api.request import room

_FILES = ("blob", "artifact")


async def keep_apart(request: web.Request, response: web.StreamResponse) -> None:
    """Put every answer that is not the control room's into a sandbox; have browsers save files instead of showing them.

    Other clients get the headers of files as they were stored.
    """
    where = room(request)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if where == "control":
        return
    response.headers.add("Content-Security-Policy", "sandbox")  # beside one of a service's own; both hold then
    stored = response.headers.get(hdrs.CONTENT_DISPOSITION, "")
    if where in _FILES and _is_browser(request) and not stored.lower().startswith("attachment"):
        response.headers[hdrs.CONTENT_DISPOSITION] = "attachment"


def _is_browser(request: web.Request) -> bool:
    return "Sec-Fetch-Dest" in request.headers or "text/html" in request.headers.get(hdrs.ACCEPT, "")
