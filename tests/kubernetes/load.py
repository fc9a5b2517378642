# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests without a pause while something else happens, each of which must be answered."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType

import aiohttp

_MOST = 20_000  # requests; a bound for a test that hangs


@dataclass
class Load:
    """Scores all the time between `async with` and its end.

    Attributes:
        clients: how many ask at the same time.
        pause: seconds between two requests of one client.
        answers: how often each good answer came.
        refused: what went wrong with the others.
    """

    url: str
    key: str = field(repr=False)
    body: str = "[]"
    clients: int = 4
    pause: float = 0.01
    answers: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def __aenter__(self) -> Load:
        self._ended = asyncio.Event()
        self._tasks = [asyncio.create_task(self._client()) for _round in range(self.clients)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        await asyncio.gather(*self._tasks)

    async def _client(self) -> None:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        timeout = aiohttp.ClientTimeout(total=30)
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            while not self._ended.is_set() and next(self._numbers) < _MOST:
                await self._request(session)
                await asyncio.sleep(self.pause)

    async def _request(self, session: aiohttp.ClientSession) -> None:
        try:
            async with session.post(self.url, data=self.body) as answer:
                text = await answer.text()
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            self.refused.append(repr(error))
            return
        if answer.status == 200:
            self.answers[text.strip()] += 1
        else:
            self.refused.append(f"{answer.status} {text}")
