# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The asynchronous half: runs accepted operations to their end, and takes them up again after a crash.

An operation is in storage before its caller hears of it. Each task below moves it NotStarted -> Running -> end. Builds
and deployments are idempotent, so :meth:`Jobs.resume` simply runs again what a killed server left unfinished; but not
for ever: what took the server along a few times has failed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakValueDictionary

from mms_local.core.ports import Builder, Compute, JobFailed, Keys, Phase
from mms_local.core.recipes import forget_image
from mms_local.core.records import Part, Records
from mms_local.core.resources import Built, Failure, Image, Job, Operation, Service
from mms_local.core.service_logs import ServiceLogs
from mms_local.core.specs import Specs
from mms_local.core.storage import Removal
from mms_local.core.upkeep import ServiceUpkeep
from mms_local.core.world import World

LOG = logging.getLogger(__name__)
BUILDS_AT_ONCE = 2
ATTEMPTS = 3
"""How often a job may take the server along before it is not tried again."""
_DEADLY = Failure(
    "ServerEndedDuringJob",
    f"the server was killed {ATTEMPTS} times while it worked on this, and does not try again. Look for the reason in"
    " its log and in the memory of the machine; then ask for it anew",
    500,
)


class JobCancelled(Exception):
    """A fault rule wants the operation to end as cancelled."""


class Sabotage(Protocol):
    """Faults that tests order for jobs."""

    async def before_job(self, job: str) -> None:
        """Do nothing, or wait for ever (a stuck operation), or raise JobFailed or JobCancelled."""


@dataclass(frozen=True)
class Engines:
    """What does the work."""

    builder: Builder
    compute: Compute
    sabotage: Sabotage


