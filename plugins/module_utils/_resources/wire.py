# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what the service writes, in every spelling that it was seen to use (protocol 7.2). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from .._errors import ApiError, ResponseFormatError
from .._masking import without_query
from .._transport.http import Response

_GUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
# The name that an uploaded file has in blob storage: the SHA-256 of the content, then its file name.
_CONTENT_ADDRESS = re.compile(r"/([0-9a-f]{64}/[^/]+)$")


class Fields:
    """A JSON object of the service, read without regard to the letter case of its names (C(id), C(ID), C(unPack), ...).

    A member that is absent or null reads as None. One of another type than asked for raises ResponseFormatError. A dot
    in a name leads into an object: C(image.id).
    """

    def __init__(self, raw: Any, what: str = "object") -> None:
        if not isinstance(raw, Mapping):
            raise ResponseFormatError(f"Expected {what} as a JSON object from the service, not {type(raw).__name__}.")
        self._what = what
        self._members = {str(name).lower(): value for name, value in raw.items()}

    def any(self, *names: str) -> Any:
        """Return the first of these members that is there and not null."""
        for name in names:
            place: Fields | None = self
            *parents, last = name.split(".")
            for parent in parents:
                place = place.part(parent) if place else None
            value = place._members.get(last.lower()) if place else None
            if value is not None:
                return value
        return None

    def text(self, *names: str) -> str | None:
        value = self.any(*names)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        raise self._unexpected(names, "text", value)

    def required_text(self, *names: str) -> str:
        value = self.text(*names)
        if not value:
            raise ResponseFormatError(f"The service sent {self._what} without {names[0]!r}.")
        return value

    def integer(self, *names: str) -> int | None:
        value = self.any(*names)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,18}\s*", value):
            return int(value)
        raise self._unexpected(names, "an integer", value)

    def flag(self, *names: str) -> bool | None:
        value = self.any(*names)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        raise self._unexpected(names, "true or false", value)

    def texts(self, *names: str) -> tuple[str, ...]:
        return tuple(str(value) for value in self.items(*names))

    def items(self, *names: str) -> Sequence[Any]:
        value = self.any(*names)
        if value is None:
            return ()
        if isinstance(value, list):
            return value
        raise self._unexpected(names, "a list", value)

    def part(self, *names: str) -> Fields | None:
        """Return a member that is an object itself, or None."""
        value = self.any(*names)
        return None if value is None else Fields(value, f"{names[0]!r} of {self._what}")

    def _unexpected(self, names: Sequence[str], wanted: str, value: Any) -> ResponseFormatError:
        return ResponseFormatError(
            f"The service sent {self._what} with {names[0]!r} as {type(value).__name__} where {wanted} was expected."
        )


def is_guid(text: str) -> bool:
    """Tell whether the text is a GUID, with dashes or without (protocol 7.2.7)."""
    return _GUID.fullmatch(text) is not None


def same_id(one: str | None, other: str | None) -> bool:
    """Tell whether two ids mean the same resource; GUIDs are equal with and without dashes."""
    return normal_id(one) == normal_id(other)


def normal_id(text: str | None) -> str | None:
    """Return the id in the form in which equal ids are equal strings."""
    if text is None:
        return None
    return text.replace("-", "").lower() if is_guid(text) else text.lower()


def last_segment(url: str | None) -> str | None:
    """Return the id at the end of a path or URL, which may have a query or a trailing slash (protocol 7.2.4, 7.2.5)."""
    segment = urlsplit(url or "").path.rstrip("/").rpartition("/")[2]
    return segment or None


def content_address(url: str) -> str | None:
    """Return C(<sha256>/<file name>) of a file that was uploaded by content, or None for any other URL."""
    match = _CONTENT_ADDRESS.search(urlsplit(url).path)
    return match.group(1) if match else None


