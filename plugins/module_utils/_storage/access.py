# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the blobs go and what opens the door: the storage options and their environment variables."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .._auth.clouds import first_set
from .._errors import InputError
from .._masking import has_credentials, without_query

ENVIRONMENT = {
    "storage_connection_string": "AZURE_STORAGE_CONNECTION_STRING",
    "storage_account_url": "AZUREML_MMS_STORAGE_ACCOUNT_URL",
    "storage_account_key": "AZURE_STORAGE_KEY",
    "storage_sas_token": "AZURE_STORAGE_SAS_TOKEN",
    "storage_container": "AZUREML_MMS_STORAGE_CONTAINER",
}
"""Option name to the environment variable that stands in for it. Names of the Azure CLI where it has one."""

DEFAULT_CONTAINER = "mms-assets"
_CONTAINER_NAME = re.compile(r"(?=.{3,63}\Z)[a-z0-9](?:-?[a-z0-9])*")


@dataclass(frozen=True)
class Access:
    """A container, and at most one secret that opens it. Without one, a token is needed.

    Args:
        account_url: URL of the account's blob service, without query.
        account_name: What signatures are made for.
        container: Name of the container.
        key: Account key.
        sas: Shared access signature, without question mark.
    """

    account_url: str
    account_name: str
    container: str
    key: str | None = field(default=None, repr=False)
    sas: str | None = field(default=None, repr=False)


def access_from(options: Mapping[str, Any], environ: Mapping[str, str]) -> Access:
    """Return what options and environment say about storage. An option wins over every environment variable.

    Raises:
        InputError: Nothing is said, too much is said, or what is said cannot work.
    """
    given = {name: str(options.get(name) or "") for name in ENVIRONMENT}
    ambient = {name: environ.get(variable, "") for name, variable in ENVIRONMENT.items()}
    container = first_set(given["storage_container"], ambient["storage_container"]) or DEFAULT_CONTAINER
    if not _CONTAINER_NAME.fullmatch(container):
        raise InputError(
            f"storage_container is {container!r}. A container's name has 3 to 63 lower-case letters, digits and single "
            "hyphens, and a letter or digit at both ends."
        )
    _check_given(given)
    if given["storage_connection_string"]:
        return _from_connection_string(given["storage_connection_string"], container, "storage_connection_string")
    if given["storage_account_url"]:
        return _from_url(given["storage_account_url"], container, given, ambient)
    if ambient["storage_connection_string"] and not (given["storage_account_key"] or given["storage_sas_token"]):
        variable = ENVIRONMENT["storage_connection_string"]
        return _from_connection_string(ambient["storage_connection_string"], container, variable)
    if ambient["storage_account_url"]:
        return _from_url(ambient["storage_account_url"], container, given, ambient)
    raise InputError(
        "A local file has to be uploaded, but nothing says where to. Set storage_connection_string (or "
        "AZURE_STORAGE_CONNECTION_STRING), or storage_account_url."
    )


def _check_given(given: Mapping[str, str]) -> None:
    """Refuse two secrets, or a connection string with anything that it says itself."""
    secrets = [
        name for name in ("storage_connection_string", "storage_account_key", "storage_sas_token") if given[name]
    ]
    if len(secrets) > 1:
        raise InputError(f"{' and '.join(secrets)} are both set. Each of them opens the storage account: keep one.")
    if given["storage_connection_string"] and given["storage_account_url"]:
        raise InputError("storage_connection_string names the account itself: leave storage_account_url out.")


def _from_connection_string(text: str, container: str, source: str) -> Access:
    pairs = (part.partition("=") for part in text.strip().strip(";").split(";"))
    parts = {key.strip().lower(): value.strip() for key, _equals, value in pairs}
    name, key, sas = (parts.get(part) or None for part in ("accountname", "accountkey", "sharedaccesssignature"))
    endpoint = parts.get("blobendpoint")
    if not endpoint and name:
        protocol, suffix = (
            parts.get("defaultendpointsprotocol", "https"),
            parts.get("endpointsuffix", "core.windows.net"),
        )
        endpoint = f"{protocol}://{name}.blob.{suffix}"
    if not endpoint or not (sas or (name and key)):
        raise InputError(
            f"{source} is no connection string of a storage account: AccountName with AccountKey, or BlobEndpoint with "
            "SharedAccessSignature, are expected."
        )
    url = _checked_url(endpoint, f"BlobEndpoint in {source}")
    if sas:
        return Access(url, name or _account_in(url), container, sas=sas.lstrip("?"))
    return Access(url, name or _account_in(url), container, key=_checked_key(key or "", source))


def _from_url(text: str, container: str, given: Mapping[str, str], ambient: Mapping[str, str]) -> Access:
    url = _checked_url(text, "storage_account_url")
    chosen = given if given["storage_account_key"] or given["storage_sas_token"] else ambient
    if chosen["storage_account_key"]:
        key = _checked_key(chosen["storage_account_key"], "storage_account_key")
        return Access(url, _account_in(url), container, key=key)
    return Access(url, _account_in(url), container, sas=chosen["storage_sas_token"].lstrip("?") or None)


def _checked_url(url: str, source: str) -> str:
    if has_credentials(url):
        raise InputError(f"{source} has user name or password in it. Use storage_account_key or storage_sas_token.")
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        raise InputError(
            f"{source} has a query: {without_query(url)}?... Give what follows the question mark as storage_sas_token."
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"{source} is {url!r}. The http or https URL of a blob service is expected.")
    return url.rstrip("/")


def _checked_key(key: str, source: str) -> str:
    try:
        base64.b64decode(key, validate=True)
    except binascii.Error as error:
        raise InputError(f"The account key in {source} is damaged: it is not base64.") from error
    return key


def _account_in(url: str) -> str:
    """Return the account's name: first label of a host name, or first part of the path where the host serves many."""
    parts = urlsplit(url)
    path = parts.path.strip("/")
    return path.split("/")[0] if path else (parts.hostname or "").split(".")[0]
