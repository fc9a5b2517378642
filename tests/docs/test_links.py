# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links within the project lead somewhere. Others are listed in the report, and nobody is asked for them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from blocks import BLOCKS, EXCERPT, GUIDES, PAGES, ROOT

OURS = re.compile(
    r"https://github\.com/azureml-model-management/azureml\.model_management/(?:blob|tree)/main/([^)\s#>`]+)"
)
LABEL = re.compile(r"^\.\. _(ansible_collections\.azureml\.model_management\.docsite\.\w+):", re.MULTILINE)
REFERENCE = re.compile(r":ref:`(?:[^`<]*<)?(ansible_collections\.azureml\.model_management\.docsite\.\w+)")
LABELS = {label for page in GUIDES.glob("*.rst") for label in LABEL.findall(page.read_text("utf-8"))}
REPORT = ROOT / ".cache/reports/guides/guides.md"


def broken(page: Path, text: str) -> list[str]:
    """The links of a text, as it stands in this page, that lead to nothing of ours."""
    found = [target for target in OURS.findall(text) if not (ROOT / target).exists()]
    found += [label for label in REFERENCE.findall(text) if label not in LABELS]
    for target in re.findall(r"\]\(([^)\s]+)\)", text) if page.suffix == ".md" else ():
        path, _hash, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        place = page.parent / path if path else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            found.append(target)
    return found


def anchors(page: Path) -> set[str]:
    """The anchors that hosts of repositories make of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    assert broken(page, page.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "[a](nowhere.md)",
        "[a](README.md#nothing-of-that-name)",
        "https://github.com/azureml-model-management/azureml.model_management/blob/main/nowhere",
        ":ref:`ansible_collections.azureml.model_management.docsite.guide_nowhere`",
    ],
)
def test_a_link_that_leads_nowhere_is_found(text: str) -> None:
    assert broken(ROOT / "README.md", text) != []


def test_every_guide_is_in_the_contents() -> None:
    sections = yaml.safe_load((ROOT / "docs/docsite/extra-docs.yml").read_text("utf-8"))["sections"]
    listed = [name for section in sections for name in section["toctree"]]
    assert sorted(listed) == sorted(page.stem for page in GUIDES.glob("*.rst"))


def test_the_report_lists_pages_with_their_blocks_and_the_links_that_lead_elsewhere() -> None:
    rows = ["| Page | Blocks | Of these excerpts |", "| --- | ---: | ---: |"]
    elsewhere = set()
    for page in PAGES:
        own = [block for block in BLOCKS if block.page == page]
        excerpts = sum(block.language == EXCERPT for block in own)
        rows.append(f"| {page.relative_to(ROOT)} | {len(own)} | {excerpts} |")
        links = re.findall(r"https?://[^\s)>`\"'|,]+", page.read_text("utf-8"))
        elsewhere |= {link for link in links if not OURS.match(link)}
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    listed = "\n".join(f"- {link}" for link in sorted(elsewhere))
    REPORT.write_text("\n".join(rows) + f"\n\nLinks that lead elsewhere, not followed:\n\n{listed}\n", encoding="utf-8")
    assert len(rows) == len(PAGES) + 2
