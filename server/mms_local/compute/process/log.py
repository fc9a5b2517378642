# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The log file of a service: appended to, cut by size, read from its end."""

from __future__ import annotations

import os
from pathlib import Path

_MAX_BYTES = 5 << 20


class ServiceLog:
    """A log of at most about twice `max_bytes`: the current file and the one before (`.1`).

    Args:
        path: the file; its folder exists.
        max_bytes: the size at which a new file is begun.
    """

    def __init__(self, path: Path, *, max_bytes: int = _MAX_BYTES) -> None:
        self._path = path
        self._previous = path.with_name(path.name + ".1")
        self._max_bytes = max_bytes
        self._file = path.open("ab", buffering=0)

    def write(self, text: bytes) -> None:
        """Append what a process printed, as it is."""
        self._file.write(text)
        if self._file.tell() >= self._max_bytes:
            self._file.close()
            os.replace(self._path, self._previous)
            self._file = self._path.open("ab", buffering=0)

    def note(self, line: str) -> None:
        """Append a line of our own."""
        self.write(f"mms-local: {line}\n".encode())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def log_tail(path: Path, lines: int) -> str:
    """The last lines of a service log, from the file before the current one if need be; empty when there is no log."""
    content = b""
    for part in (path, path.with_name(path.name + ".1")):
        if part.is_file() and content.count(b"\n") <= lines:
            content = part.read_bytes() + content
    return "\n".join(content.decode("utf-8", "replace").splitlines()[-lines:]) if lines > 0 else ""
