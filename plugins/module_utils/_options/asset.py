# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an asset of a manifest can be described by: part of the argument specification of mms_manifest."""

from __future__ import annotations

from typing import Any

from .files import PathOption

ASSET_OPTIONS: dict[str, dict[str, Any]] = {
    "source": PathOption({"type": "str", "required": True}),
    "id": {"type": "str"},
    "mime_type": {"type": "str"},
    "unpack": {"type": "bool"},
}
