# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""An exception of the scoring API."""

from mms_runtime.service_schema import (
    BadRequestException,
)

__all__ = ["BadRequestException"]
