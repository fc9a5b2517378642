# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Byte code: the same bytes every time, and no package compiled twice."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from mms_local.images.bytecode import compile_folder
from mms_local.images.pythons import Interpreter

SOURCES = {
    "alpha/__init__.py": "from alpha.part import words\n",
    "alpha/part.py": "words = {'one', 'two', 'three'}\n\ndef said(name):\n    return name in words and 'one'\n",
    "alpha/tests/test_part.py": "assert False\n",
    "beta.py": "def said(name, words=('one', 'two')):\n    return {name: words}\n",
    "broken/__init__.py": "this is no Python\n",
    "data/words.txt": "one two\n",
}


def folder(path: Path, names: list[str] | None = None) -> Path:
    for name in names or SOURCES:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(SOURCES[name], encoding="utf-8")
    return path


def compiled(path: Path, kept: Path | None = None) -> dict[str, bytes]:
    """What there is after the folder is compiled, by the names of the sources."""
    asyncio.run(compile_folder(Interpreter.at(sys.executable), path, "/opt/site", kept))
    found = {file.relative_to(path): file.read_bytes() for file in path.rglob("*.pyc")}
    return {(name.parent.parent / name.name.partition(".")[0]).as_posix(): content for name, content in found.items()}


def test_what_is_imported_is_compiled_and_what_is_broken_stays_as_it_is(tmp_path: Path) -> None:
    found = compiled(folder(tmp_path / "site"))
    assert set(found) == {"alpha/__init__", "alpha/part", "beta"}
    assert b"/opt/site/alpha/part.py" in found["alpha/part"]
    assert str(tmp_path).encode() not in b"".join(found.values())


def test_a_package_gives_the_same_bytes_whatever_else_is_compiled(tmp_path: Path) -> None:
    together = compiled(folder(tmp_path / "together"))
    alone = compiled(folder(tmp_path / "alone", ["beta.py"]))
    assert alone == {"beta": together["beta"]}


def test_what_was_compiled_once_is_taken_from_where_it_is_kept(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    first = compiled(folder(tmp_path / "first"), kept)
    for path in kept.rglob("beta.*.pyc"):
        path.unlink()
        path.write_bytes(b"kept")
    second = compiled(folder(tmp_path / "second"), kept)
    assert second == {**first, "beta": b"kept"}


def test_another_source_is_compiled_anew(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    first = compiled(folder(tmp_path / "first"), kept)
    changed = folder(tmp_path / "second")
    (changed / "beta.py").write_text("said = 1\n", encoding="utf-8")
    second = compiled(changed, kept)
    assert second["beta"] != first["beta"]
    assert second["alpha/part"] == first["alpha/part"]
    assert [path.name for path in kept.iterdir() if path.name.startswith(".")] == []
