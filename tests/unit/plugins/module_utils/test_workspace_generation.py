# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generation of workspaces: its address, and how manifests, recipes and services travel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._client.client import Client
from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError, MmsError
from ansible_collections.azureml.model_management.plugins.module_utils._generations.workspace import (
    WORKSPACE,
    recipe_digest,
)
from ansible_collections.azureml.model_management.plugins.module_utils._masking import Gate
from ansible_collections.azureml.model_management.plugins.module_utils._resources.image import Image
from ansible_collections.azureml.model_management.plugins.module_utils._resources.manifest import Asset, Manifest
from ansible_collections.azureml.model_management.plugins.module_utils._resources.service import Resources, Service
from ansible_collections.azureml.model_management.plugins.module_utils._session import Session
from ansible_collections.azureml.model_management.tests.unit.plugins.module_utils.scripted import (
    FakeClock,
    Script,
    transport_on,
)

ARM = "https://arm.example.com"
PLACE = "subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
RESOURCE = f"{ARM}/{PLACE}?api-version=2019-11-01"
DISCOVERY = "https://discovery.example.com/discovery"
HOST = "https://mm.example.com"
BASE = f"{HOST}/modelmanagement/v1.0/{PLACE}"
RECIPE = Manifest(
    id="m1",
    name="iris",
    driver=Asset("driver", "https://e.com/score.py?sig=1", "application/x-python", False),
    assets=(Asset("a", "https://e.com/a", "text/csv", True), Asset("b", "https://e.com/b", "text/csv", False)),
    model_ids=("iris:1", "rose:2"),
    runtime_type="Python",
    pip_requirements="https://e.com/r.txt?sig=1",
)


@pytest.fixture
def script() -> Script:
    return Script()


def session_on(script: Script, **options: Any) -> Session:
    clock = FakeClock()
    connection = {"api_version": "v1.0", "arm_url": ARM, "subscription_id": "s", "resource_group": "g"}
    settings = {"timeout": 30, "retries": 0, "validate_certs": True, "workspace_name": "w"}
    session = Session({**connection, **settings, **options}, clock, Gate(print, print))
    session.__dict__["transport"] = transport_on(script, clock, retries=0)
    return session


def found(script: Script, url: str = DISCOVERY) -> None:
    script.expect("GET", RESOURCE, body={"id": "i", "name": "w", "properties": {"discoveryUrl": url}})


def test_the_address_comes_from_the_discovery_document_which_sees_no_token(script: Script) -> None:
    found(script)
    script.expect("GET", DISCOVERY, body={"modelmanagement": HOST + "/", "history": "x"})
    script.expect("GET", f"{BASE}/models?name=iris", body={"value": []})
    assert session_on(script).client.models.list(name="iris") == []
    assert ["Authorization" in request.headers for request in script.seen] == [True, False, True]


def test_the_account_names_the_workspace_where_nothing_else_does(script: Script) -> None:
    client = session_on(script, api_url=HOST, account_name="w", workspace_name="").client
    assert client.base_url == BASE


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 503, "body": b"<h1>down</h1>"}, "answered with 503"),
        ({"body": {"history": "x"}}, "without 'modelmanagement'"),
        ({"body": b"<html>"}, "discovery"),
    ],
    ids=["down", "without the key", "no JSON"],
)
def test_a_discovery_document_that_cannot_be_used_is_a_sentence(
    script: Script, answer: dict[str, Any], words: str
) -> None:
    found(script)
    script.expect("GET", DISCOVERY, **answer)
    with pytest.raises(MmsError) as raised:
        _unused = session_on(script).client
    assert raised.value.message.startswith("The discovery document of workspace 'w'")
    assert words in raised.value.message
    assert raised.value.message.endswith("Set api_url to reach the service directly.")


@pytest.mark.parametrize("url", ["http://discovery.example.com/x", "http://127.0.0.1:1/x"])
def test_a_discovery_document_in_the_clear_is_not_read(script: Script, url: str) -> None:
    found(script, url)
    with pytest.raises(InputError, match="is not https"):
        _unused = session_on(script).client


def test_an_unknown_workspace_is_a_sentence(script: Script) -> None:
    script.expect("GET", RESOURCE, status=404)
    with pytest.raises(MmsError, match="Workspace 'w' does not exist in resource group 'g'"):
        _unused = session_on(script).client


def test_a_token_for_another_audience_is_a_sentence(script: Script) -> None:
    details = [{"code": "EmptyOrInvalidToken", "message": "The audience of the token is wrong."}]
    body = {"code": "Unauthorized", "statusCode": 401, "message": "Unauthorized", "details": details}
    script.expect("GET", f"{BASE}/models", status=401, body=body)
    with pytest.raises(MmsError) as raised:
        session_on(script, api_url=HOST).client.models.list()
    assert "audience of the token is wrong" in raised.value.message
    assert "The token came from a test." in raised.value.message


def client_on(script: Script) -> Client:
    return Client(transport_on(script, FakeClock()), BASE, WORKSPACE)


