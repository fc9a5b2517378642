# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Containers, blobs and blocks: metadata in SQLite, bytes in a :class:`ContentStore`.

A blob is a list of parts. Committing blocks therefore copies nothing, whatever their size.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mms_local.store.blob_content import ContentStore, Part

LAST_CHARACTER = "\U0010ffff"
"""Sorts behind every name; a noncharacter, so it is in none."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS container (
    name TEXT PRIMARY KEY, etag TEXT NOT NULL, modified REAL NOT NULL, metadata TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS blob (
    container TEXT NOT NULL REFERENCES container (name) ON DELETE CASCADE, name TEXT NOT NULL, etag TEXT NOT NULL,
    created REAL NOT NULL, modified REAL NOT NULL, size INTEGER NOT NULL, headers TEXT NOT NULL, metadata TEXT NOT NULL,
    PRIMARY KEY (container, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS part (
    container TEXT NOT NULL, blob TEXT NOT NULL, position INTEGER NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL,
    block_id TEXT, PRIMARY KEY (container, blob, position),
    FOREIGN KEY (container, blob) REFERENCES blob (container, name) ON DELETE CASCADE) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS part_digest ON part (digest);
CREATE TABLE IF NOT EXISTS block (
    container TEXT NOT NULL REFERENCES container (name) ON DELETE CASCADE, blob TEXT NOT NULL, block_id TEXT NOT NULL,
    digest TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (container, blob, block_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS block_digest ON block (digest);
"""

_DIGESTS = "SELECT digest FROM part UNION SELECT digest FROM block"


@dataclass(frozen=True)
class Container:
    """A named set of blobs."""

    name: str
    etag: str
    modified: float  # seconds since 1970
    metadata: dict[str, str]


@dataclass(frozen=True)
class Blob:
    """What is known of a blob besides its bytes. `headers` are the ones it is served with, `Content-Type` and so on."""

    container: str
    name: str
    etag: str
    created: float
    modified: float
    size: int
    headers: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)


