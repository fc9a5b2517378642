# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of models, manifests and images: argument specification, twin of the C(versions) doc fragment."""

from __future__ import annotations

from typing import Any

VERSIONS_OPTIONS: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["absent", "present"], "default": "present"},
    "id": {"type": "str"},
    "version": {"type": "int"},
    "keep_last": {"type": "int"},
}