def same_content(one: str | None, other: str | None) -> bool:
    """Tell whether two URLs lead to the same content.

    Queries do not count, because the signatures in them are renewed (protocol 7.2.13). Of files uploaded by content
    only the content and the file name count, wherever they are stored.
    """
    if one is None or other is None:
        return one == other
    address = content_address(one)
    if address is not None and address == content_address(other):
        return True
    return _place(one) == _place(other)


def _place(url: str) -> str:
    parts = urlsplit(without_query(url))
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()


def service_error(raw: Any) -> dict[str, Any] | None:
    """Return the service's error object, flat or wrapped in C(error), as C({code, message, status, details}).

    None when there is no such object: the body of a proxy, or of nobody (protocol 2.2.5, 7.2.6).
    """
    if not isinstance(raw, Mapping):
        return None
    fields = Fields(raw, "an error")
    inner = fields.any("error")
    if isinstance(inner, Mapping):
        fields = Fields(inner, "an error")
    if fields.any("code", "message", "errorCode") is None:
        return None
    details = fields.any("details")
    return {
        "code": _word(fields.any("code", "errorCode")),
        "message": _word(fields.any("message")),
        "status": _status(fields.any("statusCode", "status")),
        "details": [
            {"code": _word(detail.any("code")), "message": _word(detail.any("message"))}
            for detail in (
                Fields(item) for item in (details if isinstance(details, list) else ()) if isinstance(item, Mapping)
            )
        ],
    }


def _word(value: Any) -> str | None:
    return None if value is None else str(value)


def _status(value: Any) -> int | None:
    return int(value) if isinstance(value, (int, str)) and re.fullmatch(r"[0-9]{3}", str(value)) else None


_LONGEST_VALUE = 100

_ADVICE = {
    401: "The service does not accept the access token.",
    403: "The identity is known, but lacks the right to do this: it needs the role Contributor on the resource group.",
    404: "Check the account's name, its resource group and subscription, and api_url.",
    409: "Something of this name exists already, or is being changed by someone else.",
    412: "It is still in use; remove what uses it first.",
    429: "The service asks to slow down, and went on asking. Run the task again later, or raise retries.",
}


def api_error(response: Response, token_source: str = "") -> ApiError:
    """Return what the service answered as an error that says what was tried and what to do.

    Args:
        token_source: Where the access token came from, for a 401.
    """
    try:
        error = service_error(response.json())
    except ResponseFormatError:
        error = None
    said = (error["message"] or error["code"]) if error else response.text()
    details = error["details"] if error else []
    sentences = [
        f"{response.ids.request} was answered with {response.status}{': ' + said if said else ' and an empty body'}"
    ]
    sentences += [_detail(one) for one in details if one["message"] and one["message"] not in (said or "")]
    sentences += [_ADVICE[response.status]] if response.status in _ADVICE else []
    sentences += [f"The token came from {token_source}"] if response.status == 401 and token_source else []
    sentences = [text if text.endswith((".", "!", "?")) else text + "." for text in sentences]
    return ApiError(
        " ".join(sentences),
        status=response.status,
        service_code=error["code"] if error else None,
        details=details,
        request_id=response.ids.request_id,
        client_request_id=response.ids.client_request_id,
    )


def _detail(detail: Mapping[str, Any]) -> str:
    return f"{detail['code']}: {detail['message']}" if detail["code"] else str(detail["message"])


def values_named(details: Sequence[Mapping[str, Any]], body: Mapping[str, Any]) -> str:
    """Return the values of the fields that details speak of, in words; they begin with the field's name.

    Only short ones, and never that of C(kubeConfig).
    """
    names = {match.group(1) for one in details if (match := re.match(r"([A-Za-z]+):", str(one["message"])))}
    shown = {
        name: body[name] for name in sorted(names & body.keys() - {"kubeConfig"}) if isinstance(body[name], (str, int))
    }
    return " ".join(f"{name} was {value!r}." for name, value in shown.items() if len(str(value)) <= _LONGEST_VALUE)
