# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Bytes on disk, each file named after its SHA-256, so that equal content is kept once.

A file appears under its name complete or not at all: it is written to `incoming/` and renamed. Hashing and disk access
happen in worker threads, one chunk at a time, so that memory stays flat and the event loop stays free.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 20


@dataclass(frozen=True)
class Part:
    """A run of bytes inside a blob: which content, how long. `block_id` is None for a blob sent in one piece."""

    digest: str
    size: int
    block_id: str | None = None


@dataclass(frozen=True)
class Upload:
    """Received content that nobody refers to yet; `ContentStore.keep` gives it its name."""

    path: Path
    digest: str
    md5: bytes
    size: int


class ContentStore:
    """Content-addressed files below one directory.

    Args:
        directory: made when missing; what an earlier, killed process left half-written in it is removed.
    """

    def __init__(self, directory: Path) -> None:
        self._files = directory / "sha256"
        self._incoming = directory / "incoming"
        for folder in (self._files, self._incoming):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for leftover in self._incoming.iterdir():
            leftover.unlink()
        self._readers: Counter[str] = Counter()

    @asynccontextmanager
    async def receive(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[Upload]:
        """Write the chunks to a temporary file; it is gone when the block ends, unless it was kept."""
        descriptor, name = tempfile.mkstemp(dir=self._incoming)
        path = Path(name)
        sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        try:
            with open(descriptor, "wb", buffering=0) as file:

                def append(data: bytes) -> None:
                    sha256.update(data)
                    md5.update(data)
                    file.write(data)

                async for data in _in_chunks(chunks):
                    await asyncio.to_thread(append, data)
                    size += len(data)
            yield Upload(path, sha256.hexdigest(), md5.digest(), size)
        finally:
            path.unlink(missing_ok=True)

    def keep(self, upload: Upload) -> Part:
        """Give the content its final name. Whoever calls this refers to it, in the same step of the event loop."""
        target = self._path(upload.digest)
        target.parent.mkdir(exist_ok=True)
        os.replace(upload.path, target)
        return Part(upload.digest, upload.size)

    async def read(self, parts: Sequence[Part], start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `stop` of the parts put together."""
        offset = 0
        with self.reading(part.digest for part in parts):
            for part in parts:
                first, last = max(start - offset, 0), min(stop - offset, part.size)
                if first < last:
                    async for data in _slice(self._path(part.digest), first, last):
                        yield data
                offset += part.size

    @contextmanager
    def reading(self, digests: Iterable[str]) -> Iterator[None]:
        """While the block runs, these files stay, even when nothing refers to them any more."""
        held = set(digests)
        self._readers.update(held)
        try:
            yield
        finally:
            self._readers.subtract(held)

    def discard(self, digests: Iterable[str]) -> None:
        """Remove content that nothing refers to. What is being read stays until the next start's `retain`."""
        for digest in digests:
            if not self._readers[digest]:
                self._path(digest).unlink(missing_ok=True)

    def retain(self, wanted: Collection[str]) -> None:
        """Remove every file whose digest is not wanted: what a killed process wrote and never referred to."""
        for path in self._files.glob("??/*"):
            if path.name not in wanted:
                path.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._files / digest[:2] / digest


async def _in_chunks(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Network reads are small; gather them, so that a thread is worth its switch."""
    gathered: list[bytes] = []
    length = 0
    async for piece in pieces:
        gathered.append(piece)
        length += len(piece)
        if length >= CHUNK:
            yield b"".join(gathered)
            gathered.clear()
            length = 0
    if gathered:
        yield b"".join(gathered)


async def _slice(path: Path, start: int, stop: int) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb", 0)
    with file:
        await asyncio.to_thread(file.seek, start)
        left = stop - start
        while left:
            data = await asyncio.to_thread(file.read, min(CHUNK, left))
            if not data:
                raise OSError(f"{path} is shorter than recorded: the data directory was changed from outside")
            left -= len(data)
            yield data
