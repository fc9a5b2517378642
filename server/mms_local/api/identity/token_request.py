# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""A request to a token endpoint, read from HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import BasicAuth, web

from mms_local.api.identity.errors import OAuthError, missing_parameter

_OIDC_SCOPES = ("openid", "profile", "email", "offline_access")
_FORM = "application/x-www-form-urlencoded"
_DEFAULT_SCOPE = "/.default"


@dataclass(frozen=True)
class TokenRequest:
    """A request to a token endpoint.

    Attributes:
        origin: scheme, host and port as the caller wrote them.
        version: 1 or 2, of the endpoint.
        form: the body; client credentials from an Authorization header are in it as well.
    """

    origin: str
    tenant: str
    version: int
    form: Mapping[str, str] = field(repr=False)

    @property
    def path(self) -> str:
        """The endpoint's path."""
        return f"/{self.tenant}/oauth2/{'v2.0/' if self.version == 2 else ''}token"

    def required(self, name: str) -> str:
        """A parameter that must be there.

        Raises:
            OAuthError: it is not.
        """
        value = self.form.get(name, "")
        if not value:
            raise missing_parameter(name)
        return value

    def audience(self) -> str:
        """What the token shall open: `resource` of v1, or `scope` of v2 without its last part.

        Raises:
            OAuthError: there is none, or more than one.
        """
        if self.version == 1:
            return self.required("resource")
        scopes = [scope for scope in self.required("scope").split() if scope not in _OIDC_SCOPES]
        if len(scopes) != 1:
            raise OAuthError(400, "invalid_scope", 70011, "The scope must name exactly one resource.")
        scope = scopes[0]
        if scope.endswith(_DEFAULT_SCOPE):
            return scope[: -len(_DEFAULT_SCOPE)]
        if self.form.get("grant_type") == "client_credentials" or "/" not in scope:
            raise OAuthError(
                400, "invalid_scope", 1002012, f"The scope '{scope}' is not valid: it must be '<resource>/.default'."
            )
        return scope.rpartition("/")[0]


async def token_request(request: web.Request, version: int) -> TokenRequest:
    """The token request in an HTTP request.

    Raises:
        OAuthError: it cannot be read.
    """
    if request.content_type != _FORM:
        raise OAuthError(400, "invalid_request", 9002313, f"The request body must be of the type {_FORM}.")
    try:
        sent = await request.post()
    except UnicodeDecodeError:
        raise OAuthError(400, "invalid_request", 9002313, "The request body cannot be read.") from None
    form = {name: value for name, value in sent.items() if isinstance(value, str)}
    header = request.headers.get("Authorization", "")
    if header.lower().startswith("basic "):
        try:
            credentials = BasicAuth.decode(header)
        except ValueError:
            raise OAuthError(400, "invalid_request", 9002313, "The Authorization header cannot be read.") from None
        form.setdefault("client_id", credentials.login)
        form.setdefault("client_secret", credentials.password)
    return TokenRequest(str(request.url.origin()), request.match_info["tenant"], version, form)
