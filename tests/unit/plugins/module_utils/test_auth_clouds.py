# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authority, audience and scope of each cloud (protocol 4.4)."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._auth.clouds import (
    CLOUDS,
    Cloud,
    authority_url,
    cloud_named,
    is_well_known,
    scope_of,
)
from ansible_collections.azureml.model_management.plugins.module_utils._errors import AuthError, InputError

DESCRIPTION = {
    "authentication": {
        "loginEndpoint": "https://login.stack.example/",
        "audiences": ["https://management.stack.example/"],
    }
}


def nothing(url: str) -> Any:
    raise AssertionError(f"{url} must not be asked")


class Described:
    """Answers every URL with the same description, and remembers what was asked."""

    def __init__(self, description: Any) -> None:
        self.description = description
        self.asked: list[str] = []

    def __call__(self, url: str) -> Any:
        self.asked.append(url)
        return self.description


@pytest.mark.parametrize(
    ("audience", "scope"),
    [
        ("https://management.core.windows.net/", "https://management.core.windows.net//.default"),
        ("https://management.azure.com", "https://management.azure.com/.default"),
    ],
)
def test_a_slash_at_the_end_of_the_audience_is_doubled_in_the_scope(audience: str, scope: str) -> None:
    assert scope_of(audience) == scope


@pytest.mark.parametrize(
    ("name", "audience"),
    [
        ("AzureCloud", "https://management.core.windows.net/"),
        ("azurecloud", "https://management.core.windows.net/"),
        ("AzureChinaCloud", "https://management.core.chinacloudapi.cn/"),
        ("AzureUSGovernment", "https://management.core.usgovcloudapi.net/"),
    ],
)
def test_known_clouds_ask_nobody(name: str, audience: str) -> None:
    assert cloud_named(name, nothing).audience == audience


@pytest.mark.parametrize("answer", [DESCRIPTION, [DESCRIPTION, {}]])
def test_a_cloud_of_ones_own_describes_itself(answer: Any) -> None:
    described = Described(answer)
    cloud = cloud_named("https://management.stack.example", described)
    assert described.asked == ["https://management.stack.example/metadata/endpoints?api-version=2019-05-01"]
    assert cloud == Cloud(
        "https://login.stack.example",
        "https://management.stack.example/",
        "https://management.stack.example",
        well_known=False,
    )


def test_a_whole_url_of_the_description_is_used_as_it_is() -> None:
    described = Described(DESCRIPTION)
    url = "https://management.stack.example/metadata/endpoints?api-version=2015-01-01"
    cloud_named(url, described)
    assert described.asked == [url]


@pytest.mark.parametrize(
    "answer", [None, [], {}, "text", {"authentication": {"loginEndpoint": "https://x", "audiences": []}}]
)
def test_an_answer_that_describes_no_cloud_is_refused(answer: Any) -> None:
    with pytest.raises(AuthError, match="does not describe a cloud") as caught:
        cloud_named("https://management.stack.example", lambda url: answer)
    assert caught.value.code == "UnknownCloud"


@pytest.mark.parametrize("name", ["AzureMoon", "http://management.stack.example", "https://"])
def test_an_unknown_cloud_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(InputError, match="AzureCloud, AzureChinaCloud, AzureUSGovernment"):
        cloud_named(name, nothing)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("login.example", "https://login.example"),
        ("https://login.example/", "https://login.example"),
        ("https://adfs.example:8443/adfs", "https://adfs.example:8443/adfs"),
    ],
)
def test_authorities_with_and_without_scheme(host: str, url: str) -> None:
    assert authority_url(host) == url


@pytest.mark.security
def test_an_authority_without_tls_is_refused() -> None:
    with pytest.raises(InputError, match="https URL is needed"):
        authority_url("http://login.example")


def test_only_the_authorities_of_microsoft_are_well_known() -> None:
    assert all(is_well_known(cloud.authority) for cloud in CLOUDS.values())
    assert not is_well_known("login.example")
