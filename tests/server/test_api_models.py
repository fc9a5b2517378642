# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models and manifests (protocol 2.1.2, 2.1.3, 2.2.2; 7.1 rows 6 to 9)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from api_client import ACCOUNT, GENERATIONS, HOSTING, Api, Generation

from mms_local.testing import ServerProcess


@pytest.fixture(params=GENERATIONS, ids=lambda one: one.marker)
def api(server: ServerProcess, request: pytest.FixtureRequest) -> Api:
    generation: Generation = request.param
    return Api(server.url, generation)


def refused_fields(api: Api, kind: str, body: Any) -> list[str]:
    """The fields that a 400 names."""
    answer = api.call("POST", kind, body)
    assert answer.status_code == 400, answer.text
    error = answer.json()
    assert (error["code"], error["statusCode"]) == ("BadRequest", 400)
    assert {detail["code"] for detail in error["details"]} == {"EmptyOrInvalidPayload"}
    return [detail["message"].partition(":")[0] for detail in error["details"]]


def test_a_model_comes_back_as_it_was_registered(account: Api) -> None:
    model = account.new_model(tags=["a", "b"], description="flowers", unpack=True)
    assert re.fullmatch(r"[0-9a-f]{32}", model["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", model["createdAt"])
    assert {name: model[name] for name in model if name not in ("id", "createdAt")} == {
        "name": "iris",
        "version": 1,
        "description": "flowers",
        "url": "https://files.invalid/iris.pkl",
        "tags": ["a", "b"],
        "mimeType": "application/json",
        "unpack": True,
    }
    assert account.get(f"models/{model['id']}") == model


def test_generation_hosting_account_does_not_show_unpack(hosting: Api) -> None:
    assert "unpack" not in hosting.new_model(unpack="true")


@pytest.mark.parametrize("status", [200, 201])
def test_the_status_of_a_registration_can_be_chosen(start_server: Callable[..., ServerProcess], status: int) -> None:
    server = start_server("--model-post-status", str(status))
    for generation in GENERATIONS:
        Api(server.url, generation).post("models", generation.model(), status)


def test_versions_count_per_name(api: Api) -> None:
    assert [api.new_model()["version"] for _round in range(3)] == [1, 2, 3]
    assert api.new_model(name="other")["version"] == 1
    assert [model["version"] for model in api.items("models", name="iris")] == [1, 2, 3]


def test_the_version_of_a_deleted_model_does_not_come_back(account: Api) -> None:
    account.new_model()
    last = account.new_model()
    account.call("DELETE", f"models/{last['id']}")
    assert account.new_model()["version"] == 3


def test_an_id_is_found_in_either_way_of_writing_a_guid(api: Api) -> None:
    model = api.new_model()
    manifest = api.new_manifest(str(uuid.UUID(model["id"])).upper())
    assert manifest["modelIds"] == [model["id"]]
    assert api.get(f"models/{uuid.UUID(model['id'])}") == model
    assert api.get(f"manifests/{manifest['id'].replace('-', '')}") == manifest


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": ".."}, "name"),
        ({"name": "a:1"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"url": None}, "url"),
        ({"url": "iris.pkl"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "https://"}, "url"),
        ({"mimeType": None}, "mimeType"),
        ({"tags": "a"}, "tags"),
        ({"tags": ["a", 1]}, "tags[1]"),
        ({"description": True}, "description"),
        ({"unpack": "yes"}, "unpack"),
        ({"unpack": 1}, "unpack"),
    ],
)
def test_a_bad_field_of_a_model_is_named(api: Api, changes: dict[str, Any], field: str) -> None:
    assert refused_fields(api, "models", api.generation.model(**changes)) == [field]


def test_every_bad_field_is_named_at_once(api: Api) -> None:
    assert refused_fields(api, "models", {"name": "", "tags": [None]}) == ["name", "url", "mimeType", "tags[0]"]


@pytest.mark.parametrize("body", [None, [], "text", 5])
def test_a_body_that_is_no_object_is_refused(api: Api, body: Any) -> None:
    assert api.call("POST", "models", body).status_code == 400


@pytest.mark.parametrize(
    ("changes", "good"),
    [
        ({"name": "a" * 32}, True),
        ({"name": "a" * 33}, False),
        ({"description": "ä" * 200}, True),
        ({"description": "ä" * 201}, False),
        ({"tags": ["t" * 30]}, True),
        ({"tags": ["t" * 31]}, False),
    ],
)
def test_limits_of_generation_hosting_account(hosting: Api, changes: dict[str, Any], good: bool) -> None:
    assert hosting.call("POST", "models", HOSTING.model(**changes)).status_code == (200 if good else 400)


@pytest.mark.parametrize(
    "changes",
    [{"name": "model.pkl"}, {"name": "my_model"}, {"description": None}, {"unpack": "false"}, {"tags": None}],
)
def test_what_published_clients_send_is_accepted(api: Api, changes: dict[str, Any]) -> None:
    api.new_model(**changes)


