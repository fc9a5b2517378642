# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The strings that storage clients sign, and the comparison of signatures.

The forms are those of the published Azure Storage documentation: "Authorize with Shared Key", "Create an account SAS",
"Create a service SAS" and "Create a user delegation SAS". Every service version has its own; `sv` tells which.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping

_SIGNED_HEADERS = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)
_OVERRIDES = ("rscc", "rscd", "rsce", "rscl", "rsct")


def sign(key: str, text: str) -> str:
    """HMAC-SHA256 of the text under a base64 key, in base64."""
    return base64.b64encode(hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()).decode()


def matches(key: str, text: str, signature: str) -> bool:
    """Whether the signature is that of the text. Takes the same time for every wrong signature."""
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, base64.b64decode(sign(key, text)))


def shared_key_texts(
    method: str, raw_path: str, query: Mapping[str, list[str]], headers: Mapping[str, str], account: str
) -> Iterable[str]:
    """What a `SharedKey` signature covers. There are two readings of "sorted by header name"; clients use either.

    Args:
        raw_path: the path as sent, percent-encoding included.
        query: decoded query parameters.
    """
    values = {name.lower(): value.strip() for name, value in headers.items()}
    fixed = [values.get(name, "") for name in _SIGNED_HEADERS]
    if fixed[2] == "0":
        fixed[2] = ""
    if "x-ms-date" in values:
        fixed[5] = ""
    resource = f"/{account}{raw_path}"
    lowered = {name.lower(): ",".join(sorted(given)) for name, given in query.items()}
    resource += "".join(f"\n{name}:{lowered[name]}" for name in sorted(lowered))
    own = [name for name in values if name.startswith("x-ms-")]
    for order in (sorted(own, key=_culture_order), sorted(own)):
        yield "\n".join([method, *fixed, *(f"{name}:{values[name]}" for name in order), resource])


def _culture_order(name: str) -> tuple[str, str]:
    """The storage service's own order: hyphens do not count, an underscore comes before digits and letters."""
    return name.replace("-", "").replace("_", "!"), name


def account_sas_text(account: str, query: Mapping[str, str]) -> str:
    """What the signature of an account SAS covers."""
    names = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"]
    if query["sv"] >= "2020-12-06":
        names.append("ses")
    return "".join(f"{line}\n" for line in (account, *(query.get(name, "") for name in names)))


def service_sas_text(account: str, resource: str, query: Mapping[str, str]) -> str:
    """What the signature of a service SAS, made with the account key, covers.

    Args:
        resource: `<container>` or `<container>/<blob>`, not encoded.
    """
    names = ["si", "sip", "spr", "sv"]
    if query["sv"] >= "2018-11-09":
        names += ["sr", "snapshot"]
    if query["sv"] >= "2020-12-06":
        names.append("ses")
    lines = [*_what_and_when(account, resource, query), *(query.get(name, "") for name in names)]
    return "\n".join([*lines, *(query.get(name, "") for name in _OVERRIDES)])


def delegation_sas_text(
    account: str, resource: str, query: Mapping[str, str], headers: Mapping[str, str], sent: Mapping[str, str]
) -> str:
    """What the signature of a SAS made with a user delegation key covers.

    Args:
        headers: of the request; the SAS may demand some of them (`srh`).
        sent: all query parameters of the request; the SAS may demand some of them (`srq`).
    """
    names = ["skoid", "sktid", "skt", "ske", "sks", "skv"]
    version = query["sv"]
    if version >= "2020-02-10":
        names += ["saoid", "suoid", "scid"]
    if version >= "2025-07-05":
        names += ["skdutid", "sduoid"]
    names += ["sip", "spr", "sv", "sr", "snapshot"]
    if version >= "2020-12-06":
        names.append("ses")
    lines = [*_what_and_when(account, resource, query), *(query.get(name, "") for name in names)]
    if version >= "2026-04-06":
        demanded = [name for name in query.get("srh", "").split(",") if name]
        lines.append("".join(f"{name}:{headers.get(name, '')}\n" for name in demanded))
        demanded = [name for name in query.get("srq", "").split(",") if name]
        lines.append("".join(f"\n{name}:{sent.get(name, '')}" for name in demanded))
    return "\n".join([*lines, *(query.get(name, "") for name in _OVERRIDES)])


def delegation_key(account_key: str, query: Mapping[str, str]) -> str:
    """The user delegation key that belongs to these `sk...` parameters. Derived, so that there is nothing to keep."""
    names = ("skoid", "sktid", "skt", "ske", "sks", "skv")
    return sign(account_key, "\n".join(["user delegation key", *(query.get(name, "") for name in names)]))


def _what_and_when(account: str, resource: str, query: Mapping[str, str]) -> list[str]:
    return [query.get("sp", ""), query.get("st", ""), query.get("se", ""), f"/blob/{account}/{resource}"]
