# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Schema files; generated mains import everything from here, the json module included."""

import json
import os

from mms_runtime.service_schema import (
    BadRequestException,
    DataTypes,
    InternalServerException,
    SampleDefinition,
    Schema,
    ServiceSchema,
    load_service_schema,
    parse_service_input,
    save_service_schema,
)

__all__ = [
    "BadRequestException",
    "DataTypes",
    "InternalServerException",
    "SampleDefinition",
    "Schema",
    "ServiceSchema",
    "json",
    "load_service_schema",
    "os",
    "parse_service_input",
    "save_service_schema",
]
