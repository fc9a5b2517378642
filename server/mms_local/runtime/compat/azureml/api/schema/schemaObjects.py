# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A schema that was read."""

from mms_runtime.service_schema import (
    Schema,
    ServiceSchema,
)

__all__ = ["Schema", "ServiceSchema"]
