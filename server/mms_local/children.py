# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Child processes that never outlive the server, even when it is killed with -9."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from mms_local.runtime import lifeline

_LONGEST_LINE = 1 << 20  # bytes


class Child:
    """A process that leads a group of its own and is tied to this one by a lifeline (see `runtime/lifeline.py`).

    Attributes:
        output: stdout and stderr of the whole group, as they come.
    """

    def __init__(self, process: asyncio.subprocess.Process, output: asyncio.StreamReader, held: int) -> None:
        self.output = output
        self._process = process
        self._held = held

    async def ended(self) -> int:
        """Wait for the end of the leader, end what is left of its group, and return the exit status."""
        status = await self._process.wait()
        if self._held >= 0:  # once only: later the number of the group may be somebody else's
            self._signal_group(signal.SIGKILL)
            os.close(self._held)
            self._held = -1
        return status

    async def end(self, grace: float) -> None:
        """Ask the leader to end, and kill the whole group after `grace` seconds."""
        if self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), grace)
            except asyncio.TimeoutError:
                self._signal_group(signal.SIGKILL)
        await self.ended()

    def _signal_group(self, number: signal.Signals) -> None:
        # Nobody left in the group is fine; macOS says EPERM when only zombies are.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


async def spawn(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    directory: Path | None = None,
    descriptors: tuple[int, ...] = (),
) -> Child:
    """Start a program that holds the lifeline itself: `lifeline.hold()`, or run through `lifeline.py`.

    Raises:
        OSError: the program cannot be started.
    """
    given, held = os.pipe()
    read, written = os.pipe()
    # A pipe of our own: with asyncio's, wait() would not return while a grandchild still has the pipe open.
    output = await _reader(read)
    try:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            env={**environment, lifeline.VARIABLE: str(given)},
            cwd=directory,
            pass_fds=(given, *descriptors),
            start_new_session=True,
        )
    except BaseException:
        os.close(held)
        raise
    finally:
        os.close(given)
        os.close(written)
    return Child(process, output, held)


async def _reader(descriptor: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", buffering=0)
    )
    return reader


@asynccontextmanager
async def python_module(
    python: str, module: str, *arguments: str, environment: Mapping[str, str], directory: Path
) -> AsyncIterator[Child]:
    """Run `python -m module arguments`, or a file by its whole path; killed on leaving.

    It runs on a lifeline, away from the user's Python settings. Hashes are not random, so that byte code comes out the
    same every time (marshal writes sets in their order before Python 3.11).
    """
    own = {name: value for name, value in environment.items() if not name.startswith("PYTHON")}
    own |= {"PYTHONNOUSERSITE": "1", "PYTHONHASHSEED": "0"}
    child = await spawn((python, lifeline.__file__, module, *arguments), environment=own, directory=directory)
    try:
        yield child
    finally:
        await child.end(grace=0)
