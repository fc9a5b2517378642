# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep secrets out of what people read. The one place that knows what a secret looks like in a URL or in a text, and
the gate that everything a task says passes on its way out."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

MASK = "********"

# Names of secrets before "=", as in a query or a connection string, and before ":", as in JSON.
_BEFORE_EQUALS = r"""sig|AccountKey|SharedAccessKey|SharedAccessSignature|client_secret|client_assertion|refresh_token
    |access_token|id_token|password"""
_BEFORE_COLON = rf"""{_BEFORE_EQUALS}|passwd|secret|clientSecret|token|accessToken|refreshToken|identitytoken
    |api_key|apiKey|primaryKey|secondaryKey|connectionString|client-key-data"""

# Group 1 is kept, the rest of the match is replaced.
_FORMS = tuple(
    re.compile(form, re.IGNORECASE | re.VERBOSE)
    for form in (
        # A pair of JSON, also in a JSON text inside of another, where quotation marks have backslashes, or cut short.
        rf"""((?P<name>\\{{0,15}}["'])(?:{_BEFORE_COLON})(?P=name)\s*:\s*(?P<value>\\{{0,15}}["']))
             (?:(?!(?P=value))(?:\\.|[^\\]))+""",
        rf"""((?P<name>\\{{0,15}}["'])(?:{_BEFORE_COLON})(?P=name)\s*:\s*)[0-9][^\s"'\\,\]\[{{}}]*""",
        # User and password in a URL. The password may hold an "@" itself.
        r"""(\b[a-z][a-z0-9+.-]{0,30}://)[^\s/"'<>:]*:[^\s/"'<>]*(?=@)""",
        # A user alone is a token, but not where it is something else, such as the container in wasb://.
        r"""(\b(?:[a-z]{1,10}\+)?https?://)[^\s/"'<>?\#]+(?=@)""",
        r"""(\bBearer\s+)[A-Za-z0-9_~+/.=-]{8,}""",
        # JSON in base64: the parts of a JWT, the login for a registry.
        r"""(\b)(?-i:eyJ)[A-Za-z0-9_+/-]{8,}={0,2}(?:\.[A-Za-z0-9_-]*){0,4}""",
        rf"""(\b(?:{_BEFORE_EQUALS})=)[^&;,\s"'<>]+""",
    )
)
_BASIC = re.compile(r"(\bBasic\s+)([A-Za-z0-9+/_-]{6,}={0,2})", re.IGNORECASE)
_SHORTEST_SECRET = 4  # what is shorter stands in many a word


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """Return C(text) with every secret replaced that can be told by its form, and with each of C(secrets).

    Args:
        text: A message, a log line, a URL, the body of an error answer.
        secrets: Values known to be secret, whatever they look like. Empty ones are ignored.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    text = _BASIC.sub(lambda match: match.group(1) + MASK if _is_login(match.group(2)) else match.group(), text)
    for form in _FORMS:
        text = form.sub(lambda match: match.group(1) + MASK, text)
    return text


def _is_login(text: str) -> bool:
    """Tell whether it is user and password in base64, and not a word that follows "basic"."""
    whole = text.rstrip("=")
    whole = whole[: len(whole) // 4 * 4]  # a message may have cut it short
    try:
        return b":" in base64.b64decode(whole, altchars=b"-_" if "-" in whole or "_" in whole else None)
    except binascii.Error:
        return False


class Gate:
    """What everything that a task says passes on its way out: progress, warnings and the result.

    Args:
        tell: Takes a line of progress.
        warn: Takes a warning.
        mention: Takes a line for those who want to know more (C(-v)).
        quiet: Whether the user wants nothing to be said (C(no_log)). Then all that is said is that the task waits.
    """

    def __init__(
        self,
        tell: Callable[[str], None],
        warn: Callable[[str], None],
        *,
        mention: Callable[[str], None] = lambda _line: None,
        quiet: bool = False,
    ) -> None:
        self._tell = tell
        self._warn = warn
        self._mention = mention
        self._quiet = quiet
        self._told = False
        self._secrets: set[str] = set()

    def hide(self, *secrets: str | None) -> None:
        """Let none of these values pass from now on, as they are or as JSON and URLs spell them."""
        for secret in secrets:
            if secret and len(secret) >= _SHORTEST_SECRET:
                self._secrets |= {secret, json.dumps(secret)[1:-1], quote(secret, safe="")}

    def tell(self, line: str) -> None:
        """Tell a line of progress."""
        if not self._quiet:
            self._tell(masked(line, self._secrets))
        elif not self._told:
            self._told = True
            self._tell("The task is waiting. No more is shown, because no_log is set.")

    def warn(self, text: str) -> None:
        """Warn the user."""
        if not self._quiet:
            self._warn(masked(text, self._secrets))

    def mention(self, line: str) -> None:
        """Tell those who want to know more."""
        if not self._quiet:
            self._mention(masked(line, self._secrets))

    def masked(self, value: Any) -> Any:
        """Return a part of the result without secrets."""
        if isinstance(value, str):
            return masked(value, self._secrets)
        if isinstance(value, Mapping):
            return {name: self.masked(part) for name, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.masked(part) for part in value]
        return value


def secrets_in(spec: Mapping[str, Mapping[str, Any]], options: Mapping[str, Any]) -> set[str]:
    """Return the values of the options that hold secrets (C(no_log)), those of suboptions included."""
    found: set[str] = set()
    for name, value in options.items():
        declared = spec.get(name, {})
        if declared.get("no_log") and isinstance(value, str):
            found.add(value)
        inner = declared.get("options")
        for part in value if isinstance(value, list) else (value,):
            if inner and isinstance(part, Mapping):
                found |= secrets_in(inner, part)
    return found


def without_query(url: str) -> str:
    """Return the URL without query and fragment: what names the content, and nothing that signs it.

    Two URLs of the same blob are equal in this form, however often their SAS was renewed (protocol 7.2.13).
    """
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def has_credentials(url: str) -> bool:
    """Tell whether user name or password stand in the URL itself (C(https://user:password@host/))."""
    parts = urlsplit(url)
    return parts.username is not None or parts.password is not None
