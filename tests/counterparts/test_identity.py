# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every credential source, through azure-identity as it is, against the token endpoints of the local MMS."""

from __future__ import annotations

import http.server
import json
import os
import select
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from storage_services import Certificates

from ansible_collections.azureml.model_management.plugins.module_utils._auth.chain import credential_from
from ansible_collections.azureml.model_management.plugins.module_utils._errors import AuthError
from ansible_collections.azureml.model_management.plugins.module_utils._time.repeats import Patience
from ansible_collections.azureml.model_management.plugins.module_utils._transport.http import HttpSettings, Transport

AUDIENCE = "https://management.core.windows.net/"
ISSUER, SUBJECT = "https://kubernetes.example", "system:serviceaccount:awx:runner"


@pytest.fixture
def environ(local_mms: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of a task: what the local MMS prints, without its ready token, and an empty home."""
    names = ("AZURE_AUTHORITY_HOST", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")
    return {"HOME": str(tmp_path), "PATH": "/nonexistent", **{name: local_mms[name] for name in names}}


@pytest.fixture
def network(local_mms: dict[str, str]) -> dict[str, Any]:
    """The options that make a task trust the local MMS."""
    return {"ca_path": local_mms["MMS_LOCAL_CA_FILE"], "timeout": 10, "retries": 0}


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    """The private key of an application, and of an issuer of OIDC tokens."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    """A certificate for the key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "playbook")])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - timedelta(hours=1))
    return builder.not_valid_after(now + timedelta(hours=1)).sign(key, hashes.SHA256())


