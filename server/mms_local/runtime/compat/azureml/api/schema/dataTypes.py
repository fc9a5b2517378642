# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The types of inputs."""

from mms_runtime.service_schema import (
    DataTypes,
)

__all__ = ["DataTypes"]
