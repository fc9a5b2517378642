# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real server whose builds and deployments take a moment, and leave traces on disk, so that crashes can hit them."""

from __future__ import annotations

import argparse
import asyncio
import random
from pathlib import Path

from mms_local import serve
from mms_local.app import Origins
from mms_local.compute.null import NullBuilder, NullCompute
from mms_local.compute.traffic import Traffic
from mms_local.config import Config, add_flags, config_of
from mms_local.core.ports import Builder, BuiltImage, Compute, ImageSpec, Log, ServiceSpec

LONGEST = 0.06  # seconds


async def a_moment() -> None:
    await asyncio.sleep(random.uniform(0, LONGEST))


class SlowBuilder(NullBuilder):
    async def build(self, spec: ImageSpec, log: Log) -> BuiltImage:
        await a_moment()
        return await super().build(spec, log)


class SlowCompute(NullCompute):
    """A running service is a file. Like a cluster, the files outlive the server."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(exist_ok=True)

    async def deploy(self, spec: ServiceSpec, log: Log) -> None:
        await a_moment()
        (self._directory / spec.id).write_text(spec.image.id)
        await a_moment()

    async def remove(self, spec: ServiceSpec) -> None:
        await a_moment()
        (self._directory / spec.id).unlink(missing_ok=True)
        await a_moment()


def engines(config: Config, traffic: Traffic, own: Origins) -> tuple[Builder, Compute]:
    return SlowBuilder(config.data_dir), SlowCompute(config.data_dir / "running")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    add_flags(parser, {})
    raise SystemExit(serve.run(config_of(parser.parse_args()), engines))
