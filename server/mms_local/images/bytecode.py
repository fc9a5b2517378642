# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Compile Python files to the same bytes every time."""

from __future__ import annotations

import asyncio
from pathlib import Path

from mms_local.children import python_module
from mms_local.images.index import environment_of_tools

_NEVER_IMPORTED = r"/tests/"  # the tests of packages: a third of their code
_SHARES = 4  # a fixed number: what a compiler did before a file may show in its byte code


async def compile_folder(python: str, folder: Path, place: str) -> None:
    """Byte code for all Python files below a folder.

    Its validity is never checked again: files of an image do not change, and a start takes a third of the time. Files
    that do not compile are left alone; some packages ship such, for other Pythons.

    Args:
        python: the interpreter that will run them.
        place: the folder's path in the image.
    """
    shares: list[list[Path]] = [[] for _round in range(_SHARES)]
    weights = [0] * _SHARES
    for weight, path in sorted(((_weight(path), path) for path in folder.iterdir()), reverse=True):
        lightest = weights.index(min(weights))
        shares[lightest].append(path)
        weights[lightest] += weight
    await asyncio.gather(*(_compile(python, share, folder, place) for share in shares if share))


async def _compile(python: str, paths: list[Path], folder: Path, place: str) -> None:
    flags = ["-q", "-q", "-j", "1", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", place]
    flags += ["-x", _NEVER_IMPORTED]
    environment = environment_of_tools()
    command = python_module(
        python, "compileall", *flags, *map(str, paths), environment=environment, directory=folder.parent
    )
    async with command as child:
        await child.output.read()
        await child.ended()


def _weight(path: Path) -> int:
    """Size of the Python files at or below a path, in bytes."""
    files = path.rglob("*.py") if path.is_dir() else [path] if path.suffix == ".py" else []
    return sum(file.stat().st_size for file in files)
