# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of one machine that are about the same thing take turns."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError, WaitTimeout
from ansible_collections.azureml.model_management.plugins.module_utils._lock import exclusive
from ansible_collections.azureml.model_management.tests.unit.plugins.module_utils.scripted import FakeClock

ELSEWHERE = """\
import fcntl, sys
handle = open(sys.argv[1], "r+")
fcntl.flock(handle, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where locks lie in the test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def locked(clock: FakeClock, told: list[str], key: str = "iris") -> AbstractContextManager[None]:
    return exclusive("model 'iris'", key, timeout=10, clock=clock, tell=told.append)


def test_who_comes_later_says_so_once_and_gives_up_in_time() -> None:
    clock, told = FakeClock(), list[str]()
    with locked(clock, told):
        with pytest.raises(WaitTimeout, match=r"was still changing model 'iris' after 10 s\.") as caught:
            with locked(clock, told):
                pass
        assert caught.value.resume == "run the same task again"
        assert told == ["Another task on this machine is changing model 'iris'; waiting for it."]
        assert 10 - 1 <= sum(clock.slept) <= 10 + 1
        with locked(clock, told, key="rose"):
            pass
    with locked(clock, told):
        assert len(told) == 1


def test_the_lock_of_a_process_that_was_killed_is_free(folder: Path) -> None:
    clock, told = FakeClock(), list[str]()
    with locked(clock, told):
        pass
    (lock,) = folder.glob("*/*")
    command = [sys.executable, "-c", ELSEWHERE, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        with pytest.raises(WaitTimeout), locked(clock, told):
            pass
        other.kill()
        other.wait()
        with locked(clock, told):
            pass


def test_a_folder_that_others_can_open_is_no_place_for_locks(folder: Path) -> None:
    clock, told = FakeClock(), list[str]()
    with locked(clock, told):
        pass
    (place,) = folder.iterdir()
    assert place.stat().st_mode & 0o777 == 0o700
    place.chmod(0o755)
    with pytest.raises(InputError, match="not this user's alone"), locked(clock, told):
        pass
