# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Look at a driver program without running it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import NoReturn

from mms_local.images.failure import build_failed
from mms_local.images.index import environment_of_tools
from mms_local.images.pythons import Interpreter

_PARSE = """\
import ast, json, sys
try:
    ast.parse(sys.stdin.buffer.read())
except SyntaxError as error:
    print(json.dumps([error.msg, error.lineno]))
except Exception as error:
    print(json.dumps([str(error), None]))
"""
_OWN = f"{sys.version_info.major}.{sys.version_info.minor}"


def check_driver(source: bytes, name: str, python: Interpreter) -> None:
    """See that the driver parses and can have `init` and `run` (protocol chapter 6).

    Names count however they come into the module: defined, assigned, imported; a star import may bring any.

    Args:
        python: that of the image, whose syntax counts: it may be older or newer than the server's.

    Raises:
        JobFailed: a syntax error, or one of the two is missing.
    """
    if python.minor != _OWN:
        _parsed_elsewhere(source, name, python)
    try:
        tree = ast.parse(source, filename=name)
    except (RecursionError, MemoryError) as error:
        raise build_failed("DriverInvalid", f"The driver program {name} is nested too deeply to be read.") from error
    except (SyntaxError, ValueError) as error:
        if python.minor != _OWN:
            return  # newer than what can be read here; what it defines shows when it starts
        line = error.lineno if isinstance(error, SyntaxError) else None
        _refuse(name, python, error.msg if isinstance(error, SyntaxError) else str(error), line)
    names = set(_names(tree.body))
    missing = [function for function in ("init", "run") if function not in names]
    if missing and "*" not in names:
        raise build_failed(
            "DriverInvalid",
            f"The driver program {name} has no function {' and no function '.join(missing)}. "
            "It needs init(), which loads the model, and run(raw_data), which scores.",
        )


def _parsed_elsewhere(source: bytes, name: str, python: Interpreter) -> None:
    command, environment = (python.path, "-I", "-c", _PARSE), environment_of_tools()
    ran = subprocess.run(command, env=environment, input=source, capture_output=True, check=False, timeout=60)
    if ran.returncode != 0:
        raise build_failed("DriverInvalid", f"The driver program {name} cannot be read by Python {python.version}.")
    if ran.stdout.strip():
        _refuse(name, python, *json.loads(ran.stdout))


def _refuse(name: str, python: Interpreter, reason: str, line: int | None) -> NoReturn:
    where = f", line {line}" if line else ""
    raise build_failed(
        "DriverInvalid", f"The driver program {name} is no valid Python {python.minor}{where}: {reason}."
    )


def _names(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Names that statements bind at module level, the branches of compound statements included."""
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement.name
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            for alias in statement.names:
                yield alias.asname or alias.name.partition(".")[0]
        else:
            for node in ast.iter_child_nodes(statement):
                if isinstance(node, ast.stmt):
                    yield from _names([node])
                elif isinstance(node, ast.ExceptHandler):
                    yield from _names(node.body)
                else:
                    yield from _stored(node)


def _stored(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id
