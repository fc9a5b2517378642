# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The description of a service."""

from mms_runtime.service_schema import (
    generate_service_swagger,
)

__all__ = ["generate_service_swagger"]
