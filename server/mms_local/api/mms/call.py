# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of a data-plane operation: what its function gets, and what it gives back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from aiohttp import web

from mms_local.api.mms.generations import Wire
from mms_local.api.mms.shapes import Json, Shapes
from mms_local.api.reading import json_body, page_limit, position_of, skip_token
from mms_local.core.accounts import Account
from mms_local.core.mms import Mms
from mms_local.core.resources import Operation
from mms_local.core.storage import Page

T = TypeVar("T")


class Fronts(Protocol):
    """Where the services of an account answer."""

    async def ensure(self, account: Account) -> None:
        """Give the account a place for its services, if it has none."""

    def origin(self, account: Account, request: web.Request) -> str:
        """Scheme, host and port of the account's services, as the caller sees them."""


@dataclass(frozen=True)
class Reply:
    """An answer: a JSON body or none, and for a 202 the operation that was accepted."""

    status: int
    body: Any = None
    operation: Operation | None = None


@dataclass(frozen=True)
class Call:
    """One call. `id` is the id in the path, or empty; names in `query` are lower case."""

    mms: Mms
    account: Account
    wire: Wire
    request: web.Request
    id: str
    query: Mapping[str, str]
    shapes: Shapes
    fronts: Fronts

    async def body(self) -> Any:
        """The JSON value that was sent; None when nothing was."""
        return await json_body(self.request)

    def filters(self, *names: str) -> dict[str, str]:
        """Those of the named filters that were given. An empty value is no filter; unknown parameters are ignored."""
        return {name: self.query[name.lower()] for name in names if self.query.get(name.lower())}

    def page(self, kind: str, find: Callable[[int, int | None], Page[T]], render: Callable[[T], Json]) -> Reply:
        """A list in the form of the generation: a bare array of everything, or one page (protocol 2.2.3)."""
        if kind not in self.wire.paged:
            return Reply(200, [render(item) for item in find(0, None).items])
        page = find(position_of(self.query), page_limit(self.query))
        body: Json = {"value": [render(item) for item in page.items]}
        if page.last is not None:
            body["nextLink"] = self._next_link(page.last)
        return Reply(200, body)

    def accepted(self, operation: Operation) -> Reply:
        """202 with the operation's location (protocol chapter 3)."""
        return Reply(202, operation=operation)

    def _next_link(self, position: int) -> str:
        """The same request again, at the host the caller used, behind the last item of this page."""
        query = {name: value for name, value in self.request.query.items() if name.lower() != "$skiptoken"}
        url = self.request.rel_url.with_query({**query, "$skipToken": skip_token(position)})
        return f"{self.shapes.origin}{url.raw_path_qs}"


Handler = Callable[[Call], Awaitable[Reply]]
