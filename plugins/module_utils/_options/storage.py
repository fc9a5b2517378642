# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specification of the storage options, twin of the C(storage) doc fragment.

As with credentials, an empty string counts as unset, so rules across options are checked in C(storage_from), before
anything is sent.
"""

from __future__ import annotations

from typing import Any

STORAGE_OPTIONS: dict[str, dict[str, Any]] = {
    "storage_connection_string": {"type": "str", "no_log": True},
    "storage_account_url": {"type": "str"},
    "storage_account_key": {"type": "str", "no_log": True},
    "storage_sas_token": {"type": "str", "no_log": True},
    "storage_sas_lifetime": {"type": "int"},
    "storage_container": {"type": "str"},
}
