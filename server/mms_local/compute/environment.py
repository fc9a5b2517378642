# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The environment of a scoring process, the same on every compute (protocol 5.4 and chapter 6)."""

from __future__ import annotations

from mms_local.core.ports import ServiceSpec

_TELEMETRY = {
    "AML_APP_INSIGHTS_ENABLED": "false",
    "AML_APP_INSIGHTS_KEY": "",
    "AML_MODEL_DC_STORAGE_ENABLED": "false",
    "AML_MODEL_DC_STORAGE": "",
    "AML_MODEL_DC_EVENT_HUB_ENABLED": "false",
    "AML_MODEL_DC_EVENT_HUB": "",
}


def service_environment(spec: ServiceSpec) -> dict[str, str]:
    """What the driver of this service finds in its environment, beyond what its image sets."""
    return {
        **_TELEMETRY,
        "SERVICE_NAME": spec.name,
        "SERVICE_VERSION": "1.0",
        "SERVICE_PATH_PREFIX": f"api/v1/service/{spec.name}",
        **dict(spec.environment),
    }
