# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the wire to what is stored it is not far: few files of ours lie between a request and the row that it makes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from aiohttp import ClientSession
from api_client import ACCOUNT, HOSTING, SUBSCRIPTION, Generation
from test_workspace_api import PATH, aci, inline

from mms_local.app import Server
from mms_local.config import Config
from mms_local.store.connection import Connection

MOST_FILES = 10
WORKSPACE = PATH.replace("demo-ws", "w")
MODEL = {"name": "iris", "url": "https://files.invalid/iris.pkl", "mimeType": "application/json"}


def way() -> list[str]:
    """The files of the server that the present call came through, inner ones first."""
    files: list[str] = []
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if "/mms_local/" in name and name not in files:
            files.append(name)
        frame = frame.f_back
    return files


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """How each row came into the database."""
    found: list[list[str]] = []
    execute = Connection.execute

    def witness(self: Connection, sql: str, values: Sequence[Any] = ()) -> Any:
        if sql.startswith("INSERT"):
            found.append(way())
        return execute(self, sql, values)

    monkeypatch.setattr(Connection, "execute", witness)
    return found


def models(generation: Generation) -> str:
    account = f"/api/subscriptions/{SUBSCRIPTION}/resourceGroups/g/{generation.marker}/a"
    return f"{account}/models?api-version={generation.version}"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (models(HOSTING), MODEL),
        (models(ACCOUNT), MODEL),
        (f"{WORKSPACE}/models", MODEL),
        (f"{WORKSPACE}/services", aci(**inline())),
    ],
    ids=["hosting account", "account", "workspace", "service of a workspace"],
)
async def test_from_the_wire_to_the_store_it_is_not_far(
    path: str, body: dict[str, Any], ways: list[list[str]], tmp_path: Path
) -> None:
    server = Server(Config(data_dir=tmp_path, port=0, compute="none"))
    await server.start()
    try:
        async with ClientSession(headers={"Authorization": "Bearer t"}) as session:
            async with session.post(server.url + path, json=body) as answer:
                assert answer.status in (200, 202), await answer.text()
    finally:
        await server.stop()
    assert ways
    for files in ways:
        assert len(files) <= MOST_FILES, "\n".join(files)
