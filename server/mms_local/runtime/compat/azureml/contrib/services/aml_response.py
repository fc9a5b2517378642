# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""An answer of a driver's own."""

from azureml_inference_server_http.api.aml_response import (
    AMLResponse,
)

__all__ = ["AMLResponse"]
