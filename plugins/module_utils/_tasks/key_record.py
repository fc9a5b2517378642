# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that remembers since when a service's keys are known, because the service does not tell. It holds no key."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from .._errors import InputError

_KEPT = 4


class KeyRecord:
    """What the file says about one service.

    Args:
        path: The file; it need not exist.
        service: What names the service.
    """

    def __init__(self, path: str, service: str) -> None:
        self._path = Path(path)
        self._service = service

    def known_since(self, fingerprint: str) -> float | None:
        """Return since when a key is known, in seconds since the epoch; None when it is not.

        Raises:
            InputError: the file cannot be read.
        """
        since = self._read().get(self._service, {}).get(fingerprint)
        return float(since) if isinstance(since, (int, float)) else None

    def note(self, fingerprint: str, moment: float) -> None:
        """Write down that a key exists since then. The file is replaced as a whole, readable by its owner alone.

        Raises:
            InputError: the file cannot be written.
        """
        everything = self._read()
        keys = {**everything.get(self._service, {}), fingerprint: moment}
        newest = sorted(keys.items(), key=lambda pair: pair[1])[-_KEPT:]
        everything[self._service] = dict(newest)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(everything, file, indent=2, sort_keys=True)
            Path(name).replace(self._path)
        except OSError as error:
            raise InputError(f"record: {self._path} cannot be written: {error.strerror}.") from error

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise InputError(f"record: {self._path} cannot be read: {reason}.") from error
        if not isinstance(content, dict):
            raise InputError(f"record: {self._path} is not a record of this module.")
        return content
