# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetch the files that an image is made from."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
from yarl import URL

from mms_local.images.failure import build_failed, shown

_CHUNK = 1 << 20
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=120)


async def fetch(session: aiohttp.ClientSession, url: str, target: Path) -> None:
    """Write what is behind an http or https URL to a file.

    Raises:
        JobFailed: another scheme, no connection, or an answer other than 200. The message holds no query.
    """
    place = shown(url)
    if url.partition(":")[0].lower() not in ("http", "https"):
        raise build_failed(
            "SourceNotReadable", f"{place} cannot be fetched: only http and https URLs can. Register an https URL."
        )
    try:
        # A signature covers the URL as it was written, so one that needs no quoting is not touched.
        exact = URL(url, encoded=url.isascii() and " " not in url)
        async with session.get(exact, timeout=_TIMEOUT) as answer:
            if answer.status != 200:
                raise build_failed(
                    "SourceNotReadable", f"GET {place} answered {answer.status}. {_advice(answer.status)}"
                )
            with target.open("wb") as file:
                async for chunk in answer.content.iter_chunked(_CHUNK):
                    file.write(chunk)
    except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
        # An aiohttp error may hold the whole URL in its text, so its kind must do.
        kind = error.strerror if isinstance(error, aiohttp.ClientConnectorError) else type(error).__name__
        raise build_failed("SourceNotReadable", f"GET {place} failed: {kind}. Is the address right?") from error


def _advice(status: int) -> str:
    if status in (401, 403):
        return "A SAS signature that is missing or has expired is the usual reason: register the file again."
    if status == 404:
        return "The file was deleted, or the URL has a typing error."
    return "Try again later, or look at the store's own log."
