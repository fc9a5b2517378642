# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Operations on the account and on containers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice

from aiohttp import web

from mms_local.api.blob import documents, signature
from mms_local.api.blob.call import Call, marker_for, metadata_headers
from mms_local.api.blob.conditions import check_write
from mms_local.api.blob.errors import StorageError
from mms_local.store.blob_store import LAST_CHARACTER, Blob, BlobStore, Container

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME_LENGTHS = range(3, 64)
_NOBODY = "00000000-0000-0000-0000-000000000000"
_DELEGATION_VERSION = "2020-02-10"


async def list_containers(call: Call) -> web.Response:
    """List Containers."""
    call.grant.require("s", "l")
    prefix, limit = call.parameters.get("prefix", ""), call.page_size()
    found = list(islice(call.store.containers(prefix, call.position()), limit + 1))
    marker = marker_for(found[limit - 1].name) if len(found) > limit else ""
    with_metadata = "metadata" in call.parameters.get("include", "").split(",")
    root = documents.container_list(
        call.endpoint, found[:limit], _shown(call.parameters), marker, with_metadata=with_metadata
    )
    return _xml(documents.render(root))


async def account_information(call: Call) -> web.Response:
    """Get Account Information; allowed to every valid credential."""
    return web.Response(headers={"x-ms-sku-name": "Standard_LRS", "x-ms-account-kind": "StorageV2"})


async def service_properties(call: Call) -> web.Response:
    """Get Blob Service Properties."""
    call.grant.require("s", "r")
    return _xml(documents.render(documents.service_properties()))


async def user_delegation_key(call: Call) -> web.Response:
    """Get User Delegation Key: a key, valid for a while, that signs SAS without the account key. Only for tokens."""
    if not call.headers.get("Authorization", "").startswith("Bearer "):
        raise StorageError(403, "AuthenticationFailed", "A user delegation key is given for a bearer token only.")
    asked = documents.parse(await call.document())
    query = {
        "skoid": _NOBODY,
        "sktid": _NOBODY,
        "skt": asked.findtext("Start") or "",
        "ske": asked.findtext("Expiry") or "",
        "sks": "b",
        "skv": call.headers.get("x-ms-version", _DELEGATION_VERSION),
    }
    fields = {
        "SignedOid": query["skoid"],
        "SignedTid": query["sktid"],
        "SignedStart": query["skt"],
        "SignedExpiry": query["ske"],
        "SignedService": query["sks"],
        "SignedVersion": query["skv"],
        "Value": signature.delegation_key(call.account_key, query),
    }
    return _xml(documents.render(documents.delegation_key(fields)))


async def create_container(call: Call) -> web.Response:
    """Create Container."""
    call.grant.require("c", "cw")
    if len(call.container_name) not in _NAME_LENGTHS:
        raise StorageError(400, "OutOfRangeInput", "A container name has 3 to 63 characters.")
    if not _NAME.fullmatch(call.container_name):
        raise StorageError(
            400,
            "InvalidResourceName",
            f"The container name '{call.container_name}' must consist of lower-case letters and digits, with single"
            " hyphens between them.",
        )
    container = call.store.create_container(call.container_name, call.metadata())
    if container is None:
        raise StorageError(409, "ContainerAlreadyExists", "The specified container already exists.")
    return web.Response(status=201, headers=_version_headers(container))


async def container_properties(call: Call) -> web.Response:
    """Get Container Properties and Get Container Metadata."""
    call.grant.require("c", "r")
    container = call.container()
    return web.Response(
        headers={
            **_version_headers(container),
            **metadata_headers(container.metadata),
            "x-ms-lease-status": "unlocked",
            "x-ms-lease-state": "available",
            "x-ms-has-immutability-policy": "false",
            "x-ms-has-legal-hold": "false",
        }
    )


async def set_container_metadata(call: Call) -> web.Response:
    """Set Container Metadata."""
    call.grant.require("c", "w")
    check_write(call.headers, call.container())
    container = call.store.set_container_metadata(call.container_name, call.metadata())
    return web.Response(headers=_version_headers(container))


async def delete_container(call: Call) -> web.Response:
    """Delete Container, with everything in it."""
    call.grant.require("c", "d")
    check_write(call.headers, call.container())
    call.store.delete_container(call.container_name)
    return web.Response(status=202)


async def list_blobs(call: Call) -> web.Response:
    """List Blobs, flat or by a delimiter."""
    call.grant.require("c", "l")
    call.container()
    parameters = call.parameters
    prefix, delimiter = parameters.get("prefix", ""), parameters.get("delimiter", "")
    items, position = _page(call.store, call.container_name, prefix, delimiter, call.position(), call.page_size())
    root = documents.blob_list(
        call.endpoint,
        call.container_name,
        items,
        _shown(parameters),
        marker_for(position),
        with_metadata="metadata" in parameters.get("include", "").split(","),
    )
    return _xml(documents.render(root))


def _page(
    store: BlobStore, container: str, prefix: str, delimiter: str, after: str, limit: int
) -> tuple[list[Blob | str], str]:
    """Blobs and name prefixes of one page, and the position behind it; empty when it is the last page."""
    items: list[Blob | str] = []
    while len(items) < limit:
        blobs = store.blobs(container, prefix, after, limit - len(items))
        if not blobs:
            return items, ""
        for blob in blobs:
            end = blob.name.find(delimiter, len(prefix)) if delimiter else -1
            if end < 0:
                items.append(blob)
                after = blob.name
            else:
                folder = blob.name[: end + len(delimiter)]
                items.append(folder)
                after = folder + LAST_CHARACTER  # the rest of the folder needs no reading
                break
    return items, after if store.blobs(container, prefix, after, 1) else ""


def _shown(parameters: Mapping[str, str]) -> dict[str, str]:
    names = {"Prefix": "prefix", "Marker": "marker", "MaxResults": "maxresults", "Delimiter": "delimiter"}
    return {element: parameters[name] for element, name in names.items() if parameters.get(name)}


def _version_headers(container: Container) -> dict[str, str]:
    return {"ETag": container.etag, "Last-Modified": documents.http_date(container.modified)}


def _xml(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/xml")
