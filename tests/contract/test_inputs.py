# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users write into options: empty strings, empty files, names that nothing could refer to."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from conftest import CLUSTER, KUBECONFIG, Workbench
from scenarios import SCENARIOS, Scenario, specification


def emptied(spec: dict[str, Any], *, but: dict[str, Any]) -> dict[str, Any]:
    """All options that are not given, as AWX and variables that are not set give them."""
    return {name: "" for name in spec if name not in but}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.module)
def test_an_empty_string_changes_nothing(scenario: Scenario, bench: Workbench, tmp_path: Path) -> None:
    scenario.prepare(bench, tmp_path)
    options = scenario.first(bench, tmp_path)
    made = bench.ok(scenario.module, **options).result
    connection = {"api_version": "", "account_name": ""}
    empty = emptied(
        specification(scenario.module), but={**options, **connection, "poll_interval": 1, "wait_timeout": 1}
    )
    again = bench.ok(scenario.module, **options, **empty)
    assert not again.result["changed"], again.result["changes"]
    assert again.result[scenario.key] == made[scenario.key]
    assert again.writes == []


def test_an_empty_path_is_none(account: Workbench, driver_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(driver_file.parent)
    for module, options, missing in (
        ("mms_model", {"name": "iris", "path": ""}, "path, url"),
        ("mms_manifest", {"name": "iris", "driver": ""}, "driver"),
        ("mms_manifest", {"name": "iris", "driver": str(driver_file), "assets": [{"source": ""}]}, "source"),
        ("mms_score", {"service": "", "input": 1}, "service"),
        ("mms_operation_info", {"operation_ids": [""]}, "operation_ids"),
    ):
        run = account.run(module, **options)
        assert run.result["failed"], module
        assert missing in run.result["msg"]
        assert run.requests == []


def test_an_empty_media_type_makes_no_new_version(bench: Workbench, model_file: Path) -> None:
    first = bench.ok("mms_model", name="mime", path=str(model_file), mime_type="")
    assert first.result["changed"]
    assert not bench.ok("mms_model", name="mime", path=str(model_file), mime_type="").result["changed"]


def test_empty_files_are_taken(bench: Workbench, driver_file: Path, tmp_path: Path) -> None:
    (tmp_path / "__init__.py").touch()
    (tmp_path / "requirements.txt").touch()
    bench.ok("mms_model", name="empty", path=str(tmp_path / "__init__.py"))
    options = {
        "name": "iris",
        "driver": str(driver_file),
        "models": ["empty"],
        "assets": [{"source": str(tmp_path / "__init__.py")}],
        "pip_requirements": str(tmp_path / "requirements.txt"),
    }
    if bench.api_version.startswith("2017-06"):
        options["runtime_type"] = "SparkPython"
    assert bench.ok("mms_manifest", **options).result["changed"]
    assert not bench.ok("mms_manifest", **options).result["changed"]


@pytest.mark.parametrize("module", ["mms_model", "mms_manifest", "mms_image"])
def test_a_name_that_nothing_could_refer_to_is_refused(module: str, bench: Workbench, driver_file: Path) -> None:
    own: dict[str, Any] = {
        "mms_model": {"path": str(driver_file)},
        "mms_manifest": {"driver": str(driver_file), "models": ["m"]},
        "mms_image": {"manifest": "m"},
    }
    run = bench.run(module, name="a:1", **own[module])
    assert run.result["failure"]["code"] == "InvalidInput"
    assert "must not hold a colon" in run.result["msg"]
    assert run.requests == []


@pytest.mark.parametrize("name", ["a/b", "a\\b", "..", "a\tb"])
def test_a_model_name_that_is_no_folder_name_is_refused(name: str, bench: Workbench, driver_file: Path) -> None:
    run = bench.run("mms_model", name=name, path=str(driver_file))
    assert run.result["failure"]["code"] == "InvalidInput"
    assert "must be the name of a folder" in run.result["msg"]
    assert run.requests == []


@pytest.mark.security
def test_requirements_are_sent_flat_and_what_is_no_package_is_refused(
    bench: Workbench, driver_file: Path, model_file: Path, tmp_path: Path
) -> None:
    bench.ok("mms_model", name="m", path=str(model_file))
    (tmp_path / "requirements.txt").write_text("-r base.txt\npandas\n", encoding="utf-8")
    (tmp_path / "base.txt").write_text("numpy==1.26.4\n", encoding="utf-8")
    options = {
        "name": "iris",
        "driver": str(driver_file),
        "models": ["m"],
        "pip_requirements": str(tmp_path / "requirements.txt"),
        "runtime_type": "SparkPython",
    }
    made = bench.ok("mms_manifest", **options).result["manifest"]
    digest = hashlib.sha256(b"numpy==1.26.4\npandas\n").hexdigest()
    assert made["pip_requirements"].endswith(f"{digest}/requirements.txt")
    assert not bench.ok("mms_manifest", **options).result["changed"]
    (tmp_path / "base.txt").write_text("git+https://user:hidden@h/x\n-e .\n", encoding="utf-8")
    refused = bench.run("mms_manifest", **options)
    assert refused.requests == []
    assert refused.result["msg"].count("base.txt, line ") == 2
    assert "hidden" not in str(refused.result)


def test_one_description_says_its_place_to_all_generations(bench: Workbench, tmp_path: Path) -> None:
    next(one for one in SCENARIOS if one.module == "mms_image").prepare(bench, tmp_path)
    registry = {"registry_location": "r.test", "registry_user": "u", "registry_password": "p"}
    options = {"name": "iris", "manifest": "iris", "compute_resource_id": CLUSTER, **registry}
    image = bench.ok("mms_image", **options).result["image"]
    place = {"compute_resource_id": CLUSTER, "kubeconfig": KUBECONFIG, "pull_secret": "registry-pull"}
    assert bench.ok("mms_service", name="iris", image=image["id"], **place).result["changed"]
    assert not bench.ok("mms_service", name="iris", image=image["id"], **place).result["changed"]
