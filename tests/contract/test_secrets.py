# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is printed, whatever the service says and however a task is run: everything passes one gate."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import new_account
from plays import play

from mms_local.testing import ServerProcess

pytestmark = pytest.mark.security

SECRETS = ("signature-nobody-may-see", "token-nobody-may-see", "password-nobody-may-see")
SAID = (
    "no blob https://h.example/b?sp=r&sig=signature-nobody-may-see for token-nobody-may-see, said "
    '{"password": "password-nobody-may-see"}'
)

PLAY = """
- name: Be told secrets by the service
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Register a model
      azureml.model_management.mms_model:
        {account_name: ACCOUNT, name: iris, path: iris.pkl, access_token: token-nobody-may-see}
      no_log: NO_LOG
      vars: {mms_in_process: IN_PROCESS}
      async: ASYNC
      poll: 1
"""
WAYS = {"in-process": ("true", "0"), "module": ("false", "0"), "async": ("true", "60")}


def printed(way: str, *, no_log: bool, server: ServerProcess, project: Path) -> str:
    """What -vvvv prints of a task whose first POST is answered with secrets."""
    (project / "iris.pkl").write_bytes(b"a trained model")
    rule = {"operation": "models.create", "kind": "error", "count": 1, "message": SAID}
    server.control("POST", "faults", rule)
    in_process, seconds = WAYS[way]
    text = PLAY.replace("ACCOUNT", new_account()).replace("NO_LOG", str(no_log).lower())
    return play(project, text.replace("IN_PROCESS", in_process).replace("ASYNC", seconds), server, "-vvvv")


@pytest.mark.parametrize("no_log", [False, True], ids=["shown", "no_log"])
@pytest.mark.parametrize("way", WAYS)
def test_secrets_that_the_service_says_are_not_printed(
    way: str, no_log: bool, server: ServerProcess, tmp_path: Path
) -> None:
    output = printed(way, no_log=no_log, server=server, project=tmp_path)
    assert [secret for secret in SECRETS if secret in output] == []


def test_progress_tells_nothing_under_no_log_but_that_the_task_waits(server: ServerProcess, tmp_path: Path) -> None:
    shown = printed("in-process", no_log=False, server=server, project=tmp_path)
    assert "Looking again before anything is sent twice" in shown
    censored = printed("in-process", no_log=True, server=server, project=tmp_path)
    assert "Looking again" not in censored
    assert "Uploading" not in censored
    assert censored.count("The task is waiting. No more is shown, because no_log is set.") == 1
