# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is this a driver program? It needs C(init()) and C(run()) (protocol 6). Looks at the text; runs nothing."""

from __future__ import annotations

import ast
import platform
from collections.abc import Iterator
from pathlib import Path

from .._errors import InputError

_NEEDED = ("init", "run")


def check_driver(path: Path) -> None:
    """Refuse a file that cannot be a driver program.

    Raises:
        InputError: it is no Python, or a function is missing.
    """
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
    except (SyntaxError, ValueError) as error:
        where = f" in line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise InputError(f"The driver {path} is no Python {platform.python_version()}: {reason}{where}.") from error
    names = set(_bound_names(tree.body))
    missing = [name for name in _NEEDED if name not in names]
    if missing and "*" not in names:
        raise InputError(
            f"The driver {path} has no function {' and no function '.join(missing)}. "
            "A driver program needs init(), called once per worker, and run(), called once per request."
        )


def _bound_names(statements: list[ast.stmt]) -> Iterator[str]:
    """Yield the names that a module binds at its top level, inside of if, try and with too."""
    for statement in statements:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement.name
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name for alias in statement.names)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))
        else:
            for block in ("body", "orelse", "finalbody"):
                yield from _bound_names(getattr(statement, block, []))
            for handler in getattr(statement, "handlers", []):
                yield from _bound_names(handler.body)
