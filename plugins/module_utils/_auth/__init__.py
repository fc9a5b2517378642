# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bearer tokens from every credential source that users of Azure know (protocol 4.4)."""

from __future__ import annotations

from .chain import credential_from
from .token import Credential, GivenToken, Token

__all__ = ["Credential", "GivenToken", "Token", "credential_from"]
