# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError, ResponseFormatError
from ansible_collections.azureml.model_management.plugins.module_utils._generations.account import ACCOUNT
from ansible_collections.azureml.model_management.plugins.module_utils._generations.hosting_account import (
    HOSTING_ACCOUNT,
)
from ansible_collections.azureml.model_management.plugins.module_utils._generations.registry import (
    GENERATIONS,
    refuse_unknown,
)
from ansible_collections.azureml.model_management.plugins.module_utils._resources.wire import (
    Fields,
    content_address,
    is_guid,
    last_segment,
    same_content,
    same_id,
    service_error,
)

GUID = "6AD35D2E-57A8-4b9a-9e4b-6b7c6b1f0d3a"


def test_each_generation_is_known_by_its_version() -> None:
    assert {version: one.account_segment for version, one in GENERATIONS.items()} == {
        "2017-06-01-privatepreview": "hostingAccounts",
        "2017-09-01-preview": "accounts",
        "v1.0": "workspaces",
    }
    assert ACCOUNT.base_path("s", "g", "a") == "/api/subscriptions/s/resourceGroups/g/accounts/a"


def test_one_description_travels_in_the_form_of_each_generation() -> None:
    fields = {
        "driver": "driver",
        "assets": [{"id": "driver", "url": "u", "mime_type": "m", "unpack": False}],
        "runtime_type": "Python",
        "webservice_type": "Realtime",
    }
    older, newer = (one.manifests.create_body(fields) for one in (HOSTING_ACCOUNT, ACCOUNT))
    assert older["assets"] == [{"id": "driver", "url": "u", "mimeType": "m", "unPack": False}]
    assert newer["assets"] == [{"id": "driver", "url": "u", "mimeType": "m", "unpack": False}]
    assert older["targetRuntime"] == newer["targetRuntime"] == {"runtimeType": "Python", "properties": {}}
    assert "webserviceType" not in older
    assert newer["webserviceType"] == "Realtime"


def test_one_option_may_travel_to_two_places() -> None:
    fields = {"app_insights_enabled": True, "image": "i"}
    assert HOSTING_ACCOUNT.services.create_body(fields)["dataCollection"] == {"appInsightsEnabled": True}
    assert ACCOUNT.services.create_body(fields)["appInsightsEnabled"] is True


def test_what_a_generation_lacks_is_refused_with_the_one_that_has_it() -> None:
    with pytest.raises(InputError, match=r"kubeconfig does not exist .* only 2017-06-01-privatepreview has it"):
        refuse_unknown(ACCOUNT, ACCOUNT.services, ["kubeconfig", "name"])
    with pytest.raises(InputError, match=r"replicas .* only 2017-09-01-preview and v1.0 have it"):
        refuse_unknown(HOSTING_ACCOUNT, HOSTING_ACCOUNT.services, ["replicas"])
    with pytest.raises(InputError, match="registry_password must be given"):
        HOSTING_ACCOUNT.refuse_incomplete(
            HOSTING_ACCOUNT.images, ["manifest", "registry_user", "registry_location", "name"]
        )


@pytest.mark.parametrize(
    ("text", "expected"), [(GUID, True), (GUID.replace("-", ""), True), ("iris", False), ("", False)]
)
def test_guids_are_told_from_names(text: str, expected: bool) -> None:
    assert is_guid(text) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (GUID, GUID.replace("-", "").lower(), True),
        ("iris:1", "Iris:1", True),
        ("a-b", "ab", False),
        (None, None, True),
        (None, "x", False),
    ],
)
def test_ids_are_equal_in_every_form(one: str | None, other: str | None, expected: bool) -> None:
    assert same_id(one, other) is expected


@pytest.mark.parametrize(
    ("url", "expected"), [("/a/b/", "b"), ("https://h/a/b?x=/c", "b"), ("b", "b"), ("/", None), (None, None)]
)
def test_the_last_segment_is_the_id(url: str | None, expected: str | None) -> None:
    assert last_segment(url) == expected


def test_content_is_known_by_its_digest_and_name() -> None:
    digest = "0123456789abcdef" * 4
    assert content_address(f"https://h/c/{digest}/a%20b.pkl?sig=x") == f"{digest}/a%20b.pkl"
    assert content_address(f"https://h/c/{digest}") is None
    assert same_content(f"https://h/c/{digest}/a", f"http://other/{digest}/a?sig=y")
    assert not same_content("https://h/c/a", "http://h/c/a")
    assert not same_content("https://h/c/a", None)


@pytest.mark.security
@pytest.mark.parametrize("status", ["²", "٤٠٤", "4041", "", "nonsense", True, -1, 1e3])
def test_an_odd_status_in_an_error_is_left_out(status: Any) -> None:
    error = service_error({"code": "Odd", "statusCode": status})
    assert error is not None
    assert error["status"] is None


@pytest.mark.security
@pytest.mark.parametrize("version", ["²", "٤", "9" * 5000])
def test_an_odd_number_is_no_integer(version: str) -> None:
    with pytest.raises(ResponseFormatError, match="integer"):
        Fields({"version": version}).integer("version")
