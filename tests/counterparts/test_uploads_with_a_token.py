# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads with a token instead of a key, to Azurite over TLS, which looks at issuer, audience and expiry of a token."""

from __future__ import annotations

import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import jwt
import pytest
from storage_services import Account, Certificates

from ansible_collections.azureml.model_management.plugins.module_utils._auth.network import Network
from ansible_collections.azureml.model_management.plugins.module_utils._errors import UploadError
from ansible_collections.azureml.model_management.plugins.module_utils._storage.access import Access
from ansible_collections.azureml.model_management.plugins.module_utils._storage.content import content_of
from ansible_collections.azureml.model_management.plugins.module_utils._storage.target import StorageTarget
from ansible_collections.azureml.model_management.plugins.module_utils._time.repeats import Patience
from ansible_collections.azureml.model_management.plugins.module_utils._transport.token import Token

DAY = 86400


@dataclass(frozen=True)
class Forged:
    """A credential whose tokens Azurite takes: it checks no signature."""

    audience: str = "https://storage.azure.com"
    source: str = field(default="forger", init=False)

    def token(self) -> Token:
        now = int(time.time())
        claims = {
            "iss": "https://sts.windows.net/tenant/",
            "aud": self.audience,
            "nbf": now,
            "iat": now,
            "exp": now + 600,
        }
        value = jwt.encode({**claims, "oid": str(uuid.uuid4()), "tid": str(uuid.uuid4())}, "k" * 32, "HS256")
        return Token(value, now + 600.0, self.source)

    def renew(self) -> None:
        return None


@pytest.fixture
def access(azurite_tls_account: Account) -> Access:
    """A container that does not exist yet, and no key."""
    return Access(azurite_tls_account.url, azurite_tls_account.name, f"c-{uuid.uuid4().hex}")


@pytest.fixture
def network(certificates: Certificates) -> Network:
    """Trust in Azurite's certificate."""
    return Network(verify=str(certificates.authority), patience=Patience(retries=0))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A small file."""
    path = tmp_path / "model.pkl"
    path.write_bytes(b"m" * 1000)
    return path


def query_of(url: str) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def lifetime_of(url: str) -> float:
    return datetime.fromisoformat(query_of(url)["se"].replace("Z", "+00:00")).timestamp() - time.time()


@pytest.mark.parametrize(("lifetime", "seconds"), [(None, 7 * DAY), (3600, 3600)])
def test_the_url_is_signed_by_the_identity_and_only_reads(
    access: Access, network: Network, trust: ssl.SSLContext, model: Path, lifetime: int | None, seconds: int
) -> None:
    url = StorageTarget(access, Forged(), network, lifetime).ensure(content_of(model))
    assert query_of(url)["sp"] == "r"
    assert "skoid" in query_of(url)
    assert abs(lifetime_of(url) - seconds) < 60
    with urllib.request.urlopen(url, context=trust, timeout=10) as answer:
        assert answer.read() == model.read_bytes()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), context=trust, timeout=10)


def test_a_token_for_something_else_is_refused_with_what_to_check(
    access: Access, network: Network, model: Path
) -> None:
    target = StorageTarget(access, Forged("https://management.core.windows.net/"), network)
    with pytest.raises(UploadError, match=r"answered 40[13] .*Storage Blob Data Contributor") as caught:
        target.ensure(content_of(model))
    assert caught.value.status in (401, 403)


def test_a_service_that_is_not_trusted_gets_no_token(access: Access, model: Path) -> None:
    with pytest.raises(UploadError, match="certificate verify failed") as caught:
        StorageTarget(access, Forged(), Network(patience=Patience(retries=0))).ensure(content_of(model))
    assert caught.value.code == "StorageUnreachable"
