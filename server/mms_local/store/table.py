# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""One collection of resources over one table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from mms_local.core.storage import Order, Page
from mms_local.store.codec import decoder, encode
from mms_local.store.connection import Connection

T = TypeVar("T")

_CHANGED = (
    "coalesce(json_extract(r.body, '$.updated'), json_extract(r.body, '$.modified'), json_extract(r.body, '$.created'))"
)


def id_key(resource_id: str) -> str:
    """Equal for both ways of writing a GUID; an id made of a name and a version is what it is."""
    return resource_id if ":" in resource_id else resource_id.replace("-", "").lower()


@dataclass(frozen=True)
class Filter:
    """How one query parameter narrows a list.

    Args:
        condition: SQL about the row `r`, with one `?` for the value; or None when `link` is given.
        link: a table (`value`, `seq`) that is walked instead, so that rare values are found without a scan.
        normal: brings a value into the form that is stored.
    """

    condition: str | None = None
    link: str | None = None
    normal: Callable[[str], str] = str


@dataclass(frozen=True)
class Layout(Generic[T]):
    """Where the resources of one class are kept, and which columns, links and filters they have."""

    table: str
    cls: type[T]
    columns: Mapping[str, Callable[[T], str | int | None]] = field(default_factory=dict)
    links: Mapping[str, Callable[[T], Iterable[str]]] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)


class Table(Generic[T]):
    """Implements :class:`~mms_local.core.storage.Collection`.

    Args:
        identity: account and id of an item.
    """

    def __init__(self, connection: Connection, layout: Layout[T], identity: Callable[[T], tuple[int, str]]) -> None:
        self._connection = connection
        self._layout = layout
        self._identity = identity
        hint: Any = layout.cls
        read = decoder(hint)
        self._decode: Callable[[str], T] = lambda body: read(json.loads(body))
        columns = ("account", "key", "body", *layout.columns)
        self._insert = f"INSERT INTO {layout.table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        self._update = (
            f"UPDATE {layout.table} SET {', '.join(f'{name} = ?' for name in ('body', *layout.columns))}"
            " WHERE account = ? AND key = ?"
        )

    def add(self, item: T) -> None:
        account, resource_id = self._identity(item)
        with self._connection.transaction():
            cursor = self._connection.execute(self._insert, (account, id_key(resource_id), *self._values(item)))
            self._link(item, account, cursor.lastrowid)

    def get(self, account: int, resource_id: str) -> T | None:
        row = self._connection.one(
            f"SELECT body FROM {self._layout.table} WHERE account = ? AND key = ?", (account, id_key(resource_id))
        )
        return None if row is None else self._decode(row[0])

    def page(
        self,
        account: int,
        filters: Mapping[str, str],
        after: int = 0,
        limit: int | None = None,
        order: Order = Order.CREATED,
    ) -> Page[T]:
        rows = self._select(account, filters, after, order, None if limit is None else limit + 1)
        return self._page(rows, limit, after if order.by_change else None)

    def newest(self, account: int, filters: Mapping[str, str], limit: int) -> Page[T]:
        return self._page(self._select(account, filters, 0, Order.NEWEST, limit + 1), limit)

    def latest(self, account: int, filters: Mapping[str, str]) -> T | None:
        rows = self._select(account, filters, 0, Order.NEWEST, 1)
        return self._decode(rows[0][1]) if rows else None

    def count(self, account: int) -> int:
        row = self._connection.one(f"SELECT count(*) FROM {self._layout.table} WHERE account = ?", (account,))
        return int(row[0]) if row else 0

    def unfinished(self) -> tuple[T, ...]:
        return self._all("WHERE open = 1")

    def everywhere(self) -> tuple[T, ...]:
        return self._all("")

    def replace(self, item: T) -> None:
        account, resource_id = self._identity(item)
        key = id_key(resource_id)
        with self._connection.transaction():
            self._connection.execute(self._update, (*self._values(item), account, key))
            if self._layout.links:
                row = self._connection.one(
                    f"SELECT seq FROM {self._layout.table} WHERE account = ? AND key = ?", (account, key)
                )
                for link in self._layout.links:
                    self._connection.execute(f"DELETE FROM {link} WHERE seq = ?", row or (None,))
                self._link(item, account, row[0] if row else None)

    def delete(self, item: T) -> None:
        account, resource_id = self._identity(item)
        self._connection.execute(
            f"DELETE FROM {self._layout.table} WHERE account = ? AND key = ?", (account, id_key(resource_id))
        )

    def _values(self, item: T) -> tuple[str | int | None, ...]:
        body = json.dumps(encode(item), separators=(",", ":"))
        return (body, *(value(item) for value in self._layout.columns.values()))

    def _link(self, item: T, account: int, seq: int | None) -> None:
        for link, values in self._layout.links.items():
            self._connection.many(
                f"INSERT OR IGNORE INTO {link} (account, value, seq) VALUES (?, ?, ?)",
                [(account, value, seq) for value in values(item)],
            )

    def _page(self, rows: list[tuple[int, str]], limit: int | None, offset: int | None = None) -> Page[T]:
        """The page that rows make, of which there is one more than the limit when something follows.

        Args:
            offset: how many items come before the page, where positions are counts.
        """
        more = limit is not None and len(rows) > limit
        rows = rows[:limit] if more else rows
        last = rows[-1][0] if offset is None and more else (offset or 0) + len(rows)
        return Page(tuple(self._decode(body) for _unused, body in rows), last if more else None)

    def _select(
        self, account: int, filters: Mapping[str, str], after: int, order: Order, limit: int | None
    ) -> list[tuple[int, str]]:
        used = {name: self._layout.filters[name] for name in filters if name in self._layout.filters}
        links = [name for name, filter_ in used.items() if filter_.link]
        source, walked = f"{self._layout.table} AS r", "r"
        conditions: list[str] = []
        values: list[str | int] = []
        if links:  # walk the first link in the order of its index, and fetch the rows behind it
            walked = "l"
            source = f"{used[links[0]].link} AS l CROSS JOIN {source} ON r.seq = l.seq"
        conditions.append(f"{walked}.account = ?")
        values.append(account)
        if after and not order.by_change:
            conditions.append(f"{walked}.seq {'<' if order.descending else '>'} ?")
            values.append(after)
        for name, filter_ in used.items():
            if name == links[0] if links else False:
                conditions.append("l.value = ?")
            elif filter_.link:
                other = (
                    f"SELECT 1 FROM {filter_.link} AS o WHERE o.account = r.account AND o.value = ? AND o.seq = r.seq"
                )
                conditions.append(f"EXISTS ({other})")
            else:
                conditions.append(str(filter_.condition))
            values.append(filter_.normal(filters[name]))
        direction = "DESC" if order.descending else "ASC"
        by = f"{_CHANGED} {direction}, {walked}.seq" if order.by_change else f"{walked}.seq"
        sql = (
            f"SELECT r.seq, r.body FROM {source} WHERE {' AND '.join(conditions)}"
            f" ORDER BY {by} {direction} LIMIT ? OFFSET ?"
        )
        return self._connection.all(sql, (*values, -1 if limit is None else limit, after if order.by_change else 0))

    def _all(self, where: str) -> tuple[T, ...]:
        rows = self._connection.all(f"SELECT body FROM {self._layout.table} {where} ORDER BY seq", ())
        return tuple(self._decode(row[0]) for row in rows)
