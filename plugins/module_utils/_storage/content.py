# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a local file or folder is as a blob: its digest, its name, and a stream of bytes that are surely those."""

from __future__ import annotations

import hashlib
import io
import mimetypes
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from .._errors import InputError, UploadError
from .folder import content_changed, digest_of_folder, pack, refuse_ciphertext

_READ_SIZE = 1 << 20
_BUILT_IN_TYPES = mimetypes.MimeTypes(
    filenames=()
)  # not those of this machine: the same file has the same type everywhere


class ByteStream(Protocol):
    """Gives bytes, in order, once."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most C(size) bytes, none at the end."""


@dataclass(frozen=True)
class Content:
    """A local file or folder, as it was when it was looked at.

    Args:
        path: Where it is.
        sha256: For a file the SHA-256 of its bytes; for a folder that of the sorted list of its members, each with
            name, kind, executable bit and SHA-256. So it does not depend on time stamps, owners or a compressor.
        size: Bytes of the file, or of all files of the folder together.
        mime_type: Media type of the blob.
        is_folder: Whether the blob is a tar.gz of the folder. Then C(unpack) is to be true (protocol 2.1.2).
        blob_name: Name in the container, C(<sha256>/<file name>). The same content always has the same one.
        data: What is uploaded in place of the bytes of the file.
    """

    path: Path
    sha256: str
    size: int
    mime_type: str
    is_folder: bool
    blob_name: str
    data: bytes | None = field(default=None, repr=False)


def content_of(path: str | os.PathLike[str]) -> Content:
    """Read a file or folder once and return what it is. Nothing is sent.

    Raises:
        InputError: It does not exist, cannot be read, is encrypted, or holds something that cannot be uploaded.
    """
    where = Path(os.path.abspath(os.path.expanduser(path)))
    if not where.name.isprintable():
        raise InputError(f"The name {where.name!r} cannot be part of a URL: it is not printable. Rename the file.")
    try:
        mode = where.stat().st_mode
        if stat.S_ISDIR(mode):
            sha256, size = digest_of_folder(where)
            return Content(where, sha256, size, "application/gzip", True, f"{sha256}/{where.name}.tar.gz")
        if not stat.S_ISREG(mode):
            raise InputError(f"{where} is neither a file nor a folder, so it cannot be uploaded.")
        sha256, size = _digest_of_file(where)
    except OSError as error:
        name = error.filename or where
        raise InputError(f"{name} cannot be read: {error.strerror or error}. Check path and permissions.") from error
    return Content(where, sha256, size, media_type(where.name), False, f"{sha256}/{where.name}")


def content_with(content: Content, data: bytes) -> Content:
    """Return the content of a file with other bytes in place of its own."""
    sha256 = hashlib.sha256(data).hexdigest()
    return replace(content, sha256=sha256, size=len(data), blob_name=f"{sha256}/{content.path.name}", data=data)


def media_type(name: str) -> str:
    """Return the media type of a file by its name."""
    return _BUILT_IN_TYPES.guess_type(name)[0] or "application/octet-stream"


def _digest_of_file(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_READ_SIZE):
            if not size:
                refuse_ciphertext(path, chunk)
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


@contextmanager
def opened(content: Content) -> Iterator[tuple[ByteStream, int]]:
    """Open the content for one upload; gives a stream and how many bytes it will give.

    The last byte is given only when all of them are those that C(content) speaks of. So content that has changed never
    gets under a name made from its digest: the upload breaks off before it is complete.

    Raises:
        UploadError: The content has changed, or cannot be read any more.
    """
    try:
        if content.data is not None:
            yield io.BytesIO(content.data), content.size
        elif content.is_folder:
            with tempfile.TemporaryFile() as packed:  # mode 0600, without a name
                yield _packed(content, packed)
        else:
            with content.path.open("rb", buffering=0) as file:
                yield _Verified(file, content), content.size
    except OSError as error:
        raise UploadError(f"{error.filename or content.path} cannot be read: {error.strerror or error}.") from error


def _packed(content: Content, packed: IO[bytes]) -> tuple[ByteStream, int]:
    if pack(content.path, packed) != content.sha256:
        raise content_changed(content.path)
    size = packed.tell()
    packed.seek(0)
    return packed, size


class _Verified:
    """A file that gives its last bytes only if all were the expected ones."""

    def __init__(self, file: BinaryIO | IO[bytes], content: Content) -> None:
        self._file = file
        self._content = content
        self._digest = hashlib.sha256()
        self._given = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return at most C(size) bytes, none at the end.

        Raises:
            UploadError: The file is not what it was.
        """
        left = self._content.size - self._given
        if not left and self._content.size:
            return b""
        wanted = left if size < 0 else min(size, left)
        data = self._file.read(wanted)
        while len(data) < wanted:
            more = self._file.read(wanted - len(data))
            if not more:
                raise content_changed(self._content.path)
            data += more
        self._digest.update(data)
        self._given += len(data)
        if self._given == self._content.size:
            longer = self._file.read(1)
            if longer or self._digest.hexdigest() != self._content.sha256:
                raise content_changed(self._content.path)
        return data
