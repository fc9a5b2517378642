# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request as it came."""

from azureml_inference_server_http.api.aml_request import (
    AMLRequest,
    rawhttp,
)

__all__ = ["AMLRequest", "rawhttp"]
