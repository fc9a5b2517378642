# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens that somebody made himself open nothing, under `--auth checked`, in any room that asks for one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
import requests
from api_client import ACCOUNT, HOSTING, Api
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mms_local.testing import ServerProcess

AUDIENCE = "https://management.azure.com/"
FOREIGN = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class Known:
    """What somebody who may ask for nothing knows: an own token of another audience, and the published keys."""

    server: ServerProcess
    header: dict[str, Any]
    claims: dict[str, Any]
    key: dict[str, Any]
    good: str
    elsewhere: str

    @property
    def public_pem(self) -> bytes:
        key: rsa.RSAPublicKey = jwt.PyJWK(self.key).key
        return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def by_hmac(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    text = f"{part(header)}.{part(claims)}"
    signature = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def by(key: Any, known: Known, algorithm: str = "RS256", header: dict[str, Any] | None = None, **claims: Any) -> str:
    return jwt.encode({**known.claims, **claims}, key, algorithm, headers={**known.header, **(header or {})})


def own_jwk() -> dict[str, Any]:
    return dict(json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(FOREIGN.public_key())))


def changed(known: Known, **claims: Any) -> str:
    head, _claims, signature = known.good.split(".")
    return f"{head}.{part({**known.claims, **claims})}.{signature}"


FORGERIES: dict[str, Callable[[Known], str]] = {
    "nothing": lambda known: "",
    "a word": lambda known: "any-token",
    "three words": lambda known: "a.b.c",
    "alg none": lambda known: f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(known.claims)}.",
    "alg None": lambda known: f"{part({'alg': 'None', 'typ': 'JWT'})}.{part(known.claims)}.",
    "alg none, old signature": lambda known: f"{part({**known.header, 'alg': 'none'})}.{known.good.split('.', 1)[1]}",
    "no signature": lambda known: known.good.rpartition(".")[0] + ".",
    "no third part": lambda known: known.good.rpartition(".")[0],
    "a fourth part": lambda known: known.good + ".x",
    "signature of another": lambda known: f"{known.good.rpartition('.')[0]}.{known.elsewhere.rpartition('.')[2]}",
    "signature cut": lambda known: known.good[:-4],
    "signature changed": lambda known: known.good[:-6] + ("A" if known.good[-6] != "A" else "B") + known.good[-5:],
    "claims changed": lambda known: changed(known, oid="somebody-else"),
    "another audience": lambda known: known.elsewhere,
    "another audience, claimed": lambda known: changed(known, aud=["x", AUDIENCE]),
    "another key": lambda known: by(FOREIGN, known),
    "another key, our id": lambda known: by(FOREIGN, known, header={"kid": known.key["kid"]}),
    "another key, its own in jwk": lambda known: by(FOREIGN, known, header={"jwk": own_jwk()}),
    "another key, jku": lambda known: by(FOREIGN, known, header={"jku": "http://127.0.0.1:1/keys"}),
    "another key, x5u": lambda known: by(FOREIGN, known, header={"x5u": "http://127.0.0.1:1/keys"}),
    "kid is a path": lambda known: by(FOREIGN, known, header={"kid": "../../../../dev/null"}),
    "kid is SQL": lambda known: by(FOREIGN, known, header={"kid": "x' UNION SELECT 'k"}),
    "kid is empty": lambda known: by(FOREIGN, known, header={"kid": ""}),
    "crit": lambda known: by(FOREIGN, known, header={"crit": ["b64"], "b64": False}),
    "elliptic": lambda known: by(ec.generate_private_key(ec.SECP256R1()), known, "ES256", {"alg": "ES256"}),
    "hmac with the public key": lambda known: by_hmac({**known.header, "alg": "HS256"}, known.claims, known.public_pem),
    "hmac with nothing": lambda known: by_hmac({**known.header, "alg": "HS256"}, known.claims, b""),
    "hmac with the key's id": lambda known: by_hmac(
        {**known.header, "alg": "HS256"}, known.claims, known.key["kid"].encode()
    ),
    "hmac called RS256": lambda known: by_hmac(known.header, known.claims, known.public_pem),
    "expired, by another key": lambda known: by(FOREIGN, known, exp=int(time.time()) - 1),
    "no expiry": lambda known: changed(known, exp=None),
    "expiry is a text": lambda known: changed(known, exp="never"),
    "expiry is endless": lambda known: changed(known, exp=1e400),
    "header is a list": lambda known: f"{part([])}.{known.good.split('.', 1)[1]}",
    "claims are a list": lambda known: f"{known.good.split('.')[0]}.{part([1])}.{known.good.split('.')[2]}",
    "claims are no text": lambda known: f"{known.good.split('.')[0]}.____.{known.good.split('.')[2]}",
    "deep header": lambda known: f"{base64.urlsafe_b64encode(b'[' * 3000).decode()}.{known.good.split('.', 1)[1]}",
}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    flags = ("--auth", "checked", "--tls-port", "0")
    with ServerProcess(tmp_path_factory.mktemp("checked"), *flags) as server:
        said = server.environment

        def token(resource: str) -> str:
            form = {
                "grant_type": "client_credentials",
                "client_id": said["AZURE_CLIENT_ID"],
                "client_secret": said["AZURE_CLIENT_SECRET"],
                "resource": resource,
            }
            return str(requests.post(endpoint(server), data=form, timeout=10).json()["access_token"])

        good = token(AUDIENCE)
        keys = requests.get(f"{server.url}/common/discovery/v2.0/keys", timeout=10).json()["keys"]
        claims = jwt.decode(good, options={"verify_signature": False})
        elsewhere = token("https://graph.microsoft.com")
        yield Known(server, jwt.get_unverified_header(good), claims, keys[0], good, elsewhere)


