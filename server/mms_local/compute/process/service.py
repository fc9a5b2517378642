# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""One service on process compute: its keys, its log, the instance that serves, and the watch over it."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

from mms_local.compute.process.instance import Instance, StartFailed, replicas
from mms_local.compute.process.log import ServiceLog
from mms_local.compute.traffic import Traffic
from mms_local.core.ports import Keys, ServiceSpec, Upkeep

LOG_FILE = "service.log"

_FIRST_DELAY, _LONGEST_DELAY = 1.0, 60.0  # seconds between a crash and the next start
_STEADY = 60.0  # seconds beyond the longest start, after which a crash counts as the first again
_DRAIN = 75.0  # seconds; longer than the time limit of a request at the front

Sleep = Callable[[float], Awaitable[None]]


class Service:
    """Keeps one service running.

    Args:
        directory: keys and log; made here, for the owner alone.
        python: the interpreter that images are built for.
        session: for health checks.
        traffic: requests in flight.
        start_limit: seconds that a start may take.
        sleep: for the pause between restarts.
        upkeep: hears of crashes.
    """

    def __init__(
        self,
        directory: Path,
        *,
        python: str,
        session: aiohttp.ClientSession,
        traffic: Traffic,
        start_limit: float,
        sleep: Sleep,
        upkeep: Upkeep | None = None,
    ) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._python = python
        self._session = session
        self._traffic = traffic
        self._start_limit = start_limit
        self._sleep = sleep
        self._upkeep = upkeep
        self._keys_file = directory / "keys.json"
        self._log = ServiceLog(directory / LOG_FILE)
        self._changing = asyncio.Lock()
        self._serving: Instance | None = None
        self._watch: asyncio.Task[None] | None = None
        self._starting: set[Instance] = set()
        self._retiring: dict[asyncio.Task[None], Instance] = {}
        self._stopped = False

    @property
    def endpoint(self) -> str | None:
        """Base URL of the instance that serves, None when there is none just now."""
        return self._serving.url if self._serving else None

    def set_keys(self, keys: Keys) -> None:
        """Write the keys file; every worker reads it again before its next request."""
        temporary = self._keys_file.with_suffix(".new")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({"primary": keys.primary, "secondary": keys.secondary}, file)
        os.replace(temporary, self._keys_file)

    async def deploy(self, spec: ServiceSpec) -> None:
        """Put the service described in the place of the one that runs, if one does.

        Raises:
            StartFailed: the new one did not become healthy; what ran before goes on.
        """
        async with self._changing:
            if replicas(spec) == 0:
                self._log.note("no replicas wanted, so nothing runs")
                await self._replace(None, None)
                return
            self.set_keys(spec.keys)
            successor = await self._started(spec)
            await self._replace(successor, spec)

    def resume(self, spec: ServiceSpec) -> None:
        """Start the service in the background, and try again for as long as it does not come up."""
        self.set_keys(spec.keys)
        if replicas(spec) > 0:
            self._watch = asyncio.create_task(self._keep(spec, None), name=f"watch over {spec.name}")

    async def stop(self, grace: float) -> None:
        """End everything that runs for the service, and let no more start."""
        self._stopped = True
        await asyncio.gather(*(instance.end(grace=0) for instance in self._starting))
        async with self._changing:
            await self._unwatch()
            for task in self._retiring:
                task.cancel()
            running = [*self._retiring.values(), *([self._serving] if self._serving else [])]
            self._serving = None
            await asyncio.gather(*(instance.end(grace) for instance in running))
            self._log.close()

    async def _started(self, spec: ServiceSpec) -> Instance:
        instance = Instance(spec, python=self._python, keys_file=self._keys_file, log=self._log)
        if self._stopped:
            raise StartFailed("the service is being removed or the server stops", "")
        self._log.note(f"starting {replicas(spec)} workers of image {spec.image.location}")
        self._starting.add(instance)
        try:
            await instance.start(self._session, self._start_limit)
        finally:
            self._starting.discard(instance)
        return instance

    async def _replace(self, successor: Instance | None, spec: ServiceSpec | None) -> None:
        await self._unwatch()
        predecessor, self._serving = self._serving, successor
        if successor and spec:
            self._watch = asyncio.create_task(self._keep(spec, successor), name=f"watch over {spec.name}")
        if predecessor:
            task = asyncio.create_task(self._retire(predecessor))
            self._retiring[task] = predecessor
            task.add_done_callback(self._retiring.pop)

    async def _retire(self, instance: Instance) -> None:
        """End an instance that gets no new requests once the last one is answered."""
        try:
            await asyncio.wait_for(self._traffic.idle(instance.url), _DRAIN)
        except asyncio.TimeoutError:
            self._log.note("the replaced workers still had requests in progress when they were ended")
        await instance.end()

    async def _unwatch(self) -> None:
        if self._watch:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None

    async def _keep(self, spec: ServiceSpec, instance: Instance | None) -> None:
        """Start the service whenever it is down, with growing pauses while it does not stay up."""
        delay, crash = _FIRST_DELAY, ""
        while True:
            began = time.monotonic()
            try:
                if instance is None:
                    instance = self._serving = await self._started(spec)
                    self._report_start(spec, crash)
                status = await instance.ended()
                what = crash = f"the scoring process ended with status {status}"
            except StartFailed as failure:
                what = f"the start failed: {failure.summary}"
                if self._upkeep is not None:
                    self._upkeep.broken(spec.id, failure.reported(spec.name))
            instance = self._serving = None
            if time.monotonic() - began > _STEADY + self._start_limit:
                delay = _FIRST_DELAY
            self._log.note(f"{what}; next start in {delay:.0f} s")
            await self._sleep(delay)
            delay = min(delay * 2, _LONGEST_DELAY)

    def _report_start(self, spec: ServiceSpec, crash: str) -> None:
        if self._upkeep is None:
            return
        if crash:
            self._upkeep.repaired(spec.id, f"{crash}; it was started again")
        self._upkeep.whole(spec.id)
