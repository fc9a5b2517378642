# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that tests call, and where the collection lies for them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "azureml.model_management"
COLLECTION_FOLDER = Path("ansible_collections", "azureml", "model_management")


def ran(*command: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command that has ended well; fails the test with everything that it said when it fails."""
    ended = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended


def output_of(*command: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """Standard output of a command that has ended well."""
    return ran(*command, cwd=cwd, **environment).stdout
