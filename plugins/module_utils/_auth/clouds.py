# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which authority gives tokens, and for which audience: the public cloud, the sovereign ones and custom ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .._errors import AuthError, InputError

STORAGE_AUDIENCE = "https://storage.azure.com/"
"""Audience of blob storage, the same in every cloud."""

Fetch = Callable[[str], Any]
"""Takes a URL, returns the JSON value found there, raises AuthError."""


@dataclass(frozen=True)
class Cloud:
    """Where tokens come from and what they are for.

    Args:
        authority: URL of the token authority, without a tenant.
        audience: The resource that tokens are asked for. The Azure CLI's default for the public cloud ends in a slash,
            and MMS is known to accept that one (protocol 4.4).
        resource_manager: URL of Azure Resource Manager.
        well_known: Whether Microsoft vouches for the authority. For others instance discovery can only fail.
    """

    authority: str
    audience: str
    resource_manager: str
    well_known: bool = True


CLOUDS = {
    "AzureCloud": Cloud(
        "https://login.microsoftonline.com", "https://management.core.windows.net/", "https://management.azure.com"
    ),
    "AzureChinaCloud": Cloud(
        "https://login.chinacloudapi.cn",
        "https://management.core.chinacloudapi.cn/",
        "https://management.chinacloudapi.cn",
    ),
    "AzureUSGovernment": Cloud(
        "https://login.microsoftonline.us",
        "https://management.core.usgovcloudapi.net/",
        "https://management.usgovcloudapi.net",
    ),
}

METADATA_PATH = "/metadata/endpoints?api-version=2019-05-01"
"""Where Resource Manager describes its cloud. The version that names authority, audiences and suffixes."""


def cloud_named(name: str, fetch: Fetch) -> Cloud:
    """Return the cloud of that name, or the one that describes itself at that URL.

    Raises:
        InputError: Neither a known name nor an https URL.
        AuthError: The URL gave no usable description.
    """
    known = _known_cloud(name)
    if known:
        return known
    resource_manager = resource_manager_of(name)
    url = name.rstrip("/") if urlsplit(name).path.strip("/") else resource_manager + METADATA_PATH
    return _cloud_described(fetch(url), url, resource_manager)


def resource_manager_of(name: str) -> str:
    """Return the URL of Azure Resource Manager in the cloud of that name or URL, without asking anybody.

    Raises:
        InputError: Neither a known name nor an https URL.
    """
    known = _known_cloud(name)
    if known:
        return known.resource_manager
    parts = urlsplit(name)
    if parts.scheme != "https" or not parts.hostname:
        raise InputError(
            f"cloud_environment is {name!r}. Use one of {', '.join(CLOUDS)}, or the https URL of the Resource Manager "
            "of your own cloud."
        )
    return f"https://{parts.netloc}"


def _known_cloud(name: str) -> Cloud | None:
    return next((cloud for known, cloud in CLOUDS.items() if known.lower() == name.lower()), None)


def _cloud_described(description: Any, url: str, resource_manager: str) -> Cloud:
    """Read the answer of a metadata endpoint: one cloud or a list whose first one counts."""
    first = description[0] if isinstance(description, list) and description else description
    authentication = first.get("authentication") if isinstance(first, Mapping) else None
    login = authentication.get("loginEndpoint") if isinstance(authentication, Mapping) else None
    audiences = authentication.get("audiences") if isinstance(authentication, Mapping) else None
    if not (isinstance(login, str) and isinstance(audiences, list) and audiences and isinstance(audiences[0], str)):
        raise AuthError(
            f"The answer of {url} does not describe a cloud: authentication.loginEndpoint and authentication.audiences "
            "are expected. Check cloud_environment, or set authority_host and token_audience instead.",
            code="UnknownCloud",
        )
    return Cloud(authority_url(login), audiences[0], resource_manager, well_known=is_well_known(login))


def authority_url(host: str) -> str:
    """Return the URL of an authority that may be given without a scheme, as AZURE_AUTHORITY_HOST may.

    Raises:
        InputError: It is not https. Secrets must not travel in the clear.
    """
    url = (host if "://" in host else f"https://{host}").rstrip("/")
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise InputError(f"The authority host is {host!r}. An https URL is needed: secrets are sent there.")
    return url


def is_well_known(host: str) -> bool:
    """Tell whether the authority is one of the clouds that Microsoft runs."""
    known = {urlsplit(cloud.authority).hostname for cloud in CLOUDS.values()}
    return urlsplit(authority_url(host)).hostname in known


def scope_of(audience: str) -> str:
    """Return the scope that asks for this audience; one that ends in a slash gets it doubled (protocol 4.4)."""
    return f"{audience}/.default"


def first_set(*values: str | None) -> str | None:
    """Return the first value that is neither None nor empty. AWX injects empty strings for what the user left out."""
    return next((value for value in values if value), None)
