# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server on machines as people have them: proxies, settings of installers, folders and shells that do not fit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from api_client import ACCOUNT, Api
from image_factory import ECHO, FileServer

from mms_local.testing import ServerProcess

pytestmark = pytest.mark.slow
DEAD = "http://127.0.0.1:9"
PROXIES: dict[str, dict[str, str]] = {
    "no NO_PROXY": {"HTTP_PROXY": DEAD, "http_proxy": DEAD},
    "NO_PROXY as a CIDR": {"HTTP_PROXY": DEAD, "NO_PROXY": "127.0.0.0/8,10.0.0.0/8"},
    "no_proxy of others": {"http_proxy": DEAD, "no_proxy": "corp.example,.internal"},
}
ACCOUNTS: dict[str, dict[str, str]] = {
    "PIP_USER": {"PIP_USER": "1"},
    "PIP_PREFIX and PIP_TARGET": {"PIP_PREFIX": "/nonexistent", "PIP_TARGET": "/nonexistent"},
    "other variables of pip": {
        "PIP_REQUIRE_HASHES": "1",
        "PIP_NO_BINARY": ":all:",
        "PIP_NO_DEPS": "1",
        "PIP_CONSTRAINT": "/nonexistent",
        "PIP_REQUIRE_VIRTUALENV": "1",
        "PIP_DRY_RUN": "1",
    },
    "variables of uv and Python": {
        "UV_TARGET": "/nonexistent",
        "UV_PYTHON": "3.5",
        "UV_CONSTRAINT": "/nonexistent",
        "UV_REQUIRE_HASHES": "1",
        "UV_NO_BINARY": "1",
        "UV_CONFIG_FILE": "/nonexistent",
        "PYTHONPATH": "/nonexistent",
        "PYTHONSTARTUP": "/nonexistent",
        "VIRTUAL_ENV": "/nonexistent",
    },
}
FILES = {
    ".config/pip/pip.conf": "[global]\nuser = true\nrequire-hashes = true\n[install]\nprefix = /nonexistent\n",
    ".config/uv/uv.toml": "no-index = true\n[pip]\nrequire-hashes = true\n",
}


@contextmanager
def server_with(
    monkeypatch: pytest.MonkeyPatch, folder: Path, variables: dict[str, str], *flags: str
) -> Iterator[ServerProcess]:
    """A server of its own that was started in this environment; without flags it has no packages yet."""
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with monkeypatch.context() as changed:
        for name, value in variables.items():
            changed.setenv(name, value)
        running = ServerProcess(folder / "mms", "--compute", "process", "--oci", "never", *flags).start()
    try:
        yield running
    finally:
        running.stop()


