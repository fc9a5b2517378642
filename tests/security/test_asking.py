# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asking: web pages of others, other users of the machine, and those who are asked for no token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from api_client import ACCOUNT, HOSTING, SUBSCRIPTION, Api

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
    "managed identity": "/metadata/identity/oauth2/token?resource=https://management.azure.com/",
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
    assert ask(url).status_code != 403 or room in ("blobs", "managed identity")
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
