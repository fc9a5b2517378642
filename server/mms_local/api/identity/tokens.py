# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Tokens: signed with a key of our own, checked with it. Needs the extra `identity`."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mms_local.api.identity.errors import TokenRejected
from mms_local.data_directory import write_private

_REFRESH_AUDIENCE = "urn:mms-local:refresh"
_REFRESH_LIFETIME = 90 * 24 * 3600


@dataclass(frozen=True)
class Identity:
    """Whom a token is about.

    Attributes:
        user: the name that a user signed in with; None for an application.
        proof: how the client proved who it is: "0" not at all, "1" by secret, "2" by certificate or federated token.
    """

    tenant: str
    client_id: str
    object_id: str
    user: str | None = None
    proof: str = "1"


class TokenSigner:
    """Issues JSON Web Tokens (RS256) and recognises its own.

    Args:
        folder: holds the key, made at first use.
        clock: seconds since 1970.
        lifetime: of access tokens, in seconds.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time, lifetime: int = 3600) -> None:
        self._folder = folder
        self._clock = clock
        self.lifetime = lifetime

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        path = self._folder / "signing.pem"
        if not path.exists():
            fresh = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(path, _private_pem(fresh))
        key = serialization.load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"{path} is not an RSA key: remove it, a new one is made")
        return key

    @cached_property
    def _key_id(self) -> str:
        public = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        digest = hashes.Hash(hashes.SHA256())
        digest.update(public)
        return digest.finalize().hex()[:32]

    def key_set(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set."""
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**key, "use": "sig", "alg": "RS256", "kid": self._key_id}]}

    def access_token(self, issuer: str, audience: str, identity: Identity) -> str:
        """A token that opens `audience`."""
        claims = {
            **self._about(issuer, audience, identity, self.lifetime),
            "appid": identity.client_id,
            "azp": identity.client_id,
            "appidacr": identity.proof,
            "ver": "2.0" if issuer.endswith("/v2.0") else "1.0",
        }
        if identity.user:
            claims |= {"upn": identity.user, "scp": "user_impersonation"}
        else:
            claims["idtyp"] = "app"
        return self._signed(claims)

    def id_token(self, issuer: str, identity: Identity) -> str:
        """A token that tells the client who signed in."""
        about = self._about(issuer, identity.client_id, identity, self.lifetime)
        return self._signed({**about, "preferred_username": identity.user, "ver": "2.0"})

    def refresh_token(self, issuer: str, identity: Identity) -> str:
        """A token that this endpoint, and nothing else, takes for new tokens of the same user."""
        about = self._about(issuer, _REFRESH_AUDIENCE, identity, _REFRESH_LIFETIME)
        return self._signed({**about, "appid": identity.client_id, "upn": identity.user})

    def refreshed(self, refresh_token: str) -> Identity:
        """Whom a refresh token is about.

        Raises:
            TokenRejected: it is not one, or it has expired.
        """
        claims = self.checked(refresh_token, [_REFRESH_AUDIENCE])
        if "ver" in claims:  # an access token, which anybody may ask for with any audience
            raise TokenRejected("it is an access token")
        return Identity(claims["tid"], claims["appid"], claims["oid"], claims["upn"], proof="0")

    def checked(self, token: str, audiences: Collection[str]) -> dict[str, Any]:
        """The claims of a token of ours that is meant for one of the audiences and valid now.

        Raises:
            TokenRejected: with the reason.
        """
        try:
            claims = verified_claims(token, self._key.public_key(), ["RS256"])
        except (jwt.InvalidTokenError, UnicodeError):
            raise TokenRejected("the token was not signed by this server") from None
        now = self._clock()
        if now >= claims["exp"]:
            raise TokenRejected(f"the token expired {now - claims['exp']:.0f} s ago; get a new one")
        if claims["aud"] not in audiences:
            raise TokenRejected(f"the token is for {claims['aud']}; accepted are {', '.join(sorted(audiences))}")
        return claims

    def _about(self, issuer: str, audience: str, identity: Identity, lifetime: int) -> dict[str, Any]:
        now = int(self._clock())
        return {
            "iss": issuer,
            "aud": audience,
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "tid": identity.tenant,
            "oid": identity.object_id,
            "sub": identity.object_id,
            "uti": uuid.uuid4().hex,
        }

    def _signed(self, claims: Mapping[str, Any]) -> str:
        return jwt.encode(dict(claims), self._key, "RS256", headers={"kid": self._key_id})


def verified_claims(token: str, key: Any, algorithms: list[str]) -> dict[str, Any]:
    """The claims of a token whose signature is right; times and audience are left to the caller, who has the clock.

    Raises:
        jwt.InvalidTokenError: the signature is wrong, or it is no token.
    """
    return dict(
        jwt.decode(
            token,
            key,
            algorithms,
            options={
                "require": ["exp", "aud"],
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                "verify_aud": False,
            },
        )
    )


def _private_pem(key: rsa.RSAPrivateKey) -> str:
    """The key, unencrypted, as PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
