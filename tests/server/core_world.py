# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A core without HTTP: real storage, and engines that do as a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from api_client import CLUSTER

from mms_local.compute.null import NullBuilder, NullCompute
from mms_local.control.faults import Faults
from mms_local.core.accounts import Account, AccountName
from mms_local.core.generation import Generation
from mms_local.core.jobs import Engines
from mms_local.core.mms import Mms
from mms_local.core.ports import BuiltImage, ImageSpec, Keys, Log, ServiceSpec
from mms_local.core.resources import Image, Operation, Service
from mms_local.core.world import World
from mms_local.store.database import Database
from mms_local.store.logs import LogFiles


class ScriptedBuilder(NullBuilder):
    """Builds at once, unless `gate` is closed or there is an `error` to raise."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: BaseException | None = None
        self.specs: list[ImageSpec] = []
        self.removed: list[str] = []

    async def build(self, spec: ImageSpec, log: Log) -> BuiltImage:
        self.specs.append(spec)
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return await super().build(spec, log)

    async def remove(self, image: BuiltImage) -> None:
        self.removed.append(image.id)


class ScriptedCompute(NullCompute):
    """Writes down what it is asked to do."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: BaseException | None = None
        self.started: list[ServiceSpec] = []
        self.deployed: list[ServiceSpec] = []
        self.removed: list[str] = []
        self.keys: list[Keys] = []

    async def start(self, specs: tuple[ServiceSpec, ...]) -> None:
        self.started += specs

    async def deploy(self, spec: ServiceSpec, log: Log) -> None:
        self.deployed.append(spec)
        await self.gate.wait()
        if self.error is not None:
            raise self.error

    async def remove(self, spec: ServiceSpec) -> None:
        if self.error is not None:
            raise self.error
        self.removed.append(spec.name)

    async def set_keys(self, service_id: str, keys: Keys) -> None:
        self.keys.append(keys)


@dataclass
class CoreWorld:
    """A core on a directory; make another one on it to see what a restart finds."""

    directory: Path
    generation: Generation = Generation.ACCOUNT
    database: Database = field(init=False)
    builder: ScriptedBuilder = field(init=False)
    compute: ScriptedCompute = field(init=False)
    mms: Mms = field(init=False)

    def __post_init__(self) -> None:
        self.database = Database(self.directory / "mms.db")
        self.builder = ScriptedBuilder(self.directory)
        self.compute = ScriptedCompute()
        world = World(self.database, LogFiles(self.directory / "logs"))
        self.mms = Mms(world, Engines(self.builder, self.compute, Faults()))

    @property
    def account(self) -> Account:
        return self.mms.accounts.open(AccountName(self.generation, "sub", "group", "account"))

    def manifest(self) -> str:
        """The id of a manifest with one model."""
        model = {"name": "m", "url": "https://x.invalid/m", "mimeType": "a/b"}
        asset = {"id": "score.py", "url": "https://x.invalid/s", "mimeType": "a/b"}
        body = {
            "name": "f",
            "assets": [asset],
            "driverProgram": "score.py",
            "targetRuntime": {"runtimeType": "SparkPython", "properties": {"PipRequirements": "https://x.invalid/p"}},
            "modelType": "Registered",
            "modelIds": [self.mms.models.register(self.account, model).id],
        }
        return self.mms.manifests.create(self.account, body).id

    def image(self, **changes: object) -> tuple[Image, Operation]:
        """An accepted image; its build goes on when the test next waits."""
        body = {"name": "i", "manifestId": self.manifest(), "imageType": "Docker", "computeResourceId": CLUSTER}
        return self.mms.images.create(self.account, {**body, **changes})

    def service(self, image_id: str, **changes: object) -> tuple[Service, Operation]:
        """An accepted service."""
        body = {"name": "svc", "imageId": image_id, "computeResource": {"id": CLUSTER, "type": "Cluster"}}
        return self.mms.services.create(self.account, {**body, **changes})

    async def built_image(self) -> str:
        """The id of an image that is built."""
        image, operation = self.image()
        await self.end_of(operation)
        return image.id

    async def end_of(self, operation: Operation) -> Operation:
        """The operation when it has ended."""
        return await until(lambda: self.mms.operations.read(self.account, operation.id), lambda one: one.state.finished)

    async def crash(self) -> None:
        """Go away without recording anything, as a killed process does."""
        await self.mms.jobs.abandon()
        self.database.close()


async def until(look: Callable[[], Operation], good: Callable[[Operation], bool]) -> Operation:
    """What `look` finds as soon as it is good; every look lets the tasks of the loop go on once."""
    for _round in range(10_000):
        found = look()
        if good(found):
            return found
        await asyncio.sleep(0)
    raise AssertionError(f"never came to an end: {found}")
