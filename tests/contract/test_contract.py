# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract that every resource module keeps, in both generations and through both shells."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import HOSTING, Run, Workbench, flat
from scenarios import SCENARIOS, Scenario

pytestmark = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.module)


def told(run: Run) -> None:
    """The diff has something to show exactly when there is a change."""
    diff = run.result["diff"]
    assert (diff["before"] != diff["after"]) == run.result["changed"], diff


def foretold(check: Run, real: Run, key: str) -> None:
    """Check mode tells what will be, but for what only the service can know."""
    assert check.result.keys() == real.result.keys()
    expected = {name: leaf for name, leaf in flat(check.result[key]).items() if leaf is not None}
    actual = flat(real.result[key])
    # The older generation does not tell how unpack was set, nor the names of images.
    assert {name: actual[name] for name in expected if actual[name] is not None} == {
        name: leaf for name, leaf in expected.items() if actual[name] is not None
    }
    assert check.result["changes"] == real.result["changes"]
    assert check.result["diff"] == real.result["diff"]


def test_a_resource_is_made_once_changed_once_and_deleted_once(
    scenario: Scenario, bench: Workbench, tmp_path: Path
) -> None:
    scenario.prepare(bench, tmp_path)
    first = scenario.first(bench, tmp_path)

    check = bench.ok(scenario.module, check=True, **first)
    assert check.result["changed"]
    assert check.writes == []
    told(check)

    created = bench.ok(scenario.module, **first)
    assert created.result["changed"]
    assert created.result["action"] == "create"
    assert created.result[scenario.key]["id"]
    told(created)
    foretold(check, created, scenario.key)

    again = bench.ok(scenario.module, **first)
    assert not again.result["changed"]
    assert again.result[scenario.key] == created.result[scenario.key]
    assert set(again.methods) == {"GET"}
    assert len(again.requests) <= scenario.most_requests
    told(again)

    second = scenario.second(bench, tmp_path)
    check = bench.ok(scenario.module, check=True, **second)
    assert check.result["changed"]
    assert check.writes == []
    told(check)

    changed = bench.ok(scenario.module, **second)
    assert changed.result["action"] == ("create" if scenario.versioned else "update")
    assert changed.result["changes"]
    assert (changed.result[scenario.key]["id"] != created.result[scenario.key]["id"]) == scenario.versioned
    told(changed)
    foretold(check, changed, scenario.key)

    again = bench.ok(scenario.module, **second)
    assert not again.result["changed"]
    assert set(again.methods) == {"GET"}


def test_a_resource_is_deleted_once_or_not_at_all(scenario: Scenario, bench: Workbench, tmp_path: Path) -> None:
    scenario.prepare(bench, tmp_path)
    made = bench.ok(scenario.module, **scenario.first(bench, tmp_path))
    if scenario.versioned and bench.api_version == HOSTING:
        stays(bench, scenario, made.result[scenario.key]["id"])
    else:
        goes(bench, scenario)


def goes(bench: Workbench, scenario: Scenario) -> None:
    removal = {"name": "iris", "state": "absent"}
    check = bench.ok(scenario.module, check=True, **removal)
    assert check.result["changed"]
    assert check.writes == []
    told(check)

    deleted = bench.ok(scenario.module, **removal)
    assert deleted.result["changed"]
    assert deleted.result[scenario.key] is None
    told(deleted)
    foretold(check, deleted, scenario.key)

    again = bench.ok(scenario.module, **removal)
    assert not again.result["changed"]
    assert again.result.keys() == deleted.result.keys()
    assert set(again.methods) == {"GET"}


def stays(bench: Workbench, scenario: Scenario, resource_id: str) -> None:
    """The older generation has no DELETE for it."""
    refused = bench.run(scenario.module, state="absent", id=resource_id)
    assert refused.result["failed"]
    assert refused.result["failure"]["code"] == "NotSupported"
    assert "2017-06-01-privatepreview" in refused.result["msg"]
    assert refused.writes == []
