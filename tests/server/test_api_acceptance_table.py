# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The acceptance table of the protocol's documentation names tests that exist, for every row."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE.parents[1] / "server/docs/protocol.md"


def test_every_row_names_tests_that_exist() -> None:
    rows = re.findall(r"^\| (\d+) \|.*$", TABLE.read_text("utf-8"), re.MULTILINE)
    of_workspaces = re.findall(r"^\| W(\d+) \|.*$", TABLE.read_text("utf-8"), re.MULTILINE)
    assert of_workspaces == [str(number) for number in range(1, 28)]
    assert rows == [str(number) for number in range(1, 22)]
    for line in TABLE.read_text("utf-8").splitlines():
        if re.match(r"\| W?\d+ \|", line):
            named = re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", line)
            assert named, line
            for file, test in named:
                assert f"def {test}" in (HERE / file).read_text("utf-8"), (file, test)


def test_every_reference_to_the_protocol_leads_to_a_chapter_of_it() -> None:
    text = TABLE.read_text("utf-8")
    known = set(re.findall(r"^#+ ([\d.]+?)\.? ", text, re.MULTILINE))
    known |= {f"7.1.{row}" for row in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    dangling = []
    for file in sorted((TABLE.parents[1] / "mms_local").rglob("*.py")):
        for reference in re.findall(r"\(protocol(?: chapters?)? ([^)]*)\)", file.read_text("utf-8"), re.IGNORECASE):
            named = re.findall(r"\d+(?:\.\d+)*", reference)
            dangling += [f"{file.name}: {one}" for one in named if one not in known]
    assert dangling == []
