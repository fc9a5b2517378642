# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of certification that no tool checks: README, requirements, metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml
from commands import ROOT
from packaging.requirements import Requirement

from mms_local import __version__

README = (ROOT / "README.md").read_text(encoding="utf-8")
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
SECTIONS = [
    "Description",
    "Requirements",
    "Installation",
    "Use cases",
    "Testing",
    "Contributing",
    "Support",
    "Release notes",
    "Related information",
    "License information",
]
COLLECTION_NAME = f"{GALAXY['namespace']}.{GALAXY['name']}"
LINK = re.compile(r"\]\(([^)]+)\)")


def addresses() -> Iterator[str]:
    """All links of pages that people see outside of the repository, and the addresses of the metadata."""
    yield from LINK.findall(README)
    yield from (value for value in GALAXY.values() if isinstance(value, str) and "://" in value)


@pytest.mark.case("its sections, in the order of the template", "README")
def test_the_readme_has_the_sections_of_the_template_in_their_order() -> None:
    assert re.findall(r"^## (.+)$", README, re.MULTILINE) == SECTIONS


@pytest.mark.case("every link is a full address", "README")
def test_every_link_of_the_readme_is_a_full_address() -> None:
    assert [link for link in LINK.findall(README) if not link.startswith("https://")] == []


@pytest.mark.case("a link into the repository leads to a file that exists", "README")
def test_every_link_into_the_repository_leads_to_something() -> None:
    base = f"{GALAXY['repository']}/"
    inside = [link.removeprefix(base) for link in LINK.findall(README) if link.startswith(base)]
    paths = [re.sub(r"^(blob|tree)/main/", "", link) for link in inside if link.startswith(("blob/", "tree/"))]
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.case("one repository, named alike everywhere", "metadata")
def test_all_addresses_of_the_repository_begin_alike() -> None:
    base = GALAXY["repository"]
    assert [address for address in addresses() if COLLECTION_NAME in address and not address.startswith(base)] == []


@pytest.mark.case("no pip install of Ansible itself", "README")
def test_the_readme_installs_no_ansible() -> None:
    assert re.findall(r"pip3? install ansible(?:-core)?\b", README) == []


@pytest.mark.case("all addresses are there, and a licence", "metadata")
@pytest.mark.parametrize(
    "key", ["repository", "documentation", "homepage", "issues", "license_file", "tags", "authors"]
)
def test_the_metadata_is_complete(key: str) -> None:
    assert GALAXY[key]


@pytest.mark.case("the version is that of the local MMS", "metadata")
def test_the_version_is_a_released_one() -> None:
    assert GALAXY["version"] == __version__
    assert re.fullmatch(r"[1-9]\d*\.\d+\.\d+", GALAXY["version"])


@pytest.mark.case("Python packages without pins and upper bounds", "requirements")
def test_python_requirements_have_floors_alone() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert wanted
    assert [str(one) for one in wanted if {bound.operator for bound in one.specifier} != {">="}] == []


@pytest.mark.case("an execution environment is told of Python and system packages", "requirements")
def test_the_execution_environment_names_files_that_exist() -> None:
    named = yaml.safe_load((ROOT / "meta/execution-environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert sorted(named) == ["python", "system"]
    assert [name for name in named.values() if not (ROOT / name).is_file()] == []


@pytest.mark.case("nothing is excused from sanity tests", "sanity")
def test_there_are_no_ignore_files() -> None:
    assert list((ROOT / "tests").glob("sanity/ignore-*.txt")) == []
