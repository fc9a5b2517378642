# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One change at a time: tasks of this machine that are about the same thing wait for each other.

Two hosts of one play, or two plays, that describe the same model would both look, find nothing, and both register it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ._errors import InputError, WaitTimeout
from ._time.clock import Clock

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0


@contextmanager
def exclusive(what: str, key: str, *, timeout: float, clock: Clock, tell: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of one thing. It goes away with the process, however that ends.

    Args:
        what: The thing in words, for messages.
        key: What makes it the same thing for others.
        timeout: Seconds to wait for others.
        tell: Called once when somebody else has it.

    Raises:
        WaitTimeout: somebody else still has it.
        InputError: there is no place for locks that is ours alone.
    """
    name = hashlib.sha256(key.encode()).hexdigest()
    handle = os.open(_folder() / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        begun, pause = clock.monotonic(), _FIRST_PAUSE
        while not _taken(handle):
            if pause == _FIRST_PAUSE:
                tell(f"Another task on this machine is changing {what}; waiting for it.")
            if clock.monotonic() - begun > timeout:
                raise WaitTimeout(
                    f"Another task on this machine was still changing {what} after {timeout:g} s.",
                    resume="run the same task again",
                )
            clock.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        yield
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _folder() -> Path:
    """Return the folder of this user's locks. Others could keep a lock for ever if they could open it."""
    folder = Path(tempfile.gettempdir(), f"azureml-mms-locks-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077 or folder.is_symlink():
        raise InputError(f"{folder} is there already and not this user's alone. Remove it, or set TMPDIR.")
    return folder
