# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pushing and pulling: a registry of our own making for its answers, Debian's docker-registry for the truth."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from registry_process import PASSWORD, USER, RegistryProcess, basic, missing

from mms_local.core.ports import JobFailed
from mms_local.images.outside import Outside
from mms_local.images.registry import Login, Repository, is_loopback

NEEDS_REGISTRY = pytest.mark.skipif(
    bool(missing("docker-registry", "htpasswd")),
    reason="docker-registry and htpasswd are not installed: apt-get install docker-registry apache2-utils",
)
CONTENT = b"layer " * 1000
DIGEST = "sha256:" + hashlib.sha256(CONTENT).hexdigest()
CONFIG = b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["%s"]}}' % DIGEST.encode()
CONFIG_DIGEST = "sha256:" + hashlib.sha256(CONFIG).hexdigest()
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": CONFIG_DIGEST,
            "size": len(CONFIG),
        },
        "layers": [
            {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": DIGEST, "size": len(CONTENT)},
        ],
    }
).encode()


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with Outside() as one:
        yield one


@pytest.fixture
def blob(tmp_path: Path) -> Path:
    path = tmp_path / "blob"
    path.write_bytes(CONTENT)
    return path


async def push_and_pull(repository: Repository, blob: Path) -> None:
    assert not await repository.has_blob(DIGEST)
    config = blob.with_name("config")
    config.write_bytes(CONFIG)
    await repository.push_blob(DIGEST, blob)
    await repository.push_blob(CONFIG_DIGEST, config)
    assert await repository.has_blob(DIGEST)
    await repository.push_manifest("1", MANIFEST, MANIFEST_TYPE)
    assert await repository.manifest("1", (MANIFEST_TYPE,)) == (MANIFEST, MANIFEST_TYPE)
    back = blob.with_name("back")
    await repository.pull_blob(DIGEST, back)
    assert back.read_bytes() == CONTENT


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryProcess]:
    with RegistryProcess(tmp_path_factory.mktemp("registry")) as one:
        yield one


@NEEDS_REGISTRY
async def test_push_and_pull_with_a_password(registry: RegistryProcess, outside: Outside, blob: Path) -> None:
    await push_and_pull(Repository(outside, registry.host, "x", login=Login(USER, PASSWORD), plain=True), blob)


@pytest.mark.security
@NEEDS_REGISTRY
@pytest.mark.parametrize("login", [None, Login(USER, "wrong-secret"), Login("nobody", PASSWORD)])
async def test_a_login_that_is_refused_says_so_without_the_password(
    registry: RegistryProcess, outside: Outside, blob: Path, login: Login | None
) -> None:
    repository = Repository(outside, registry.host, "y", login=login, plain=True)
    with pytest.raises(JobFailed) as failed:
        await repository.push_blob(DIGEST, blob)
    assert f"The registry {registry.host} answered 401" in failed.value.message
    assert "UNAUTHORIZED" in failed.value.message
    assert (login is None) == ("user" not in failed.value.message)
    assert "secret" not in failed.value.message


class TokenService:
    """Gives tokens to whoever knows the password, in the way of the distribution specification."""

    def __init__(self, folder: Path) -> None:
        self.requests: list[dict[str, str]] = []
        self._key, self.certificate = _signing_certificate(folder)

    async def answer(self, request: web.Request) -> web.Response:
        self.requests.append(dict(request.query))
        if request.headers.get("Authorization") != basic(USER, PASSWORD):
            return web.json_response({"errors": [{"code": "DENIED", "message": "no such user"}]}, status=401)
        return web.json_response({"token": self._token(request.query)})

    def _token(self, query: Any) -> str:
        import jwt

        kind, name, actions = query["scope"].split(":")
        now = int(time.time())
        claims = {
            "iss": "test-issuer",
            "aud": query["service"],
            "sub": USER,
            "nbf": now - 10,
            "iat": now,
            "exp": now + 60,
            "access": [{"type": kind, "name": name, "actions": actions.split(",")}],
        }
        der = base64.b64encode(self.certificate).decode()
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"x5c": [der]})


