# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep secrets out of what people read. The one place that knows what a secret looks like in a URL or in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

MASK = "********"

# Signature of a shared access signature, account key of a connection string, password in a URL, bearer token, client
# secret of a token request. Group 1 is kept, the rest of the match is replaced.
_SECRETS = re.compile(
    r"""(
        \bsig=                                # protocol 2.2.2: a model's URL is normally a SAS URL
      | \b(?:AccountKey|SharedAccessSignature)=
      | \b[a-z][a-z0-9+.-]*://[^\s/:@"']*:(?=[^\s/@"']+@)
      | \bBearer\s+(?=[A-Za-z0-9_~+/.-]{8})
      | \b(?:client_secret|client_assertion|refresh_token|access_token|password)=
    )
    (?:(?<=:)[^\s/@"']+|[^&;,\s"'<>]+)""",
    re.IGNORECASE | re.VERBOSE,
)


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """Return C(text) with every secret replaced that can be told by its form, and with each of C(secrets).

    Args:
        text: A message, a log line, a URL, the body of an error answer.
        secrets: Values known to be secret, whatever they look like. Empty ones are ignored.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return _SECRETS.sub(lambda match: match.group(1) + MASK, text)


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
