# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Operations on block blobs."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import AsyncIterator, Mapping

from aiohttp import web

from mms_local.api.blob import documents
from mms_local.api.blob.call import CONTENT_HEADERS, Call, metadata_headers
from mms_local.api.blob.conditions import byte_range, check_read, check_write
from mms_local.api.blob.errors import StorageError, bad_header, bad_parameter, not_found
from mms_local.store.blob_content import Part
from mms_local.store.blob_store import Blob

_LONGEST_NAME = 1024  # characters
_MOST_BLOCKS = 50_000
_LONGEST_BLOCK_ID = 64  # bytes, before base64
_LARGEST_HASHED_RANGE = 4 << 20  # bytes
_DEFAULT_TYPE = "application/octet-stream"
_OVERRIDES = {
    "rsct": "Content-Type",
    "rsce": "Content-Encoding",
    "rscl": "Content-Language",
    "rscd": "Content-Disposition",
    "rscc": "Cache-Control",
}


async def put_blob(call: Call) -> web.Response:
    """Put Blob: a block blob in one piece."""
    _check_name(call.blob_name)
    if call.headers.get("x-ms-blob-type") != "BlockBlob":
        raise bad_header("x-ms-blob-type", "only BlockBlob is supported here")
    _allow_write(call)
    metadata, headers = call.metadata(), call.content_headers()
    headers.setdefault("Content-Type", call.headers.get("Content-Type", _DEFAULT_TYPE))
    async with call.store.content.receive(call.body()) as upload:
        call.check_md5(upload.md5)
        headers.setdefault("Content-MD5", base64.b64encode(upload.md5).decode())
        _allow_write(call)  # others may have written while the body arrived
        blob = call.store.commit(
            call.container_name, call.blob_name, [call.store.content.keep(upload)], headers, metadata
        )
    return web.Response(
        status=201, headers={**_version_headers(blob), "Content-MD5": base64.b64encode(upload.md5).decode()}
    )


async def put_block(call: Call) -> web.Response:
    """Put Block: a piece of a blob that a block list will name."""
    call.grant.require("o", "cw")
    _check_name(call.blob_name)
    block_id = call.parameters.get("blockid", "")
    try:
        length = len(base64.b64decode(block_id, validate=True))
    except (binascii.Error, ValueError):
        length = 0
    if not 0 < length <= _LONGEST_BLOCK_ID:
        raise bad_parameter("blockid", f"it must be base64 of 1 to {_LONGEST_BLOCK_ID} bytes")
    call.container()
    async with call.store.content.receive(call.body()) as upload:
        call.check_md5(upload.md5)
        call.container()
        call.store.put_block(call.container_name, call.blob_name, block_id, call.store.content.keep(upload))
    return web.Response(status=201, headers={"Content-MD5": base64.b64encode(upload.md5).decode()})


async def put_block_list(call: Call) -> web.Response:
    """Put Block List: make a blob of blocks that were sent, or that it had already."""
    _check_name(call.blob_name)
    _allow_write(call)
    metadata, headers = call.metadata(), call.content_headers()
    headers.setdefault("Content-Type", _DEFAULT_TYPE)
    body = await call.document()
    call.check_md5(hashlib.md5(body, usedforsecurity=False).digest())
    wanted = [(element.tag, element.text or "") for element in documents.parse(body)]
    if len(wanted) > _MOST_BLOCKS:
        raise StorageError(400, "BlockListTooLong", f"The block list has more than {_MOST_BLOCKS} entries.")
    _allow_write(call)
    parts = _chosen_blocks(call, wanted)
    blob = call.store.commit(call.container_name, call.blob_name, parts, headers, metadata)
    return web.Response(status=201, headers=_version_headers(blob))


def _chosen_blocks(call: Call, wanted: list[tuple[str, str]]) -> list[Part]:
    place = call.container_name, call.blob_name
    committed = {part.block_id: part for part in call.store.parts(*place)}
    uncommitted = {part.block_id: part for part in call.store.blocks(*place)}
    sources: dict[str, dict[str | None, Part]] = {
        "Committed": committed,
        "Uncommitted": uncommitted,
        "Latest": {**committed, **uncommitted},
    }
    parts = []
    for kind, block_id in wanted:
        part = sources.get(kind, {}).get(block_id)
        if part is None:
            raise StorageError(400, "InvalidBlockList", f"The block list names a block that is not there ({kind}).")
        parts.append(part)
    return parts


