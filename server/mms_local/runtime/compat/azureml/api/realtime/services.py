# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What a driver of the workbench calls when it is run by hand, to write its schema file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mms_runtime.service_schema import SampleDefinition, save_service_schema


def generate_schema(
    run_func: Callable[..., Any],
    inputs: dict[str, SampleDefinition] | None = None,
    outputs: dict[str, SampleDefinition] | None = None,
    filepath: str = "",
) -> Any:
    """Write the schema of `run` to a file, and return it."""
    return save_service_schema(filepath, inputs, outputs)
