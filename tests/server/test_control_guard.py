# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Under which names the server answers, and how lists of hosts are read."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from mms_local.api.errors import ApiError
from mms_local.api.guard.pages import ALWAYS, demand_no_other_site
from mms_local.core.hosts import Hosts

ALLOWED = Hosts.of([*ALWAYS, "box", "MMS.example.com.", "*.svc.cluster.local"])

OWN = """
127.0.0.1:8780 [::1] [fe80::1]:1 192.0.2.7:80 localhost LOCALHOST.:1 a.localhost:1 box:8780
mms.example.com mms.example.com.:8780 mms.team.svc.cluster.local
"""
STRANGE = """
rebound.example 127.0.0.1.rebound.example localhost.example 2130706433.io workstation box.lan
svc.cluster.local mms.example.com.rebound.example xsvc.cluster.local
"""

pytestmark = pytest.mark.security


def ask(host: str) -> None:
    demand_no_other_site(make_mocked_request("GET", "/_mms/health", headers={"Host": host}), ALLOWED)


@pytest.mark.parametrize("host", OWN.split())
def test_names_that_no_stranger_can_own_and_those_that_are_listed_are_answered(host: str) -> None:
    ask(host)


@pytest.mark.parametrize("host", STRANGE.split())
def test_names_that_may_be_a_stranger_s_are_refused(host: str) -> None:
    with pytest.raises(ApiError) as refused:
        ask(host)
    assert refused.value.status == 403
    assert host in refused.value.message


def test_a_request_without_the_header_comes_from_no_browser() -> None:
    demand_no_other_site(make_mocked_request("GET", "/_mms/health"), ALLOWED)


@pytest.mark.parametrize("entry", ["http://mms", "mms:8780", "*", "a b", "a.*.b", "-", "*.", "300.1.1.1/8"])
def test_a_list_takes_names_and_addresses_only(entry: str) -> None:
    with pytest.raises(ValueError, match="is no name"):
        Hosts.of([entry])


@pytest.mark.parametrize(
    ("host", "listed"),
    [("10.1.2.3", True), ("11.1.2.3", False), ("[fd00::1]", True), ("fd01::1", False), ("192.0.2.7", True)],
)
def test_addresses_and_networks_are_listed_as_they_are_written(host: str, listed: bool) -> None:
    assert (host in Hosts.of(["10.0.0.0/8", "fd00::/16", "192.0.2.7"])) is listed
