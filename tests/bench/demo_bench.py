# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long `make demo` takes in a fresh clone, the first time and again."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measures import Measure, save

ROOT = Path(__file__).resolve().parents[2]
FIRST_TARGET = 90.0
AGAIN_TARGET = 10.0
"""Seconds that the demo is meant to take with a warm pip cache."""


def seconds_of(clone: Path, *arguments: str) -> float:
    """Wall clock of one make; a failing make ends the bench with its output."""
    path = os.pathsep.join(
        folder for folder in os.environ["PATH"].split(os.pathsep) if not folder.startswith(sys.prefix)
    )
    started = time.monotonic()
    made = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=clone,
        env={**os.environ, "PATH": path, "MMS_LOCAL_PORT": "0"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if made.returncode:
        sys.exit(made.stdout)
    return time.monotonic() - started


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        subprocess.run([sys.executable, ROOT / ".ci/copy_tree.py", clone], check=True)
        try:
            first = seconds_of(clone, "demo")
            again = seconds_of(clone, "demo")
        finally:
            seconds_of(clone, "clean-demo")
    save(
        "demo",
        [
            Measure("make demo, first time", first, "s"),
            Measure("make demo, first time", first / FIRST_TARGET, "ratio", f"the target of {FIRST_TARGET:.0f} s"),
            Measure("make demo, again", again, "s"),
            Measure("make demo, again", again / AGAIN_TARGET, "ratio", f"the target of {AGAIN_TARGET:.0f} s"),
            Measure("make demo, again", again / first, "ratio", "the first time"),
        ],
    )


if __name__ == "__main__":
    main()
