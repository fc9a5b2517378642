# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""One request to the blob service, and what every operation reads from it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from aiohttp import web

from mms_local.api.blob.access import Grant
from mms_local.api.blob.errors import StorageError, bad_header, bad_parameter, not_found
from mms_local.store.blob_store import Blob, BlobStore, Container

CONTENT_HEADERS = {
    "Content-Type": "x-ms-blob-content-type",
    "Content-Encoding": "x-ms-blob-content-encoding",
    "Content-Language": "x-ms-blob-content-language",
    "Content-Disposition": "x-ms-blob-content-disposition",
    "Cache-Control": "x-ms-blob-cache-control",
    "Content-MD5": "x-ms-blob-content-md5",
}
"""Headers that a blob is served with, and the request headers that set them."""

_LARGEST_DOCUMENT = 16 << 20  # bytes; 50,000 block ids fit
_LARGEST_PAGE = 5000
_METADATA_PREFIX = "x-ms-meta-"
_METADATA_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Call:
    """An authenticated request, aimed at a container and a blob (empty: at none).

    Attributes:
        account_key: in base64; only for deriving other keys.
        now: seconds since 1970.
    """

    request: web.Request
    store: BlobStore
    grant: Grant
    account_key: str
    container_name: str
    blob_name: str
    now: float

    @property
    def headers(self) -> Mapping[str, str]:
        """The request's headers; names in any letter case."""
        return self.request.headers

    @property
    def parameters(self) -> Mapping[str, str]:
        """The request's query, decoded."""
        return self.request.query

    @property
    def endpoint(self) -> str:
        """The base URL of the account as the caller wrote it."""
        url = self.request.url
        return f"{url.scheme}://{url.authority}/{self.request.path.split('/')[1]}/"

    def container(self) -> Container:
        """The container that the request names.

        Raises:
            StorageError: 404.
        """
        container = self.store.container(self.container_name)
        if container is None:
            raise not_found("Container")
        return container

    def stored_blob(self) -> Blob | None:
        """The committed blob that the request names, in a container that must be there.

        Raises:
            StorageError: 404, no such container.
        """
        self.container()
        return self.store.blob(self.container_name, self.blob_name)

    def blob(self) -> Blob:
        """The committed blob that the request names.

        Raises:
            StorageError: 404.
        """
        blob = self.stored_blob()
        if blob is None:
            raise not_found("Blob")
        return blob

    def metadata(self) -> dict[str, str]:
        """The `x-ms-meta-` headers, without the prefix.

        Raises:
            StorageError: 400 for a name that is not an identifier.
        """
        found = {
            name[len(_METADATA_PREFIX) :]: value
            for name, value in self.headers.items()
            if name.lower().startswith(_METADATA_PREFIX)
        }
        for name in found:
            if not _METADATA_NAME.fullmatch(name):
                raise StorageError(400, "InvalidMetadata", f"The metadata name '{name}' is not an identifier.")
        return found

    def content_headers(self) -> dict[str, str]:
        """The headers that the blob is to be served with, by the name they are served under."""
        return {name: self.headers[source] for name, source in CONTENT_HEADERS.items() if source in self.headers}

    def page_size(self) -> int:
        """How many items a page of a list may have."""
        text = self.parameters.get("maxresults", str(_LARGEST_PAGE))
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) == 0:
            raise StorageError(
                400, "OutOfRangeQueryParameterValue", "The query parameter maxresults must be a number from 1 on."
            )
        return min(int(text), _LARGEST_PAGE)

    def position(self) -> str:
        """The name behind which the page begins, from the `marker` that an earlier page gave."""
        try:
            return base64.b64decode(self.parameters.get("marker", ""), altchars=b"-_", validate=True).decode()
        except (binascii.Error, ValueError):
            raise bad_parameter("marker", "it is not one that this service gave out") from None

    def body(self) -> AsyncIterator[bytes]:
        """The request's body, as it arrives."""
        return self.request.content.iter_any()

    async def document(self) -> bytes:
        """The request's body as a whole, for XML.

        Raises:
            StorageError: 413 when it is too long, 400 when its `Content-MD5` differs.
        """
        document = bytearray()
        async for data in self.body():
            document += data
            if len(document) > _LARGEST_DOCUMENT:
                raise StorageError(413, "RequestBodyTooLarge", f"The body has more than {_LARGEST_DOCUMENT} bytes.")
        return bytes(document)

    def check_md5(self, md5: bytes) -> None:
        """Compare what arrived with the request's `Content-MD5`, if it has one.

        Raises:
            StorageError: 400.
        """
        if "Content-MD5" not in self.headers:
            return
        try:
            expected = base64.b64decode(self.headers["Content-MD5"], validate=True)
        except (binascii.Error, ValueError):
            raise bad_header("Content-MD5", "not base64") from None
        if expected != md5:
            raise StorageError(400, "Md5Mismatch", "The Content-MD5 of the request is not that of the received bytes.")


def marker_for(position: str) -> str:
    """The opaque form of a position in a list; empty stays empty."""
    return base64.urlsafe_b64encode(position.encode()).decode()


def metadata_headers(metadata: Mapping[str, str]) -> dict[str, str]:
    """Metadata as response headers."""
    return {_METADATA_PREFIX + name: value for name, value in metadata.items()}