@pytest.fixture(scope="module")
def pem(key: rsa.RSAPrivateKey, certificate: x509.Certificate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PEM file with the key and its certificate, as x509_certificate_path wants it."""
    path = tmp_path_factory.mktemp("pem") / "principal.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*form) + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def workload(local_mms: dict[str, str], key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> dict[str, str]:
    """Options that name an application which proves itself by a certificate or by tokens of another issuer."""
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    federated = {"issuer": ISSUER, "subject": SUBJECT, "keys": {"keys": [{**jwk, "kid": "k1"}]}}
    pem_text = certificate.public_bytes(serialization.Encoding.PEM).decode()
    register(local_mms, "applications/workload", {"certificates": [pem_text], "federated": [federated]})
    return {"client_id": "workload", "tenant": local_mms["AZURE_TENANT_ID"], "authority_host": authority(local_mms)}


def authority(local_mms: dict[str, str]) -> str:
    return local_mms["AZURE_AUTHORITY_HOST"]


def register(local_mms: dict[str, str], what: str, body: dict[str, Any]) -> None:
    control(local_mms, "PUT", f"identity/{what}", body)


def control(local_mms: dict[str, str], method: str, path: str, body: dict[str, Any]) -> None:
    url = f"{local_mms['AZUREML_MMS_API_URL']}/_mms/{path}"
    token = local_mms["MMS_LOCAL_CONTROL_TOKEN"]
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)
    urllib.request.urlopen(request, timeout=10).close()


def oidc_token(key: rsa.RSAPrivateKey, **changes: Any) -> str:
    now = int(time.time())
    body = {"iss": ISSUER, "sub": SUBJECT, "aud": "api://AzureADTokenExchange", "iat": now, "exp": now + 600}
    return jwt.encode({**body, **changes}, key, "RS256", headers={"kid": "k1"})


def claims(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def test_a_secret_from_the_environment_gets_a_token_for_resource_manager(
    environ: dict[str, str], network: dict[str, Any]
) -> None:
    token = credential_from(network, environ).token()
    assert claims(token.value)["aud"] == AUDIENCE
    assert claims(token.value)["appid"] == environ["AZURE_CLIENT_ID"]
    assert token.expires_on
    assert abs(token.expires_on - claims(token.value)["exp"]) < 5


@pytest.mark.parametrize("audience", ["https://management.azure.com/", "https://management.azure.com"])
def test_the_audience_can_be_chosen(environ: dict[str, str], network: dict[str, Any], audience: str) -> None:
    token = credential_from({**network, "token_audience": audience}, environ).token()
    assert claims(token.value)["aud"] == audience


def test_a_secret_from_the_options_gets_a_token(environ: dict[str, str], network: dict[str, Any]) -> None:
    options = {
        "client_id": environ["AZURE_CLIENT_ID"],
        "secret": environ["AZURE_CLIENT_SECRET"],
        "tenant": environ["AZURE_TENANT_ID"],
        "authority_host": environ["AZURE_AUTHORITY_HOST"],
    }
    assert claims(credential_from({**network, **options}, {}).token().value)["appid"] == environ["AZURE_CLIENT_ID"]


def test_a_profile_gets_a_token_from_the_authority_it_names(environ: dict[str, str], network: dict[str, Any]) -> None:
    folder = Path(environ["HOME"], ".azure")
    folder.mkdir()
    lines = [
        "[local]",
        f"client_id={environ['AZURE_CLIENT_ID']}",
        f"secret={environ['AZURE_CLIENT_SECRET']}",
        f"tenant={environ['AZURE_TENANT_ID']}",
        f"adfs_authority_url={environ['AZURE_AUTHORITY_HOST']}",
    ]
    (folder / "credentials").write_text("\n".join(lines))
    options = {**network, "auth_source": "credential_file", "profile": "local"}
    token = credential_from(options, {"HOME": environ["HOME"]}).token()
    assert claims(token.value)["appid"] == environ["AZURE_CLIENT_ID"]
    assert token.source.endswith(f"from profile 'local' of {folder}/credentials")


def test_a_wrong_secret_is_refused_in_the_words_of_the_authority(
    environ: dict[str, str], network: dict[str, Any]
) -> None:
    with pytest.raises(AuthError, match=r"was refused by https://127\.0\.0\.1:\d+: .*AADSTS7000215") as caught:
        credential_from(network, {**environ, "AZURE_CLIENT_SECRET": "wrong-and-secret"}).token()
    assert caught.value.code == "CredentialRejected"
    assert "wrong-and-secret" not in repr(caught.value.to_failure())


def test_a_refusal_is_printed_by_nobody_but_the_task(environ: dict[str, str], network: dict[str, Any]) -> None:
    program = f"""
import sys, json
from {credential_from.__module__} import credential_from
from {AuthError.__module__} import AuthError
try:
    credential_from(*json.loads(sys.argv[1])).token()
except AuthError as error:
    print(error.code)
"""
    wrong = json.dumps([network, {**environ, "AZURE_CLIENT_SECRET": "wrong"}])
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run([sys.executable, "-c", program, wrong], env=paths, capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("CredentialRejected\n", "")


def test_an_authority_that_is_not_trusted_gets_no_secret(environ: dict[str, str], network: dict[str, Any]) -> None:
    with pytest.raises(AuthError, match=r"certificate verify failed") as caught:
        credential_from({**network, "ca_path": None}, environ).token()
    assert caught.value.code == "AuthorityUnreachable"


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_certificates_are_not_checked_when_the_user_says_so(environ: dict[str, str], network: dict[str, Any]) -> None:
    assert credential_from({**network, "ca_path": None, "validate_certs": False}, environ).token()


def test_an_authority_that_is_not_there_is_said_to_be(
    environ: dict[str, str], network: dict[str, Any], free_port: int
) -> None:
    nowhere = f"https://127.0.0.1:{free_port}"
    with pytest.raises(AuthError, match=rf"got no answer from {nowhere}") as caught:
        credential_from(network, {**environ, "AZURE_AUTHORITY_HOST": nowhere}).token()
    assert caught.value.code == "AuthorityUnreachable"


def test_a_certificate_gets_a_token(
    workload: dict[str, str], network: dict[str, Any], pem: Path, certificate: x509.Certificate
) -> None:
    thumbprint = certificate.fingerprint(hashes.SHA1()).hex(":").upper()
    options = {**network, **workload, "x509_certificate_path": str(pem), "thumbprint": thumbprint}
    assert claims(credential_from(options, {}).token().value)["appid"] == "workload"


def test_another_certificate_than_the_thumbprint_says_is_refused(
    workload: dict[str, str], network: dict[str, Any], pem: Path
) -> None:
    options = {**network, **workload, "x509_certificate_path": str(pem), "thumbprint": "AB" * 20}
    with pytest.raises(AuthError, match=r"has the thumbprint [0-9A-F]{40}, but thumbprint says") as caught:
        credential_from(options, {}).token()
    assert caught.value.code == "InvalidCertificate"


@pytest.mark.parametrize("thumbprint", [None, "AB" * 20])
def test_a_file_without_a_certificate_is_refused(
    workload: dict[str, str], network: dict[str, Any], tmp_path: Path, thumbprint: str | None
) -> None:
    (tmp_path / "nonsense.pem").write_text("nonsense")
    options = {"x509_certificate_path": str(tmp_path / "nonsense.pem"), "thumbprint": thumbprint}
    with pytest.raises(AuthError) as caught:
        credential_from({**network, **workload, **options}, {}).token()
    assert caught.value.code in ("InvalidCertificate", "InvalidCredential")


def test_an_oidc_token_gets_a_token(workload: dict[str, str], network: dict[str, Any], key: rsa.RSAPrivateKey) -> None:
    options = {**network, **workload, "oidc_token": oidc_token(key)}
    assert claims(credential_from(options, {}).token().value)["appid"] == "workload"


def test_a_file_with_an_oidc_token_is_read_anew_for_every_token(
    workload: dict[str, str], network: dict[str, Any], key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    environ = {
        "AZURE_FEDERATED_TOKEN_FILE": str(file),
        "AZURE_CLIENT_ID": workload["client_id"],
        "AZURE_TENANT_ID": workload["tenant"],
        "AZURE_AUTHORITY_HOST": workload["authority_host"],
    }
    file.write_text(oidc_token(key, sub="somebody else"))
    credential = credential_from(network, environ)
    with pytest.raises(AuthError, match="AADSTS700213") as caught:
        credential.token()
    assert file.read_text() not in caught.value.message
    file.write_text(f"{oidc_token(key)}\n")
    assert claims(credential.token().value)["appid"] == "workload"


class Tunnel(socketserver.BaseRequestHandler):
    """A proxy that leads every CONNECT to one server, whatever port it asks for."""

    def handle(self) -> None:
        assert isinstance(self.server, ProxyServer)
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.request.recv(4096)
        self.server.asked.append(head.split(b"\r\n", 1)[0].decode())
        with socket.create_connection(self.server.target) as other:
            self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            pairs = {self.request: other, other: self.request}
            while True:
                for ready in select.select(list(pairs), [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    pairs[ready].sendall(data)


class ProxyServer(socketserver.ThreadingTCPServer):
    """Runs tunnels on a port of its own."""

    daemon_threads = True

    def __init__(self, target: tuple[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.target = target
        self.asked: list[str] = []


@pytest.fixture
def proxy(local_mms: dict[str, str]) -> Iterator[ProxyServer]:
    """A running proxy in front of the token endpoint."""
    parts = urlsplit(authority(local_mms))
    with ProxyServer((str(parts.hostname), int(parts.port or 0))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of azure-identity: no second factor with a password
def test_a_user_signs_in_with_a_password_through_a_proxy(
    local_mms: dict[str, str], network: dict[str, Any], proxy: ProxyServer
) -> None:
    # MSAL looks the user up at the default port of the authority; the proxy leads that to the local MMS as well.
    register(local_mms, "users/ada@mms.example", {"password": "sesame"})
    options = {
        **network,
        "ad_user": "ada@mms.example",
        "password": "sesame",
        "tenant": local_mms["AZURE_TENANT_ID"],
        "client_id": local_mms["AZURE_CLIENT_ID"],
        "authority_host": authority(local_mms),
        "proxy": f"http://127.0.0.1:{proxy.server_address[1]}",
    }
    assert claims(credential_from(options, {}).token().value)["upn"] == "ada@mms.example"
    assert proxy.asked


def test_the_managed_identity_of_a_machine_gets_a_token(
    local_mms: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "MSI_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", local_mms["AZURE_POD_IDENTITY_AUTHORITY_HOST"])
    options = {"auth_source": "msi", "client_id": local_mms["AZURE_CLIENT_ID"]}
    token = credential_from(options, {}).token()
    assert claims(token.value)["aud"] == AUDIENCE
    assert token.source == f"managed identity {local_mms['AZURE_CLIENT_ID']}"


def test_a_user_assigned_identity_that_does_not_exist_is_an_error(
    local_mms: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", local_mms["AZURE_POD_IDENTITY_AUTHORITY_HOST"])
    with pytest.raises(AuthError, match=r"^Managed identity nobody"):
        credential_from({"auth_source": "msi", "client_id": "nobody", "retries": 0}, {}).token()


@pytest.fixture
def az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An Azure CLI of our own on the PATH: writes down how it was called, and prints what answer says."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "az"
    program.write_text(f'#!/bin/sh\necho "$@" >> {folder}/calls\n. {folder}/answer\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def test_the_signed_in_user_of_the_azure_cli_gets_a_token(az: Path) -> None:
    answer = {
        "accessToken": "from-az",
        "expires_on": int(time.time()) + 3600,
        "expiresOn": "2030-01-01 00:00:00.000000",
    }
    (az / "answer").write_text(f"cat <<'END'\n{json.dumps(answer)}\nEND\n")
    options = {"auth_source": "cli", "subscription_id": "11111111-2222-3333-4444-555555555555", "tenant": "contoso"}
    token = credential_from(options, {"PATH": str(az)}).token()
    assert (token.value, token.source) == ("from-az", "Azure CLI (az login)")
    (call,) = (az / "calls").read_text().splitlines()
    assert f"--resource {AUDIENCE}" in call
    assert "--subscription 11111111-2222-3333-4444-555555555555" in call
    assert "--tenant contoso" in call


def test_a_user_who_is_not_signed_in_learns_what_else_was_tried(az: Path) -> None:
    (az / "answer").write_text("echo \"Please run 'az login' to setup account.\" >&2\nexit 1\n")
    with pytest.raises(
        AuthError, match=r"(?i)please run 'az login'.* Tried before: the task's options: no cred"
    ) as caught:
        credential_from({}, {"PATH": str(az), "HOME": "/nonexistent"}).token()
    assert caught.value.code == "NoCredential"


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    environ: dict[str, str], network: dict[str, Any], free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port}")
    assert credential_from(network, environ).token()


class Description(http.server.BaseHTTPRequestHandler):
    """Describes a cloud whose tokens come from the local MMS."""

    login = ""

    def do_GET(self) -> None:
        assert self.path == "/metadata/endpoints?api-version=2019-05-01"
        audiences = ["https://management.core.windows.net/", "https://management.azure.com/"]
        body = json.dumps([{"authentication": {"loginEndpoint": self.login, "audiences": audiences}}]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def resource_manager(local_mms: dict[str, str], certificates: Certificates) -> Iterator[str]:
    """The URL of a Resource Manager, over TLS, that describes a cloud."""
    Description.login = authority(local_mms)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.chain, certificates.key)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Description) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_cloud_of_ones_own_says_itself_where_its_tokens_come_from(
    environ: dict[str, str],
    network: dict[str, Any],
    resource_manager: str,
    certificates: Certificates,
    tmp_path: Path,
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(certificates.authority.read_text() + Path(network["ca_path"]).read_text())
    options = {**network, "ca_path": str(bundle), "cloud_environment": resource_manager}
    token = credential_from(options, {**environ, "AZURE_AUTHORITY_HOST": ""}).token()
    assert claims(token.value)["aud"] == AUDIENCE


def test_a_cloud_that_does_not_describe_itself_is_an_error(environ: dict[str, str], network: dict[str, Any]) -> None:
    options = {**network, "cloud_environment": f"{environ['AZURE_AUTHORITY_HOST']}/no-cloud"}
    with pytest.raises(AuthError, match="description of the cloud could not be read") as caught:
        credential_from(options, environ)
    assert caught.value.code == "UnknownCloud"


def test_a_refused_token_is_replaced_by_another(environ: dict[str, str], network: dict[str, Any]) -> None:
    credential = credential_from(network, environ)
    first = credential.token()
    assert credential.token() == first
    renewed = credential.renew()
    assert renewed
    assert renewed.value != first.value
    assert credential.token() == renewed


def test_a_token_that_expires_during_a_wait_is_replaced_on_the_way(
    local_mms: dict[str, str], environ: dict[str, str], network: dict[str, Any]
) -> None:
    base = f"{local_mms['AZUREML_MMS_API_URL']}/api/subscriptions/{local_mms['AZURE_SUBSCRIPTION_ID']}"
    models = f"{base}/resourceGroups/local/accounts/local/models?api-version=2017-09-01-preview"
    control(local_mms, "POST", "faults", {"operation": "models.list", "kind": "expiredToken", "count": 1})
    credential = credential_from(network, environ)
    first = credential.token()
    transport = Transport(credential, HttpSettings(patience=Patience(retries=0)))
    assert transport.send("GET", models).status == 200
    assert [ids.status for ids in transport.ids] == [401, 200]
    assert credential.token() != first


def test_a_token_is_kept_for_later_tasks_only_when_asked_for(
    environ: dict[str, str], network: dict[str, Any], tmp_path: Path
) -> None:
    options = {**network, "token_cache": str(tmp_path / "cache")}
    kept = credential_from(options, environ).token()
    assert credential_from(options, environ).token() == kept
    assert credential_from(network, environ).token() != kept
    other_audience = {**options, "token_audience": "https://management.azure.com/"}
    assert credential_from(other_audience, environ).token() != kept
