# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads bodies and query parameters strictly enough that nothing odd reaches the core."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from typing import Any, NoReturn

from aiohttp import web

from mms_local.api.errors import ApiError, invalid_parameter

_LOG_LINES = 1000
_LARGEST_LOG = 5000
_JSON_TYPES = ("application/json", "text/json", "application/json-patch+json")


async def json_body(request: web.Request) -> Any:
    """The JSON value in the body; None for an empty one.

    Raises:
        ApiError: 400 for bytes that are not UTF-8 or JSON, for a name that comes twice (in whatever case) and for text
            that is not Unicode; 415 for another content type, none, or another encoding.
        web.HTTPRequestEntityTooLarge: the body is over the limit.
    """
    data = _decoded(request, await request.read())
    if not data.strip():
        return None
    # A page of another site can send a body without a type, or as a form, without being asked first.
    if "Content-Type" not in request.headers or request.content_type not in _JSON_TYPES:
        given = request.headers.get("Content-Type", "").partition(";")[0] or "no type"
        raise ApiError(415, f"send JSON with Content-Type: application/json, not with {given}")
    try:
        value = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_constant)
        json.dumps(value, ensure_ascii=False).encode()  # lone surrogates
    except UnicodeError:
        raise _invalid("the body is not valid UTF-8 text") from None
    except RecursionError:
        raise _invalid("the body is nested too deeply") from None
    except ValueError as error:
        raise _invalid(f"the body is not valid JSON: {error}") from None
    return value


def _decoded(request: web.Request, data: bytes) -> bytes:
    """The body without its compression. (The server undoes none by itself: scoring requests pass as they are.)"""
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "identity":
        return data
    if encoding not in ("gzip", "deflate"):
        raise ApiError(415, "send the body as it is, or with Content-Encoding: gzip or deflate")
    limit = request.client_max_size
    try:
        unpacking = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS)  # the header tells which of the two it is
        whole = unpacking.decompress(data, limit + 1)
    except zlib.error:
        raise _invalid("the body is not what its Content-Encoding says") from None
    if len(whole) > limit:
        raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=len(whole))
    if not unpacking.eof:
        raise _invalid("the compressed body breaks off")
    return whole


def query_of(request: web.Request) -> Mapping[str, str]:
    """The query parameters under lower-case names; the first one counts when one comes again with the same value.

    Raises:
        ApiError: 400 when a parameter comes twice with different values, or is not Unicode text.
    """
    query: dict[str, str] = {}
    for name, value in request.query.items():
        if query.setdefault(name.lower(), value) != value:
            raise invalid_parameter(name, "is given twice, with different values")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise invalid_parameter(name, "is not valid UTF-8")
    return query


def page_limit(query: Mapping[str, str], usual: int, largest: int) -> int:
    """`count`, which is documented as a string: a whole number from 1; pages that are too large are cut.

    Raises:
        ApiError: 400 for anything else.
    """
    text = query.get("count", "")
    if not text:
        return usual
    if not (text.isascii() and text.isdecimal()) or not text.strip("0"):
        raise invalid_parameter("count", "must be a whole number from 1")
    return largest if len(text.lstrip("0")) > 4 else min(int(text), largest)


def log_lines(query: Mapping[str, str]) -> int:
    """`tail`, the number of lines of a log: a whole number from 1; more than 5000 are cut to that.

    Raises:
        ApiError: 400 for anything else.
    """
    text = query.get("tail", "")
    if not text:
        return _LOG_LINES
    if not (text.isascii() and text.isdecimal()) or not text.strip("0"):
        raise invalid_parameter("tail", "must be a whole number from 1")
    return _LARGEST_LOG if len(text.lstrip("0")) > 4 else min(int(text), _LARGEST_LOG)


def invalid_order(known: list[str]) -> ApiError:
    """The refusal of an order that is none of the known ones."""
    return invalid_parameter("orderBy", f"must be one of {', '.join(known)}")


def skip_token(position: int) -> str:
    """The opaque token for the page behind a position. Positions never move, so pages stay right while items come."""
    return base64.urlsafe_b64encode(f"after:{position}".encode()).decode().rstrip("=")


def position_of(query: Mapping[str, str]) -> int:
    """The position inside `$skipToken`; 0 when there is none.

    Raises:
        ApiError: 400 for a token that did not come from here.
    """
    token = query.get("$skiptoken", "")
    if not token:
        return 0
    try:
        text = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    prefix, _separator, position = text.partition(":")
    if prefix != "after" or not (position.isascii() and position.isdecimal()) or len(position) > 18:
        raise invalid_parameter("$skipToken", "is not one that this server gave out; follow nextLink as it is")
    return int(position)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names: set[str] = set()
    for name, _unused in pairs:
        if name.lower() in names:
            raise ValueError(f"the name {name!r} comes twice in one object (letter case does not count)")
        names.add(name.lower())
    return dict(pairs)


def _constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _invalid(message: str) -> ApiError:
    return ApiError(400, message, (("EmptyOrInvalidPayload", message),))
