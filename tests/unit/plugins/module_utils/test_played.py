# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole tasks on a scripted wire: what is sent, in which order, and what comes of it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.azureml.model_management.plugins.module_utils._errors import ApiError, OperationFailed
from ansible_collections.azureml.model_management.plugins.module_utils._masking import Gate
from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task
from ansible_collections.azureml.model_management.plugins.module_utils._session import Session
from ansible_collections.azureml.model_management.tests.unit.plugins.module_utils.scripted import (
    BASE,
    FakeClock,
    Script,
    transport_on,
)

CONNECTION = {
    "api_url": BASE.partition("/api/")[0],
    "api_version": "2017-09-01-preview",
    "subscription_id": "s",
    "resource_group": "g",
    "account_name": "a",
    "access_token": "token",
}
CLUSTER = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningCompute/operationalizationClusters/c"
SERVICE = {"id": "s1", "name": "iris", "state": "Succeeded", "imageId": "i1", "numReplicas": 1}
GUID = "00000000-0000-4000-8000-000000000002"
HOSTING = "2017-06-01-privatepreview"
OPERATION = {"id": "o1", "state": "Succeeded", "resourceLocation": "/api/services/s1"}


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()
    yield script
    script.close()


def played(script: Script, module: str, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    """The result of a task, which raises what went wrong."""
    path = f"ansible_collections.azureml.model_management.plugins.modules.{module}"
    task: Task = importlib.import_module(path).TASK
    validated = ArgumentSpecValidator(task.options, **task.rules).validate({**CONNECTION, **options})
    assert validated.error_messages == []
    clock, said = FakeClock(), list[str]()
    session = Session(validated.validated_parameters, clock, Gate(said.append, said.append))
    session.__dict__["transport"] = transport_on(script, clock)
    return task.run(session, check_mode)


def accepted(script: Script, method: str, path: str) -> None:
    """Expect a request that sets off work, and the look at the operation that has ended."""
    script.expect(method, path, 202, {}, {"Operation-Location": f"{BASE}/operations/o1"})
    script.expect("GET", "/operations/o1", body=OPERATION)


def test_an_update_waits_for_another_change_before_it_is_sent(script: Script) -> None:
    script.expect("GET", "/services?serviceName=iris", body=[{**SERVICE, "state": "Running"}])
    script.expect("GET", "/services/s1", body={**SERVICE, "state": "Running"})
    script.expect("GET", "/services/s1", body=SERVICE)
    accepted(script, "PUT", "/services/s1")
    script.expect("GET", "/services/s1", body={**SERVICE, "numReplicas": 2})
    assert played(script, "mms_service", name="iris", replicas=2)["changed"]


def test_an_update_that_waits_for_nothing_is_sent_at_once(script: Script) -> None:
    script.expect("GET", "/services?serviceName=iris", body=[{**SERVICE, "state": "Running"}])
    script.expect("PUT", "/services/s1", 202, {}, {"Operation-Location": f"{BASE}/operations/o1"})
    script.expect("GET", "/operations/o1", body={**OPERATION, "state": "Running"})
    script.expect("GET", "/services/s1", body={**SERVICE, "state": "Running"})
    assert played(script, "mms_service", name="iris", replicas=2, wait=False)["changed"]


def test_an_update_in_the_oldest_generation_brings_the_pull_secret_that_is_there(script: Script) -> None:
    query = f"?api-version={HOSTING}"
    there = {**SERVICE, "acrImagePullSecret": "pull"}
    base = BASE.replace("/accounts/", "/hostingAccounts/")
    script.expect("GET", f"{base}/images/{GUID}{query}", body={"id": GUID, "creationState": "Succeeded"})
    script.expect("GET", f"{base}/services{query}", body=[there])
    script.expect("PUT", f"{base}/services/s1{query}", 202, {}, {"Operation-Location": f"{BASE}/operations/o1"})
    script.expect("GET", f"{base}/operations/o1{query}", body=OPERATION)
    script.expect("GET", f"{base}/services/s1{query}", body={**there, "imageId": GUID})
    assert played(script, "mms_service", name="iris", image=GUID, api_version=HOSTING)["changed"]
    (body,) = script.bodies()
    assert (body["imageId"], body["acrImagePullSecret"]) == (GUID, "pull")


@pytest.mark.parametrize("ended", ["Failed", "Cancelled", "TimedOut"])
def test_a_deployment_of_someone_else_that_ends_badly_fails_the_task_that_joined_it(script: Script, ended: str) -> None:
    script.expect("GET", "/services?serviceName=iris", body=[{**SERVICE, "state": "Running"}])
    script.expect("GET", "/services/s1", body={**SERVICE, "state": ended, "error": {"code": "X", "message": "broken"}})
    with pytest.raises(OperationFailed, match="broken"):
        played(script, "mms_service", name="iris", replicas=1)


@pytest.mark.parametrize("ended", ["Failed", "Cancelled", "TimedOut"])
def test_a_build_of_someone_else_that_ends_badly_fails_the_task_that_joined_it(script: Script, ended: str) -> None:
    image = {
        "id": "i1",
        "name": "iris",
        "version": 1,
        "manifestId": GUID,
        "computeResourceId": CLUSTER,
        "imageType": "Docker",
    }
    script.expect("GET", f"/manifests/{GUID}", body={"id": GUID, "name": "iris", "version": 1})
    script.expect("GET", f"/images?manifestId={GUID}", body=[{**image, "creationState": "Running"}])
    error = {"code": "X", "message": "broken"}
    script.expect("GET", "/images/i1", body={**image, "creationState": ended, "error": error})
    with pytest.raises(OperationFailed, match="broken"):
        played(script, "mms_image", name="iris", manifest=GUID, compute_resource_id=CLUSTER)


MODELS = [{"id": f"m{version}", "name": "iris", "version": version} for version in (1, 2)]


def nobody_uses_it(script: Script) -> None:
    for kind in ("manifests", "images"):
        script.expect("GET", f"/{kind}", body=[])


@pytest.mark.parametrize("status", [409, 412])
def test_with_keep_last_what_the_service_finds_in_use_is_kept(script: Script, status: int) -> None:
    script.expect("GET", "/models?name=iris", body=MODELS)
    nobody_uses_it(script)
    script.expect("DELETE", "/models/m1", status, {"code": "InUse", "message": "a manifest has it"})
    result = played(script, "mms_model", name="iris", state="absent", keep_last=1)
    assert (result["changed"], result["action"], result["removed"]) == (False, "none", [])
    assert result["diff"]["before"] == result["diff"]["after"]
    assert "a manifest has it" in str(result["kept"])


def test_what_was_deleted_beside_it_is_still_a_change(script: Script) -> None:
    script.expect("GET", "/models?name=iris", body=[*MODELS, {"id": "m3", "name": "iris", "version": 3}])
    nobody_uses_it(script)
    script.expect("DELETE", "/models/m2", 200)
    script.expect("DELETE", "/models/m1", 409, {"code": "InUse", "message": "a manifest has it"})
    result = played(script, "mms_model", name="iris", state="absent", keep_last=1)
    assert (result["changed"], result["action"], result["removed"]) == (True, "delete", ["iris:2"])
    assert (result["diff"]["before"]["removed"], result["diff"]["after"]["removed"]) == (["iris:2"], [])


@pytest.mark.parametrize(
    ("status", "options"), [(409, {}), (412, {}), (403, {"keep_last": 1}), (501, {"keep_last": 1})]
)
def test_every_other_refusal_to_delete_is_told(script: Script, status: int, options: dict[str, Any]) -> None:
    script.expect("GET", "/models?name=iris", body=MODELS)
    if options:
        nobody_uses_it(script)
    script.expect("DELETE", "/models/m1", status, {"code": "No", "message": "not that"})
    if not options:  # the message says what uses it
        script.expect("GET", "/manifests", body=[{"id": "f1", "name": "flower", "version": 3, "modelIds": ["m1"]}])
        script.expect("GET", "/images", body=[])
    with pytest.raises(ApiError, match="not that") as caught:
        played(script, "mms_model", name="iris", state="absent", **options)
    assert options or "flower" in caught.value.message


@pytest.mark.parametrize(
    ("tag", "expected"), [("a", ["m1", "m2"]), ("a=1", ["m1"]), ("b", ["m3"]), ("c", []), ("a=", []), ("", None)]
)
def test_a_service_that_ignores_the_filter_by_tag_is_looked_at_again(
    script: Script, tag: str, expected: list[str] | None
) -> None:
    tags = {"m1": ["a=1"], "m2": ["a"], "m3": ["b", "ab"], "m4": None}
    models = [{"id": name, "name": name, "version": 1, "tags": one} for name, one in tags.items()]
    script.expect("GET", f"/models?tag={tag.replace('=', '%3D')}" if tag else "/models", body=models)
    found = played(script, "mms_model_info", tag=tag)["models"]
    assert sorted(one["id"] for one in found) == (sorted(tags) if expected is None else expected)
