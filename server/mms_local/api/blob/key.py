# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The storage account's key."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

from mms_local.data_directory import write_private


def account_key(directory: Path) -> str:
    """The key (64 bytes, in base64) kept in this directory; made at the first call, readable by its owner only."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / "account.key"
    if not path.exists():
        write_private(path, base64.b64encode(secrets.token_bytes(64)).decode())
    return path.read_text("ascii")
