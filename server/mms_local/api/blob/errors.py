# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Refusals of the blob service, as its clients expect them: a status, a code, an XML body."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from aiohttp import web

CODE_HEADER = "x-ms-error-code"


class StorageError(Exception):
    """A request that the blob service refuses.

    Args:
        status: HTTP status.
        code: the storage service's error code, sent as `x-ms-error-code` and in the body.
        message: what is wrong and what to do; never a key or a signature.
        headers: sent with the refusal.
    """

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def to_response(self) -> web.Response:
        """The answer that tells the client. (aiohttp leaves the body of an answer to HEAD out by itself.)"""
        headers = {CODE_HEADER: self.code, **self.headers}
        if self.status == web.HTTPNotModified.status_code:
            return web.Response(status=self.status, headers=headers)
        root = ET.Element("Error")
        ET.SubElement(root, "Code").text = self.code
        ET.SubElement(root, "Message").text = self.message
        return web.Response(
            status=self.status,
            headers=headers,
            body=ET.tostring(root, encoding="utf-8", xml_declaration=True),
            content_type="application/xml",
        )


def not_found(what: str) -> StorageError:
    """A 404 for a `Container` or a `Blob`."""
    return StorageError(404, f"{what}NotFound", f"The specified {what.lower()} does not exist.")


def bad_header(name: str, reason: str) -> StorageError:
    """A 400 for a header whose value cannot be used."""
    return StorageError(400, "InvalidHeaderValue", f"The value of the header {name} cannot be used: {reason}.")


def bad_parameter(name: str, reason: str) -> StorageError:
    """A 400 for a query parameter whose value cannot be used."""
    return StorageError(400, "InvalidQueryParameterValue", f"The query parameter {name} cannot be used: {reason}.")
