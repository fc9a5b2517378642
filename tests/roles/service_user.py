# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user of a web service, who asks it all the time and notes when it refuses."""

from __future__ import annotations

import threading
from types import TracebackType

import requests

from mms_local.testing import ServerProcess

PAUSE = 0.05  # seconds between two requests
MOST = 20_000  # requests, so that a forgotten user ends by itself


class ServiceUser:
    """Asks a service from a thread of its own, as a context manager; :meth:`ask` asks once."""

    def __init__(self, server: ServerProcess, service: str, api_version: str = "2017-09-01-preview") -> None:
        self.url = f"{server.url}/api/v1/service/{service}/score"
        self.key = _key(server, service, api_version)
        self.answers = 0
        self.values: set[str] = set()
        self.refused: list[str] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def ask(self) -> tuple[int, str]:
        """Ask once; returns status and body."""
        answer = requests.post(
            self.url, json={"data": [1]}, headers={"Authorization": f"Bearer {self.key}"}, timeout=30
        )
        return answer.status_code, answer.text.strip()

    def __enter__(self) -> ServiceUser:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join(timeout=60)

    def _run(self) -> None:
        for _round in range(MOST):
            if self._stopped.wait(PAUSE):
                return
            try:
                status, body = self.ask()
            except requests.RequestException as error:
                self.refused.append(str(error))
                continue
            if status == 200:
                self.answers += 1
                self.values.add(body)
            else:
                self.refused.append(f"{status} {body}")


def _key(server: ServerProcess, service: str, api_version: str) -> str:
    """The service's primary key, read without any code of the collection."""
    names = server.environment
    kind = "accounts" if api_version.startswith("2017-09") else "hostingAccounts"
    services = (
        f"{server.url}/api/subscriptions/{names['AZURE_SUBSCRIPTION_ID']}/resourceGroups/{names['AZURE_RESOURCE_GROUP']}"
        f"/{kind}/{names['AZUREML_MMS_ACCOUNT']}/services"
    )
    headers = {"Authorization": "Bearer somebody"}
    query = {"api-version": api_version, "serviceName": service}
    found = requests.get(services, params=query, headers=headers, timeout=30).json()
    (one,) = [one for one in (found if isinstance(found, list) else found["value"]) if one["name"] == service]
    keys = requests.get(f"{services}/{one['id']}/keys", params=query, headers=headers, timeout=30)
    return str(keys.json()["primaryKey"])
