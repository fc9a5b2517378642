# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs of builds and deployments: one text file for each resource."""

from __future__ import annotations

import shutil
from collections import deque
from pathlib import Path


class LogFiles:
    """Implements :class:`~mms_local.core.world.Logs` below one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def append(self, kind: str, resource_id: str, line: str) -> None:
        path = self._path(kind, resource_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(line.rstrip("\n") + "\n")

    def tail(self, kind: str, resource_id: str, lines: int | None = None) -> str:
        try:
            with self._path(kind, resource_id).open(encoding="utf-8", errors="replace") as file:
                return "".join(deque(file, maxlen=lines))
        except FileNotFoundError:
            return ""

    def clear(self) -> None:
        """Remove them all."""
        shutil.rmtree(self._directory, ignore_errors=True)

    def _path(self, kind: str, resource_id: str) -> Path:
        return self._directory / kind / f"{resource_id}.log"
