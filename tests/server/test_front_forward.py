# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front, between a client and a service that are both real HTTP."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import ClientPayloadError, ClientSession, web
from aiohttp.test_utils import TestClient, TestServer, unused_port

from mms_local.compute.front import Front, no_such_service
from mms_local.compute.traffic import Traffic

Client = TestClient[web.Request, web.Application]
Connect = Callable[..., "AsyncIterator[Client]"]


class Service:
    """An upstream that tells what it saw, and can be held up."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.seen: list[web.Request] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        if request.path == "/slow":
            await self.go_on.wait()
        if request.path == "/stream":
            answer = web.StreamResponse()
            await answer.prepare(request)
            async for chunk in request.content.iter_any():
                await answer.write(b"<" + chunk + b">")
            return answer
        if request.path == "/zipped":
            body = gzip.compress(b"text")
            return web.Response(
                body=body, headers={"Content-Encoding": "gzip", "X-Private": "1", "Connection": "X-Private"}
            )
        body = await request.read()
        return web.json_response({"path": request.raw_path, "body": body.decode()}, status=201, reason="Made")


@pytest.fixture
async def service() -> Service:
    return Service()


@pytest.fixture
async def endpoint(service: Service) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", service.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("")).rstrip("/")
        service.go_on.set()


async def client_of(front: Front, endpoint: str | None, limit: int | None = None) -> Client:
    async def forward(request: web.Request) -> web.StreamResponse:
        return await front.forward(request, endpoint, request.match_info["rest"], limit=limit)

    async def close(app: web.Application) -> None:
        await front.close()

    app = web.Application(client_max_size=1000)
    app.router.add_route("*", "/api/v1/service/iris/{rest:.*}", forward)
    app.on_cleanup.append(close)
    client = TestClient(TestServer(app, host="127.0.0.1"))
    await client.start_server()
    return client


@pytest.mark.security
async def test_a_request_and_its_answer_pass_unchanged(endpoint: str, service: Service) -> None:
    async with await client_of(Front(), endpoint) as client:
        headers = {"Authorization": "Bearer key", "Content-Type": "application/json", "X-Trace": "7"}
        answer = await client.post("/api/v1/service/iris/score?a=b%20c&a=%2F", data=b'{"x": 1}', headers=headers)
        assert (answer.status, answer.reason) == (201, "Made")
        assert (await answer.json())["body"] == '{"x": 1}'
    seen = service.seen[0]
    assert seen.path == "/score"
    assert seen.query.getall("a") == ["b c", "/"]
    assert {name: seen.headers[name] for name in headers} == headers
    assert seen.headers["Content-Length"] == "8"
    assert "User-Agent" not in seen.headers or "aiohttp" in seen.headers["User-Agent"]


@pytest.mark.security
async def test_headers_of_one_hop_do_not_travel(endpoint: str, service: Service) -> None:
    async with await client_of(Front(), endpoint) as client:
        sent = {
            "Connection": "keep-alive, X-Hop",
            "X-Hop": "1",
            "Proxy-Authorization": "Basic c2VjcmV0",
            "TE": "trailers",
        }
        answer = await client.get("/api/v1/service/iris/zipped", headers=sent, auto_decompress=False)
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "X-Private" not in answer.headers
        assert gzip.decompress(await answer.read()) == b"text"
    assert not {"X-Hop", "Proxy-Authorization", "TE", "Connection"} & set(service.seen[0].headers)
    assert service.seen[0].host == endpoint.removeprefix("http://")


async def test_bodies_stream_in_both_directions(endpoint: str) -> None:
    first_answered = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b"one"
        await asyncio.wait_for(first_answered.wait(), 10)
        yield b"two"

    async with await client_of(Front(), endpoint) as client:
        answer = await client.post("/api/v1/service/iris/stream", data=body())
        assert await answer.content.readexactly(5) == b"<one>"
        first_answered.set()
        assert await answer.content.read() == b"<two>"


@pytest.mark.security
async def test_a_body_larger_than_the_limit_of_the_api_passes(endpoint: str) -> None:
    async with await client_of(Front(), endpoint) as client:
        answer = await client.post("/api/v1/service/iris/score", data=b"x" * 100_000)
        assert len((await answer.json())["body"]) == 100_000


@pytest.mark.parametrize("running", [False, True], ids=["no instance", "nobody listens"])
async def test_a_service_that_is_not_up_yet_answers_502_with_the_known_word(running: bool) -> None:
    endpoint = f"http://127.0.0.1:{unused_port()}" if running else None
    async with await client_of(Front(), endpoint) as client:
        answer = await client.post("/api/v1/service/iris/score", data=b"1")
        assert (answer.status, await answer.text()) == (502, "ehostunreach")


async def test_a_request_that_takes_too_long_is_answered_504(endpoint: str) -> None:
    async with await client_of(Front(time_limit=0.1), endpoint) as client:
        answer = await client.get("/api/v1/service/iris/slow")
        assert answer.status == 504
        assert (await answer.json())["status_code"] == 504


async def test_above_its_limit_of_requests_a_service_is_busy(endpoint: str, service: Service) -> None:
    traffic = Traffic()
    async with await client_of(Front(traffic), endpoint, limit=1) as client:
        first = asyncio.create_task(client.get("/api/v1/service/iris/slow"))
        while not service.seen:
            await asyncio.sleep(0)
        busy = await client.get("/api/v1/service/iris/score")
        assert (busy.status, busy.headers["Retry-After"]) == (503, "1")
        service.go_on.set()
        assert (await first).status == 201
        assert (await client.get("/api/v1/service/iris/score")).status == 201
    assert traffic.in_flight(endpoint) == 0


async def test_an_answer_that_breaks_off_is_not_made_to_look_whole(unused_tcp_port: int) -> None:
    async def broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        await writer.drain()
        writer.close()

    upstream = await asyncio.start_server(broken, "127.0.0.1", unused_tcp_port)
    async with upstream, await client_of(Front(), f"http://127.0.0.1:{unused_tcp_port}") as client:
        async with ClientSession() as session:
            answer = await session.get(client.make_url("/api/v1/service/iris/score"))
            with pytest.raises(ClientPayloadError):
                await answer.read()


def test_a_service_that_does_not_exist_answers_503() -> None:
    assert no_such_service("iris").status == 503
