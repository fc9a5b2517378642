# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The XML documents of the blob service."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from email.utils import formatdate
from urllib.parse import quote
from xml.etree import ElementTree as ET

from mms_local.api.blob.errors import StorageError
from mms_local.store.blob_content import Part
from mms_local.store.blob_store import Blob, Container

_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(root: ET.Element) -> bytes:
    """The document as it goes over the wire."""
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def parse(body: bytes) -> ET.Element:
    """The root of a document that a client sent. Documents that declare entities are refused.

    Raises:
        StorageError: 400.
    """
    try:
        if b"<!DOCTYPE" in body.replace(b"\0", b""):  # in UTF-16, too
            raise ET.ParseError("document types are not allowed")
        return ET.fromstring(body)
    except ET.ParseError as error:
        raise StorageError(400, "InvalidXmlDocument", f"The body is not usable XML: {error}.") from None


def container_list(
    endpoint: str,
    containers: Iterable[Container],
    shown: Mapping[str, str],
    next_marker: str,
    *,
    with_metadata: bool,
) -> ET.Element:
    """One page of containers.

    Args:
        shown: the parameters of the request that the document repeats, by element name. (The Python SDK takes the
            size of the next page from there.)
    """
    root = ET.Element("EnumerationResults", ServiceEndpoint=endpoint)
    for name, value in shown.items():
        ET.SubElement(root, name).text = value
    entries = ET.SubElement(root, "Containers")
    for container in containers:
        entry = ET.SubElement(entries, "Container")
        ET.SubElement(entry, "Name").text = container.name
        properties = ET.SubElement(entry, "Properties")
        ET.SubElement(properties, "Last-Modified").text = http_date(container.modified)
        ET.SubElement(properties, "Etag").text = container.etag
        _add_lease(properties)
        if with_metadata:
            _add_metadata(entry, container.metadata)
    ET.SubElement(root, "NextMarker").text = next_marker
    return root


def blob_list(
    endpoint: str,
    container: str,
    items: Iterable[Blob | str],
    shown: Mapping[str, str],
    next_marker: str,
    *,
    with_metadata: bool,
) -> ET.Element:
    """One page of blobs and of name prefixes (the strings).

    Args:
        shown: as for `container_list`.
    """
    root = ET.Element("EnumerationResults", ServiceEndpoint=endpoint, ContainerName=container)
    for name, value in shown.items():
        ET.SubElement(root, name).text = value
    entries = ET.SubElement(root, "Blobs")
    for item in items:
        if isinstance(item, str):
            _add_name(ET.SubElement(entries, "BlobPrefix"), item)
        else:
            _add_blob(entries, item, with_metadata=with_metadata)
    ET.SubElement(root, "NextMarker").text = next_marker
    return root


def block_list(committed: Sequence[Part] | None, uncommitted: Sequence[Part] | None) -> ET.Element:
    """The blocks of a blob; a list that is None is left out."""
    root = ET.Element("BlockList")
    for name, parts in (("CommittedBlocks", committed), ("UncommittedBlocks", uncommitted)):
        if parts is None:
            continue
        blocks = ET.SubElement(root, name)
        for part in parts:
            block = ET.SubElement(blocks, "Block")
            ET.SubElement(block, "Name").text = part.block_id
            ET.SubElement(block, "Size").text = str(part.size)
    return root


def delegation_key(fields: Mapping[str, str]) -> ET.Element:
    """A user delegation key; `fields` by element name."""
    root = ET.Element("UserDelegationKey")
    for name, value in fields.items():
        ET.SubElement(root, name).text = value
    return root


def service_properties() -> ET.Element:
    """The settings of the service: no logging, no metrics, no CORS rules, nothing kept after deletion."""
    root = ET.Element("StorageServiceProperties")
    logging = ET.SubElement(root, "Logging")
    ET.SubElement(logging, "Version").text = "1.0"
    for name in ("Delete", "Read", "Write"):
        ET.SubElement(logging, name).text = "false"
    _add_disabled(logging, "RetentionPolicy")
    for name in ("HourMetrics", "MinuteMetrics"):
        metrics = ET.SubElement(root, name)
        ET.SubElement(metrics, "Version").text = "1.0"
        ET.SubElement(metrics, "Enabled").text = "false"
        _add_disabled(metrics, "RetentionPolicy")
    ET.SubElement(root, "Cors")
    _add_disabled(root, "DeleteRetentionPolicy")
    _add_disabled(root, "StaticWebsite")
    return root


def http_date(seconds: float) -> str:
    """A moment as HTTP writes it."""
    return formatdate(seconds, usegmt=True)


def _add_disabled(parent: ET.Element, name: str) -> None:
    ET.SubElement(ET.SubElement(parent, name), "Enabled").text = "false"


def _add_blob(parent: ET.Element, blob: Blob, *, with_metadata: bool) -> None:
    entry = ET.SubElement(parent, "Blob")
    _add_name(entry, blob.name)
    properties = ET.SubElement(entry, "Properties")
    values = {
        "Creation-Time": http_date(blob.created),
        "Last-Modified": http_date(blob.modified),
        "Etag": blob.etag.strip('"'),  # the list, unlike the header, has no quotes
        "Content-Length": str(blob.size),
        **blob.headers,
        "BlobType": "BlockBlob",
    }
    for name, value in values.items():
        ET.SubElement(properties, name).text = value
    _add_lease(properties)
    if with_metadata:
        _add_metadata(entry, blob.metadata)


def _add_name(parent: ET.Element, name: str) -> None:
    element = ET.SubElement(parent, "Name")
    if _NOT_IN_XML.search(name):
        element.set("Encoded", "true")
        element.text = quote(name)
    else:
        element.text = name


def _add_lease(properties: ET.Element) -> None:
    ET.SubElement(properties, "LeaseStatus").text = "unlocked"
    ET.SubElement(properties, "LeaseState").text = "available"


def _add_metadata(parent: ET.Element, metadata: Mapping[str, str]) -> None:
    element = ET.SubElement(parent, "Metadata")
    for name, value in metadata.items():
        ET.SubElement(element, name).text = value
