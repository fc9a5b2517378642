# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies what git knows, or would know, of this clone to a new folder: `copy_tree.py DESTINATION`.

The copy is a git repository: without one of its own, ansible-test would ask the clone's, find the folder ignored, skip
every test and report success.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def copy_tree(destination: Path) -> None:
    """Replaces the destination by a copy; files that are deleted but still in git's index are left out."""
    shutil.rmtree(destination, ignore_errors=True)
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in sorted(set(listed.split("\0")) - {""}):
        if (ROOT / name).exists():
            (destination / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, destination / name, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet", str(destination)], check=True)


if __name__ == "__main__":
    copy_tree(Path(sys.argv[1]))
