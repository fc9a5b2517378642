# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._masking import (
    MASK,
    Gate,
    has_credentials,
    masked,
    secrets_in,
    without_query,
)

pytestmark = pytest.mark.security


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
        ("GET https://me:word@host/x failed", f"GET https://{MASK}@host/x failed"),
        ("proxy http://me:p@ss:w@rd@proxy:3128 failed", f"proxy http://{MASK}@proxy:3128 failed"),
        ("postgresql://mms:p@ss@db/mms", f"postgresql://{MASK}@db/mms"),
        ("git+https://ghp_0123456789@github.example/x", f"git+https://{MASK}@github.example/x"),
        (
            "Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey=abc=",
            f"Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey={MASK}",
        ),
        ('{"sig": "ab/c", "n": 1}', f'{{"sig": "{MASK}", "n": 1}}'),
        ('{"password":"a\\"b, c","n":1}', f'{{"password":"{MASK}","n":1}}'),
        ("{'access_token': 'abc', 'n': 1}", f"{{'access_token': '{MASK}', 'n': 1}}"),
        ('{"body": "{\\"token\\": \\"abc\\"}"}', f'{{"body": "{{\\"token\\": \\"{MASK}\\"}}"}}'),
        ('{"password": 12345}', f'{{"password": {MASK}}}'),
        ('{"refresh_token":"cut short ...', f'{{"refresh_token":"{MASK}'),
        ("Authorization: Basic bWU6d29yZA==, next", f"Authorization: Basic {MASK}, next"),
        ("is eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln expired?", f"is {MASK} expired?"),
        ("is eyJhbGciOiJSUzI1Ni ... expired?", f"is {MASK} ... expired?"),
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
        "wasb://container@account.blob.example/x",
        "ssh://git@host/x",
        "write to me@example.com, see https://example.com/",
        "Basic authentication is not what the service takes",
        "sku Basic Standard",
        '{"key": "value", "tokens": 3}',
        "Eyjafjallajokull",
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


class Said:
    """What came through a gate."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.told: list[str] = []
        self.warned: list[str] = []
        self.gate = Gate(self.told.append, self.warned.append, quiet=quiet)


def test_progress_and_warnings_pass_the_gate_without_secrets() -> None:
    said = Said()
    said.gate.hide("my token", None, "", "ab")
    said.gate.tell("answered 503 https://h/b?sig=abc for my token")
    said.gate.warn("the cab with my%20token and password=x")
    assert said.told == [f"answered 503 https://h/b?sig={MASK} for {MASK}"]
    assert said.warned == [f"the cab with {MASK} and password={MASK}"]


def test_under_no_log_all_that_is_told_is_that_the_task_waits() -> None:
    said = Said(quiet=True)
    for line in ("Building image 'iris': Running after 1 s", "Building image 'iris': Succeeded after 3 s"):
        said.gate.tell(line)
        said.gate.warn(line)
    assert said.told == ["The task is waiting. No more is shown, because no_log is set."]
    assert said.warned == []


def test_the_values_of_secret_options_are_found_in_suboptions_and_lists_too() -> None:
    inner: dict[str, Any] = {"key": {"no_log": True}, "name": {}}
    spec: dict[str, dict[str, Any]] = {
        "one": {"options": inner},
        "many": {"options": inner},
        "password": {"no_log": True},
        "free": {},
    }
    options = {"one": {"key": "a", "name": "x"}, "many": [{"key": "b"}], "password": "c", "free": "y", "more": None}
    assert secrets_in(spec, options) == {"a", "b", "c"}


@pytest.mark.parametrize("piece", ["\\", '\\"', '"sig":"', "https://", "a:@", "eyJ", "1.2.", '"token" ', "'"])
def test_no_text_takes_long_to_mask(piece: str) -> None:
    """Whoever writes an answer must not be able to keep the controller busy; this would not end if he could."""
    masked(f"http://{piece * 200_000}")
