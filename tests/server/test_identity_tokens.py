# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens, keys, certificates and the directory, without HTTP."""

from __future__ import annotations

import socket
import ssl
import stat
import sys
import threading
from pathlib import Path

import pytest

from mms_local.api.identity import Application, Directory, FederatedCredential, IdentityService, User
from mms_local.api.identity.tls import Tls, server_tls
from mms_local.api.identity.tokens import Identity, TokenSigner

pytestmark = pytest.mark.security

AUDIENCE = "https://management.azure.com/"
SOMEBODY = Identity("tenant", "client", "object")


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(1_800_000_000)


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> IdentityService:
    return IdentityService(tmp_path, lifetime=600, clock=clock)


@pytest.fixture
def signer(tmp_path: Path, clock: Clock) -> TokenSigner:
    """Signs with the key of the service."""
    return TokenSigner(tmp_path, clock, 600)


def test_a_token_is_accepted_until_it_expires(service: IdentityService, signer: TokenSigner, clock: Clock) -> None:
    token = signer.access_token("https://here/", AUDIENCE, SOMEBODY)
    clock.now += 599
    assert service.refusal(token) is None
    clock.now += 11
    assert service.refusal(token) == "the token expired 10 s ago; get a new one"


def test_a_token_for_something_else_is_refused(service: IdentityService, signer: TokenSigner) -> None:
    refusal = service.refusal(signer.access_token("https://here/", "https://graph.microsoft.com", SOMEBODY))
    assert refusal is not None
    assert refusal.startswith("the token is for https://graph.microsoft.com; accepted are https://management")


def test_other_kinds_of_token_do_not_open_the_server(service: IdentityService, signer: TokenSigner) -> None:
    user = Identity("tenant", "client", "object", "ada")
    assert service.refusal(signer.refresh_token("https://here/", user)) is not None
    assert service.refusal(signer.id_token("https://here/", user)) is not None


def test_a_token_of_another_key_is_refused(service: IdentityService, tmp_path: Path, clock: Clock) -> None:
    stranger = TokenSigner(tmp_path / "elsewhere", clock)
    token = stranger.access_token("https://here/", AUDIENCE, SOMEBODY)
    assert service.refusal(token) == "the token was not signed by this server"


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "\udcff", "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4IiwiZXhwIjo5OTk5OTk5OTk5fQ."]
)
def test_what_is_no_token_is_refused(service: IdentityService, token: str) -> None:
    assert service.refusal(token) == "the token was not signed by this server"


def test_tokens_outlive_a_restart(service: IdentityService, signer: TokenSigner, tmp_path: Path, clock: Clock) -> None:
    token = signer.access_token("https://here/", AUDIENCE, SOMEBODY)
    assert IdentityService(tmp_path, clock=clock).refusal(token) is None


def test_without_the_libraries_the_refusal_says_what_to_install(
    service: IdentityService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "mms_local.api.identity.tokens")
    monkeypatch.setitem(sys.modules, "jwt", None)
    assert "pip install 'PyJWT[crypto]'" in (service.refusal("token") or "")


def test_the_directory_survives_a_restart_and_is_private(tmp_path: Path) -> None:
    first = Directory(tmp_path)
    federated = FederatedCredential("https://issuer", "subject", {"keys": []})
    application = Application("tenant", "Client", ("secret",), ("pem",), (federated,))
    user = User("tenant", "Ada", "password")
    first.register(application)
    first.register_user(user)
    second = Directory(tmp_path)
    assert second.default == first.default
    assert second.application("client") == application
    assert second.user("TENANT", "ada") == user
    assert stat.S_IMODE((tmp_path / "directory.json").stat().st_mode) == 0o600


def test_the_default_application_stays_and_keeps_its_first_secret(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    first = directory.default
    assert not directory.unregister(first.client_id)
    directory.register(Application("another tenant", first.client_id, ("second",), ("pem",)))
    directory.register(Application("tenant", "client"))
    assert directory.default == Application(first.tenant, first.client_id, (*first.secrets, "second"), ("pem",))
    directory.clear()
    assert Directory(tmp_path).applications() == [first]


def test_secrets_stay_out_of_representations() -> None:
    shown = repr(Application("tenant", "client", ("s3cret",))) + repr(User("tenant", "ada", "s3cret"))
    assert "s3cret" not in shown


# TLS


def served_over(tls: Tls, host: str) -> dict[str, object]:
    """Shake hands with a server that has this certificate, as strictly as OpenSSL can; returns its certificate."""
    client = ssl.create_default_context(cafile=str(tls.ca_path))
    client.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    here, there = socket.socketpair()

    def answer() -> None:
        with tls.context.wrap_socket(there, server_side=True) as wrapped:
            wrapped.recv(1)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        with client.wrap_socket(here, server_hostname=host) as wrapped:
            return dict(wrapped.getpeercert() or {})
    finally:
        thread.join(10)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "mms.test"])
def test_clients_that_trust_the_authority_trust_the_server(tmp_path: Path, host: str) -> None:
    assert served_over(server_tls(tmp_path, ["mms.test"]), host)["subjectAltName"]


def test_certificates_are_kept_until_a_name_is_missing(tmp_path: Path) -> None:
    authority = server_tls(tmp_path).ca_path.read_bytes()
    certificate = (tmp_path / "server.pem").read_bytes()
    server_tls(tmp_path)
    assert (tmp_path / "server.pem").read_bytes() == certificate
    server_tls(tmp_path, ["mms.test"])
    assert (tmp_path / "server.pem").read_bytes() != certificate
    assert (tmp_path / "ca.pem").read_bytes() == authority
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*.key")} == {0o600}
