# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Bearer tokens (protocol 2, 7.1.3). Who may come in is decided by a :class:`TokenChecker`."""

from __future__ import annotations

import hmac
from typing import Protocol

from aiohttp import web

from mms_local.api.errors import Unauthorized


class TokenChecker(Protocol):
    """Judges bearer tokens."""

    def refusal(self, token: str) -> str | None:
        """Why the token is not accepted, in words that do not repeat it; None when it is."""


class AnyToken:
    """Every token that is not empty."""

    def refusal(self, token: str) -> str | None:
        return None


class FixedToken:
    """One token, given at start; anything else goes to the next checker, if there is one."""

    def __init__(self, token: str, otherwise: TokenChecker | None = None) -> None:
        self._token = token
        self._otherwise = otherwise

    def refusal(self, token: str) -> str | None:
        if is_same(token, self._token):
            return None
        if self._otherwise is not None:
            return self._otherwise.refusal(token)
        return "the bearer token is not the one that the server was started with"


def is_same(shown: str, secret: str) -> bool:
    """Whether a text that somebody showed is the secret, told in the same time whatever is shown."""
    return hmac.compare_digest(shown.encode(errors="surrogatepass"), secret.encode())


def bearer_token(request: web.Request) -> str:
    """The bearer token that the request brings; empty when it brings none."""
    scheme, _separator, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def demand_token(request: web.Request, checker: TokenChecker | None) -> None:
    """Let the request pass if its token is accepted; a checker of None lets everything pass.

    Raises:
        Unauthorized: there is no bearer token, or it is refused.
    """
    if checker is None:
        return
    token = bearer_token(request)
    if not token:
        raise Unauthorized("send a header 'Authorization: Bearer <token>'")
    refusal = checker.refusal(token)
    if refusal is not None:
        raise Unauthorized(refusal)
