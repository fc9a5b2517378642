# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The description of a service."""

from mms_runtime.service_schema import (
    generate_service_swagger,
)

__all__ = ["generate_service_swagger"]
