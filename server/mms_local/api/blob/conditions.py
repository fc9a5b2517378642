# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Conditional headers and byte ranges."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Protocol

from mms_local.api.blob.errors import StorageError, bad_header

_RANGE = re.compile(r"bytes=(\d{1,19})-(\d{1,19})?")


class Versioned(Protocol):
    """Something that changes: a container or a blob."""

    @property
    def etag(self) -> str:
        """Its entity tag, with quotes."""

    @property
    def modified(self) -> float:
        """When it was last written, in seconds since 1970."""


def check_write(headers: Mapping[str, str], current: Versioned | None) -> None:
    """Pass when the conditions of a request that writes hold.

    Args:
        current: what the request would replace; None when there is nothing.

    Raises:
        StorageError: 412, or 409 where the caller wanted to create and there is something already.
    """
    if current and headers.get("If-None-Match", "").strip() == "*":
        raise StorageError(409, "BlobAlreadyExists", "The specified blob already exists.")
    if _unmet(headers, current, reading=False):
        raise StorageError(412, "ConditionNotMet", "The condition in a conditional header is not met.")


def check_read(headers: Mapping[str, str], current: Versioned) -> None:
    """Pass when the conditions of a request that reads hold.

    Raises:
        StorageError: 304 when the caller knows the content already, 412 when it is not the one that was asked for.
    """
    status = _unmet(headers, current, reading=True)
    if status:
        raise StorageError(
            status, "ConditionNotMet", "The condition in a conditional header is not met.", {"ETag": current.etag}
        )


def _unmet(headers: Mapping[str, str], current: Versioned | None, *, reading: bool) -> int:
    """The status that answers the first condition that fails; 0 when all hold."""
    unchanged = 304 if reading else 412
    tags = {name: _tags(headers[name]) for name in ("If-Match", "If-None-Match") if name in headers}
    if "If-Match" in tags and not _is_one_of(current, tags["If-Match"]):
        return 412
    if "If-None-Match" in tags and _is_one_of(current, tags["If-None-Match"]):
        return unchanged
    if current is None:
        return 0
    modified = int(current.modified)
    if "If-Unmodified-Since" in headers and modified > _time(headers, "If-Unmodified-Since"):
        return 412
    if "If-Modified-Since" in headers and modified <= _time(headers, "If-Modified-Since"):
        return unchanged
    return 0


def _tags(value: str) -> list[str]:
    return [tag.strip().removeprefix("W/").strip('"') for tag in value.split(",")]


def _is_one_of(current: Versioned | None, tags: list[str]) -> bool:
    return current is not None and ("*" in tags or current.etag.strip('"') in tags)


def _time(headers: Mapping[str, str], name: str) -> float:
    try:
        return parsedate_to_datetime(headers[name]).timestamp()
    except ValueError:
        raise bad_header(name, "not a date in RFC 1123 form") from None


def byte_range(headers: Mapping[str, str], size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last that the caller asks for; None when all are asked for.

    Raises:
        StorageError: 416 when the range begins behind the end.
    """
    found = _RANGE.fullmatch(headers.get("x-ms-range") or headers.get("Range") or "")
    if not found:
        return None
    start = int(found[1])
    stop = min(int(found[2]) + 1, size) if found[2] else size
    if start >= size or stop <= start:
        raise StorageError(
            416, "InvalidRange", "The range specified is invalid for this blob.", {"Content-Range": f"bytes */{size}"}
        )
    return start, stop
