# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents, open to everybody, that say what answers where: of workspaces (protocol 2.3.1) and of the cloud."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

CLOUD = "LocalMMS"
"""What this server calls itself where clients ask for the name of a cloud."""

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


def routes(audiences: Iterable[str], storage_suffix: str) -> list[web.RouteDef]:
    """One document for every workspace, and one for the cloud: all is at the address that the caller used.

    Args:
        audiences: what tokens may be for; of the cloud the first counts.
        storage_suffix: what names of storage accounts end in.
    """
    known = sorted(audiences)

    async def workspace(request: web.Request) -> web.Response:
        return web.json_response(dict.fromkeys(_SERVICES, _origin(request)))

    async def cloud(request: web.Request) -> web.Response:
        origin = _origin(request)
        described = {
            "name": CLOUD,
            "portal": origin,
            "resourceManager": origin,
            "authentication": {"loginEndpoint": origin, "audiences": known, "tenant": "common"},
            "suffixes": {"storage": storage_suffix},
        }
        return web.json_response([described])

    return [
        web.get("/discovery", workspace),
        web.get("/discovery/{rest:.*}", workspace),
        web.get("/metadata/endpoints", cloud),
    ]


def _origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"
