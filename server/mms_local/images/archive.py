# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Unpack an archive that somebody else made."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from mms_local.images.failure import build_failed

MAX_MEMBERS = 200_000
MAX_BYTES = 64 << 30


class _Member(NamedTuple):
    path: PurePosixPath
    executable: bool
    content: IO[bytes] | None  # None: a folder


def unpack(archive: Path, target: Path, *, name: str, max_bytes: int = MAX_BYTES) -> None:
    """Unpack a tar (plain, gzip, bzip2, xz) or zip file, told by its content, into the folder `target`.

    No link is ever made: a link inside the archive becomes a copy of the member it points to. So no member can leave
    the folder by way of another one.

    Args:
        name: what to call the archive in messages.
        max_bytes: most bytes to write.

    Raises:
        JobFailed: not an archive, damaged, too large, or with a member that leaves the folder or is no file or folder.
    """
    try:
        if tarfile.is_tarfile(archive):
            with tarfile.open(archive) as tar:
                _write(_tar_members(tar, name), target, name, max_bytes)
        elif zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as bundle:
                _write(_zip_members(bundle, name), target, name, max_bytes)
        else:
            raise build_failed(
                "ArchiveInvalid", f"{name} is marked to be unpacked, but is neither a tar nor a zip file."
            )
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        # RuntimeError: encrypted; NotImplementedError: unknown compression; OSError: damaged gzip, or a file and a
        # folder of one name
        raise build_failed("ArchiveInvalid", f"{name} cannot be unpacked: {error}") from error


def _write(members: Iterator[_Member], target: Path, name: str, max_bytes: int) -> None:
    target.mkdir(parents=True, exist_ok=True)
    left = max_bytes
    for count, member in enumerate(members, 1):
        path = target / member.path
        if member.content is None:
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            with member.content, path.open("wb") as file:
                while left >= 0 and (chunk := member.content.read(1 << 20)):
                    left -= len(chunk)
                    file.write(chunk)
            path.chmod(0o755 if member.executable else 0o644)
        if left < 0 or count > MAX_MEMBERS:
            raise build_failed(
                "ArchiveInvalid", f"{name} holds more than {max_bytes} bytes or {MAX_MEMBERS} members when unpacked."
            )


def _tar_members(tar: tarfile.TarFile, name: str) -> Iterator[_Member]:
    for info in tar:
        path = _inside(info.name, name)
        if info.isdir():
            yield _Member(path, False, None)
            continue
        try:
            content = tar.extractfile(info)  # follows links, within the archive
        except KeyError:
            content = None
        if content is None:
            what = f"links to {info.linkname!r}, which is no file of the archive" if info.linkname else "is no file"
            raise build_failed("ArchiveInvalid", f"{name} is refused: its member {info.name!r} {what}.")
        yield _Member(path, bool(info.mode & 0o100), content)


def _zip_members(bundle: zipfile.ZipFile, name: str) -> Iterator[_Member]:
    for info in bundle.infolist():
        path = _inside(info.filename.replace("\\", "/"), name)
        mode = info.external_attr >> 16
        if mode & 0o170000 not in (0, 0o100000, 0o040000):
            raise build_failed(
                "ArchiveInvalid", f"{name} is refused: its member {info.filename!r} is no file or folder."
            )
        if info.is_dir():
            yield _Member(path, False, None)
        else:
            yield _Member(path, bool(mode & 0o100), bundle.open(info))


def _inside(member: str, name: str) -> PurePosixPath:
    path = PurePosixPath(member)
    if path.is_absolute() or ".." in path.parts or "\0" in member:
        raise build_failed("ArchiveInvalid", f"{name} is refused: its member {member!r} leaves the folder.")
    return path