class BlobStore:
    """Everything the blob service keeps. All methods are short and belong to one thread.

    Args:
        directory: made when missing, readable by its owner only.
        clock: seconds since 1970.
    """

    def __init__(self, directory: Path, clock: Callable[[], float] = time.time) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.content = ContentStore(directory)
        self._clock = clock
        self._sql = sqlite3.connect(directory / "metadata.db")
        self._sql.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            self._sql.execute(f"PRAGMA {pragma}")
        self._sql.executescript(_SCHEMA)
        self.content.retain(frozenset(digest for (digest,) in self._sql.execute(_DIGESTS)))

    def close(self) -> None:
        """Let go of the database."""
        self._sql.close()

    def clear(self) -> None:
        """Forget every container and everything in it."""
        for container in list(self.containers("", "")):
            self.delete_container(container.name)

    # Containers

    def create_container(self, name: str, metadata: dict[str, str]) -> Container | None:
        """The new container; None when there is one of that name."""
        container = Container(name, _new_etag(), self._clock(), metadata)
        with self._sql:
            done = self._sql.execute(
                "INSERT INTO container VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (name, container.etag, container.modified, json.dumps(metadata)),
            )
        return container if done.rowcount else None

    def container(self, name: str) -> Container | None:
        """The container of that name."""
        row = self._sql.execute("SELECT * FROM container WHERE name = ?", (name,)).fetchone()
        return _container(row) if row else None

    def set_container_metadata(self, name: str, metadata: dict[str, str]) -> Container:
        """Replace the metadata of a container that is there."""
        with self._sql:
            row = self._sql.execute(
                "UPDATE container SET etag = ?, modified = ?, metadata = ? WHERE name = ? RETURNING *",
                (_new_etag(), self._clock(), json.dumps(metadata), name),
            ).fetchone()
        return _container(row)

    def containers(self, prefix: str, after: str) -> Iterator[Container]:
        """Containers by name, those behind `after`."""
        rows = self._sql.execute(
            "SELECT * FROM container WHERE name > ? AND substr(name, 1, ?) = ? ORDER BY name",
            (after, len(prefix), prefix),
        )
        return (_container(row) for row in rows)

    def delete_container(self, name: str) -> bool:
        """Remove a container with all its blobs. False when there is none."""
        with self._sql:
            digests = self._digests("container = ?", (name,))
            done = self._sql.execute("DELETE FROM container WHERE name = ?", (name,))
        self._collect(digests)
        return done.rowcount > 0

    # Blobs

    def blob(self, container: str, name: str) -> Blob | None:
        """The committed blob of that name."""
        row = self._sql.execute("SELECT * FROM blob WHERE container = ? AND name = ?", (container, name)).fetchone()
        return _blob(row) if row else None

    def blobs(self, container: str, prefix: str, after: str, limit: int) -> list[Blob]:
        """At most `limit` blobs by name, those behind `after`."""
        rows = self._sql.execute(
            "SELECT * FROM blob WHERE container = ? AND name >= ? AND name > ? AND name < ? ORDER BY name LIMIT ?",
            (container, prefix, after, prefix + LAST_CHARACTER, limit),
        )
        return [_blob(row) for row in rows]

    def parts(self, container: str, name: str) -> list[Part]:
        """What a committed blob consists of, in order."""
        rows = self._sql.execute(
            "SELECT digest, size, block_id FROM part WHERE container = ? AND blob = ? ORDER BY position",
            (container, name),
        )
        return [Part(*row) for row in rows]

    def commit(
        self, container: str, name: str, parts: Sequence[Part], headers: dict[str, str], metadata: dict[str, str]
    ) -> Blob:
        """Make a blob of these parts, in place of the one that may be there; uncommitted blocks of it are dropped."""
        now = self._clock()
        old = self.blob(container, name)
        size = sum(part.size for part in parts)
        blob = Blob(container, name, _new_etag(), old.created if old else now, now, size, headers, metadata)
        with self._sql:
            digests = self._digests("container = ? AND blob = ?", (container, name))
            self._remove(container, name)
            self._sql.execute(
                "INSERT INTO blob VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (container, name, blob.etag, blob.created, now, size, json.dumps(headers), json.dumps(metadata)),
            )
            self._sql.executemany(
                "INSERT INTO part VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (container, name, position, part.digest, part.size, part.block_id)
                    for position, part in enumerate(parts)
                ],
            )
        self._collect(digests)
        return blob

    def describe(self, blob: Blob, *, headers: dict[str, str], metadata: dict[str, str]) -> Blob:
        """Give a blob that is there other headers and metadata; its bytes stay."""
        with self._sql:
            row = self._sql.execute(
                "UPDATE blob SET etag = ?, modified = ?, headers = ?, metadata = ? WHERE container = ? AND name = ?"
                " RETURNING *",
                (
                    _new_etag(),
                    self._clock(),
                    json.dumps(headers),
                    json.dumps(metadata),
                    blob.container,
                    blob.name,
                ),
            ).fetchone()
        return _blob(row)

    def delete_blob(self, container: str, name: str) -> bool:
        """Remove a blob. False when there is none."""
        with self._sql:
            digests = self._digests("container = ? AND blob = ?", (container, name))
            removed = self._remove(container, name)
        self._collect(digests)
        return removed

    # Blocks

    def put_block(self, container: str, name: str, block_id: str, part: Part) -> None:
        """Remember an uncommitted block, in place of an earlier one with that id."""
        with self._sql:
            digests = self._digests(
                "container = ? AND blob = ? AND block_id = ?", (container, name, block_id), tables=("block",)
            )
            self._sql.execute(
                "INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?, ?)",
                (container, name, block_id, part.digest, part.size),
            )
        self._collect(digests)

    def blocks(self, container: str, name: str) -> list[Part]:
        """The uncommitted blocks of a blob, by id."""
        rows = self._sql.execute(
            "SELECT digest, size, block_id FROM block WHERE container = ? AND blob = ? ORDER BY block_id",
            (container, name),
        )
        return [Part(*row) for row in rows]

    def _remove(self, container: str, name: str) -> bool:
        self._sql.execute("DELETE FROM block WHERE container = ? AND blob = ?", (container, name))
        done = self._sql.execute("DELETE FROM blob WHERE container = ? AND name = ?", (container, name))
        return done.rowcount > 0

    def _digests(
        self, where: str, values: tuple[str, ...], tables: tuple[str, ...] = ("part", "block")
    ) -> frozenset[str]:
        found = (self._sql.execute(f"SELECT digest FROM {table} WHERE {where}", values) for table in tables)
        return frozenset(row["digest"] for rows in found for row in rows)

    def _collect(self, digests: Iterable[str]) -> None:
        self.content.discard([digest for digest in digests if not self._is_referred_to(digest)])

    def _is_referred_to(self, digest: str) -> bool:
        query = (
            "SELECT EXISTS (SELECT 1 FROM part WHERE digest = :it) OR EXISTS (SELECT 1 FROM block WHERE digest = :it)"
        )
        return bool(self._sql.execute(query, {"it": digest}).fetchone()[0])


def _new_etag() -> str:
    return f'"0x{secrets.token_hex(8).upper()}"'


def _container(row: sqlite3.Row) -> Container:
    return Container(row["name"], row["etag"], row["modified"], json.loads(row["metadata"]))


def _blob(row: sqlite3.Row) -> Blob:
    return Blob(
        container=row["container"],
        name=row["name"],
        etag=row["etag"],
        created=row["created"],
        modified=row["modified"],
        size=row["size"],
        headers=json.loads(row["headers"]),
        metadata=json.loads(row["metadata"]),
    )
