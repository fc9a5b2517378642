# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API of one account as typed methods over resources: C(client.models.list(name="iris")), C(client.operation(id)).

Knows paths, paging and operations (protocol 2 and 3); knows neither Ansible nor how HTTP is done.
"""

from __future__ import annotations

import builtins
import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote, urljoin, urlsplit

from .._errors import AccountMissingError, ApiError, RefusedError, ResponseFormatError
from .._generations.generation import Generation, Kind
from .._masking import without_query
from .._resources.deployment import Deployment
from .._resources.keys import Keys
from .._resources.operation import Operation
from .._resources.wire import Fields, api_error, last_segment, values_named
from .._time.repeats import Doing, doing
from .._transport.http import Body, Response, Transport

R = TypeVar("R")


class Started(NamedTuple):
    """The asynchronous work that a request set off, as the answer names it."""

    operation_id: str


@dataclass(frozen=True)
class Api:
    """Requests below one base URL: adds what every request says, turns error answers into errors, follows pages."""

    transport: Transport
    base_url: str  # no trailing slash
    query: Mapping[str, str]  # of every request
    missing: str = "there is no such place."  # what a list that is answered with 404 means

    def request_or_none(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: Any = None
    ) -> Response | None:
        """Return a successful answer, or None for 404.

        Raises:
            ApiError: the service refused.
            TransportError, AuthError: see Transport.send.
        """
        response = self._answer(method, path, params, body, None)
        return None if response.status == 404 else self._successful(response)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        does: Doing | None = None,
    ) -> Response:
        """Return a successful answer; 404 is an error here."""
        return self._successful(self._answer(method, path, params, body, does))

    def _answer(
        self, method: str, path: str, params: Mapping[str, str] | None, body: Any, does: Doing | None
    ) -> Response:
        query, reads = {**self.query, **(params or {})}, (does or doing(method)) is Doing.READ
        return self.transport.send(
            method,
            self.base_url + path,
            params=query,
            body=body,
            does=does,
            read=Response.json if reads else None,
        )

    def pages(self, path: str, params: Mapping[str, str]) -> Iterator[Any]:
        """Yield the members of a list, a bare one or one in pages (protocol 2.2.3, 7.2.2).

        Raises:
            AccountMissingError: 404; an account has all of its lists, empty ones too.
            ResponseFormatError: not a list, or a C(nextLink) that leaves the service or goes in circles. The token is
            not
                sent to another host.
        """
        response = self.request_or_none("GET", path, params=params)
        if response is None:
            raise AccountMissingError(
                f"GET {urlsplit(self.base_url).path}{path} was answered with 404: {self.missing}",
                status=404,
            )
        seen = set()
        while True:
            page = response.json()
            if isinstance(page, list):
                yield from page
                return
            fields = Fields(page, f"the list {path}")
            yield from fields.items("value")
            link = fields.text("nextLink")
            if not link:
                return
            link = urljoin(response.url, link)
            if link in seen or _origin(link) != _origin(self.base_url):
                raise ResponseFormatError(
                    f"The list {path} goes on at {_origin(link)}{urlsplit(link).path}, which "
                    + ("was read already." if link in seen else "is another host: the token is not sent there.")
                )
            seen.add(link)
            response = self._successful(self.transport.send("GET", link, read=Response.json))

    def text(self, url: str) -> str:
        """Return the text at a URL of this service that it named, such as that of a build log.

        Raises:
            RefusedError: it is the URL of another server, which nobody but the service has vouched for.
        """
        absolute = urljoin(self.base_url, url)
        if _origin(absolute) != _origin(self.base_url):
            raise RefusedError(
                f"{without_query(absolute)} is on another server than the service and is not fetched by itself. Read "
                "it there.",
                code="OtherOrigin",
            )
        response = self._successful(self.transport.send("GET", absolute))
        return response.body.decode("utf-8", errors="replace")

    def _successful(self, response: Response) -> Response:
        if 200 <= response.status < 300:
            return response
        credential = self.transport.credential
        raise api_error(response, credential.source if credential else "")


def _origin(url: str) -> str:
    """Return scheme, host and port, the port also when it is the scheme's own; nothing for what is no URL."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:  # a port or an IPv6 address that is none
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}"


@dataclass(frozen=True)
class ServiceLog:
    """The log of a web service; C(removed_at) says when the service was removed, if it was and the server says so."""

    content: str
    removed_at: str | None

    @classmethod
    def from_api(cls, raw: Any) -> ServiceLog:
        fields = Fields(raw, "a log")
        return cls(fields.text("content") or "", fields.text("removedAt"))