def test_a_manifest_comes_back_as_it_was_made(account: Api) -> None:
    model = account.new_model()
    manifest = account.new_manifest(model["id"], description=None)
    assert uuid.UUID(manifest["id"]).hex != manifest["id"]
    assert {name: manifest[name] for name in manifest if name not in ("id", "createdTime")} == {
        "name": "iris",
        "version": 1,
        "description": "",
        "driverProgram": "driver",
        "modelType": "Registered",
        "webserviceType": "Realtime",
        "modelIds": [model["id"]],
        "assets": [
            {
                "id": "driver",
                "url": "https://files.invalid/score.py",
                "mimeType": "application/x-python",
                "unpack": False,
            }
        ],
        "targetRuntime": {"runtimeType": "SparkPython", "properties": {}},
    }
    assert account.get(f"manifests/{manifest['id']}") == manifest
    assert account.new_manifest()["version"] == 2


def test_unpack_goes_out_the_way_it_came_in(api: Api) -> None:
    def asset(**flag: Any) -> dict[str, Any]:
        return {"id": "driver", "url": "https://x.invalid/a", "mimeType": "a/b", **flag}

    for key, value in (("unPack", True), ("unpack", "true")):
        assert api.new_manifest(assets=[asset(**{key: value})])["assets"][0][key] is True
    default = "unPack" if api.generation is HOSTING else "unpack"
    assert api.new_manifest(assets=[asset()])["assets"][0][default] is False


def test_a_manifest_of_an_unregistered_model_is_refused(api: Api) -> None:
    model = api.new_model()
    assert refused_fields(api, "manifests", api.generation.manifest([model["id"], "nope"])) == ["modelIds[1]"]


def test_generation_hosting_account_takes_names_of_models(hosting: Api) -> None:
    hosting.new_model()
    newest = hosting.new_model()
    assert hosting.new_manifest("iris")["modelIds"] == [newest["id"]]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"assets": None}, "assets"),
        ({"assets": {}}, "assets"),
        ({"assets": [{"id": "driver"}]}, "assets[0].url"),
        ({"targetRuntime": None}, "targetRuntime"),
        ({"targetRuntime": {"runtimeType": "Cobol"}}, "targetRuntime.runtimeType"),
        ({"targetRuntime": {"runtimeType": "SparkPython", "properties": {"a": 1}}}, "targetRuntime.properties.a"),
        ({"driverProgram": "other"}, "driverProgram"),
        ({"modelType": "Unregistered"}, "modelType"),
        ({"description": "x" * 513}, "description"),
        ({"name": "a:1"}, "name"),
    ],
)
def test_a_bad_field_of_a_manifest_is_named(api: Api, changes: dict[str, Any], field: str) -> None:
    assert field in refused_fields(api, "manifests", api.generation.manifest([], **changes))


@pytest.mark.security
@pytest.mark.parametrize("asset_id", ["../score.py", "a/../b", "..", "a\\..\\b", "."])
def test_an_asset_cannot_name_a_place_outside(api: Api, asset_id: str) -> None:
    assets = [{"id": asset_id, "url": "https://x.invalid/a", "mimeType": "a/b"}]
    body = api.generation.manifest([], assets=assets, driverProgram=asset_id)
    assert "assets[0].id" in refused_fields(api, "manifests", body)


@pytest.mark.parametrize(
    "asset_id",
    ["score.py", "data/part.txt", "/home/me/score.py", "0b0f4b5e-6b38-4b34-9d0f-1f6b8a7c2d3e.tar.gz", "a..b"],
)
def test_an_asset_may_be_a_file_path(api: Api, asset_id: str) -> None:
    assets = [{"id": asset_id, "url": "https://x.invalid/a", "mimeType": "a/b"}]
    assert api.new_manifest(assets=assets, driverProgram=asset_id)["assets"][0]["id"] == asset_id


def test_required_fields_differ_by_generation(hosting: Api, account: Api) -> None:
    hosting.new_manifest(driverProgram=None, name=None)
    without = {"driverProgram": None, "name": None}
    assert refused_fields(account, "manifests", ACCOUNT.manifest([], **without)) == ["name", "driverProgram"]


def test_model_types_are_read_in_any_case(api: Api) -> None:
    assert api.new_manifest(modelType="registered")["modelType"] == "Registered"


def test_models_and_manifests_are_deleted_unless_in_use(account: Api) -> None:
    model = account.new_model()
    manifest = account.new_manifest(model["id"])
    image = account.new_image(manifest["id"])
    for kind, one in (("models", model), ("manifests", manifest)):
        answer = account.call("DELETE", f"{kind}/{one['id']}")
        assert answer.status_code == 412
        assert answer.json()["details"][0]["code"] == "DeletionRequired"
    for kind, one in (("images", image), ("manifests", manifest), ("models", model)):
        answers = [account.call("DELETE", f"{kind}/{one['id']}") for _round in range(2)]
        assert [answer.status_code for answer in answers] == [200, 204]
        assert [answer.content for answer in answers] == [b"", b""]
        assert account.call("GET", f"{kind}/{one['id']}").status_code == 404


def test_generation_hosting_account_deletes_only_services(hosting: Api) -> None:
    assert hosting.call("DELETE", f"models/{hosting.new_model()['id']}").status_code == 405


@pytest.mark.parametrize("kind", ["models", "manifests", "images", "services", "operations"])
def test_what_is_missing_is_not_found(api: Api, kind: str) -> None:
    for missing in (str(uuid.uuid4()), "no-guid", "%F0%9F%98%80"):
        answer = api.call("GET", f"{kind}/{missing}")
        assert answer.status_code == 404
        assert answer.json()["details"][0]["code"] == "ResourceNotFound"
