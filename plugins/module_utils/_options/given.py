# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one rule for what counts as given: an empty text does not, wherever it comes from.

Surveys, inventories and unset variables leave one where nothing was meant. It would otherwise mean the current folder
as a path, a value to compare, or none of the choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.parameters import env_fallback
from ansible.module_utils.errors import AnsibleFallbackNotFound


def given(values: Mapping[str, Any], spec: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the options, before they are validated, without those that are an empty text.

    Suboptions and the elements of lists are left out in the same way, and a suboption or a list that had nothing but
    empty texts inside as a whole. What an option of another type holds is the user's own data and stays as it is.
    """
    kept: dict[str, Any] = {}
    for name, value in values.items():
        option = spec.get(name) or _by_alias(spec, name)
        inner = option.get("options")
        left = value
        if inner and isinstance(value, Mapping):
            left = given(value, inner)
        elif isinstance(value, (list, tuple)) and option.get("type") == "list":
            elements = [given(one, inner) if inner and isinstance(one, Mapping) else one for one in value]
            left = [one for one in elements if not _is_empty_text(one)]
        emptied = bool(value) and not left and left is not value
        if not (option and _is_empty_text(value)) and not emptied:
            kept[name] = left
    return kept


def _is_empty_text(value: Any) -> bool:
    return isinstance(value, str) and not value


def _by_alias(spec: Mapping[str, Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    return next((option for option in spec.values() if name in option.get("aliases", ())), {})


def from_environment(variable: str) -> str:
    """Return the value of an environment variable, as the fallback of an option.

    Raises:
        AnsibleFallbackNotFound: it is not set, or empty.
    """
    value: str = env_fallback(variable)
    if not value.strip():
        raise AnsibleFallbackNotFound
    return value
