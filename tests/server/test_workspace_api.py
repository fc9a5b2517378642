# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generation workspace over HTTP: models, assets, images, services (protocol 2.3)."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from api_client import SUBSCRIPTION, Api, Generation

from mms_local.api.mms.workspace import WORKSPACE
from mms_local.testing import ServerProcess

PATH = (
    f"/modelmanagement/v1.0/subscriptions/{SUBSCRIPTION}/resourceGroups/demo-rg"
    "/providers/Microsoft.MachineLearningServices/workspaces/demo"
)
DRIVER = {"id": "driver", "url": "https://files.invalid/score.py", "mimeType": "application/x-python"}


@pytest.fixture
def api(server: ServerProcess) -> Api:
    return workspace(server.url)


def workspace(url: str) -> Api:
    found = Api(url, Generation("workspaces", ""))
    found.path, found.session.params = PATH, {}
    return found


def new_model(api: Api, name: str = "iris", **changes: Any) -> Any:
    body = {"name": name, "url": "https://files.invalid/iris.pkl", "mimeType": "application/json", **changes}
    return api.post("models", body, 200)


def image(name: str = "img", *model_ids: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "imageType": "Docker",
        "imageFlavor": "WebApiContainer",
        "driverProgram": "driver",
        "assets": [DRIVER],
        "targetRuntime": {"runtimeType": "Python", "targetArchitecture": "amd64", "properties": {"installCuda": False}},
        "modelIds": list(model_ids),
        "tags": None,
        "properties": {},
        **changes,
    }


def aci(name: str = "svc", **changes: Any) -> dict[str, Any]:
    return {"name": name, "computeType": "ACI", "containerResourceRequirements": {"cpu": 1, "memoryInGB": 1}, **changes}


def aks(name: str = "svc", **changes: Any) -> dict[str, Any]:
    return {"name": name, "computeType": "AKS", "computeName": "cluster", "autoScaler": {}, **changes}


def inline(*model_ids: str) -> dict[str, Any]:
    conda = {"name": "e", "dependencies": ["python=3.8.13", {"pip": ["azureml-defaults"]}]}
    environment = {"name": "e", "environmentVariables": {"A": "b"}, "python": {"condaDependencies": conda}}
    request = {"driverProgram": "driver", "assets": [DRIVER], "modelIds": list(model_ids), "environment": environment}
    return {"environmentImageRequest": request}


def new_image(api: Api, name: str = "img", **changes: Any) -> Any:
    return api.made("images", image(name, new_model(api)["id"], **changes))


def patch(api: Api, path: str, *operations: dict[str, Any]) -> requests.Response:
    headers = {"Content-Type": "application/json-patch+json; charset=utf-8"}
    return api.call("PATCH", path, list(operations), headers=headers)


def replaced(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def test_models_have_versions_and_what_the_client_insists_on(api: Api) -> None:
    first, second = new_model(api, kvTags={"a": "1"}, framework="ScikitLearn"), new_model(api)
    assert [first["id"], second["id"]] == ["iris:1", "iris:2"]
    assert first["datasets"] == []
    assert first["unpack"] is False
    assert second["kvTags"] == {}
    assert api.get("models/iris%3A1") == api.get("models/iris:1") == first
    assert first["createdTime"].endswith("Z")
    assert first["framework"] == "ScikitLearn"


def test_names_that_differ_in_a_dash_or_in_case_are_different_models(api: Api) -> None:
    names = ["my-model", "mymodel", "MyModel"]
    assert [new_model(api, name)["id"] for name in names] == [f"{name}:1" for name in names]


def test_the_newest_come_first_and_pages_go_on(api: Api) -> None:
    for number in range(3):
        new_model(api, f"m{number}")
    page = api.get("models", count=2)
    assert [one["name"] for one in page["value"]] == ["m2", "m1"]
    rest = api.get(page["nextLink"].removeprefix(api.origin))
    assert [one["name"] for one in rest["value"]] == ["m0"]
    assert "nextLink" not in rest
    assert [one["name"] for one in api.items("models", orderBy="CreatedAtAsc")] == ["m0", "m1", "m2"]
    queried = api.post("models/list", {"count": 2, "orderBy": "UpdatedAtDesc"}, 200)
    following = api.post("models/list", queried["nextRequest"], 200)
    assert [one["name"] for one in queried["value"] + following["value"]] == ["m2", "m1", "m0"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "a"}, ["a:2", "a:1"]),
        ({"name": "a", "latestVersionOnly": "true"}, ["a:2"]),
        ({"latestVersionOnly": "false", "tags": "stage"}, ["b:1", "a:1"]),
        ({"tags": "stage=prod"}, ["a:1"]),
        ({"tags": "stage=prod,team"}, []),
        ({"tag": "stage"}, ["b:1", "a:1"]),
        ({"properties": "sha=1"}, ["a:2"]),
        ({"framework": "Onnx"}, ["b:1"]),
    ],
)
def test_models_are_filtered(api: Api, query: dict[str, str], found: list[str]) -> None:
    new_model(api, "a", kvTags={"stage": "prod"})
    new_model(api, "a", properties={"sha": "1"})
    new_model(api, "b", kvTags={"stage": "test"}, framework="Onnx")
    assert [one["id"] for one in api.items("models", **query)] == found


