# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions that stand in more than one file agree with each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[\w,-]+\])?==(?P<version>[^\s;#]+)", re.MULTILINE)
PINNED = sorted((ROOT / "requirements").glob("*.txt"))
ASKED = sorted((ROOT / "requirements").glob("*.in"))


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def pins(text: str) -> dict[str, set[str]]:
    """Versions by package; a package that differs by Python has several."""
    found: dict[str, set[str]] = {}
    for match in PIN.finditer(text):
        found.setdefault(match["name"].lower(), set()).add(match["version"])
    return found


def test_the_collection_and_the_local_mms_have_one_version() -> None:
    collection = yaml.safe_load(text_of("galaxy.yml"))["version"]
    server = re.search(r'^__version__ = "(.+)"$', text_of("server/mms_local/__init__.py"), re.MULTILINE)
    assert server is not None
    assert server[1] == collection


def test_the_oldest_ansible_core_under_test_is_the_one_that_is_promised() -> None:
    promised = yaml.safe_load(text_of("meta/runtime.yml"))["requires_ansible"]
    tested = [tuple(map(int, line.split("."))) for line in re.findall(r'\("?(\d\.\d+)"?, ', text_of(".ci/noxfile.py"))]
    assert promised == ">={}.{}.0".format(*min(tested))


def test_the_oldest_python_under_test_is_the_one_that_is_promised() -> None:
    promised = yaml.safe_load(text_of("tests/config.yml"))["modules"]["python_requires"]
    assert f'MODULE_FLOOR = "{promised.removeprefix(">=")}"' in text_of(".ci/noxfile.py")


def test_ansible_core_is_pinned_to_one_version_everywhere() -> None:
    primary = re.search(r'^PRIMARY_VERSION = "(.+)"$', text_of(".ci/noxfile.py"), re.MULTILINE)
    assert primary is not None
    pinned = {version for path in PINNED for version in pins(path.read_text(encoding="utf-8")).get("ansible-core", ())}
    assert pinned == {primary[1]}


@pytest.mark.parametrize("asked", ASKED, ids=lambda path: path.name)
def test_what_a_requirements_file_pins_by_hand_is_what_the_compiled_one_has(asked: Path) -> None:
    compiled = pins(asked.with_suffix(".txt").read_text(encoding="utf-8"))
    for name, versions in pins(asked.read_text(encoding="utf-8")).items():
        assert versions <= compiled[name], f"run requirements/compile: {name}"


@pytest.mark.security
@pytest.mark.parametrize("pinned", PINNED, ids=lambda path: path.name)
def test_every_installed_requirement_is_pinned_to_files_with_a_hash(pinned: Path) -> None:
    text = pinned.read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert [line[:80] for line in lines if not PIN.match(line) or "--hash=sha256:" not in line] == []
