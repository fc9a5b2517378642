# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders as one blob: what they hold, a digest of it, and a tar.gz with the same bytes for the same content."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .._errors import InputError, UploadError

# Models hardly shrink, so the fastest level it is.
_COMPRESSION = 1
_READ_SIZE = 1 << 20
_VAULT = b"$ANSIBLE_VAULT;"  # what every file of ansible-vault begins with

_KINDS = frozenset((stat.S_IFREG, stat.S_IFDIR))
_KIND_WORDS = {
    stat.S_IFSOCK: "a socket",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFBLK: "a block device",
    stat.S_IFCHR: "a character device",
}


@dataclass(frozen=True)
class _Member:
    """A file or folder inside the folder. Links are followed, so there are no others.

    Args:
        name: Path from the folder's parent, with slashes.
        path: Where to read it.
        status: As it was when the folder was listed.
    """

    name: str
    path: Path
    status: os.stat_result

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.status.st_mode)

    @property
    def mode(self) -> int:
        """The only permission that matters to a reader: whether it can be executed."""
        return 0o755 if self.is_folder or self.status.st_mode & stat.S_IXUSR else 0o644


def content_changed(path: Path) -> UploadError:
    """Return the error for content that is not what it was when the upload began."""
    return UploadError(
        f"{path} changed while it was uploaded, and nothing was registered. Run the task again once it is at rest.",
        code="ContentChanged",
    )


def refuse_ciphertext(path: Path, begin: bytes) -> None:
    """Refuse a file that ansible-vault has encrypted: nobody could use it where it is uploaded to.

    Raises:
        InputError: it begins like one.
    """
    if begin.startswith(_VAULT):
        raise InputError(
            f"{path} is encrypted by ansible-vault. It is decrypted where it is on the controller and the task runs "
            "there; otherwise decrypt it before."
        )


def digest_of_folder(folder: Path) -> tuple[str, int]:
    """Return the digest of a folder's content, and the bytes of its files together.

    Raises:
        InputError: It holds no file, or something that is neither file nor folder, or a link that leaves it.
        OSError: Something in it cannot be read.
    """
    listing, size, files = _Listing(), 0, 0
    for member in _members(folder):
        digest = hashlib.sha256()
        if not member.is_folder:
            files += 1
            with member.path.open("rb", buffering=0) as file:
                begun = False
                while chunk := file.read(_READ_SIZE):
                    if not begun:
                        refuse_ciphertext(member.path, chunk)
                    begun = True
                    digest.update(chunk)
                    size += len(chunk)
        listing.add(member, digest.hexdigest())
    if not files:
        raise InputError(
            f"{folder} holds no file. An empty folder is refused, for it is hardly what you want to upload."
        )
    return listing.digest(), size


def pack(folder: Path, target: IO[bytes]) -> str:
    """Write a folder as tar.gz and return the digest of what went into it.

    Members are sorted and start with the folder's own name. Time stamps and owners are 0, links are replaced by what
    they lead to.

    Raises:
        InputError: As for C(digest_of_folder).
        UploadError: A file became shorter meanwhile.
        OSError: Something in it cannot be read.
    """
    listing = _Listing()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=_COMPRESSION, fileobj=target, mtime=0) as compressed:
        with tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for member in _members(folder):
                header = tarfile.TarInfo(member.name)
                header.mode = member.mode
                if member.is_folder:
                    header.type = tarfile.DIRTYPE
                    archive.addfile(header)
                    listing.add(member, hashlib.sha256().hexdigest())
                    continue
                header.size = member.status.st_size
                with member.path.open("rb") as file:
                    hashed = _Hashed(file, member.path)
                    archive.addfile(header, hashed)
                    listing.add(member, hashed.digest.hexdigest())
    return listing.digest()


class _Listing:
    """Digest of the members in their order."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, member: _Member, sha256: str) -> None:
        line = json.dumps([member.name, "folder" if member.is_folder else "file", member.mode == 0o755, sha256])
        self._digest.update(f"{line}\n".encode())

    def digest(self) -> str:
        return self._digest.hexdigest()


class _Hashed:
    """Passes a file on and remembers the digest of what was read."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self.digest = hashlib.sha256()
        self._file = file
        self._path = path

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        if len(data) < size:
            raise content_changed(self._path)
        self.digest.update(data)
        return data


def _members(folder: Path) -> Iterator[_Member]:
    """Yield the folder and everything in it, sorted by name, a folder before what is in it."""
    root = folder.resolve()
    yield _Member(folder.name, folder, folder.stat())
    yield from _members_in(folder, folder.name, root, (root,))


def _members_in(folder: Path, name: str, root: Path, above: tuple[Path, ...]) -> Iterator[_Member]:
    for path in sorted(folder.iterdir(), key=lambda found: os.fsencode(found.name)):
        if path.is_symlink():
            _check_link(path, root, above)
        member = _Member(f"{name}/{path.name}", path, path.stat())
        kind = stat.S_IFMT(member.status.st_mode)
        if kind not in _KINDS:
            raise InputError(f"{path} is {_KIND_WORDS.get(kind, 'a special file')}, which cannot be uploaded.")
        yield member
        if member.is_folder:
            yield from _members_in(path, member.name, root, (*above, path.resolve()))


def _check_link(link: Path, root: Path, above: tuple[Path, ...]) -> None:
    target = link.resolve()
    if not target.exists():
        raise InputError(f"{link} is a link to {os.readlink(link)}, which does not exist.")
    if not target.is_relative_to(root):
        raise InputError(f"{link} is a link that leaves the folder (to {target}). Put a copy there instead.")
    if target in above:
        raise InputError(f"{link} is a link to a folder that it is in itself (to {target}).")
