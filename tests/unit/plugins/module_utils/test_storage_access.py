# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where uploads go, and what opens it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError
from ansible_collections.azureml.model_management.plugins.module_utils._storage.access import Access, access_from

KEY = "c2VjcmV0IGtleQ=="
LOCAL = (
    f"DefaultEndpointsProtocol=http;AccountName=mmslocal;AccountKey={KEY};BlobEndpoint=http://127.0.0.1:8780/mmslocal;"
)
URL = "https://example.blob.core.windows.net"


@pytest.mark.parametrize(
    ("options", "environ", "expected"),
    [
        (
            {},
            {"AZURE_STORAGE_CONNECTION_STRING": LOCAL},
            Access("http://127.0.0.1:8780/mmslocal", "mmslocal", "mms-assets", key=KEY),
        ),
        (
            {"storage_connection_string": f"AccountName=example;AccountKey={KEY};EndpointSuffix=core.chinacloudapi.cn"},
            {"AZURE_STORAGE_CONNECTION_STRING": LOCAL},
            Access("https://example.blob.core.chinacloudapi.cn", "example", "mms-assets", key=KEY),
        ),
        (
            {"storage_connection_string": f"BlobEndpoint={URL};SharedAccessSignature=?sv=1&sig=a%3D"},
            {},
            Access(URL, "example", "mms-assets", sas="sv=1&sig=a%3D"),
        ),
        (
            {"storage_account_url": f"{URL}/", "storage_account_key": KEY},
            {},
            Access(URL, "example", "mms-assets", key=KEY),
        ),
        (
            {"storage_account_url": URL, "storage_sas_token": "?sv=1"},
            {},
            Access(URL, "example", "mms-assets", sas="sv=1"),
        ),
        (
            {"storage_account_url": "http://127.0.0.1:10000/devstoreaccount1", "storage_container": "my-models"},
            {"AZURE_STORAGE_KEY": KEY},
            Access("http://127.0.0.1:10000/devstoreaccount1", "devstoreaccount1", "my-models", key=KEY),
        ),
        (
            {"storage_account_url": URL, "storage_sas_token": "sv=1"},
            {"AZURE_STORAGE_KEY": KEY, "AZURE_STORAGE_CONNECTION_STRING": LOCAL},
            Access(URL, "example", "mms-assets", sas="sv=1"),
        ),
        (
            {"storage_account_url": URL},
            {"AZURE_STORAGE_CONNECTION_STRING": LOCAL},
            Access(URL, "example", "mms-assets"),
        ),
        (
            {"storage_account_key": "", "storage_container": ""},
            {"AZUREML_MMS_STORAGE_ACCOUNT_URL": URL},
            Access(URL, "example", "mms-assets"),
        ),
        (
            {"storage_account_key": KEY},
            {
                "AZUREML_MMS_STORAGE_ACCOUNT_URL": URL,
                "AZURE_STORAGE_CONNECTION_STRING": LOCAL,
                "AZUREML_MMS_STORAGE_CONTAINER": "abc",
            },
            Access(URL, "example", "abc", key=KEY),
        ),
    ],
)
def test_options_win_over_the_environment(options: dict[str, Any], environ: dict[str, str], expected: Access) -> None:
    assert access_from(options, environ) == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "nothing says where to"),
        ({"storage_account_key": KEY}, "nothing says where to"),
        ({"storage_account_url": URL, "storage_account_key": KEY, "storage_sas_token": "s"}, "are both set"),
        ({"storage_connection_string": LOCAL, "storage_account_key": KEY}, "are both set"),
        ({"storage_connection_string": LOCAL, "storage_account_url": URL}, "leave storage_account_url out"),
        ({"storage_connection_string": "nonsense"}, "storage_connection_string is no connection string"),
        ({"storage_connection_string": "AccountName=a"}, "storage_connection_string is no connection string"),
        ({"storage_connection_string": "AccountName=a;AccountKey=%%"}, "key in storage_connection_string is damaged"),
        ({"storage_account_url": "https://user:word@host"}, "user name or password in it"),
        (
            {"storage_account_url": f"{URL}?sv=1&sig=topsecret"},
            "Give what follows the question mark as storage_sas_token",
        ),
        ({"storage_account_url": "example"}, "URL of a blob service is expected"),
        ({"storage_account_url": "ftp://example"}, "URL of a blob service is expected"),
        ({"storage_account_url": URL, "storage_account_key": "not base64!"}, "key in storage_account_key is damaged"),
        ({"storage_account_url": URL, "storage_container": "Upper"}, "storage_container is 'Upper'"),
        ({"storage_account_url": URL, "storage_container": "a--b"}, "storage_container is 'a--b'"),
        ({"storage_account_url": URL, "storage_container": "ab"}, "storage_container is 'ab'"),
    ],
)
def test_what_cannot_work_is_refused_without_showing_secrets(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        access_from(options, {})
    assert words in caught.value.message
    for secret in (KEY, "topsecret", "user:word", "%%", "not base64!"):
        assert secret not in caught.value.message


def test_secrets_do_not_show_in_the_representation() -> None:
    access = Access(URL, "example", "c", key=KEY, sas="sig=abc")
    assert KEY not in repr(access)
    assert "sig" not in repr(access)
