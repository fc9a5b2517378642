# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential that asks azure-identity, and answers in this collection's own words."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .._errors import AuthError, MissingLibraryError
from .._masking import masked
from .._time.repeats import Repeats
from .._transport.token import Token
from .cache import CachedToken, TokenCache
from .network import Network, fault_of
from .sources import Authority, Source, secrets_of

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken

EARLY = 300.0
"""Seconds before its expiry that a token is replaced; half of its life for tokens that live less than twice as long."""


class AzureCredential:
    """A credential source, used through azure-identity.

    Args:
        source: Whose tokens.
        authority: Who issues them.
        network: How the authority is reached.
        scope: What the tokens are for.
        cache: Where tokens survive this task; None keeps them in memory.
        lacked: What the sources that were tried before lacked, for the message when this one fails as well.
        clock: Seconds since the epoch.
        repeats: Paces and counts what is repeated.
    """

    def __init__(
        self,
        source: Source,
        authority: Authority,
        network: Network,
        scope: str,
        *,
        cache: TokenCache | None = None,
        lacked: Sequence[str] = (),
        clock: Callable[[], float] = time.time,
        repeats: Repeats | None = None,
    ) -> None:
        self._repeats = repeats or Repeats()
        self._source = source
        self._authority = authority
        self._network = network
        self._scope = scope
        self._cache = cache
        self._lacked = lacked
        self._clock = clock
        self._held: CachedToken | None = None

    @property
    def source(self) -> str:
        """Where the tokens come from."""
        return self._source.words

    def token(self) -> Token:
        """Return the token at hand while it is fresh, or else a new one.

        Raises:
            AuthError: The authority refused, or could not be reached.
            MissingLibraryError: azure-identity is not installed.
        """
        if self._held is None and self._cache:
            self._held = self._cache.load(self._key)
        if self._held is None or self._held.refresh_on <= self._clock():
            self._held = self._fetched()
        return self._as_token(self._held)

    def renew(self) -> Token | None:
        """Return a new token, for the service refused the one at hand; None when the source has only that one.

        Raises:
            AuthError: The authority refused, or could not be reached.
        """
        refused = self._held.value if self._held else None
        self._held = self._fetched()
        return None if self._held.value == refused else self._as_token(self._held)

    @property
    def _key(self) -> Sequence[str]:
        return (self._authority.url, *self._source.identity, self._scope)

    @property
    def _issuer(self) -> str:
        return self._source.issuer or self._authority.url

    def _as_token(self, held: CachedToken) -> Token:
        return Token(held.value, held.expires_on, self.source)

    def _fetched(self) -> CachedToken:
        """Ask azure-identity. A new credential object each time: an old one would answer from its own memory."""
        answer = self._answer()
        now = self._clock()
        early = min(EARLY, max(answer.expires_on - now, 0.0) / 2)
        fetched = CachedToken(answer.token, float(answer.expires_on), answer.expires_on - early)
        if self._cache:
            self._cache.store(self._key, fetched)
        return fetched

    def _answer(self) -> AccessToken:
        """Ask, and ask again: however a token is asked for, that changes nothing.

        Raises:
            AuthError: see token.
        """
        attempts = self._repeats.begin(self._network.patience)
        while True:
            try:
                return self._asked_once()
            except AuthError as error:
                cause = error.__cause__
                passing = error.code != "NoCredential" and cause is not None
                fault, asked = fault_of(cause, self._clock()) if cause and passing else (None, None)
                if fault is None or not attempts.again(f"A token from {self._issuer}", fault, error.message, asked):
                    raise

    def _asked_once(self) -> AccessToken:
        try:
            from azure.core.exceptions import (
                AzureError,
                ClientAuthenticationError,
                ServiceRequestError,
                ServiceResponseError,
            )
            from azure.identity import CredentialUnavailableError
        except ImportError as error:
            raise MissingLibraryError("azure-identity", f"to sign in as {self.source}") from error
        try:
            return self._source.sdk_credential(self._authority, self._network).get_token(self._scope)
        except CredentialUnavailableError as error:
            raise self._error("cannot be used", error, "NoCredential", self._lacked) from error
        except AzureError as error:
            # azure-identity wraps trouble with the network in a ClientAuthenticationError.
            unanswered = isinstance(error.__cause__, (ServiceRequestError, ServiceResponseError))
            if isinstance(error, ClientAuthenticationError) and not unanswered:
                raise self._error(f"was refused by {self._issuer}", error, "CredentialRejected") from error
            raise self._error(f"got no answer from {self._issuer}", error, "AuthorityUnreachable") from error
        except (ValueError, OSError) as error:  # what azure-identity says about a bad tenant, certificate or token file
            raise self._error("cannot be used", error, "InvalidCredential") from error

    def _error(self, what: str, error: Exception, code: str, lacked: Sequence[str] = ()) -> AuthError:
        reason = masked(" ".join(str(error).split()), secrets_of(self._source)).rstrip(".")
        before = f" Tried before: {'; '.join(lacked)}." if lacked else ""
        return AuthError(f"{self.source[0].upper()}{self.source[1:]} {what}: {reason}.{before}", code=code)
