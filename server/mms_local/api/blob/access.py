# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may do what: account key (`SharedKey`), the three kinds of SAS, bearer tokens.

`Gate.grant` finds out what a request is allowed at all; each operation then asks the `Grant` for what it needs. Neither
keys nor signatures nor the text that was signed ever get into a message or a log.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Literal

from aiohttp import web

from mms_local.api.blob import signature
from mms_local.api.blob.errors import StorageError, bad_parameter
from mms_local.api.guard.tokens import TokenChecker

Level = Literal["s", "c", "o"]
"""What an operation is about, in the letters of an account SAS: service, container, object."""

_CLOCK_SKEW = 15 * 60  # seconds that the service tolerates in the date of a request
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d)?(\.\d{1,7})?Z)?")
_VERSION = re.compile(r"\d{4}-\d\d-\d\d")
_OLDEST_VERSION = "2015-04-05"  # from here on the signed texts have `sip` and `spr`
_RESOURCE_TYPE_NAMES = {"s": "service", "c": "container", "o": "object"}


@dataclass(frozen=True)
class Grant:
    """What the credentials of one request allow.

    Attributes:
        permissions: the letters of `sp`; None allows everything.
        levels: the kinds of resource that the credentials reach.
        list_only: whether all that may be done with a container is to list it (a service SAS).
    """

    permissions: str | None = None
    levels: str = "sco"
    list_only: bool = False

    def require(self, level: Level, letters: str) -> None:
        """Pass when one of the letters is granted at that level.

        Raises:
            StorageError: 403, with the code that tells a wrong kind of resource from a missing permission.
        """
        if self.permissions is None:
            return
        if level not in self.levels or (level == "c" and self.list_only and letters != "l"):
            raise StorageError(
                403,
                "AuthorizationResourceTypeMismatch",
                f"This shared access signature does not reach a {_RESOURCE_TYPE_NAMES[level]}-level operation.",
            )
        if not set(letters) & set(self.permissions):
            wanted = " or ".join(f"'{letter}'" for letter in letters)
            raise StorageError(
                403,
                "AuthorizationPermissionMismatch",
                f"This operation needs the permission {wanted}; the shared access signature has '{self.permissions}'.",
            )


