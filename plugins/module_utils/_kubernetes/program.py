# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs another program, without a shell and with an end in time.

Module code is meant to use C(AnsibleModule.run_command), and ansible-test refuses C(subprocess) there; but the action
plugin runs the same code and has no AnsibleModule.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Ended(NamedTuple):
    """A program that has ended: its exit status, and what it wrote to standard output and standard error."""

    status: int
    output: str
    complaint: str


def run_program(
    command: Sequence[str], *, text: str = "", environment: Mapping[str, str] | None = None, timeout: float
) -> Ended:
    """Run a program and return how it ended.

    Args:
        text: Its standard input, where no other user of the machine can see it.
        environment: All of its environment variables; None for those of this process.
        timeout: Seconds after which it is killed.

    Raises:
        FileNotFoundError: there is no such program.
        TimeoutError: it was killed.
    """
    return asyncio.run(_run(command, text, environment, timeout))


async def _run(command: Sequence[str], text: str, environment: Mapping[str, str] | None, timeout: float) -> Ended:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)
    try:
        output, complaint = await asyncio.wait_for(process.communicate(text.encode()), timeout)
    except asyncio.TimeoutError:
        process.kill()
        await process.wait()
        raise TimeoutError(f"{command[0]} did not end within {timeout:g} s") from None
    return Ended(process.returncode or 0, output.decode(errors="replace"), complaint.decode(errors="replace"))
