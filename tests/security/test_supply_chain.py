# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the local MMS consists of is written down, and what is known to be weak is said; so is that nobody looked."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
FINE: dict[str, Any] = {"name": "a", "version": "1", "vulns": []}
WEAK: dict[str, Any] = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1"}, {"id": "CVE-2"}]}
UNKNOWN = {"name": "c", "skip_reason": "Dependency not found on PyPI"}


def asked() -> set[str]:
    """The packages that server/pyproject.toml asks for, those of its extras as well."""
    text = (ROOT / "server/pyproject.toml").read_text(encoding="utf-8")
    listed = re.findall(r"^(?:dependencies|identity|kubernetes) = \[(.*)\]$", text, re.MULTILINE)
    return {Requirement(one).name.lower() for line in listed for one in re.findall(r'"([^"]+)"', line)}


def test_the_bill_of_materials_lists_what_the_server_needs(tmp_path: Path) -> None:
    uv = shutil.which("uv") or str(ROOT / ".venv/bin/uv")
    pinned = re.search(r"^cyclonedx-bom==\S+", (ROOT / "requirements/dev.in").read_text("utf-8"), re.MULTILINE)
    assert pinned
    path = tmp_path / "mms-local.cdx.json"
    command = [
        uv,
        "run",
        "--no-project",
        "--quiet",
        "--with",
        pinned[0],
        "python",
        str(ROOT / ".ci/sbom.py"),
        str(path),
    ]
    subprocess.run(command, check=True, cwd=tmp_path, timeout=120)
    bill = json.loads(path.read_text("utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "mms-local"
    components = {one["name"].lower(): one for one in bill["components"]}
    assert len(asked()) >= 8
    assert asked() - set(components) == set()
    assert [name for name, one in components.items() if not one.get("version") or "purl" not in one] == []


@pytest.fixture
def audit() -> ModuleType:
    specification = importlib.util.spec_from_file_location("audit", ROOT / ".ci/audit.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("packages", "said", "well"),
    [
        ([FINE], "audited: 1 packages, no known vulnerability", True),
        ([FINE, WEAK, UNKNOWN], "KNOWN VULNERABILITIES: b 2: PYSEC-1, CVE-2", False),
        ([FINE, UNKNOWN], "NOT AUDITED: 1 of 2 packages are unknown to the service that was asked", True),
    ],
)
def test_an_audit_says_what_is_weak_and_what_was_not_looked_up(
    audit: ModuleType, packages: list[dict[str, Any]], said: str, well: bool
) -> None:
    assert audit.verdict(json.dumps({"dependencies": packages}), "") == (said, well)


def test_an_audit_without_the_network_says_so_and_fails_nothing(audit: ModuleType) -> None:
    said, well = audit.verdict("", "Traceback\nConnectionError: no route")
    assert (said.startswith("NOT AUDITED: "), "ConnectionError: no route" in said, well) == (True, True, True)
