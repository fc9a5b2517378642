# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every reference to the protocol leads somewhere: to a number on the protocol page of the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/docsite/rst/protocol_checklist.rst").read_text(encoding="utf-8")
NUMBER = r"[A-Z]?\d+(?:\.\d+)*"
REFERENCE = re.compile(rf"\bprotocol ({NUMBER}(?:(?:, | and | to ){NUMBER})*)", re.IGNORECASE)
REFERRING = [
    path
    for folder in ("plugins", "roles", "playbooks", "docs")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".yml", ".md", ".rst", ".j2"} and REFERENCE.search(path.read_text(encoding="utf-8"))
]


def anchors() -> set[str]:
    """The numbers on the page; the rows of its table are 7.2.1 and so on."""
    rows = {f"7.2.{row}" for row in re.findall(r"^   \* - (\d+)$", PAGE, re.MULTILINE)}
    return rows | set(re.findall(rf"^\*\*({NUMBER})\*\* ", PAGE, re.MULTILINE))


def test_the_page_has_numbers() -> None:
    assert {"2.1", "2.3.2", "3", "7.2", "7.2.15"} <= anchors()


@pytest.mark.parametrize("path", REFERRING, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_reference_to_the_protocol_leads_somewhere(path: Path) -> None:
    referred = {
        number
        for words in REFERENCE.findall(" ".join(path.read_text(encoding="utf-8").split()))
        for number in re.findall(NUMBER, words)
    }
    assert referred - anchors() == set()
