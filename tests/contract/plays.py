# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks in the hands of ansible-playbook, against the running server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mms_local.testing import ServerProcess


def play(
    project: Path, text: str, server: ServerProcess, *arguments: str, status: int = 0, file: str = "play.yml"
) -> str:
    """Run a playbook, which must end with this status, and return what it printed.

    Args:
        project: The folder that ansible-playbook is started in.
        file: Where in the project the playbook is put.
    """
    (project / file).write_text(text, encoding="utf-8")
    collections = next(entry for entry in sys.path if (Path(entry) / "ansible_collections").is_dir())
    ours = {"ANSIBLE_COLLECTIONS_PATH": collections, "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_NOCOLOR": "1"}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-playbook")), file, *arguments],
        cwd=project,
        env={**os.environ, **server.environment, **ours},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == status, done.stdout[-5000:] + done.stderr[-2000:]
    return done.stdout + done.stderr
