# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When tokens are fetched, kept and renewed, and what is said when they cannot be had."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._auth.azure import AzureCredential
from ansible_collections.azureml.model_management.plugins.module_utils._auth.cache import TokenCache
from ansible_collections.azureml.model_management.plugins.module_utils._auth.network import Network
from ansible_collections.azureml.model_management.plugins.module_utils._auth.sources import Authority
from ansible_collections.azureml.model_management.plugins.module_utils._errors import AuthError, MissingLibraryError

pytest.importorskip("azure.identity")

from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.identity import CredentialUnavailableError


class Clock:
    """A clock that moves when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Principal:
    """A credential source whose tokens live for a while and are numbered."""

    clock: Clock
    life: float = 3600.0
    failure: Exception | None = None
    always: str | None = None
    secret: str = field(default="s3cr3t", repr=False)
    fetched: int = 0

    words = "service principal test"
    issuer = ""
    identity: Sequence[str] = ("test",)

    def sdk_credential(self, authority: Authority, network: Network) -> Any:
        return self

    def get_token(self, scope: str) -> AccessToken:
        assert scope == "https://audience//.default"
        if self.failure:
            raise self.failure
        self.fetched += 1
        return AccessToken(self.always or f"token-{self.fetched}", int(self.clock() + self.life))


def credential(source: Any, cache: TokenCache | None = None, lacked: Sequence[str] = ()) -> AzureCredential:
    authority = Authority("https://login.example")
    scope = "https://audience//.default"
    return AzureCredential(source, authority, Network(), scope, cache=cache, lacked=lacked, clock=source.clock)


def test_a_token_is_fetched_once_and_replaced_five_minutes_before_it_expires() -> None:
    source = Principal(Clock())
    tokens = credential(source)
    assert tokens.token().value == "token-1"
    assert tokens.token().expires_on == 4600.0
    source.clock.now = 4299.0
    assert tokens.token().value == "token-1"
    source.clock.now = 4300.0
    assert tokens.token().value == "token-2"


def test_a_token_that_lives_less_than_ten_minutes_is_replaced_after_half_of_its_life() -> None:
    source = Principal(Clock(), life=60.0)
    tokens = credential(source)
    assert tokens.token().value == "token-1"
    source.clock.now += 29.0
    assert tokens.token().value == "token-1"
    source.clock.now += 2.0
    assert tokens.token().value == "token-2"


def test_a_refused_token_is_renewed_whatever_its_age() -> None:
    tokens = credential(Principal(Clock()))
    tokens.token()
    renewed = tokens.renew()
    assert renewed
    assert renewed.value == "token-2"
    assert tokens.token().value == "token-2"


def test_a_source_that_has_only_the_refused_token_renews_nothing() -> None:
    tokens = credential(Principal(Clock(), always="same"))
    tokens.token()
    assert tokens.renew() is None


def test_a_cached_token_serves_later_tasks_until_it_is_stale(tmp_path: Path) -> None:
    clock = Clock()
    first, second = Principal(clock), Principal(clock)
    assert credential(first, TokenCache(tmp_path)).token().value == "token-1"
    assert credential(second, TokenCache(tmp_path)).token().value == "token-1"
    assert second.fetched == 0
    clock.now = 4300.0
    credential(second, TokenCache(tmp_path)).token()
    assert second.fetched == 1


def test_a_renewed_token_replaces_the_refused_one_in_the_cache(tmp_path: Path) -> None:
    clock = Clock()
    tokens = credential(Principal(clock), TokenCache(tmp_path))
    tokens.token()
    tokens.renew()
    later = Principal(clock)
    assert credential(later, TokenCache(tmp_path)).token().value == "token-2"


def test_without_a_cache_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    credential(Principal(Clock())).token()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("failure", "code", "words"),
    [
        (CredentialUnavailableError(message="not signed in"), "NoCredential", "cannot be used: not signed in"),
        (
            ClientAuthenticationError(message="AADSTS7000215: Invalid client\nsecret s3cr3t"),
            "CredentialRejected",
            r"was refused by https://login.example: AADSTS7000215: Invalid client secret \*+",
        ),
        (
            ServiceRequestError(message="no route"),
            "AuthorityUnreachable",
            "got no answer from https://login.example: no route",
        ),
        (ValueError("bad tenant"), "InvalidCredential", "cannot be used: bad tenant"),
        (FileNotFoundError("token file"), "InvalidCredential", "cannot be used: token file"),
    ],
)
def test_failures_say_who_asked_whom_and_why_without_secrets(failure: Exception, code: str, words: str) -> None:
    with pytest.raises(AuthError, match=f"^Service principal test {words}") as caught:
        credential(Principal(Clock(), failure=failure)).token()
    assert caught.value.code == code
    assert "s3cr3t" not in caught.value.message


def test_a_source_that_asks_no_authority_does_not_blame_one() -> None:
    source = Principal(Clock(), failure=ClientAuthenticationError(message="no"))
    source.issuer = "the managed identity endpoint"
    with pytest.raises(AuthError, match=r"^Service principal test was refused by the managed identity endpoint: no\.$"):
        credential(source).token()


def test_a_failure_in_the_last_source_tells_what_the_earlier_ones_lacked() -> None:
    source = Principal(Clock(), failure=CredentialUnavailableError(message="not signed in"))
    with pytest.raises(AuthError, match=r"Tried before: options: none; environment: none\.$"):
        credential(source, lacked=("options: none", "environment: none")).token()


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with pytest.raises(MissingLibraryError) as caught:
        credential(Principal(Clock())).token()
    assert caught.value.library == "azure-identity"
