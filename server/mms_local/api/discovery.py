# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The discovery document of generation workspace (protocol 2.3.1): which service answers where. Open to everybody."""

from __future__ import annotations

from aiohttp import web

_SERVICES = (
    "api",
    "catalog",
    "experimentation",
    "gallery",
    "history",
    "hyperdrive",
    "modelmanagement",
    "pipelines",
    "studio",
)


def routes() -> list[web.RouteDef]:
    """One document for every workspace: all services are at the address that the caller used."""
    return [web.get("/discovery", _answer), web.get("/discovery/{rest:.*}", _answer)]


async def _answer(request: web.Request) -> web.Response:
    origin = f"{request.scheme}://{request.host}"
    return web.json_response(dict.fromkeys(_SERVICES, origin))
