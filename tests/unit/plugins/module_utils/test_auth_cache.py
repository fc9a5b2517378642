# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens kept between tasks."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._auth.cache import CachedToken, TokenCache
from ansible_collections.azureml.model_management.plugins.module_utils._errors import AuthError

KEY = ("https://login.example", "client secret", "tenant", "client", "scope")
TOKEN = CachedToken("abc", 2000.0, 1700.0)


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_a_stored_token_is_found_under_its_key_alone(tmp_path: Path) -> None:
    TokenCache(tmp_path / "new" / "folder").store(KEY, TOKEN)
    again = TokenCache(tmp_path / "new" / "folder")
    assert again.load(KEY) == TOKEN
    for position in range(len(KEY)):
        other = [*KEY[:position], "other", *KEY[position + 1 :]]
        assert again.load(other) is None


@pytest.mark.security
def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    TokenCache(tmp_path / "folder").store(KEY, TOKEN)
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(tmp_path / "folder").stat().st_mode) == 0o600


def test_the_name_of_the_file_says_nothing(tmp_path: Path) -> None:
    TokenCache(tmp_path).store(KEY, TOKEN)
    assert not any(part in only_file(tmp_path).name for part in ("login", "tenant", "client", "scope"))


def test_a_newer_token_replaces_the_older_one(tmp_path: Path) -> None:
    cache = TokenCache(tmp_path)
    cache.store(KEY, TOKEN)
    newer = CachedToken("def", 3000.0, 2700.0)
    cache.store(KEY, newer)
    assert cache.load(KEY) == newer
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.security
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_may_read_or_write_is_not_trusted(tmp_path: Path, mode: int) -> None:
    cache = TokenCache(tmp_path)
    cache.store(KEY, TOKEN)
    only_file(tmp_path).chmod(mode)
    assert cache.load(KEY) is None


@pytest.mark.security
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    cache = TokenCache(tmp_path / "cache")
    cache.store(KEY, TOKEN)
    path = only_file(tmp_path / "cache")
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert cache.load(KEY) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"value":"a","expires_on":null,"refresh_on":1}'])
def test_a_damaged_file_is_ignored(tmp_path: Path, text: str) -> None:
    cache = TokenCache(tmp_path)
    cache.store(KEY, TOKEN)
    only_file(tmp_path).write_text(text)
    assert cache.load(KEY) is None


def test_a_folder_that_cannot_be_written_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AuthError, match="token_cache") as caught:
        TokenCache(tmp_path / "file").store(KEY, TOKEN)
    assert caught.value.code == "TokenCacheUnusable"


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(AuthError, match="No space left on device"):
        TokenCache(tmp_path).store(KEY, TOKEN)
    assert list(tmp_path.iterdir()) == []