def answered(server: ServerProcess, files: FileServer, requirements: str = "") -> Any:
    """What a service says whose files lie in the server's own blob store and on this machine."""
    api = Api(server.url, ACCOUNT)
    assets = [{"id": "driver", "url": files.put("score.py", ECHO), "mimeType": "application/x-python"}]
    properties = {"pipRequirements": files.put("requirements.txt", requirements)} if requirements else {}
    runtime = {"runtimeType": "Python", "properties": properties}
    manifest = api.post("manifests", ACCOUNT.manifest([], assets=assets, targetRuntime=runtime), 200)
    image = api.finish(api.call("POST", "images", ACCOUNT.image(manifest["id"])), wait=240)
    assert image["state"] == "Succeeded", image["error"]
    made = api.finish(api.call("POST", "services", ACCOUNT.service(image["resourceLocation"].rpartition("/")[2])), 60)
    assert made["state"] == "Succeeded", made["error"]
    service = api.get(made["resourceLocation"])
    key = api.get(f"services/{service['id']}/keys")["primaryKey"]
    session = requests.Session()
    session.trust_env = False
    return session.post(service["scoringUri"], json=[1], headers={"Authorization": f"Bearer {key}"}, timeout=60).json()


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param(one, id=name, marks=pytest.mark.case(f"a proxy that leads nowhere: {name}", "the way to itself"))
        for name, one in PROXIES.items()
    ],
)
def test_the_server_reaches_itself_without_a_proxy(
    variables: dict[str, str], files: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Path(__file__).resolve().parents[2] / ".cache" / "dependencies"
    with server_with(monkeypatch, tmp_path, variables, "--dependency-cache", str(cache)) as server:
        assert answered(server, files) == {"you said": [1]}


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param(one, id=name, marks=pytest.mark.case(f"settings of installers: {name}", "settings of the account"))
        for name, one in ACCOUNTS.items()
    ],
)
def test_settings_of_the_account_break_no_build(
    variables: dict[str, str], files: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in FILES.items():
        (tmp_path / "home" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "home" / name).write_text(text, encoding="utf-8")
    own = {"UV_CACHE_DIR": str(Path(__file__).resolve().parents[2] / ".cache" / "uv")}
    with server_with(monkeypatch, tmp_path, {**own, **variables, "HOME": str(tmp_path / "home")}) as server:
        assert answered(server, files, "six==1.16.0\n") == {"you said": [1]}


STRICT = {
    "python=3.6.2": "The image is to have Python =3.6.2, but this server has ",
    "python=2.7": "The image is to have Python =2.7, but this server has ",
    "python>=3.30": "The image is to have Python >=3.30, but this server has ",
    "python>=3.8": "",
    "python": "",
    "six": "",
}


@pytest.mark.case("a server with --strict-python refuses what it does not have", "conda files as they are")
def test_a_strict_server_takes_no_other_python(
    files: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Path(__file__).resolve().parents[2] / ".cache" / "dependencies"
    with server_with(monkeypatch, tmp_path, {}, "--strict-python", "--dependency-cache", str(cache)) as server:
        api = Api(server.url, ACCOUNT)
        driver = {"id": "driver", "url": files.put("score.py", ECHO), "mimeType": "application/x-python"}
        for entry, told in STRICT.items():
            conda = files.put("environment.yml", f"dependencies: ['{entry}']\n")
            runtime = {"runtimeType": "Python", "properties": {"condaEnvFile": conda}}
            manifest = api.post("manifests", ACCOUNT.manifest([], assets=[driver], targetRuntime=runtime), 200)
            image = api.finish(api.call("POST", "images", ACCOUNT.image(manifest["id"])), wait=240)
            message = (image.get("error") or {"message": ""})["message"]
            assert (told in message, bool(message)) == (True, bool(told)), (entry, message)
            assert ("--strict-python is on" in message) == bool(told)


@pytest.mark.case("a data folder that is a file, no home, a port out of range", "one line instead of a trace")
def test_a_machine_that_does_not_fit_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    for arguments, variables in (
        (["--data-dir", str(tmp_path / "taken")], {}),
        ([], {"HOME": "/proc/none", "XDG_DATA_HOME": ""}),
        (["--port", "70000"], {}),
    ):
        command = [sys.executable, "-m", "mms_local", "start", *arguments]
        environment = {**os.environ, **variables}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode != 0
        assert len(done.stderr.splitlines()) == 1, done.stderr


TYPES = (None, "application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-8", "", "nonsense")


@pytest.mark.case("bodies whose type is none, a form's, a text's or no type at all", "the body reaches run()")
def test_a_body_of_any_type_reaches_run(server: ServerProcess, files: FileServer) -> None:
    server.reset()
    api = Api(server.url, ACCOUNT)
    assert answered(server, files) == {"you said": [1]}
    (service,) = api.items("services")
    key = api.get(f"services/{service['id']}/keys")["primaryKey"]
    for kind in TYPES:
        session = requests.Session()
        session.trust_env = False
        request = requests.Request("POST", service["scoringUri"], data=b"[1, 2]").prepare()
        request.headers["Authorization"] = f"Bearer {key}"
        if kind is not None:
            request.headers["Content-Type"] = kind
        answer = session.send(request, timeout=60)
        assert (answer.status_code, answer.json()) == (200, {"you said": [1, 2]}), (kind, answer.text)
