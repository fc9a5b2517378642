# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Part of what drivers of 2017 to 2020 import; shares its name with packages of the image."""

__path__ = __import__("pkgutil").extend_path(__path__, __name__)
