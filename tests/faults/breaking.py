# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy in front of a server that breaks some of the requests, in twelve ways, by a seed."""

from __future__ import annotations

import http.client
import random
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

HANG = 3.0
"""Seconds of silence; the tasks wait for two."""
MOST = 2
"""How often the same request is broken at most, whatever its signatures."""
_SIGNATURE = re.compile(rb"\?[^\"]*")


@dataclass(frozen=True)
class Answer:
    """What the server answered, or what the proxy makes of it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def _status(status: int, **headers: str) -> Answer:
    body = b'{"error": {"code": "Broken", "message": "broken by the proxy"}}'
    return Answer(status, {"Content-Type": "application/json", **headers}, body)


Break = Callable[["Handler", Callable[[], Answer]], "Answer | None"]
"""Answers a request, with or without asking the server; None cuts the connection."""


def _reset(handler: Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _reset_before(handler: Handler, _ask: Callable[[], Answer]) -> None:
    _reset(handler)


def _reset_after(handler: Handler, ask: Callable[[], Answer]) -> None:
    ask()
    _reset(handler)


def _closed_before(_handler: Handler, _ask: Callable[[], Answer]) -> None:
    pass


def _silent_after(_handler: Handler, ask: Callable[[], Answer]) -> None:
    ask()
    time.sleep(HANG)


def _bad_gateway_after(_handler: Handler, ask: Callable[[], Answer]) -> Answer:
    ask()
    return _status(502)


def _timed_out_after(_handler: Handler, ask: Callable[[], Answer]) -> Answer:
    ask()
    return _status(504)


def _truncated(_handler: Handler, ask: Callable[[], Answer]) -> Answer:
    answer = ask()
    return Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2])


def _cut_off(handler: Handler, ask: Callable[[], Answer]) -> None:
    answer = ask()
    handler.give(answer, answer.body[: len(answer.body) // 2])


FAULTS: Mapping[str, Break] = {
    "reset before it reaches the server": _reset_before,
    "closed before it reaches the server": _closed_before,
    "reset when the server has done it": _reset_after,
    "silence when the server has done it": _silent_after,
    "an answer that is cut off": _cut_off,
    "an answer whose body is half": _truncated,
    "408": lambda _handler, _ask: _status(408),
    "429 without a word when": lambda _handler, _ask: _status(429),
    "429 with Retry-After": lambda _handler, _ask: _status(429, **{"Retry-After": "1"}),
    "500": lambda _handler, _ask: _status(500),
    "502 when the server has done it": _bad_gateway_after,
    "504 when the server has done it": _timed_out_after,
}


@dataclass
class Plan:
    """Which requests break, and how: decided by the seed and by what the request is, not by when it comes."""

    seed: int
    rate: float
    done: Counter[tuple[str, str, bytes]] = field(default_factory=Counter)
    seen: Counter[tuple[str, str, bytes]] = field(default_factory=Counter)
    broken: list[tuple[str, str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, method: str, path: str, body: bytes) -> str | None:
        """The name of the fault of the next request; None when it passes."""
        with self._lock:
            key = (method, path.partition("?")[0], _SIGNATURE.sub(b"", body))
            chance = random.Random(f"{self.seed} {key} {self.done[key]} {self.seen[key]}")
            self.seen[key] += 1
            if self.done[key] >= MOST or chance.random() >= self.rate:
                return None
            self.done[key] += 1
            name = chance.choice(list(FAULTS))
            self.broken.append((f"{method} {path.partition('?')[0]}", name))
            return name


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: BreakingProxy

    def handle_any(self) -> None:
        """Pass a request on, or break it."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        name = self.server.plan.fault(self.command, self.path, body)

        def ask() -> Answer:
            return self.server.ask(self.command, self.path, dict(self.headers), body)

        with suppress(ConnectionError):
            answer = FAULTS[name](self, ask) if name else ask()
            if answer is None:
                self.close_connection = True
            else:
                self.give(answer, answer.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def give(self, answer: Answer, body: bytes) -> None:
        """Send an answer, or a part of it under the length of the whole."""
        whole = len(answer.body)
        self.send_response(answer.status)
        for key, value in answer.headers.items():
            if key.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(key, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(whole))
        else:
            self.send_header("Content-Length", answer.headers.get("Content-Length", "0"))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.close_connection = len(body) < whole

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class BreakingProxy(ThreadingHTTPServer):
    """A proxy on a free port of this machine; use it as a context manager.

    Args:
        target: URL of the server.
        seed: Decides what breaks.
        rate: How many of the requests break, from 0 to 1.
    """

    daemon_threads = True

    def __init__(self, target: str, seed: int, rate: float) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.plan = Plan(seed, rate)
        self._target = urlsplit(target).netloc
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Ask the server, which always answers."""
        connection = http.client.HTTPConnection(self._target, timeout=60)
        try:
            connection.request(method, path, body, {**headers, "Connection": "close"})
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def __enter__(self) -> BreakingProxy:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that go away."""
