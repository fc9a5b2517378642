# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import ResponseFormatError
from ansible_collections.azureml.model_management.plugins.module_utils._resources.deployment import Deployment
from ansible_collections.azureml.model_management.plugins.module_utils._resources.image import Image
from ansible_collections.azureml.model_management.plugins.module_utils._resources.manifest import Asset, Manifest
from ansible_collections.azureml.model_management.plugins.module_utils._resources.model import Model
from ansible_collections.azureml.model_management.plugins.module_utils._resources.operation import Operation
from ansible_collections.azureml.model_management.plugins.module_utils._resources.service import (
    AutoScaler,
    Resources,
    Service,
    quantity,
)

GUID = "6ad35d2e-57a8-4b9a-9e4b-6b7c6b1f0d3a"
BARE = GUID.replace("-", "")
DIGEST = "a" * 64


@pytest.mark.parametrize("key", ["id", "ID", "Id"])
@pytest.mark.parametrize("created", ["createdAt", "createdTime"])
@pytest.mark.parametrize("version", [3, "3", " 3 "])
def test_every_spelling_of_a_model_is_read(key: str, created: str, version: Any) -> None:
    model = Model.from_api(
        {key: BARE, "name": "iris", created: "2018", "version": version, "unPack": "true", "tags": None}
    )
    assert (model.id, model.created_at, model.version, model.unpack, model.tags) == (BARE, "2018", 3, True, ())


@pytest.mark.parametrize("state", ["Canceled", "Cancelled", "CANCELED"])
def test_both_spellings_of_cancelled_are_one(state: str) -> None:
    assert Operation.from_api({"id": "1", "state": state}).state == "Cancelled"
    assert Image.from_api({"id": "1", "creationState": state}).state == "Cancelled"
    assert Service.from_api({"id": "1", "state": state}).state == "Cancelled"


@pytest.mark.parametrize(
    "location",
    [
        "https://mms.example.com/api/x/images/1234",
        "/api/x/images/1234",
        "/api/x/images/1234/",
        "/api/x/images/1234?api-version=2017",
    ],
)
def test_the_resource_of_an_operation_is_read_from_every_form_of_location(location: str) -> None:
    assert Operation.from_api({"id": "1", "resourceLocation": location}).resource_id == "1234"


def test_an_operation_may_not_know_its_resource_yet() -> None:
    assert Operation.from_api({"id": "1", "state": "Running"}).resource_id is None


@pytest.mark.parametrize(
    ("state", "ended", "failed"),
    [
        ("NotStarted", False, False),
        ("Running", False, False),
        ("Odd", False, False),
        (None, False, False),
        ("Succeeded", True, False),
        ("Failed", True, True),
        ("Canceled", True, True),
        ("TimedOut", True, True),
    ],
)
def test_an_unknown_state_is_neither_an_end_nor_a_failure(state: str | None, ended: bool, failed: bool) -> None:
    operation = Operation.from_api({"id": "1", "state": state})
    assert (operation.ended, operation.failed) == (ended, failed)


@pytest.mark.parametrize(
    "error", [{"code": "X", "message": "why"}, {"error": {"code": "X", "message": "why", "details": None}}]
)
def test_the_error_of_a_resource_is_read_flat_and_wrapped(error: dict[str, Any]) -> None:
    image = Image.from_api({"id": "1", "creationState": "Failed", "error": error})
    assert image.error == {"code": "X", "message": "why", "status": None, "details": []}


@pytest.mark.parametrize("raw", [[], "text", None, {"name": "no id"}, {"id": ""}, {"id": "1", "version": "one"}])
def test_what_is_no_resource_is_an_error_and_not_an_empty_one(raw: Any) -> None:
    with pytest.raises(ResponseFormatError):
        Model.from_api(raw)


def test_unknown_fields_do_no_harm() -> None:
    assert Deployment.from_api({"id": "1", "brandNew": {"a": 1}}).status is None


MODEL = Model.from_api(
    {
        "id": BARE,
        "name": "iris",
        "version": 1,
        "url": f"https://s.blob.core.windows.net/c/{DIGEST}/iris.pkl?sig=old",
        "mimeType": "application/json",
        "description": "first",
        "tags": ["b", "a"],
        "unpack": False,
    }
)


@pytest.mark.parametrize(
    ("wanted", "changed"),
    [
        ({}, []),
        ({"description": "first", "tags": ("a", "b")}, []),
        ({"tags": ("a",)}, ["tags"]),
        ({"tags": ()}, ["tags"]),
        ({"description": ""}, ["description"]),
        ({"unpack": True}, ["unpack"]),
        ({"mime_type": "text/plain"}, ["mime_type"]),
        ({"url": f"https://s.blob.core.windows.net/c/{DIGEST}/iris.pkl?sig=new"}, []),
        ({"url": f"HTTPS://S.blob.core.windows.net/c/{DIGEST}/iris.pkl"}, []),
        ({"url": f"http://127.0.0.1:8780/elsewhere/{DIGEST}/iris.pkl"}, []),
        ({"url": f"https://s.blob.core.windows.net/c/{'b' * 64}/iris.pkl"}, ["url"]),
        ({"url": f"https://s.blob.core.windows.net/c/{DIGEST}/other.pkl"}, ["url"]),
        ({"url": "https://s.blob.core.windows.net/c/iris.pkl"}, ["url"]),
    ],
)
def test_models_are_compared_by_content_and_by_what_the_user_wrote(wanted: dict[str, Any], changed: list[str]) -> None:
    assert list(Model(name="iris", **wanted).differences(MODEL)) == changed


