# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Keep what a model was asked and what it answered."""

from mms_runtime.data_collection import ModelDataCollector

__all__ = ["ModelDataCollector"]