def endpoint(server: ServerProcess) -> str:
    return f"{server.url}/{server.environment['AZURE_TENANT_ID']}/oauth2/token"


ROOMS = {
    "account": lambda url: f"{url}{Api('', ACCOUNT).path}/models?api-version={ACCOUNT.version}",
    "hosting account": lambda url: f"{url}{Api('', HOSTING).path}/models",
    "workspace": lambda url: (
        f"{url}/modelmanagement/v1.0/subscriptions/s/resourceGroups/g/providers"
        "/Microsoft.MachineLearningServices/workspaces/w/models"
    ),
    "resource manager": lambda url: f"{url}/subscriptions/s/resourceGroups/g?api-version=2018-11-19",
    "blobs": lambda url: f"{url}/mmslocal?comp=list",
}


@pytest.mark.parametrize("room", ROOMS)
def test_the_own_token_opens_each_room(known: Known, room: str) -> None:
    headers = {"Authorization": f"Bearer {known.good}", "x-ms-version": "2021-08-06"}
    assert requests.get(ROOMS[room](known.server.url), headers=headers, timeout=10).status_code not in (401, 403)


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_opens_no_room(known: Known, room: str, forgery: str) -> None:
    token = FORGERIES[forgery](known)
    headers = {"Authorization": f"Bearer {token}", "x-ms-version": "2021-08-06"}
    answer = requests.get(ROOMS[room](known.server.url), headers=headers, timeout=10)
    assert answer.status_code in (400, 401, 403)
    assert len(token) < 20 or token not in answer.text


@pytest.mark.parametrize("scheme", ["Basic", "bearer2", "Token", ""])
def test_a_token_under_another_scheme_opens_nothing(known: Known, scheme: str) -> None:
    url = ROOMS["account"](known.server.url)
    answer = requests.get(url, headers={"Authorization": f"{scheme} {known.good}".strip()}, timeout=10)
    assert answer.status_code == 401


def test_a_token_in_the_query_opens_nothing(known: Known) -> None:
    url = f"{ROOMS['account'](known.server.url)}&access_token={known.good}"
    assert requests.get(url, timeout=10).status_code == 401


@pytest.mark.parametrize("resource", ["urn:mms-local:refresh", AUDIENCE, "https://graph.microsoft.com"])
def test_an_access_token_is_no_refresh_token_whatever_it_was_asked_for(known: Known, resource: str) -> None:
    said = known.server.environment
    form = {"client_id": said["AZURE_CLIENT_ID"], "client_secret": said["AZURE_CLIENT_SECRET"], "resource": resource}
    given = requests.post(endpoint(known.server), data={**form, "grant_type": "client_credentials"}, timeout=10).json()
    form = {**form, "grant_type": "refresh_token", "refresh_token": given["access_token"]}
    answer = requests.post(endpoint(known.server), data={**form, "resource": AUDIENCE}, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
