# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one run of a task works with, as its options say it."""

from __future__ import annotations

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
