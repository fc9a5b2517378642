# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make test-changed`: which tiers a change touches, and when it has to be told to users."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def changed() -> ModuleType:
    spec = importlib.util.spec_from_file_location("changed", ROOT / ".ci/changed.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_path_of_the_table_exists(changed: ModuleType) -> None:
    assert [path for path in changed.TOUCHES if not (ROOT / path).exists()] == []


def test_every_folder_of_tests_has_a_place_in_the_table(changed: ModuleType) -> None:
    folders = {f"tests/{path.name}/" for path in (ROOT / "tests").iterdir() if list(path.glob("*.py"))}
    assert folders <= set(changed.TOUCHES)


def test_every_tier_of_the_table_exists(changed: ModuleType) -> None:
    sessions = re.findall(r'^def (\w+)\(session|session\(name="([\w-]+)"', (ROOT / ".ci/noxfile.py").read_text(), re.M)
    known = {name for names in sessions for name in names if name}
    named = {tier for tiers in (*changed.TOUCHES.values(), changed.ALWAYS) for tier in tiers}
    assert {re.split(r"\(|-3", tier)[0] for tier in named} <= known


@pytest.mark.parametrize(
    ("files", "tiers"),
    [
        ([], []),
        (["docs/docsite/rst/guide_deploy.rst"], ["lint", "guides"]),
        (["Makefile"], ["lint", "unit(2.19)"]),
        (["tests/roles/playing.py", "roles/local_mms/tasks/main.yml"], ["lint", "roles(2.19)", "unit(2.19)"]),
        (
            ["plugins/module_utils/_storage/target.py"],
            ["lint", "unit(2.19)", "modules", "sanity(2.19)", "contract", "counterparts"],
        ),
    ],
)
def test_a_change_touches_the_tiers_of_its_paths(changed: ModuleType, files: list[str], tiers: list[str]) -> None:
    assert changed.touched(files) == tiers


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (["plugins/modules/mms_model.py"], False),
        (["server/mms_local/app.py", "tests/server/test_app.py"], False),
        (["plugins/modules/mms_model.py", "changelogs/fragments/model.yml"], True),
        (["tests/unit/test_meta_rooms.py", "docs/docsite/rst/guide_deploy.rst"], True),
    ],
)
def test_what_users_see_has_a_fragment(changed: ModuleType, files: list[str], told: bool) -> None:
    assert (changed.untold(files) == []) == told
