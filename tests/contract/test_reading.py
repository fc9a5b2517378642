# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking things up: every filter, accounts, keys, deployments, and many operations at once."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from conftest import ACCOUNT, CLUSTER, HOSTING, Workbench
from scenarios import SCENARIOS, driver, image_id, image_options, service_options

BY_MODULE = {scenario.module: scenario for scenario in SCENARIOS}


def names(found: list[dict[str, Any]]) -> list[str]:
    return [f"{one['name']}:{one['version']}" for one in found]


def test_models_are_found_by_every_filter(bench: Workbench) -> None:
    bench.ok("mms_model", name="iris", url="https://example.com/1", tags=["old"])
    newest = bench.ok("mms_model", name="iris", url="https://example.com/2", tags=["new"]).result["model"]
    bench.ok("mms_model", name="rose", url="https://example.com/3", tags=["new"])

    def found(**filters: Any) -> list[str]:
        return names(bench.ok("mms_model_info", **filters).result["models"])

    assert found(name="iris") == ["iris:2", "iris:1"]
    assert found(name="iris", version=1) == ["iris:1"]
    assert sorted(found(tag="new")) == ["iris:2", "rose:1"]
    assert found(name="iris", tag="old") == ["iris:1"]
    assert found(id=newest["id"]) == ["iris:2"]
    assert found(name="nothing") == []
    assert found(id="0" * 32) == []


def test_more_than_a_page_of_models_is_found(account: Workbench) -> None:
    owner = {"generation": "account", "subscription": "00000000-0000-0000-0000-000000000000", "resourceGroup": "local"}
    model = {"name": "iris", "url": "https://example.com/iris.pkl", "mimeType": "application/json"}
    seed = {"account": {**owner, "name": account.account}, "models": [model], "copies": 300}
    account.server.control("POST", "seed", seed)
    assert len(account.ok("mms_model_info").result["models"]) == 300


def test_what_hangs_together_is_found(account: Workbench, tmp_path: Path) -> None:
    BY_MODULE["mms_service"].prepare(account, tmp_path)
    service = account.ok("mms_service", name="iris", image=image_id(account), **service_options(account)).result[
        "service"
    ]
    model_id, manifest_id, image = service["model_ids"][0], service["manifest_id"], service["image_id"]

    def count(kind: str, **filters: Any) -> int:
        return len(account.ok(f"mms_{kind}_info", **filters).result[f"{kind}s"])

    assert count("manifest", model_id=model_id) == 1
    assert count("manifest", model_id="0" * 32) == 0
    assert count("image", manifest_id=manifest_id) == count("image", manifest_name="iris") == 1
    assert count("image", manifest_name="rose") == 0
    for filters in (
        {"model_id": model_id},
        {"model_name": "iris"},
        {"manifest_id": manifest_id},
        {"manifest_name": "iris"},
        {"image_id": image},
        {"compute_resource_id": CLUSTER.lower()},
        {"name": "iris"},
        {"id": service["id"]},
    ):
        assert count("service", **filters) == 1, filters
    assert count("service", model_name="rose") == 0
    other = image_id(account, "another")
    account.ok("mms_service", name="iris", image=other)
    history = account.ok("mms_deployment_info", service="iris").result["deployments"]
    assert sorted(entry["image_id"] for entry in history) == sorted((image, other))
    assert [entry["image_id"] for entry in history if entry["expired_at"] is None] == [other]
    assert account.ok("mms_deployment_info", id=history[0]["id"]).result["deployments"] == [history[0]]
    assert account.ok("mms_deployment_info", service="rose").result["deployments"] == []


def test_keys_are_read_and_regenerated_once(bench: Workbench, tmp_path: Path) -> None:
    BY_MODULE["mms_service"].prepare(bench, tmp_path)
    bench.ok("mms_service", **BY_MODULE["mms_service"].first(bench, tmp_path))
    read = bench.ok("mms_service_keys", service="iris")
    assert not read.result["changed"]
    assert read.writes == []
    old = read.result["service_keys"]["primary"]
    condition = {"service": "iris", "regenerate": "primary", "if_equals": old}
    check = bench.ok("mms_service_keys", check=True, **condition)
    assert check.result["changed"]
    assert check.writes == []
    assert old not in json.dumps(check.result["diff"])
    replaced = bench.ok("mms_service_keys", **condition)
    assert replaced.result["changed"]
    assert replaced.result["service_keys"]["primary"] != old
    assert replaced.result["service_keys"]["secondary"] == read.result["service_keys"]["secondary"]
    assert not bench.ok("mms_service_keys", **condition).result["changed"]
    assert bench.ok("mms_service_keys", service="iris", regenerate="secondary").result["changed"]


def test_keys_are_rotated_by_age(account: Workbench, tmp_path: Path) -> None:
    BY_MODULE["mms_service"].prepare(account, tmp_path)
    account.ok("mms_service", **BY_MODULE["mms_service"].first(account, tmp_path))
    record = tmp_path / "records" / "keys.json"
    rotation = {"service": "iris", "regenerate": "secondary", "record": str(record)}
    assert not account.ok("mms_service_keys", older_than="1h", **rotation).result["changed"]
    rotated = account.ok("mms_service_keys", older_than="0s", **rotation)
    assert rotated.result["changed"]
    assert not account.ok("mms_service_keys", older_than="1h", **rotation).result["changed"]
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    assert rotated.result["service_keys"]["secondary"] not in record.read_text(encoding="utf-8")
    # A month later:
    remembered = json.loads(record.read_text(encoding="utf-8"))
    aged = {name: {key: since - 30 * 86400 for key, since in keys.items()} for name, keys in remembered.items()}
    record.write_text(json.dumps(aged), encoding="utf-8")
    assert account.ok("mms_service_keys", older_than="2w", **rotation).result["changed"]


