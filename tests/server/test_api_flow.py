# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deploy flow of protocol chapter 1, once through, in both generations."""

from __future__ import annotations

import pytest
from api_client import GENERATIONS, Api, Generation

from mms_local.testing import ServerProcess


@pytest.mark.parametrize("generation", GENERATIONS, ids=lambda one: one.marker)
def test_a_model_becomes_a_service(server: ServerProcess, generation: Generation) -> None:
    api = Api(server.url, generation)
    model = api.new_model()
    image = api.new_image(api.new_manifest(model["id"])["id"])
    assert image["creationState"] == "Succeeded"
    service = api.new_service(image["id"])
    assert service["state"] == "Succeeded"
    assert service["image"]["id"] == image["id"]
    assert service["scoringUri"] == f"{server.url}/api/v1/service/iris/score"
    assert set(api.get(f"services/{service['id']}/keys")) == {"primaryKey", "secondaryKey"}
