# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every reference to the protocol leads somewhere: to a number on the site's page, or the server's."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NUMBER = r"[A-Z]?\d+(?:\.\d+)*"
REFERENCE = re.compile(rf"\bprotocol (?:chapters? )?({NUMBER}(?:(?:, | and | to ){NUMBER})*)", re.IGNORECASE)
TEXTS = {".py", ".yml", ".md", ".rst", ".j2", ".js", ".html", ".css", ".toml", ".sh"}


def page_of_the_site() -> set[str]:
    """The numbers on the page of the documentation site; the rows of its table are 7.2.1 and so on."""
    page = (ROOT / "docs/docsite/rst/protocol_checklist.rst").read_text(encoding="utf-8")
    rows = {f"7.2.{row}" for row in re.findall(r"^   \* - (\d+)$", page, re.MULTILINE)}
    return rows | set(re.findall(rf"^\*\*({NUMBER})\*\* ", page, re.MULTILINE))


def page_of_the_server() -> set[str]:
    """The chapters of the server's own page; the rows of its first table are 7.1.1 and so on, of its second 7.2.W1."""
    page = (ROOT / "server/docs/protocol.md").read_text(encoding="utf-8")
    rows = {f"7.1.{row}" for row in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    return rows | set(re.findall(r"^#+ ([\d.]+?)\.? ", page, re.MULTILINE))


PAGES = {"client": page_of_the_site(), "server": page_of_the_server()}
FOLDERS = {
    "client": ("plugins", "roles", "playbooks", "docs", "tests/unit", "tests/contract", "tests/roles", "README.md"),
    "server": ("server", "tests/server", "tests/workspace_sdk", "tests/kubernetes"),
}


def referring() -> list[tuple[str, str]]:
    """Each file that refers to the protocol, and whose page it means."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [
        (whose, name)
        for name in sorted(listed.split("\0"))
        for whose, folders in FOLDERS.items()
        if name.startswith(folders) and Path(name).suffix in TEXTS and (ROOT / name).is_file() and references(name)
    ]


def references(name: str) -> set[str]:
    """The numbers that a file refers to."""
    text = " ".join((ROOT / name).read_text(encoding="utf-8").split())
    return {number for words in REFERENCE.findall(text) for number in re.findall(NUMBER, words)}


def test_the_pages_have_numbers_and_files_refer_to_them() -> None:
    assert {"2.1", "2.3.2", "3", "7.2", "7.2.15"} <= PAGES["client"]
    assert {"2.1", "2.3.2", "3", "7.2", "7.1.15"} <= PAGES["server"]
    assert {"plugins", "server", "tests"} <= {name.split("/")[0] for _whose, name in referring()}


@pytest.mark.parametrize(("whose", "name"), referring())
def test_a_reference_to_the_protocol_leads_somewhere(whose: str, name: str) -> None:
    assert references(name) - PAGES[whose] == set()
