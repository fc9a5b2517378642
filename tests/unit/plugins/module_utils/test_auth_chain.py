# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credential is chosen, and what is said when there is none."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._auth.azure import AzureCredential
from ansible_collections.azureml.model_management.plugins.module_utils._auth.cache import CachedToken
from ansible_collections.azureml.model_management.plugins.module_utils._auth.chain import (
    credential_from,
    resource_manager_from,
    subscription_from,
)
from ansible_collections.azureml.model_management.plugins.module_utils._auth.network import Network
from ansible_collections.azureml.model_management.plugins.module_utils._auth.settings import (
    ENVIRONMENT,
    settings_of_environment,
    settings_of_options,
    settings_of_profile,
)
from ansible_collections.azureml.model_management.plugins.module_utils._auth.sources import (
    AzureCli,
    ClientSecret,
    FederatedToken,
    UserPassword,
)
from ansible_collections.azureml.model_management.plugins.module_utils._errors import AuthError, InputError
from ansible_collections.azureml.model_management.plugins.module_utils._options.auth import AUTH_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._transport.token import GivenToken

PRINCIPAL = {"client_id": "opt-client", "secret": "opt-secret", "tenant": "opt-tenant"}
ENV_PRINCIPAL = {"AZURE_CLIENT_ID": "env-client", "AZURE_SECRET": "env-secret", "AZURE_TENANT": "env-tenant"}
SDK_PRINCIPAL = {"AZURE_CLIENT_ID": "sdk-client", "AZURE_CLIENT_SECRET": "sdk-secret", "AZURE_TENANT_ID": "sdk-tenant"}
TOKEN = {"AZUREML_MMS_ACCESS_TOKEN": "env-token"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with two profiles."""
    (tmp_path / ".azure").mkdir()
    (tmp_path / ".azure" / "credentials").write_text(
        "[default]\nsubscription_id=s\nclient_id=file-client\nsecret=per%cent\ntenant=t\n"
        "[second]\nad_user=me@example.org\npassword=p\n[half]\nclient_id=c\nsecret=s\n[empty]\nclient_id=\n"
    )
    return tmp_path


@pytest.fixture
def az(tmp_path: Path) -> Path:
    """A folder with a program called az."""
    program = tmp_path / "bin" / "az"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    return program.parent


def source(options: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    return credential_from(options, {"HOME": "/nonexistent", "PATH": "/nonexistent", **environ}).source


@pytest.mark.parametrize(
    ("options", "environ", "expected"),
    [
        ({"access_token": "t", **PRINCIPAL}, ENV_PRINCIPAL, "access_token in the task's options"),
        (
            PRINCIPAL,
            {**ENV_PRINCIPAL, **TOKEN},
            "service principal opt-client with a client secret from the task's options",
        ),
        ({}, {**ENV_PRINCIPAL, **TOKEN}, "AZUREML_MMS_ACCESS_TOKEN in the environment"),
        ({}, ENV_PRINCIPAL, "service principal env-client with a client secret from the environment"),
        ({}, SDK_PRINCIPAL, "service principal sdk-client with a client secret from the environment"),
        (
            {"auth_source": "env", **PRINCIPAL},
            ENV_PRINCIPAL,
            "service principal env-client with a client secret from the environment",
        ),
        ({"auth_source": "msi"}, ENV_PRINCIPAL, "managed identity env-client"),
        ({"auth_source": "msi", "client_id": "opt"}, ENV_PRINCIPAL, "managed identity opt"),
        ({"auth_source": "msi"}, {}, "managed identity of this machine"),
        ({}, {"ANSIBLE_AZURE_AUTH_SOURCE": "msi"}, "managed identity of this machine"),
        (
            {"auth_source": "auto"},
            {"ANSIBLE_AZURE_AUTH_SOURCE": "msi", **TOKEN},
            "AZUREML_MMS_ACCESS_TOKEN in the environment",
        ),
        ({"ad_user": "me", "password": "p"}, TOKEN, "user me with a password from the task's options"),
        (
            {"client_id": "c", "tenant": "t", "oidc_token": "j"},
            {},
            "service principal c with an OIDC token from the task's options",
        ),
        ({"secret": "", "client_id": "", "access_token": ""}, TOKEN, "AZUREML_MMS_ACCESS_TOKEN in the environment"),
        (
            {},
            {"AZUREML_MMS_ACCESS_TOKEN": "", "AZURE_SECRET": "", **SDK_PRINCIPAL},
            "service principal sdk-client with a client secret from the environment",
        ),
    ],
)
def test_precedence(options: dict[str, Any], environ: dict[str, str], expected: str) -> None:
    assert source(options, environ) == expected


def test_variables_of_azcollection_win_over_those_of_the_sdk() -> None:
    both = {**SDK_PRINCIPAL, "AZURE_SECRET": "ours", "AZURE_TENANT": "ours"}
    settings = settings_of_environment(both)
    assert (settings.get("secret"), settings.get("tenant"), settings.get("client_id")) == ("ours", "ours", "sdk-client")


@pytest.mark.parametrize(
    ("options", "environ", "expected"),
    [
        ({}, {}, "service principal file-client"),
        ({}, {"AZURE_CLIENT_ID": "half of a credential"}, "service principal file-client"),
        ({"profile": "second"}, ENV_PRINCIPAL, "user me@example.org"),
        ({"auth_source": "credential_file"}, ENV_PRINCIPAL, "service principal file-client"),
        ({"auth_source": "credential_file"}, {"AZURE_PROFILE": "second"}, "user me@example.org"),
        ({"auth_source": "credential_file", "profile": "second"}, {"AZURE_PROFILE": "default"}, "user me@example.org"),
        ({"auth_source": "env"}, {"AZURE_PROFILE": "second", **ENV_PRINCIPAL}, "user me@example.org"),
    ],
)
def test_profiles(home: Path, options: dict[str, Any], environ: dict[str, str], expected: str) -> None:
    assert source(options, {"HOME": str(home), **environ}).startswith(expected)


def test_values_of_a_profile_are_taken_literally(home: Path) -> None:
    settings = settings_of_profile(home, "default")
    assert settings
    assert settings.get("secret") == "per%cent"


def test_the_command_line_is_the_last_resort(az: Path, home: Path) -> None:
    assert source({}, {"PATH": str(az)}) == "Azure CLI (az login)"
    assert source({}, {"PATH": str(az), "HOME": str(home)}).startswith("service principal file-client")
    assert source({"auth_source": "cli"}, {"PATH": str(az), **ENV_PRINCIPAL}) == "Azure CLI (az login)"


def test_a_new_sign_in_of_the_command_line_is_another_identity(tmp_path: Path) -> None:
    profile = tmp_path / "azureProfile.json"
    identities = {tuple(AzureCli(tmp_path).identity)}
    for moment in (1, 2):
        profile.touch()
        os.utime(profile, (moment, moment))
        identities.add(tuple(AzureCli(tmp_path).identity))
    assert len(identities) == 3


@pytest.mark.parametrize("auth_source", ["env", "credential_file", "cli"])
def test_an_explicit_source_never_falls_through(auth_source: str) -> None:
    everything_else = {"env": {}, "credential_file": ENV_PRINCIPAL, "cli": ENV_PRINCIPAL}[auth_source]
    with pytest.raises(AuthError, match=f"auth_source is {auth_source}, and no other source is tried"):
        source({"auth_source": auth_source, **PRINCIPAL}, everything_else)


def test_auto_reports_what_each_source_lacked() -> None:
    with pytest.raises(AuthError) as caught:
        source({}, {"AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "very-secret"})
    assert [detail["message"] for detail in caught.value.details] == [
        "the task's options: no credential is set",
        "the environment: AZURE_SECRET or AZURE_CLIENT_SECRET is set, but not AZURE_TENANT or AZURE_TENANT_ID",
        "/nonexistent/.azure/credentials has no profile 'default', or is not there",
        "the Azure CLI (az) is not on the PATH",
    ]
    assert caught.value.code == "NoCredential"
    assert "very-secret" not in caught.value.message


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({"secret": "s"}, "secret is set, but not client_id, tenant"),
        ({"client_id": "c", "secret": "s"}, "secret is set, but not tenant"),
        ({"client_id": "c"}, "client_id is set, but a secret"),
        ({"thumbprint": "ab", "client_id": "c", "tenant": "t"}, "thumbprint is set, but not x509_certificate_path"),
        ({"ad_user": "u"}, "ad_user is set, but not password"),
        ({"oidc_token_file": "/f", "client_id": "c"}, "oidc_token_file is set, but not tenant"),
        ({"profile": "nobody"}, "no profile 'nobody'"),
        ({"profile": "half"}, "secret is set, but not tenant"),
        ({"profile": "empty"}, "no credential is set"),
    ],
)
def test_half_a_credential_in_the_options_is_refused_by_name(home: Path, options: dict[str, str], missing: str) -> None:
    with pytest.raises(InputError) as caught:
        source(options, {**ENV_PRINCIPAL, "HOME": str(home)})
    assert missing in caught.value.message


@pytest.mark.parametrize("option", ["x509_certificate_path", "oidc_token_file"])
def test_a_file_that_is_not_there_is_refused_by_name(option: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"{option} is {tmp_path}/no.pem, but no such file exists"):
        source({"client_id": "c", "tenant": "t", option: f"{tmp_path}/no.pem"}, {})


def test_a_damaged_credentials_file_is_reported_without_its_content(home: Path) -> None:
    (home / ".azure" / "credentials").write_text("secret without a section")
    with pytest.raises(AuthError, match=r"cannot be read \(MissingSectionHeaderError\)") as caught:
        source({"auth_source": "credential_file"}, {"HOME": str(home)})
    assert "without a section" not in caught.value.message


def test_a_ready_token_needs_no_library_and_cannot_be_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    credential = credential_from({"access_token": "abc"}, {})
    assert credential.token().value == "abc"
    assert credential.token().expires_on is None
    assert credential.renew() is None


@pytest.mark.security
def test_a_ready_token_is_passed_over_for_another_audience() -> None:
    credential = credential_from(
        {"access_token": "t"}, {**TOKEN, **ENV_PRINCIPAL}, audience="https://storage.azure.com/"
    )
    assert credential.source.startswith("service principal env-client")


@pytest.mark.security
def test_secrets_do_not_show_in_any_representation() -> None:
    holders = [
        ClientSecret("place", "tenant", "client", "hidden"),
        UserPassword("place", "tenant", "client", "user", "hidden"),
        FederatedToken("place", "tenant", "client", assertion="hidden"),
        GivenToken("hidden", "place"),
        GivenToken("hidden", "place").token(),
        settings_of_options({"secret": "hidden"}),
        CachedToken("hidden", 2.0, 1.0),
        Network(proxy="http://user:hidden@proxy"),
    ]
    assert [holder for holder in holders if "hidden" in repr(holder)] == []


def test_every_option_is_one_that_the_chain_reads() -> None:
    assert set(AUTH_OPTIONS) <= set(ENVIRONMENT)


@pytest.mark.parametrize(
    ("options", "environ", "expected"),
    [
        ({"auth_source": "credential_file"}, {}, "s"),
        ({}, {"AZURE_SUBSCRIPTION_ID": "e"}, "s"),
        ({"subscription_id": "o"}, {}, "o"),
        ({"access_token": "t"}, {}, None),
        ({"access_token": "t"}, {"AZURE_SUBSCRIPTION_ID": "e"}, "e"),
    ],
)
def test_a_profile_may_name_the_subscription_too(
    home: Path, options: dict[str, Any], environ: dict[str, str], expected: str | None
) -> None:
    assert subscription_from(options, {"HOME": str(home), "PATH": "/nonexistent", **environ}) == expected


OWN_CLOUD = "https://management.cloud.example"
PROFILES = (
    "[default]\nclient_id=c\nsecret=s\ntenant=t\ncloud_environment=AzureChinaCloud\n"
    "[own]\nclient_id=c\nsecret=s\ntenant=t\ncloud_environment=https://management.cloud.example/\n"
)
CLOUD_CASES: dict[str, tuple[dict[str, Any], dict[str, str], str, str]] = {
    "nobody says": (PRINCIPAL, {}, "https://management.azure.com", "https://login.microsoftonline.com"),
    "the option": (
        {**PRINCIPAL, "cloud_environment": "azureusgovernment"},
        {"AZURE_CLOUD_ENVIRONMENT": "AzureChinaCloud"},
        "https://management.usgovcloudapi.net",
        "https://login.microsoftonline.us",
    ),
    "the environment, by URL": (
        PRINCIPAL,
        {"AZURE_CLOUD_ENVIRONMENT": f"{OWN_CLOUD}/"},
        OWN_CLOUD,
        "https://login.cloud.example",
    ),
    "the environment, by the URL of the description": (
        {},
        {**ENV_PRINCIPAL, "AZURE_CLOUD_ENVIRONMENT": f"{OWN_CLOUD}/metadata/endpoints?api-version=2020-06-01"},
        OWN_CLOUD,
        "https://login.cloud.example",
    ),
    "the profile in use": (
        {},
        {"AZURE_CLOUD_ENVIRONMENT": "AzureUSGovernment"},
        "https://management.chinacloudapi.cn",
        "https://login.chinacloudapi.cn",
    ),
    "a named profile, by URL": ({"profile": "own"}, {}, OWN_CLOUD, "https://login.cloud.example"),
    "a profile that is not in use": (
        PRINCIPAL,
        {},
        "https://management.azure.com",
        "https://login.microsoftonline.com",
    ),
}


@pytest.mark.parametrize(("options", "environ", "manager", "authority"), CLOUD_CASES.values(), ids=CLOUD_CASES)
def test_resource_manager_and_token_authority_are_of_the_same_cloud(
    tmp_path: Path, options: dict[str, Any], environ: dict[str, str], manager: str, authority: str
) -> None:
    def described(url: str) -> Any:
        assert url.startswith(f"{OWN_CLOUD}/metadata/endpoints?api-version=")
        return {"authentication": {"loginEndpoint": "https://login.cloud.example/", "audiences": ["https://a.example"]}}

    (tmp_path / ".azure").mkdir()
    (tmp_path / ".azure/credentials").write_text(PROFILES, encoding="utf-8")
    environ = {"HOME": str(tmp_path), "PATH": "/nonexistent", **environ}
    assert resource_manager_from(options, environ) == manager
    credential = credential_from(options, environ, fetch=described)
    assert isinstance(credential, AzureCredential)
    assert credential._key[0] == authority
