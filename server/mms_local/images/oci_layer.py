# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Write layers of an OCI image (OCI image specification, layer and layout): the same files give the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from mms_local.images import tree
from mms_local.images.failure import build_failed

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

LAYER = "application/vnd.oci.image.layer.v1.tar"
_UNFINISHED = "new-"
_LEVEL = 1  # of gzip: a cluster next door gains more from a fast build than from the last tenth of size


@dataclass(frozen=True)
class Layer:
    """A layer as a manifest names it (`digest`, of the blob) and as a config does (`diff_id`, of the tar inside)."""

    media_type: str
    digest: str
    size: int
    diff_id: str

    def descriptor(self) -> dict[str, Any]:
        """The entry of an image manifest."""
        return descriptor(self.media_type, self.digest, self.size)


def descriptor(media_type: str, digest: str, size: int) -> dict[str, Any]:
    """A content descriptor (OCI image specification)."""
    return {"mediaType": media_type, "digest": digest, "size": size}


class Blobs:
    """Content-addressed files, as below `blobs/` of an OCI layout."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "sha256"
        self._directory.mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        """Where the blob of a digest is, or would be."""
        algorithm, _separator, value = digest.partition(":")
        if algorithm != "sha256" or len(value) != 64 or not value.isalnum():
            raise ValueError(f"{digest!r} is no SHA-256 digest")
        return self._directory / value

    def add(self, content: bytes) -> str:
        """Store some bytes; returns their digest."""
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        with self.temporary() as file:
            file.write(content)
        self.keep(Path(file.name), digest)
        return digest

    def link(self, digest: str, source: Blobs) -> None:
        """Have a blob of another folder here too, without a second copy where the file system can."""
        target = self.path(digest)
        if target.exists():
            return
        try:
            os.link(source.path(digest), target)
        except OSError:
            target.symlink_to(source.path(digest).resolve())

    def temporary(self) -> tempfile._TemporaryFileWrapper[bytes]:
        """A new file beside the blobs, to be given to `keep`."""
        return tempfile.NamedTemporaryFile(dir=self._directory, prefix=_UNFINISHED, delete=False)

    def sweep(self) -> None:
        """Delete what a writer that was killed left behind."""
        for path in self._directory.glob(f"{_UNFINISHED}*"):
            path.unlink()

    def keep_checked(self, file: Path, digest: str) -> None:
        """Make a file from elsewhere the blob of the digest that it should have.

        Raises:
            JobFailed: it has another digest.
        """
        found = "sha256:" + tree.file_digest(file)
        if found != digest:
            file.unlink()
            raise build_failed("BlobDamaged", f"A blob that should have the digest {digest} has {found}.", status=502)
        self.keep(file, digest)

    def keep(self, file: Path, digest: str) -> None:
        """Make a file the blob of its digest."""
        file.chmod(0o644)
        os.replace(file, self.path(digest))


@dataclass(frozen=True)
class Member:
    """One file, link or folder of a layer. Without `file`, `content` and `link` it is a folder.

    Attributes:
        place: its absolute path in the image.
        mode: permission bits; by default 644, or 755 for folders and executable files.
    """

    place: PurePosixPath
    file: Path | None = None
    content: bytes | None = None
    link: str | None = None
    mode: int | None = None


def members(root: Path, place: str, *, without: frozenset[str] = frozenset()) -> Iterator[Member]:
    """A folder and all below it, put at `place`; `without` names entries at its top to leave out."""
    yield Member(PurePosixPath(place))
    for path in tree.entries(root, without=without):
        target = PurePosixPath(place, path.relative_to(root).as_posix())
        if path.is_symlink():
            yield Member(target, link=os.readlink(path))
        elif path.is_dir():
            yield Member(target)
        else:
            yield Member(target, file=path)


def write_layer(content: Iterable[Member], blobs: Blobs, *, compressed: bool) -> Layer:
    """Write a layer: sorted, owned by root, dated 1970, parents included.

    Args:
        compressed: with gzip. Leave it out for what does not get smaller, such as model weights.
    """
    by_place: dict[PurePosixPath, Member] = {}
    for member in content:
        for parent in member.place.parents:
            by_place.setdefault(parent, Member(parent))
        by_place[member.place] = member
    with blobs.temporary() as file:
        blob = _Digested(file)
        squeezed = gzip.GzipFile("", "wb", _LEVEL, cast(BinaryIO, blob), mtime=0) if compressed else None
        inner = _Digested(squeezed or blob)
        with tarfile.open(fileobj=cast(BinaryIO, inner), mode="w|", format=tarfile.PAX_FORMAT) as tar:
            for place in sorted(by_place):
                if place != PurePosixPath("/"):
                    _add(tar, by_place[place])
        if squeezed:
            squeezed.close()
    blobs.keep(Path(file.name), blob.digest)
    return Layer(LAYER + "+gzip" if compressed else LAYER, blob.digest, blob.size, inner.digest)


def _add(tar: tarfile.TarFile, member: Member) -> None:
    info = tarfile.TarInfo(str(member.place).lstrip("/"))
    if member.link is not None:
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, member.link, 0o777
        tar.addfile(info)
    elif member.file is not None:
        status = member.file.stat()
        info.size = status.st_size
        info.mode = member.mode or (0o755 if status.st_mode & 0o100 else 0o644)
        with member.file.open("rb") as source:
            tar.addfile(info, source)
    elif member.content is not None:
        info.size, info.mode = len(member.content), member.mode or 0o644
        tar.addfile(info, io.BytesIO(member.content))
    else:
        info.type, info.mode = tarfile.DIRTYPE, member.mode or 0o755
        tar.addfile(info)


class _Digested(io.RawIOBase):
    """Passes bytes on and knows their number and SHA-256."""

    def __init__(self, target: SupportsWrite[bytes]) -> None:
        self._target = target
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def digest(self) -> str:
        return "sha256:" + self._hash.hexdigest()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._hash.update(content)
        self.size += len(content)
        self._target.write(content)
        return len(content)
