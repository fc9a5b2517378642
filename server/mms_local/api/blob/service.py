# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The blob service: from a request to an operation."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, unquote, urlencode

from aiohttp import web

from mms_local.api.blob import blobs, containers
from mms_local.api.blob.access import Gate, Level
from mms_local.api.blob.call import Call
from mms_local.api.blob.errors import StorageError, bad_header
from mms_local.api.blob.signature import service_sas_text, sign
from mms_local.api.guard.tokens import TokenChecker
from mms_local.store.blob_store import BlobStore

ACCOUNT = "mmslocal"
ARTIFACTS = "azureml-artifacts"
"""The container of the artifact store. It is at the root too, for clients that have the account in the host name."""

_SIGNED_FOR = timedelta(days=1)

_Operation = Callable[[Call], Awaitable[web.Response]]
_OPERATIONS: Mapping[tuple[Level, str, str, str], _Operation] = {
    # what it is about, method, restype, comp
    ("s", "GET", "", "list"): containers.list_containers,
    ("s", "GET", "service", "properties"): containers.service_properties,
    ("s", "POST", "service", "userdelegationkey"): containers.user_delegation_key,
    ("s", "GET", "account", "properties"): containers.account_information,
    ("c", "GET", "account", "properties"): containers.account_information,
    ("o", "GET", "account", "properties"): containers.account_information,
    ("c", "PUT", "container", ""): containers.create_container,
    ("c", "GET", "container", ""): containers.container_properties,
    ("c", "GET", "container", "metadata"): containers.container_properties,
    ("c", "PUT", "container", "metadata"): containers.set_container_metadata,
    ("c", "DELETE", "container", ""): containers.delete_container,
    ("c", "GET", "container", "list"): containers.list_blobs,
    ("o", "PUT", "", ""): blobs.put_blob,
    ("o", "PUT", "", "block"): blobs.put_block,
    ("o", "PUT", "", "blocklist"): blobs.put_block_list,
    ("o", "GET", "", "blocklist"): blobs.get_block_list,
    ("o", "GET", "", ""): blobs.get_blob,
    ("o", "GET", "", "metadata"): blobs.get_blob,
    ("o", "PUT", "", "metadata"): blobs.set_blob_metadata,
    ("o", "PUT", "", "properties"): blobs.set_blob_properties,
    ("o", "DELETE", "", ""): blobs.delete_blob,
}

# What changes the meaning of a request and is not there. Leaving it out silently would lose data or a check.
_UNSUPPORTED_HEADERS = (
    "Content-Encoding",  # of the request's body; that of the blob is x-ms-blob-content-encoding
    "x-ms-content-crc64",
    "x-ms-copy-source",
    "x-ms-encryption-key",
    "x-ms-encryption-scope",
    "x-ms-if-tags",
    "x-ms-lease-id",
    "x-ms-structured-body",
    "x-ms-tags",
)
_UNSUPPORTED_PARAMETERS = ("snapshot", "versionid")
_VERSION = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DEFAULT_VERSION = "2020-10-02"


class BlobService:
    """The part of the Azure Blob service that an upload and its readers need, under `/<account>/`.

    Args:
        store: where containers and blobs are kept.
        key: the account key, in base64.
        account: the account's name, also the first segment of every path.
        bearer: judges bearer tokens; None when tokens are not taken.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        store: BlobStore,
        key: str,
        *,
        account: str = ACCOUNT,
        bearer: TokenChecker | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._key = key
        self._account = account
        self._gate = Gate(account, key, bearer, clock)
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """The routes for an aiohttp application."""
        return [
            web.route("*", f"/{self._account}", self._answer),
            web.route("*", f"/{self._account}/{{path:.*}}", self._answer),
            web.route("*", f"/{ARTIFACTS}/{{path:.*}}", self._answer),
        ]

    def signed(self, origin: str, blob: str, permissions: str) -> str:
        """The URL of a blob of the artifact store, with a signature that opens it for a day.

        Args:
            origin: scheme, host and port.
            permissions: the letters of `sp`.
        """
        ends = datetime.fromtimestamp(self._clock(), timezone.utc) + _SIGNED_FOR
        query = {"sv": _DEFAULT_VERSION, "sr": "b", "sp": permissions, "se": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}
        query["sig"] = sign(self._key, service_sas_text(self._account, f"{ARTIFACTS}/{blob}", query))
        return f"{origin}/{ARTIFACTS}/{quote(blob)}?{urlencode(query)}"

    def connection_string(self, base_url: str) -> str:
        """What the storage SDKs and tools take to find this account. It holds the account key.

        Args:
            base_url: scheme, host and port of the server.
        """
        scheme = base_url.partition(":")[0]
        return (
            f"DefaultEndpointsProtocol={scheme};AccountName={self._account};AccountKey={self._key};"
            f"BlobEndpoint={base_url.rstrip('/')}/{self._account};"
        )

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            response = await self._result(request)
        except StorageError as error:
            response = error.to_response()
        version = request.headers.get("x-ms-version", "")
        response.headers["x-ms-version"] = version if _VERSION.fullmatch(version) else _DEFAULT_VERSION
        return response

    async def _result(self, request: web.Request) -> web.Response:
        for name, value in request.headers.items():
            if not value.isascii():
                raise bad_header(name, "it is not ASCII")
        path = request.rel_url.raw_path.removeprefix(f"/{self._account}").lstrip("/")
        try:
            container, _separator, blob = (unquote(part, errors="strict") for part in path.partition("/"))
        except UnicodeDecodeError:
            raise StorageError(400, "InvalidUri", "The path is not valid UTF-8.") from None
        grant = self._gate.grant(request, container, blob)
        for name in _UNSUPPORTED_HEADERS:
            if name in request.headers:
                raise StorageError(400, "UnsupportedHeader", f"The header {name} is not supported here.")
        for name in _UNSUPPORTED_PARAMETERS:
            if name in request.query:
                raise StorageError(400, "UnsupportedQueryParameter", f"The parameter {name} is not supported here.")
        operation = _operation("o" if blob else "c" if container else "s", request)
        return await operation(Call(request, self._store, grant, self._key, container, blob, self._clock()))


def _operation(level: Level, request: web.Request) -> _Operation:
    method = "GET" if request.method == "HEAD" else request.method
    kind, detail = request.query.get("restype", ""), request.query.get("comp", "")
    operation = _OPERATIONS.get((level, method, kind, detail))
    if operation is None:
        asked = "&".join(f"{name}={value}" for name, value in (("restype", kind), ("comp", detail)) if value)
        raise StorageError(
            400,
            "UnsupportedQueryParameter",
            f"There is no operation {request.method} {asked or 'without restype and comp'} on the path"
            f" {request.path} here.",
        )
    return operation
