# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The habits of the clients of 2017, request by request (protocol 2.1.7, 2.2.3, 2.2.7)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from api_client import ACCOUNT, CLUSTER, GENERATIONS, HOSTING, KUBECONFIG, SUBSCRIPTION, Api, Generation

from mms_local.testing import ServerProcess


@pytest.fixture(scope="module")
def old_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("old")) as server:
        yield server


def upper_first(value: Any) -> Any:
    """What the command line tools do with every key that they read."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: upper_first(item) for key, item in value.items()}
    return [upper_first(item) for item in value] if isinstance(value, list) else value


def polled(session: requests.Session, base: str, location: str) -> Any:
    """Everything behind the last slash is the operation's id; the URL is built anew."""
    operation_id = location.rsplit("/", 1)[1]
    for _round in range(100):
        answer = session.get(f"{base}/operations/{operation_id}", timeout=20)
        assert answer.status_code == 200
        operation = upper_first(answer.json())
        if operation["State"] not in ("NotStarted", "Running"):
            return operation
    raise AssertionError(operation)


def test_the_first_client_of_hosting_account(old_server: ServerProcess) -> None:
    """CLI-a18: no api-version, no request ids, swagger first, kubeconfig as one-line JSON, PUT with imageId."""
    host = requests.get(f"{old_server.url}{Api('', HOSTING).path}/swagger.json", timeout=20).json()["host"]
    base = f"http://{host}{Api('', HOSTING).path}"
    session = requests.Session()
    session.headers.update({"Authorization": "Bearer token", "Content-Type": "application/json"})

    model = {"name": "model.pkl", "tags": None, "url": "http://x.invalid/m", "mimeType": "application/json"}
    answer = session.post(
        f"{base}/models", data=json.dumps({**model, "unpack": False, "description": None}), timeout=20
    )
    assert answer.status_code == 200
    model_id = upper_first(answer.json())["Id"]
    assert {"Id", "Name", "Version", "CreatedAt", "Tags", "Description", "Url"} <= set(upper_first(answer.json()))
    assert session.get(f"{base}/models/{model_id}?tag=", timeout=20).status_code == 200
    assert requests.get(f"{base}/models?name=model.pkl", timeout=20).status_code == 401

    assets = [
        {"id": name, "mimeType": "application/octet-stream", "url": "http://x.invalid/a", "unpack": False}
        for name in ("score.py", "data/part.txt", "0b0f4b5e-6b38-4b34-9d0f-1f6b.tar")
    ]
    runtime = {"runtimeType": "SparkPython", "properties": {"pipRequirements": "http://x.invalid/pip.txt"}}
    manifest = {
        "name": None,
        "description": None,
        "driverProgram": "score.py",
        "assets": assets,
        "modelIds": [model_id],
        "modelType": "Registered",
        "targetRuntime": runtime,
    }
    answer = session.post(f"{base}/manifests", data=json.dumps(manifest), timeout=20)
    assert answer.status_code == 200
    manifest_id = answer.json()["id"]
    assert {"Id", "Description", "TargetRuntime", "ModelIds"} <= set(upper_first(answer.json()))

    registry = {"location": "registry.invalid", "user": "u", "password": "p"}
    image = {"imageType": "Docker", "manifestId": manifest_id, "registryInfo": registry, "description": None}
    answer = session.post(f"{base}/images", data=json.dumps(image), timeout=20)
    assert answer.status_code == 202
    operation = polled(session, base, answer.headers["Operation-Location"])
    image_id = operation["ResourceLocation"].split("/")[-1]
    shown = upper_first(session.get(f"{base}/images/{image_id}", timeout=20).json())
    assert {"Id", "Description", "ImageType", "ManifestId"} <= set(shown)

    collection = {"appInsightsEnabled": False, "storageEnabled": False, "storageKey": None, "eventHubKey": None}
    service = {
        "name": "oldest",
        "imageId": image_id,
        "kubeConfig": json.dumps(json.loads(KUBECONFIG)),
        "acrImagePullSecret": "uacrkey",
        "dataCollection": collection,
    }
    answer = session.post(f"{base}/services", data=json.dumps(service), timeout=20)
    assert answer.status_code == 202
    operation = polled(session, base, answer.headers["Operation-Location"])
    service_id = operation["ResourceLocation"].split("/")[-1]
    shown = upper_first(session.get(f"{base}/services/{service_id}", timeout=20).json())
    assert shown["Image"]["Id"] == image_id
    assert {"Name", "Id", "CreatedAt", "UpdatedAt", "ScoringUri", "State"} <= set(shown)

    update = {"imageId": image_id, "acrImagePullSecret": "uacrkey"}
    answer = session.put(f"{base}/services/{service_id}", data=json.dumps(update), timeout=20)
    assert answer.status_code == 202
    assert polled(session, base, answer.headers["Operation-Location"])["State"] == "Succeeded"
    keys = upper_first(session.get(f"{base}/services/{service_id}/keys", timeout=20).json())
    assert set(keys) == {"PrimaryKey", "SecondaryKey"}
    assert session.post(f"{base}/services/{service_id}/regenerateKeys", timeout=20).status_code == 200
    for kind in ("models", "manifests", "images", "services"):
        assert isinstance(session.get(f"{base}/{kind}", timeout=20).json(), list)


