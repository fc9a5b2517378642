# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a driver on process compute finds about the server: no token in the environment of any process above it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests
from api_client import ACCOUNT, Api
from image_factory import FileServer
from typed import SECRETS, command

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "dependencies"
CURIOUS = """
import os

def init(): pass

def run(raw_data):
    told, pid = [], os.getpid()
    while pid > 1:
        with open(f"/proc/{pid}/environ") as environ, open(f"/proc/{pid}/cmdline") as command:
            told.append([environ.read(), command.read()])
        with open(f"/proc/{pid}/stat") as stat:
            pid = int(stat.read().rpartition(")")[2].split()[1])
    return told
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="NO /proc: environments cannot be read here")
def test_a_driver_finds_no_token_of_the_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    settings = {"MMS_LOCAL_AUTH": "checked", "MMS_LOCAL_DEPENDENCY_CACHE": str(CACHE)}
    assert command(data, "start", **SECRETS, **settings).returncode == 0
    try:
        url = json.loads((data / "server.json").read_text("utf-8"))["url"]
        account = Api(url, ACCOUNT, token=SECRETS["MMS_LOCAL_TOKEN"])
        with FileServer(tmp_path / "files") as files:
            model = account.new_model(url=files.put("iris.pkl", b"weights"))
            driver = {"id": "driver", "url": files.put("score.py", CURIOUS), "mimeType": "application/x-python"}
            image = account.new_image(account.new_manifest(model["id"], assets=[driver])["id"])
        service = account.new_service(image["id"])
        key = account.get(f"services/{service['id']}/keys")["primaryKey"]
        headers = {"Authorization": f"Bearer {key}"}
        processes = requests.post(service["scoringUri"], json=1, headers=headers, timeout=60).json()
    finally:
        command(data, "stop")
    assert any("mms_local" in shown for _environment, shown in processes), "the server is among them"
    assert not [secret for secret in SECRETS.values() if secret in json.dumps(processes)]
