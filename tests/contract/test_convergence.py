# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lost answers, colleagues who are faster, and work that someone else has begun: the end is the same, once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import Workbench
from scenarios import SCENARIOS, Scenario, driver, image_id, image_options, service_options
from shells import as_function

BY_MODULE = {scenario.module: scenario for scenario in SCENARIOS}


def versions(bench: Workbench, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.ok(f"mms_{kind}_info").result[f"{kind}s"]
    return found


@pytest.mark.parametrize("kind", ["closed", "truncated", "badGateway"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.module)
def test_a_create_whose_answer_is_lost_is_not_repeated(
    scenario: Scenario, kind: str, account: Workbench, tmp_path: Path
) -> None:
    scenario.prepare(account, tmp_path)
    options = scenario.first(account, tmp_path)
    before = len(versions(account, scenario.key))
    account.fault(f"{scenario.key}s.create", kind, count=1, when="after")
    run = account.ok(scenario.module, **options)
    assert run.result["changed"]
    assert run.result[scenario.key]["id"]
    assert run.writes.count(f"{scenario.key}s.create") == 1
    assert len(versions(account, scenario.key)) == before + 1


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.module)
def test_a_create_that_was_lost_before_it_arrived_is_repeated(
    scenario: Scenario, account: Workbench, tmp_path: Path
) -> None:
    scenario.prepare(account, tmp_path)
    options = scenario.first(account, tmp_path)
    before = len(versions(account, scenario.key))
    account.fault(f"{scenario.key}s.create", "closed", count=1, when="before")
    run = account.ok(scenario.module, **options)
    assert run.result["changed"]
    assert len(versions(account, scenario.key)) == before + 1


def test_a_service_that_a_colleague_created_first_is_not_an_error(account: Workbench, tmp_path: Path) -> None:
    scenario = BY_MODULE["mms_service"]
    scenario.prepare(account, tmp_path)
    options = scenario.first(account, tmp_path)
    results = []

    def play() -> None:
        results.append(account.run("mms_service", **options).result)

    account.shell = as_function
    plays = [threading.Thread(target=play) for _round in range(2)]
    for one in plays:
        one.start()
    for one in plays:
        one.join()
    assert [result.get("failed", False) for result in results] == [False, False], results
    assert results[0]["service"]["id"] == results[1]["service"]["id"]
    assert len(versions(account, "service")) == 1


def test_an_image_that_is_being_built_is_waited_for_and_not_built_twice(account: Workbench, tmp_path: Path) -> None:
    BY_MODULE["mms_image"].prepare(account, tmp_path)
    account.fault("images.create", "stuck", count=1)
    started = account.ok("mms_image", **image_options(account), wait=False)
    assert started.result["operation"]["state"] in ("NotStarted", "Running")
    going_on = threading.Timer(0.3, account.server.control, ("DELETE", "faults"))
    going_on.start()
    joined = account.ok("mms_image", **image_options(account))
    going_on.join()
    assert not joined.result["changed"]
    assert joined.result["action"] == "join"
    assert joined.result["image"]["state"] == "Succeeded"
    assert joined.result["image"]["id"] == started.result["image"]["id"]
    assert joined.writes == []


def test_an_image_whose_build_failed_is_built_again(account: Workbench, tmp_path: Path) -> None:
    BY_MODULE["mms_image"].prepare(account, tmp_path)
    account.fault("images.create", "failed", count=1)
    assert account.run("mms_image", **image_options(account)).result["failed"]
    again = account.ok("mms_image", **image_options(account))
    assert again.result["action"] == "create"
    assert again.result["image"]["state"] == "Succeeded"


def test_a_service_whose_deployment_failed_is_deployed_again(bench: Workbench, tmp_path: Path) -> None:
    scenario = BY_MODULE["mms_service"]
    scenario.prepare(bench, tmp_path)
    options = scenario.first(bench, tmp_path)
    bench.fault("services.create", "failed", count=1)
    assert bench.run("mms_service", **options).result["failed"]
    again = bench.ok("mms_service", **options)
    assert again.result["action"] == "update"
    assert again.result["changes"]["state"]["before"] == "Failed"
    assert again.result["service"]["state"] == "Succeeded"


def test_a_service_is_scaled_without_naming_its_image_again(account: Workbench, tmp_path: Path) -> None:
    scenario = BY_MODULE["mms_service"]
    scenario.prepare(account, tmp_path)
    account.ok("mms_service", **scenario.first(account, tmp_path))
    scaled = account.ok("mms_service", name="iris", replicas=3)
    assert scaled.result["changes"] == {"replicas": {"before": 1, "after": 3}}
    assert scaled.result["service"]["replicas"] == 3
    automatic = account.ok("mms_service", name="iris", autoscaler={"enabled": True, "max_replicas": 4})
    assert automatic.result["service"]["autoscaler"]["enabled"]
    assert not account.ok("mms_service", name="iris", autoscaler={"max_replicas": 4}).result["changed"]


def test_what_an_update_cannot_change_is_refused(account: Workbench, tmp_path: Path) -> None:
    scenario = BY_MODULE["mms_service"]
    scenario.prepare(account, tmp_path)
    options = scenario.first(account, tmp_path)
    account.ok("mms_service", **options)
    refused = account.run("mms_service", **{**options, "compute_resource_id": "/subscriptions/another"})
    assert refused.result["failure"]["code"] == "NotSupported"
    assert "compute_resource_id" in refused.result["msg"]
    assert refused.writes == []


def test_tags_and_models_are_sets_and_signatures_do_not_count(bench: Workbench, tmp_path: Path) -> None:
    model = {"name": "iris", "url": "https://example.com/iris.pkl?sig=one", "tags": ["a", "b"]}
    bench.ok("mms_model", **model)
    same = bench.ok("mms_model", **{**model, "url": "https://example.com/iris.pkl?sig=two", "tags": ["b", "a"]})
    assert not same.result["changed"]
    bench.ok("mms_model", name="other", url="https://example.com/other.pkl")
    manifest = {"name": "m", "driver": driver(tmp_path), "runtime_type": "SparkPython"}
    bench.ok("mms_manifest", **manifest, models=["iris", "other"])
    assert not bench.ok("mms_manifest", **manifest, models=["other", "iris"]).result["changed"]


def test_models_are_named_by_id_by_name_and_by_version(bench: Workbench, tmp_path: Path) -> None:
    first = bench.ok("mms_model", name="iris", url="https://example.com/1").result["model"]
    second = bench.ok("mms_model", name="iris", url="https://example.com/2").result["model"]
    manifest = {"name": "m", "driver": driver(tmp_path), "runtime_type": "SparkPython"}

    def model_ids(reference: str) -> list[str]:
        run = bench.ok("mms_manifest", **manifest, models=[reference])
        ids: list[str] = run.result["manifest"]["model_ids"]
        return ids

    assert model_ids("iris") == [second["id"]]
    assert model_ids("iris:1") == [first["id"]]
    model_id = first["id"]
    if ":" not in model_id:  # a GUID, which may have dashes
        model_id = "-".join((model_id[:8], *(model_id[at : at + 4] for at in (8, 12, 16)), model_id[20:]))
    assert not bench.ok("mms_manifest", **manifest, models=[model_id]).result["changed"]


def test_a_changed_local_file_makes_a_new_version_and_the_same_content_does_not(
    bench: Workbench, model_file: Path
) -> None:
    assert bench.ok("mms_model", name="iris", path=str(model_file)).result["changed"]
    model_file.touch()
    again = bench.ok("mms_model", name="iris", path=str(model_file))
    assert not again.result["changed"]
    assert len(again.requests) <= 2
    model_file.write_bytes(b"a better trained model")
    assert bench.ok("mms_model", name="iris", path=str(model_file)).result["model"]["version"] == 2


def test_old_versions_go_and_those_in_use_stay(account: Workbench, tmp_path: Path) -> None:
    for number in range(1, 5):
        account.ok("mms_model", name="iris", url=f"https://example.com/{number}")
    account.ok("mms_manifest", name="m", driver=driver(tmp_path), models=["iris:2"])
    last = {"name": "iris", "url": "https://example.com/4", "keep_last": 1}
    check = account.ok("mms_model", check=True, **last)
    assert check.writes == []
    assert check.result["changed"]
    pruned = account.ok("mms_model", **last)
    assert pruned.result["action"] == "none"
    assert pruned.result["removed"] == check.result["removed"] == ["iris:3", "iris:1"]
    assert pruned.result["kept"] == [{"name": "iris:2", "reason": "used by manifest m:1"}]
    again = account.ok("mms_model", **last)
    assert not again.result["changed"]
    assert again.result["kept"] == pruned.result["kept"]
    assert [model["version"] for model in versions(account, "model")] == [4, 2]


def test_old_versions_can_be_deleted_without_describing_a_new_one(account: Workbench, tmp_path: Path) -> None:
    for number in range(1, 5):
        account.ok("mms_model", name="iris", url=f"https://example.com/{number}")
    account.ok("mms_manifest", name="m", driver=driver(tmp_path), models=["iris:1"])
    old = {"name": "iris", "state": "absent", "keep_last": 2}
    check = account.ok("mms_model", check=True, **old)
    assert check.writes == []
    pruned = account.ok("mms_model", **old)
    assert pruned.result["action"] == check.result["action"] == "delete"
    assert pruned.result["removed"] == check.result["removed"] == ["iris:2"]
    assert pruned.result["kept"] == [{"name": "iris:1", "reason": "used by manifest m:1"}]
    assert not account.ok("mms_model", **old).result["changed"]
    assert [model["version"] for model in versions(account, "model")] == [4, 3, 1]


def test_a_new_version_counts_among_those_to_keep(account: Workbench) -> None:
    for number in range(1, 4):
        account.ok("mms_model", name="iris", url=f"https://example.com/{number}", keep_last=2)
    assert [model["version"] for model in versions(account, "model")] == [3, 2]


def test_old_images_and_manifests_go_too(account: Workbench, tmp_path: Path) -> None:
    BY_MODULE["mms_service"].prepare(account, tmp_path)
    account.ok("mms_service", name="iris", image=image_id(account), **service_options(account))
    image_id(account, "second")
    third = account.ok("mms_image", **image_options(account), description="third", keep_last=1)
    assert third.result["removed"] == ["iris:2"]
    assert third.result["kept"] == [{"name": "iris:1", "reason": "used by service iris"}]
    account.ok("mms_manifest", name="iris", driver=driver(tmp_path, "[data]"))
    newest = account.ok("mms_manifest", name="iris", driver=driver(tmp_path, "{}"), keep_last=1)
    assert newest.result["removed"] == ["iris:2"]
    assert newest.result["kept"][0]["name"] == "iris:1"


def test_in_check_mode_what_an_earlier_task_would_make_is_taken_for_made(bench: Workbench, tmp_path: Path) -> None:
    steps = [
        ("mms_manifest", {"name": "new", "driver": driver(tmp_path), "models": ["new"], "runtime_type": "SparkPython"}),
        ("mms_image", image_options(bench, "new")),
        ("mms_service", {"name": "new-service", "image": "new", **service_options(bench)}),
    ]
    for module, options in steps:
        run = bench.ok(module, check=True, **options)
        assert run.result["changed"]
        assert run.writes == []
        real = bench.run(module, **options)
        assert real.result["failure"]["code"] == "NotFound"
        assert real.writes == []
