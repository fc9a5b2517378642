# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Ends a process group when the server that started it is gone, even by kill -9.

The server keeps the writing end of a pipe and gives the reading end to its child. When the server ends, however it
ends, the kernel closes the pipe, the read returns, and the child kills its own process group. Nothing is ever written.

Run as a program it does the same for any module or file: `python lifeline.py MODULE ARGUMENTS...`.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading

VARIABLE = "MMS_LIFELINE_FD"


def hold() -> None:
    """Tie this process group to the lifeline that the environment names, if it names one.

    The process must lead a group of its own (or be forked by one that does): the whole group dies.
    """
    number = os.environ.get(VARIABLE)
    if number is None:
        return
    descriptor = int(number)
    os.set_inheritable(descriptor, False)
    threading.Thread(target=_end_with, args=(descriptor,), name="lifeline", daemon=True).start()


def _end_with(descriptor: int) -> None:
    while os.read(descriptor, 1):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    hold()
    del sys.argv[0]
    sys.path.remove(os.path.dirname(os.path.abspath(__file__)))  # the module is not to be looked for here
    if os.path.isabs(sys.argv[0]):
        runpy.run_path(sys.argv[0], run_name="__main__")
    else:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
