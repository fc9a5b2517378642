# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks in the hands of ansible-playbook, against the running server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mms_local.testing import ServerProcess

PROGRAM = str(Path(sys.executable).with_name("ansible-playbook"))


def play(
    project: Path, text: str, server: ServerProcess, *arguments: str, status: int = 0, file: str = "play.yml"
) -> str:
    """Run a playbook, which must end with this status, and return what it printed.

    Args:
        project: The folder that ansible-playbook is started in.
        file: Where in the project the playbook is put.
    """
    done = played(project, text, server, *arguments, status=status, file=file)
    return done.stdout + done.stderr


def played(
    project: Path, text: str, server: ServerProcess, *arguments: str, status: int = 0, file: str = "play.yml"
) -> subprocess.CompletedProcess[str]:
    """The same, with standard output and standard error apart."""
    (project / file).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [PROGRAM, file, *arguments],
        cwd=project,
        env=environment(server),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == status, done.stdout[-5000:] + done.stderr[-2000:]
    return done


def environment(server: ServerProcess) -> dict[str, str]:
    """Where ansible-playbook finds this collection and the server."""
    collections = next(entry for entry in sys.path if (Path(entry) / "ansible_collections").is_dir())
    ours = {"ANSIBLE_COLLECTIONS_PATH": collections, "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_NOCOLOR": "1"}
    return {**os.environ, **server.environment, **ours}
