# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generations of the protocol that the server speaks (protocol chapter 2)."""

from __future__ import annotations

from enum import Enum


class Generation(str, Enum):
    """One generation of the protocol. Two accounts of equal name but different generation have nothing in common."""

    HOSTING = "hosting-account"
    ACCOUNT = "account"
