# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The built tarball, installed elsewhere, in the hands of those who take it from there.

They are ansible-doc, pip, ansible-runner (the engine of AWX and of the automation platform) and ansible-builder.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_runner.interface import run
from commands import COLLECTION, COLLECTION_FOLDER, ROOT, output_of

from mms_local.testing import ServerProcess

LARGEST = 2_000_000
"""Bytes of the tarball above which something got in that does not belong there."""

CUSTOMARY_TESTS = {"config.yml", "conftest.py", "integration", "unit"}
"""What of the folder `tests` belongs into a collection: what ansible-test runs from there."""


def test_the_tarball_holds_what_runs_and_nothing_of_the_workshop(tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        names = archive.getnames()
    for wanted in (
        "plugins/modules/mms_model.py",
        "roles/local_mms/tasks/main.yml",
        "server/mms_local/app.py",
        "LICENSE",
    ):
        assert wanted in names
    workshop = ("Makefile", "pyproject.toml", "requirements/", "CODEOWNERS")
    assert [name for name in names if name.startswith(workshop) or Path(name).name.startswith(".")] == []
    assert {name.split("/")[1] for name in names if name.startswith("tests/")} <= CUSTOMARY_TESTS
    assert [name for name in names if name.endswith(".pyc") or "egg-info" in name] == []
    assert tarball.stat().st_size < LARGEST


def test_every_plugin_and_role_of_the_installed_collection_is_documented(collections: Path) -> None:
    modules = [path.stem for path in (collections / COLLECTION_FOLDER / "plugins/modules").glob("*.py")]
    roles = [path.name for path in (collections / COLLECTION_FOLDER / "roles").iterdir()]
    for kind, names in {"module": modules, "role": roles}.items():
        wanted = [f"{COLLECTION}.{name}" for name in names]
        described = output_of("ansible-doc", "-t", kind, "-j", *wanted, ANSIBLE_COLLECTIONS_PATH=str(collections))
        assert sorted(json.loads(described)) == sorted(wanted)


def test_the_local_mms_installs_from_the_collection(collections: Path, tmp_path: Path) -> None:
    output_of(sys.executable, "-m", "venv", tmp_path / "venv")
    output_of(tmp_path / "venv/bin/python", "-m", "pip", "install", "-q", collections / COLLECTION_FOLDER / "server")
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    assert version in output_of(tmp_path / "venv/bin/mms-local", "--version")


@pytest.fixture(scope="module")
def deploying_mms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a local MMS that runs services as processes."""
    checked = ("--auth", "checked", "--token", "token-that-nobody-may-see")
    with ServerProcess(tmp_path_factory.mktemp("mms"), "--compute", "process", *checked) as server:
        yield server.environment


@pytest.fixture
def project(tarball: Path, tmp_path: Path, deploying_mms: dict[str, str]) -> Path:
    """A private data folder of ansible-runner: the collection, a trained model, and the account in the environment."""
    output_of("ansible-galaxy", "collection", "install", "--offline", "-p", tmp_path / "project/collections", tarball)
    output_of(sys.executable, ROOT / "playbooks/files/iris/train.py", tmp_path / "model")
    site = f"- name: Deploy\n  ansible.builtin.import_playbook: {COLLECTION}.quickstart\n"
    (tmp_path / "project/site.yml").write_text(site, encoding="utf-8")
    environment = {**deploying_mms, "ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "project/collections")}
    (tmp_path / "env").mkdir()
    (tmp_path / "env/envvars").write_text(json.dumps(environment), encoding="utf-8")
    (tmp_path / "env/extravars").write_text(
        json.dumps({"quickstart_directory": str(tmp_path / "model")}), encoding="utf-8"
    )
    return tmp_path


def job(project: Path, name: str) -> Any:
    """The quickstart, run as AWX runs a job template."""
    ran = run(
        private_data_dir=str(project),
        playbook="site.yml",
        ident=name,
        quiet=True,
        suppress_env_files=True,
    )
    assert ran.status == "successful", (project / "artifacts" / name / "stdout").read_text(encoding="utf-8")
    return ran


def test_ansible_runner_deploys_once_and_keeps_no_secret(project: Path, deploying_mms: dict[str, str]) -> None:
    assert job(project, "first").stats["changed"]
    first = (project / "artifacts/first/stdout").read_text(encoding="utf-8")
    assert re.search(r"\[localhost\] Building .* has begun; http://127\.0\.0\.1:\d+/ shows it", first)
    assert re.search(r"\[localhost\] Deploying .*: Succeeded after \d+ s", first)
    assert (project / "model/answer").read_text(encoding="utf-8").startswith("demo ok: http://127.0.0.1:")
    assert job(project, "second").stats["changed"] == {}
    connection = dict(part.partition("=")[::2] for part in deploying_mms["AZURE_STORAGE_CONNECTION_STRING"].split(";"))
    secrets = (deploying_mms["AZUREML_MMS_ACCESS_TOKEN"], connection["AccountKey"], "sig=")
    for path in [*project.glob("artifacts/*/job_events/*.json"), *project.glob("artifacts/*/stdout")]:
        assert [secret for secret in secrets if secret in path.read_text(encoding="utf-8")] == [], path.name


def test_ansible_builder_finds_what_the_collection_needs(collections: Path) -> None:
    found = yaml.safe_load(output_of("ansible-builder", "introspect", collections))
    assert {line.split(">")[0] for line in found["python"]} == {"requests", "azure-identity", "azure-storage-blob"}
    assert [line.split()[0] for line in found["system"]] == ["kubernetes-client"]


@pytest.fixture
def execution_environment(tarball: Path, collections: Path, tmp_path: Path) -> Path:
    """What ansible-builder makes of the example, without a container: a Python with what the build context asks for.

    Returns the folder of its commands.
    """
    definition = yaml.safe_load((ROOT / "docs/execution-environment.yml").read_text(encoding="utf-8"))
    definition["dependencies"]["galaxy"]["collections"] = [{"name": str(tarball), "type": "file"}]
    (tmp_path / "execution-environment.yml").write_text(yaml.safe_dump(definition), encoding="utf-8")
    context = tmp_path / "context"
    # It is called so whatever container engine the machine has.
    named = ("--output-filename", "Containerfile")
    output_of("ansible-builder", "create", "-f", tmp_path / "execution-environment.yml", "--context", context, *named)
    steps = (context / "Containerfile").read_text(encoding="utf-8")
    assert "ansible-galaxy collection install" in steps
    assert "/usr/local/bin/kubectl" in steps
    assert str(tarball) in (context / "_build/requirements.yml").read_text(encoding="utf-8")
    needed = yaml.safe_load(output_of("ansible-builder", "introspect", collections))["python"]
    engines = [definition["dependencies"][name]["package_pip"] for name in ("ansible_core", "ansible_runner")]
    output_of(sys.executable, "-m", "venv", tmp_path / "environment")
    python = tmp_path / "environment/bin/python"
    output_of(python, "-m", "pip", "install", "-q", *engines, *(line.split(";")[0].split("#")[0] for line in needed))
    return python.parent


def test_the_quick_start_runs_in_the_execution_environment_of_the_example(
    project: Path, execution_environment: Path, tmp_path: Path
) -> None:
    nothing_else = {"PATH": f"{execution_environment}:/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    cleared = ("env", "-i", *(f"{name}={value}" for name, value in nothing_else.items()))
    said = output_of(*cleared, "ansible-runner", "run", project, "-p", "site.yml")
    assert "failed=0" in said
    assert (project / "model/answer").read_text(encoding="utf-8").startswith("demo ok: http://127.0.0.1:")
