# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What the published clients and the drivers of their time take for granted (protocol chapter 6).

The packages that those clients add to every image stand for the runtime, which is there already; today they would bring
releases from 2018 that do not install. Of what drivers import, the runtime has the small part that means something in a
container (see `runtime/compat`); what goes further comes from the index, not older than what works.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from mms_local.images.notes import Notes
from mms_local.images.requirements import Wanted

PROVIDED = {
    "azure-ml-api-sdk",
    "azureml-contrib-services",
    "azureml-defaults",
    "azureml-model-management-sdk",
    "azureml-monitoring",
    "azureml-sdk",
}
"""Taken as given, whatever version is named."""

_BROUGHT_ALONG = {"dill", "numpy", "pandas", "pyarrow", "requests", "six"}
"""What came with some of those packages, and what drivers that named no other one imported."""

FLOORS = {
    "azureml-core": "1.48",
    "azureml-mlflow": "1.48",
    "azureml-telemetry": "1.48",
}
"""Without a version, an installer would rather go back for years than say that something clashes."""

RUNTIMES_OWN = {"azureml-inference-server-http", "inference-schema"}
"""Every image has them in the version that the runtime needs; what drivers use of them did not change."""

RUNTIMES_FLOORS = {
    "blinker": "1.9",
    "certifi": "2024.7.4",
    "click": "8.1.3",
    "flask": "3.1",
    "gunicorn": "23",
    "importlib-metadata": "6",
    "itsdangerous": "2.2",
    "jinja2": "3.1.2",
    "markupsafe": "2.1.1",
    "python-dotenv": "0.21",
    "typing-extensions": "4.14.1",
    "werkzeug": "3.1",
}
"""What the runtime needs to serve, from these versions on. Exports of whole environments and workarounds of their time
pin older ones, which no driver asks for: with them, no such file would build."""

SETUPTOOLS = "setuptools<81"
"""The last releases with `pkg_resources`."""

_COMPAT = (
    "azureml.api",
    "azureml.contrib.services",
    "azureml.core.Model",
    "azureml.core.model.Model",
    "azureml.datacollector",
    "azureml.monitoring",
)
_BROUGHT = {"azureml.core": "azureml-core", "pkg_resources": "setuptools"}
_NEEDS = {
    "inference_schema.parameter_types.numpy_parameter_type": "numpy",
    "inference_schema.parameter_types.pandas_parameter_type": "pandas",
}


def adapted(wanted: Iterable[Wanted], imports: Collection[str], needed: Iterable[str], notes: Notes) -> list[Wanted]:
    """The packages to install for what is asked for, what the image's own code imports, and what else is needed."""
    asked = list(wanted)
    given = sorted({one.name for one in asked if one.name in PROVIDED})
    if given:
        notes.log(f"Provided by the runtime, not installed: {', '.join(given)}")
    own = [one for one in asked if _is_runtimes(one) and not one.hashes]
    if own:
        notes.warn(f"The runtime has versions of its own of: {', '.join(str(one.requirement) for one in own)}.")
    asked = [_without_version(one) if one in own else one for one in asked]
    kept = [_with_floor(one) for one in asked if one.name not in PROVIDED]
    names = {one.name for one in kept if not one.constraint}
    along = _BROUGHT_ALONG & {name.partition(".")[0] for name in imports} if given else set()
    for package in sorted({*_brought(imports), *needed, *along} - names):
        notes.log(f"Added for what the driver imports: {package}")
        kept.append(_with_floor(Wanted.of(SETUPTOOLS if package == "setuptools" else package)))
    return kept


def imports_in(folder: Path) -> set[str]:
    """The dotted names that the Python files of an image's own code import; files that do not parse say nothing."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        try:
            found.update(_imports(ast.parse(path.read_bytes())))
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return found


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _brought(imports: Iterable[str]) -> Iterator[str]:
    for name in imports:
        if any(_within(name, known) for known in _COMPAT) or name == "azureml.core.model":
            continue
        yield from (package for module, package in _BROUGHT.items() if _within(name, module))
        yield from (package for module, package in _NEEDS.items() if _within(name, module))


def _is_runtimes(wanted: Wanted) -> bool:
    """Whether a version is asked for that the runtime cannot do with."""
    floor = RUNTIMES_FLOORS.get(wanted.name)
    return any(
        wanted.name in RUNTIMES_OWN
        or (floor and one.operator in ("==", "~=", "<", "<=") and Version(one.version.rstrip(".*")) < Version(floor))
        for one in wanted.requirement.specifier
    )


def _within(name: str, module: str) -> bool:
    return name == module or name.startswith(module + ".")


def _without_version(wanted: Wanted) -> Wanted:
    requirement = Requirement(str(wanted.requirement))
    requirement.specifier = SpecifierSet()
    return replace(wanted, requirement=requirement)


def _with_floor(wanted: Wanted) -> Wanted:
    """An unpinned package of the family, from its floor on; without FUSE, which has no wheel and nothing to mount."""
    if wanted.name.startswith("azureml-") and "fuse" in wanted.requirement.extras:
        requirement = Requirement(str(wanted.requirement))
        requirement.extras = requirement.extras - {"fuse"}
        return replace(wanted, requirement=requirement)
    floor = FLOORS.get(wanted.name)
    if floor is None or wanted.requirement.specifier or wanted.requirement.url:
        return wanted
    requirement = Requirement(str(wanted.requirement))
    requirement.specifier &= f">={Version(floor)}"
    return replace(wanted, requirement=requirement)
