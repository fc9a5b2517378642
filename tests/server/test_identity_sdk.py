# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token endpoint, spoken to over TLS by the unmodified azure-identity."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import jwt
import pytest
import requests
from aiohttp import web
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import (
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    ManagedIdentityCredential,
    UsernamePasswordCredential,
    WorkloadIdentityCredential,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from requests.adapters import HTTPAdapter

from mms_local.api.identity import Application, FederatedCredential, IdentityService, User
from mms_local.api.identity.tls import server_tls

SCOPE = "https://management.core.windows.net//.default"
AUDIENCE = "https://management.core.windows.net/"


@dataclass(frozen=True)
class Server:
    """A running token endpoint."""

    identity: IdentityService
    url: str
    ca: str

    @property
    def application(self) -> Application:
        return self.identity.directory.default

    def options(self, **more: Any) -> dict[str, Any]:
        """What azure-identity needs to use this server."""
        return {"authority": self.url, "disable_instance_discovery": True, "connection_verify": self.ca, **more}

    def post(self, path: str, **form: str) -> requests.Response:
        return requests.post(f"{self.url}{path}", data=form, verify=self.ca, timeout=10)


def serve(app: web.Application, context: ssl.SSLContext | None) -> Iterator[str]:
    """Run the application in a thread for as long as the generator lives; yields its base URL."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    urls: list[str] = []

    async def start() -> web.AppRunner:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        urls.append(f"http{'s' if context else ''}://127.0.0.1:{runner.addresses[0][1]}")
        ready.set()
        return runner

    def run() -> None:
        runner = loop.run_until_complete(start())
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(10)
    yield urls[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("identity")
    identity = IdentityService(folder)
    app = web.Application()
    app.add_routes(identity.routes())
    app.add_routes(identity.control_routes())
    tls = server_tls(folder / "tls")
    for url in serve(app, tls.context):
        yield Server(identity, url, str(tls.ca_path))


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certificate(key: rsa.RSAPrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "playbook")])
    now = datetime.now(timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def claims(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def federated_token(key: rsa.RSAPrivateKey, **changes: Any) -> str:
    now = int(time.time())
    body = {
        "iss": "https://kubernetes.test",
        "sub": "system:serviceaccount:awx:runner",
        "aud": "api://AzureADTokenExchange",
        "iat": now,
        "exp": now + 600,
    }
    return jwt.encode({**body, **changes}, key, "RS256", headers={"kid": "k1"})


@pytest.fixture(scope="module")
def workload(server: Server, key: rsa.RSAPrivateKey) -> Application:
    """An application that proves who it is by a certificate, or by tokens of another issuer."""
    keys = {"keys": [{**jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "k1"}]}
    federated = FederatedCredential("https://kubernetes.test", "system:serviceaccount:awx:runner", keys)
    application = Application(
        server.application.tenant, "workload", certificates=(certificate(key).decode(),), federated=(federated,)
    )
    server.identity.directory.register(application)
    return application


def test_a_client_secret_gets_a_token_that_the_server_accepts(server: Server) -> None:
    application = server.application
    with ClientSecretCredential(
        application.tenant, application.client_id, application.secrets[0], **server.options()
    ) as credential:
        token = credential.get_token(SCOPE)
    assert server.identity.refusal(token.token) is None
    assert claims(token.token)["aud"] == AUDIENCE
    assert claims(token.token)["oid"] == application.object_id
    assert abs(token.expires_on - time.time() - 3600) < 60


def test_a_wrong_secret_is_reported_with_the_number_people_search_for(server: Server) -> None:
    application = server.application
    with ClientSecretCredential(application.tenant, application.client_id, "wrong", **server.options()) as credential:
        with pytest.raises(ClientAuthenticationError) as caught:
            credential.get_token(SCOPE)
    assert "AADSTS7000215" in str(caught.value)
    assert application.secrets[0] not in str(caught.value)


@pytest.mark.parametrize(("tenant", "client_id"), [("another-tenant", None), (None, "unknown-client")])
def test_an_unknown_application_or_tenant_is_reported(
    server: Server, tenant: str | None, client_id: str | None
) -> None:
    application = server.application
    with ClientSecretCredential(
        tenant or application.tenant, client_id or application.client_id, application.secrets[0], **server.options()
    ) as credential:
        with pytest.raises(ClientAuthenticationError, match="AADSTS700016"):
            credential.get_token(SCOPE)


def test_a_certificate_gets_a_token(server: Server, workload: Application, key: rsa.RSAPrivateKey) -> None:
    with CertificateCredential(
        workload.tenant,
        workload.client_id,
        certificate_data=pem(key) + workload.certificates[0].encode(),
        **server.options(),
    ) as credential:
        token = credential.get_token(SCOPE).token
    assert server.identity.refusal(token) is None
    assert claims(token)["appidacr"] == "2"


@pytest.mark.security
def test_a_certificate_that_is_not_registered_is_refused(server: Server, workload: Application) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with CertificateCredential(
        workload.tenant, workload.client_id, certificate_data=pem(other) + certificate(other), **server.options()
    ) as credential:
        with pytest.raises(ClientAuthenticationError, match="AADSTS700027"):
            credential.get_token(SCOPE)


def test_a_federated_token_gets_a_token(
    server: Server, workload: Application, key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(federated_token(key))
    with WorkloadIdentityCredential(
        tenant_id=workload.tenant,
        client_id=workload.client_id,
        token_file_path=str(tmp_path / "token"),
        **server.options(),
    ) as credential:
        assert server.identity.refusal(credential.get_token(SCOPE).token) is None


@pytest.mark.security
@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"sub": "system:serviceaccount:awx:other"}, "AADSTS700213"),
        ({"iss": "https://elsewhere.test"}, "AADSTS700213"),
        ({"aud": "somebody else"}, "AADSTS700212"),
        ({"exp": int(time.time()) - 3600}, "AADSTS700024"),
        ({"exp": "soon"}, "AADSTS50027"),
    ],
)
def test_a_federated_token_that_does_not_match_is_refused(
    server: Server, workload: Application, key: rsa.RSAPrivateKey, changes: dict[str, Any], number: str
) -> None:
    def assertion() -> str:
        return federated_token(key, **changes)

    with ClientAssertionCredential(workload.tenant, workload.client_id, assertion, **server.options()) as credential:
        with pytest.raises(ClientAuthenticationError, match=number):
            credential.get_token(SCOPE)


@pytest.mark.security
def test_a_federated_token_with_a_forged_signature_is_refused(server: Server, workload: Application) -> None:
    forger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    answer = server.post(
        f"/{workload.tenant}/oauth2/v2.0/token",
        grant_type="client_credentials",
        client_id=workload.client_id,
        client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion=federated_token(forger),
        scope=SCOPE,
    )
    assert (answer.status_code, answer.json()["error_codes"]) == (401, [700027])


class _OwnPort(HTTPAdapter):
    """Sends requests for the default port to the server's port: MSAL drops the port when it looks up a user's realm."""

    def __init__(self, port: int | None) -> None:
        super().__init__()
        self._port = port

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        if parts.port is None:
            request.url = urlunsplit(parts._replace(netloc=f"{parts.hostname}:{self._port}"))
        return super().send(request, *args, **kwargs)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # sign-in by password is on its way out
def test_a_user_signs_in_with_a_password_and_refreshes(server: Server) -> None:
    application = server.application
    server.identity.directory.register_user(User(application.tenant, "ada@mms.test", "sesame"))
    session = requests.Session()
    session.mount("https://", _OwnPort(urlsplit(server.url).port))
    with UsernamePasswordCredential(
        application.client_id,
        "Ada@mms.test",
        "sesame",
        tenant_id=application.tenant,
        **server.options(transport=RequestsTransport(session=session, connection_verify=server.ca)),
    ) as credential:
        token = credential.get_token(SCOPE).token
        other = credential.get_token("https://storage.azure.com/.default").token  # by the refresh token
    assert claims(token)["upn"] == "ada@mms.test"
    assert claims(other)["aud"] == "https://storage.azure.com"
    assert server.identity.refusal(token) is server.identity.refusal(other) is None


def test_a_wrong_password_is_refused(server: Server) -> None:
    application = server.application
    server.identity.directory.register_user(User(application.tenant, "bob", "right"))
    form = {"grant_type": "password", "client_id": application.client_id, "username": "bob", "resource": AUDIENCE}
    refused = server.post(f"/{application.tenant}/oauth2/token", **form, password="wrong")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert server.post(f"/{application.tenant}/oauth2/token", **form, password="right").status_code == 200


def test_the_v1_endpoint_answers_in_strings(server: Server) -> None:
    application = server.application
    answer = server.post(
        f"/{application.tenant}/oauth2/token",
        grant_type="client_credentials",
        client_id=application.client_id,
        client_secret=application.secrets[0],
        resource=AUDIENCE,
    ).json()
    assert (answer["expires_in"], answer["resource"], answer["token_type"]) == ("3600", AUDIENCE, "Bearer")
    assert abs(int(answer["expires_on"]) - time.time() - 3600) < 60
    assert claims(answer["access_token"])["ver"] == "1.0"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "magic"}, 400, "unsupported_grant_type"),
        ({"scope": ""}, 400, "invalid_request"),
        ({"scope": "https://management.azure.com/user_impersonation"}, 400, "invalid_scope"),
        ({"scope": "https://a.test/.default https://b.test/.default"}, 400, "invalid_scope"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_assertion": "no.jwt.here"}, 400, "invalid_request"),
        ({"client_id": ""}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "stolen"}, 400, "invalid_grant"),
    ],
)
def test_a_bad_token_request_is_refused_in_the_form_that_msal_reads(
    server: Server, changes: dict[str, str], status: int, error: str
) -> None:
    application = server.application
    form = {
        "grant_type": "client_credentials",
        "client_id": application.client_id,
        "client_secret": application.secrets[0],
        "scope": SCOPE,
    }
    answer = server.post(f"/{application.tenant}/oauth2/v2.0/token", **{**form, **changes})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"].startswith(f"AADSTS{answer.json()['error_codes'][0]}: ")


def test_the_published_keys_verify_the_tokens(server: Server) -> None:
    application = server.application
    base = f"{server.url}/{application.tenant}"
    document = requests.get(f"{base}/v2.0/.well-known/openid-configuration", verify=server.ca, timeout=10).json()
    assert document["token_endpoint"] == f"{base}/oauth2/v2.0/token"
    keys = jwt.PyJWKSet.from_dict(requests.get(document["jwks_uri"], verify=server.ca, timeout=10).json())
    with ClientSecretCredential(
        application.tenant, application.client_id, application.secrets[0], **server.options()
    ) as credential:
        token = credential.get_token(SCOPE).token
    verified = jwt.decode(
        token,
        keys[jwt.get_unverified_header(token)["kid"]],
        ["RS256"],
        audience=AUDIENCE,
        issuer=document["issuer"],
    )
    assert verified["tid"] == application.tenant


# Managed identity


@pytest.fixture(scope="module")
def machine(server: Server) -> Iterator[str]:
    """The same identities on the plain port, where the managed identity clients of the SDKs look."""
    app = web.Application()
    app.add_routes(server.identity.routes())
    yield from serve(app, None)


def test_a_virtual_machine_gets_a_token(server: Server, machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.identity.machine_environment(machine).items():
        monkeypatch.setenv(name, value)
    with ManagedIdentityCredential() as credential:
        token = credential.get_token("https://management.azure.com/.default")
    assert server.identity.refusal(token.token) is None
    assert claims(token.token)["appid"] == server.application.client_id


def test_an_app_service_gets_a_token_of_the_identity_it_names(
    server: Server, machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.identity.directory.register(Application(server.application.tenant, "user-assigned"))
    for name, value in server.identity.managed_identity_environment(machine).items():
        monkeypatch.setenv(name, value)
    with ManagedIdentityCredential(client_id="user-assigned") as credential:
        token = credential.get_token("https://management.azure.com/.default")
    assert claims(token.token)["appid"] == "user-assigned"
    monkeypatch.setenv("IDENTITY_HEADER", "guessed")
    with ManagedIdentityCredential() as credential, pytest.raises(ClientAuthenticationError):
        credential.get_token("https://management.azure.com/.default")


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({}, {"resource": AUDIENCE}, 400),
        ({"Metadata": "true"}, {}, 400),
        ({"Metadata": "true"}, {"resource": AUDIENCE, "client_id": "unknown"}, 400),
        ({"Metadata": "true"}, {"resource": AUDIENCE, "mi_res_id": "/subscriptions/x"}, 400),
        ({"Metadata": "true"}, {"resource": AUDIENCE}, 200),
    ],
)
def test_the_instance_metadata_endpoint_wants_its_header_and_a_known_identity(
    server: Server, machine: str, headers: dict[str, str], query: dict[str, str], status: int
) -> None:
    (base,) = server.identity.machine_environment(machine).values()
    url = f"{base}/metadata/identity/oauth2/token"
    assert requests.get(url, params=query, headers=headers, timeout=10).status_code == status


# Registration


def test_applications_and_users_are_registered_over_the_control_api(server: Server, key: rsa.RSAPrivateKey) -> None:
    url = f"{server.url}/_mms/identity"
    body = {"secrets": ["s3cret"], "certificates": [certificate(key).decode()], "tenant": "contoso"}
    shown = requests.put(f"{url}/applications/app-1", json=body, verify=server.ca, timeout=10)
    assert shown.status_code == 200
    assert "s3cret" not in shown.text
    user = requests.put(f"{url}/users/eve", json={"password": "p", "tenant": "contoso"}, verify=server.ca, timeout=10)
    assert user.status_code == 200
    with ClientSecretCredential("contoso", "app-1", "s3cret", **server.options()) as credential:
        assert claims(credential.get_token(SCOPE).token)["tid"] == "contoso"
    listed = requests.get(f"{url}/applications", verify=server.ca, timeout=10)
    assert "app-1" in [one["clientId"] for one in listed.json()["value"]]
    assert "s3cret" not in listed.text
    assert requests.delete(f"{url}/applications/app-1", verify=server.ca, timeout=10).status_code == 200
    assert requests.delete(f"{url}/applications/app-1", verify=server.ca, timeout=10).status_code == 204
    with ClientSecretCredential("contoso", "app-1", "s3cret", **server.options()) as credential:
        with pytest.raises(ClientAuthenticationError, match="AADSTS700016"):
            credential.get_token(SCOPE)


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{",
        '{"secret": "typo"}',
        '{"secrets": "text"}',
        '{"certificates": ["no certificate"]}',
        '{"federated": [{"issuer": "a", "subject": "b", "keys": {}}]}',
        '{"tenant": ""}',
    ],
)
def test_a_registration_that_cannot_be_used_is_refused(server: Server, body: str) -> None:
    url = f"{server.url}/_mms/identity/applications/bad"
    headers = {"Content-Type": "application/json"}
    answer = requests.put(url, data=body, headers=headers, verify=server.ca, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest")
    assert server.identity.directory.application("bad") is None