def test_a_patch_changes_tags_and_adds_properties_but_never_changes_them(api: Api) -> None:
    new_model(api, kvTags={"a": "1", "b": "2"}, properties={"sha": "1"})
    answer = patch(
        api,
        "models/iris:1",
        replaced("/kvTags", {"c": "3"}),
        {"op": "add", "path": "/properties", "value": {"sha": "1", "more": "2"}},
        replaced("/description", "better"),
        {"op": "add", "path": "/datasets", "value": [{"name": "training", "id": "7"}]},
    )
    assert answer.status_code == 200, answer.text
    shown = api.get("models/iris:1")
    assert shown == answer.json()
    assert shown["kvTags"] == {"c": "3"}
    assert shown["properties"] == {"sha": "1", "more": "2"}
    assert shown["description"] == "better"
    assert shown["datasets"] == [{"name": "training", "id": "7"}]
    refused = patch(api, "models/iris:1", replaced("/kvTags", {}), replaced("/properties/sha", "2"))
    assert refused.status_code == 400
    assert "written once" in refused.json()["message"]
    assert api.get("models/iris:1") == shown
    assert patch(api, "models/iris:1", replaced("/url", "https://x.invalid")).status_code == 400


def test_assets_are_kept_and_deleted(api: Api) -> None:
    body = {"name": "iris", "artifacts": [{"prefix": "LocalUpload/c/iris.pkl"}], "kvTags": {"a": "b"}}
    asset = api.post("assets", body, 200)
    assert api.get(f"assets/{asset['id']}")["artifacts"] == body["artifacts"]
    assert api.items("assets", tags="a=b")[0]["id"] == asset["id"]
    new_model(api, url=f"aml://asset/{asset['id']}")
    assert [api.call("DELETE", f"assets/{asset['id']}").status_code for _round in range(2)] == [200, 204]


def test_an_image_is_readable_at_once_with_all_that_the_client_reads(api: Api) -> None:
    model = new_model(api)
    answer = api.call("POST", "images", image("img", model["id"], kvTags={"a": "b"}))
    assert answer.status_code == 202
    assert not answer.content
    operation = api.get(answer.headers["Operation-Location"])
    assert operation["operationType"] == "Image"
    assert operation["resourceLocation"].endswith("/images/img:1")
    shown = api.get("images/img:1", expand="true", orderBy="CreatedAtDesc", count=1)
    assert shown["assets"] == [{**DRIVER, "unpack": False}]
    assert shown["imageFlavor"] == "WebApiContainer"
    assert "imageLocation" in shown
    assert shown["targetRuntime"]["properties"] == {"installCuda": False}
    assert [one["id"] for one in shown["modelDetails"]] == ["iris:1"]
    assert "modelDetails" not in api.get("images/img:1")
    assert api.finish(answer)["state"] == "Succeeded"
    assert api.get("images/img:1")["creationState"] == "Succeeded"
    assert [one["id"] for one in api.items("images", modelId="iris:1")] == ["img:1"]


def test_what_is_in_use_is_deleted_after_its_users(api: Api) -> None:
    new_image(api)
    api.made("services", aci(imageId="img:1"))
    for path, user in (("models/iris:1", "image img:1"), ("images/img:1", "service svc")):
        refused = api.call("DELETE", path)
        assert refused.status_code == 412
        assert refused.json()["statusCode"] == 412
        assert refused.json()["details"][0]["code"] == "DeletionRequired"
        assert user in refused.json()["message"]
    for path in ("services/svc", "images/img:1", "models/iris:1"):
        assert [api.call("DELETE", path).status_code for _round in range(2)] == [200, 204]
    assert new_model(api)["id"] == "iris:2"


