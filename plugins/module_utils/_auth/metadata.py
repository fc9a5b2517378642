# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the JSON document with which a cloud describes itself."""

from __future__ import annotations

from typing import Any

from .._errors import AuthError, MissingLibraryError
from .network import Network


def json_at(url: str, network: Network) -> Any:
    """Return the JSON value found at a URL.

    Raises:
        AuthError: No answer, or none in JSON.
        MissingLibraryError: requests is not installed.
    """
    try:
        import requests
    except ImportError as error:
        raise MissingLibraryError("requests", "to read the description of a cloud") from error
    try:
        answer = requests.get(
            url, verify=network.verify, proxies=network.proxies(url), timeout=network.timeout, allow_redirects=False
        )
        answer.raise_for_status()
        return answer.json()
    except (requests.RequestException, ValueError) as error:
        raise AuthError(
            f"The description of the cloud could not be read from {url} ({type(error).__name__}). Check "
            "cloud_environment, or set authority_host and token_audience instead.",
            code="UnknownCloud",
        ) from error
