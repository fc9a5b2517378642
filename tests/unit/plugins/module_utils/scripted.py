# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doubles for the seams that we own: a clock that does not wait, a credential, and a wire with a script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import requests

from ansible_collections.azureml.model_management.plugins.module_utils._time.repeats import Patience, Repeats
from ansible_collections.azureml.model_management.plugins.module_utils._transport.http import HttpSettings, Transport
from ansible_collections.azureml.model_management.plugins.module_utils._transport.token import Token

BASE = "https://mms.example.com/api/subscriptions/s/resourceGroups/g/accounts/a"


class FakeClock:
    """Time passes only when somebody sleeps."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class FakeCredential:
    """Gives the tokens of a list, one more with each renewal."""

    source = "a test"

    def __init__(self, *values: str) -> None:
        self.values = list(values)

    def token(self) -> Token:
        return Token(self.values[0], None, self.source)

    def renew(self) -> Token | None:
        if len(self.values) == 1:
            return None
        self.values.pop(0)
        return self.token()


class Script(requests.adapters.BaseAdapter):
    """A wire on which exactly the expected requests are sent, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[tuple[str, str, Any]] = []
        self.seen: list[requests.PreparedRequest] = []

    def expect(
        self,
        method: str,
        path: str,
        status: int = 200,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        error: Exception | None = None,
    ) -> None:
        """Expect a request; C(path) is what follows the account's base, or a whole URL, without api-version."""
        answer: Any = error
        if error is None:
            answer = requests.Response()
            answer.status_code = status
            answer._content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
            answer.headers.update(headers or {})
        self.steps.append((method, path if "://" in path else BASE + path, answer))

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        assert self.steps, f"unexpected: {request.method} {request.url}"
        method, url, answer = self.steps.pop(0)
        asked = (
            (request.url or "")
            .replace("api-version=2017-09-01-preview&", "")
            .replace("?api-version=2017-09-01-preview", "")
        )
        assert (request.method, asked) == (method, url)
        self.seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        response: requests.Response = answer
        response.url, response.request = request.url or "", request
        return response

    def close(self) -> None:
        assert not self.steps, f"never sent: {self.steps}"

    def bodies(self) -> list[Any]:
        return [json.loads(request.body) for request in self.seen if request.body]


def transport_on(script: Script, clock: FakeClock, credential: Any = None, **settings: Any) -> Transport:
    """Return a transport whose wire is the script. Delays have no jitter."""
    session = requests.Session()
    session.mount("https://", script)
    session.mount("http://", script)
    chosen = FakeCredential("token") if credential is None else credential
    repeats = Repeats(clock, jitter=lambda: 1.0)
    patience = Patience(settings.pop("retries", 3), settings.pop("seconds", 120.0))
    return Transport(chosen, HttpSettings(patience=patience, **settings), repeats=repeats, session=session)
