# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""A real server for test suites: a child process on a free port, with a data directory of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from mms_local.data_directory import CONTROL_TOKEN

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ServerProcess:
    """A server in a child process; use it as a context manager, or call :meth:`start` and :meth:`stop`.

    Args:
        data_dir: where it keeps state; start another one on it to see what survived.
        flags: more flags of `mms-local serve`; without `--compute` it is `none`.
        command: what runs in place of `python -m mms_local serve`.
    """

    def __init__(self, data_dir: Path, *flags: str, command: Sequence[str] = ("-m", "mms_local", "serve")) -> None:
        self.data_dir = data_dir
        self.command = command
        self.flags: Sequence[str] = flags if "--compute" in flags else ("--compute", "none", *flags)
        self.url = ""
        self.environment: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What the server wrote."""
        return self.data_dir / "test-server.log"

    @property
    def owner(self) -> dict[str, str]:
        """The header that opens the control room."""
        return {"Authorization": f"Bearer {self.environment[CONTROL_TOKEN]}"}

    def start(self, wait: float = 30) -> ServerProcess:
        """Start it and wait until it is ready.

        Raises:
            RuntimeError: it ended, or was not ready in time.
        """
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        ready = self.data_dir / "ready.json"
        ready.unlink(missing_ok=True)
        command = [sys.executable, *self.command, "--data-dir", str(self.data_dir), "--port", "0"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MMS_LOCAL_")}
        with open(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            self._process = subprocess.Popen(
                [*command, "--ready-file", str(ready), *self.flags],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
            )
        deadline = time.monotonic() + wait
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"the server did not start:\n{self.log.read_text('utf-8')[-4000:]}")
            time.sleep(0.01)
        known = json.loads(ready.read_text("utf-8"))
        self.url, self.environment = known["url"], known["env"]
        return self

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control room as its owner; gives the JSON answer, or None for an empty one."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        request = urllib.request.Request(f"{self.url}/_mms/{path}", data, {**headers, **self.owner}, method=method)
        with _DIRECT.open(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def reset(self) -> None:
        """Make it forget everything."""
        self.control("POST", "reset")

    def stop(self, wait: float = 30) -> int:
        """End it in good order; gives its exit status."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(wait)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """End it on the spot, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> ServerProcess:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
