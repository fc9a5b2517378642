# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Refusals of Resource Manager: the wrapped error object (protocol 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from mms_local.api.errors import ApiError
from mms_local.core.errors import Invalid


class ArmError(Exception):
    """A request that Resource Manager refuses.

    Args:
        details: triples of code, message and target.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: tuple[tuple[str, str, str], ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = dict(headers or {})

    def to_response(self) -> web.Response:
        """The answer that carries the error."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = [
                {"code": code, "message": message, "target": target} for code, message, target in self.details
            ]
        return web.json_response({"error": error}, status=self.status, headers=self.headers)


def invalid_content(invalid: Invalid) -> ArmError:
    """A body that breaks rules; every field that does is in the details."""
    details = tuple(("InvalidParameter", f"{one.field}: {one.message}", one.field) for one in invalid.problems)
    return ArmError(400, "InvalidRequestContent", f"The request content was invalid: {invalid.message}.", details)


def from_api_error(error: ApiError) -> ArmError:
    """What token check and body reader refuse, in Resource Manager's words."""
    code = {401: "AuthenticationFailed", 400: "InvalidRequestContent"}.get(error.status, error.code)
    return ArmError(error.status, code, error.message, headers=error.headers)
