# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the JSON document with which a cloud describes itself."""

from __future__ import annotations

from typing import Any

from .._errors import AuthError, MissingLibraryError
from .._time.repeats import Fault, Repeats, asked_pause, fault_of_status
from .network import Network


def json_at(url: str, network: Network, repeats: Repeats) -> Any:
    """Return the JSON value found at a URL.

    Raises:
        AuthError: No answer, or none in JSON.
        MissingLibraryError: requests is not installed.
    """
    try:
        import requests
    except ImportError as error:
        raise MissingLibraryError("requests", "to read the description of a cloud") from error
    attempts = repeats.begin(network.patience)
    while True:
        try:
            answer = requests.get(
                url, verify=network.verify, proxies=network.proxies(url), timeout=network.timeout, allow_redirects=False
            )
            answer.raise_for_status()
            return answer.json()
        except (requests.RequestException, ValueError) as error:
            fault, asked = _fault(error, repeats.clock.time())
            if fault is None or not attempts.again(f"GET {url}", fault, type(error).__name__, asked):
                raise _unreadable(url, error) from error


def _fault(error: Exception, now: float) -> tuple[Fault | None, float | None]:
    """Return what became of the request, and the seconds that the server asks to wait."""
    response = getattr(error, "response", None)
    if response is not None:
        asked = asked_pause(response.headers.get("Retry-After", ""), now)
        return fault_of_status(response.status_code, asked), asked
    return Fault.UNREADABLE if isinstance(error, ValueError) else Fault.LOST, None


def _unreadable(url: str, error: Exception) -> AuthError:
    return AuthError(
        f"The description of the cloud could not be read from {url} ({type(error).__name__}). Check "
        "cloud_environment, or set authority_host and token_audience instead.",
        code="UnknownCloud",
    )
