# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images and asynchronous operations (protocol chapter 3, 2.1.4, 2.1.6; 7.1 rows 9 to 12)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests
from api_client import ACCOUNT, CLUSTER, GENERATIONS, HOSTING, Api, Generation

from mms_local.testing import ServerProcess


@pytest.fixture(params=GENERATIONS, ids=lambda one: one.marker)
def api(server: ServerProcess, request: pytest.FixtureRequest) -> Api:
    generation: Generation = request.param
    return Api(server.url, generation)


@pytest.fixture
def order_fault(server: ServerProcess) -> Callable[..., None]:
    def order(**rule: Any) -> None:
        server.control("POST", "faults", rule)

    return order


def test_an_accepted_image_answers_202_with_its_operation(api: Api) -> None:
    manifest = api.new_manifest(api.new_model()["id"])
    answer = api.call("POST", "images", api.generation.image(manifest["id"]))
    assert (answer.status_code, answer.content) == (202, b"")
    location = answer.headers["Operation-Location"]
    operation_id = location.removeprefix(f"{api.path}/operations/")
    assert str(uuid.UUID(operation_id)) == operation_id
    assert answer.headers["x-ms-request-id"] == operation_id


def test_the_resource_is_there_while_its_operation_runs(server: ServerProcess, api: Api) -> None:
    server.control("PUT", "transitions", {"notStartedReads": 1, "runningReads": 1})
    manifest = api.new_manifest(api.new_model()["id"])
    answer = api.call("POST", "images", api.generation.image(manifest["id"]))
    location = answer.headers["Operation-Location"]
    for state in ("NotStarted", "Running", "Succeeded"):
        operation = api.get(location)
        assert operation["state"] == state
        assert operation["operationType"] == "Image"
        assert ("endTime" in operation) == (state == "Succeeded")
        assert "error" not in operation
        assert operation["resourceLocation"].startswith(f"{api.path}/images/")
        image = api.get(operation["resourceLocation"])
        assert image["creationState"] == state
        assert operation["resourceLocation"].endswith("/" + image["id"])


def test_an_image_of_generation_account_holds_its_manifest(account: Api) -> None:
    manifest = account.new_manifest(account.new_model()["id"])
    image = account.new_image(manifest["id"], description=None)
    assert image["manifest"] == manifest
    assert "manifestId" not in image
    assert (image["name"], image["version"], image["computeResourceId"]) == ("iris", 1, CLUSTER)
    assert image["imageLocation"] == "localhost/iris:1"
    assert account.new_image(manifest["id"])["version"] == 2


def test_an_image_of_generation_hosting_account_blanks_the_password(hosting: Api) -> None:
    image = hosting.new_image()
    assert image["registryInfo"] == {"user": "u", "location": "registry.invalid", "password": ""}
    assert image["manifestId"]
    assert image["imageLocation"] == f"registry.invalid/{image['id']}:1"


def test_the_build_log_is_readable_at_the_address_that_the_image_gives(api: Api) -> None:
    address = api.new_image()["imageBuildLogUri"]
    assert address.startswith(api.origin)
    assert "Nothing is built" in requests.get(address, timeout=30).text
    wrong = address.replace(".txt", "0.txt")
    assert requests.get(wrong, timeout=30).status_code == 404


@pytest.mark.security
def test_the_journal_does_not_hold_the_key_of_a_build_log(server: ServerProcess, api: Api) -> None:
    address = api.new_image()["imageBuildLogUri"]
    requests.get(address, timeout=30)
    key = address.rpartition("/")[2].removesuffix(".txt")
    assert key not in str(server.control("GET", "requests"))
    assert key not in server.log.read_text()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"manifestId": None}, "manifestId"),
        ({"manifestId": "nope"}, "manifestId"),
        ({"imageType": "Tarball"}, "imageType"),
        ({"imageType": None}, "imageType"),
    ],
)
def test_a_bad_field_of_an_image_is_named(api: Api, changes: dict[str, Any], field: str) -> None:
    manifest = api.new_manifest()
    answer = api.call("POST", "images", api.generation.image(manifest["id"], **changes))
    assert answer.status_code == 400
    assert answer.json()["details"][0]["message"].startswith(f"{field}: ")


