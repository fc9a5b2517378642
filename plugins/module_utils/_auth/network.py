# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How token authorities and blob storage are reached: the connection options, as azure-core wants them."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from json import JSONDecodeError
from typing import Any
from urllib.parse import urlsplit

from .._time.repeats import Fault, Patience, asked_pause, fault_of_status
from .._transport.http import is_loopback

# What the libraries warn of is in our errors. Without a handler Python would print it to stderr as well.
for _library in ("azure", "msal"):
    logging.getLogger(_library).addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Network:
    """How a server is reached.

    Args:
        verify: True, False, or the path of a bundle of CA certificates.
        proxy: URL of a proxy; None leaves it to the environment.
        timeout: Seconds to connect, and seconds between two bytes of the answer.
        patience: How long a request is repeated that failed for a passing reason.
    """

    verify: bool | str = True
    proxy: str | None = field(default=None, repr=False)  # may carry a password
    timeout: float = 30.0
    patience: Patience = field(default_factory=Patience)

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Network:
        """Return what C(ca_path), C(validate_certs), C(proxy), C(timeout) and C(retries) say."""
        ca_path, timeout, retries = options.get("ca_path"), options.get("timeout"), options.get("retries")
        trusted = os.path.expanduser(ca_path) if ca_path else True
        return cls(
            verify=trusted if options.get("validate_certs") is not False else False,
            proxy=options.get("proxy") or None,
            timeout=float(timeout) if timeout else cls.timeout,
            patience=Patience() if retries is None else Patience(retries=int(retries)),
        )

    def proxies(self, url: str) -> dict[str, str] | None:
        """Return the proxies for a URL in the form of requests; None leaves it to the environment."""
        if self.proxy:
            return {"http": self.proxy, "https": self.proxy}
        # A proxy named in the environment cannot reach this machine's own loopback.
        return {"no_proxy": urlsplit(url).hostname or ""} if is_loopback(url) else None

    def sdk_options(self, url: str) -> dict[str, Any]:
        """Return the keyword arguments with which azure-core's HTTP pipeline reaches a URL.

        It repeats nothing by itself: what is repeated is the same everywhere (see C(_time.repeats)).
        """
        proxies = self.proxies(url)
        return {
            "connection_verify": self.verify,
            "connection_timeout": self.timeout,
            "read_timeout": self.timeout,
            "retry_total": 0,
            **({"proxies": proxies} if proxies else {}),
        }


def fault_of(error: BaseException, now: float) -> tuple[Fault | None, float | None]:
    """Return what became of a request that the libraries of Azure sent, and the seconds that the server asks to wait.

    Args:
        error: What they raised, or what it was raised from.
        now: Seconds since the epoch.
    """
    from azure.core.exceptions import DecodeError, HttpResponseError, ServiceRequestError, ServiceResponseError

    cause = error.__cause__
    for one in (error, cause) if cause else (error,):
        if isinstance(one, ServiceRequestError):
            return Fault.UNREACHED, None
        if isinstance(one, ServiceResponseError):
            return Fault.LOST, None
        if isinstance(one, (JSONDecodeError, DecodeError)):
            return Fault.UNREADABLE, None
        if isinstance(one, HttpResponseError) and one.status_code:
            headers = getattr(one.response, "headers", None) or {}
            asked = asked_pause(headers.get("Retry-After", ""), now)
            return fault_of_status(one.status_code, asked), asked
    return None, None
