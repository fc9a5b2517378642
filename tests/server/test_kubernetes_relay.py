# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way into a cluster: whose secret goes where, and whose error is it? Against an API server that is a stand-in."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from multidict import CIMultiDict, CIMultiDictProxy

from mms_local.compute.kubernetes.relay import KEY_HEADER, Relay, Target, is_plain, outgoing

PROXY = "/api/v1/namespaces/models/services/iris:http/proxy"
CREDENTIAL = {"authorization": "Bearer api-server-token"}


class ApiServer:
    """Gives one answer to everything, and writes down what it was asked."""

    def __init__(self) -> None:
        self.seen: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.answer = web.Response(text="pong")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The answer."""
        self.seen.append(request)
        self.bodies.append(await request.read())
        return self.answer


@pytest.fixture
def api_server() -> ApiServer:
    return ApiServer()


@pytest.fixture
async def address(api_server: ApiServer) -> AsyncIterator[str]:
    """Where the relay lets the service be reached."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", api_server.handle)
    relay = Relay()
    async with TestServer(app, host="localhost") as server:  # cookies of a mere IP address would never come back
        target = Target(f"{str(server.make_url('')).rstrip('/')}{PROXY}", ssl.create_default_context(), CREDENTIAL)
        yield await relay.address("iris", target)
    await relay.close()


async def test_each_secret_goes_only_where_it_belongs(address: str, api_server: ApiServer) -> None:
    sent = {
        "Authorization": "Bearer service-key",
        "Impersonate-User": "system:admin",
        "X-Remote-User": "system:admin",
        "X-Request-Id": "42",
    }
    async with aiohttp.ClientSession(headers=sent) as session:
        answer = await session.post(f"{address}/score?a=%20b", data=b"{}")
        assert (answer.status, await answer.text()) == (200, "pong")
    [request] = api_server.seen
    assert request.raw_path == f"{PROXY}/score?a=%20b"
    assert api_server.bodies == [b"{}"]
    assert request.headers["Authorization"] == "Bearer api-server-token"
    assert request.headers[KEY_HEADER] == "Bearer service-key"
    assert request.headers["X-Request-Id"] == "42"
    assert not {"Impersonate-User", "X-Remote-User"} & set(request.headers)


def test_the_header_of_the_key_cannot_be_smuggled_in() -> None:
    received = CIMultiDictProxy(CIMultiDict({"x-mms-authorization": "Bearer smuggled", "Connection": "close"}))
    sent = outgoing(received, CREDENTIAL)
    assert dict(sent) == CREDENTIAL


@pytest.mark.parametrize(
    "path",
    ["..", "../secrets", "a/../../x", "%2e%2e/x", "%2E./x", "a/.", "a%2f..%2fb", "a%2Fb", "a%5cb", "a\\b"],
)
def test_paths_that_could_leave_the_service_are_recognised(path: str) -> None:
    assert not is_plain(path)


@pytest.mark.parametrize("path", ["", "score", "swagger.json", "a/b/", "...", "a..b", "%20"])
def test_other_paths_pass(path: str) -> None:
    assert is_plain(path)


async def test_a_path_that_leaves_the_service_never_reaches_the_api_server(address: str, api_server: ApiServer) -> None:
    parts = urlsplit(address)
    for path in ("/iris/../../../../secrets", "/iris/%2e%2e/%2e%2e/secrets"):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        status = (await reader.read()).split(b" ")[1]
        writer.close()
        assert status in (b"400", b"404")
    assert api_server.seen == []


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, {"message": "The service key is missing or wrong."}, 401),
        (404, {"message": "no such path"}, 404),
        (503, {"kind": "Status", "apiVersion": "v1", "message": "no endpoints available"}, 503),
        (401, {"kind": "Status", "apiVersion": "v1", "message": "Unauthorized"}, 502),
        (403, {"kind": "Status", "apiVersion": "v1", "message": "cannot get services/proxy"}, 502),
        (500, ["not an object"], 500),
    ],
)
async def test_errors_of_the_cluster_are_told_from_those_of_the_service(
    address: str, api_server: ApiServer, status: int, body: object, expected: int
) -> None:
    api_server.answer = web.json_response(body, status=status)
    async with aiohttp.ClientSession() as session, session.post(f"{address}/score") as answer:
        assert answer.status == expected
        text = await answer.text()
    assert str(body["message"] if isinstance(body, dict) else body[0] if isinstance(body, list) else "") in text


async def test_a_service_that_nobody_deployed_is_not_there(address: str, api_server: ApiServer) -> None:
    other = address.replace("/iris", "/other")
    async with aiohttp.ClientSession() as session, session.get(f"{other}/") as answer:
        assert answer.status == 404
    assert api_server.seen == []


async def test_services_that_come_at_once_share_one_relay(api_server: ApiServer) -> None:
    relay = Relay()
    target = Target("http://127.0.0.1:9", ssl.create_default_context(), {})
    addresses = await asyncio.gather(*(relay.address(name, target) for name in ("one", "two", "three")))
    ports = {urlsplit(address).port for address in addresses}
    await relay.close()
    assert len(ports) == 1
    assert ports != {0}


async def test_cookies_of_one_caller_are_not_sent_for_the_next(address: str, api_server: ApiServer) -> None:
    api_server.answer.set_cookie("session", "of the first")
    for _round in range(2):
        async with aiohttp.ClientSession() as session, session.get(f"{address}/score") as answer:
            assert answer.status == 200
        api_server.answer = web.Response()
    assert "Cookie" not in api_server.seen[1].headers


async def test_a_cluster_that_is_away_is_told() -> None:
    relay = Relay()
    address = await relay.address("iris", Target(f"http://127.0.0.1:9{PROXY}", ssl.create_default_context(), {}))
    async with aiohttp.ClientSession() as session, session.get(f"{address}/") as answer:
        assert answer.status == 502
        assert "the cluster cannot be reached" in await answer.text()
    await relay.close()