def _signing_certificate(folder: Path) -> tuple[Any, bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test-issuer")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return key, certificate.public_bytes(serialization.Encoding.DER)


@NEEDS_REGISTRY
async def test_push_and_pull_with_a_token_from_the_place_the_registry_names(
    outside: Outside, blob: Path, tmp_path: Path
) -> None:
    tokens = TokenService(tmp_path)
    app = web.Application()
    app.router.add_get("/token", tokens.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        auth: dict[str, object] = {
            "token": {
                "realm": str(server.make_url("/token")),
                "service": "test-registry",
                "issuer": "test-issuer",
                "rootcertbundle": str(tmp_path / "certificate.pem"),
            }
        }
        with RegistryProcess(tmp_path / "registry", auth) as registry:
            await push_and_pull(Repository(outside, registry.host, "x", login=Login(USER, PASSWORD), plain=True), blob)
            refused = Repository(outside, registry.host, "x", login=Login(USER, "wrong-secret"), plain=True)
            with pytest.raises(JobFailed, match=r"its token service answered 401: DENIED no such user") as failed:
                await refused.has_blob(DIGEST)
    assert {request["service"] for request in tokens.requests} == {"test-registry"}
    assert any(request["scope"] in ("repository:x:pull,push", "repository:x:push,pull") for request in tokens.requests)
    assert "secret" not in failed.value.message


class Script:
    """A registry that answers as it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], web.Response] = {}
        self.asked: list[tuple[str, str, str | None]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.path, request.headers.get("Authorization")))
        await request.read()
        told = self.answers[request.method, request.path]
        return web.Response(status=told.status, headers=told.headers, body=told.body)


@pytest.fixture
async def script() -> Script:
    return Script()


@pytest.fixture
async def host(script: Script) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", script.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        yield f"127.0.0.1:{server.port}"


@pytest.mark.security
@pytest.mark.parametrize("realm", ["http://token.invalid/token", "ftp://127.0.0.1/token", "not a URL", ""])
async def test_a_password_is_never_sent_to_a_token_service_without_encryption(
    outside: Outside, script: Script, host: str, realm: str
) -> None:
    challenge = {"WWW-Authenticate": f'Bearer realm="{realm}",service="s"'}
    script.answers["HEAD", f"/v2/x/blobs/{DIGEST}"] = web.Response(status=401, headers=challenge)
    with pytest.raises(JobFailed, match="not safe to send a password to"):
        await Repository(outside, host, "x", login=Login(USER, PASSWORD), plain=True).has_blob(DIGEST)
    assert [authorization for _unused, _unused, authorization in script.asked] == [None]


@pytest.mark.security
async def test_an_upload_to_another_host_is_refused(outside: Outside, script: Script, host: str, blob: Path) -> None:
    elsewhere = {"Location": "http://other.invalid/v2/x/blobs/uploads/1?state=upload-secret"}
    script.answers["POST", "/v2/x/blobs/uploads/"] = web.Response(status=202, headers=elsewhere)
    with pytest.raises(JobFailed, match=r"sends uploads to another place, http://other\.invalid/v2/x") as failed:
        await Repository(outside, host, "x", login=None, plain=True).push_blob(DIGEST, blob)
    assert "secret" not in failed.value.message


async def test_the_registrys_own_words_reach_the_user(outside: Outside, script: Script, host: str) -> None:
    quota = json.dumps({"errors": [{"code": "DENIED", "message": "quota exceeded", "detail": None}]}).encode()
    script.answers["PUT", "/v2/x/manifests/1"] = web.Response(status=403, body=quota)
    with pytest.raises(JobFailed, match="answered 403 to PUT /v2/x/manifests/1: DENIED quota exceeded"):
        await Repository(outside, host, "x", login=None, plain=True).push_manifest("1", MANIFEST, MANIFEST_TYPE)


async def test_a_registry_that_is_not_there_is_told_apart_from_one_that_refuses(outside: Outside) -> None:
    repository = Repository(outside, f"127.0.0.1:{unused_port()}", "x", login=None, plain=True)
    with pytest.raises(JobFailed, match="cannot be reached") as failed:
        await repository.has_blob(DIGEST)
    assert failed.value.status == 502


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("registry.localhost", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
