# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All generations, by the version of the API that users name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from .._errors import InputError
from .account import ACCOUNT
from .generation import Generation, Kind
from .hosting_account import HOSTING_ACCOUNT
from .workspace import WORKSPACE

GENERATIONS = {generation.api_version: generation for generation in (HOSTING_ACCOUNT, ACCOUNT, WORKSPACE)}
"""By C(api_version)."""

DEFAULT = ACCOUNT


def said_to_others(generation: Generation, kind: Kind[Any], fields: Collection[str]) -> frozenset[str]:
    """Return the fields that say to other generations where something goes, when it is said to this one, too.

    So one description serves all generations; what is said to others alone is refused.
    """
    if not kind.place.intersection(fields):
        return frozenset()
    others = [getattr(other, f"{kind.name}s").place for other in GENERATIONS.values() if other is not generation]
    whole = [place for place in others if place <= frozenset(fields)]
    return frozenset().union(*whole).difference(kind.create)


def refuse_unknown(generation: Generation, kind: Kind[Any], fields: Collection[str]) -> None:
    """Refuse fields that this generation does not have.

    Raises:
        InputError: names the option and the generation that has it.
    """
    for name in sorted(fields):
        if name not in kind.create:
            others = [
                other.api_version for other in GENERATIONS.values() if name in getattr(other, f"{kind.name}s").create
            ]
            raise InputError(
                f"{name} does not exist for a {kind.name} in api_version {generation.api_version}"
                + (f"; only {' and '.join(others)} {'has' if len(others) == 1 else 'have'} it." if others else ".")
            )
