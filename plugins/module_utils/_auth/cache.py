# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens kept between tasks, when the user asks for it: each in a file of its own that only its owner may read."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .._errors import AuthError


@dataclass(frozen=True)
class CachedToken:
    """A token on disk.

    Args:
        value: The bearer token.
        expires_on: Seconds since the epoch.
        refresh_on: Seconds since the epoch, before expires_on: from then on a new one is fetched.
    """

    value: str
    expires_on: float
    refresh_on: float

    def __repr__(self) -> str:
        """Hide the token."""
        return f"CachedToken(expires_on={self.expires_on})"


class TokenCache:
    """A folder of tokens, one file each, so that tasks that run at the same time never overwrite each other's.

    File names are hashes of authority, identity and scope. Files have mode 0600 and are replaced atomically. A file
    that another user owns or may read is not trusted: it is ignored, and replaced.

    Args:
        folder: Created with mode 0700 when missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, key: Sequence[str]) -> CachedToken | None:
        """Return the token stored under this key; None when there is none to be trusted."""
        try:
            descriptor = os.open(self._path(key), os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:  # missing, or a link: both mean that a new token has to be fetched
            return None
        with os.fdopen(descriptor, encoding="utf-8") as file:
            status = os.fstat(file.fileno())
            if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
                return None
            try:
                content = json.load(file)
                return CachedToken(str(content["value"]), float(content["expires_on"]), float(content["refresh_on"]))
            except (ValueError, KeyError, TypeError):
                return None

    def store(self, key: Sequence[str], token: CachedToken) -> None:
        """Keep the token under this key.

        Raises:
            AuthError: The folder cannot be written.
        """
        content = {"value": token.value, "expires_on": token.expires_on, "refresh_on": token.refresh_on}
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=self._folder)  # mode 0600
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    json.dump(content, file)
                os.replace(temporary, self._path(key))
            except OSError:
                os.unlink(temporary)
                raise
        except OSError as error:
            raise AuthError(
                f"The token cannot be kept in {self._folder}: {error.strerror}. Set token_cache to a folder that you "
                "may write, or leave it out.",
                code="TokenCacheUnusable",
            ) from error

    def _path(self, key: Sequence[str]) -> Path:
        return self._folder / f"{hashlib.sha256(json.dumps(list(key)).encode()).hexdigest()}.json"
