# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""`--compute none`: the protocol without the work. Images are recorded but not built, services have no process."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mms_local.core.ids import below
from mms_local.core.ports import BuiltImage, ImageSpec, Keys, Log, ServiceSpec, Upkeep


class NullBuilder:
    """Records images. Fetches nothing, writes nothing."""

    def __init__(self, data_dir: Path) -> None:
        self._directory = data_dir / "images"

    async def build(self, spec: ImageSpec, log: Log) -> BuiltImage:
        """A digest that stands for the inputs, and no image behind it."""
        inputs = repr([(file.id, file.url, file.unpack, file.version) for file in (*spec.assets, *spec.models)])
        digest = hashlib.sha256(f"{spec.driver}\n{inputs}".encode()).hexdigest()
        server = spec.registry.location if spec.registry else "localhost"
        log("Nothing is built: the server runs with --compute none")
        return BuiltImage(
            spec.id, f"sha256:{digest}", f"{server}/{spec.name}:{spec.version}", below(self._directory, spec.id)
        )

    async def remove(self, image: BuiltImage) -> None:
        """Nothing was made."""


class NullCompute:
    """Says yes to every service. None of them answers."""

    def report_to(self, upkeep: Upkeep) -> None:
        """There is nothing to say."""

    async def start(self, specs: tuple[ServiceSpec, ...]) -> None:
        """There is nothing to bring back."""

    async def deploy(self, spec: ServiceSpec, log: Log) -> None:
        """At once."""
        log("Nothing is started: the server runs with --compute none")

    async def remove(self, spec: ServiceSpec) -> None:
        """Nothing was made."""

    async def set_keys(self, service_id: str, keys: Keys) -> None:
        """Nobody asks for keys."""

    async def endpoint(self, service_id: str) -> str | None:
        """Never there."""
        return None

    async def logs(self, service_id: str, tail: int) -> str:
        """No process prints anything."""
        return ""

    async def stop(self) -> None:
        """There is nothing to stop."""
