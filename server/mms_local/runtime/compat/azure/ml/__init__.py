# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The name that the first releases of the SDK had."""

import importlib
import sys

api = sys.modules["azure.ml.api"] = importlib.import_module("azureml.api")
