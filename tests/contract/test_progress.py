# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Long work is not silent: what users of ansible-playbook see while a task waits."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import CLUSTER, new_account
from plays import PROGRAM, environment, play, played

from mms_local.testing import ServerProcess

PLAY = """
- name: Wait for an image
  hosts: localhost
  gather_facts: false
  vars: {mms_in_process: IN_PROCESS}
  module_defaults:
    group/azureml.model_management.mms:
      account_name: ACCOUNT
  tasks:
    - name: Describe the scoring program
      azureml.model_management.mms_manifest:
        name: iris
        driver: score.py

    - name: Build it
      azureml.model_management.mms_image:
        {name: iris, manifest: iris, compute_resource_id: CLUSTER, poll_interval: 0.1}
      no_log: NO_LOG
"""


@pytest.fixture
def slow(server: ServerProcess) -> Iterator[ServerProcess]:
    """A server whose operations show each of their states."""
    server.control("PUT", "transitions", {"notStartedReads": 1, "runningReads": 2})
    yield server
    server.control("DELETE", "transitions")


def text(project: Path, *, in_process: bool = True, no_log: bool = False) -> str:
    (project / "score.py").write_text("def init(): ...\n\ndef run(data): ...\n", encoding="utf-8")
    filled = PLAY.replace("ACCOUNT", new_account()).replace("CLUSTER", CLUSTER)
    return filled.replace("IN_PROCESS", str(in_process).lower()).replace("NO_LOG", str(no_log).lower())


def test_a_task_that_waits_says_where_to_look_and_each_new_state(slow: ServerProcess, tmp_path: Path) -> None:
    done = played(tmp_path, text(tmp_path), slow)
    begun, *states = [line for line in done.stderr.splitlines() if line.startswith("[localhost] Building")]
    operation = re.search(r"\(operation ([0-9a-f-]{32,36})\) has begun", begun)
    assert operation is not None
    assert f"{slow.url}/ shows it" in begun
    assert f"mms_operation_info with operation_ids: [{operation[1]}]" in begun
    assert [re.sub(".*: | after .*", "", state) for state in states] == ["NotStarted", "Running", "Succeeded"]
    assert "[localhost]" not in done.stdout.replace("ok: [localhost]", "").replace("changed: [localhost]", "")
    assert "has begun" not in done.stdout


def test_one_variable_turns_it_off(slow: ServerProcess, tmp_path: Path) -> None:
    assert "Building" not in played(tmp_path, text(tmp_path), slow, "-e", "mms_progress=false").stderr
    assert "has begun" in play(tmp_path, text(tmp_path), slow, "-e", "mms_progress=false", "-v")


@pytest.mark.security
def test_nothing_is_said_under_no_log_but_that_the_task_waits(slow: ServerProcess, tmp_path: Path) -> None:
    output = play(tmp_path, text(tmp_path, no_log=True), slow)
    assert "Building" not in output
    assert output.count("[localhost] The task is waiting. No more is shown") == 1


def test_a_module_is_announced_and_its_end_told(slow: ServerProcess, tmp_path: Path) -> None:
    done = played(tmp_path, text(tmp_path, in_process=False), slow)
    told = [line for line in done.stderr.splitlines() if line.startswith("[localhost] mms_image")]
    assert len(told) == 2
    assert "runs as a module, whose progress cannot be shown: mms_in_process is off" in told[0]
    assert re.search(r"has ended after \d+ s$", told[1])
    silent = played(tmp_path, text(tmp_path, in_process=False, no_log=True), slow)
    assert "mms_image" not in silent.stderr


def test_whoever_interrupts_was_told_before_how_to_go_on(server: ServerProcess, tmp_path: Path) -> None:
    server.control("POST", "faults", {"operation": "images.create", "kind": "stuck"})
    (tmp_path / "play.yml").write_text(text(tmp_path), encoding="utf-8")
    with subprocess.Popen(
        [PROGRAM, "play.yml"],
        cwd=tmp_path,
        env=environment(server),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stderr is not None
        try:
            line = next(line for line in running.stderr if "has begun" in line)
        finally:
            os.killpg(running.pid, signal.SIGKILL)
    assert "It goes on if this is interrupted; then run the same task again" in line
