# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When there is no release, and what is said then. The tier `release` rehearses one that works."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from commands import COLLECTION_FOLDER, ROOT, output_of, ran


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The program, for a clone of this repository in place of this one."""
    spec = importlib.util.spec_from_file_location("release", ROOT / ".ci/release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    clone = tmp_path / COLLECTION_FOLDER
    ran("git", "clone", "--quiet", ROOT, clone)
    monkeypatch.setattr(module, "ROOT", clone)
    return module


@pytest.mark.case("what is no version of three numbers", "no release")
@pytest.mark.parametrize("text", ["1.2", "v1.2.0", "1.2.0rc1", "01.2.0", "new", ""])
def test_a_version_has_three_numbers(release: ModuleType, text: str) -> None:
    with pytest.raises(release.NotReady, match=r"is not a version\. Give three numbers"):
        release.checked(text, [])


@pytest.mark.case("a version that is not newer", "no release")
@pytest.mark.parametrize("text", ["1.9.0", "1.10.0"])
def test_a_version_is_newer_than_all_before(release: ModuleType, text: str) -> None:
    with pytest.raises(release.NotReady, match=r"not newer than 1\.10\.0"):
        release.checked(text, ["1.2.0", "1.10.0", "old", "2.0.0rc1"])
    assert release.checked("1.11.0", ["1.2.0", "1.10.0"]) == "1.11.0"


@pytest.mark.case("changes that are not committed", "no release")
def test_what_is_not_committed_stops_a_release(release: ModuleType) -> None:
    (release.ROOT / "README.md").write_text("changed", encoding="utf-8")
    with pytest.raises(release.NotReady, match="1 files are changed and not committed"):
        release.main("9.0.0")


@pytest.mark.case("a step that fails leaves the repository as it was", "no release")
def test_a_release_that_fails_leaves_no_trace(release: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(clone: Path, dist: Path) -> None:
        assert "9.0.0" in (clone / "galaxy.yml").read_text(encoding="utf-8")
        assert output_of("git", "tag", "--list", "9.0.0", cwd=clone)
        raise release.NotReady("the wheel is not built")

    before = output_of("git", "log", "-1", "--format=%H", cwd=release.ROOT)
    monkeypatch.setattr(release, "built", fails)
    with pytest.raises(release.NotReady, match="the wheel is not built"):
        release.main("9.0.0")
    assert output_of("git", "log", "-1", "--format=%H", cwd=release.ROOT) == before
    assert output_of("git", "tag", "--list", "9.0.0", cwd=release.ROOT) == ""
    assert output_of("git", "status", "--porcelain", cwd=release.ROOT) == ""