class Gate:
    """Checks the credentials of requests to one storage account.

    Args:
        account: the account's name.
        key: its key, in base64.
        bearer: judges bearer tokens; None when tokens are not taken.
        clock: seconds since 1970.
    """

    def __init__(self, account: str, key: str, bearer: TokenChecker | None, clock: Callable[[], float]) -> None:
        self._account = account
        self._key = key
        self._bearer = bearer
        self._clock = clock

    def grant(self, request: web.Request, container: str, blob: str) -> Grant:
        """What this request, aimed at that container and blob (empty: at none), may do.

        Raises:
            StorageError: 401 without credentials, 403 with wrong ones, 400 with malformed ones.
        """
        scheme, _separator, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme == "SharedKey":
            return self._shared_key(request, credentials)
        if scheme == "Bearer" and self._bearer is not None:
            refusal = self._bearer.refusal(credentials.strip())
            if refusal is not None:
                raise _unauthenticated(request, "InvalidAuthenticationInfo", f"The token is not accepted: {refusal}.")
            return Grant()
        if scheme:
            raise _failed(f"The authorization scheme {scheme} is not supported here.")
        if "sig" in request.query:
            return self._sas(request, container, blob)
        raise _unauthenticated(request, "NoAuthenticationInformation", "The request carries no credentials.")

    def _shared_key(self, request: web.Request, credentials: str) -> Grant:
        account, _separator, given = credentials.partition(":")
        if account != self._account:
            raise _failed(f"There is no storage account '{account}' here; the account is '{self._account}'.")
        date = request.headers.get("x-ms-date") or request.headers.get("Date") or ""
        try:
            sent_at = parsedate_to_datetime(date).timestamp()
        except (TypeError, ValueError):
            raise _failed("The request has no date: send x-ms-date in RFC 1123 form.") from None
        if abs(sent_at - self._clock()) > _CLOCK_SKEW:
            raise _failed("The date of the request is more than 15 minutes off: set the client's clock.")
        query = {name: request.query.getall(name) for name in request.query}
        texts = signature.shared_key_texts(
            request.method, request.rel_url.raw_path, query, request.headers, self._account
        )
        if not any(signature.matches(self._key, text, given) for text in texts):
            raise _failed("The SharedKey signature is wrong: check the account key.")
        return Grant()

    def _sas(self, request: web.Request, container: str, blob: str) -> Grant:
        query = dict(request.query)
        version = query.get("sv", "")
        if not _VERSION.fullmatch(version) or version < _OLDEST_VERSION:
            raise bad_parameter("sv", f"not a service version from {_OLDEST_VERSION} on")
        if "ss" in query or "srt" in query:
            text, key = signature.account_sas_text(self._account, query), self._key
            grant = Grant(query.get("sp", ""), query.get("srt", ""))
        else:
            text, key = self._service_sas(request, query, container, blob)
            grant = Grant(query.get("sp", ""), "co" if query.get("sr") == "c" else "o", list_only=True)
        if not signature.matches(key, text, query["sig"]):
            raise _failed("The signature of the shared access signature is wrong, or it is for another resource.")
        if "ss" in query and "b" not in query["ss"]:
            raise StorageError(403, "AuthorizationServiceMismatch", "This signature (ss) is not for the blob service.")
        self._check_bounds(request, query)
        return grant

    def _service_sas(
        self, request: web.Request, query: Mapping[str, str], container: str, blob: str
    ) -> tuple[str, str]:
        """The text that was signed, and the key it was signed with."""
        if query.get("sr") not in ("b", "c"):
            raise _failed("Only signatures for a blob (sr=b) or a container (sr=c) are supported here.")
        if "si" in query:
            raise _failed("Stored access policies (si) are not supported here: put sp and se into the signature.")
        resource = container if query["sr"] == "c" else f"{container}/{blob}"
        if "skoid" not in query:
            return signature.service_sas_text(self._account, resource, query), self._key
        if "sduoid" in query:
            raise _failed("Signatures bound to a delegated user (sduoid) are not supported here.")
        now = self._clock()
        if not _moment("skt", query.get("skt", "")) - _CLOCK_SKEW <= now < _moment("ske", query.get("ske", "")):
            raise _failed("The user delegation key behind this signature is not valid now.")
        text = signature.delegation_sas_text(self._account, resource, query, request.headers, query)
        return text, signature.delegation_key(self._key, query)

    def _check_bounds(self, request: web.Request, query: Mapping[str, str]) -> None:
        now = self._clock()
        if "se" not in query or now >= _moment("se", query["se"]):
            raise _failed(f"The shared access signature has expired (se={query.get('se', '')}).")
        if "st" in query and now < _moment("st", query["st"]):
            raise _failed(f"The shared access signature is not valid yet (st={query['st']}).")
        if query.get("spr") == "https" and request.scheme != "https":
            raise StorageError(403, "AuthorizationProtocolMismatch", "This signature (spr) is for https only.")
        if "sip" in query and not _within(request.remote, query["sip"]):
            raise StorageError(
                403, "AuthorizationSourceIPMismatch", f"This signature (sip) is not for the address {request.remote}."
            )


def _unauthenticated(request: web.Request, code: str, message: str) -> StorageError:
    authority = f"{request.scheme}://{request.host}/common/oauth2/authorize"
    challenge = f"Bearer authorization_uri={authority} resource_id=https://storage.azure.com"
    return StorageError(401, code, message, {"WWW-Authenticate": challenge})


def _failed(reason: str) -> StorageError:
    return StorageError(403, "AuthenticationFailed", f"Server failed to authenticate the request. {reason}")


def _moment(name: str, text: str) -> float:
    """Seconds since 1970 of a SAS time: a date, or a date and time in UTC with up to seven decimals."""
    found = _TIME.fullmatch(text)
    try:
        if not found:
            raise ValueError
        day, minute, second, fraction = found.groups()
        whole = datetime.fromisoformat(f"{day}T{minute or '00:00'}{second or ':00'}").replace(tzinfo=timezone.utc)
    except ValueError:
        raise _failed(f"{name} is not a time in the form 2030-01-31T23:59:59Z.") from None
    return whole.timestamp() + float(fraction or 0)


def _within(address: str | None, allowed: str) -> bool:
    first, _separator, last = allowed.partition("-")
    try:
        low, high = ipaddress.ip_address(first), ipaddress.ip_address(last or first)
        return int(low) <= int(ipaddress.ip_address(address or "")) <= int(high)
    except ValueError:
        return False
