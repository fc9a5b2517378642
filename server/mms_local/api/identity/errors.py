# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Refusals: of the token endpoint (with the codes that clients and people know), and of bearer tokens."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone

from aiohttp import web


class IdentityUnavailable(Exception):
    """The libraries that sign and check tokens are not installed."""

    def __init__(self, missing: str | None) -> None:
        super().__init__(
            f"tokens cannot be issued or checked without the Python package {missing}:"
            " run `pip install 'PyJWT[crypto]'` with the Python that runs this server"
        )


class TokenRejected(Exception):
    """A bearer token that is not accepted; the text says why, without the token."""


class OAuthError(Exception):
    """A refusal of the token endpoint.

    Args:
        status: HTTP status.
        error: the OAuth 2.0 error code.
        number: the AADSTS number, which clients log and people search for.
        description: what is wrong; never a secret.
    """

    def __init__(self, status: int, error: str, number: int, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.number = number
        self.description = description

    def to_response(self, correlation_id: str | None, now: float) -> web.Response:
        """The answer, in the form that MSAL parses."""
        moment = datetime.fromtimestamp(now, timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
        trace, correlation = str(uuid.uuid4()), correlation_id or str(uuid.uuid4())
        return web.json_response(
            {
                "error": self.error,
                "error_description": f"AADSTS{self.number}: {self.description}"
                f" Trace ID: {trace} Correlation ID: {correlation} Timestamp: {moment}",
                "error_codes": [self.number],
                "timestamp": moment,
                "trace_id": trace,
                "correlation_id": correlation,
            },
            status=self.status,
            headers={"Cache-Control": "no-store"},
        )


def missing_parameter(name: str) -> OAuthError:
    """The request body lacks a parameter."""
    return OAuthError(
        400, "invalid_request", 900144, f"The request body must contain the following parameter: '{name}'."
    )


def invalid_client(number: int, description: str) -> OAuthError:
    """The client did not prove who it is."""
    return OAuthError(401, "invalid_client", number, description)
