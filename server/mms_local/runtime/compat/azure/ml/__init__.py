# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The names that the first releases of the SDK had, for the same modules."""

import importlib
import pkgutil
import sys

api = importlib.import_module("azureml.api")
_OLD, _NEW = "azure.ml.api", api.__name__
sys.modules[_OLD] = api
for _found in pkgutil.walk_packages(api.__path__, _NEW + "."):
    sys.modules[_OLD + _found.name[len(_NEW) :]] = importlib.import_module(_found.name)
_schema = sys.modules[_NEW + ".schema"]
vars(_schema)["schemautil"] = sys.modules[_OLD + ".schema.schemautil"] = sys.modules[_NEW + ".schema.schemaUtil"]