def test_the_last_client_of_account(old_server: ServerProcess) -> None:
    """CLI-a27: base cut from the swagger location, status codes to the letter, keys upper-cased after parsing."""
    base = f"{old_server.url}{Api('', ACCOUNT).path}"
    session = requests.Session()
    session.headers.update({"Authorization": "Bearer token", "Content-Type": "application/json"})
    session.params = {"api-version": ACCOUNT.version}

    model = {"name": "m_1.pkl", "tags": [], "description": "", "url": "http://x.invalid/m.tar.gz?sig=1"}
    body = json.dumps({**model, "mimeType": "application/json", "unpack": True})
    answer = session.post(f"{base}/models", data=body, timeout=20)
    assert answer.status_code == 200
    model_id = answer.json()["id"]
    pages = upper_first(session.get(f"{base}/models", params={"name": "m_1.pkl"}, timeout=20).json())
    assert "NextLink" not in pages

    driver = {"id": "driver", "url": "http://x.invalid/main.py", "mimeType": "application/x-python"}
    manifest = {
        "name": "iris",
        "description": None,
        "driverProgram": "driver",
        "assets": [driver],
        "modelIds": [model_id],
        "modelType": "Registered",
        "targetRuntime": {"runtimeType": "SparkPython", "properties": {}},
    }
    manifest_id = session.post(f"{base}/manifests", data=json.dumps(manifest), timeout=20).json()["id"]
    image = {"name": "iris", "manifestId": manifest_id, "imageType": "Docker", "computeResourceId": CLUSTER}
    answer = session.post(f"{base}/images", data=json.dumps({**image, "description": ""}), timeout=20)
    operation = polled(session, base, answer.headers["Operation-Location"])
    image_id = operation["ResourceLocation"].split("/")[-1]
    shown = upper_first(session.get(f"{base}/images/{image_id}", timeout=20).json())
    assert shown["Manifest"]["Id"] == manifest_id
    assert shown["ImageLocation"]
    assert shown["ComputeResourceId"].split("/")[-5] == "demo-rg"
    assert shown["ComputeResourceId"].split("/")[-1] == "demo-env"

    service = {
        "name": "newest",
        "imageId": image_id,
        "computeResource": {"id": CLUSTER, "type": "Cluster"},
        "numReplicas": 1,
        "autoScaler": {},
        "containerResourceReservation": {},
        "appInsightsEnabled": False,
        "dataCollection": {"storageEnabled": False},
    }
    answer = session.post(f"{base}/services", data=json.dumps(service), timeout=20)
    assert answer.status_code == 202
    operation = polled(session, base, answer.headers["Operation-Location"])
    service_id = operation["ResourceLocation"].split("/")[-1]
    shown = upper_first(session.get(f"{base}/services/{service_id}", timeout=20).json())
    assert shown["Image"]["Id"] == image_id
    assert shown["ComputeResource"]["Id"] == CLUSTER
    answer = session.put(
        f"{base}/services/{service_id}", data=json.dumps({"imageId": shown["Image"]["Id"]}), timeout=20
    )
    assert answer.status_code == 202
    polled(session, base, answer.headers["Operation-Location"])
    body = json.dumps({"keyType": "Secondary"})
    assert session.post(f"{base}/services/{service_id}/regenerateKeys", data=body, timeout=20).status_code == 200
    answers = [session.delete(f"{base}/services/{service_id}", timeout=20).status_code for _round in range(2)]
    assert answers == [200, 204]


def test_a_failed_operation_has_all_that_the_client_prints(old_server: ServerProcess) -> None:
    api = Api(old_server.url, ACCOUNT, name="failing")
    old_server.control("POST", "faults", {"operation": "images.create", "kind": "failed", "count": 1})
    answer = api.call("POST", "images", ACCOUNT.image(api.new_manifest()["id"]))
    operation = upper_first(api.finish(answer))
    assert operation["Error"]["StatusCode"] == 400
    assert operation["Error"]["Details"][0]["Message"].startswith("http")
    assert operation["ResourceLocation"].split("/")[-1]
    poll = api.call("GET", f"operations/{operation['Id']}")
    assert poll.headers["x-ms-client-request-id"]


def test_the_client_that_appends_to_locations(server: ServerProcess) -> None:
    """The FPGA client puts its host before, and a query behind, whatever location it gets."""
    path = f"/api/subscriptions/{SUBSCRIPTION}/resourcegroups/demo-rg/accounts/demo"
    api = Api(server.url, ACCOUNT)
    answer = api.call("POST", "images", ACCOUNT.image(api.new_manifest()["id"]))
    session = requests.Session()
    session.headers["Authorization"] = "Bearer t"
    query = "?api-version=2018-04-01-preview"
    operation = session.get(server.url + answer.headers["Operation-Location"] + query, timeout=20).json()
    assert session.get(server.url + operation["resourceLocation"] + query, timeout=20).status_code == 200
    link_base = session.get(f"{server.url}{path}/models{query}", timeout=20)
    assert link_base.status_code == 200


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_registration_answers_200_unless_told_otherwise(server: ServerProcess, generation: Generation) -> None:
    Api(server.url, generation).post("models", generation.model(), 200)
