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
    assert rows == [str(number) for number in range(1, 22)]
    for line in TABLE.read_text("utf-8").splitlines():
        if re.match(r"\| \d+ \|", line):
            named = re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", line)
            assert named, line
            for file, test in named:
                assert f"def {test}" in (HERE / file).read_text("utf-8"), (file, test)
