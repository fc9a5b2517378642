# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""How many requests are on their way to each endpoint, so that none is stopped under a request."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Traffic:
    """Counts requests by endpoint. The front counts; a compute that replaces an endpoint waits for the last one."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._waiting: defaultdict[str, list[asyncio.Event]] = defaultdict(list)

    def in_flight(self, endpoint: str) -> int:
        """Requests that were sent to the endpoint and not yet answered in full."""
        return self._counts[endpoint]

    @contextmanager
    def counted(self, endpoint: str) -> Iterator[None]:
        """Count one request for as long as the block runs."""
        self._counts[endpoint] += 1
        try:
            yield
        finally:
            self._counts[endpoint] -= 1
            if not self._counts[endpoint]:
                del self._counts[endpoint]
                for event in self._waiting.pop(endpoint, ()):
                    event.set()

    async def idle(self, endpoint: str) -> None:
        """Wait until no request is on its way to the endpoint."""
        while self._counts[endpoint]:
            event = asyncio.Event()
            self._waiting[endpoint].append(event)
            await event.wait()
