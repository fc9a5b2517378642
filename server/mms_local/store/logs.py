# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Logs as text files: one for each build and deployment, and for a while one for each removed service."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mms_local.core.ids import below
from mms_local.core.world import KeptLog
from mms_local.store.table import id_key


@dataclass(frozen=True)
class KeptLimits:
    """How much is kept of removed services.

    Args:
        count: services.
        age: seconds.
        size: bytes of one log; its end is kept.
    """

    count: int = 200
    age: float = 7 * 24 * 3600
    size: int = 1 << 20


class LogFiles:
    """Implements :class:`~mms_local.core.world.Logs` below one directory.

    Args:
        limits: of what is kept of removed services.
        clock: seconds since the epoch.
    """

    def __init__(
        self, directory: Path, limits: KeptLimits | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._directory = directory
        self._removed = directory / "removed"
        self._limits = limits or KeptLimits()
        self._clock = clock

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

    def drop(self, kind: str, resource_id: str) -> None:
        self._path(kind, resource_id).unlink(missing_ok=True)

    def keep(self, account: int, log: KeptLog) -> None:
        self._removed.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The first line says whose it is; the name of the file is made of nothing that came over the wire.
        whose = {
            "account": account,
            "id": log.service_id,
            "name": log.name,
            "removed": log.removed.isoformat(),
        }
        path = self._removed / f"{hashlib.sha256(f'{account}/{log.service_id}'.encode()).hexdigest()[:32]}.log"
        content = log.text.encode("utf-8", "replace")[-self._limits.size :]
        path.write_bytes(json.dumps(whose).encode() + b"\n" + content)
        os.utime(path, (self._clock(),) * 2)
        self._prune()

    def kept(self, account: int, id_or_name: str) -> KeptLog | None:
        self._prune()
        for path in self._newest_first():
            with suppress(OSError, ValueError, KeyError):  # it was removed meanwhile, or is no file of ours
                head, _newline, text = path.read_bytes().partition(b"\n")
                whose = json.loads(head)
                if whose["account"] == account and _is_meant(whose, id_or_name):
                    moment = datetime.fromisoformat(whose["removed"])
                    return KeptLog(whose["id"], whose["name"], moment, text.decode("utf-8", "replace"))
        return None

    def forget_kept(self) -> None:
        shutil.rmtree(self._removed, ignore_errors=True)

    def clear(self) -> None:
        """Remove them all."""
        shutil.rmtree(self._directory, ignore_errors=True)

    def _prune(self) -> None:
        for position, path in enumerate(self._newest_first()):
            if position >= self._limits.count or self._clock() - path.stat().st_mtime > self._limits.age:
                path.unlink(missing_ok=True)

    def _newest_first(self) -> Iterator[Path]:
        files = self._removed.iterdir() if self._removed.is_dir() else ()
        return iter(sorted(files, key=lambda path: path.stat().st_mtime, reverse=True))

    def _path(self, kind: str, resource_id: str) -> Path:
        return below(self._directory / kind, resource_id, ".log")


def _is_meant(whose: dict[str, str], id_or_name: str) -> bool:
    return whose["name"] == id_or_name or id_key(whose["id"]) == id_key(id_or_name)