class Collection(Generic[R]):
    """One kind of resource of the account."""

    def __init__(self, api: Api, kind: Kind[R]) -> None:
        self.kind = kind
        self._api = api

    def list(self, **filters: str | None) -> builtins.list[R]:
        """Return the resources that pass the filters, in the service's order.

        A filter that is None or that this generation does not have is not sent; the caller looks at the answer again.
        """
        params = {
            self.kind.filters[name]: value for name, value in filters.items() if value and name in self.kind.filters
        }
        members = self._api.pages(f"/{self.kind.collection}", {**self.kind.query, **params})
        return [self.kind.read(item) for item in members if self.kind.among(item)]

    def get(self, resource_id: str) -> R | None:
        """Return the resource with this id, or None."""
        response = self._api.request_or_none("GET", self._path(resource_id), params=self.kind.query)
        return None if response is None else self.kind.read(response.json())

    def create(self, fields: Mapping[str, Any]) -> R | Started:
        """Create a resource and return it, or the work that was set off.

        Raises:
            TransportError: with C(sent), when it may have been created although no answer came.
        """
        if self.kind.next_version:
            latest = max((getattr(one, "version", None) or 0 for one in self.list(name=fields["name"])), default=0)
            fields = {**fields, "version": latest + 1}
        response = self._sent("POST", f"/{self.kind.collection}", self.kind.create_body(fields))
        return _started(response) if response.status == 202 else self.kind.read(response.json())

    def update(self, resource_id: str, fields: Mapping[str, Any], changed: Container[str] = ()) -> Started | None:
        """Update a resource in place; None when it was done at once.

        Args:
            fields: Everything that is wanted, by option.
            changed: The options that differ.
        """
        method = "PUT" if self.kind.patch is None else "PATCH"
        body = self.kind.update_body(fields, changed)
        if self.kind.patch is not None:
            body = Body(json.dumps(body).encode(), "application/json-patch+json")
        response = self._sent(method, self._path(resource_id), body)
        return _started(response) if response.status == 202 else None

    def delete(self, resource_id: str) -> Started | None:
        """Delete a resource, which may be gone already; None when it was done at once."""
        response = self._api.request_or_none("DELETE", self._path(resource_id))
        return _started(response) if response is not None and response.status == 202 else None

    def _sent(self, method: str, path: str, body: Any) -> Response:
        """Send a body; when the service refuses a field, its message tells the value too."""
        try:
            return self._api.request(method, path, body=body)
        except ApiError as error:
            error.message = (
                f"{error.message} {values_named(error.details, body if isinstance(body, dict) else {})}".rstrip()
            )
            raise

    def _path(self, resource_id: str) -> str:
        return f"/{self.kind.collection}/{quote(resource_id, safe=':')}"


def _started(response: Response) -> Started:
    """Read the operation's id, wherever the answer has it (protocol 7.2.4)."""
    operation_id = last_segment(response.headers.get("operation-location"))
    if operation_id is None and response.body.strip():
        operation_id = Fields(response.json(), "an answer").text("operationId", "id")
    operation_id = operation_id or response.ids.request_id
    if operation_id is None:
        raise ResponseFormatError(f"{response.ids.request} was accepted, but the answer names no operation.")
    return Started(operation_id)


class Client:
    """Everything of one account.

    Args:
        base_url: URL of the account's own part of the API, without a trailing slash.
    """

    def __init__(self, transport: Transport, base_url: str, generation: Generation) -> None:
        self.transport = transport
        self.base_url = base_url.rstrip("/")
        self.generation = generation
        self._api = Api(transport, self.base_url, generation.query, generation.missing)
        self.models = Collection(self._api, generation.models)
        self.manifests = Collection(self._api, generation.manifests)
        self.images = Collection(self._api, generation.images)
        self.services = Collection(self._api, generation.services)

    @property
    def deployments(self) -> Collection[Deployment]:
        """The history of deployments; the generation must have one."""
        kind = self.generation.deployments
        if kind is None:
            raise ValueError(f"API version {self.generation.api_version} keeps no history of deployments")
        return Collection(self._api, kind)

    def operation(self, operation_id: str) -> Operation | None:
        """Return an operation, or None."""
        response = self._api.request_or_none("GET", f"/operations/{quote(operation_id, safe='')}")
        return None if response is None else Operation.from_api(response.json())

    def keys(self, service_id: str) -> Keys:
        """Return the keys of a service (protocol 2.1.1, 2.2.1)."""
        method, last = self.generation.keys
        path = f"/services/{quote(service_id, safe='')}/{last}"
        return Keys.from_api(self._api.request(method, path, does=Doing.READ).json())

    def regenerate_keys(self, service_id: str, which: str) -> Keys | Started:
        """Make a new key and return both (protocol 2.1.1, 2.2.1), or the work that makes it.

        Args:
            which: C(Primary) or C(Secondary).
        """
        path = f"/services/{quote(service_id, safe='')}/regenerateKeys"
        response = self._api.request("POST", path, body={"keyType": which, **self.generation.new_key})
        return _started(response) if response.status == 202 else Keys.from_api(response.json())

    def text(self, url: str) -> str:
        """Return the text at a URL that the service named, such as a build log."""
        return self._api.text(url)

    def service_log(self, id_or_name: str, lines: int) -> ServiceLog | None:
        """Return the last lines of a web service's log, or None when there is none, or none is given out."""
        response = self._api.request_or_none(
            "GET", f"/services/{quote(id_or_name, safe='')}/logs", params={"tail": str(lines)}
        )
        return None if response is None else ServiceLog.from_api(response.json())
