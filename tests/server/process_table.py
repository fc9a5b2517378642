# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at the machine's processes, for tests that must leave none behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

WAIT = 20.0


def processes_with(text: str) -> set[int]:
    """Ids of processes (zombies aside) whose command line or environment holds a text."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                about = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if text.encode() in about:
                found.add(int(entry.name))
    return found


def wait_until(condition: Callable[[], object], wait: float = WAIT) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + wait
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


async def eventually(condition: Callable[[], object], wait: float = WAIT) -> None:
    """Wait for something that happens while this event loop runs."""
    deadline = time.monotonic() + wait
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.02)
