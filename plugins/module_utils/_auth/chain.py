# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose the credential source, in the order of azure.azcollection."""

from __future__ import annotations

import configparser
import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .._errors import AuthError, InputError
from .._time.repeats import Repeats
from .._transport.token import Credential, GivenToken
from .azure import AzureCredential
from .cache import TokenCache
from .clouds import Fetch, authority_url, cloud_named, first_set, is_well_known, resource_manager_of, scope_of
from .metadata import json_at
from .network import Network
from .settings import AUTH_SOURCES, Settings, settings_of_environment, settings_of_options, settings_of_profile
from .sources import (
    Authority,
    AzureCli,
    Certificate,
    ClientSecret,
    FederatedToken,
    ManagedIdentity,
    Source,
    UserPassword,
)

_KINDS = (ClientSecret, Certificate, FederatedToken, UserPassword)
_TRUE = frozenset(("1", "on", "true", "y", "yes"))


class _Lacking(Exception):
    """A source cannot be used; the text says what it lacks."""


class _Choice:
    """One choice of a credential: the options and the environment as they are now.

    Each method that is named after a place returns the source that this place describes, or raises _Lacking.

    Args:
        options: The task's options.
        environ: The environment variables.
        ready_token: Whether a ready token would do.
    """

    def __init__(self, options: Mapping[str, Any], environ: Mapping[str, str], ready_token: bool) -> None:
        self.options = settings_of_options(options)
        self.environment = settings_of_environment(environ)
        self.home = Path(environ.get("HOME") or os.path.expanduser("~"))
        self._environ = environ
        self.ready_token = ready_token
        self.profile: Settings | None = None  # the one that the source was found in; may name cloud and authority too

    def setting(self, name: str) -> str | None:
        """Return what applies whatever the source is: the option, the profile in use, then the environment."""
        in_profile = self.profile.get(name) if self.profile else None
        return first_set(self.options.get(name), in_profile, self.environment.get(name))

    @property
    def cloud_name(self) -> str:
        """Name or URL of the cloud, the one rule for its token authority and its Resource Manager."""
        return self.setting("cloud_environment") or "AzureCloud"

    def given_token(self, settings: Settings) -> GivenToken | None:
        """Return the ready token of that place, if it is good for the audience in question."""
        value = settings.get("access_token") if self.ready_token else None
        return GivenToken(value, f"{settings.label('access_token')} in {settings.place}") if value else None

    def from_options(self) -> Source:
        profile = self.options.get("profile")
        return self._from_profile(profile) if profile else _source_in(self.options)

    def from_environment(self) -> Source | GivenToken:
        given = self.given_token(self.environment)
        if given:
            return given
        profile = self.environment.get("profile")
        return self._from_profile(profile) if profile else _source_in(self.environment)

    def from_credential_file(self) -> Source:
        return self._from_profile(first_set(self.options.get("profile"), self.environment.get("profile")) or "default")

    def from_cli(self) -> Source:
        if not shutil.which("az", path=self._environ.get("PATH")):
            raise _Lacking("the Azure CLI (az) is not on the PATH")
        folder = Path(self._environ.get("AZURE_CONFIG_DIR") or self.home / ".azure")
        return AzureCli(folder, self.options.get("tenant") or "", self.setting("subscription_id") or "")

    def from_managed_identity(self) -> Source:
        return ManagedIdentity(self.setting("client_id"))

    def _from_profile(self, profile: str) -> Source:
        try:
            settings = settings_of_profile(self.home, profile)
        except (configparser.Error, OSError, UnicodeDecodeError) as error:
            raise _Lacking(f"{self.home}/.azure/credentials cannot be read ({type(error).__name__})") from error
        if settings is None:
            raise _Lacking(f"{self.home}/.azure/credentials has no profile {profile!r}, or is not there")
        source = _source_in(settings)
        self.profile = settings
        return source


def _source_in(settings: Settings) -> Source:
    """Return the credential that these settings describe, the strongest kind first.

    Raises:
        _Lacking: Something is missing; says what.
        InputError: A file that is named does not exist.
    """
    for kind in _KINDS:
        if any(settings.get(name) for name in kind.mark):
            missing = [settings.label(name) for name in kind.needs if not settings.get(name)]
            if missing:
                given = next(settings.label(name) for name in kind.mark if settings.get(name))
                raise _Lacking(f"{settings.place}: {given} is set, but not {', '.join(missing)}")
            return kind.from_settings(settings)
    if settings.get("client_id"):
        alone = "a secret, a certificate or an OIDC token is missing (a managed identity needs auth_source=msi)"
        raise _Lacking(f"{settings.place}: {settings.label('client_id')} is set, but {alone}")
    raise _Lacking(f"{settings.place}: no credential is set")


