# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes ``ansible_collections.azureml.model_management`` importable from a plain clone, and names the markers of tests.

Under ansible-test the clone already lies below a folder of that name. It has settings of pytest of its own, so that
markers in pyproject.toml would be unknown there.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

MARKERS = (
    "case(title, kind): a row of the table that the tier `cases` ends with",
    "slow: takes more than a few seconds; left out on the Pythons that are not the primary one",
    "security: shows that somebody cannot do what he must not; tier `security` runs these of all folders",
)
ROOT = Path(__file__).resolve().parents[1]

if ROOT.parent.parent.name != "ansible_collections":
    tree = ROOT / ".cache" / "link"
    link = tree / "ansible_collections" / "azureml" / "model_management"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(ROOT, target_is_directory=True)
    sys.path.insert(0, str(tree))


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
