# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._masking import (
    MASK,
    has_credentials,
    masked,
    without_query,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.example/c/b?sv=1&sig=ab%2Bc%3D&se=2", f"https://a.example/c/b?sv=1&sig={MASK}&se=2"),
        ("sig=abc", f"sig={MASK}"),
        (
            "AccountName=x;AccountKey=abc==;BlobEndpoint=http://x",
            f"AccountName=x;AccountKey={MASK};BlobEndpoint=http://x",
        ),
        ("SharedAccessSignature=sv=1&sig=x;A=b", f"SharedAccessSignature={MASK}&sig={MASK};A=b"),
        ("GET https://me:word@host/x failed", f"GET https://me:{MASK}@host/x failed"),
        ("Authorization: Bearer eyJhbGciOi.J9.x_-y, next", f"Authorization: Bearer {MASK}, next"),
        ("grant_type=x&client_secret=s3cr3t&scope=y", f"grant_type=x&client_secret={MASK}&scope=y"),
        ('{"url":"https://h/b?sig=abc","n":1}', f'{{"url":"https://h/b?sig={MASK}","n":1}}'),
    ],
)
def test_secrets_are_told_by_their_form(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "no secret here",
        "https://host:8080/path/a@b",
        "the bearer of bad news",
        "signature=public",
        "design=flat",
        "https://me@host",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert masked(text) == text


def test_known_secrets_are_replaced_whatever_they_look_like() -> None:
    assert masked("user x with abcdef and abc", ["abc", "", "abcdef"]) == f"user x with {MASK} and {MASK}"


def test_two_signatures_of_one_blob_give_the_same_url() -> None:
    first, second = "https://h/c/b?sig=1&se=2#x", "https://h/c/b?sig=3&se=4"
    assert without_query(first) == without_query(second) == "https://h/c/b"


@pytest.mark.parametrize(
    ("url", "expected"),
    [("https://u:p@h/", True), ("https://u@h/", True), ("https://h/u:p@x", False), ("http://h:80/?a=b", False)],
)
def test_credentials_in_a_url_are_noticed(url: str, expected: bool) -> None:
    assert has_credentials(url) is expected
