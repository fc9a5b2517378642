# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""A schema that was read."""

from mms_runtime.service_schema import (
    Schema,
    ServiceSchema,
)

__all__ = ["Schema", "ServiceSchema"]
