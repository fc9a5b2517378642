# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One scenario per kind of resource: what it needs, how it is described, how it changes, how it goes."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import CLUSTER, HOSTING, KUBECONFIG, Workbench

Options = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """A resource module and a life of its resource.

    Args:
        key: Name of the resource in the result.
        prepare: Makes what it depends on.
        first: Options that describe it.
        second: Options that differ from C(first).
        versioned: Whether the change makes a new version instead of an update.
        most_requests: How many requests an unchanged run may take.
    """

    module: str
    key: str
    prepare: Callable[[Workbench, Path], None]
    first: Callable[[Workbench, Path], Options]
    second: Callable[[Workbench, Path], Options]
    versioned: bool
    most_requests: int


def specification(module: str) -> dict[str, Any]:
    """The argument specification of a module."""
    found = importlib.import_module(f"ansible_collections.azureml.model_management.plugins.modules.{module}")
    options: dict[str, Any] = found.TASK.options
    return options


def _nothing(bench: Workbench, folder: Path) -> None:
    pass


def _file(folder: Path, name: str, content: str) -> str:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return str(path)


def driver(folder: Path, answer: str = "data") -> str:
    return _file(folder, "score.py", f"def init():\n    pass\n\n\ndef run(data):\n    return {answer}\n")


def _model(bench: Workbench, folder: Path) -> Options:
    return {"name": "iris", "url": "https://example.com/models/iris.pkl?sig=secret", "tags": ["b", "a"]}


def _a_model(bench: Workbench, folder: Path) -> None:
    bench.ok("mms_model", **_model(bench, folder))


def _manifest(bench: Workbench, folder: Path) -> Options:
    requirements = _file(folder, "requirements.txt", "scikit-learn\n") if folder.is_absolute() else ""
    source = driver(folder) if folder.is_absolute() else ""
    return {
        "name": "iris",
        "driver": source,
        "models": ["iris"],
        "pip_requirements": requirements,
        "runtime_type": "SparkPython",
    }


def _a_manifest(bench: Workbench, folder: Path) -> None:
    _a_model(bench, folder)
    bench.ok("mms_manifest", **_manifest(bench, folder))


def image_options(bench: Workbench, manifest: str = "iris") -> Options:
    """What an image needs in this generation, besides its name."""
    if bench.api_version == HOSTING:
        registry = {"location": "registry.example.com", "user": "builder", "password": "registry-password"}
        return {"manifest": manifest, **{f"registry_{name}": value for name, value in registry.items()}}
    return {"name": "iris", "manifest": manifest, "compute_resource_id": CLUSTER}


def _image(bench: Workbench, folder: Path) -> Options:
    return {**image_options(bench), "description": "first"}


def _an_image(bench: Workbench, folder: Path) -> None:
    _a_manifest(bench, folder)
    bench.ok("mms_image", **image_options(bench))


def image_id(bench: Workbench, description: str = "") -> str:
    """Return the id of an image, made if there is none of that description."""
    described = {"description": description} if description else {}
    return str(bench.ok("mms_image", **image_options(bench), **described).result["image"]["id"])


def service_options(bench: Workbench) -> Options:
    """What a service needs in this generation, besides name and image."""
    if bench.api_version == HOSTING:
        return {"kubeconfig": KUBECONFIG, "pull_secret": "registry-pull"}
    return {"compute_resource_id": CLUSTER}


def _service(bench: Workbench, folder: Path) -> Options:
    image = image_id(bench) if folder.is_absolute() else ""
    scaled = {"replicas": 1, "resources": {"cpu": "0.1"}} if bench.api_version != HOSTING else {}
    return {"name": "iris", "image": image, **service_options(bench), **scaled}


def _changed_service(bench: Workbench, folder: Path) -> Options:
    scaled = {"replicas": 2, "resources": {"cpu": "100m"}} if bench.api_version != HOSTING else {}
    return {"name": "iris", "image": image_id(bench, "another"), **service_options(bench), **scaled}


SCENARIOS = [
    Scenario(
        "mms_model",
        "model",
        prepare=_nothing,
        first=_model,
        second=lambda bench, folder: {**_model(bench, folder), "description": "better"},
        versioned=True,
        most_requests=2,
    ),
    Scenario(
        "mms_manifest",
        "manifest",
        prepare=_a_model,
        first=_manifest,
        second=lambda bench, folder: {**_manifest(bench, folder), "driver": driver(folder, "[data]")},
        versioned=True,
        most_requests=2,
    ),
    Scenario(
        "mms_image",
        "image",
        prepare=_a_manifest,
        first=_image,
        second=lambda bench, folder: {**_image(bench, folder), "description": "second"},
        versioned=True,
        most_requests=2,
    ),
    Scenario(
        "mms_service",
        "service",
        prepare=_an_image,
        first=_service,
        second=_changed_service,
        versioned=False,
        most_requests=2,
    ),
]
