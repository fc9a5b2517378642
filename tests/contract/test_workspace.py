# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the generation of workspaces has: discovery, patches, tags and properties, and images with their recipe."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import WORKSPACE, Workbench, new_account
from scenarios import SCENARIOS
from shells import as_module

from mms_local.testing import ServerProcess

BY_MODULE = {scenario.module: scenario for scenario in SCENARIOS}


@pytest.fixture
def workspace(server: ServerProcess) -> Workbench:
    """One shell, a workspace of its own."""
    return Workbench(server, as_module, WORKSPACE, new_account())


@pytest.fixture
def deployed(workspace: Workbench, tmp_path: Path) -> Workbench:
    """A workspace with a service."""
    scenario = BY_MODULE["mms_service"]
    scenario.prepare(workspace, tmp_path)
    workspace.ok("mms_service", **scenario.first(workspace, tmp_path))
    return workspace


def test_tags_and_properties_of_a_service_are_merged_and_never_wiped(deployed: Workbench) -> None:
    first = deployed.ok("mms_service", name="iris", tags={"team": "flowers"}, properties={"ticket": "7"})
    assert first.result["service"]["tags"] == {"team": "flowers"}
    second = deployed.ok("mms_service", name="iris", tags={"stage": "test"}, properties={"build": "8"})
    assert second.result["service"]["tags"] == {"team": "flowers", "stage": "test"}
    assert second.result["service"]["properties"].items() >= {"ticket": "7", "build": "8"}.items()
    assert not deployed.ok("mms_service", name="iris", tags={"team": "flowers"}).result["changed"]

    assert len(deployed.ok("mms_service_info", tag="team=flowers").result["services"]) == 1
    assert deployed.ok("mms_service_info", tag="team=trees").result["services"] == []
    assert len(deployed.ok("mms_service_info", property="build").result["services"]) == 1


def test_only_what_differs_is_patched(deployed: Workbench) -> None:
    changed = deployed.ok(
        "mms_service",
        name="iris",
        description="for flowers",
        scoring_timeout=5000,
        liveness_probe={"period": 20},
        resources={"memory": "512Mi"},
    )
    service = changed.result["service"]
    assert (service["description"], service["scoring_timeout"]) == ("for flowers", 5000)
    assert (service["liveness_probe"]["period"], service["resources"]["memory"]) == (20, "0.5Gi")
    assert changed.writes == ["services.update"]
    assert not deployed.ok("mms_service", name="iris", resources={"memory": "0.5Gi"}).result["changed"]


@pytest.mark.parametrize("check", [True, False], ids=["check", "real"])
def test_a_property_and_a_compute_cannot_be_changed(deployed: Workbench, check: bool) -> None:
    deployed.ok("mms_service", name="iris", properties={"ticket": "7"})
    moved = deployed.run("mms_service", name="iris", compute={"type": "aks", "name": "other"}, check=check)
    assert "cannot change this: compute.name is 'demo' and is to be 'other'" in moved.result["msg"]
    rewritten = deployed.run("mms_service", name="iris", properties={"ticket": "8"}, check=check)
    assert "cannot change this: properties" in rewritten.result["msg"]
    assert rewritten.writes == moved.writes == []


@pytest.mark.parametrize("check", [True, False], ids=["check", "real"])
def test_a_service_needs_a_compute(deployed: Workbench, check: bool) -> None:
    refused = deployed.run("mms_service", name="other", image="iris", check=check)
    assert "compute must be given for a service" in refused.result["msg"]
    assert refused.writes == []


def test_a_container_instance_asks_for_a_key_unless_told_otherwise(deployed: Workbench) -> None:
    for name, more, expected in (("closed", {}, True), ("open", {"auth_enabled": False}, False)):
        made = deployed.ok("mms_service", name=name, image="iris", compute={"type": "aci"}, **more)
        assert made.result["service"]["auth_enabled"] is expected
        assert made.result["service"]["compute"] == {"type": "aci", "name": None}


def test_models_are_found_by_tag_and_property(workspace: Workbench) -> None:
    model = {"name": "iris", "url": "https://example.com/iris.pkl", "tags": ["stage=test", "demo"]}
    made = workspace.ok("mms_model", **model, properties={"run": "7"})
    assert made.result["model"]["id"] == "iris:1"
    assert sorted(made.result["model"]["tags"]) == ["demo", "stage=test"]
    assert not workspace.ok("mms_model", **model).result["changed"]
    assert len(workspace.ok("mms_model_info", tag="stage").result["models"]) == 1
    assert len(workspace.ok("mms_model_info", property="run=7").result["models"]) == 1
    assert workspace.ok("mms_model_info", property="run=8").result["models"] == []


@pytest.mark.parametrize(
    ("module", "holder"), [("mms_model", "image iris:1"), ("mms_image", "service iris")], ids=["model", "image"]
)
def test_what_is_in_use_is_not_deleted_and_its_users_are_named(deployed: Workbench, module: str, holder: str) -> None:
    refused = deployed.run(module, name="iris", state="absent")
    assert refused.result["failure"]["code"] == "InUse"
    assert holder in refused.result["msg"]


def test_the_address_is_in_the_discovery_document(workspace: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZUREML_MMS_API_URL")
    unknown = workspace.run("mms_model_info")
    assert f"Workspace {workspace.account!r} does not exist in resource group" in unknown.result["msg"]
    assert "mms_account" not in unknown.result["msg"]


def test_options_of_other_generations_are_refused_by_name(workspace: Workbench, account: Workbench) -> None:
    refused = workspace.run("mms_service", name="iris", image="iris", pull_secret="s", check=True)
    assert "pull_secret does not exist for a service in api_version v1.0" in refused.result["msg"]
    refused = account.run("mms_service", name="iris", image="iris", tags={"a": "b"}, check=True)
    assert (
        "tags does not exist for a service in api_version 2017-09-01-preview; only v1.0 has it" in refused.result["msg"]
    )


def test_a_name_that_only_other_generations_allow_is_refused(workspace: Workbench, tmp_path: Path) -> None:
    BY_MODULE["mms_service"].prepare(workspace, tmp_path)
    options = {**BY_MODULE["mms_service"].first(workspace, tmp_path), "name": "iris.1"}
    assert "begins with a letter" in workspace.run("mms_service", **options).result["msg"]