@pytest.mark.parametrize(("body", "auth"), [(aci, False), (aks, True)])
def test_a_service_has_every_field_of_its_compute(api: Api, body: Any, auth: bool) -> None:
    new_image(api)
    shown = api.made("services", body(imageId="img:1", kvTags={"a": "b"}))
    assert shown["id"] == shown["name"] == "svc"
    assert shown["state"] == "Healthy"
    assert shown["authEnabled"] is auth
    assert shown["imageId"] == "img:1"
    assert "imageDetails" not in shown
    assert shown["scoringUri"].endswith("/svc/score")
    assert api.get("services/svc", expand="true")["imageDetails"]["modelDetails"][0]["id"] == "iris:1"
    kind = shown["computeType"]
    if kind == "AKS":
        assert set(shown["containerResourceRequirements"]) >= {
            "cpu",
            "cpuLimit",
            "memoryInGB",
            "memoryInGBLimit",
            "gpu",
        }
        assert shown["autoScaler"]["autoscaleEnabled"] is True
        assert len(shown["autoScaler"]) == 5
        assert shown["livenessProbeRequirements"]["initialDelaySeconds"] == 310
    else:
        assert shown["containerResourceRequirements"] == {"cpu": 1, "memoryInGB": 1}
        assert {"cname", "location", "publicIp", "sslCertificate", "sslKey", "sslEnabled"} <= set(shown)
    assert [one["name"] for one in api.items("services", computeType=kind.lower(), modelName="iris")] == ["svc"]


def test_a_service_without_an_image_builds_one_of_its_own(api: Api) -> None:
    model = new_model(api)
    answer = api.call("POST", "services", aks(**inline(model["id"])))
    ended = api.finish(answer)
    assert ended["state"] == "Succeeded"
    assert ended["operationDetails"]["subOperationType"] == "DeployService"
    shown = api.get("services/svc", expand="true")
    assert "imageId" not in shown
    assert "imageDetails" not in shown
    assert shown["environmentImageRequest"]["environment"] == inline()["environmentImageRequest"]["environment"]
    assert [one["id"] for one in shown["models"]] == ["iris:1"]
    assert api.items("images") == []
    assert api.call("DELETE", "models/iris:1").status_code == 412
    assert api.call("DELETE", "services/svc").status_code == 200
    assert api.call("DELETE", "models/iris:1").status_code == 200


def test_a_patch_redeploys_only_what_has_to_be(api: Api) -> None:
    new_image(api)
    made = api.made("services", aks(imageId="img:1"))
    labelled = patch(
        api, "services/svc", replaced("/kvTags", {"a": "b"}), {"op": "add", "path": "/properties/a/b", "value": "c"}
    )
    assert labelled.status_code == 200
    assert labelled.json()["operationId"] == made["operationId"]
    assert labelled.json()["properties"] == {"a/b": "c"}
    changed = patch(
        api, "services/svc", replaced("/autoScaler/autoscaleEnabled", False), replaced("/numReplicas", 2)
    ).json()
    assert changed["operationId"] != made["operationId"]
    assert changed["numReplicas"] == 2
    assert changed["autoScaler"]["autoscaleEnabled"] is False
    for path, value in (("/name", "x"), ("/computeName", "x"), ("/numReplicas", 0)):
        assert patch(api, "services/svc", replaced(path, value)).status_code == 400


def test_keys_are_kept_when_given_and_renewed_by_an_operation(api: Api) -> None:
    new_image(api)
    api.made("services", aci(imageId="img:1", authEnabled=True, keys={"primaryKey": "mine", "secondaryKey": None}))
    keys = api.post("services/svc/listkeys", None, 200)
    assert keys["primaryKey"] == "mine"
    assert keys["secondaryKey"]
    for body in ({"keyType": "Secondary", "keyValue": "chosen"}, {"keyType": 0, "keyValue": None}):
        assert api.finish(api.call("POST", "services/svc/regenerateKeys", body))["state"] == "Succeeded"
    renewed = api.post("services/svc/listkeys", None, 200)
    assert renewed["secondaryKey"] == "chosen"
    assert renewed["primaryKey"] not in ("mine", "chosen")
    assert "mine" not in str(api.get("services/svc", expand="true"))


def test_a_token_is_given_only_for_services_that_take_tokens(api: Api) -> None:
    new_image(api)
    api.made("services", aks("keyed", imageId="img:1"))
    api.made("services", aks("tokens", imageId="img:1", aadAuthEnabled=True))
    assert api.call("POST", "services/keyed/token").status_code == 400
    assert set(api.post("services/tokens/token", None, 201)) == {"accessToken", "tokenType", "expiryOn", "refreshAfter"}


