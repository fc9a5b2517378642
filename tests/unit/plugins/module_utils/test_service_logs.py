# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said where no log can be read. How logs are read is shown against the local MMS."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import NotFoundError, RefusedError
from ansible_collections.azureml.model_management.plugins.module_utils._resources.service import Service
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.service_logs import service_logs


def session(*services: Service) -> Any:
    """A session with a server that has these services and no call for logs."""
    client = SimpleNamespace(
        base_url="https://mms.example/api",
        service_log=mock.Mock(return_value=None),
        services=SimpleNamespace(list=lambda **filters: list(services)),
    )
    connection = SimpleNamespace(generation=SimpleNamespace(api_version="2017-09-01-preview"))
    return SimpleNamespace(options={"service": "iris", "tail": 5}, client=client, connection=connection)


def test_a_server_that_gives_no_logs_out_is_told_from_a_service_that_never_was() -> None:
    with pytest.raises(RefusedError, match="gives no logs out in api_version 2017-09-01-preview"):
        service_logs(session(Service(name="iris")))
    with pytest.raises(NotFoundError, match="There is no log of a service 'iris'"):
        service_logs(session())
