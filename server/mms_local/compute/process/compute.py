# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Process compute: services run as gunicorn processes of this machine, on loopback. It isolates nothing.

See docs/process-compute.md for what that means and for the limits.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

import aiohttp

from mms_local.compute.process.instance import StartFailed, replicas
from mms_local.compute.process.log import log_tail
from mms_local.compute.process.service import LOG_FILE, Service, Sleep
from mms_local.compute.traffic import Traffic
from mms_local.core.ids import below
from mms_local.core.ports import Keys, Log, Phase, ServiceSpec, Upkeep

_STOP_GRACE = 10.0  # seconds that requests in progress have when the server stops


class ProcessCompute:
    """Runs services as child processes; implements `Compute`.

    Args:
        data_dir: the server's data directory; keys and logs are kept in `services/<id>` below it.
        python: the interpreter that images are built for.
        traffic: requests in flight, shared with the front, so that an update refuses none.
        start_limit: seconds from the start of a service until it must be healthy.
        sleep: for the pause between restarts of a crashed service.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        python: str = sys.executable,
        traffic: Traffic | None = None,
        start_limit: float = 300.0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._directory = data_dir.absolute() / "services"
        self._python = python
        self.traffic = traffic or Traffic()
        self._start_limit = start_limit
        self._sleep = sleep
        self._services: dict[str, Service] = {}
        self._session: aiohttp.ClientSession | None = None
        self._upkeep: Upkeep | None = None

    def report_to(self, upkeep: Upkeep) -> None:
        """See `Compute.report_to`: a service that crashed is started again, for as long as it takes."""
        self._upkeep = upkeep

    async def start(self, specs: tuple[ServiceSpec, ...]) -> None:
        """Begin to start these services in the background; each is served as soon as it is healthy."""
        for spec in specs:
            self._service(spec.id).resume(spec)

    async def deploy(self, spec: ServiceSpec, log: Log) -> None:
        """Start the service, or replace the running one by it. See `Compute.deploy`."""
        if spec.autoscaler:
            log(f"Process compute does not scale: it runs {replicas(spec)} workers throughout.")
        log(Phase(f"Starting {replicas(spec)} workers"))
        try:
            await self._service(spec.id).deploy(spec)
        except StartFailed as failure:
            raise failure.reported(spec.name) from failure
        log(f"The service {spec.name!r} runs {replicas(spec)} workers.")

    async def remove(self, spec: ServiceSpec) -> None:
        """End the service's processes and delete its keys and log."""
        service = self._services.pop(spec.id, None)
        if service:
            await service.stop(_STOP_GRACE)
        await asyncio.to_thread(shutil.rmtree, below(self._directory, spec.id), ignore_errors=True)

    async def set_keys(self, service_id: str, keys: Keys) -> None:
        """Make a service accept these keys from the next request on."""
        if service_id in self._services:
            self._services[service_id].set_keys(keys)

    async def endpoint(self, service_id: str) -> str | None:
        """Base URL of the service's processes, None while there are none."""
        service = self._services.get(service_id)
        return service.endpoint if service else None

    async def logs(self, service_id: str, tail: int) -> str:
        """The last lines that the service printed, earlier instances included."""
        return await asyncio.to_thread(log_tail, below(self._directory, service_id) / LOG_FILE, tail)

    async def stop(self) -> None:
        """End all services."""
        await asyncio.gather(*(service.stop(_STOP_GRACE) for service in self._services.values()))
        self._services.clear()
        if self._session:
            await self._session.close()
            self._session = None

    def _service(self, service_id: str) -> Service:
        if service_id not in self._services:
            if self._session is None:
                self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
            self._services[service_id] = Service(
                below(self._directory, service_id),
                python=self._python,
                session=self._session,
                traffic=self.traffic,
                start_limit=self._start_limit,
                sleep=self._sleep,
                upkeep=self._upkeep,
            )
        return self._services[service_id]
