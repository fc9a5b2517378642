# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the transport needs from a credential, whatever its source."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Token:
    """What opens a server: a bearer token (protocol 4.4), or a login.

    Args:
        value: What follows the scheme in the Authorization header.
        expires_on: Seconds since the epoch; None when nobody said.
        source: Where it came from, in words that complete "the token came from ...".
        scheme: The first word of the Authorization header.
    """

    value: str = field(repr=False)
    expires_on: float | None
    source: str
    scheme: str = "Bearer"


class Credential(Protocol):
    """Gives bearer tokens for one audience."""

    @property
    def source(self) -> str:
        """Where the tokens come from, in words that complete "the token came from ..."."""

    def token(self) -> Token:
        """Return a token that is still good for a while.

        Raises:
            AuthError: None could be obtained.
        """

    def renew(self) -> Token | None:
        """Return another token than the one before, which the service has refused; None when there is no other.

        Raises:
            AuthError: One should be there, but could not be had.
        """


@dataclass(frozen=True)
class GivenToken:
    """A token that the user got elsewhere. It cannot be renewed."""

    value: str = field(repr=False)
    source: str

    def token(self) -> Token:
        """Return the token as it was given."""
        return Token(self.value, None, self.source)

    def renew(self) -> Token | None:
        """Return None: only the user can get another one."""
        return None


@dataclass(frozen=True)
class Login:
    """A user name and a password, for servers that want these."""

    username: str
    password: str = field(repr=False)
    source: str

    def token(self) -> Token:
        """Return both in the form of HTTP's Basic authentication."""
        pair = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return Token(pair, None, self.source, scheme="Basic")

    def renew(self) -> Token | None:
        """Return None: there is no other password."""
