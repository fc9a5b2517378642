# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""A token endpoint in the shape of Microsoft Entra ID, good enough for the unmodified azure-identity (protocol 4.4).

What signs and checks tokens needs the extra `identity` (PyJWT and cryptography). It is imported on first use, so that a
server that never gives out a token neither needs it nor waits for it.
"""

from mms_local.api.identity.applications import Application, Directory, FederatedCredential, User
from mms_local.api.identity.errors import IdentityUnavailable, TokenRejected
from mms_local.api.identity.service import DEFAULT_AUDIENCES, IdentityService

__all__ = [
    "DEFAULT_AUDIENCES",
    "Application",
    "Directory",
    "FederatedCredential",
    "IdentityService",
    "IdentityUnavailable",
    "TokenRejected",
    "User",
]