def test_where_the_service_does_not_tell_there_is_no_difference() -> None:
    silent = Model.from_api({"id": "1", "name": "iris"})
    assert Model(unpack=True).differences(silent) == {}


def test_no_result_shows_a_signature() -> None:
    url = "https://s.blob.core.windows.net/c/x?sig=secret"
    manifest = Manifest(driver=Asset("driver", url), assets=(Asset("a", url),), pip_requirements=url, conda_file=url)
    for shown in (
        MODEL.to_result(),
        manifest.to_result(),
        manifest.differences(Manifest()),
        repr(MODEL),
        repr(manifest),
    ):
        assert "sig=" not in str(shown)


MANIFEST = Manifest.from_api(
    {
        "id": GUID,
        "name": "iris",
        "driverProgram": "driver",
        "assets": [
            {"id": "data", "url": "https://e.com/data?sig=1", "mimeType": "text/csv", "unPack": "true"},
            {"id": "driver", "url": "https://e.com/score.py", "mimeType": "application/x-python"},
        ],
        "targetRuntime": {"runtimeType": "Python", "properties": {"pipRequirements": "https://e.com/r.txt?sig=1"}},
        "modelIds": [BARE, "2"],
    }
)
DRIVER = Asset("driver", "https://e.com/score.py")
DATA = Asset("data", "https://e.com/data?sig=2", unpack=True)


@pytest.mark.parametrize(
    ("wanted", "changed"),
    [
        ({}, []),
        ({"driver": DRIVER, "assets": (DATA,), "model_ids": ("2", GUID)}, []),
        ({"driver": Asset("driver", "https://e.com/other.py")}, ["driver"]),
        ({"assets": ()}, ["assets"]),
        ({"assets": (DATA, Asset("more", "https://e.com/more"))}, ["assets"]),
        ({"assets": (Asset("data", "https://e.com/data", unpack=False),)}, ["assets"]),
        ({"model_ids": (GUID,)}, ["models"]),
        ({"pip_requirements": "https://e.com/r.txt"}, []),
        ({"conda_file": "https://e.com/conda.yml"}, ["conda_file"]),
        ({"runtime_type": "SparkPython"}, ["runtime_type"]),
    ],
)
def test_manifests_are_compared_as_sets_and_maps(wanted: dict[str, Any], changed: list[str]) -> None:
    assert list(Manifest(name="iris", **wanted).differences(MANIFEST)) == changed


SERVICE = Service.from_api(
    {
        "id": "1",
        "name": "iris",
        "image": {"id": GUID},
        "computeResource": {"id": "/subscriptions/S/resourceGroups/G"},
        "numReplicas": 2,
        "containerResourceReservation": {"cpu": "100m", "memory": "1Gi"},
        "autoScaler": {},
        "state": "Succeeded",
    }
)


@pytest.mark.parametrize(
    ("wanted", "changed"),
    [
        ({}, []),
        ({"image_id": BARE}, []),
        ({"image_id": "other"}, ["image"]),
        ({"compute_resource_id": "/subscriptions/s/resourcegroups/g"}, []),
        ({"resources": Resources(cpu="0.1", memory="1024Mi")}, []),
        ({"resources": Resources(cpu="0.2")}, ["resources.cpu"]),
        ({"replicas": 3, "autoscaler": AutoScaler(enabled=False)}, ["replicas", "autoscaler.enabled"]),
        ({"kubeconfig": "{}", "pull_secret": "never told"}, []),
    ],
)
def test_services_are_compared_field_by_field(wanted: dict[str, Any], changed: list[str]) -> None:
    assert list(Service(name="iris", **wanted).differences(SERVICE)) == changed


def test_a_description_over_a_service_keeps_what_it_does_not_say() -> None:
    merged = Service(name="iris", replicas=5, resources=Resources(cpu="2")).over(SERVICE)
    assert (merged.id, merged.replicas, merged.resources) == ("1", 5, Resources("2", "1Gi"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("0.1", "100m"), ("1", "1000m"), ("1Gi", "1024Mi"), ("1G", "1000M"), ("2k", "2000"), (".5", "500m")],
)
def test_equal_quantities_are_equal_however_they_are_written(one: str, other: str) -> None:
    assert quantity(one) is not None
    assert quantity(one) == quantity(other)


@pytest.mark.parametrize("text", ["", "much", "1Xi", "-1", "1 Gi x"])
def test_what_is_no_quantity_is_none(text: str) -> None:
    assert quantity(text) is None
