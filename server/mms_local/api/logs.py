# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build logs at the address that images give out. The random key in the address stands for a token, as a SAS would."""

from __future__ import annotations

import hmac

from aiohttp import web

from mms_local.api.errors import ApiError
from mms_local.core.mms import Mms


class BuildLogs:
    """Answers `/logs/images/<id>/<key>.txt`."""

    def __init__(self, mms: Mms) -> None:
        self._mms = mms

    def routes(self) -> list[web.RouteDef]:
        """The one route."""
        return [web.get("/logs/images/{id}/{key}.txt", self._answer)]

    async def _answer(self, request: web.Request) -> web.Response:
        image_id = request.match_info["id"]
        for account in self._mms.accounts.all():
            image = self._mms.world.storage.images.get(account.number, image_id)
            if image is not None and hmac.compare_digest(image.log_key.encode(), request.match_info["key"].encode()):
                return web.Response(text=self._mms.world.logs.tail("images", image.id))
        raise ApiError(404, "there is no such log")
