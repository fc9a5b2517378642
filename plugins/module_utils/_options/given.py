# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as given: surveys, inventories and unset variables leave an empty text where nothing was meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def given(values: Mapping[str, Any], spec: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the options without those that are an empty text, in suboptions too.

    A suboption that had nothing but empty texts inside is left out as a whole. What an option without suboptions holds
    is the user's own data and stays as it is.
    """
    kept: dict[str, Any] = {}
    for name, value in values.items():
        inner = spec.get(name, {}).get("options")
        if value == "":
            continue
        if inner and isinstance(value, Mapping) and value:
            value = given(value, inner) or None
        elif inner and isinstance(value, list):
            value = [given(one, inner) if isinstance(one, Mapping) else one for one in value]
        kept[name] = value
    return kept
