# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is true of every file in the repository: its licence, and what it must not speak of."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMENTED = {".cfg", ".css", ".html", ".ini", ".j2", ".js", ".mk", ".py", ".sh", ".toml", ".yaml", ".yml"}
HEADER_LINES = 10
WITHOUT_HEADER = {"changelogs/changelog.yaml"}  # made by antsibull-changelog
HOLDERS = re.compile(r"(SPDX-FileCopyrightText:|Copyright \(c\)) 2026 azureml\.model_management contributors")
LICENCE = re.compile("SPDX-License" + r"-Identifier: ([\w.-]+)")  # in two parts: this line states no licence

FORBIDDEN = {
    "a home folder of somebody": re.compile(r"(?<![\w.~])/(?:root|home/(?!me\b|runner\b|user\b|<)\w+)/"),
    "a package index of somebody": re.compile(
        r"--(?:extra-)?index-url[= ](?!https?://(?:host|pypi\.(?:python\.)?org)/|\{)"
    ),
    "a licence file that is not here": re.compile(r"see (?:LICENSES/|COPYING)"),
    "an unfinished place": re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b"),
    "an ignored finding": re.compile(r"#\s*(?:type:\s*ig" + r"nore|no" + r"qa|no" + r"sec|pylint:\s*dis" + r"able)"),
}


def listed_files() -> list[str]:
    """The files that git knows or would know, as paths from the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in set(listed.split("\0")) if name and (ROOT / name).is_file())


FILES = listed_files()


def text_of(name: str) -> str:
    """The file's text; empty for a file that is not text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@pytest.mark.parametrize("name", [name for name in FILES if Path(name).suffix in COMMENTED])
def test_a_source_file_names_holders_and_licence_at_its_top(name: str) -> None:
    text = text_of(name)
    if name in WITHOUT_HEADER or not text.strip():
        return
    top = "\n".join(text.splitlines()[:HEADER_LINES])
    assert HOLDERS.search(top)
    assert LICENCE.findall(top) == ["Apache-2.0" if name.startswith("server/") else "GPL-3.0-or-later"]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_speaks_of(what: str) -> None:
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name in FILES
        for number, line in enumerate(text_of(name).splitlines(), start=1)
        if FORBIDDEN[what].search(line)
    ]
    assert not found, "\n".join([f"{what}:", *found])


def test_nothing_is_excused_from_sanity_tests() -> None:
    assert not [name for name in FILES if re.match(r"tests/sanity/ignore-.*\.txt$", name)]
