# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""mms_kubeconfig_info: from files, from the Azure CLI, from Azure Resource Manager."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._kubernetes.kubeconfig import flat_kubeconfig
from ansible_collections.azureml.model_management.plugins.module_utils._masking import Gate
from ansible_collections.azureml.model_management.plugins.module_utils._runner import outcome
from ansible_collections.azureml.model_management.plugins.modules.mms_kubeconfig_info import TASK

CONFIG = {
    "current-context": "blue",
    "clusters": [{"name": "c", "cluster": {"server": "https://c", "proxy-url": "http://ben:pa55@proxy"}}],
    "users": [{"name": "u", "user": {"token": "t"}}],
    "contexts": [
        {"name": "blue", "context": {"cluster": "c", "user": "u", "namespace": "models"}},
        {"name": "green", "context": {"cluster": "c", "user": "u"}},
    ],
}


def result(**given: Any) -> dict[str, Any]:
    defaults = {name: spec.get("default") for name, spec in TASK.options.items()}
    options = {**defaults, "retries": 0, **given}
    return outcome(TASK, options, check_mode=False, diff=False, gate=Gate(lambda _unused: None, lambda _unused: None))


def fake_az(folder: Path, body: str) -> str:
    program = folder / "az"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{folder}/arguments'\n{body}\n")
    program.chmod(0o700)
    return str(program)


def writing_az(folder: Path) -> str:
    """An Azure CLI that writes a kubeconfig to the file after --file."""
    (folder / "answer").write_text(json.dumps(CONFIG))
    body = f'while [ "$1" != --file ]; do shift; done\n[ ! -e "$2" ] && cp "{folder}/answer" "$2"'
    return fake_az(folder, body)


class ResourceManager(BaseHTTPRequestHandler):
    """Answers one path as Azure does."""

    answer: Any = None
    seen: list[tuple[str, str, str]]

    def do_POST(self) -> None:
        self.seen.append((self.command, self.path, self.headers["Authorization"]))
        body = json.dumps(self.answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_unused: Any) -> None:
        pass