def test_required_fields_of_an_image_differ_by_generation(hosting: Api, account: Api) -> None:
    for api, name in ((hosting, "registryInfo"), (account, "name"), (account, "computeResourceId")):
        body = api.generation.image(api.new_manifest()["id"])
        del body[name]
        assert f"{name}: is required" in api.call("POST", "images", body).text
    body = HOSTING.image(hosting.new_manifest()["id"], registryInfo={"user": "u", "location": "l"})
    assert "registryInfo.password: is required" in hosting.call("POST", "images", body).text


def test_a_failed_build_says_where_its_log_is(api: Api, order_fault: Callable[..., None]) -> None:
    order_fault(operation="images.create", kind="failed", code="BadRequirements", message="no such package", count=1)
    manifest = api.new_manifest()
    operation = api.finish(api.call("POST", "images", api.generation.image(manifest["id"])))
    error = operation["error"]
    assert operation["state"] == "Failed"
    assert operation["endTime"]
    assert (error["code"], error["message"], error["statusCode"]) == ("BadRequirements", "no such package", 400)
    log = requests.get(error["details"][0]["message"], timeout=30)
    assert "no such package" in log.text
    image = api.get(operation["resourceLocation"])
    assert (image["creationState"], image["error"]) == ("Failed", error)
    assert image["imageLocation"] is None
    retry = api.finish(api.call("POST", "images", api.generation.image(manifest["id"])))
    assert retry["state"] == "Succeeded"


def test_a_failed_deployment_tells_why(api: Api, order_fault: Callable[..., None]) -> None:
    image = api.new_image()
    order_fault(operation="services.*", kind="failed", code="KubernetesDeploymentFailed", message="crash")
    operation = api.finish(api.call("POST", "services", api.generation.service(image["id"])))
    assert operation["state"] == "Failed"
    assert operation["operationType"] == "Service"
    assert operation["error"]["code"] == "KubernetesDeploymentFailed"
    assert operation["error"]["details"]
    service = api.get(operation["resourceLocation"])
    assert (service["state"], service["error"]) == ("Failed", operation["error"])


def test_an_operation_can_end_cancelled(api: Api, order_fault: Callable[..., None]) -> None:
    order_fault(operation="images.create", kind="cancelled", count=1)
    operation = api.finish(api.call("POST", "images", api.generation.image(api.new_manifest()["id"])))
    assert operation["state"] == "Cancelled"
    assert operation["endTime"]
    assert api.get(operation["resourceLocation"])["creationState"] == "Cancelled"


def test_a_stuck_operation_goes_on_when_the_faults_are_cleared(
    server: ServerProcess, api: Api, order_fault: Callable[..., None]
) -> None:
    order_fault(operation="images.create", kind="stuck")
    answer = api.call("POST", "images", api.generation.image(api.new_manifest()["id"]))
    states = {api.get(answer.headers["Operation-Location"])["state"] for _round in range(20)}
    assert states <= {"NotStarted", "Running"}
    server.control("DELETE", "faults")
    assert api.finish(answer)["state"] == "Succeeded"


def test_an_image_that_is_not_built_cannot_be_deployed(api: Api, order_fault: Callable[..., None]) -> None:
    order_fault(operation="images.create", kind="stuck")
    answer = api.call("POST", "images", api.generation.image(api.new_manifest()["id"]))
    image_id = api.get(answer.headers["Operation-Location"])["resourceLocation"].rpartition("/")[2]
    for one in (image_id, str(uuid.uuid4())):
        refused = api.call("POST", "services", api.generation.service(one))
        assert refused.status_code == 400
        assert refused.json()["details"][0]["message"].startswith("imageId: ")


def test_deleting_an_image_ends_its_build(account: Api, order_fault: Callable[..., None]) -> None:
    order_fault(operation="images.create", kind="stuck")
    answer = account.call("POST", "images", ACCOUNT.image(account.new_manifest()["id"]))
    image = account.get(answer.headers["Operation-Location"])["resourceLocation"]
    assert account.call("DELETE", image).status_code == 200
    assert account.finish(answer)["state"] == "Cancelled"
    assert account.call("GET", image).status_code == 404


@pytest.mark.security
def test_an_operation_of_another_account_is_not_found(server: ServerProcess, api: Api) -> None:
    answer = api.call("POST", "images", api.generation.image(api.new_manifest()["id"]))
    other = Api(server.url, api.generation, name="other")
    operation_id = answer.headers["x-ms-request-id"]
    assert other.call("GET", f"operations/{operation_id}").status_code == 404
