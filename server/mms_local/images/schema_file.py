# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The schema file of a driver (protocol chapter 6): find it among the assets, and see that driver and schema agree.

It is recognised by its name, `*schema*.json` in the working directory, and by its shape; nothing has to be declared.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mms_local.core.ports import Log
from mms_local.images.failure import build_failed

_NUMPY, _SPARK, _PANDAS = 1, 2, 3
_NEEDS = {_NUMPY: "numpy", _PANDAS: "pandas"}
_READS_IT_ITSELF = {"load_service_schema", "parse_service_input", "generate_service_swagger"}


@dataclass(frozen=True)
class SchemaFile:
    """A schema file that the runtime applies, or that the driver reads by itself: then `place` is empty.

    Attributes:
        place: relative to `app/`.
        types: the types of the inputs, by their numbers.
    """

    place: str
    types: frozenset[int]


def find_schema(app: Path, entry_script: str, log: Log) -> SchemaFile | None:
    """The schema of the driver; None when it has none.

    Raises:
        JobFailed: several, one with Spark or with an unknown type, or one that does not fit `run`.
    """
    found = {path.name: inputs for path in sorted(app.glob("*schema*.json")) if (inputs := _inputs(path)) is not None}
    if not found:
        return None
    if len(found) > 1:
        raise build_failed(
            "SchemaInvalid", f"There are several schema files: {', '.join(found)}. Leave one of them in the assets."
        )
    name, inputs = next(iter(found.items()))
    types = frozenset(_type(member, argument, name) for argument, member in inputs.items())
    driver = ast.parse((app / entry_script).read_bytes())
    if _reads_it_itself(driver):
        log(f"Schema: {name}, read by the driver itself")
        return SchemaFile("", types)
    _compare(driver, inputs, entry_script, name)
    log(f"Schema: {name}; run() gets {', '.join(inputs) or 'nothing'}")
    return SchemaFile(name, types)


def needed_for(schema: SchemaFile | None) -> Iterable[str]:
    """Packages without which inputs of these types cannot be made."""
    return [_NEEDS[one] for one in sorted(schema.types) if one in _NEEDS] if schema else []


def _inputs(path: Path) -> dict[str, Any] | None:
    """The inputs of a schema file; None when the file is something else."""
    try:
        content: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    inputs = content.get("input") if isinstance(content, dict) else None
    if not isinstance(inputs, dict):
        return None
    members = inputs.values()
    return inputs if all(isinstance(one, dict) and "type" in one and "swagger" in one for one in members) else None


def _type(member: dict[str, Any], argument: str, name: str) -> int:
    kind = member["type"]
    if kind == _SPARK:
        raise build_failed(
            "SchemaInvalid",
            f"The schema file {name} gives {argument!r} the type Spark (2), which cannot be served. Use pandas (3).",
        )
    if isinstance(kind, bool) or kind not in (0, _NUMPY, _PANDAS):
        raise build_failed(
            "SchemaInvalid",
            f"The schema file {name} gives {argument!r} the type {kind!r}; use 0, 1 (numpy) or 3 (pandas).",
        )
    return int(kind)


def _reads_it_itself(driver: ast.Module) -> bool:
    """Whether the driver is a generated main, or has decorators of inference-schema."""
    names = {node.id for node in ast.walk(driver) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(driver) if isinstance(node, ast.Attribute)}
    return bool(names & _READS_IT_ITSELF) or "input_schema" in names


def _compare(driver: ast.Module, inputs: dict[str, Any], entry_script: str, name: str) -> None:
    functions = [node for node in driver.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    run = next((node for node in functions if node.name == "run"), None)
    if run is None or run.decorator_list:
        return  # it comes from elsewhere; the runtime will see
    positional = [one.arg for one in (*run.args.posonlyargs, *run.args.args)]
    required = set(positional[: len(positional) - len(run.args.defaults)])
    required |= {one.arg for one, value in zip(run.args.kwonlyargs, run.args.kw_defaults, strict=True) if value is None}
    taken = {*positional, *(one.arg for one in run.args.kwonlyargs)} - {"request_headers"}
    unknown = set() if run.args.kwarg else set(inputs) - taken
    missing = required - {"request_headers"} - set(inputs)
    if unknown or missing:
        raise build_failed(
            "SchemaInvalid",
            f"The schema file {name} and {entry_script} do not agree: the schema has the inputs "
            f"{', '.join(sorted(inputs)) or 'none'}, run() takes {', '.join(sorted(taken)) or 'none'}.",
        )
