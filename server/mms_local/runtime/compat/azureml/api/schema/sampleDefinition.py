# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Inputs described by examples."""

from mms_runtime.service_schema import (
    SampleDefinition,
)

__all__ = ["SampleDefinition"]
