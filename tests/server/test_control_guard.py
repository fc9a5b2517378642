# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which names the control room answers under."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from mms_local.api.errors import ApiError
from mms_local.api.guard.pages import demand_no_other_site


@pytest.mark.parametrize("host", ["127.0.0.1:8780", "[::1]", "192.0.2.7:80", "localhost", "a.localhost:1", "box."])
def test_names_that_no_stranger_can_own_are_answered(host: str) -> None:
    demand_no_other_site(make_mocked_request("GET", "/_mms/health", headers={"Host": host}))


@pytest.mark.parametrize("host", ["rebound.example", "127.0.0.1.rebound.example", "localhost.example", "2130706433.io"])
def test_names_that_may_be_a_stranger_s_are_refused(host: str) -> None:
    with pytest.raises(ApiError) as refused:
        demand_no_other_site(make_mocked_request("GET", "/_mms/health", headers={"Host": host}))
    assert refused.value.status == 403
    assert host in refused.value.message


def test_the_name_that_the_server_was_told_to_listen_on_is_answered() -> None:
    request = make_mocked_request("GET", "/_mms/health", headers={"Host": "MMS.example.com:8780"})
    demand_no_other_site(request, "mms.example.com")
    with pytest.raises(ApiError):
        demand_no_other_site(request, "other.example.com")