def credential_from(
    options: Mapping[str, Any],
    environ: Mapping[str, str],
    *,
    audience: str | None = None,
    fetch: Fetch | None = None,
    clock: Callable[[], float] = time.time,
    repeats: Repeats | None = None,
) -> Credential:
    """Return the credential that options and environment ask for. No token is fetched yet.

    Args:
        options: The task's options by name; those of the connection (C(ca_path), C(validate_certs), C(proxy),
            C(timeout)) apply to the token authority as well.
        environ: The environment variables.
        audience: What tokens are for; None is what the user chose, or Resource Manager's. For another audience a ready
            C(access_token) is no good, so it is passed over.
        fetch: Reads the JSON document at a URL; only for a cloud that is described by one.
        clock: Seconds since the epoch.
        repeats: Paces and counts what is repeated.

    Raises:
        AuthError: No source can be used. The message says what each one lacks.
        InputError: An option cannot work.
    """
    choice = _Choice(options, environ, ready_token=audience is None)
    source, lacked = _source(choice)
    if isinstance(source, GivenToken):
        return source

    network = Network.from_options(options)
    cloud = cloud_named(choice.cloud_name, fetch or (lambda url: json_at(url, network, repeats or Repeats())))
    host = choice.setting("authority_host")
    well_known = is_well_known(host) if host else cloud.well_known
    discovery_off = choice.setting("disable_instance_discovery")
    discovery = discovery_off.lower() not in _TRUE if discovery_off else well_known
    cache = choice.setting("token_cache")
    return AzureCredential(
        source,
        Authority(authority_url(host) if host else cloud.authority, discovery),
        network,
        scope_of(audience or choice.setting("token_audience") or cloud.audience),
        cache=TokenCache(Path(os.path.expanduser(cache))) if cache else None,
        lacked=lacked,
        clock=clock,
        repeats=repeats,
    )


def _source(choice: _Choice) -> tuple[Source | GivenToken, list[str]]:
    """Return the source to use, and what those tried before lacked."""
    finders: dict[str, Callable[[], Source | GivenToken]] = {
        "env": choice.from_environment,
        "credential_file": choice.from_credential_file,
        "cli": choice.from_cli,
        "msi": choice.from_managed_identity,
    }
    given = choice.given_token(choice.options)
    if given:
        return given, []
    wanted = first_set(choice.options.get("auth_source"), choice.environment.get("auth_source")) or "auto"
    if wanted not in AUTH_SOURCES:
        raise InputError(f"auth_source is {wanted!r}. Use one of {', '.join(AUTH_SOURCES)}.")
    if wanted != "auto":
        try:
            return finders[wanted](), []
        except _Lacking as error:
            raise AuthError(f"auth_source is {wanted}, and no other source is tried, but {error}.") from error
    begun = [name for kind in _KINDS for name in kind.mark] + ["client_id", "profile"]
    lacked = []
    if any(choice.options.get(name) for name in begun):
        try:
            return choice.from_options(), []
        except _Lacking as error:
            raise InputError(f"Credentials are given as options, so no other source is tried, but {error}.") from error
    lacked.append("the task's options: no credential is set")
    for name in ("env", "credential_file", "cli"):
        try:
            return finders[name](), lacked
        except _Lacking as error:
            lacked.append(str(error))
    ways = ["client_id with secret and tenant", "auth_source=msi on an Azure resource with a managed identity"]
    if choice.ready_token:
        ways.insert(0, "access_token (or AZUREML_MMS_ACCESS_TOKEN)")
    raise AuthError(
        f"No credential was found. Tried in this order: {'; '.join(lacked)}. Set {', or '.join(ways)}, or run az "
        "login.",
        details=[{"code": "Lacking", "message": text} for text in lacked],
    )


def subscription_from(options: Mapping[str, Any], environ: Mapping[str, str]) -> str | None:
    """Return the subscription that goes with the credential: that of the profile in use, or None when nobody says.

    Raises:
        AuthError, InputError: see credential_from.
    """
    choice = _Choice(options, environ, ready_token=True)
    _source(choice)
    return choice.setting("subscription_id")


def resource_manager_from(options: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """Return the URL of Azure Resource Manager in the cloud of the credential, which the profile in use may name.

    Raises:
        AuthError, InputError: see credential_from.
    """
    choice = _Choice(options, environ, ready_token=True)
    _source(choice)
    return resource_manager_of(choice.cloud_name)
