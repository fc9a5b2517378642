# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scoring folders in the styles of the trade, built, served and scored by a real local MMS.

Each folder below `folders/` holds what a user would bring, and a `case.yml`: how to deploy it, and what is right.

    about, kind, driver, assets (source, id, unpack), models (name: file), requirements, conda
    request (JSON) or body (text) with content_type; expected, expected_text, status, answer_message
    bad_requests (body, message): answered with 400; swagger: the example of the input
    (a file NAME_ is sent as NAME; the underscore keeps linters away from what is written as it was at the time)
    message, also: what the failed build says; warning: what a build that goes well warns of
"""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from api_client import ACCOUNT, Api
from conftest import Store

from mms_local.testing import ServerProcess

FOLDERS = Path(__file__).parent / "folders"
CASES = {path.parent.name: yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDERS.glob("*/case.yml"))}
pytestmark = pytest.mark.slow


@pytest.fixture
def api(server: ServerProcess) -> Api:
    return Api(server.url, ACCOUNT)


class Folder:
    """A scoring folder, deployed as its case says."""

    def __init__(self, name: str, api: Api, store: Store) -> None:
        self.name = name
        self.path = FOLDERS / name
        self.case: dict[str, Any] = CASES[name]
        self.api = api
        self._store = store

    def image(self) -> dict[str, Any]:
        """The end of the build: the operation when it failed, else the image."""
        models = [
            self.api.post("models", ACCOUNT.model(name=name, url=self._put(file)), 200)["id"]
            for name, file in self.case.get("models", {}).items()
        ]
        assets = [{"id": "driver", "url": self._put(self.case["driver"]), "mimeType": "application/x-python"}]
        assets += [self._asset(asset) for asset in self.case.get("assets", ())]
        properties = {"pipRequirements": "requirements", "condaEnvFile": "conda"}
        given = {name: self._put(self.case[key]) for name, key in properties.items() if key in self.case}
        runtime = {"runtimeType": "Python", "properties": given}
        manifest = self.api.post("manifests", ACCOUNT.manifest(models, assets=assets, targetRuntime=runtime), 200)
        operation = self.api.finish(self.api.call("POST", "images", ACCOUNT.image(manifest["id"])), wait=240)
        found: dict[str, Any] = operation
        return self.api.get(operation["resourceLocation"]) if operation["state"] == "Succeeded" else found

    def _asset(self, asset: dict[str, Any]) -> dict[str, Any]:
        source, unpack = asset["source"], asset.get("unpack", False)
        address = self._packed(source) if unpack else self._put(source)
        name = asset.get("id", Path(source).name)
        return {"id": name, "url": address, "mimeType": "application/octet-stream", "unpack": unpack}

    def _put(self, file: str) -> str:
        return self._store.put(f"{self.name}/{file}".removesuffix("_"), (self.path / file).read_bytes())

    def _packed(self, folder: str) -> str:
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as archive:
            for path in sorted((self.path / folder).rglob("*")):
                if "__pycache__" not in path.parts:
                    archive.add(path, path.relative_to(self.path / folder).as_posix(), recursive=False)
        return self._store.put(f"{self.name}/{folder}.tar.gz", stream.getvalue())


class Scored:
    """A service of an image."""

    def __init__(self, folder: Folder, image_id: str) -> None:
        name = folder.name[:32]
        service = folder.api.finish(folder.api.call("POST", "services", ACCOUNT.service(image_id, name=name)), wait=60)
        assert service["state"] == "Succeeded", service["error"]
        found = folder.api.get(service["resourceLocation"])
        key = folder.api.get(f"services/{found['id']}/keys")["primaryKey"]
        self._uri = found["scoringUri"]
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {key}"

    def post(self, body: str, content_type: str = "application/json") -> requests.Response:
        return self._session.post(self._uri, body.encode(), headers={"Content-Type": content_type}, timeout=60)

    def swagger(self) -> Any:
        return self._session.get(self._uri.rpartition("/")[0] + "/swagger.json", timeout=60).json()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.case(case["about"], case.get("kind", "scoring folders")))
        for name, case in CASES.items()
    ],
)
def test_a_scoring_folder_gives_a_service_or_one_message_that_says_what_to_change(
    name: str, api: Api, store: Store
) -> None:
    folder = Folder(name, api, store)
    case = folder.case
    image = folder.image()
    if "message" in case:
        assert image["state"] == "Failed"
        for told in (case["message"], *case.get("also", ())):
            assert told in image["error"]["message"]
        return
    assert "error" not in image, image["error"]
    warnings = "\n".join(image.get("warnings", ()))
    assert case["warning"] in warnings if "warning" in case else not warnings
    service = Scored(folder, image["id"])
    body = case["body"] if "body" in case else json.dumps(case["request"])
    answer = service.post(body, case.get("content_type", "application/json"))
    assert answer.status_code == case.get("status", 200), answer.text
    if "expected" in case:
        assert answer.json() == case["expected"]
    if "expected_text" in case:
        assert answer.text == case["expected_text"]
    if "answer_message" in case:
        assert answer.json()["message"].startswith(case["answer_message"])
    for bad in case.get("bad_requests", ()):
        answer = service.post(json.dumps(bad["body"]))
        assert (answer.status_code, bad["message"] in answer.json()["message"]) == (400, True), answer.text
    if "swagger" in case:
        assert service.swagger()["definitions"]["ServiceInput"]["example"] == case["swagger"]


def test_there_are_folders_of_many_styles() -> None:
    assert len(CASES) >= 14
