# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file a path means: the one that ansible.builtin.copy would take, in both shells."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import KUBECONFIG, new_account
from plays import play

from mms_local.testing import ServerProcess

HEAD = """
- hosts: localhost
  gather_facts: false
  module_defaults:
    group/azureml.model_management.mms: {account_name: ACCOUNT}
"""
WAYS = {
    "in-process": "vars: {mms_in_process: true}",
    "module": "vars: {mms_in_process: false}",
    "async": "async: 60\n      poll: 1",
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Keywords of a task that make it run in one way."""
    return WAYS[request.param]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def encrypt(*paths: Path, password_file: Path) -> None:
    program = Path(sys.executable).with_name("ansible-vault")
    subprocess.run(
        [program, "encrypt", "--vault-password-file", password_file, *paths], check=True, capture_output=True
    )


def task(way: str, module: str, options: str) -> str:
    return f"    - azureml.model_management.{module}: {options}\n      {way}\n      register: made\n"


def written(folder: Path) -> Any:
    return json.loads((folder / "result.json").read_text(encoding="utf-8"))


WRITE = """
    - ansible.builtin.copy: {content: "{{ made | to_json }}", dest: "{{ playbook_dir }}/result.json", mode: "0600"}
"""


def registered(project: Path, server: ServerProcess, way: str, path: str, *arguments: str, book: str = "book") -> str:
    """Register a model by a playbook in a subfolder; return the name of its blob, which begins with the digest."""
    text = HEAD.replace("ACCOUNT", new_account()) + "  tasks:\n" + task(way, "mms_model", f"{{name: m, path: {path}}}")
    write(project / book / "play.yml", "")
    play(project, text + WRITE, server, *arguments, file=f"{book}/play.yml")
    return "/".join(written(project / book)["model"]["url"].split("/")[-2:])


def named(content: str, name: str = "model.txt") -> str:
    return f"{hashlib.sha256(content.encode()).hexdigest()}/{name}"


def test_a_relative_path_starts_from_the_playbook_and_not_from_the_shell(
    way: str, server: ServerProcess, tmp_path: Path
) -> None:
    write(tmp_path / "model.txt", "beside the shell")
    write(tmp_path / "book" / "model.txt", "beside the playbook")
    assert registered(tmp_path, server, way, "model.txt") == named("beside the playbook")
    write(tmp_path / "book" / "files" / "model.txt", "in files/")
    assert registered(tmp_path, server, way, "model.txt") == named("in files/")
    assert registered(tmp_path, server, way, "./model.txt") == named("in files/")
    # As copy does it: "files/" is put before whatever the path is.
    assert registered(tmp_path, server, way, "../model.txt") == named("beside the playbook")


def test_a_role_brings_its_files(way: str, server: ServerProcess, tmp_path: Path) -> None:
    role = tmp_path / "book" / "roles" / "ours"
    write(tmp_path / "book" / "files" / "model.txt", "of the playbook")
    write(role / "files" / "model.txt", "of the role")
    keywords = way.replace("\n      ", "\n  ")
    text = f"- azureml.model_management.mms_model: {{name: m, path: model.txt}}\n  register: made\n  {keywords}\n"
    write(role / "tasks" / "main.yml", text)
    text = HEAD.replace("ACCOUNT", new_account()) + "  roles: [ours]\n  tasks:\n"
    write(tmp_path / "book" / "play.yml", "")
    play(tmp_path, text + WRITE, server, file="book/play.yml")
    assert written(tmp_path / "book")["model"]["url"].endswith(named("of the role"))


@pytest.mark.parametrize("way", [WAYS["in-process"], WAYS["module"]], ids=["in-process", "module"])
def test_the_home_folder_is_known(
    way: str, server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    write(tmp_path / "home" / "model.txt", "at home")
    assert registered(tmp_path, server, way, "~/model.txt") == named("at home")
    assert registered(tmp_path, server, way, "$HOME/model.txt") == named("at home")


def test_a_path_that_leads_nowhere_is_told_as_that_beside_the_playbook(server: ServerProcess, tmp_path: Path) -> None:
    messages = set()
    for way in WAYS.values():
        text = HEAD.replace("ACCOUNT", new_account()) + "  tasks:\n" + task(way, "mms_model", "{name: m, path: no.txt}")
        write(tmp_path / "book" / "play.yml", "")
        play(tmp_path, text + "      ignore_errors: true\n" + WRITE, server, file="book/play.yml")
        messages.add(written(tmp_path / "book")["msg"])
    (message,) = messages
    assert f"{tmp_path}/book/no.txt cannot be read: No such file or directory" in message


def with_content(folder: Path, content: bytes) -> list[str]:
    """Names of files in which this stands."""
    files = (Path(place, name) for place, _folders, names in os.walk(folder) for name in names)
    return [file.name for file in files if content in file.read_bytes()]


def test_a_vaulted_file_is_uploaded_in_plain_and_nothing_stays(
    way: str, server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    for variable in ("TMPDIR", "ANSIBLE_LOCAL_TEMP", "ANSIBLE_REMOTE_TEMP"):
        monkeypatch.setenv(variable, str(work))
    password = write(tmp_path / "pw", "password")
    model = write(tmp_path / "book" / "model.txt", "weights")
    encrypt(model, password_file=password)
    assert registered(tmp_path, server, way, "model.txt", "--vault-password-file", "pw") == named("weights")
    # What ran in the background tidies up after it has told its result.
    deadline = time.monotonic() + 10
    while (left := with_content(work, b"weights")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


def test_a_vaulted_file_without_the_password_is_refused(way: str, server: ServerProcess, tmp_path: Path) -> None:
    encrypt(write(tmp_path / "book" / "model.txt", "weights"), password_file=write(tmp_path / "pw", "password"))
    text = HEAD.replace("ACCOUNT", new_account()) + "  tasks:\n" + task(way, "mms_model", "{name: m, path: model.txt}")
    printed = play(tmp_path, text, server, status=2, file="book/play.yml")
    assert "model.txt is encrypted by ansible-vault and cannot be decrypted" in printed


def test_a_folder_with_a_vaulted_file_is_uploaded_in_plain(way: str, server: ServerProcess, tmp_path: Path) -> None:
    folder = tmp_path / "book" / "model"
    write(folder / "weights.bin", "weights")
    write(folder / "sub" / "secret.txt", "plain")
    write(folder / "sub" / "__init__.py", "")
    (folder / "link").symlink_to("weights.bin")
    clear = registered(tmp_path, server, way, "model")
    encrypt(folder / "sub" / "secret.txt", password_file=write(tmp_path / "pw", "password"))
    assert registered(tmp_path, server, way, "model", "--vault-password-file", "pw") == clear


def test_all_files_of_a_manifest_are_found_and_decrypted(way: str, server: ServerProcess, tmp_path: Path) -> None:
    files = tmp_path / "book" / "files"
    driver = write(files / "score.py", "def init():\n    pass\n\n\ndef run(data):\n    return data\n")
    asset = write(files / "table.csv", "a,b\n")
    requirements = write(files / "requirements.txt", "numpy\n")
    encrypt(driver, asset, requirements, password_file=write(tmp_path / "pw", "password"))
    options = (
        "{name: m, driver: score.py, assets: [{source: table.csv}], pip_requirements: requirements.txt, models: [m]}"
    )
    model = "    - azureml.model_management.mms_model: {name: m, path: score.py}\n"
    text = HEAD.replace("ACCOUNT", new_account()) + "  tasks:\n" + model + task(way, "mms_manifest", options)
    play(tmp_path, text + WRITE, server, "--vault-password-file", "pw", file="book/play.yml")
    manifest = written(tmp_path / "book")["manifest"]
    assert manifest["assets"][0]["url"].endswith(named("a,b\n", "table.csv"))
    assert manifest["pip_requirements"].endswith(named("numpy\n", "requirements.txt"))


def test_a_vaulted_kubeconfig_is_read(way: str, server: ServerProcess, tmp_path: Path) -> None:
    encrypt(write(tmp_path / "book" / "kube" / "config", KUBECONFIG), password_file=write(tmp_path / "pw", "password"))
    text = HEAD.replace("ACCOUNT", new_account()) + "  tasks:\n"
    text += task(way, "mms_kubeconfig_info", "{path: 'missing:kube/config'}")
    play(tmp_path, text + WRITE, server, "--vault-password-file", "pw", file="book/play.yml")
    assert written(tmp_path / "book")["server"] == "https://127.0.0.1:6443"


def test_on_another_machine_a_path_is_one_there(server: ServerProcess, tmp_path: Path) -> None:
    """Where a task does not run on the controller, nothing is looked for here."""
    # A connection that is not called local, but runs on this machine.
    plugin = "from ansible.plugins.connection.local import Connection as Local\n\n\nclass Connection(Local):\n    "
    documentation = (
        '"""\nDOCUMENTATION = """\nname: elsewhere\nshort_description: x\ndescription: [x]\nauthor: [x]\n"""\n'
    )
    write(
        tmp_path / "book" / "connection_plugins" / "elsewhere.py",
        documentation.removeprefix('"""\n') + "\n" + plugin + 'transport = "elsewhere"\n',
    )
    write(tmp_path / "book" / "files" / "model.txt", "on the controller")
    text = HEAD.replace("ACCOUNT", new_account()).replace(
        "gather_facts: false", "gather_facts: false\n  connection: elsewhere"
    )
    text += "  tasks:\n" + task("ignore_errors: true", "mms_model", "{name: m, path: model.txt}") + WRITE
    play(tmp_path, text, server, "-e", "ansible_connection=elsewhere", file="book/play.yml")
    assert "model.txt cannot be read" in written(tmp_path / "book")["msg"]
