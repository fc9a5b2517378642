# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Scores for the user of the page, who never sees a key.

The call goes through the service's own public address, so its answer, its entry in the journal and the faults it meets
are those of any other client (protocol chapter 6).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import aiohttp
from yarl import URL

from mms_local.api.errors import ApiError
from mms_local.core.accounts import Account
from mms_local.core.mms import Mms
from mms_local.core.resources import Service
from mms_local.page.rows import Json

LARGEST_ANSWER = 1 << 20  # bytes that are shown
_TIME_LIMIT = 65.0  # seconds; the front ends a request after 60


class Scorer:
    """Calls services with their primary key.

    Args:
        server: the URL by which the server reaches itself.
    """

    def __init__(self, mms: Mms, server: Callable[[], str]) -> None:
        self._mms = mms
        self._server = server

    async def score(self, account: Account, service: Service, body: bytes) -> Json:
        """What the service answers.

        Raises:
            ApiError: 502, when no answer came.
        """
        began = time.monotonic()
        status, content_type, text = await self._call("POST", account, service, "score", body)
        seconds = time.monotonic() - began
        return {"status": status, "contentType": content_type, "seconds": round(seconds, 4), "body": text}

    async def sample(self, account: Account, service: Service) -> Any:
        """The example request in the service's swagger.json; None when it has none, or does not answer."""
        try:
            status, _unused, text = await self._call("GET", account, service, "swagger.json")
            if status == 200:
                return json.loads(text)["definitions"]["ServiceInput"]["example"]
        except (ApiError, ValueError, LookupError, TypeError):
            pass  # the description is the driver's own, and may be anything
        return None

    async def _call(
        self, method: str, account: Account, service: Service, path: str, body: bytes | None = None
    ) -> tuple[int, str, str]:
        server = URL(self._server())
        url = server.with_port(account.front_port or server.port) / "api/v1/service" / service.name / path
        headers = {"Authorization": f"Bearer {self._mms.services.keys(account, service.id).primary}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIME_LIMIT)) as session,
                session.request(
                    method,
                    url,
                    data=body,
                    headers=headers,
                    allow_redirects=False,
                ) as answer,
            ):
                shown = await answer.content.read(LARGEST_ANSWER + 1)
                while len(shown) <= LARGEST_ANSWER and (more := await answer.content.read(LARGEST_ANSWER)):
                    shown += more
                text = shown[:LARGEST_ANSWER].decode("utf-8", "replace")
                if len(shown) > LARGEST_ANSWER:
                    text += f"\n... (the answer is longer than the {LARGEST_ANSWER} bytes shown)"
                return answer.status, answer.headers.get("Content-Type", ""), text
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise ApiError(
                502, f"service {service.name} did not answer in full: {type(error).__name__}; see its log"
            ) from error
