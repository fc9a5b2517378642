# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The logs of services, which users need most when the service is not there any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mms_local.core.accounts import Account
from mms_local.core.errors import LogNotFound
from mms_local.core.ports import Compute, JobFailed
from mms_local.core.resources import Service, State
from mms_local.core.world import KeptLog, World

_KEPT_LINES = 5000


@dataclass(frozen=True)
class ServiceLog:
    """What a service printed; when it printed nothing, how its deployment went. `removed` is when the service was."""

    service_id: str
    name: str
    text: str
    removed: datetime | None = None


class ServiceLogs:
    """Reads the logs of services, and keeps those of services that are removed."""

    def __init__(self, world: World, compute: Compute) -> None:
        self._world = world
        self._compute = compute

    async def read(self, account: Account, id_or_name: str, lines: int) -> ServiceLog:
        """The last lines of a service; by its name also of one that was removed.

        Raises:
            LogNotFound: there is no such service, and nothing is kept of one.
        """
        services = self._world.storage.services
        service = services.get(account.number, id_or_name) or services.latest(
            account.number, {"serviceName": id_or_name}
        )
        if service is not None:
            return ServiceLog(service.id, service.name, await self._text(service, lines))
        kept = self._world.logs.kept(account.number, id_or_name)
        if kept is None:
            raise LogNotFound(
                f"there is no service {id_or_name!r} in account {account.name.name}, and no log of one is kept"
            )
        return ServiceLog(kept.service_id, kept.name, _tail(kept.text, lines), kept.removed)

    async def keep(self, service: Service) -> None:
        """Keep the log of a service that is about to be removed."""
        logs = self._world.logs
        text = await self._text(service, _KEPT_LINES)
        logs.keep(service.account, KeptLog(service.id, service.name, self._world.now(), text))
        for kind in ("services", "releases"):
            logs.drop(kind, service.id)

    async def _text(self, service: Service, lines: int) -> str:
        """What the running replicas printed, after what a release printed that failed and is gone."""
        logs = self._world.logs
        try:
            printed = await self._compute.logs(service.id, lines)
        except JobFailed as failed:
            printed = f"What the service printed cannot be read: {failed.message}"
        failed_release = logs.tail("releases", service.id, lines) if service.state is State.FAILED else ""
        if failed_release and printed:
            return f"{printed.rstrip()}\n==> the release that failed <==\n{failed_release}"
        return failed_release or printed or logs.tail("services", service.id, lines)


def _tail(text: str, lines: int) -> str:
    return "".join(text.splitlines(keepends=True)[-lines:])
