# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Azure Resource Manager, as far as accounts and clusters need it (protocol 4.1 to 4.3)."""

from mms_local.api.arm.service import ArmService

__all__ = ["ArmService"]
