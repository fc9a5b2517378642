# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The names of the generations of the protocol (protocol chapter 2). `api/mms` has a file for each."""

from __future__ import annotations

from enum import Enum


class Generation(str, Enum):
    """One generation of the protocol. Two accounts of equal name but different generation have nothing in common."""

    HOSTING = "hosting-account"
    ACCOUNT = "account"
    WORKSPACE = "workspace"

    @property
    def arm_type(self) -> str:
        """The resource type of its accounts in Resource Manager."""
        return _ARM_TYPES[self.value]


_ARM_TYPES = {
    "hosting-account": "Microsoft.MachineLearningOperationalization/hostingAccounts",
    "account": "Microsoft.MachineLearningModelManagement/accounts",
    "workspace": "Microsoft.MachineLearningServices/workspaces",
}
