# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Build logs at the address that images give out. A key in the address stands for a token, as a SAS would."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from aiohttp import web

from mms_local.api.errors import ApiError
from mms_local.api.guard.tokens import is_same
from mms_local.core.mms import Mms
from mms_local.core.resources import Image

_OWNER = "server"  # of the secret that keys are made from


class BuildLogs:
    """Answers `/logs/images/<id>/<key>.txt`. Addresses stay good over restarts, not over a reset."""

    def __init__(self, mms: Mms) -> None:
        self._mms = mms

    def routes(self) -> list[web.RouteDef]:
        """The one route."""
        return [web.get("/logs/images/{id}/{key}.txt", self._answer)]

    def path(self, image: Image) -> str:
        """Where the log of an image is."""
        return f"/logs/images/{image.id}/{self._key(image.id)}.txt"

    async def _answer(self, request: web.Request) -> web.Response:
        image_id, key = request.match_info["id"], request.match_info["key"]
        if not is_same(key, self._key(image_id)):
            raise ApiError(404, "there is no such log")
        return web.Response(text=self._mms.world.logs.tail("images", image_id))

    def _key(self, image_id: str) -> str:
        storage = self._mms.world.storage
        kept = storage.secrets(_OWNER)
        if "logs" not in kept:
            kept["logs"] = secrets.token_hex(32)
            storage.set_secrets(_OWNER, kept)
        return hmac.new(kept["logs"].encode(), image_id.encode(errors="replace"), hashlib.sha256).hexdigest()[:40]
