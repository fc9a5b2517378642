# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Every row but the secrets, as JSON values, and back. Signatures and users of URLs are secrets, too."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from mms_local.store import schema
from mms_local.store.connection import Connection
from mms_local.store.database import Database

TABLES = ("account", "arm", "version", *schema.RESOURCE_TABLES, *schema.LINK_TABLES)


_USER = re.compile(r"(?<=://)[^/?#\s\"@]*@")
_SIGNATURE = re.compile(
    r"([?&;](?:sig|signature|x-(?:amz|goog)-(?:signature|security-token)|(?:access_?)?token|password|secret|code|key)=)"
    r"[^&;#\s\"\\]+",
    re.IGNORECASE,
)


class DumpError(Exception):
    """A document that was not made by :func:`dump`, or by another version of it."""


def dump(database: Database) -> dict[str, Any]:
    """A document that :func:`load` takes: the columns and rows of each table."""
    connection = database.connection
    tables = {
        table: {
            "columns": _columns(connection, table),
            "rows": [list(map(_without_secrets, row)) for row in connection.all(f"SELECT * FROM {table}")],
        }
        for table in TABLES
    }
    return {"version": schema.VERSION, "tables": tables}


def _without_secrets(value: Any) -> Any:
    """A value, but without the signatures and users of the URLs in it."""
    if not isinstance(value, str):
        return value
    return _SIGNATURE.sub(r"\1****", _USER.sub("", value))


def load(database: Database, document: Any) -> None:
    """Replace everything, secrets included, by the document; all or nothing.

    Raises:
        DumpError: the document does not fit.
    """
    if not isinstance(document, dict) or document.get("version") != schema.VERSION:
        raise DumpError(f"must be an object with version {schema.VERSION}, as GET /_mms/state gives it")
    tables = document.get("tables")
    if not isinstance(tables, dict) or set(tables) != set(TABLES):
        raise DumpError(f"tables must be an object with exactly {', '.join(TABLES)}")
    try:
        with database.transaction():
            database.clear()
            for table in TABLES:
                _insert(database.connection, table, tables[table])
            database.check()
    except (sqlite3.Error, OverflowError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise DumpError(f"a row is not one that GET /_mms/state gives: {error}") from error


def _insert(connection: Connection, table: str, content: Any) -> None:
    columns = _columns(connection, table)
    if not isinstance(content, dict) or content.get("columns") != columns or not isinstance(content.get("rows"), list):
        raise DumpError(f"tables.{table} must have columns {', '.join(columns)} and rows")
    marks = ", ".join("?" * len(columns))
    connection.many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", content["rows"])


def _columns(connection: Connection, table: str) -> list[str]:
    return [row[1] for row in connection.all(f"PRAGMA table_info({table})")]
