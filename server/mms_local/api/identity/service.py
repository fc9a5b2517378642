# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The HTTP side of the token endpoint: tokens, discovery documents, keys, managed identity, registration."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from mms_local.api.guard.tokens import is_same
from mms_local.api.identity.applications import Application, Directory
from mms_local.api.identity.errors import IdentityUnavailable, OAuthError, TokenRejected
from mms_local.api.identity.registration import Registration
from mms_local.api.identity.token_request import token_request

if TYPE_CHECKING:
    from mms_local.api.identity.grants import Grants
    from mms_local.api.identity.tls import Tls
    from mms_local.api.identity.tokens import TokenSigner

_RESOURCES = (
    "https://management.core.windows.net",
    "https://management.azure.com",
    "https://management.core.chinacloudapi.cn",
    "https://management.chinacloudapi.cn",
    "https://management.core.usgovcloudapi.net",
    "https://management.usgovcloudapi.net",
    "https://storage.azure.com",
)
DEFAULT_AUDIENCES = frozenset(name + end for name in _RESOURCES for end in ("", "/"))
"""What a token may be for, unless told otherwise: the management APIs of the clouds, and storage."""

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class IdentityService:
    """Gives out tokens and recognises them.

    Args:
        folder: holds the signing key and the registered applications; made when missing.
        audiences: what a token may be for.
        lifetime: of access tokens, in seconds.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        folder: Path,
        *,
        audiences: Collection[str] = DEFAULT_AUDIENCES,
        lifetime: int = 3600,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.directory = Directory(folder)
        self._registration = Registration(self.directory)
        self._folder = folder
        self.audiences = frozenset(audiences)
        self._lifetime = lifetime
        self._clock = clock

    @cached_property
    def _signer(self) -> TokenSigner:
        try:
            from mms_local.api.identity.tokens import TokenSigner
        except ModuleNotFoundError as error:
            raise IdentityUnavailable(error.name) from error
        return TokenSigner(self._folder, self._clock, self._lifetime)

    @cached_property
    def _grants(self) -> Grants:
        signer = self._signer
        from mms_local.api.identity.grants import Grants

        return Grants(self.directory, signer, self._clock)

    def demand_libraries(self) -> None:
        """Pass when tokens can be issued and checked; makes the signing key, if there is none.

        Raises:
            IdentityUnavailable: the libraries are missing.
        """
        self._signer.key_set()

    def tls(self, folder: Path, hosts: Iterable[str]) -> Tls:
        """TLS for this server; see :func:`mms_local.api.identity.tls.server_tls`.

        Raises:
            IdentityUnavailable: the libraries are missing.
        """
        try:
            from mms_local.api.identity.tls import server_tls
        except ModuleNotFoundError as error:
            raise IdentityUnavailable(error.name) from error
        return server_tls(folder, hosts)

    def refusal(self, token: str) -> str | None:
        """Why a bearer token is not accepted; None when it is ours, for an accepted audience, and valid now."""
        try:
            self._signer.checked(token, self.audiences)
        except (TokenRejected, IdentityUnavailable) as error:
            return str(error)
        return None

    def access_token(self, origin: str) -> str:
        """A token of the default application, as `listTokens` of a hosting account gives it (protocol 4.1).

        Args:
            origin: scheme, host and port as the caller wrote them.

        Raises:
            IdentityUnavailable: the libraries are missing.
        """
        return self._grants.managed_identity_token(origin, self.directory.default, _RESOURCES[0] + "/")

    def environment(self, authority: str) -> dict[str, str]:
        """The variables by which azure-identity finds the default application. One of them is a secret.

        Args:
            authority: base URL over TLS.
        """
        application = self.directory.default
        return {
            "AZURE_AUTHORITY_HOST": authority,
            "AZURE_TENANT_ID": application.tenant,
            "AZURE_CLIENT_ID": application.client_id,
            "AZURE_CLIENT_SECRET": application.secrets[0],
        }

    def managed_identity_environment(self, base_url: str) -> dict[str, str]:
        """The variables by which azure-identity finds the managed identity endpoint. One of them is a secret."""
        return {
            "IDENTITY_ENDPOINT": f"{base_url}/msi/token",
            "IDENTITY_HEADER": self.directory.managed_identity_header,
        }

    def machine_environment(self, base_url: str) -> dict[str, str]:
        """The same for clients that believe to be on a virtual machine: the address holds the secret."""
        return {"AZURE_POD_IDENTITY_AUTHORITY_HOST": f"{base_url}/imds/{self.directory.managed_identity_header}"}

    def routes(self) -> list[web.RouteDef]:
        """The routes for clients. They come after those of the blob subset, whose paths could look like these."""
        return [
            web.post("/{tenant}/oauth2/token", self._token_v1),
            web.post("/{tenant}/oauth2/v2.0/token", self._token_v2),
            web.get("/{tenant}/.well-known/openid-configuration", self._discovery_v1),
            web.get("/{tenant}/v2.0/.well-known/openid-configuration", self._discovery_v2),
            web.get("/{tenant}/discovery/keys", self._keys),
            web.get("/{tenant}/discovery/v2.0/keys", self._keys),
            web.get("/common/userrealm/{user}", self._user_realm),
            web.get("/imds/{secret}/metadata/identity/oauth2/token", self._instance_metadata),
            web.get("/msi/token", self._app_service),
        ]

    def control_routes(self) -> list[web.RouteDef]:
        """The routes that register applications and users, and that of a machine; for the owner of the server."""
        machine = web.get("/metadata/identity/oauth2/token", self._instance_metadata)
        return [*self._registration.routes(), machine]

    async def _token_v1(self, request: web.Request) -> web.Response:
        return await self._token(request, 1)

    async def _token_v2(self, request: web.Request) -> web.Response:
        return await self._token(request, 2)

    async def _token(self, request: web.Request, version: int) -> web.Response:
        correlation = request.headers.get("client-request-id")
        try:
            answer = self._grants.answer(await token_request(request, version))
        except IdentityUnavailable as error:
            return _unavailable(error)
        except OAuthError as error:
            return error.to_response(correlation, self._clock())
        return web.json_response(answer, headers=_NO_STORE)

    async def _discovery_v1(self, request: web.Request) -> web.Response:
        base = f"{_origin(request)}/{request.match_info['tenant']}"
        return _discovery(base, f"{base}/", "oauth2", "discovery/keys")

    async def _discovery_v2(self, request: web.Request) -> web.Response:
        base = f"{_origin(request)}/{request.match_info['tenant']}"
        return _discovery(base, f"{base}/v2.0", "oauth2/v2.0", "discovery/v2.0/keys")

    async def _keys(self, request: web.Request) -> web.Response:
        try:
            return web.json_response(self._signer.key_set())
        except IdentityUnavailable as error:
            return _unavailable(error)

    async def _user_realm(self, request: web.Request) -> web.Response:
        """Tells MSAL to send the user's password to the token endpoint."""
        return web.json_response({"ver": "1.0", "account_type": "Managed"})

    async def _instance_metadata(self, request: web.Request) -> web.Response:
        """The managed identity endpoint of a virtual machine: with a secret in its address, for clients show none else.

        At its usual address it is a part of the control room, which has asked for a token.
        """
        if request.headers.get("Metadata", "").lower() != "true":
            return _refused(400, "invalid_request", "Required metadata header not specified")
        secret = request.match_info.get("secret")
        if secret is not None and not is_same(secret, self.directory.managed_identity_header):
            advice = "set AZURE_POD_IDENTITY_AUTHORITY_HOST to what virtualMachineEnv in the server's --ready-file says"
            return _refused(401, "unauthorized_client", f"The secret in the address is wrong: {advice}")
        return self._managed_identity(request)

    async def _app_service(self, request: web.Request) -> web.Response:
        """The managed identity endpoint of an App Service: open to those who show the header's secret."""
        if not is_same(request.headers.get("X-IDENTITY-HEADER", ""), self.directory.managed_identity_header):
            return _refused(401, "unauthorized_client", "The header X-IDENTITY-HEADER is missing or wrong")
        return self._managed_identity(request)

    def _managed_identity(self, request: web.Request) -> web.Response:
        audience = request.query.get("resource", "")
        if not audience:
            return _refused(400, "invalid_resource", "The query parameter resource is missing")
        application = self._chosen(request.query)
        if application is None:
            return _refused(400, "invalid_request", "Identity not found")
        try:
            token = self._grants.managed_identity_token(_origin(request), application, audience)
        except IdentityUnavailable as error:
            return _unavailable(error)
        now = int(self._clock())
        return web.json_response(
            {
                "access_token": token,
                "client_id": application.client_id,
                "expires_in": str(self._lifetime),
                "expires_on": str(now + self._lifetime),
                "not_before": str(now),
                "resource": audience,
                "token_type": "Bearer",
            },
            headers=_NO_STORE,
        )

    def _chosen(self, query: Mapping[str, str]) -> Application | None:
        if "client_id" in query:
            return self.directory.application(query["client_id"])
        object_id = query.get("object_id") or query.get("principal_id")
        if object_id:
            found = (one for one in self.directory.applications() if one.object_id == object_id)
            return next(found, None)
        if "mi_res_id" in query or "msi_res_id" in query:
            return None  # identities are not ARM resources here
        return self.directory.default


def _origin(request: web.Request) -> str:
    return str(request.url.origin())


def _discovery(base: str, issuer: str, endpoints: str, keys: str) -> web.Response:
    document: dict[str, Any] = {
        "issuer": issuer,
        "token_endpoint": f"{base}/{endpoints}/token",
        "authorization_endpoint": f"{base}/{endpoints}/authorize",
        "jwks_uri": f"{base}/{keys}",
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        "scopes_supported": ["openid", "profile", "offline_access"],
    }
    return web.json_response(document)


def _refused(status: int, error: str, description: str) -> web.Response:
    return web.json_response({"error": error, "error_description": description}, status=status)


def _unavailable(error: IdentityUnavailable) -> web.Response:
    return _refused(501, "temporarily_unavailable", str(error))
