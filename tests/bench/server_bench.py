# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local MMS by itself: how fast it starts, registers models, and turns pages of short and very long lists."""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from measures import Measure, save

from mms_local.testing import ServerProcess

ACCOUNT = {"generation": "account", "subscription": "s", "resourceGroup": "g", "name": "a"}
MODELS = "/api/subscriptions/s/resourceGroups/g/accounts/a/models?api-version=2017-09-01-preview"
MODEL = {"name": "iris", "url": "https://files.invalid/iris.pkl", "mimeType": "application/json", "tags": ["bench"]}
HEADERS = {"Authorization": "Bearer bench", "Content-Type": "application/json"}
PAGES = 100


def seconds(action: Callable[[], object], rounds: int) -> float:
    """The median time of one run."""
    times = []
    for _round in range(rounds):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


class Caller:
    """One connection that is kept open."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port)

    def call(self, method: str, path: str, body: bytes | None = None) -> Any:
        self._connection.request(method, path, body, HEADERS)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:200]!r}")
        return json.loads(content)


def start(rounds: int) -> list[Measure]:
    """From the command to a server that answers, and how much of that is Python and aiohttp."""

    def once() -> float:
        with tempfile.TemporaryDirectory() as directory:
            began = time.perf_counter()
            with ServerProcess(Path(directory), "--compute", "process") as server:
                server.control("GET", "health")
                return time.perf_counter() - began

    ready = statistics.median(once() for _round in range(rounds))
    bare = seconds(lambda: subprocess.run([sys.executable, "-c", "import aiohttp.web"], check=True), rounds)
    return [
        Measure("start until ready", ready, "s"),
        Measure("start until ready", ready / bare, "ratio", "a Python that imports aiohttp and ends"),
    ]


def registrations(server: ServerProcess, number: int) -> list[Measure]:
    """Models registered one after the other, against inserts of the same text by SQLite in the same mode."""
    caller, body = Caller(server.url), json.dumps(MODEL).encode()
    with tempfile.TemporaryDirectory() as directory:
        bare = sqlite3.connect(Path(directory) / "bare.db", isolation_level=None)
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = NORMAL")
        bare.execute("CREATE TABLE model (seq INTEGER PRIMARY KEY, name TEXT, body TEXT)")
        insert = seconds(lambda: bare.execute("INSERT INTO model (name, body) VALUES ('iris', ?)", (body,)), number)
        bare.close()
    register = seconds(lambda: caller.call("POST", MODELS, body), number)
    read = seconds(lambda: caller.call("GET", f"{MODELS}&name=none"), number)
    return [
        Measure("registrations", 1 / register, "per s"),
        Measure("registration", register / insert, "ratio", "a bare SQLite insert"),
        Measure("registration", register / read, "ratio", "an HTTP request that finds nothing"),
    ]


def page_time(server: ServerProcess, models: int) -> tuple[float, float]:
    """Seconds for the first page of a list of so many models, and for pages at random places of it."""
    server.reset()
    server.control("POST", "seed", {"account": ACCOUNT, "models": [MODEL], "copies": models})
    caller = Caller(server.url)
    link = caller.call("GET", f"{MODELS}&count=100")["nextLink"]
    links = [link]
    while len(links) < min(PAGES, models // 100 - 1):  # some real links, spread over the list by larger steps
        found = caller.call("GET", link.replace("count=100", f"count={max(100, models // PAGES)}"))
        if "nextLink" not in found:
            break
        link = found["nextLink"].replace(f"count={max(100, models // PAGES)}", "count=100")
        links.append(link)
    random.shuffle(links)
    places = iter(links * PAGES)
    first = seconds(lambda: caller.call("GET", f"{MODELS}&count=100"), PAGES)
    deep = seconds(lambda: caller.call("GET", next(places)), PAGES)
    return first, deep


def pages(server: ServerProcess, small: int, large: int) -> list[Measure]:
    """Pages of 100 models of a long list against those of a short one."""
    few, many = page_time(server, small), page_time(server, large)
    against = f"of {small:,} models"
    return [
        Measure(f"first page of {large:,} models", many[0] * 1000, "ms"),
        Measure(f"first page of {large:,} models", many[0] / few[0], "ratio", against),
        Measure(f"any page of {large:,} models", many[1] / few[1], "ratio", against),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="starts of the server (default: %(default)s)")
    parser.add_argument("--models", type=int, default=100_000, help="length of the long list (default: %(default)s)")
    chosen = parser.parse_args()
    measures = start(chosen.rounds)
    with tempfile.TemporaryDirectory() as directory, ServerProcess(Path(directory), "--log-level", "warning") as server:
        measures += registrations(server, 1000)
        measures += pages(server, 1000, chosen.models)
    save("server", measures)


if __name__ == "__main__":
    main()
