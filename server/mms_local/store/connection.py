# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The connection to SQLite: write-ahead log, nested transactions, and the tables on first use."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mms_local.store import schema


class SchemaError(Exception):
    """The database was written by another version of the server, or is none."""


class Connection:
    """One connection, used from one thread.

    A committed transaction survives the death of the process at any moment. After a power cut the last ones may be
    missing, whole (`synchronous = NORMAL`).
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._sqlite = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._depth = 0
        try:
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "busy_timeout = 5000"):
                self._sqlite.execute(f"PRAGMA {pragma}")
            self._prepare(path)
        except sqlite3.DatabaseError as error:
            raise SchemaError(f"{path} cannot be used: {error}; use another --data-dir, or remove this one") from error

    def _prepare(self, path: Path) -> None:
        (found,) = self._sqlite.execute("PRAGMA user_version").fetchone()
        if found > schema.VERSION:
            raise SchemaError(
                f"{path} has schema version {found}, this server reads {schema.VERSION}; "
                "use another --data-dir, or remove this one"
            )
        if found < schema.VERSION:
            steps = " ".join(schema.STEPS[found:])
            self._sqlite.executescript(f"BEGIN; {steps} PRAGMA user_version = {schema.VERSION}; COMMIT;")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Inside another one it is a part of that."""
        if self._depth == 0:
            self._sqlite.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._sqlite.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self._sqlite.execute("COMMIT")

    @property
    def changes(self) -> int:
        """Rows that were inserted, updated or deleted since the file was opened."""
        return self._sqlite.total_changes

    def execute(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run one statement."""
        return self._sqlite.execute(sql, values)

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row."""
        self._sqlite.executemany(sql, rows)

    def one(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        row: tuple[Any, ...] | None = self._sqlite.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Every row."""
        return self._sqlite.execute(sql, values).fetchall()

    def close(self) -> None:
        """Write everything back to the database file and let go of it."""
        self._sqlite.close()
