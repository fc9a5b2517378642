# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An exception of the scoring API."""

from mms_runtime.service_schema import (
    TooManyRequestsException,
)

__all__ = ["TooManyRequestsException"]
