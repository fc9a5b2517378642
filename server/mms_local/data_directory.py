# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The data directory: used by one server at a time, and telling which one that is."""

from __future__ import annotations

import errno
import fcntl
import html
import json
import logging
import os
import shlex
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

LOG = logging.getLogger(__name__)
PAGE = "page.html"
CONTROL_TOKEN = "MMS_LOCAL_CONTROL_TOKEN"
"""The variable by which clients get the token of the control room."""

_LEADS_TO = """\
<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={0}">
<title>Local MMS</title>
<a href="{0}">The page of the local MMS</a>
"""


_WALKED = frozenset({"blob", "identity", "kubernetes", "logs", "services", "tls"})
_OWN = _WALKED | {
    "build",
    "env",
    "images",
    "lock",
    "mms.db",
    "mms.db-shm",
    "mms.db-wal",
    PAGE,
    "ready.json",
    "server.json",
    "server.log",
    "test-server.log",
}
"""What the server makes in its data directory."""


class DirectoryInUse(Exception):
    """Another server runs on the data directory."""


class FolderUnusable(Exception):
    """A folder that the server needs cannot be made or written to; the text says which, and why."""


@dataclass(frozen=True)
class Running:
    """A server that runs on a data directory."""

    pid: int
    url: str
    settings: Mapping[str, str] = field(default_factory=dict)


class DataDirectory:
    """Holds a data directory for this process.

    The lock goes away with the process, however that ends; the files beside it are believed only while it is held.

    Raises:
        DirectoryInUse: another server has it.
        FolderUnusable: it cannot be made, or not written to.
    """

    def __init__(self, path: Path) -> None:
        make_folder(path, "data-dir")
        self._path = path
        self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise DirectoryInUse(f"another server uses {path}; stop it first, or use another --data-dir") from None
        _keep_private(path)

    def announce(self, url: str, environment: dict[str, str], page: str, settings: Mapping[str, str]) -> None:
        """Write down where the server listens, and the variables of its clients as a file for `.` (dot).

        Args:
            page: address of the page with what it needs to show, which only the owner may read.
            settings: what the server was started with, to be compared with what others ask for later.
        """
        write_private(self._path / PAGE, _LEADS_TO.format(html.escape(page)))
        lines = [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
        write_private(self._path / "env", "\n".join(lines) + "\n")
        write_private(
            self._path / "server.json", json.dumps({"pid": os.getpid(), "url": url, "settings": settings}) + "\n"
        )

    def release(self) -> None:
        """Let others have it."""
        (self._path / "server.json").unlink(missing_ok=True)
        os.close(self._lock)


def running_on(path: Path) -> Running | None:
    """The server that holds a data directory; None when nobody does, or it is not ready yet."""
    try:
        lock = os.open(path / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        try:
            known = json.loads((path / "server.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return Running(known["pid"], known["url"], known.get("settings", {}))
    finally:
        os.close(lock)
    return None


def make_folder(path: Path, flag: str) -> None:
    """Make the folder that a flag names, for its owner alone, unless it is there.

    Raises:
        FolderUnusable: it cannot be made, or not written to.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "it is not writable")
    except OSError as error:
        reason = "there is a file of that name" if isinstance(error, FileExistsError) else error.strerror
        raise FolderUnusable(f"cannot use the folder {path}: {reason}; name another one by --{flag}") from error


def known_environment(path: Path) -> dict[str, str]:
    """The variables that the server on a data directory wrote down last; none when there never was one."""
    try:
        words = shlex.split((path / "env").read_text("utf-8"), comments=True)
    except (OSError, ValueError):
        return {}
    return {name: value for name, separator, value in (word.partition("=") for word in words) if separator}


def _keep_private(path: Path) -> None:
    """Take the rights of others away, in case somebody gave them.

    What the server did not make stays as it is, and so does a folder that holds such things. Images are closed as a
    whole, for it takes long to look at each of their files.

    Raises:
        FolderUnusable: something that the server made belongs to somebody else.
    """
    found = set(os.listdir(path))
    own = [*([path] if found <= _OWN else []), *(path / name for name in found & _OWN)]
    opened = [one for part in own for one in (part, *_within(part)) if _is_open(one)]
    try:
        for one in opened:
            one.chmod(one.stat().st_mode & 0o700)
    except PermissionError as error:
        raise FolderUnusable(f"{error.filename} belongs to somebody else; use another --data-dir") from error
    if opened:
        LOG.warning("others could read %s and %d more; no longer", opened[0], len(opened) - 1)


def _within(folder: Path) -> Iterator[Path]:
    if folder.name in _WALKED:
        for place, _folders, files in os.walk(folder):
            yield Path(place)
            yield from (Path(place, name) for name in files)


def _is_open(path: Path) -> bool:
    mode = path.lstat().st_mode
    return not stat.S_ISLNK(mode) and stat.S_IMODE(mode) & 0o077 != 0


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in one step.

    Raises:
        OSError: with the file's own name, not that of the step before.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(fresh, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
