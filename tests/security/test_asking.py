# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asking: web pages of others, other users of the machine, and those who are asked for no token."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import requests
from api_client import ACCOUNT, HOSTING, SUBSCRIPTION, Api
from typed import SECRETS, command

from mms_local.testing import ServerProcess

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/demo-rg"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/demo"
ROOMS = {
    "data plane, account": f"{Api('', ACCOUNT).path}/models?api-version={ACCOUNT.version}",
    "data plane, hosting account": f"{Api('', HOSTING).path}/models",
    "data plane, workspace": f"/modelmanagement/v1.0{WORKSPACE}/models",
    "description": f"{Api('', HOSTING).path}/swagger.json",
    "resource manager": f"{GROUP}?api-version=2018-11-19",
    "discovery": "/discovery/workspaces/demo",
    "artifacts": f"/artifact/v2.0{WORKSPACE}/artifacts/LocalUpload/box",
    "blobs": "/mmslocal?comp=list",
    "scoring": "/api/v1/service/iris/score",
    "build logs": "/logs/images/one/key.txt",
    "identity": "/tenant/v2.0/.well-known/openid-configuration",
    "keys of tokens": "/common/discovery/v2.0/keys",
    "managed identity": "/imds/guess/metadata/identity/oauth2/token?resource=https://management.azure.com/",
    "control room": "/_mms/state",
    "health": "/_mms/health",
    "page": "/",
    "nothing": "/nothing/at/all",
}


def ask(url: str, method: str = "GET", headers: dict[str, str] | None = None, **more: Any) -> requests.Response:
    sent = {"Authorization": "Bearer t", "Metadata": "true", **(headers or {})}
    return requests.request(method, url, headers=sent, timeout=30, allow_redirects=False, **more)


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example:8780"},
        {"Host": "workstation"},
        {"Origin": "https://rebound.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
    ],
    ids=lambda headers: " ".join(*headers.items()),
)
def test_no_room_answers_web_pages_of_others(server: ServerProcess, room: str, headers: dict[str, str]) -> None:
    url = server.url + ROOMS[room]
    assert ask(url).status_code != 403 or room == "blobs"
    for method in ("GET", "POST", "OPTIONS"):
        answer = ask(url, method, headers)
        assert answer.status_code == 403
        assert "not answer" in answer.text
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_a_page_whose_name_leads_here_registers_nothing(server: ServerProcess) -> None:
    account = Api(server.url, ACCOUNT)
    rebound = {"Host": "rebound.example", "Origin": "http://rebound.example"}
    assert account.call("POST", "models", ACCOUNT.model(), headers=rebound).status_code == 403
    assert account.get("models")["value"] == []


def test_ports_of_further_accounts_are_guarded_too(server: ServerProcess) -> None:
    Api(server.url, ACCOUNT).new_service()
    place = Api(server.url, HOSTING).new_service()["scoringUri"]
    assert not place.startswith(server.url)
    assert ask(place, "POST", data=b"{}").status_code == 502  # nobody is behind it
    assert ask(place, "POST", {"Host": "rebound.example"}, data=b"{}").status_code == 403
    assert ask(place, "POST", {"Origin": server.url}, data=b"{}").status_code == 403


def test_names_that_the_owner_lists_are_answered(start_server: Callable[..., ServerProcess]) -> None:
    server = start_server("--allowed-hosts", "mms,*.svc.cluster.local", "--storage-suffix", "storage.example")
    url = server.url + ROOMS["data plane, account"]
    for host in ("mms:8780", "MMS.team.svc.cluster.local", "mmslocal.blob.storage.example", "127.0.0.1", "localhost"):
        assert ask(url, headers={"Host": host}).status_code == 200, host
    assert ask(url, headers={"Host": "mms", "Origin": "https://mms"}).status_code == 200
    for host in ("other", "svc.cluster.local", "storage.example"):
        assert ask(url, headers={"Host": host}).status_code == 403, host


@pytest.mark.parametrize("flags", [(), ("--auth", "off")])
@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_needs_a_type_that_no_form_of_another_site_has(
    start_server: Callable[..., ServerProcess], flags: tuple[str, ...], content_type: str | None
) -> None:
    account = Api(start_server(*flags).url, ACCOUNT)
    headers = {"Content-Type": content_type} if content_type else {}
    body = b'{"name": "m", "url": "http://x.invalid", "mimeType": "a/b"}'
    assert account.call("POST", "models", data=body, headers=headers).status_code == 415
    assert account.get("models")["value"] == []


OWNERS = [
    ("GET", "/_mms/state"),
    ("PUT", "/_mms/state"),
    ("POST", "/_mms/reset"),
    ("POST", "/_mms/seed"),
    ("GET", "/_mms/requests"),
    ("DELETE", "/_mms/requests"),
    ("POST", "/_mms/faults"),
    ("PUT", "/_mms/transitions"),
    ("GET", "/_mms/page/summary"),
    ("GET", "/_mms/identity/applications"),
    ("PUT", "/_mms/identity/applications/mine"),
    ("DELETE", "/_mms/identity/applications/mine"),
    ("PUT", "/_mms/identity/users/mallory"),
    ("PUT", f"/_mms/arm{WORKSPACE}"),
    ("GET", "/_MMS/state"),
    ("GET", "/_mms/health/"),
]


def raw(url: str, method: str, path: str, token: str | None) -> int:
    """The status of an answer to a request whose path is sent as it is."""
    request = requests.Request(method, url, json={"secrets": ["mine"]} if method == "PUT" else None).prepare()
    request.url = url + path
    if token is not None:
        request.headers["Authorization"] = f"Bearer {token}"
    with requests.Session() as session:
        return session.send(request, timeout=30).status_code


