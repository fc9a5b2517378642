# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The request as it came."""

from azureml_inference_server_http.api.aml_request import (
    AMLRequest,
    rawhttp,
)

__all__ = ["AMLRequest", "rawhttp"]
