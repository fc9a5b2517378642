# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes ``ansible_collections.azureml.model_management`` importable from a plain clone, and names the markers of tests.

Under ansible-test the clone already lies below a folder of that name. It has settings of pytest of its own, so that
markers in pyproject.toml would be unknown there.

Tests that carry the marker `case` end with a table of title, kind and verdict, which `.cache/reports` keeps.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

MARKERS = (
    "case(title, kind): a row of the table that its folder's tests end with",
    "slow: takes more than a few seconds; left out on the Pythons that are not the primary one",
    "security: shows that somebody cannot do what he must not; tier `security` runs these of all folders",
)
ROOT = Path(__file__).resolve().parents[1]
ROWS = pytest.StashKey[dict[str, tuple[str, str, str]]]()
"""Title, kind and verdict of the cases that ran, by the name of the test."""

if ROOT.parent.parent.name != "ansible_collections":
    tree = ROOT / ".cache" / "link"
    link = tree / "ansible_collections" / "azureml" / "model_management"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(ROOT, target_is_directory=True)
    sys.path.insert(0, str(tree))


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    config.stash[ROWS] = {}
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember what became of a case."""
    report = yield
    for marker in item.iter_markers("case"):
        if report.when == "call" or not report.passed:
            title, kind = marker.args
            item.config.stash[ROWS][report.nodeid] = (title, kind, report.outcome)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table of all cases, and write it where the reports of that folder's tests are: FOLDER/cases.md."""
    for folder in sorted({name.split("/")[1] for name in config.stash[ROWS]}):
        of_folder = [row for name, row in config.stash[ROWS].items() if name.split("/")[1] == folder]
        rows = sorted(of_folder, key=lambda row: (row[1], row[0]))
        kinds = len({kind for _title, kind, _verdict in rows})
        passed = sum(verdict == "passed" for _title, _kind, verdict in rows)
        lines = ["| Case | Kind | Verdict |", "| --- | --- | --- |"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
        lines += ["", f"{passed} of {len(rows)} cases of {kinds} kinds passed."]
        table = ROOT / ".cache" / "reports" / folder / "cases.md"
        table.parent.mkdir(parents=True, exist_ok=True)
        table.write_text("\n".join(lines) + "\n", encoding="utf-8")
        terminalreporter.section(f"cases: {folder}")
        for line in lines:
            terminalreporter.write_line(line)
