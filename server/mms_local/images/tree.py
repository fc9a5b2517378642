# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Walk a folder in one fixed order, whatever the file system says."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path


def entries(root: Path, *, without: frozenset[str] = frozenset()) -> Iterator[Path]:
    """All folders, files and links below a folder, parents first, sorted by name; links are not followed.

    Args:
        without: names at the top to leave out.
    """
    for path in sorted(root.iterdir()):
        if path.name in without:
            continue
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from entries(path)


def digest(root: Path) -> str:
    """One SHA-256 over names, contents, link targets and execute bits below a folder."""
    total = hashlib.sha256()
    for path in entries(root):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            line = f"link {name}\0{os.readlink(path)}"
        elif path.is_dir():
            line = f"folder {name}"
        else:
            line = f"file {name}\0{path.stat().st_mode & 0o100:o}\0{file_digest(path)}"
        total.update(f"{line}\0\n".encode("utf-8", "surrogateescape"))
    return total.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            total.update(chunk)
    return total.hexdigest()
