# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""From a token request to tokens: the grants, in the v1 and the v2 form. Needs the extra `identity`."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from mms_local.api.guard.tokens import is_same
from mms_local.api.identity.applications import Application, Directory
from mms_local.api.identity.assertions import AssertionChecker
from mms_local.api.identity.errors import OAuthError, TokenRejected, invalid_client
from mms_local.api.identity.token_request import TokenRequest
from mms_local.api.identity.tokens import Identity, TokenSigner

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SHARED_TENANTS = ("common", "organizations")


class Grants:
    """Gives tokens to those who prove who they are.

    Args:
        clock: seconds since 1970.
    """

    def __init__(self, directory: Directory, signer: TokenSigner, clock: Callable[[], float]) -> None:
        self._directory = directory
        self._signer = signer
        self._assertions = AssertionChecker(clock)
        self._clock = clock

    def answer(self, request: TokenRequest) -> dict[str, Any]:
        """The token endpoint's answer.

        Raises:
            OAuthError: the request is refused.
        """
        grant = request.required("grant_type")
        audience = request.audience()
        if grant == "client_credentials":
            identity = self._application_identity(request)
        elif grant == "password":
            identity = self._user_identity(request)
        elif grant == "refresh_token":
            identity = self._refreshed_identity(request)
        else:
            raise OAuthError(400, "unsupported_grant_type", 70003, f"The grant type '{grant}' is not supported here.")
        return self._tokens(request, audience, identity)

    def managed_identity_token(self, origin: str, application: Application, audience: str) -> str:
        """An access token of an application for a caller that the machine vouches for."""
        identity = Identity(application.tenant, application.client_id, application.object_id, proof="2")
        return self._signer.access_token(f"{origin}/{application.tenant}/", audience, identity)

    def _application_identity(self, request: TokenRequest) -> Identity:
        application = self._application(request)
        if request.form.get("client_assertion"):
            if request.required("client_assertion_type") != ASSERTION_TYPE:
                raise OAuthError(400, "invalid_request", 50027, f"The client assertion type must be {ASSERTION_TYPE}.")
            self._assertions.check(application, request.form["client_assertion"], request.path)
            return Identity(application.tenant, application.client_id, application.object_id, proof="2")
        if not request.form.get("client_secret"):
            raise invalid_client(
                7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
            )
        self._check_secret(application, request)
        return Identity(application.tenant, application.client_id, application.object_id)

    def _user_identity(self, request: TokenRequest) -> Identity:
        application = self._application(request)
        if request.form.get("client_secret"):
            self._check_secret(application, request)
        name, password = request.required("username"), request.required("password")
        user = self._directory.user(application.tenant, name)
        if user is None or not is_same(password, user.password):
            raise OAuthError(
                400, "invalid_grant", 50126, "Error validating credentials due to invalid username or password."
            )
        return Identity(application.tenant, application.client_id, user.object_id, user.name, proof="0")

    def _refreshed_identity(self, request: TokenRequest) -> Identity:
        application = self._application(request)
        try:
            identity = self._signer.refreshed(request.required("refresh_token"))
        except TokenRejected as error:
            raise OAuthError(400, "invalid_grant", 70008, f"The refresh token cannot be used: {error}.") from None
        if identity.client_id != application.client_id:
            raise OAuthError(400, "invalid_grant", 70000, "The refresh token was given to another application.")
        if self._directory.user(identity.tenant, identity.user or "") is None:
            raise OAuthError(400, "invalid_grant", 50034, "The user of the refresh token does not exist any more.")
        return identity

    def _application(self, request: TokenRequest) -> Application:
        client_id = request.required("client_id")
        application = self._directory.application(client_id)
        if application is None or request.tenant.lower() not in (application.tenant.lower(), *_SHARED_TENANTS):
            raise OAuthError(
                400,
                "unauthorized_client",
                700016,
                f"Application with identifier '{client_id}' was not found in the directory '{request.tenant}'.",
            )
        return application

    def _check_secret(self, application: Application, request: TokenRequest) -> None:
        if not any(is_same(request.form["client_secret"], secret) for secret in application.secrets):
            raise invalid_client(
                7000215, f"Invalid client secret provided for the application '{application.client_id}'."
            )

    def _tokens(self, request: TokenRequest, audience: str, identity: Identity) -> dict[str, Any]:
        base = f"{request.origin}/{identity.tenant}"
        issuer = f"{base}/v2.0" if request.version == 2 else f"{base}/"
        lifetime, now = self._signer.lifetime, int(self._clock())
        tokens: dict[str, Any] = {
            "token_type": "Bearer",
            "access_token": self._signer.access_token(issuer, audience, identity),
        }
        if request.version == 2:
            tokens |= {"expires_in": lifetime, "ext_expires_in": lifetime}
        else:
            tokens |= {
                "resource": audience,
                "expires_in": str(lifetime),
                "ext_expires_in": str(lifetime),
                "expires_on": str(now + lifetime),
                "not_before": str(now),
            }
        if identity.user:
            client_info = json.dumps({"uid": identity.object_id, "utid": identity.tenant}).encode()
            tokens |= {
                "scope": request.form.get("scope", ""),
                "refresh_token": self._signer.refresh_token(issuer, identity),
                "id_token": self._signer.id_token(issuer, identity),
                "client_info": base64.urlsafe_b64encode(client_info).rstrip(b"=").decode(),
            }
        return tokens
