# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of inputs."""

from mms_runtime.service_schema import (
    DataTypes,
)

__all__ = ["DataTypes"]
