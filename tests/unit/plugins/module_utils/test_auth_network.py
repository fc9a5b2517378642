# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How token authorities and blob storage are reached."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._auth.network import Network
from ansible_collections.azureml.model_management.plugins.module_utils._time.repeats import Patience

PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, Network(verify=True, proxy=None, timeout=30.0, patience=Patience(3))),
        ({"ca_path": "", "proxy": "", "timeout": None, "validate_certs": None}, Network()),
        ({"ca_path": "/ca.pem", "validate_certs": True}, Network(verify="/ca.pem")),
        ({"ca_path": "/ca.pem", "validate_certs": False}, Network(verify=False)),
        ({"proxy": PROXY, "timeout": 5, "retries": 0}, Network(proxy=PROXY, timeout=5.0, patience=Patience(0))),
    ],
)
def test_the_options_of_the_connection_apply(options: dict[str, Any], expected: Network) -> None:
    assert Network.from_options(options) == expected


def test_home_is_understood_in_the_path_of_the_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    assert Network.from_options({"ca_path": "~/ca.pem"}).verify == "/somewhere/ca.pem"


@pytest.mark.parametrize(
    ("proxy", "url", "expected"),
    [
        (None, "https://login.example", None),
        (None, "http://127.0.0.1:8780/mmslocal", {"no_proxy": "127.0.0.1"}),
        (None, "https://localhost:8743", {"no_proxy": "localhost"}),
        (PROXY, "https://login.example", {"http": PROXY, "https": PROXY}),
        (PROXY, "https://127.0.0.1", {"http": PROXY, "https": PROXY}),
    ],
)
def test_only_a_proxy_of_the_task_leads_to_this_machine(
    proxy: str | None, url: str, expected: dict[str, str] | None
) -> None:
    assert Network(proxy=proxy).proxies(url) == expected
    assert Network(proxy=proxy).sdk_options(url).get("proxies") == expected


def test_the_sdk_is_given_certificates_time_outs_and_retries() -> None:
    assert Network(verify="/ca.pem", timeout=7.0, patience=Patience(1)).sdk_options("https://login.example") == {
        "connection_verify": "/ca.pem",
        "connection_timeout": 7.0,
        "read_timeout": 7.0,
        "retry_total": 0,
    }
