# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Compile Python files to the same bytes every time, and each package once."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from mms_local.children import python_module
from mms_local.images import compile_units
from mms_local.images.index import environment_of_tools
from mms_local.images.pythons import Interpreter

_PROCESSES = 4
_FORMAT = 1  # raise it when the way of compiling changes what comes out


async def compile_folder(interpreter: Interpreter, folder: Path, place: str, kept: Path | None = None) -> None:
    """Byte code for all Python files below a folder.

    Its validity is never checked again: files of an image do not change, and a start takes a third of the time. Files
    that do not compile are left alone; some packages ship such, for other Pythons.

    Args:
        interpreter: will run them.
        place: the folder's path in the image.
        kept: where the byte code of packages is kept by their content. What is there is linked, not compiled again.
    """
    units = await asyncio.to_thread(_units, folder)
    if kept is None:
        await _compile(interpreter, units, folder, place)
        return
    places = {
        unit: kept / key for unit, key in (await asyncio.to_thread(_keys, units, folder, place, interpreter)).items()
    }
    missing = [unit for unit in units if not places[unit].is_dir()]
    await asyncio.to_thread(_take, [places[unit] for unit in units if unit not in missing], folder)
    await _compile(interpreter, missing, folder, place)
    await asyncio.to_thread(_keep, [(unit, places[unit]) for unit in missing], folder)


async def _compile(interpreter: Interpreter, units: Iterable[Path], folder: Path, place: str) -> None:
    shares: list[list[Path]] = [[] for _process in range(_PROCESSES)]
    loads = [0] * _PROCESSES
    for unit in units:
        least = loads.index(min(loads))
        shares[least].append(unit)
        loads[least] += _weight(unit)
    await asyncio.gather(*(_compile_share(interpreter, share, folder, place) for share in shares if share))


async def _compile_share(interpreter: Interpreter, units: Iterable[Path], folder: Path, place: str) -> None:
    command = python_module(
        interpreter.path,
        compile_units.__file__,
        str(folder),
        place,
        *(unit.name for unit in units),
        environment=environment_of_tools(),
        directory=folder.parent,
    )
    async with command as child:
        await child.output.read()
        await child.ended()


def _units(folder: Path) -> list[Path]:
    """Packages and modules of a folder, the largest first."""
    weights = {path: _weight(path) for path in folder.iterdir()}
    return sorted((path for path, weight in weights.items() if weight), key=lambda path: (-weights[path], path.name))


def _weight(unit: Path) -> int:
    """Size of the Python files at or below a path, in bytes."""
    return sum(path.stat().st_size for path in _sources(unit))


def _sources(unit: Path) -> Iterator[Path]:
    found = unit.rglob("*.py") if unit.is_dir() else [unit] if unit.suffix == ".py" else []
    return (path for path in found if path.is_file())


def _keys(units: Iterable[Path], folder: Path, place: str, interpreter: Interpreter) -> dict[Path, str]:
    """Of each unit, what its byte code depends on: names and content of files, the Python, the place in the image."""
    keys = {}
    for unit in units:
        digest = hashlib.sha256(repr((_FORMAT, place, interpreter.version)).encode())
        for path in sorted(_sources(unit)):
            content = path.read_bytes()
            digest.update(repr((path.relative_to(folder).as_posix(), len(content))).encode() + content)
        keys[unit] = digest.hexdigest()
    return keys


def _keep(made: Iterable[tuple[Path, Path]], folder: Path) -> None:
    """Put the byte code of units aside, each by one rename."""
    for unit, target in made:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as scratch:
            whole = Path(scratch, "unit")
            whole.mkdir()
            compiled = unit.rglob("*.pyc") if unit.is_dir() else (folder / "__pycache__").glob(f"{unit.stem}.*.pyc")
            for path in compiled:
                _link(path, whole / path.relative_to(folder))
            with suppress(OSError):  # another server was faster; its folder is as good
                whole.rename(target)


def _take(found: Iterable[Path], folder: Path) -> None:
    for unit in found:
        for path in unit.rglob("*.pyc"):
            _link(path, folder / path.relative_to(unit))


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # not everywhere can a file have two names
        shutil.copyfile(source, target)