class Jobs:
    """Runs operations. All methods belong to one event loop."""

    def __init__(self, world: World, specs: Specs, engines: Engines) -> None:
        self._world = world
        self._specs = specs
        self._engines = engines
        self._records = Records(world)
        self._logs = ServiceLogs(world, engines.compute)
        engines.compute.report_to(ServiceUpkeep(world))
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._removals: set[asyncio.Task[None]] = set()
        self._builds = asyncio.Semaphore(BUILDS_AT_ONCE)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def begin(self, operation: Operation) -> None:
        """Start work on an operation that was just accepted."""
        self._world.pacing.begin(operation.id)
        self._start(operation)

    async def resume(self) -> None:
        """After a start: finish removals, bring services back, and take up every unfinished operation."""
        storage = self._world.storage
        for removal in storage.removals.everywhere():
            self._remove(removal)
        await self._engines.compute.start(self._specs.live())
        for operation in storage.operations.unfinished():
            if operation.job is Job.DELETE:
                continue  # those end with their removals
            if operation.attempts < ATTEMPTS:
                self._start(operation)
            else:
                self._records.failed(operation, _DEADLY)

    async def stop(self) -> None:
        """Let go of everything that runs; what is unfinished is resumed at the next start."""
        await self.abandon()
        self._records.interrupted()
        await self._engines.compute.stop()

    async def clear(self) -> None:
        """End every task and take away every service; what storage holds is the caller's to forget."""
        await self.abandon()
        storage = self._world.storage
        services = (*storage.services.everywhere(), *(one.service for one in storage.removals.everywhere()))
        for spec in filter(None, map(self._specs.removal, services)):
            try:
                await self._engines.compute.remove(spec)
            except JobFailed as failed:
                LOG.warning("service %s could not be removed: %s", spec.name, failed.message)
        for image in storage.images.everywhere():
            if image.built is not None:
                await self._engines.builder.remove(image.built.image(image.id))

    async def abandon(self) -> None:
        """End every task without recording anything."""
        tasks = [*self._tasks.values(), *self._removals]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def record_cancelled(self, account: int, resource_id: str) -> tuple[str, ...]:
        """Record that the unfinished operations of a resource are cancelled; part of the caller's transaction."""
        return self._records.cancel(account, resource_id)

    async def remove(self, removal: Removal, cancelled: Iterable[str]) -> None:
        """Stop a deleted service. A compute that cannot do it now is asked again at the next start."""
        await self._end(cancelled)
        await asyncio.shield(self._remove(removal))

    def begin_removal(self, operation: Operation, removal: Removal, cancelled: Iterable[str]) -> None:
        """Like :meth:`remove`, for a caller who does not wait but watches the operation."""
        self._world.pacing.begin(operation.id)
        for one in self._running(cancelled):
            one.cancel()
        self._remove(removal)

    async def forget_image(self, image: Image, cancelled: Iterable[str]) -> None:
        """End the build of a deleted image and remove what it left."""
        await self._end(cancelled)
        if image.built is not None:
            await self._engines.builder.remove(image.built.image(image.id))

    async def set_keys(self, service: Service, keys: Keys) -> None:
        """Hand new keys to a service that runs."""
        if service.live is not None:
            await self._engines.compute.set_keys(service.id, keys)

    def _start(self, operation: Operation) -> None:
        if operation.id in self._tasks:
            return  # accepted while the server was still resuming
        work = self._build(operation) if operation.job is Job.BUILD else self._deploy(operation)
        task = asyncio.get_running_loop().create_task(work, name=f"operation {operation.id}")
        self._tasks[operation.id] = task
        task.add_done_callback(lambda done: self._ended(operation, done))

    def _ended(self, operation: Operation, task: asyncio.Task[None]) -> None:
        self._tasks.pop(operation.id, None)
        defect = _defect(task)
        if defect is not None:
            self._records.failed(operation, defect)

    async def _build(self, operation: Operation) -> None:
        async with self._builds:
            image = self._records.build_started(operation)
            if image is None:
                return
            log = self._log("images", operation)

            async def work() -> None:
                built = await self._engines.builder.build(self._specs.image(image), log)
                self._records.built(operation, Built.of(built))

            await self._attempt(operation, work, log)

    async def _deploy(self, operation: Operation) -> None:
        async with self._turn(operation.account, operation.resource_id):
            service = self._records.deployment_started(operation)
            if service is None or operation.settings is None:
                return
            settings = operation.settings
            log = self._log("services", operation)
            self._world.logs.drop("releases", service.id)

            async def work() -> None:
                await self._build_own_image(operation, settings.image_id)
                self._records.enter(operation, Part.DEPLOY)
                spec = self._specs.service(service, settings)
                await self._engines.compute.deploy(spec, log)
                keys = self._specs.keys(service)
                if keys != spec.keys:  # regenerated meanwhile
                    await self._engines.compute.set_keys(service.id, keys)
                self._records.deployed(operation)
                await self._forget_own_images(service, settings.image_id)

            await self._attempt(operation, work, log)

    async def _build_own_image(self, operation: Operation, image_id: str) -> None:
        """Build the image that came with a service, as the first part of its deployment."""
        image = self._world.storage.images.get(operation.account, image_id)
        if image is None or image.owner is None or image.built is not None:
            return
        self._records.enter(operation, Part.BUILD)
        async with self._builds:
            built = await self._engines.builder.build(
                self._specs.image(image), self._log("images", operation, image.id)
            )
        self._records.own_image_built(image, Built.of(built))

    async def _forget_own_images(self, service: Service, current: str | None = None) -> None:
        """Forget the images that came with a service, but for the one that it runs."""
        storage = self._world.storage
        for image in storage.images.page(service.account, {"owner": service.id}).items:
            if image.id != current:
                with storage.transaction():
                    forget_image(self._world, image)
                await self.forget_image(image, ())

    async def _attempt(
        self, operation: Operation, work: Callable[[], Awaitable[None]], log: Callable[[str], None]
    ) -> None:
        try:
            await self._engines.sabotage.before_job(operation.job.value)
            await work()
        except JobFailed as failed:
            log(f"{failed.code}: {failed.message}")
            if failed.output:
                self._world.logs.append("releases", operation.resource_id, failed.output)
            self._records.failed(operation, Failure.of(failed))
        except JobCancelled:
            self._records.failed(operation, None)

    async def _take_away(self, removal: Removal) -> None:
        service = removal.service
        async with self._turn(service.account, service.id):
            spec = self._specs.removal(service)
            await self._logs.keep(service)
            try:
                if spec is not None:
                    await self._engines.compute.remove(spec)
            except JobFailed as failed:
                LOG.warning(
                    "service %s could not be removed: %s; the next start tries again", service.name, failed.message
                )
                self._records.removal_failed(removal, Failure.of(failed))
                return
            self._records.removed(removal)
            await self._forget_own_images(service)

    async def _end(self, operation_ids: Iterable[str]) -> None:
        tasks = self._running(operation_ids)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _running(self, operation_ids: Iterable[str]) -> list[asyncio.Task[None]]:
        return [self._tasks[one] for one in operation_ids if one in self._tasks]

    def _remove(self, removal: Removal) -> asyncio.Task[None]:
        name = f"removal of service {removal.service.name}"
        task = asyncio.get_running_loop().create_task(self._take_away(removal), name=name)
        self._removals.add(task)
        task.add_done_callback(lambda done: self._removal_ended(removal, done))
        return task

    def _removal_ended(self, removal: Removal, task: asyncio.Task[None]) -> None:
        self._removals.discard(task)
        defect = _defect(task)
        if defect is not None:
            self._records.removal_failed(removal, defect)

    def _turn(self, account: int, resource_id: str) -> asyncio.Lock:
        """Operations of one service run one after the other, in the order they were accepted."""
        return self._turns.setdefault(f"{account}/{resource_id}", asyncio.Lock())

    def _log(self, kind: str, operation: Operation, resource_id: str | None = None) -> Callable[[str], None]:
        """Writes to the log of a resource, which is the operation's own unless another one is named."""
        loop = asyncio.get_running_loop()

        def log(line: str) -> None:
            self._world.logs.append(kind, resource_id or operation.resource_id, line)
            if isinstance(line, Phase):  # engines may be at work in a thread; storage belongs to the loop
                loop.call_soon_threadsafe(self._records.phase, operation, str(line))

        return log


def _defect(task: asyncio.Task[None]) -> Failure | None:
    """What to tell about a task that ended by a defect of ours or of an engine: nobody must wait for it for ever."""
    error = None if task.cancelled() else task.exception()
    if error is None:
        return None
    LOG.error("%s failed unexpectedly", task.get_name(), exc_info=error)
    message = f"the server failed unexpectedly ({type(error).__name__}); its log has the details"
    return Failure("InternalServerError", message, 500)
