# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the summary of `make test` says: true to what happened, and silent about nothing."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PASSED = '<testcase name="a"/>'
FAILED = '<testcase name="b"><failure message="no"/></testcase>'
BROKEN = '<testcase name="c"><error message="no"/></testcase>'
SKIPPED = '<testcase name="d"><skipped message="no browser here"/></testcase>'


@pytest.fixture
def tiers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The tier runner, with a cache of its own."""
    specification = importlib.util.spec_from_file_location("tiers", ROOT / ".ci/tiers.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, "tiers", module)
    specification.loader.exec_module(module)
    monkeypatch.setattr(module, "CACHE", tmp_path)
    return module


def reported(tiers: ModuleType, *cases: str) -> object:
    """A tier that has left a report with these test cases."""
    tier = tiers.Tier("server", "server", "3.11", ("tier",))
    if cases:
        tier.reports.mkdir(parents=True)
        report = f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"
        (tier.reports / "pytest.xml").write_text(report, encoding="utf-8")
    return tier


@pytest.mark.parametrize(
    ("cases", "succeeded", "in_ci", "verdict", "counts"),
    [
        ([PASSED, PASSED], True, False, "passed", (2, 0, 0)),
        ([PASSED, FAILED, BROKEN], False, False, "failed", (1, 2, 0)),
        ([PASSED, SKIPPED], True, False, "passed", (1, 0, 1)),
        ([PASSED, SKIPPED], True, True, "failed", (1, 1, 1)),
        ([PASSED], False, False, "failed", (1, 1, 0)),
        ([], True, True, "passed", (1, 0, 0)),
        ([], False, False, "failed", (0, 1, 0)),
    ],
    ids=[
        "all pass",
        "some fail",
        "one skips",
        "one skips in CI",
        "the end fails",
        "no report",
        "no report, no success",
    ],
)
def test_a_tier_is_judged_by_its_status_and_its_report(
    tiers: ModuleType, cases: list[str], succeeded: bool, in_ci: bool, verdict: str, counts: tuple[int, int, int]
) -> None:
    result = tiers.judged(reported(tiers, *cases), succeeded, 1.0, in_ci=in_ci)
    assert (result.verdict, result.passed, result.failed, result.skipped) == (verdict, *counts)


def test_the_summary_names_what_was_left_out_and_ends_with_the_totals(tiers: ModuleType) -> None:
    one = tiers.judged(reported(tiers, PASSED, SKIPPED, SKIPPED), True, 1.0, in_ci=False)
    other = tiers.Result("lint", "failed", 61.4, 0, 1, 0)
    lines = tiers.summary([one, other, tiers.LEFT_OUT]).splitlines()
    assert "SKIPPED TESTS: 2 of tier server because: no browser here" in lines
    assert any(line.startswith("SKIPPED TIER: kubernetes") and "make test-kubernetes" in line for line in lines)
    assert lines[-1] == "1 passed, 1 failed, 3 skipped"


def test_a_name_stands_for_all_variants_of_a_tier(tiers: ModuleType) -> None:
    all_tiers = [tiers.Tier(f"unit({core})", "unit", "3.11", ("tier",)) for core in ("2.16", "2.19")]
    all_tiers.append(tiers.Tier("bench", "bench", "3.11", ()))
    assert tiers.chosen(all_tiers, ["unit"]) == all_tiers[:2]
    assert tiers.chosen(all_tiers, []) == all_tiers[:2]
    with pytest.raises(SystemExit, match=r"No such tier: units\. There are: unit\(2\.16\)"):
        tiers.chosen(all_tiers, ["units"])
