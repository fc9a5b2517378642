# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The page at `/`, its files, and the JSON that it reads, below `/_mms/page/`. No answer holds a secret."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from importlib import resources

from aiohttp import hdrs, web

from mms_local.api.errors import ApiError
from mms_local.api.guard.pages import demand_own_page
from mms_local.api.reading import query_of
from mms_local.control.journal import RequestJournal
from mms_local.core.accounts import Account
from mms_local.core.mms import Mms
from mms_local.core.ports import JobFailed
from mms_local.page.catalog import KINDS, STAGES, Catalog
from mms_local.page.details import Details
from mms_local.page.lineage import Lineage
from mms_local.page.rows import Json
from mms_local.page.scoring import Scorer
from mms_local.page.summary import Summary

Handler = Callable[[web.Request], Awaitable[web.Response]]
Origin = Callable[[Account, web.Request], str]

_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_REQUESTS_SHOWN = 300
_LOG_LINES = 2000
_PAGE_SIZE, _LARGEST_PAGE = 100, 1000
_LOG_KEY = re.compile(r"(?<=/)[^/]+(?=\.txt$)")


class PageRoutes:
    """Answers the page.

    Args:
        origin: scheme, host and port of an account's services, as the caller sees them.
        server: the URL by which the server reaches itself.
        about: what the page says about the server.
    """

    def __init__(
        self, mms: Mms, journal: RequestJournal, origin: Origin, server: Callable[[], str], about: Json
    ) -> None:
        self._mms = mms
        self._journal = journal
        self._origin = origin
        self._catalog = Catalog(mms)
        self._summary = Summary(mms, self._catalog, journal, about)
        self._details = Details(mms, self._catalog)
        self._scorer = Scorer(mms, server)
        self._files = _files()

    def routes(self) -> list[web.RouteDef]:
        """Every route of the page."""
        account, kind = "accounts/{account:[0-9]{1,15}}", f"{{kind:{'|'.join(KINDS)}}}"
        table: tuple[tuple[str, str, Handler], ...] = (
            ("GET", "summary", self._summary_answer),
            ("GET", "requests", self._requests),
            ("GET", f"{account}/lineage", self._lineage),
            ("GET", f"{account}/{kind}", self._list),
            ("GET", f"{account}/{kind}/{{id}}", self._detail),
            ("GET", f"{account}/images/{{id}}/log", self._build_log),
            ("GET", f"{account}/services/{{id}}/log", self._service_log),
            ("GET", f"{account}/services/{{id}}/deployment-log", self._deployment_log),
            ("GET", f"{account}/services/{{id}}/sample", self._sample),
            ("POST", f"{account}/services/{{id}}/score", self._score),
        )
        return [
            web.get("/", _hardened(self._index)),
            web.get("/_mms/page/files/{name}", _hardened(self._file)),
            *(web.route(method, f"/_mms/page/{path}", _hardened(handler)) for method, path, handler in table),
        ]

    async def _index(self, request: web.Request) -> web.Response:
        return _answer(request, *self._files["index.html"])

    async def _file(self, request: web.Request) -> web.Response:
        found = self._files.get(request.match_info["name"])
        if found is None:
            raise ApiError(404, "the page has no such file")
        return _answer(request, *found)

    async def _summary_answer(self, request: web.Request) -> web.Response:
        tag = await self._summary.tag()
        if tag in _known_tags(request):
            return _not_modified(tag)
        return _json_answer(request, await self._summary.to_json(), tag)

    async def _requests(self, request: web.Request) -> web.Response:
        entries = self._journal.entries(self._journal.last - _REQUESTS_SHOWN)
        shown = [entry.to_json() for entry in reversed(entries)]
        for entry in shown:
            if entry["path"].startswith("/logs/"):  # the last part of the path stands for a token
                entry["path"] = _LOG_KEY.sub("...", entry["path"])
        return _json_answer(request, {"items": shown})

    async def _lineage(self, request: web.Request) -> web.Response:
        lineage = Lineage(self._catalog, self._account(request))
        query = query_of(request)
        if query.get("kind") in STAGES and "id" in query:
            lineage.add_around(query["kind"], query["id"])
        else:
            lineage.add_newest()
        return _json_answer(request, await lineage.to_json())

    async def _list(self, request: web.Request) -> web.Response:
        account, kind, query = self._account(request), request.match_info["kind"], query_of(request)
        filters = {"nameHas": query["search"]} if query.get("search") else {}
        count = query.get("count", "")
        limit = min(int(count), _LARGEST_PAGE) if re.fullmatch("[0-9]{1,9}", count) else _PAGE_SIZE
        page = self._catalog.newest(account, kind, filters, max(limit, 1))
        items = [await self._catalog.row(account, kind, item) for item in page.items]
        return _json_answer(request, {"items": items, "more": page.last is not None})

    async def _detail(self, request: web.Request) -> web.Response:
        account, kind = self._account(request), request.match_info["kind"]
        detail = await self._details.of(account, kind, request.match_info["id"])
        if detail is None:
            raise ApiError(404, "this was deleted, or has never been here")
        if kind == "services":
            detail["scoringUri"] = f"{self._origin(account, request)}/api/v1/service/{detail['name']}/score"
        return _json_answer(request, detail)

    async def _build_log(self, request: web.Request) -> web.Response:
        image = self._mms.images.get(self._account(request), request.match_info["id"])
        return _text_answer(request, self._mms.world.logs.tail("images", image.id, _LOG_LINES))

    async def _deployment_log(self, request: web.Request) -> web.Response:
        service = self._mms.services.get(self._account(request), request.match_info["id"])
        return _text_answer(request, self._mms.world.logs.tail("services", service.id, _LOG_LINES))

    async def _service_log(self, request: web.Request) -> web.Response:
        service = self._mms.services.get(self._account(request), request.match_info["id"])
        try:
            return _text_answer(request, await self._mms.engines.compute.logs(service.id, _LOG_LINES))
        except JobFailed as failed:
            raise ApiError(502, f"the log of service {service.name} cannot be read: {failed.message}") from failed

    async def _sample(self, request: web.Request) -> web.Response:
        account = self._account(request)
        service = self._mms.services.get(account, request.match_info["id"])
        return _json_answer(request, {"sample": await self._scorer.sample(account, service)})

    async def _score(self, request: web.Request) -> web.Response:
        demand_own_page(request)
        account = self._account(request)
        service = self._mms.services.get(account, request.match_info["id"])
        body = await request.read()
        return web.json_response(await self._scorer.score(account, service, body))

    def _account(self, request: web.Request) -> Account:
        return self._mms.accounts.numbered(int(request.match_info["account"]))


