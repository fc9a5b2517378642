# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An answer of a driver's own."""

from azureml_inference_server_http.api.aml_response import (
    AMLResponse,
)

__all__ = ["AMLResponse"]
