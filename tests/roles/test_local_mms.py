# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role local_mms installs, starts, restarts and removes a server, wherever its folder is."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playing import Bench

TOKEN = "token-that-no-command-line-may-show"

FACT = {
    "ansible.builtin.assert": {
        "that": [
            "'AZUREML_MMS_API_URL' in local_mms_environment",
            "'MMS_LOCAL_CONTROL_TOKEN' not in local_mms_environment",
        ]
    },
    "when": "local_mms_environment is defined",
}
"""Clients learn where the server is, and not the token of its owner."""


@pytest.fixture
def folder(bench: Bench) -> Iterator[Path]:
    """A folder whose name has a space; whatever runs in it is stopped."""
    folder = bench.folder / "a b"
    yield folder
    command = folder / "venv/bin/mms-local"
    if command.exists():
        subprocess.run([str(command), "stop", "--data-dir", str(folder / "data")], check=True, capture_output=True)


def role(bench: Bench, folder: Path, **variables: Any) -> dict[str, Any]:
    """Variables of the role for a server on a free port; they are texts, as the command line gives them."""
    given = {"directory": str(folder), "port": "0", "compute": "none", **variables}
    return {f"local_mms_{name}": value for name, value in given.items()}


@pytest.mark.slow
def test_it_runs_in_a_folder_with_a_space_and_a_second_run_changes_nothing(bench: Bench, folder: Path) -> None:
    playbook = str(bench.using("local_mms", FACT))
    mode = ("-e", "ansible_python_interpreter=auto_silent")
    first = bench.play(playbook, role(bench, folder), *mode)
    assert first.status == 0, first.output
    assert "Start it" in first.changed_tasks()
    second = bench.play(playbook, role(bench, folder), *mode)
    assert second.counts()["changed"] == 0, second.output

    # Other settings are applied, not ignored; secrets among them are on no command line.
    options = {"auth": "checked", "token": TOKEN}
    other = bench.play(playbook, role(bench, folder, options=options), "-vvvv", *mode)
    assert other.status == 0, other.output
    assert "Start it" in other.changed_tasks()
    assert TOKEN not in other.output
    assert oct((folder / "settings").stat().st_mode)[-3:] == "600"

    gone = bench.play(playbook, role(bench, folder, state="absent"), *mode)
    assert gone.status == 0, gone.output
    assert not folder.exists()
    assert bench.play(playbook, role(bench, folder, state="stopped"), *mode).counts()["changed"] == 0
