# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The script that azureml-inference-server-http loads in the place of the driver, which `MMS_DRIVER` names."""

from __future__ import annotations

import importlib

_driver = importlib.import_module("mms_runtime.driver").load()
init = _driver.init
run = _driver.run
