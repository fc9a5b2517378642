# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is this a driver program? It needs C(init()) and C(run()) (protocol 6). Looks at the text; runs nothing."""

from __future__ import annotations

import ast
import platform
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from .._errors import InputError

_NEEDED = ("init", "run")
_OLDEST = (3, 7)  # whose syntax every Python can tell from its own
_OWN = sys.version_info[:2]


def check_driver(path: Path, python: tuple[int, int] | None = None) -> None:
    """Refuse a file that cannot be a driver program.

    Args:
        python: The Python that the service is to have, if it is known. What a newer one than ours would read is left
            to the service.

    Raises:
        InputError: it is no Python, or a function is missing.
    """
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path), feature_version=python and max(python, _OLDEST))
    except (SyntaxError, ValueError) as error:
        if python and python > _OWN:
            return
        where = f" in line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        version = ".".join(map(str, python)) if python else platform.python_version()
        raise InputError(f"The driver {path} is no Python {version}: {reason}{where}.") from error
    names = set(_bound_names(tree.body))
    missing = [name for name in _NEEDED if name not in names]
    if missing and "*" not in names:
        raise InputError(
            f"The driver {path} has no function {' and no function '.join(missing)}. "
            "A driver program needs init(), called once per worker, and run(), called once per request."
        )


def _bound_names(statements: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that a module binds at its top level, inside of if, try, with and the like too."""
    for statement in statements:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement.name
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name for alias in statement.names)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))
        elif not isinstance(statement, ast.expr):
            yield from _bound_names(ast.iter_child_nodes(statement))  # handlers and cases are no statements
