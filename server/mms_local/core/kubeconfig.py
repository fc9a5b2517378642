# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Checks a kubeconfig when it arrives, not when the first pod fails (protocol 5.2). Never repeats what it read."""

from __future__ import annotations

from typing import Any

from mms_local.core.errors import Invalid, Problem

_FIELD = "kubeConfig"
_NEWLINES = (
    "deleting the line breaks of a block-style kubeconfig destroys it; send the text with its line breaks"
    " (JSON carries them as \\n), or convert it to one line of JSON"
)


def check_kubeconfig(text: str) -> None:
    """Accept block YAML, flow YAML or JSON that has clusters, users, contexts and a current context which resolves.

    Raises:
        Invalid: naming what is missing, and the newline trap where the text looks as if it fell into it.
    """
    from mms_local.core import safe_yaml  # only services of generation hosting-account need it

    try:
        config = safe_yaml.load(text)
    except safe_yaml.YamlRefused as error:
        hint = "" if "\n" in text.strip() else f"; {_NEWLINES}"
        raise Invalid(Problem(_FIELD, f"{error}{hint}")) from None
    if not isinstance(config, dict):
        hint = f"; {_NEWLINES}" if isinstance(config, str) else ""
        raise Invalid(Problem(_FIELD, f"must be a YAML or JSON mapping with clusters, users and contexts{hint}"))
    named = {part: _named(config, part) for part in ("clusters", "users", "contexts")}
    current = config.get("current-context")
    if not isinstance(current, str) or not current:
        raise Invalid(Problem(_FIELD, "has no current-context"))
    context = named["contexts"].get(current)
    if not isinstance(context, dict):
        raise Invalid(Problem(_FIELD, "current-context names a context that is not under contexts"))
    for part, key in (("clusters", "cluster"), ("users", "user")):
        name = context.get(key)
        if not isinstance(name, str) or not isinstance(named[part].get(name), dict):
            raise Invalid(Problem(_FIELD, f"the {key} of the current context is not a mapping under {part}"))


def _named(config: dict[Any, Any], part: str) -> dict[Any, Any]:
    entries = config.get(part)
    if not isinstance(entries, list) or not entries:
        raise Invalid(Problem(_FIELD, f"has no {part}; it must be a complete kubeconfig"))
    if not all(isinstance(entry, dict) and isinstance(entry.get("name"), str) for entry in entries):
        raise Invalid(Problem(_FIELD, f"each entry under {part} must be a mapping with a name; {_NEWLINES}"))
    return {entry["name"]: entry.get(part.rstrip("s")) for entry in entries}
