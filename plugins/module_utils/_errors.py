# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one tree of errors of the collection.

Every layer raises one of these; only the runner catches them. Each error renders itself to the C(failure) result, so
that playbooks and tests look at C(failure.code) and never at prose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ._time.repeats import Fault, fault_of_status

T = TypeVar("T")

# What a status means to the user, whatever the service calls it (its own word is kept as service_code). The protocol
# leaves the codes of these answers open (protocol 8), so a playbook could not rely on them.
_CODE_OF_STATUS = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    412: "InUse",
    413: "TooLarge",
    429: "TooManyRequests",
    503: "ServiceUnavailable",
}


class MmsError(Exception):
    """What went wrong, where, and what to do, in words and as data.

    Args:
        message: For people. Says what was wrong, where, and what to do next. Never holds a secret.
        code: For playbooks. One CamelCase word; defaults to the class's own.
        status: HTTP status, when an answer is the reason.
        service_code: The service's own word for the reason, when it gave one.
        details: Further C({code, message}) pairs, from the service or about single fields.
        request_id: The service's C(x-ms-request-id) of the answer that matters.
        client_request_id: The C(x-ms-client-request-id) of the same answer.
        operation_id: The asynchronous operation concerned.
        resume: What to run to carry on from here.
        fault: What became of the request, if it may pass.
    """

    code = "Error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        service_code: str | None = None,
        details: Sequence[Mapping[str, Any]] = (),
        request_id: str | None = None,
        client_request_id: str | None = None,
        operation_id: str | None = None,
        resume: str | None = None,
        fault: Fault | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fault = fault
        self.code = code or self.code
        self.status = status
        self.service_code = service_code
        self.details = [dict(detail) for detail in details]
        self.request_id = request_id
        self.client_request_id = client_request_id
        self.operation_id = operation_id
        self.resume = resume

    def to_failure(self) -> dict[str, Any]:
        """Return the C(failure) result: always the same keys, null where one does not apply."""
        return {
            "code": self.code,
            "message": self.message,
            "status": self.status,
            "service_code": self.service_code,
            "details": self.details,
            "request_id": self.request_id,
            "client_request_id": self.client_request_id,
            "operation_id": self.operation_id,
            "resume": self.resume,
        }


class InputError(MmsError):
    """An option, or a combination of options, cannot work. Raised before anything is sent."""

    code = "InvalidInput"


class MissingLibraryError(MmsError):
    """A Python library that this task needs is not installed.

    Args:
        library: Name to install, as pip knows it.
        reason: What it is needed for, continuing "... is required".
    """

    code = "MissingLibrary"

    def __init__(self, library: str, reason: str = "") -> None:
        super().__init__(f"Failed to import the required Python library ({library}){' ' + reason if reason else ''}.")
        self.library = library
        self.reason = reason


class Problems:
    """Collects what is wrong with several options, so that the user reads all of it at once."""

    def __init__(self) -> None:
        self._messages: list[str] = []

    def of(self, read: Callable[..., T], *arguments: Any) -> T | None:
        """Return what C(read) returns; None when it refuses its input, which is kept for later."""
        try:
            return read(*arguments)
        except InputError as error:
            self._messages.append(error.message)
            return None

    def raise_all(self) -> None:
        """Raise what was collected.

        Raises:
            InputError: one sentence or more for each problem.
        """
        if self._messages:
            raise InputError(" ".join(self._messages))


class AuthError(MmsError):
    """No access token could be obtained. The message says which sources were tried and what each lacked."""

    code = "NoCredential"


class UploadError(MmsError):
    """A local file or folder could not be brought to blob storage."""

    code = "UploadFailed"


class TransportError(MmsError):
    """No usable answer arrived: refused, unreachable, timed out, TLS or proxy trouble.

    Args:
        sent: Whether the request may have reached the service. After a POST that was sent, the client looks whether it
        took
            effect before it sends another.
    """

    code = "ConnectionFailed"

    def __init__(self, message: str, *, sent: bool = False, **fields: Any) -> None:
        super().__init__(message, fault=Fault.LOST if sent else Fault.UNREACHED, **fields)
        self.sent = sent


class ApiError(MmsError):
    """The service answered with an error.

    C(code) depends on the status alone where the status tells a story of its own (401, 403, 404, 409, 412, 413, 429,
    503); otherwise it is the service's own code, or C(HttpStatusNNN) when it gave none.
    """

    code = "ApiError"

    def __init__(self, message: str, *, status: int, service_code: str | None = None, **fields: Any) -> None:
        code = _CODE_OF_STATUS.get(status) or service_code or f"HttpStatus{status}"
        fault = fault_of_status(status, None)
        super().__init__(message, code=code, status=status, service_code=service_code, fault=fault, **fields)


class ResponseFormatError(MmsError):
    """The service answered with success, but not in a form that this protocol knows."""

    code = "UnexpectedResponse"

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message, fault=Fault.UNREADABLE, **fields)


class NotFoundError(MmsError):
    """Something that the task refers to does not exist. (Never raised for the resource that the task itself
    describes.)"""

    code = "NotFound"


class AccountMissingError(NotFoundError):
    """The account itself does not exist, and so nothing in it."""


class RefusedError(MmsError):
    """The plan asks for something that this kind or API generation cannot do, or that would do harm."""

    code = "NotSupported"


class OperationFailed(MmsError):
    """An asynchronous operation ended as Failed or Cancelled (protocol 3)."""

    code = "OperationFailed"


class WaitTimeout(MmsError):
    """An asynchronous operation was still running when the time to wait for it was over. It goes on at the service."""

    code = "WaitTimeout"
