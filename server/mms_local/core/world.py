# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every part of the core works with: storage, clock, new ids, logs and pacing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Protocol

from mms_local.core.pacing import Pacing
from mms_local.core.storage import Storage


class Logs(Protocol):
    """Keeps the lines that builds and deployments print. `kind` is `images` or `services`."""

    def append(self, kind: str, resource_id: str, line: str) -> None:
        """Add one line."""

    def tail(self, kind: str, resource_id: str, lines: int | None = None) -> str:
        """The last lines, or all; empty when nothing was printed."""


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
