# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages that people read, and what they print as code."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs/docsite/rst"
PAGES = sorted(
    [
        *GUIDES.glob("*.rst"),
        *ROOT.glob("*.md"),
        *ROOT.glob("roles/*/README.md"),
        ROOT / "server/README.md",
        *ROOT.glob("server/docs/*.md"),
    ]
)
CHECKED = ("console", "json", "python", "yaml")
EXCERPT = "text"
"""The language of what is printed to be looked at: output, drawings, layers."""

_RST = re.compile(r"^( *)\.\. code-block::(.*)\n((?:\1 +:.*\n)*)((?:[ \t]*\n|\1 +.*\n)+)", re.MULTILINE)
_LITERAL = re.compile(r"^(?! *\.\. ).*[^:\s]?::\n[ \t]*\n( +\S)", re.MULTILINE)
_FENCED = re.compile(r"^( *)```(.*)\n((?:.*\n)*?)\1```$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of code: where it is, its language ("" when none is said), its caption, its text."""

    page: Path
    line: int
    language: str
    caption: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page: Path, text: str | None = None) -> list[Block]:
    """All blocks of a page in their order."""
    text = f"{page.read_text('utf-8') if text is None else text}\n"
    found = []
    if page.suffix == ".rst":
        for match in _RST.finditer(text):
            caption = re.search(r":caption: *(.*)", match[3])
            found.append((match.start(), match[2].strip(), caption[1].strip() if caption else "", match[4]))
        found += [(match.start(), "", "", match[1]) for match in _LITERAL.finditer(text)]
    else:
        found += [(match.start(), match[2].strip(), "", match[3]) for match in _FENCED.finditer(text)]
    return [
        Block(page, text.count("\n", 0, start) + 1, language, caption, textwrap.dedent(code).strip("\n") + "\n")
        for start, language, caption, code in sorted(found)
    ]


def commands_of(block: Block) -> list[str]:
    """The commands that a console block says to type, each with the indented lines that go on with it."""
    typed = re.findall(r"^\$ (.*(?:\n {2,}.*)*)$", block.text, re.MULTILINE)
    return [str(command) for command in typed]


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