def test_a_manifest_is_an_asset_record_that_is_found_again(script: Script) -> None:
    script.expect("GET", f"{BASE}/assets?type=manifest&name=iris", body={"value": [{"id": "x", "name": "iris"}]})
    script.expect("POST", f"{BASE}/assets", body={"id": "m1", "name": "iris", "properties": {"mms_version": "1"}})
    client_on(script).manifests.create(RECIPE.wanted())
    record = script.bodies()[0]
    assert (record["type"], record["properties"]["mms_version"]) == ("manifest", "1")
    again = WORKSPACE.manifests.read({**record, "id": "m1", "createdTime": "2026"})
    assert (again.id, again.name, again.version) == ("m1", "iris", 1)
    assert RECIPE.differences(again) == {}


def test_assets_of_other_programs_are_no_manifests(script: Script) -> None:
    script.expect("GET", f"{BASE}/assets?type=manifest", body={"value": [{"id": "x", "name": "iris"}]})
    assert client_on(script).manifests.list() == []


def test_an_image_holds_its_recipe_and_is_known_by_the_digest(script: Script) -> None:
    wanted = WORKSPACE.image_of(Image(name="iris", compute_resource_id="c"), RECIPE)
    body = WORKSPACE.images.create_body(wanted.wanted())
    assert body["driverProgram"] == "driver"
    assert [asset["id"] for asset in body["assets"]] == ["driver", "a", "b"]
    assert body["modelIds"] == ["iris:1", "rose:2"]
    assert body["targetRuntime"] == {
        "runtimeType": "Python",
        "targetArchitecture": "Amd64",
        "osType": "Linux",
        "properties": {"pipRequirements": "https://e.com/r.txt?sig=1"},
    }
    assert body["properties"] == {"mms_recipe": recipe_digest(RECIPE), "mms_manifest": "m1"}
    assert {"manifestId", "computeResourceId", "recipe"}.isdisjoint(body)
    made = WORKSPACE.images.read({**body, "id": "iris:1", "version": 1, "creationState": "Succeeded"})
    assert (made.manifest_id, made.version) == ("m1", 1)
    assert wanted.differences(made) == {}
    foreign = WORKSPACE.images.read({**body, "id": "iris:2", "version": 2, "properties": {}})
    assert list(wanted.differences(foreign)) == ["properties"]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({"pip_requirements": "https://e.com/r.txt?sig=2"}, True),
        ({"model_ids": ("rose:2", "iris:1")}, True),
        ({"assets": (RECIPE.assets or ())[::-1]}, True),
        ({"id": "m2", "description": "another"}, True),
        ({"pip_requirements": "https://e.com/other.txt"}, False),
        ({"model_ids": ("iris:1",)}, False),
        ({"assets": ()}, False),
        ({"driver": Asset("driver", "https://e.com/other.py")}, False),
        ({"runtime_type": "SparkPython"}, False),
    ],
)
def test_the_digest_of_a_recipe_is_about_content(other: dict[str, Any], same: bool) -> None:
    assert (recipe_digest(replace(RECIPE, **other)) == recipe_digest(RECIPE)) is same


CLUSTER = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/demo"


def test_the_id_of_a_cluster_names_a_compute_target() -> None:
    wanted = WORKSPACE.service_of(
        Service(name="iris", image_id="iris:1", compute_resource_id=CLUSTER, resources=Resources("100m", "512Mi"))
    )
    body = WORKSPACE.services.create_body(wanted.wanted())
    assert (body["computeType"], body["computeName"]) == ("AKS", "demo")
    assert body["containerResourceRequirements"] == {"cpu": 0.1, "memoryInGB": 0.5}
    made = WORKSPACE.services.read({**body, "state": "Healthy"})
    assert (made.id, made.state, made.resources) == ("iris", "Succeeded", Resources("0.1", "0.5Gi"))
    assert wanted.differences(made) == {}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "iris"}, "compute must be given"),
        ({"name": "iris", "compute.type": "aks"}, "compute.name must be given"),
        ({"name": "iris", "compute.type": "aci", "resources.cpu": "much"}, "'much' is no quantity"),
    ],
)
def test_what_a_service_cannot_be_without_is_named(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        WORKSPACE.services.create_body(fields)


def test_a_patch_has_one_operation_for_each_field_that_differs() -> None:
    fields = {"image": "iris:2", "replicas": 2, "resources.cpu": "1", "tags": {"a": "b"}, "properties": {"k": "v"}}
    changed = ["replicas", "resources.cpu", "tags", "properties"]
    assert WORKSPACE.services.update_body(fields, changed) == [
        {"op": "replace", "path": "/numReplicas", "value": 2},
        {"op": "replace", "path": "/containerResourceRequirements/cpu", "value": 1.0},
        {"op": "replace", "path": "/kvTags", "value": {"a": "b"}},
        {"op": "add", "path": "/properties/k", "value": "v"},
    ]


def test_keys_are_asked_for_by_post_and_made_in_the_background(script: Script) -> None:
    script.expect("POST", f"{BASE}/services/iris/listkeys", body={"primaryKey": "p", "secondaryKey": "s"})
    script.expect(
        "POST", f"{BASE}/services/iris/regenerateKeys", status=202, headers={"Operation-Location": "/operations/o"}
    )
    client = client_on(script)
    assert client.keys("iris").primary == "p"
    assert client.regenerate_keys("iris", "Primary") == ("o",)
    assert script.bodies() == [{"keyType": "Primary", "keyValue": None}]
