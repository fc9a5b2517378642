# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Client assertions: tokens that prove who an application is, instead of a secret. Needs the extra `identity`."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from mms_local.api.identity.applications import Application
from mms_local.api.identity.errors import OAuthError, invalid_client
from mms_local.api.identity.tokens import verified_claims

_LEEWAY = 300  # seconds that clocks may differ


class AssertionChecker:
    """Checks the assertions of applications.

    Args:
        clock: seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def check(self, application: Application, assertion: str, endpoint_path: str) -> None:
        """Pass when the assertion is one of the application's certificates' or of a federated issuer's.

        Args:
            endpoint_path: the path of the token endpoint that was called; a certificate assertion is made for it.

        Raises:
            OAuthError: it is not.
        """
        try:
            header = jwt.get_unverified_header(assertion)
            claims = dict(jwt.decode(assertion, options={"verify_signature": False}))
        except jwt.InvalidTokenError as error:
            raise invalid_client(50027, f"The client assertion is not a JSON Web Token: {error}.") from None
        if claims.get("iss") == claims.get("sub") == application.client_id:
            self._check_certificate(application, assertion, header, endpoint_path)
        else:
            self._check_federated(application, assertion, header, claims)

    def _check_certificate(
        self, application: Application, assertion: str, header: Mapping[str, Any], endpoint_path: str
    ) -> None:
        certificate = _certificate(application, header)
        claims = self._verified(assertion, certificate.public_key())
        if (
            not certificate.not_valid_before_utc.timestamp()
            <= self._clock()
            < certificate.not_valid_after_utc.timestamp()
        ):
            raise invalid_client(700027, "The certificate that signed the client assertion is not valid now.")
        audience = str(claims["aud"])
        if not audience.partition("?")[0].rstrip("/").endswith(endpoint_path):
            raise invalid_client(
                700023, f"The client assertion is for {audience}; this token endpoint is {endpoint_path}."
            )

    def _check_federated(
        self, application: Application, assertion: str, header: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> None:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        for credential in application.federated:
            if (credential.issuer, credential.subject) == (claims.get("iss"), claims.get("sub")):
                if credential.audience not in audiences:
                    raise invalid_client(700212, f"No federated credential has the assertion's audience '{audience}'.")
                self._verified(assertion, _federated_key(credential.keys, header))
                return
        raise invalid_client(
            700213,
            f"No federated credential matches the assertion's issuer '{claims.get('iss')}' and subject"
            f" '{claims.get('sub')}'.",
        )

    def _verified(self, assertion: str, key: Any) -> dict[str, Any]:
        try:
            claims = verified_claims(assertion, key, ["RS256", "PS256", "RS384", "RS512", "ES256"])
        except jwt.PyJWTError:
            raise invalid_client(700027, "The signature of the client assertion is wrong.") from None
        now = self._clock()
        try:
            start, end = float(claims.get("nbf", 0)), float(claims["exp"])
        except (TypeError, ValueError):
            raise invalid_client(50027, "The times in the client assertion are not numbers.") from None
        if not start - _LEEWAY <= now < end + _LEEWAY:
            raise invalid_client(700024, "The client assertion is not within its valid time range.")
        return claims


def certificate_of(pem: str) -> x509.Certificate:
    """The certificate in the text.

    Raises:
        ValueError: there is none.
    """
    return x509.load_pem_x509_certificate(pem.encode())


def _certificate(application: Application, header: Mapping[str, Any]) -> x509.Certificate:
    """The registered certificate that the header names by its thumbprint."""
    for pem in application.certificates:
        certificate = certificate_of(pem)
        for name, algorithm in (("x5t#S256", hashes.SHA256()), ("x5t", hashes.SHA1())):
            thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(algorithm)).rstrip(b"=").decode()
            if str(header.get(name, "")).rstrip("=") == thumbprint:
                return certificate
    raise invalid_client(700027, "The certificate that signed the client assertion is not registered.")


def _federated_key(keys: Mapping[str, Any], header: Mapping[str, Any]) -> jwt.PyJWK:
    try:
        found = jwt.PyJWKSet.from_dict(dict(keys)).keys
    except jwt.PyJWTError as error:
        raise OAuthError(400, "invalid_client", 50013, f"The registered keys cannot be used: {error}.") from None
    for key in found:
        if key.key_id == header.get("kid"):
            return key
    raise invalid_client(700027, "The key that signed the federated token is not registered.")
