# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Refusals on the wire: the flat error object of protocol 2.2.5, for all generations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from mms_local.core.errors import Conflict, InUse, Invalid, LogNotFound, NotFound, Refused

Details = tuple[tuple[str, str], ...]

_PHRASES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    411: "LengthRequired",
    412: "PreconditionFailed",
    413: "RequestEntityTooLarge",
    414: "RequestUriTooLong",
    415: "UnsupportedMediaType",
    417: "ExpectationFailed",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
}


class ApiError(Exception):
    """A request that fails at the wire, before the core is asked."""

    def __init__(
        self,
        status: int,
        message: str,
        details: Details = (),
        *,
        code: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code or _PHRASES[status]
        self.message = message
        self.details = details
        self.headers = dict(headers or {})


class Unauthorized(ApiError):
    """No token, or one that is not valid (protocol 7.1.3)."""

    def __init__(self, message: str) -> None:
        super().__init__(401, message, (("EmptyOrInvalidToken", message),), headers={"WWW-Authenticate": "Bearer"})


def invalid_parameter(name: str, message: str) -> ApiError:
    """A query parameter that cannot be read."""
    text = f"query parameter {name}: {message}"
    return ApiError(400, text, (("InvalidQueryParameter", text),))


def error_of(refused: Refused, codes: Mapping[type[Refused], str] | None = None) -> ApiError:
    """The wire form of what the core refuses. Protocol chapter 8 leaves the codes of 404, 409 and 412 open.

    Args:
        codes: codes of details, where a generation has its own.
    """
    if isinstance(refused, Invalid):
        details = tuple(
            ("EmptyOrInvalidPayload", f"{problem.field}: {problem.message}") for problem in refused.problems
        )
        return ApiError(400, refused.message, details)
    status, detail = {
        NotFound: (404, "ResourceNotFound"),
        LogNotFound: (404, "ServiceLogNotFound"),
        Conflict: (409, "ServiceNameExists"),
        InUse: (412, "DeletionRequired"),
    }.get(type(refused), (400, "Refused"))
    detail = (codes or {}).get(type(refused), detail)
    return ApiError(status, refused.message, ((detail, refused.message),))


def error_body(status: int, code: str, message: str, details: Details = ()) -> dict[str, Any]:
    """The documented error object (protocol 2.2.5)."""
    return {
        "code": code,
        "message": message,
        "statusCode": status,
        "details": [{"code": detail, "message": text} for detail, text in details],
    }


def response_of(error: ApiError) -> web.Response:
    """The answer that carries the error."""
    body = error_body(error.status, error.code, error.message, error.details)
    return web.json_response(body, status=error.status, headers=error.headers)


def error_of_http(exception: web.HTTPException) -> ApiError:
    """The wire form of what aiohttp refuses by itself: unknown paths, methods, bodies that are too large."""
    status = exception.status
    message = {
        404: "there is nothing at this path",
        405: "this path does not take that method",
        413: "the request body is larger than the server takes",
    }.get(status, exception.reason)
    headers = {"Allow": exception.headers["Allow"]} if "Allow" in exception.headers else {}
    return ApiError(status, message, code=_PHRASES.get(status, "Error"), headers=headers)
