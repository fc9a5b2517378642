# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What every part of the core works with: storage, clock, new ids, logs and pacing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Protocol

from mms_local.core.pacing import Pacing
from mms_local.core.storage import Storage


@dataclass(frozen=True)
class KeptLog:
    """What a removed service left: its log, for a while."""

    service_id: str
    name: str
    removed: datetime
    text: str


class Logs(Protocol):
    """Keeps what is written while things are built and deployed.

    `kind` is `images` (of builds), `services` (of deployments), or `releases` (what a release printed that failed).
    """

    def append(self, kind: str, resource_id: str, line: str) -> None:
        """Add one line, or several."""

    def tail(self, kind: str, resource_id: str, lines: int | None = None) -> str:
        """The last lines, or all; empty when nothing was printed."""

    def drop(self, kind: str, resource_id: str) -> None:
        """Forget a log."""

    def keep(self, account: int, log: KeptLog) -> None:
        """Keep the log of a removed service, in the place of what was kept of it before, and forget the oldest ones."""

    def kept(self, account: int, id_or_name: str) -> KeptLog | None:
        """The log of the service with that id, or of the one of that name that was removed last, if it is kept."""

    def forget_kept(self) -> None:
        """Forget the logs of removed services: the accounts are others now."""


def utc_now() -> datetime:
    """The time, with its zone."""
    return datetime.now(timezone.utc)


def new_guid() -> str:
    """A random GUID with dashes."""
    return str(uuid.uuid4())


@dataclass(frozen=True)
class World:
    """Shared by all parts of the core."""

    storage: Storage
    logs: Logs
    now: Callable[[], datetime] = utc_now
    new_guid: Callable[[], str] = new_guid
    pacing: Pacing = field(default_factory=Pacing)
