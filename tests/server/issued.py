# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens as the authority of a server gives them to its one application."""

from __future__ import annotations

import requests

from mms_local.testing import ServerProcess


def token_for(server: ServerProcess, scope: str) -> str:
    """An access token for this scope."""
    names = server.environment
    asked = {
        "grant_type": "client_credentials",
        "client_id": names["AZURE_CLIENT_ID"],
        "client_secret": names["AZURE_CLIENT_SECRET"],
        "scope": scope,
    }
    url = f"{server.url}/{names['AZURE_TENANT_ID']}/oauth2/v2.0/token"
    return str(requests.post(url, data=asked, timeout=30).json()["access_token"])