@pytest.mark.parametrize("damage", ["no JSON", "[]"])
def test_a_damaged_record_is_not_taken_for_an_empty_one(damage: str, account: Workbench, tmp_path: Path) -> None:
    BY_MODULE["mms_service"].prepare(account, tmp_path)
    account.ok("mms_service", **BY_MODULE["mms_service"].first(account, tmp_path))
    (tmp_path / "keys.json").write_text(damage, encoding="utf-8")
    options = {"service": "iris", "regenerate": "primary", "older_than": "1h", "record": str(tmp_path / "keys.json")}
    run = account.run("mms_service_keys", **options)
    assert run.result["failure"]["code"] == "InvalidInput"
    assert "keys.json" in run.result["msg"]


@pytest.mark.parametrize("api_version", [ACCOUNT, HOSTING], ids=["account", "hosting-account"], indirect=True)
def test_an_account_is_created_changed_and_deleted(bench: Workbench) -> None:
    wanted = {"location": "eastus2", "sku_name": "S1", "tags": {"team": "flowers"}}
    check = bench.ok("mms_account", check=True, **wanted)
    assert check.result["changed"]
    assert check.writes == []
    created = bench.ok("mms_account", **wanted)
    assert created.result["action"] == "create"
    assert created.result["account"]["url"].endswith(f"/{bench.account}")
    assert not bench.ok("mms_account", **{**wanted, "location": "East US 2"}).result["changed"]
    changed = bench.ok("mms_account", description="for flowers")
    assert changed.result["changes"] == {"description": {"before": "", "after": "for flowers"}}
    assert changed.result["account"]["tags"] == {"team": "flowers"}
    moved = bench.run("mms_account", location="westcentralus")
    assert moved.result["failure"]["code"] == "NotSupported"
    found = bench.ok("mms_account_info").result["accounts"]
    assert [account["description"] for account in found] == ["for flowers"]
    everywhere = bench.ok("mms_account_info", scope="subscription").result["accounts"]
    assert bench.account in [account["name"] for account in everywhere]
    assert bench.ok("mms_account", state="absent").result["changed"]
    assert not bench.ok("mms_account", state="absent").result["changed"]


def test_the_address_of_an_account_is_found_out(account: Workbench) -> None:
    account.ok("mms_account", location="eastus2", sku_name="S1")
    found = account.ok("mms_model_info", api_url=" ")
    assert found.methods == ["GET", "GET"]
    account.account = "nobody"
    check = account.ok("mms_model", check=True, api_url=" ", name="iris", url="https://example.com/iris")
    assert check.result["changed"]
    run = account.run("mms_model_info", api_url=" ")
    assert run.result["failure"]["code"] == "NotFound"
    assert "mms_account" in run.result["msg"]


def test_an_account_with_services_is_not_deleted_by_accident(account: Workbench, tmp_path: Path) -> None:
    account.ok("mms_account", location="eastus2", sku_name="S1")
    BY_MODULE["mms_service"].prepare(account, tmp_path)
    account.ok("mms_service", **BY_MODULE["mms_service"].first(account, tmp_path))
    kept = account.run("mms_account", state="absent")
    assert kept.result["failure"]["code"] == "InUse"
    assert "iris" in kept.result["msg"]
    assert kept.writes == []
    assert account.ok("mms_account", state="absent", force=True).result["changed"]


def test_many_operations_are_waited_for_with_few_requests(account: Workbench, tmp_path: Path) -> None:
    account.ok("mms_manifest", name="iris", driver=driver(tmp_path))
    account.fault("images.create", "stuck", count=1)
    options = {**image_options(account), "wait": False}
    ids = [account.ok("mms_image", **{**options, "name": f"i{one}"}).result["operation"]["id"] for one in range(8)]
    account.server.control("DELETE", "faults")
    run = account.ok("mms_operation_info", operation_ids=ids, wait=True, poll_interval=0.05)
    assert [operation["id"] for operation in run.result["operations"]] == ids
    assert {operation["state"] for operation in run.result["operations"]} == {"Succeeded"}
    assert len(run.requests) <= len(ids) + 5
    assert account.api_version == ACCOUNT


def test_the_log_of_a_service_is_read_by_name_and_by_id_and_outlives_it(bench: Workbench, tmp_path: Path) -> None:
    BY_MODULE["mms_service"].prepare(bench, tmp_path)
    service = bench.ok("mms_service", name="iris", image=image_id(bench), **service_options(bench)).result["service"]
    for name in ("iris", service["id"]):
        run = bench.ok("mms_service_logs", service=name)
        assert run.result["changed"] is False
        assert run.result["removed_at"] is None
        assert run.result["content"].splitlines() == run.result["lines"]
    bench.ok("mms_service", name="iris", state="absent")
    left = bench.ok("mms_service_logs", service="iris", tail=1).result
    assert left["lines"] == ["Nothing is started: the server runs with --compute none"]
    assert left["removed_at"]
    refused = bench.run("mms_service_logs", service="rose").result
    assert refused["failure"]["code"] == "NotFound"
    assert "no log of a service 'rose'" in refused["msg"]
    assert bench.run("mms_service_logs", service="iris", tail=0).result["failure"]["code"] == "InvalidInput"
