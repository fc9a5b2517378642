# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Combinations of options that cannot work, beyond what Ansible's own rules express."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._errors import InputError
from .._generations.generation import Generation, Kind


def require(options: Mapping[str, Any], *names: str) -> None:
    """Refuse options that are missing or empty.

    Raises:
        InputError: names them.
    """
    missing = [name for name in names if options[name] in (None, "", [], {})]
    if missing:
        raise InputError(f"{', '.join(missing)} must be set when state is {options['state']}.")


def forbid(options: Mapping[str, Any], names: Sequence[str]) -> None:
    """Refuse options that make no sense in this state.

    Raises:
        InputError: names them.
    """
    given = [name for name in names if options[name] not in (None, "")]
    if given:
        raise InputError(f"{', '.join(given)} cannot be used when state is {options['state']}.")


def check_versions(options: Mapping[str, Any], generation: Generation, kind: Kind[Any]) -> None:
    """Check what concerns the versions of a model, a manifest or an image.

    Raises:
        InputError: says what cannot work.
    """
    keep = options["keep_last"]
    if options["state"] == "absent":
        if keep is not None and (options["id"] or options["version"] is not None):
            raise InputError("keep_last is about all versions of a name; leave out id and version.")
        if options["version"] is not None and not options["name"]:
            raise InputError("version says which one of a name is meant, so name must be set too.")
        if options["id"] and options["name"]:
            raise InputError("id and name both say what to delete; keep one.")
        if not options["id"] and not options["name"]:
            raise InputError("One of id, name must be set when state is absent.")
    else:
        forbid(options, ("id", "version"))
        if ":" in (options["name"] or ""):
            raise InputError(
                f"name is {options['name']!r}. It must not hold a colon: NAME:VERSION is how a version is referred to, "
                "so nothing could refer to this one."
            )
        if options["name"]:
            kind.check_name(options["name"])
    if keep is not None:
        if keep < 1:
            raise InputError(f"keep_last is {keep}; at least 1 version must be kept.")
        if not kind.deletable:
            raise InputError(
                f"keep_last cannot be used: api_version {generation.api_version} has no way to delete a {kind.name}."
            )
