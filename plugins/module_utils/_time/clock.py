# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time as a constructor argument, so that no test ever sleeps."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What the layers above need to know about time. All values are seconds."""

    def monotonic(self) -> float:
        """Return a reading that never goes back; for deadlines."""

    def time(self) -> float:
        """Return the time since the epoch; for dates that others wrote."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""


class SystemClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        return time.monotonic()

    def time(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
