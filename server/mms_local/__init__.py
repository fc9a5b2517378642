# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The local MMS: the Model Management Service on your own machine."""

__version__ = "1.0.0"
