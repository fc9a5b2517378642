# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""One call of a data-plane operation: what its function gets, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from aiohttp import web

from mms_local.api.mms.generation import ApiOperation, GenerationApi
from mms_local.api.mms.scene import Json, Scene
from mms_local.api.reading import json_body, page_limit, position_of, skip_token
from mms_local.core.accounts import Account
from mms_local.core.fields import read
from mms_local.core.mms import Mms
from mms_local.core.resources import Operation, Service
from mms_local.core.storage import Page

T = TypeVar("T")


class Fronts(Protocol):
    """Where the services of an account answer."""

    async def ensure(self, account: Account) -> None:
        """Give the account a place for its services, if it has none."""

    def origin(self, account: Account, request: web.Request) -> str:
        """Scheme, host and port of the account's services, as the caller sees them."""

    def token(self, service: Service) -> Json:
        """A token that opens a service which takes tokens, and when it ends."""


@dataclass(frozen=True)
class Reply:
    """An answer: a JSON body or none, and for a 202 the operation that was accepted."""

    status: int
    body: Any = None
    operation: Operation | None = None


@dataclass(frozen=True)
class Call:
    """One call. `id` is the id in the path, or empty; names in `query` are lower case."""

    scene: Scene
    generation: GenerationApi
    operation: ApiOperation
    request: web.Request
    id: str
    query: Mapping[str, str]
    fronts: Fronts

    @property
    def mms(self) -> Mms:
        """The service."""
        return self.scene.mms

    @property
    def account(self) -> Account:
        """The account in the path."""
        return self.scene.account

    async def body(self) -> Any:
        """The JSON value that was sent; None when nothing was."""
        return await json_body(self.request)

    async def fields(self, *, optional: bool = False) -> Mapping[str, Any]:
        """The fields of the body, checked; with `optional` none when nothing was sent.

        Raises:
            Invalid: a field breaks a rule.
        """
        body = await self.body()
        record = self.operation.body
        return {} if record is None or (optional and body is None) else read(record, body)

    def filters(self) -> dict[str, str]:
        """The filters of the operation that were given. An empty value is no filter; other parameters are ignored."""
        names = self.operation.filters
        return {name: self.query[name.lower()] for name in names if self.query.get(name.lower())}

    def page(self, kind: str, find: Callable[[int, int | None], Page[T]], render: Callable[[T], Json]) -> Reply:
        """A list in the form of the generation: a bare array of everything, or one page (protocol 2.2.3)."""
        if kind not in self.generation.paged:
            return Reply(200, [render(item) for item in find(0, None).items])
        page = find(position_of(self.query), page_limit(self.query, *self.generation.page_size))
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
        return f"{self.scene.origin}{url.raw_path_qs}"
