# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long images take to build, cold and warm, and what the front costs a scored request."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import aiohttp
from aiohttp import web
from measures import Measure, save

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "server"))

from image_factory import ECHO, FileServer, ImageFactory

from mms_local.compute.front import Front
from mms_local.compute.process.compute import ProcessCompute
from mms_local.core.ports import BuiltImage, Keys, ServiceSpec
from mms_local.images import ImageBuilder, OciMode, OciSettings

REQUIREMENTS = "scikit-learn\n"
REQUESTS = 400
MODEL = bytes(1_000_000)
TARGET = 1.0
"""Seconds that a build may take when only the driver or the model changed."""


async def built(
    images: ImageFactory, driver: str, *, model: bytes = MODEL, requirements: str = REQUIREMENTS
) -> tuple[float, BuiltImage]:
    """Seconds that a build took, and the image."""
    spec = images.spec(driver, models={"iris": model}, requirements=requirements)
    started = time.perf_counter()
    image = await images.builder.build(spec, images.log.append)
    return time.perf_counter() - started, image


async def build_measures(folder: Path, files: FileServer) -> tuple[list[Measure], BuiltImage]:
    """Builds of one image: installed with pip, with uv, with uv whose cache is warm, and with nothing to install."""

    def factory(name: str, packages: str, *, uv: bool = True, oci: OciSettings | None = None) -> ImageFactory:
        return ImageFactory(files, ImageBuilder(folder / name, dependencies=folder / packages, uv=uv, oci=oci))

    with_pip, _unused = await built(factory("pip", "pip-packages", uv=False), ECHO)
    images = factory("plain", "packages")
    cold, _unused = await built(images, ECHO)
    again, _unused = await built(factory("again", "other-packages"), ECHO)
    more, _unused = await built(images, ECHO, requirements=REQUIREMENTS + "humanize\n")
    model, _unused = await built(images, ECHO, model=MODEL + b"changed")
    warm, image = await built(images, ECHO + "# changed\n")
    oci_images = factory("oci", "packages", oci=OciSettings(OciMode.ALWAYS))
    oci_cold, _unused = await built(oci_images, ECHO)
    oci_warm, _unused = await built(oci_images, ECHO + "# changed\n")
    measures = [
        Measure("build, from nothing, with pip", with_pip, "s"),
        Measure("build, from nothing", cold, "s"),
        Measure("build, from nothing", cold / with_pip, "ratio", "with pip"),
        Measure("build, with uv's cache", again, "s"),
        Measure("build, with uv's cache", again / with_pip, "ratio", "with pip"),
        Measure("build, one package more", more, "s"),
        Measure("build, one package more", more / with_pip, "ratio", "with pip"),
        Measure("build, another model", model, "s"),
        Measure("build, another model", model / with_pip, "ratio", "with pip"),
        Measure("build, another driver", warm, "s"),
        Measure("build, from nothing", cold / warm, "ratio", "another driver"),
        Measure("build, another driver", warm / TARGET, "ratio", f"the target of {TARGET:.0f} s"),
        Measure("OCI image, packages in the cache", oci_cold, "s"),
        Measure("OCI image, another driver", oci_warm, "s"),
        Measure("OCI image, packages in the cache", oci_cold / oci_warm, "ratio", "another driver"),
        Measure("OCI image, another driver", oci_warm / TARGET, "ratio", f"the target of {TARGET:.0f} s"),
    ]
    return measures, image


async def latency(session: aiohttp.ClientSession, url: str) -> float:
    """Median of the seconds that a request takes, one after the other."""
    taken = []
    for _round in range(REQUESTS):
        started = time.perf_counter()
        async with session.post(url, json={"rows": [1, 2, 3]}) as answer:
            answer.raise_for_status()
            await answer.read()
        taken.append(time.perf_counter() - started)
    return median(taken)


async def scoring_measures(data_dir: Path, image: BuiltImage) -> list[Measure]:
    compute = ProcessCompute(data_dir)
    front = Front(compute.traffic)

    async def forward(request: web.Request) -> web.StreamResponse:
        return await front.forward(request, await compute.endpoint("bench"), request.match_info["rest"])

    app = web.Application()
    app.router.add_route("*", "/api/v1/service/iris/{rest:.*}", forward)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    started = time.perf_counter()
    await compute.deploy(ServiceSpec("bench", "iris", image, Keys("key", "other")), lambda line: None)
    start = time.perf_counter() - started
    try:
        async with aiohttp.ClientSession(headers={"Authorization": "Bearer key"}) as session:
            through = f"http://127.0.0.1:{runner.addresses[0][1]}/api/v1/service/iris/score"
            direct = f"{await compute.endpoint('bench')}/score"
            await latency(session, direct)
            alternating = [(await latency(session, direct), await latency(session, through)) for _round in range(3)]
    finally:
        await compute.stop()
        await front.close()
        await runner.cleanup()
    straight = median(pair[0] for pair in alternating)
    fronted = median(pair[1] for pair in alternating)
    return [
        Measure("service, start to healthy", start, "s"),
        Measure("scoring, directly", straight * 1000, "ms"),
        Measure("scoring, through the front", fronted * 1000, "ms"),
        Measure("scoring, through the front", fronted / straight, "ratio", "directly"),
    ]


async def measured(folder: Path) -> list[Measure]:
    with FileServer(folder / "files") as files:
        measures, image = await build_measures(folder, files)
    return [*measures, *await scoring_measures(folder / "plain", image)]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["UV_CACHE_DIR"] = str(Path(folder, "uv-cache"))  # empty at first
        save("image", asyncio.run(measured(Path(folder))))


if __name__ == "__main__":
    main()
