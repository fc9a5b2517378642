# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole server on process compute: from files on the web to a scored service, through a crash and back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from api_client import ACCOUNT, Api
from image_factory import ECHO, FileServer
from process_table import processes_with, wait_until

from mms_local.testing import ServerProcess

pytestmark = pytest.mark.slow
Start = Callable[..., ServerProcess]


class Deployment:
    """Files, a server and a client of it."""

    def __init__(self, start: Start, files: FileServer, cache: Path, data_dir: Path) -> None:
        self._files = files
        self._start = start
        self._flags = ("--compute", "process", "--dependency-cache", str(cache))
        self.data_dir = data_dir
        self.restart()

    def restart(self) -> None:
        self.server = self._start(*self._flags, data_dir=self.data_dir)
        self.api = Api(self.server.url, ACCOUNT)

    def image(self, driver: str = ECHO) -> Any:
        model = self.api.new_model(url=self._files.put("iris.pkl", b"weights"))
        url = self._files.put(f"{time.monotonic_ns()}/score.py", driver)
        asset = {"id": "driver", "url": url, "mimeType": "application/x-python"}
        return self.api.new_image(self.api.new_manifest(model["id"], assets=[asset])["id"])

    def score(self, service: Any, key: str | None = None) -> requests.Response:
        key = key or self.api.get(f"services/{service['id']}/keys")["primaryKey"]
        uri = self.api.get(f"services/{service['id']}")["scoringUri"]
        return self.api.session.post(uri, json=1, headers={"Authorization": f"Bearer {key}"}, timeout=30)

    def processes(self) -> set[int]:
        return processes_with(f"{self.data_dir}/services/")


@pytest.fixture
def deployment(start_server: Start, files: FileServer, dependency_cache: Path, tmp_path: Path) -> Deployment:
    return Deployment(start_server, files, dependency_cache, tmp_path / "mms")


def test_a_service_scores_at_its_uri_and_goes_when_it_is_deleted(deployment: Deployment) -> None:
    service = deployment.api.new_service(deployment.image()["id"])
    assert service["scoringUri"].endswith("/api/v1/service/iris/score")
    assert deployment.score(service).json() == {"you said": 1}
    assert deployment.score(service, "wrong").status_code == 401
    base = service["scoringUri"].removesuffix("score")
    assert requests.get(base, timeout=10).text == "Healthy"
    assert requests.get(base.replace("iris", "other"), timeout=10).status_code == 503
    assert deployment.api.call("DELETE", f"services/{service['id']}").status_code == 200
    wait_until(lambda: not deployment.processes())
    assert requests.get(base, timeout=10).status_code == 503


def test_a_killed_server_leaves_no_process_and_its_services_come_back_with_their_keys(deployment: Deployment) -> None:
    service = deployment.api.new_service(deployment.image()["id"], numReplicas=2)
    key = deployment.api.get(f"services/{service['id']}/keys")["primaryKey"]
    wait_until(lambda: len(deployment.processes()) == 3)
    deployment.server.kill()
    wait_until(lambda: not deployment.processes())
    deployment.restart()
    wait_until(lambda: deployment.score(service, key).status_code != 502)
    assert deployment.score(service, key).json() == {"you said": 1}
    deployment.server.stop()
    assert not deployment.processes()


def test_a_driver_that_crashes_fails_the_operation_and_the_old_version_goes_on(deployment: Deployment) -> None:
    service = deployment.api.new_service(deployment.image()["id"])
    bad = deployment.image("def init(): raise ValueError('no luck')\ndef run(raw_data): ...")
    answer = deployment.api.call("PUT", f"services/{service['id']}", {"imageId": bad["id"]})
    operation = deployment.api.finish(answer)
    error = operation["error"]
    assert (operation["state"], error["code"], error["statusCode"]) == ("Failed", "KubernetesDeploymentFailed", 400)
    assert error["details"][0]["code"] == "CrashLoopBackOff"
    assert "ValueError: no luck" in error["message"]
    assert deployment.score(service).json() == {"you said": 1}
