# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Tokens that open one service for a while, in the place of its keys (protocol 2.3.7)."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

from mms_local.api.guard.tokens import is_same
from mms_local.core.resources import Service

_REFRESH = 12 * 3600  # seconds until a client asks for a new one
_LIFETIME = 24 * 3600


def issue(service: Service, secret: str) -> dict[str, Any]:
    """A token, its kind, and when to replace it; the times in seconds since 1970.

    Args:
        secret: a key of the service; when it is regenerated, the token ends.
    """
    now = int(time.time())
    ends = now + _LIFETIME
    token = f"{ends}.{_signature(service, secret, ends)}"
    return {"accessToken": token, "tokenType": "Bearer", "expiryOn": ends, "refreshAfter": now + _REFRESH}


def opens(service: Service, secret: str, headers: Mapping[str, str]) -> bool:
    """Whether the request carries a token of this service that has not ended."""
    scheme, _separator, token = headers.get("Authorization", "").partition(" ")
    ends, _dot, signature = token.strip().partition(".")
    if scheme.lower() != "bearer" or not (ends.isascii() and ends.isdecimal()) or len(ends) > 12:
        return False
    return is_same(signature, _signature(service, secret, int(ends))) and int(ends) > time.time()


def _signature(service: Service, secret: str, ends: int) -> str:
    return hmac.new(secret.encode(), f"{service.id} {ends}".encode(), hashlib.sha256).hexdigest()
