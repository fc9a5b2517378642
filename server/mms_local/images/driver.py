# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at a driver program without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from mms_local.images.failure import build_failed


def check_driver(source: bytes, name: str) -> None:
    """See that the driver parses and can have `init` and `run` (protocol chapter 6).

    Names count however they come into the module: defined, assigned, imported; a star import may bring any.

    Raises:
        JobFailed: a syntax error, or one of the two is missing.
    """
    try:
        tree = ast.parse(source, filename=name)
    except (RecursionError, MemoryError) as error:
        raise build_failed("DriverInvalid", f"The driver program {name} is nested too deeply to be read.") from error
    except (SyntaxError, ValueError) as error:
        where = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        what = error.msg if isinstance(error, SyntaxError) else str(error)
        raise build_failed("DriverInvalid", f"The driver program {name} is no valid Python{where}: {what}.") from error
    names = set(_names(tree.body))
    missing = [function for function in ("init", "run") if function not in names]
    if missing and "*" not in names:
        raise build_failed(
            "DriverInvalid",
            f"The driver program {name} has no function {' and no function '.join(missing)}. "
            "It needs init(), which loads the model, and run(raw_data), which scores.",
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
