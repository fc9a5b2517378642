# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first page, typed word by word in an empty folder by somebody who has no clone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest
from blocks import GUIDES, ROOT, blocks_of, commands_of

from mms_local.testing import ServerProcess

BLOCKS = blocks_of(GUIDES / "guide_start.rst")
TIME_LIMIT = 600.0


def typed(commands: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    """What a shell says to these commands; the server that they start is stopped in any case."""
    try:
        ended = subprocess.run(
            ["bash", "-e", "-c", "\n".join(commands)],
            cwd=folder,
            env={**environment, "PWD": str(folder)},
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    finally:
        subprocess.run(["mms-local", "stop"], env=environment, check=False, capture_output=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def ways_to_call(folder: Path) -> list[str]:
    """The commands that call the service of the first page in each way that the guide to calling shows."""
    blocks = blocks_of(GUIDES / "guide_calling.rst")
    (program,) = [block.text for block in blocks if block.language == "python"]
    (folder / "call.py").write_text(program, encoding="utf-8")
    tasks = "".join(textwrap.indent(block.text, "    ") for block in blocks if block.language == "yaml")
    play = f"- hosts: localhost\n  gather_facts: false\n  tasks:\n{tasks}"
    (folder / "call.yml").write_text(play, encoding="utf-8")
    return [
        *(command for block in blocks if block.language == "console" for command in commands_of(block)),
        "export PRICES_URL=$(sed -n 's/^url = \"\\(.*\\)\"/\\1/p' prices.curl)",
        "export PRICES_KEY=$(sed -n 's/^header = \"Authorization: Bearer \\(.*\\)\"/\\1/p' prices.curl)",
        f"echo; echo Python: $({sys.executable} call.py)",
        "ansible-playbook call.yml",
    ]


@pytest.fixture
def stranger(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody with a home of their own, ansible-core and the local MMS, and nothing of ours set."""
    ours = ("ANSIBLE_", "AZURE", "MMS_LOCAL_", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    home = tmp_path / "home"
    home.mkdir()
    return {
        **kept,
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}",
        "MMS_LOCAL_DATA_DIR": str(tmp_path / "data"),
        "MMS_LOCAL_PORT": "0",
        "MMS_LOCAL_OCI": "never",
        "MMS_LOCAL_DEPENDENCY_CACHE": str(ROOT / ".cache/dependencies"),
    }


def test_a_stranger_deploys_from_the_release_and_asks(stranger: dict[str, str], tmp_path: Path) -> None:
    copy = tmp_path / "tree/ansible_collections/azureml/model_management"
    subprocess.run([sys.executable, str(ROOT / ".ci/copy_tree.py"), str(copy)], check=True, capture_output=True)
    folder = tmp_path / "empty"
    folder.mkdir()
    build = ["ansible-galaxy", "collection", "build", "--output-path", str(folder), str(copy)]
    subprocess.run(build, env=stranger, check=True, capture_output=True)
    for block in BLOCKS:
        if block.caption:
            (folder / block.caption).write_text(block.text, encoding="utf-8")
    commands = [command for block in BLOCKS if block.language == "console" for command in commands_of(block)]
    # The environment of the tests holds what pip would install, and pip would ask an index.
    (installed,) = [command for command in commands if command.startswith("pip install ")]
    commands.remove(installed)
    # Sandboxed to loopback: no dependency is asked of Galaxy.
    commands[0] = commands[0].replace("install ", "install --offline ")
    assert commands[-1] == "mms-local stop"
    output = typed([*commands[:-1], *ways_to_call(folder), commands[-1]], folder, stranger)
    assert "\nPython: 160\n" in output
    assert '{"price":160}' in output.replace(" ", "")
    first, second, asked = re.findall(r"^localhost .*changed=(\d+)", output, re.MULTILINE)
    assert int(first) > 0
    assert int(second) == int(asked) == 0
    assert (folder / "prices.curl").stat().st_mode & 0o077 == 0


def test_a_relative_directory_of_the_quickstart_is_where_the_command_was_typed(
    stranger: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/iris.joblib").write_bytes(b"weights")
    (tmp_path / "mine/sample.json").write_text('{"input": {}, "expected": []}', encoding="utf-8")
    command = ["ansible-playbook", "--check", "azureml.model_management.quickstart", "-e", "quickstart_directory=mine"]
    with ServerProcess(tmp_path / "server") as server:
        environment = {
            **stranger,
            **server.environment,
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache/link"),
            "PWD": str(tmp_path),
        }
        ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
