# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The part of azureml-core that means something in a container; the package itself goes before it."""

from .model import Model

__all__ = ["Model"]