@pytest.mark.parametrize("flags", [("--auth", "checked"), ()], ids=str)
def test_the_control_room_asks_everybody_on_this_machine_for_its_token(
    start_server: Callable[..., ServerProcess], flags: tuple[str, ...]
) -> None:
    server = start_server(*flags)
    clients = server.environment.get("AZUREML_MMS_ACCESS_TOKEN", "t")
    for method, path in OWNERS:
        for token in (None, "", "guess", clients):
            assert raw(server.url, method, path, token) == 401, (method, path, token)
        assert raw(server.url, method, path, server.environment["MMS_LOCAL_CONTROL_TOKEN"]) != 401, (method, path)
    assert raw(server.url, "GET", "/_mms/page/files/../../state", None) == 404
    assert requests.get(f"{server.url}/_mms/health", timeout=30).status_code == 200


def test_another_user_of_the_machine_gets_no_token_by_registering(start_server: Callable[..., ServerProcess]) -> None:
    server = start_server("--auth", "checked")
    place = f"{server.url}/_mms/identity/applications/mine"
    assert requests.put(place, json={"secrets": ["mine"]}, timeout=30).status_code == 401
    form = {"grant_type": "client_credentials", "client_id": "mine", "client_secret": "mine"}
    form["resource"] = "https://management.azure.com/"
    answer = requests.post(f"{server.url}/common/oauth2/token", data=form, timeout=30)
    assert (answer.status_code, "access_token" in answer.text) == (400, False)


def test_the_machine_s_identity_is_for_those_who_know_its_address(start_server: Callable[..., ServerProcess]) -> None:
    server = start_server("--auth", "checked")
    ready = json.loads((server.data_dir / "ready.json").read_text("utf-8"))
    known = ready["virtualMachineEnv"]["AZURE_POD_IDENTITY_AUTHORITY_HOST"]
    rest = "/metadata/identity/oauth2/token?resource=https://management.azure.com/"
    for base in (server.url, f"{server.url}/imds/guess", f"{server.url}/imds/"):
        assert ask(base + rest).status_code in (401, 404), base
    assert "virtualMachineEnv" in ask(f"{server.url}/imds/guess{rest}").json()["error_description"]
    assert "access_token" in ask(server.url + rest, headers=server.owner).json()
    assert "access_token" in ask(known + rest).json()
    secret = unquote(known.rpartition("/")[2])
    assert secret not in json.dumps(server.control("GET", "requests"))
    assert secret not in server.log.read_text("utf-8")


def test_the_control_token_is_read_by_its_owner_alone_and_stays(
    start_server: Callable[..., ServerProcess], tmp_path: Path
) -> None:
    first = start_server("--log-level", "debug", data_dir=tmp_path / "data")
    token = first.environment["MMS_LOCAL_CONTROL_TOKEN"]
    assert len(token) >= 32
    assert stat.S_IMODE((first.data_dir / "env").stat().st_mode) == 0o600
    assert stat.S_IMODE((first.data_dir / "page.html").stat().st_mode) == 0o600
    assert token in (first.data_dir / "page.html").read_text("utf-8")
    assert token not in json.dumps(first.control("GET", "state"))
    first.stop()
    assert token not in first.log.read_text("utf-8")
    again = start_server(data_dir=tmp_path / "data")
    assert again.environment["MMS_LOCAL_CONTROL_TOKEN"] == token
    other = start_server(data_dir=tmp_path / "other")
    assert other.environment["MMS_LOCAL_CONTROL_TOKEN"] != token


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="NO /proc: environments cannot be read here")
def test_no_secret_is_in_the_environment_or_the_command_line_of_the_server(tmp_path: Path) -> None:
    settings = {**SECRETS, "MMS_LOCAL_AUTH": "checked", "MMS_LOCAL_LOG_LEVEL": "debug"}
    assert command(tmp_path, "start", **settings).returncode == 0
    try:
        pid = json.loads((tmp_path / "server.json").read_text("utf-8"))["pid"]
        seen = [Path(f"/proc/{pid}/{what}").read_text("utf-8") for what in ("environ", "cmdline")]
        assert not [secret for secret in SECRETS.values() if secret in "".join(seen)]
        clients = (tmp_path / "env").read_text("utf-8")
        assert SECRETS["MMS_LOCAL_TOKEN"] in clients
        assert SECRETS["MMS_LOCAL_CONTROL_TOKEN"] in clients
        assert command(tmp_path, "reset").returncode == 0
    finally:
        command(tmp_path, "stop")
    assert not [secret for secret in SECRETS.values() if secret in (tmp_path / "server.log").read_text("utf-8")]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
@pytest.mark.parametrize("auth", ["any", "off"])
def test_nobody_listens_beyond_this_machine_and_lets_everybody_in(tmp_path: Path, host: str, auth: str) -> None:
    refused = command(tmp_path, "serve", "--host", host, "--auth", auth)
    assert refused.returncode == 1
    assert refused.stderr.startswith("mms-local: The server listens on ")
    assert refused.stderr.rstrip().endswith("; use --auth checked, or say --allow-anonymous as well")
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("flags", "warned"),
    [
        (("--host", "0.0.0.0", "--allow-anonymous"), True),
        (("--host", "0.0.0.0", "--auth", "checked"), False),
        (("--host", "localhost", "--auth", "off"), False),
        (("--allow-anonymous",), False),
    ],
)
def test_who_insists_is_warned_in_the_log_and_on_the_page(
    start_server: Callable[..., ServerProcess], flags: tuple[str, ...], warned: bool
) -> None:
    server = start_server(*flags)
    warning = server.control("GET", "page/summary")["server"]["warning"]
    assert ("lets everybody in" in warning) is warned
    assert (" WARNING " in server.log.read_text("utf-8")) is warned
