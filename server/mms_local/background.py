# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Starts, finds and ends a server in the background, by its data directory."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mms_local.config import Config
from mms_local.data_directory import CONTROL_TOKEN, PAGE, Running, known_environment, make_folder, running_on

LOG_FILE = "server.log"


@dataclass(frozen=True)
class Start:
    """What `start` is asked for.

    Args:
        data_dir: where the server keeps its state.
        wait: seconds until it must be ready.
        serve_arguments: the flags of `serve` that say all settings.
        asked: the settings that were given, by name, as texts; the others may be as they are.
        port: the one that was asked for; None takes the usual one or, where somebody else has it, the next free one.
        restart: whether a server that runs is started anew: always, or only if it has other settings than these.
    """

    data_dir: Path
    wait: float
    serve_arguments: Sequence[str]
    asked: Mapping[str, str]
    port: int | None = None
    restart: Literal["never", "if it differs", "always"] = "never"


def start(wanted: Start) -> int:
    """Start a server unless one runs, wait until it is ready, and print what a shell needs to use it.

    Raises:
        FolderUnusable: the data directory cannot be made, or not written to.
    """
    data_dir, serve_arguments = wanted.data_dir, list(wanted.serve_arguments)
    running = running_on(data_dir)
    if running is not None:
        others = [
            f"--{name} {running.settings[name] or 'unset'}, not {value or 'unset'}"
            for name, value in wanted.asked.items()
            if running.settings.get(name, value) != value
        ]
        if wanted.restart == "always" or (others and wanted.restart == "if it differs"):
            if _ended(running, data_dir, wanted.wait) is None:
                return 1
            running = None
        elif others:
            told = "; ".join(others)
            return _failed(f"a server runs at {running.url} with {told}. Restart it (--restart), or leave that out")
    if running is None:
        make_folder(data_dir, "data-dir")
        if wanted.port is None:
            serve_arguments += ["--port", str(_free_port())]
        log = os.open(data_dir / LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        server = subprocess.Popen(
            [sys.executable, "-m", "mms_local", "serve", *serve_arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        os.close(log)
        deadline = time.monotonic() + wanted.wait
        while (running := running_on(data_dir)) is None:
            if server.poll() is not None or time.monotonic() > deadline:
                what = "ended" if server.poll() is not None else f"is not ready after {wanted.wait:g} s"
                return _failed(f"the server {what}: {_last_words(data_dir)} (more in {data_dir / LOG_FILE})")
            time.sleep(0.02)
    print(f"# mms-local ready: {running.url}; its page: mms-local open")
    print(_for_shells(data_dir))
    return 0


def _for_shells(data_dir: Path) -> str:
    return f". {shlex.quote(str(data_dir / 'env'))}"


def _free_port() -> int:
    """The usual port, or the next one that nobody has."""
    usual = Config.port
    for port in range(usual, usual + 100):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((Config.host, port))
            if port != usual:
                print(f"mms-local: port {usual} is taken; using {port} (--port chooses another)", file=sys.stderr)
            return port
    return usual


def stop(data_dir: Path, wait: float) -> int:
    """End the server in good order, and wait for that."""
    running = running_on(data_dir)
    if running is None:
        print("mms-local is not running")
        return 0
    if _ended(running, data_dir, wait) is None:
        return 1
    print("mms-local has stopped")
    return 0


def _ended(running: Running, data_dir: Path, wait: float) -> Running | None:
    """End a server; gives it back when it has ended, and says why when it has not."""
    os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + wait
    while running_on(data_dir) is not None:
        if time.monotonic() > deadline:
            _failed(f"the server (pid {running.pid}) did not end within {wait:g} s")
            return None
        time.sleep(0.02)
    return running


def environment(data_dir: Path) -> int:
    """Print what points a shell at the server that runs."""
    if running_on(data_dir) is None:
        return _failed(f"mms-local is not running on {data_dir}; start it first")
    print(_for_shells(data_dir))
    return 0


def wait_for(data_dir: Path, wait: float) -> int:
    """Wait until a server that somebody else starts is ready: exit status 0, or 3 when none was in time."""
    deadline = time.monotonic() + wait
    while running_on(data_dir) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return status(data_dir)


def status(data_dir: Path) -> int:
    """Tell whether a server runs and answers: exit status 0 if so, 3 if not."""
    running = running_on(data_dir)
    if running is None:
        print(f"mms-local is not running on {data_dir}")
        return 3
    try:
        _control(data_dir, running, "GET", "health")
    except urllib.error.URLError as error:
        return _failed(f"the server (pid {running.pid}) does not answer at {running.url}: {error.reason}")
    print(f"mms-local runs at {running.url} (pid {running.pid}, data in {data_dir})")
    return 0


def reset(data_dir: Path) -> int:
    """Make the server forget everything."""
    running = running_on(data_dir)
    if running is None:
        return _failed(f"mms-local is not running on {data_dir}; start it first")
    try:
        _control(data_dir, running, "POST", "reset")
    except urllib.error.URLError as error:
        return _failed(f"the server at {running.url} refused: {error.reason}")
    print("mms-local has forgotten everything")
    return 0


def open_page(data_dir: Path) -> int:
    """Show the page in a browser, by a file that leads there with the control token, which no process list shows."""
    if running_on(data_dir) is None:
        return _failed(f"mms-local is not running on {data_dir}; start it first")
    page = data_dir / PAGE
    print(f"Open {page.as_uri()} if no browser does by itself.")
    webbrowser.open(page.as_uri())
    return 0


def logs(data_dir: Path, lines: int, follow: bool) -> int:
    """Print the last lines of the server's log, and with `follow` whatever comes after, until interrupted."""
    try:
        with (data_dir / LOG_FILE).open(encoding="utf-8", errors="replace") as file:
            sys.stdout.writelines(deque(file, maxlen=lines))
            while follow:
                sys.stdout.write(file.read())
                sys.stdout.flush()
                time.sleep(0.2)
    except FileNotFoundError:
        return _failed(f"there is no log in {data_dir}; `mms-local start` writes one")
    except KeyboardInterrupt:
        pass
    return 0


def _control(data_dir: Path, running: Running, method: str, path: str) -> None:
    headers = {"Authorization": f"Bearer {known_environment(data_dir).get(CONTROL_TOKEN, '')}"}
    request = urllib.request.Request(f"{running.url}/_mms/{path}", headers=headers, method=method)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=60):
        pass


def _last_words(data_dir: Path) -> str:
    with (data_dir / LOG_FILE).open(encoding="utf-8", errors="replace") as log:
        lines = deque(filter(None, map(str.strip, log)), maxlen=1)
    return lines[0].removeprefix("mms-local: ") if lines else "it said nothing"


def _failed(message: str) -> int:
    print(f"mms-local: {message}", file=sys.stderr)
    return 1