@pytest.fixture
def resource_manager() -> Iterator[tuple[str, type[ResourceManager]]]:
    value = base64.b64encode(json.dumps(CONFIG).encode()).decode()
    handler = type(
        "Handler", (ResourceManager,), {"seen": [], "answer": {"kubeconfigs": [{"name": "x", "value": value}]}}
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_file_is_returned_as_one_line_with_its_secrets_whole(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(json.dumps(CONFIG))
    found = result(path=str(tmp_path / "config"))
    assert found["kubeconfig"] == flat_kubeconfig(CONFIG)
    assert "ben:pa55@proxy" in found["kubeconfig"]
    assert (found["context"], found["server"], found["namespace"]) == ("blue", "https://c", "models")
    assert found["changed"] is False


def test_another_context_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text(json.dumps(CONFIG))
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/missing:{tmp_path}/config")
    found = result(context="green")
    assert (found["context"], found["namespace"]) == ("green", "default")
    assert result(context="green", namespace="lab")["namespace"] == "lab"


@pytest.mark.parametrize(
    ("given", "command", "more"),
    [
        ({"source": "aks"}, ["aks", "get-credentials"], []),
        (
            {"source": "aks", "admin": True, "subscription_id": "sub"},
            ["aks", "get-credentials"],
            ["--subscription", "sub", "--admin"],
        ),
        ({"source": "acs"}, ["acs", "kubernetes", "get-credentials"], []),
        (
            {"source": "acs", "ssh_key_file": "/k"},
            ["acs", "kubernetes", "get-credentials"],
            ["--ssh-key-file", "/k"],
        ),
    ],
)
def test_the_azure_cli_is_asked(tmp_path: Path, given: dict[str, Any], command: list[str], more: list[str]) -> None:
    found = result(az=writing_az(tmp_path), cluster_name="scoring", resource_group="rg", **given)
    arguments = (tmp_path / "arguments").read_text().splitlines()
    file = arguments[arguments.index("--file") + 1]
    assert found["kubeconfig"] == flat_kubeconfig(CONFIG)
    assert arguments == [*command, "--resource-group", "rg", "--name", "scoring", "--file", file, *more]
    assert not Path(file).exists()


def test_the_group_of_the_cluster_may_be_another_one(tmp_path: Path) -> None:
    result(source="aks", az=writing_az(tmp_path), cluster_name="c", resource_group="rg", cluster_resource_group="crg")
    assert "crg" in (tmp_path / "arguments").read_text().splitlines()


@pytest.mark.parametrize(
    ("body", "given", "words", "code"),
    [
        ("echo \"'acs' is misspelled or not recognized\" >&2; exit 2", {"source": "acs"}, "no Azure Container", None),
        ("echo \"Please run 'az login'\" >&2; exit 1", {"source": "aks"}, "Log in with 'az login' first", None),
        ("exit 0", {"source": "aks"}, "it said nothing", None),
        ("exit 0", {"source": "aks", "az": "/no/az"}, "There is no program '/no/az'", "AzureCliNotFound"),
        ("exit 0", {"source": "aks", "cluster_name": None}, "cluster_name must be set", "InvalidInput"),
        ("exit 0", {"source": "arm", "subscription_id": None}, "subscription_id must be set", "InvalidInput"),
    ],
)
def test_what_cannot_work_is_explained(
    tmp_path: Path, body: str, given: dict[str, Any], words: str, code: str | None
) -> None:
    options = {"az": fake_az(tmp_path, body), "cluster_name": "scoring", "resource_group": "rg", **given}
    failed = result(**options)
    assert words in failed["msg"]
    assert failed["failure"]["code"] == (code or "AzureCliFailed")


@pytest.mark.parametrize(
    ("admin", "action"), [(False, "listClusterUserCredential"), (True, "listClusterAdminCredential")]
)
def test_resource_manager_is_asked_with_the_token_of_the_task(
    resource_manager: tuple[str, type[ResourceManager]], admin: bool, action: str
) -> None:
    url, handler = resource_manager
    found = result(
        source="arm",
        arm_url=url,
        access_token="arm-token",
        subscription_id="sub",
        cluster_name="scoring",
        cluster_resource_group="rg",
        admin=admin,
    )
    assert found["kubeconfig"] == flat_kubeconfig(CONFIG)
    [(method, path, token)] = handler.seen
    cluster = "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/scoring"
    assert (method, path.partition("?")[0], token) == ("POST", f"{cluster}/{action}", "Bearer arm-token")
    assert len(found["request_ids"]) == 1


def test_an_answer_without_a_kubeconfig_is_not_taken_for_one(
    resource_manager: tuple[str, type[ResourceManager]],
) -> None:
    url, handler = resource_manager
    handler.answer = {"kubeconfigs": []}
    failed = result(
        source="arm", arm_url=url, access_token="t", subscription_id="s", cluster_name="scoring", resource_group="rg"
    )
    assert failed["failure"]["code"] == "UnexpectedResponse"


@pytest.mark.security
@pytest.mark.parametrize(
    "answer",
    [
        {
            **CONFIG,
            "clusters": [{"name": "c", "cluster": {"server": "https://c", "certificate-authority": "/etc/hosts"}}],
        },
        {**CONFIG, "users": [{"name": "u", "user": {"client-key": "/etc/hosts", "client-certificate": "/etc/hosts"}}]},
        {**CONFIG, "users": [{"name": "u", "user": {"tokenFile": "/etc/hosts"}}]},
        "/etc/hosts",
    ],
)
def test_a_kubeconfig_that_is_handed_out_names_no_files_of_this_machine(
    answer: Any, resource_manager: tuple[str, type[ResourceManager]], tmp_path: Path
) -> None:
    url, handler = resource_manager
    text = answer if isinstance(answer, str) else json.dumps(answer)
    handler.answer = {"kubeconfigs": [{"name": "x", "value": base64.b64encode(text.encode()).decode()}]}
    by_arm = {"source": "arm", "arm_url": url, "access_token": "t", "subscription_id": "s"}
    (tmp_path / "answer").write_text(text)
    az = fake_az(tmp_path, f'while [ "$1" != --file ]; do shift; done\ncp "{tmp_path}/answer" "$2"')
    for given in (by_arm, {"source": "aks", "az": az}):
        failed = result(cluster_name="scoring", resource_group="rg", **given)
        assert failed["failure"]["code"] == "InvalidKubeconfig"
        assert "127.0.0.1" not in str(failed["msg"])
        assert "kubeconfig" not in failed
