# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one run of a task works with, as its options say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError
from ansible_collections.azureml.model_management.plugins.module_utils._masking import Gate
from ansible_collections.azureml.model_management.plugins.module_utils._session import Session
from ansible_collections.azureml.model_management.tests.unit.plugins.module_utils.scripted import (
    FakeClock,
    Script,
    transport_on,
)

ARM = "https://arm.example.com"
OPTIONS = {
    "api_version": "2017-09-01-preview",
    "arm_url": ARM,
    "subscription_id": "s",
    "resource_group": "g",
    "account_name": "a",
    "timeout": 30,
    "retries": 0,
    "validate_certs": True,
}


@pytest.mark.security
@pytest.mark.parametrize("place", ["http://mms.example.com/api", "http://127.0.0.1:8780/api", "HTTP://h/x?sig=hidden"])
def test_https_does_not_fall_back_to_http_because_resource_manager_says_so(place: str) -> None:
    script, clock = Script(), FakeClock()
    session = Session(OPTIONS, clock, Gate(print, print))
    session.__dict__["transport"] = transport_on(script, clock, allow_insecure_http=True)
    path = "subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningModelManagement/accounts/a"
    body = {"id": "i", "name": "a", "properties": {"modelManagementSwaggerLocation": place}}
    script.expect("GET", f"{ARM}/{path}", body=body)
    with pytest.raises(InputError, match="is not https") as caught:
        _unused = session.client
    assert "hidden" not in caught.value.message


def session_of(**options: object) -> Session:
    return Session({**OPTIONS, **options}, FakeClock(), Gate(print, print))


@pytest.mark.parametrize(("option", "expected"), [(None, "of-profile"), ("", "of-profile"), ("given", "given")])
def test_the_subscription_of_the_profile_counts_where_none_is_given(
    option: str | None, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".azure").mkdir()
    profile = "[default]\nsubscription_id=of-profile\nclient_id=c\nsecret=s\ntenant=t\n"
    (tmp_path / ".azure" / "credentials").write_text(profile, encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("AZURE_SUBSCRIPTION_ID", "AZUREML_MMS_ACCESS_TOKEN", "AZURE_CLIENT_ID", "AZURE_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    session = session_of(subscription_id=option, auth_source="credential_file")
    assert session.connection.subscription_id == expected


@pytest.mark.parametrize(
    ("cloud", "expected"),
    [
        (None, "https://management.azure.com"),
        ("azurecloud", "https://management.azure.com"),
        ("AzureChinaCloud", "https://management.chinacloudapi.cn"),
        ("https://management.example.org/metadata", "https://management.example.org"),
    ],
)
def test_resource_manager_is_that_of_the_cloud(
    cloud: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AZURE_CLOUD_ENVIRONMENT", raising=False)
    assert (
        session_of(arm_url=None, access_token="t", cloud_environment=cloud).resource_manager_url.rstrip("/") == expected
    )


@pytest.mark.parametrize("cloud", ["AzureMoonCloud", "http://management.example.org", "management.example.org"])
def test_a_cloud_that_nobody_knows_is_refused(cloud: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for session in (
        session_of(arm_url=None, access_token="t", cloud_environment=cloud),
        session_of(arm_url="", access_token="t"),
    ):
        monkeypatch.setenv("AZURE_CLOUD_ENVIRONMENT", cloud)
        with pytest.raises(InputError, match="Use one of AzureCloud"):
            _unused = session.resource_manager_url
