# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""kubectl gets the right kubeconfig, no secret on its command line, and its complaints become errors."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._kubernetes.kubeconfig import KubeconfigError
from ansible_collections.azureml.model_management.plugins.module_utils._kubernetes.kubectl import (
    Kubectl,
    KubectlError,
    connection,
)

TOKEN = "s3cr3t-token"
CONFIG: dict[str, Any] = {
    "current-context": "blue",
    "clusters": [{"name": "c", "cluster": {"server": "https://c", "certificate-authority-data": "Q0E="}}],
    "users": [{"name": "u", "user": {"exec": {"command": "kubelogin"}}}],
    "contexts": [
        {"name": "blue", "context": {"cluster": "c", "user": "u", "namespace": "models"}},
        {"name": "green", "context": {"cluster": "c", "user": "u"}},
    ],
}


def options(**given: Any) -> dict[str, Any]:
    names = "kubeconfig context host api_key client_cert client_key ca_cert validate_certs proxy impersonate_user"
    return {**dict.fromkeys(names.split()), "kubectl": "kubectl", "timeout": 5, **given}


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.write_text(json.dumps(CONFIG))
    return path


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """A kubectl that writes down how it was called, and the kubeconfig that it found."""
    program = tmp_path / "recorder"
    program.write_text(
        "#!/usr/bin/env python3\n"
        "import json, os, sys\n"
        "path = os.environ['KUBECONFIG']\n"
        "seen = {'arguments': sys.argv[1:], 'input': sys.stdin.read(), 'path': path}\n"
        "seen['mode'] = oct(os.stat(path).st_mode & 0o777)\n"
        "seen['folder'] = oct(os.stat(os.path.dirname(path)).st_mode & 0o777)\n"
        "seen['config'] = open(path).read()\n"
        "print(json.dumps(seen))\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def complaining(tmp_path: Path, text: str) -> str:
    program = tmp_path / "complaining"
    program.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{text}\nEND\nexit 1\n")
    program.chmod(0o700)
    return str(program)


def test_files_are_used_as_they_are(config_file: Path) -> None:
    assert connection(options(kubeconfig=str(config_file)), {}) == [str(config_file)]
    assert connection(options(), {"KUBECONFIG": f"{config_file}:/no/such"}) == [str(config_file)]


def test_in_a_pod_kubectl_finds_its_own_way(tmp_path: Path) -> None:
    environ = {"KUBECONFIG": str(tmp_path / "none"), "KUBERNETES_SERVICE_HOST": "10.0.0.1"}
    assert connection(options(), environ) == [str(tmp_path / "none")]


def test_without_any_kubeconfig_the_task_says_so(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match="There is no kubeconfig: none in"):
        connection(options(), {"KUBECONFIG": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("given", "cluster", "user"),
    [
        ({"api_key": TOKEN}, CONFIG["clusters"][0]["cluster"], {"token": TOKEN}),
        ({"client_cert": "/c", "client_key": "/k"}, None, {"client-certificate": "/c", "client-key": "/k"}),
        ({"impersonate_user": "ben"}, None, {"exec": {"command": "kubelogin"}, "as": "ben"}),
        ({"ca_cert": "/ca"}, {"server": "https://c", "certificate-authority": "/ca"}, None),
        ({"validate_certs": False}, {"server": "https://c", "insecure-skip-tls-verify": True}, None),
        ({"host": "https://d", "proxy": "http://p"}, {"server": "https://d", "proxy-url": "http://p"}, None),
    ],
)
def test_options_override_parts_of_the_kubeconfig(
    config_file: Path, given: dict[str, Any], cluster: dict[str, Any] | None, user: dict[str, Any] | None
) -> None:
    for source in (str(config_file), json.dumps(CONFIG)):
        made = connection(options(kubeconfig=source, **given), {})
        assert isinstance(made, dict)
        assert made["contexts"][0]["context"]["namespace"] == "models"
        if cluster is not None:
            found = made["clusters"][0]["cluster"]
            assert {key: found.get(key) for key in cluster} == cluster
            assert ("certificate-authority-data" in found) == ("host" in given or "api_key" in given)
        if user is not None:
            assert made["users"][0]["user"] == user


def test_host_and_token_alone_are_enough() -> None:
    made = connection(options(host="https://d", api_key=TOKEN), {"KUBECONFIG": "/no/such"})
    assert isinstance(made, dict)
    assert made["clusters"][0]["cluster"] == {"server": "https://d"}
    assert made["users"][0]["user"] == {"token": TOKEN}


def test_a_text_is_reduced_to_the_wanted_context() -> None:
    made = connection(options(kubeconfig=json.dumps(CONFIG), context="green"), {})
    assert isinstance(made, dict)
    assert made["current-context"] == "green"
    with pytest.raises(KubeconfigError, match="no context 'red'"):
        connection(options(kubeconfig=json.dumps(CONFIG), context="red"), {})


@pytest.mark.security
def test_secrets_reach_kubectl_by_private_ways_only(recorder: Path) -> None:
    given = options(kubectl=str(recorder), host="https://d", api_key=TOKEN)
    kubectl = Kubectl(given, {"PATH": "/usr/bin:/bin"}, "models", ["pa55"])
    seen = json.loads(kubectl.run("create", "--filename=-", manifest={"data": "pa55"}))
    assert seen["arguments"] == ["--request-timeout=5s", "--namespace=models", "create", "--filename=-"]
    assert json.loads(seen["input"]) == {"data": "pa55"}
    assert json.loads(seen["config"])["users"][0]["user"] == {"token": TOKEN}
    assert seen["folder"] == "0o700"
    assert not Path(seen["path"]).exists()


def test_the_context_of_a_file_is_chosen_by_kubectl(recorder: Path, config_file: Path) -> None:
    given = options(kubectl=str(recorder), kubeconfig=str(config_file), context="green")
    seen = json.loads(Kubectl(given, {"PATH": "/usr/bin:/bin"}, None).run("get"))
    assert "--context=green" in seen["arguments"]
    assert seen["path"] == str(config_file)


@pytest.mark.parametrize(
    ("text", "code", "status"),
    [
        ('Error from server (Forbidden): secrets "s" is forbidden: User "ben" cannot get', "Forbidden", 403),
        ("Error from server (NotFound): namespaces not found", "NotFound", 404),
        ("error: You must be logged in to the server (Unauthorized)", "Unauthorized", 401),
        ("Error from server (Conflict): the object has been modified", "Conflict", 409),
        ("The connection to the server localhost:8080 was refused", "ConnectionFailed", None),
        ("Unable to connect to the server: x509: certificate signed by unknown authority", "TlsFailed", None),
        ("Unable to connect to the server: context deadline exceeded", "ConnectionFailed", None),
        ("something new", "KubectlFailed", None),
    ],
)
def test_complaints_become_errors(tmp_path: Path, config_file: Path, text: str, code: str, status: int | None) -> None:
    given = options(kubectl=complaining(tmp_path, f"{text} with pa55"), kubeconfig=str(config_file))
    with pytest.raises(KubectlError) as caught:
        Kubectl(given, {"PATH": "/usr/bin:/bin"}, None, ["pa55"]).run("get", "secret", "s")
    failure = caught.value.to_failure()
    assert (failure["code"], failure["status"]) == (code, status)
    assert "kubectl get secret s failed" in failure["message"]
    assert text in failure["message"]
    assert "pa55" not in failure["message"]


def test_the_log_of_kubectl_is_left_out_of_its_complaint(tmp_path: Path, config_file: Path) -> None:
    log = 'E1124 06:45:44.174414 11217 memcache.go:265] "Unhandled Error" err="connection refused"'
    text = f"{log}\nThe connection to the server 127.0.0.1:9 was refused"
    given = options(kubectl=complaining(tmp_path, text), kubeconfig=str(config_file))
    with pytest.raises(KubectlError) as caught:
        Kubectl(given, {"PATH": "/usr/bin:/bin"}, None).run("get", "secret", "s")
    assert "get secret s failed: The connection to the server 127.0.0.1:9 was refused" in caught.value.message


def test_a_missing_program_is_told(config_file: Path) -> None:
    given = options(kubectl="/no/such/kubectl", kubeconfig=str(config_file))
    with pytest.raises(KubectlError, match="There is no program '/no/such/kubectl'"):
        Kubectl(given, {}, None).run("get")
