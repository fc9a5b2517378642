# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The front of the services: hands requests on to wherever a service runs, and answers back (protocol chapter 6)."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import aiohttp
from aiohttp import hdrs, web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from mms_local.compute.traffic import Traffic

_HOP_BY_HOP = (
    hdrs.CONNECTION,
    hdrs.KEEP_ALIVE,
    hdrs.PROXY_AUTHENTICATE,
    hdrs.PROXY_AUTHORIZATION,
    hdrs.TE,
    hdrs.TRAILER,
    hdrs.TRANSFER_ENCODING,
    hdrs.UPGRADE,
    "Proxy-Connection",
)
_CONNECT_LIMIT = 10.0  # seconds


class Front:
    """Forwards requests to services, streaming both ways. Nothing of a request is logged.

    Args:
        traffic: counts requests by endpoint; share it with the compute so that updates wait for the last request.
        time_limit: seconds that one request may take, 60 by protocol chapter 6.
    """

    def __init__(self, traffic: Traffic | None = None, *, time_limit: float = 60.0) -> None:
        self._traffic = traffic or Traffic()
        self._timeout = aiohttp.ClientTimeout(total=time_limit, sock_connect=_CONNECT_LIMIT)
        self._session: aiohttp.ClientSession | None = None

    async def forward(
        self,
        request: web.Request,
        endpoint: str | None,
        rest: str,
        *,
        limit: int | None = None,
        key: str | None = None,
    ) -> web.StreamResponse:
        """The service's answer to a request.

        Args:
            endpoint: base URL of a healthy instance; None while there is none, which answers 502.
            rest: the path below the service's prefix: `score`, `swagger.json` or nothing (health).
            key: sent to the service in the place of what the caller brought.
            limit: requests that may be on their way to the endpoint at once; above it the answer is 503.
        """
        if hdrs.TRAILER in request.headers:
            return refusal(400, "Trailers cannot be passed on. Send what they say as headers.")
        if endpoint is None:
            return _unreachable()
        if limit is not None and self._traffic.in_flight(endpoint) >= limit:
            return refusal(503, "All replicas of the service are busy. Try again.", {hdrs.RETRY_AFTER: "1"})
        with self._traffic.counted(endpoint):
            return await self._forwarded(request, URL(f"{endpoint}/{quote(rest)}", encoded=True), key)

    async def close(self) -> None:
        """Close idle connections."""
        if self._session:
            await self._session.close()
            self._session = None

    async def _forwarded(self, request: web.Request, url: URL, key: str | None) -> web.StreamResponse:
        answer: web.StreamResponse | None = None
        headers = end_to_end(request.headers, hdrs.HOST, hdrs.EXPECT)
        if key is not None:
            headers[hdrs.AUTHORIZATION] = f"Bearer {key}"
        try:
            async with self._client().request(
                request.method,
                url.with_query(request.rel_url.query),
                headers=headers,
                data=request.content if request.body_exists else None,
                timeout=self._timeout,
                allow_redirects=False,
            ) as upstream:
                answer = web.StreamResponse(
                    status=upstream.status, reason=upstream.reason, headers=end_to_end(upstream.headers)
                )
                await answer.prepare(request)
                async for chunk in upstream.content.iter_any():
                    await answer.write(chunk)
                await answer.write_eof()
                return answer
        except asyncio.TimeoutError:
            if answer is None:
                return refusal(504, f"The service did not answer within {self._timeout.total:.0f} s.")
            raise
        except aiohttp.ClientConnectionError:
            if answer is None:
                return _unreachable()
            raise

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=(hdrs.USER_AGENT, hdrs.ACCEPT, hdrs.ACCEPT_ENCODING, hdrs.CONTENT_TYPE),
            )
        return self._session


def no_such_service(name: str) -> web.Response:
    """The answer for a service that does not exist: 503 (protocol chapter 6)."""
    return refusal(503, f"There is no service {name!r} here.")


def refusal(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """An answer of the front itself, in the shape that a service's swagger.json declares for errors."""
    return web.json_response({"status_code": status, "message": message}, status=status, headers=headers)


def _unreachable() -> web.Response:
    """The exact body by which clients know that the service is not up yet and that they may repeat."""
    return web.Response(status=502, text="ehostunreach")


def end_to_end(headers: CIMultiDictProxy[str], *dropped: str) -> CIMultiDict[str]:
    """The headers that are meant for the other end, and not for this hop."""
    named = (token.strip() for value in headers.getall(hdrs.CONNECTION, ()) for token in value.split(","))
    kept = CIMultiDict(headers)
    for name in (*_HOP_BY_HOP, *dropped, *named):
        kept.popall(name, None)
    return kept