def _hardened(handler: Handler) -> Handler:
    """The handler, whose answers tell browsers what they may not do with them."""

    async def hardened(request: web.Request) -> web.Response:
        response = await handler(request)
        response.headers.update(_HEADERS)
        return response

    return hardened


def _files() -> dict[str, tuple[bytes, str]]:
    """The files of the page, with their types."""
    folder = resources.files("mms_local.page").joinpath("assets")
    found = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    return {
        name: (content, _TYPES[suffix])
        for name, content in found.items()
        if (suffix := name.rpartition(".")[2]) in _TYPES
    }


def _json_answer(request: web.Request, value: Json, tag: str = "") -> web.Response:
    content = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
    return _answer(request, content, "application/json", tag)


def _text_answer(request: web.Request, text: str) -> web.Response:
    return _answer(request, text.encode("utf-8", "replace"), "text/plain")


def _answer(request: web.Request, content: bytes, content_type: str, tag: str = "") -> web.Response:
    """The content, or 304 when the caller has it already."""
    tag = tag or hashlib.sha256(content).hexdigest()[:32]
    if tag in _known_tags(request):
        return _not_modified(tag)
    response = web.Response(body=content, headers={hdrs.CONTENT_TYPE: f"{content_type}; charset=utf-8"})
    response.etag = tag
    return response


def _not_modified(tag: str) -> web.Response:
    response = web.Response(status=304)
    response.etag = tag
    return response


def _known_tags(request: web.Request) -> set[str]:
    return {etag.value for etag in request.if_none_match or ()}
