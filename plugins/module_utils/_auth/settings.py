# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of the credential options and of their environment variables, and what each place says about them.

Names are those of azure.azcollection, followed by those of the Azure SDK. Everywhere an empty string counts as unset.
"""

from __future__ import annotations

import configparser
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

AUTH_SOURCES = ("auto", "cli", "credential_file", "env", "msi")
"""Values of C(auth_source)."""

ENVIRONMENT = {
    "profile": ("AZURE_PROFILE",),
    "client_id": ("AZURE_CLIENT_ID",),
    "secret": ("AZURE_SECRET", "AZURE_CLIENT_SECRET"),
    "tenant": ("AZURE_TENANT", "AZURE_TENANT_ID"),
    "ad_user": ("AZURE_AD_USER", "AZURE_USERNAME"),
    "password": ("AZURE_PASSWORD",),
    "x509_certificate_path": ("AZURE_X509_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PATH"),
    "thumbprint": ("AZURE_THUMBPRINT",),
    "oidc_token": ("AZURE_OIDC_TOKEN",),
    "oidc_token_file": ("AZURE_FEDERATED_TOKEN_FILE",),
    "subscription_id": ("AZURE_SUBSCRIPTION_ID",),
    "cloud_environment": ("AZURE_CLOUD_ENVIRONMENT",),
    "authority_host": ("AZURE_ADFS_AUTHORITY_URL", "AZURE_AUTHORITY_HOST"),
    "disable_instance_discovery": ("AZURE_DISABLE_INSTANCE_DISCOVERY",),
    "auth_source": ("ANSIBLE_AZURE_AUTH_SOURCE",),
    "access_token": ("AZUREML_MMS_ACCESS_TOKEN",),
    "token_audience": ("AZUREML_MMS_TOKEN_AUDIENCE",),
    "token_cache": ("AZUREML_MMS_TOKEN_CACHE",),
}
"""Option name to the environment variables that stand in for it, the preferred one first."""

# What azure.azcollection calls it in ~/.azure/credentials.
_PROFILE_ALIASES = {"adfs_authority_url": "authority_host"}


@dataclass(frozen=True)
class Settings:
    """What one place says about a credential.

    Args:
        place: The place, in words that complete "... from ...".
        values: Only what is set there, by option name.
        variables: Whether users know the values of this place by the names of environment variables.
    """

    place: str
    values: Mapping[str, str] = field(repr=False)
    variables: bool = False

    def get(self, name: str) -> str | None:
        """Return the value of an option, None when it is unset here."""
        return self.values.get(name)

    def label(self, name: str) -> str:
        """Return what the user calls this option in this place."""
        return " or ".join(ENVIRONMENT[name]) if self.variables else name


def settings_of_options(options: Mapping[str, Any]) -> Settings:
    """Return what the task itself says."""
    values = {name: str(options[name]) for name in ENVIRONMENT if options.get(name) not in (None, "")}
    return Settings("the task's options", values)


def settings_of_environment(environ: Mapping[str, str]) -> Settings:
    """Return what the environment says."""
    found = ((name, next((environ[key] for key in keys if environ.get(key)), "")) for name, keys in ENVIRONMENT.items())
    return Settings("the environment", {name: value for name, value in found if value}, variables=True)


def settings_of_profile(home: Path, profile: str) -> Settings | None:
    """Return what a profile of C(~/.azure/credentials) says; None when file or profile are missing.

    Raises:
        configparser.Error: The file is not an ini file.
        OSError: The file is there but cannot be read.
    """
    parser = configparser.ConfigParser(interpolation=None)
    path = home / ".azure" / "credentials"
    if path.exists():
        with path.open(encoding="utf-8") as file:
            parser.read_file(file)
    if not parser.has_section(profile):
        return None
    named = ((_PROFILE_ALIASES.get(key, key), value) for key, value in parser.items(profile) if value)
    return Settings(f"profile {profile!r} of {path}", {name: value for name, value in named if name in ENVIRONMENT})
