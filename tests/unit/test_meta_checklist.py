# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table in the documentation of what the modules tolerate names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs/docsite/rst/protocol_checklist.rst").read_text(encoding="utf-8")


def test_the_table_has_all_rows() -> None:
    assert re.findall(r"^   \* - (\d+)$", TABLE, re.MULTILINE) == [str(row) for row in range(1, 16)]


def test_every_test_that_the_table_names_exists() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("tests/unit", "tests/contract")
        for path in (ROOT / folder).rglob("test_*.py")
    )
    named = re.findall(r"``(test_\w+)``", TABLE)
    assert len(named) > 20
    assert [name for name in named if f"def {name}(" not in sources] == []


def test_every_file_that_the_table_names_exists() -> None:
    for name in re.findall(r"``((?:[\w/]+/)?test_\w+\.py)``", TABLE):
        path = ROOT / name if "/" in name else ROOT / "tests/unit/plugins/module_utils" / name
        assert path.is_file(), name
