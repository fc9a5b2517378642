# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the generation of workspaces has: discovery, patches, tags and properties, and images with their recipe."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from conftest import WORKSPACE, Workbench, new_account
from issued import token_for
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


IN_USE = pytest.mark.parametrize(
    ("module", "holder"),
    [("mms_model", "manifest iris:1, image iris:1"), ("mms_image", "service iris")],
    ids=["model", "image"],
)


@IN_USE
def test_what_is_in_use_is_not_deleted_and_its_users_are_named(deployed: Workbench, module: str, holder: str) -> None:
    refused = deployed.run(module, name="iris", state="absent")
    assert refused.result["failure"]["code"] == "InUse"
    assert f"iris:1 is used by {holder}." in refused.result["msg"]


@IN_USE
def test_in_check_mode_what_is_in_use_is_a_warning(
    deployed: Workbench, module: str, holder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    foreseen = deployed.ok(module, name="iris", state="absent", check=True)
    assert foreseen.result["changed"]
    assert f"iris:1 is used by {holder}. In check mode" in " ".join(capsys.readouterr().err.split())


CHECK = pytest.mark.parametrize("check", [True, False], ids=["check", "real"])
MODEL = {"name": "iris", "url": "https://example.com/iris.pkl"}


@pytest.fixture
def by_discovery(workspace: Workbench, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """A workspace whose address nobody tells but Resource Manager and the discovery document."""
    monkeypatch.delenv("AZUREML_MMS_API_URL")
    names = workspace.server.environment
    group = f"/subscriptions/{names['AZURE_SUBSCRIPTION_ID']}/resourceGroups/{names['AZURE_RESOURCE_GROUP']}"
    requests.put(
        f"{workspace.server.url}{group}/providers/Microsoft.MachineLearningServices/workspaces/{workspace.account}",
        json={"location": "westeurope"},
        params={"api-version": "2019-11-01"},
        headers={"Authorization": "Bearer t"},
        timeout=30,
    ).raise_for_status()
    return workspace


@CHECK
def test_the_address_is_in_the_discovery_document(by_discovery: Workbench, check: bool) -> None:
    made = by_discovery.ok("mms_model", **MODEL, check=check)
    assert made.result["changed"]
    assert [entry["operation"] for entry in made.requests][:2] == ["arm.get", "discovery.get"]


@CHECK
def test_a_workspace_that_there_is_not_is_named(
    by_discovery: Workbench, check: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    by_discovery.account = "no-such-workspace"
    unknown = by_discovery.run("mms_model", **MODEL, check=check)
    said = unknown.result.get("msg", "") + " ".join(capsys.readouterr().err.split())
    assert "Workspace 'no-such-workspace' does not exist in resource group" in said
    assert "mms_account" not in said
    assert unknown.result.get("failed", False) is not check
    assert unknown.writes == []


@CHECK
def test_a_discovery_document_that_cannot_be_had_is_named(by_discovery: Workbench, check: bool) -> None:
    by_discovery.fault("discovery.get", "error")
    down = by_discovery.run("mms_model", **MODEL, check=check, retries=0)
    assert f"The discovery document of workspace {by_discovery.account!r}" in down.result["msg"]
    assert "Set api_url to reach the service directly." in down.result["msg"]
    assert down.writes == []


@CHECK
def test_a_token_for_another_audience_is_refused_with_both_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: bool
) -> None:
    with ServerProcess(tmp_path / "mms", "--auth", "checked", "--tls-port", "0") as server:
        names = server.environment
        token = token_for(server, "https://vault.azure.net/.default")
        monkeypatch.setenv("AZUREML_MMS_API_URL", server.url)
        bench = Workbench(server, as_module, WORKSPACE, "flowers")
        where = {"subscription_id": names["AZURE_SUBSCRIPTION_ID"], "resource_group": "g"}
        refused = bench.run("mms_model", **MODEL, **where, access_token=token, check=check)
        assert refused.result["failure"]["code"] == "Unauthorized"
        assert "the token is for https://vault.azure.net; accepted are " in refused.result["msg"]
        assert token not in str(refused.result)
        assert refused.writes == []


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
