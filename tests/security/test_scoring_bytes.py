# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scoring requests reach the driver as they were sent, and nothing rides along inside them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_client import ACCOUNT, Api
from raw_http import Sink, headers_of, send, status

from mms_local.testing import ServerProcess

PATH = "/api/v1/service/iris/score"
SERVER = (str(Path(__file__).with_name("forwarding_server.py")),)


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, sink: Sink) -> Iterator[ServerProcess]:
    """A server with the service `iris`, whose requests arrive in the sink."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MMS_TEST_ENDPOINT", sink.url)
        with ServerProcess(tmp_path_factory.mktemp("server"), command=SERVER) as server:
            Api(server.url, ACCOUNT).new_service()
            yield server


@pytest.fixture(autouse=True)
def _fresh(sink: Sink) -> None:
    sink.requests.clear()


def request(server: ServerProcess, headers: str, body: bytes, method: str = "POST", path: str = PATH) -> bytes:
    host = server.url.removeprefix("http://")
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer key\r\n{headers}\r\n"
    return head.encode("latin-1") + body


def chunked(*parts: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end


@pytest.mark.parametrize(
    ("encoding", "squeeze"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", bytes), ("x-odd", bytes)]
)
def test_a_compressed_request_passes_byte_for_byte(
    server: ServerProcess, sink: Sink, encoding: str, squeeze: object
) -> None:
    plain = b'{"data": [' + b"1," * 20_000 + b"1]}"
    body = squeeze(plain) if callable(squeeze) else plain
    headers = f"Content-Encoding: {encoding}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    assert status(send(server.url, request(server, headers, body))) == 200
    (received,) = sink.requests
    assert received.partition(b"\r\n\r\n")[2] == body
    assert headers_of(received)["content-encoding"] == encoding
    assert headers_of(received)["content-length"] == str(len(body))


def test_a_compressed_request_in_chunks_passes_as_it_is(server: ServerProcess, sink: Sink) -> None:
    body = gzip.compress(b"[1, 2, 3]")
    headers = "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"
    assert status(send(server.url, request(server, headers, chunked(body[:10], body[10:])))) == 200
    (received,) = sink.requests
    assert body[:10] in received
    assert body[10:] in received
    assert headers_of(received)["content-encoding"] == "gzip"


def test_trailers_are_refused_or_dropped(server: ServerProcess, sink: Sink) -> None:
    end = b"0\r\nX-Forged: yes\r\nAuthorization: Bearer other\r\n\r\n"
    announced = request(server, "Transfer-Encoding: chunked\r\nTrailer: X-Forged\r\n", chunked(b"{}", end=end))
    assert status(send(server.url, announced)) == 400
    assert sink.requests == []
    send(server.url, request(server, "Transfer-Encoding: chunked\r\nConnection: close\r\n", chunked(b"{}", end=end)))
    for received in sink.requests:
        assert b"X-Forged" not in received
        assert b"Bearer other" not in received


SMUGGLED = b"GET /secret HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n" + SMUGGLED),
        ("Content-Length: 0\r\nContent-Length: 34\r\n", SMUGGLED),
        ("Content-Length: 0, 34\r\n", SMUGGLED),
        ("Content-Length: +0\r\n", SMUGGLED),
        ("Content-Length: -1\r\n", SMUGGLED),
        ("Content-Length: 0x22\r\n", SMUGGLED),
        ("Content-Length: \u00b2\r\n", b"ab" + SMUGGLED),
        ("Content-Length : 0\r\n", SMUGGLED),
        ("Transfer-Encoding: xchunked\r\n", chunked(b"{}") + SMUGGLED),
        ("Transfer-Encoding: chunked, identity\r\n", chunked(b"{}") + SMUGGLED),
        ("Transfer-Encoding: identity, chunked, chunked\r\n", chunked(b"{}") + SMUGGLED),
        ("Transfer-Encoding:\x0bchunked\r\n", chunked(b"{}") + SMUGGLED),
        ("Transfer-Encoding: chunked\r\n", b"2;\n\r\n{}\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\n", b"0x2\r\n{}\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\n", b"-2\r\n{}\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\n", b"2\n{}\n0\n\n"),
        ("X-A: b\r\n folded: c\r\n", b""),
        ("X-A: b\rX-Forged: c\r\n", b""),
        ("X-A\x00: b\r\n", b""),
        ("X A: b\r\n", b""),
        (": b\r\n", b""),
    ],
)
def test_a_request_with_two_meanings_is_refused(server: ServerProcess, sink: Sink, headers: str, body: bytes) -> None:
    """Where front and service could disagree on where a request ends, there is no second request in the first."""
    answer = send(server.url, request(server, headers, body))
    assert status(answer) in (0, 400)
    assert not [received for received in sink.requests if b"/secret" in received or b"X-Forged" in received]
    assert answer.count(b"HTTP/1.1 200") == 0


@pytest.mark.parametrize("value", ["a%0d%0aX-Forged: 1", "a\r\nX-Forged: 1", "\u00e9", "x" * 300, "a\tb"])
def test_what_callers_send_does_not_become_a_header_of_the_answer(server: ServerProcess, value: str) -> None:
    for name in ("x-ms-request-id", "x-ms-client-request-id", "x-ms-return-client-request-id", "Origin"):
        answer = send(server.url, request(server, f"{name}: {value}\r\nConnection: close\r\n", b"", "GET", "/nothing"))
        assert b"X-Forged" not in answer.partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/service/iris/../../../../_mms/state",
        "/api/v1/service/iris/%2e%2e/%2e%2e/admin",
        "/api/v1/service/iris/..%2f..%2fadmin",
        "/api/v1/service/iris/score%00",
        "/api/v1/service/iris/score%0d%0aX-Forged:%201",
        "/api/v1/service/iris//evil.example/score",
        "/api/v1/service/iris/score?a=%0d%0aX-Forged:%201",
        "/api/v1/service/iris/@evil.example:80/",
        "/api/v1/service/iris/\\evil.example",
    ],
)
def test_no_path_leaves_the_service_or_adds_a_header(server: ServerProcess, sink: Sink, path: str) -> None:
    send(server.url, request(server, "Connection: close\r\n", b"", "GET", path))
    for received in sink.requests:
        first = received.partition(b"\r\n")[0]
        assert first.startswith(b"GET /")
        assert first.count(b" ") == 2
        assert "x-forged" not in headers_of(received)
        assert headers_of(received)["host"] == sink.url.removeprefix("http://")
