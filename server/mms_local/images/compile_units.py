# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Compile packages and modules of a folder, by an image's Python: `lifeline.py compile_units.py FOLDER PLACE UNITS`.

Each unit is compiled by a process that was forked from the same state, for what a compiler did before shows in its
byte code: so a unit gives the same bytes whatever else is compiled. Needs nothing but the standard library of Python
3.8 or later.
"""

from __future__ import annotations

import os
import py_compile
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress

_NEVER_IMPORTED = os.sep + "tests" + os.sep  # the tests of packages: a third of their code


def main(folder: str, place: str, *units: str) -> None:
    warnings.simplefilter("ignore")  # about the code of others
    for unit in units:
        if os.fork() == 0:
            try:
                _compile(os.path.join(folder, unit), folder, place)
            finally:
                os._exit(0)
        os.wait()


def _compile(unit: str, folder: str, place: str) -> None:
    for path in sorted(_files(unit)):
        with suppress(py_compile.PyCompileError, OSError, ValueError, RecursionError, MemoryError):
            # some packages ship files for other Pythons, or templates
            py_compile.compile(
                path,
                dfile=os.path.join(place, os.path.relpath(path, folder)),
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )


def _files(unit: str) -> Iterator[str]:
    if os.path.isfile(unit):
        yield unit
    for directory, _folders, names in os.walk(unit):
        for name in names:
            path = os.path.join(directory, name)
            if name.endswith(".py") and _NEVER_IMPORTED not in path:
                yield path


if __name__ == "__main__":
    main(*sys.argv[1:])
