# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The journal: what was asked of the server, newest last. No bodies, no queries, no tokens."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from aiohttp import web

from mms_local.api.request import CLIENT_REQUEST_ID, room

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One request. `write` tells whether it was meant to change something."""

    seq: int
    time: str
    method: str
    path: str
    operation: str
    status: int
    write: bool
    client_request_id: str

    def to_json(self) -> dict[str, Any]:
        """As the control room gives it out."""
        return {
            "seq": self.seq,
            "time": self.time,
            "method": self.method,
            "path": self.path,
            "operation": self.operation,
            "status": self.status,
            "write": self.write,
            "clientRequestId": self.client_request_id,
        }


class RequestJournal:
    """Keeps the last requests in memory; sequence numbers go on when it is cleared."""

    def __init__(self, longest: int = 10_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=longest)
        self._seq = 0

    def note(self, request: web.Request, operation: str, write: bool, status: int, seconds: float) -> None:
        self._seq += 1
        now = datetime.now(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")
        path = _shown_path(request)
        self._entries.append(
            Entry(self._seq, now, request.method, path, operation, status, write, request[CLIENT_REQUEST_ID])
        )
        LOG.info("%s %s %s %d %.1f ms", operation, request.method, path, status, seconds * 1000)

    @property
    def last(self) -> int:
        """The sequence number of the newest request."""
        return self._seq

    def entries(self, after: int = 0) -> list[Entry]:
        """The entries behind a sequence number, oldest first."""
        return [entry for entry in self._entries if entry.seq > after]

    def clear(self) -> None:
        """Forget all entries."""
        self._entries.clear()


def _shown_path(request: web.Request) -> str:
    """The path without its query, and without a key in it that opens something."""
    path = request.rel_url.raw_path
    where = room(request)
    if where == "imds":
        return "/imds"
    return path.rpartition("/")[0] if where == "logs" or path.startswith("/artifact/bundles/") else path
