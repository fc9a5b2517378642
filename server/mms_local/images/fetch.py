# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Fetch the files that an image is made from."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
from yarl import URL

from mms_local.images.failure import build_failed, shown
from mms_local.images.outside import NotAllowed, Outside

TEXT = 4 << 20
"""Most bytes of a requirements or conda file."""

_CHUNK = 1 << 20


async def fetch(outside: Outside, url: str, target: Path, largest: int | None = None) -> None:
    """Write what is behind an http or https URL to a file.

    Args:
        largest: most bytes, when it is less than the owner of the server allows.

    Raises:
        JobFailed: another scheme, an address where the server does not go, no connection, an answer other than 200, or
            more or longer than allowed. The message holds no query, and nothing of what was answered.
    """
    place, limits = shown(url), outside.limits
    if url.partition(":")[0].lower() not in ("http", "https"):
        raise build_failed(
            "SourceNotReadable", f"{place} cannot be fetched: only http and https URLs can. Register an https URL."
        )
    left = largest = min(largest or limits.largest, limits.largest)
    timeout = aiohttp.ClientTimeout(total=limits.seconds, sock_connect=30, sock_read=120)
    try:
        # A signature covers the URL as it was written, so one that needs no quoting is not touched.
        exact = URL(url, encoded=url.isascii() and " " not in url)
        async with outside.ask("GET", exact, timeout=timeout, hosts=limits.hosts) as answer:
            if answer.status != 200:
                raise build_failed(
                    "SourceNotReadable", f"GET {place} answered {answer.status}. {_advice(answer.status)}"
                )
            with target.open("wb") as file:
                async for chunk in answer.content.iter_chunked(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise build_failed("SourceTooLarge", f"{place} has more than the {largest} bytes allowed.")
                    file.write(chunk)
    except NotAllowed as refused:
        raise build_failed("SourceNotAllowed", f"{place} is not fetched: {refused}.") from refused
    except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
        if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, NotAllowed):
            raise build_failed("SourceNotAllowed", f"{place} is not fetched: {error.os_error}.") from error
        # An aiohttp error may hold the whole URL in its text, so its kind must do.
        kind = error.strerror if isinstance(error, aiohttp.ClientConnectorError) else type(error).__name__
        raise build_failed("SourceNotReadable", f"GET {place} failed: {kind}. Is the address right?") from error


def _advice(status: int) -> str:
    if status in (401, 403):
        return "A SAS signature that is missing or has expired is the usual reason: register the file again."
    if status == 404:
        return "The file was deleted, or the URL has a typing error."
    return "Try again later, or look at the store's own log."
