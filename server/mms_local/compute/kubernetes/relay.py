# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""A way into clusters that expose nothing: loopback HTTP, forwarded through the proxy of the API server.

Wherever the kubeconfig works, this works. Two secrets meet here and must not mix: the API server's credential goes to
the API server alone, and the caller's key goes past it to the service. The API server takes `Authorization` for itself
and does not pass it on, so the key travels in a header of its own, which the scoring runtime reads as well.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

import aiohttp
from aiohttp import hdrs, web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from mms_local.compute.front import end_to_end

KEY_HEADER = "X-MMS-Authorization"

_CHUNK = 64 * 1024
_LARGEST_STATUS = 64 * 1024  # bytes; error objects of the API server are far smaller


@dataclass(frozen=True)
class Target:
    """A service as the API server's proxy knows it.

    Attributes:
        url: URL of the proxy resource, without the trailing slash.
        headers: the credential, for the API server only.
        server_name: whom the API server's certificate must name, if not the host of the URL.
    """

    url: str
    tls: ssl.SSLContext = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    server_name: str | None = None


class Relay:
    """An HTTP server on the loopback interface, with one path per service."""

    def __init__(self) -> None:
        self._targets: dict[str, Target] = {}
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self._port = 0
        self._opening = asyncio.Lock()

    async def address(self, name: str, target: Target) -> str:
        """Base URL under which the service can be reached from this machine, from now on."""
        async with self._opening:
            if self._runner is None:
                await self._open()
        self._targets[name] = target
        return f"http://127.0.0.1:{self._port}/{name}"

    def forget(self, name: str) -> None:
        """Stop forwarding to a service."""
        self._targets.pop(name, None)

    async def close(self) -> None:
        """Stop listening, and let go of the connections."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()
        self._runner = self._session = None

    async def _open(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=5),  # the front limits the time of a whole request
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._forwarded)
        self._runner = web.AppRunner(app, access_log=None, auto_decompress=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _forwarded(self, request: web.Request) -> web.StreamResponse:
        name, _separator, path = request.rel_url.raw_path.removeprefix("/").partition("/")
        target = self._targets.get(name)
        if target is None or self._session is None:
            return _problem(404, "there is no such service")
        if not is_plain(path):
            return _problem(400, "the path must not leave the service")
        query = f"?{request.rel_url.raw_query_string}" if request.rel_url.raw_query_string else ""
        url = URL(f"{target.url}/{path}{query}", encoded=True)
        body = request.content if request.body_exists else None
        headers = outgoing(request.headers, target.headers)
        try:
            answer = await self._session.request(
                request.method,
                url,
                headers=headers,
                data=body,
                ssl=target.tls,
                server_hostname=target.server_name,
                allow_redirects=False,
            )
        except (aiohttp.ClientConnectionError, asyncio.TimeoutError) as error:
            return _problem(502, f"the cluster cannot be reached: {type(error).__name__}")
        async with answer:
            return await _answered(request, answer)


def is_plain(path: str) -> bool:
    """Whether a path stays below where it starts, however the API server or the service may read it."""
    segments = [unquote(segment) for segment in path.split("/")]
    return not any(segment in (".", "..") or "/" in segment or "\\" in segment for segment in segments)


def outgoing(received: CIMultiDictProxy[str], credential: Mapping[str, str]) -> CIMultiDict[str]:
    """Headers for the API server: its credential, the caller's key out of its way, and no acting as somebody else."""
    sent: CIMultiDict[str] = CIMultiDict()
    for name, value in end_to_end(received, hdrs.HOST, hdrs.EXPECT, KEY_HEADER).items():
        if not name.lower().startswith(("impersonate-", "x-remote-")):
            sent.add(KEY_HEADER if name.lower() == "authorization" else name, value)
    for name, value in credential.items():
        sent[name] = value
    return sent


async def _answered(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    length = answer.content_length or 0
    if answer.status >= 400 and answer.content_type == "application/json" and length <= _LARGEST_STATUS:
        body = await answer.read()
        status = _status_object(body)
        if status is not None:
            return _from_api_server(answer.status, str(status.get("message", "")))
        return web.Response(status=answer.status, body=body, headers=end_to_end(answer.headers))
    response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=end_to_end(answer.headers))
    await response.prepare(request)
    async for chunk in answer.content.iter_chunked(_CHUNK):
        await response.write(chunk)
    await response.write_eof()
    return response


def _status_object(body: bytes) -> dict[str, object] | None:
    """The body as an error object of the API server itself, or None when it comes from the service."""
    try:
        content = json.loads(body)
    except ValueError:
        return None
    is_status = isinstance(content, dict) and content.get("kind") == "Status" and content.get("apiVersion") == "v1"
    return content if is_status else None


def _from_api_server(status: int, message: str) -> web.Response:
    """An error of the way, not of the service: its 401 is no wrong key, and its 404 no wrong path."""
    if status == 503:
        return _problem(503, f"no replica of the service is ready: {message}")
    return _problem(502, f"the cluster did not let the request pass (HTTP {status}): {message}")


def _problem(status: int, message: str) -> web.Response:
    return web.json_response({"status_code": status, "message": message}, status=status)