def test_a_taken_name_is_a_conflict_unless_it_is_overwritten(api: Api) -> None:
    new_image(api)
    api.made("services", aci(imageId="img:1"))
    taken = api.call("POST", "services", aci(imageId="img:1"))
    assert taken.status_code == 409
    assert taken.json()["details"][0]["code"] == "ServiceExists"
    assert "error" in api.post("services/validate/name/svc", {}, 200)
    assert api.post("services/validate/name/other", {}, 200) == {}
    assert api.made("services", aci(imageId="img:1", overwrite=True, description="new"))["description"] == "new"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"imageId": "nothing:1"}, "imageId"),
        ({"imageId": "img:1", "computeType": "IOT"}, "computeType"),
        ({"imageId": "img:1", "numReplicas": 2, "autoScaler": {"autoscaleEnabled": True}}, "numReplicas"),
        ({"imageId": "img:1", "authEnabled": True, "aadAuthEnabled": True}, "aadAuthEnabled"),
        ({"imageId": "img:1", "computeName": None}, "computeName"),
        ({}, "imageId"),
    ],
)
def test_a_bad_service_is_refused_by_the_check_and_by_the_create_call(
    api: Api, changes: dict[str, Any], field: str
) -> None:
    new_image(api)
    body = aks(**changes)
    refused = api.call("POST", "services", body)
    assert refused.status_code == 400
    assert any(one["message"].startswith(field) for one in refused.json()["details"])
    checked = api.post("services/validate", {"type": "Create", "serviceName": "svc", "createRequest": body}, 200)
    assert field in checked["error"]["message"]
    assert api.post("services/validate", {"type": "Delete", "serviceName": "gone"}, 200) == {}


def test_both_routes_and_any_case_and_version_lead_to_the_workspace(api: Api) -> None:
    new_model(api)
    for path in (PATH, PATH.upper().replace("DEMO-RG", "demo-rg"), PATH.replace("/modelmanagement/v1.0", "/api")):
        for query in ({}, {"api-version": "2019-11-01"}):
            answer = api.call("GET", f"{path}/models/", params=query)
            assert answer.status_code == 200, (path, answer.text)
    assert answer.headers["api-supported-versions"] == "1.0, 2018-03-01-preview, 2018-11-19"


def test_what_is_missing_says_so_in_the_body(api: Api) -> None:
    for path in ("models/none:1", "images/none:1", "services/none", "assets/none", "operations/none"):
        answer = api.call("GET", path)
        assert (answer.status_code, answer.json()["statusCode"]) == (404, 404), path


ODD_BODIES: tuple[Any, ...] = (
    None,
    [],
    [None],
    "x",
    1,
    {},
    {"x": None},
    {"type": None},
    {"type": "Update"},
    [{"op": 1}],
)


@pytest.mark.parametrize(
    ("method", "path"),
    sorted({(one.method, one.path) for one in WORKSPACE.operations if one.method in ("POST", "PUT", "PATCH")}),
)
def test_an_odd_body_is_refused_and_never_an_accident(api: Api, method: str, path: str) -> None:
    new_image(api)
    api.made("services", aci(imageId="img:1"))
    for resource in ("iris:1", "img:1", "svc", "none"):
        for odd in (b"", *(json.dumps(body).encode() for body in ODD_BODIES)):
            headers = {"Content-Type": "application/json"}
            answer = api.call(method, path.replace("{id}", resource), data=odd, headers=headers)
            assert answer.status_code < 500, (odd, answer.text)


def test_every_answer_has_ids_and_names_the_versions(api: Api) -> None:
    for path, status in (("models", 200), ("models/none:1", 404)):
        answer = api.call("GET", path, headers={"x-ms-client-request-id": "mine"})
        assert answer.status_code == status
        assert answer.headers["x-ms-client-request-id"] == "mine"
        assert {"x-ms-request-id", "api-supported-versions"} <= {name.lower() for name in answer.headers}


def test_what_was_stored_is_answered_with_success(api: Api, server: ServerProcess) -> None:
    """Clients repeat what is answered with 5xx, a POST as well."""
    server.control("POST", "faults", {"operation": "images.create", "kind": "failed"})
    assert api.call("POST", "images", image()).status_code == 202
    assert [one["version"] for one in api.get("images")["value"]] == [1]
    server.control("DELETE", "faults")
