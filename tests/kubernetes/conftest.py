# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real cluster, a registry that wants a password, a namespace for each test, and images good and bad."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from cluster import HOW, PULL_SECRET, Namespace, lacking, new_namespace
from compute_steps import KEYS, WAITS, Image
from image_factory import FileServer, ImageFactory

from mms_local.compute.kubernetes.compute import KubernetesCompute, Settings
from mms_local.core.ports import BuiltImage, Registry, ServiceSpec
from mms_local.images import ImageBuilder

ROOT = Path(__file__).resolve().parents[2]

# What an image may do. A release is told from another by what it answers.
DRIVERS = {
    "one": "def init(): pass\n\ndef run(raw_data): return 'one'\n",
    "two": "def init(): pass\n\ndef run(raw_data): return 'two'\n",
    "crashing": "def init(): raise RuntimeError('the model file is broken')\n\ndef run(raw_data): return 0\n",
    "greedy": "def init():\n    global held\n    held = b'x' * (1 << 30)\n\ndef run(raw_data): return len(held)\n",
    "slow": "import time\n\ndef init(): pass\n\ndef run(raw_data):\n    time.sleep(3)\n    return 'slow'\n",
}


@pytest.fixture(scope="session", autouse=True)
def needed() -> None:
    """Fail, and say how to go on, when there is no cluster."""
    missing = lacking()
    if missing:
        pytest.fail(HOW.format(missing=", ".join(missing)), pytrace=False)


@pytest.fixture
def namespace(needed: None) -> Iterator[Namespace]:
    """A namespace of the test's own."""
    with new_namespace() as namespace:
        yield namespace


@pytest.fixture(scope="session")
def registry(needed: None) -> Registry:
    """The registry, with a login that may push."""
    return Registry(os.environ["REGISTRY"], os.environ["REGISTRY_USER"], os.environ["REGISTRY_PASSWORD"])


@pytest.fixture(scope="session")
def pushed_images(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, BuiltImage]:
    """Each driver as an image in the registry."""
    folder = tmp_path_factory.mktemp("images")
    run = uuid4().hex[:8]
    with FileServer(folder / "files") as files:
        factory = ImageFactory(files, ImageBuilder(folder / "data", dependencies=ROOT / ".cache" / "dependencies"))
        specs = {name: factory.spec(driver, registry=registry) for name, driver in DRIVERS.items()}
        return {
            name: asyncio.run(factory.builder.build(replace(spec, name=f"mms-test-{name}-{run}"), factory.log.append))
            for name, spec in specs.items()
        }


@pytest.fixture
def image(pushed_images: Mapping[str, BuiltImage]) -> Image:
    """An image by the name of its driver."""
    return pushed_images.__getitem__


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Callable[[Settings], KubernetesCompute]]:
    """Makes computes that are stopped when the test ends."""
    made: list[KubernetesCompute] = []

    def start(settings: Settings) -> KubernetesCompute:
        made.append(KubernetesCompute(tmp_path, settings))
        return made[-1]

    yield start
    for compute in made:
        await compute.stop()


@pytest.fixture
def compute(start: Callable[[Settings], KubernetesCompute]) -> KubernetesCompute:
    return start(Settings(waits=WAITS))


@pytest.fixture
def spec(namespace: Namespace, image: Image, registry: Registry) -> ServiceSpec:
    """A service in the namespace, which has a pull secret."""
    namespace.pull_secret(registry)
    return ServiceSpec(
        id=str(uuid4()),
        name="iris.v1",
        image=image("one"),
        keys=KEYS,
        memory="300Mi",
        kubeconfig=namespace.kubeconfig,
        pull_secret=PULL_SECRET,
    )
