# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's docker-registry on loopback, with passwords or with tokens, for tests that push and pull."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

USER, PASSWORD = "pusher", "registry-secret"


class RegistryProcess:
    """A registry in a child process, with its storage in a folder; a context manager.

    Args:
        folder: everything it needs and keeps.
        auth: the `auth` section of its configuration; by default a password file for USER and PASSWORD. Open if empty.
    """

    def __init__(self, folder: Path, auth: dict[str, object] | None = None) -> None:
        self._folder = folder
        self._auth = auth
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.host = f"127.0.0.1:{probe.getsockname()[1]}"

    def __enter__(self) -> RegistryProcess:
        self._folder.mkdir(parents=True, exist_ok=True)
        auth = self._auth
        if auth is None:
            auth = {"htpasswd": {"realm": "test", "path": str(self._password_file())}}
        config = {
            "version": "0.1",
            "log": {"accesslog": {"disabled": False}},
            "storage": {"filesystem": {"rootdirectory": str(self._folder / "storage")}},
            "http": {"addr": self.host},
            **({"auth": auth} if auth else {}),
        }
        (self._folder / "config.yml").write_text(json.dumps(config))
        self.log = self._folder / "log"
        with self.log.open("wb") as log:
            command = ["docker-registry", "serve", str(self._folder / "config.yml")]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(20)

    def uploads(self) -> int:
        """How many blobs were uploaded so far."""
        return self.log.read_text().count('"PUT /v2/iris/blobs/uploads/')

    def _password_file(self) -> Path:
        path = self._folder / "htpasswd"
        made = subprocess.run(["htpasswd", "-Bbn", USER, PASSWORD], check=True, capture_output=True)
        path.write_bytes(made.stdout)
        return path

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.host}/v2/", timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False


def skopeo(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run skopeo, which knows registries and layouts independently of us."""
    return subprocess.run(["skopeo", "--insecure-policy", *arguments], check=True, capture_output=True, text=True)


def missing(*tools: str) -> list[str]:
    """Which of these programs are not here."""
    return [tool for tool in tools if shutil.which(tool) is None]


def basic(user: str, password: str) -> str:
    """An Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