async def get_block_list(call: Call) -> web.Response:
    """Get Block List."""
    call.grant.require("o", "r")
    kind = call.parameters.get("blocklisttype", "committed").lower()
    if kind not in ("committed", "uncommitted", "all"):
        raise bad_parameter("blocklisttype", "it must be committed, uncommitted or all")
    blob = call.stored_blob()
    place = call.container_name, call.blob_name
    committed = [part for part in call.store.parts(*place) if part.block_id]
    uncommitted = call.store.blocks(*place)
    if blob is None and not uncommitted:
        raise not_found("Blob")
    root = documents.block_list(
        committed if kind != "uncommitted" else None, uncommitted if kind != "committed" else None
    )
    headers = {"x-ms-blob-content-length": str(blob.size if blob else 0)}
    if blob:
        headers.update(_version_headers(blob))
    return web.Response(body=documents.render(root), content_type="application/xml", headers=headers)


async def get_blob(call: Call) -> web.Response:
    """Get Blob, whole or a range; for HEAD Get Blob Properties."""
    call.grant.require("o", "r")
    blob = call.blob()
    check_read(call.headers, blob)
    headers = _served_headers(blob, call.parameters)
    reading = call.request.method != "HEAD"
    wanted = byte_range(call.headers, blob.size) if reading else None
    start, stop = wanted or (0, blob.size)
    parts = call.store.parts(call.container_name, call.blob_name)
    if wanted:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{blob.size}"
        if "Content-MD5" in headers:
            headers["x-ms-blob-content-md5"] = headers.pop("Content-MD5")
        if call.headers.get("x-ms-range-get-content-md5") == "true":
            headers["Content-MD5"] = await _md5_of_range(call.store.content.read(parts, start, stop), stop - start)
    headers["Content-Length"] = str(stop - start)
    body = call.store.content.read(parts, start, stop) if reading else None
    return web.Response(status=206 if wanted else 200, headers=headers, body=body)


async def _md5_of_range(chunks: AsyncIterator[bytes], length: int) -> str:
    if length > _LARGEST_HASHED_RANGE:
        raise bad_header("x-ms-range-get-content-md5", f"the range is longer than {_LARGEST_HASHED_RANGE} bytes")
    md5 = hashlib.md5(usedforsecurity=False)
    async for data in chunks:
        md5.update(data)
    return base64.b64encode(md5.digest()).decode()


async def set_blob_metadata(call: Call) -> web.Response:
    """Set Blob Metadata: replaces all of it."""
    call.grant.require("o", "w")
    blob = call.blob()
    check_write(call.headers, blob)
    return web.Response(
        headers=_version_headers(call.store.describe(blob, headers=blob.headers, metadata=call.metadata()))
    )


async def set_blob_properties(call: Call) -> web.Response:
    """Set Blob Properties: the headers that the blob is served with; those not given are cleared."""
    call.grant.require("o", "w")
    blob = call.blob()
    check_write(call.headers, blob)
    headers = {"Content-Type": _DEFAULT_TYPE, **call.content_headers()}
    return web.Response(headers=_version_headers(call.store.describe(blob, headers=headers, metadata=blob.metadata)))


async def delete_blob(call: Call) -> web.Response:
    """Delete Blob."""
    call.grant.require("o", "d")
    check_write(call.headers, call.blob())
    call.store.delete_blob(call.container_name, call.blob_name)
    return web.Response(status=202, headers={"x-ms-delete-type-permanent": "true"})


def _allow_write(call: Call) -> None:
    """Pass when the caller may make this blob, or replace the one that is there, and its conditions hold."""
    current = call.stored_blob()
    call.grant.require("o", "w" if current else "cw")
    check_write(call.headers, current)


def _check_name(name: str) -> None:
    if len(name) > _LONGEST_NAME:
        raise StorageError(400, "InvalidResourceName", f"The blob name has more than {_LONGEST_NAME} characters.")


def _served_headers(blob: Blob, parameters: Mapping[str, str]) -> dict[str, str]:
    overrides = {name: parameters[source] for source, name in _OVERRIDES.items() if source in parameters}
    return {
        **{name: blob.headers[name] for name in CONTENT_HEADERS if name in blob.headers},
        **overrides,
        **metadata_headers(blob.metadata),
        **_version_headers(blob),
        "Accept-Ranges": "bytes",
        "x-ms-blob-type": "BlockBlob",
        "x-ms-creation-time": documents.http_date(blob.created),
        "x-ms-lease-state": "available",
        "x-ms-lease-status": "unlocked",
    }


def _version_headers(blob: Blob) -> dict[str, str]:
    return {"ETag": blob.etag, "Last-Modified": documents.http_date(blob.modified)}
