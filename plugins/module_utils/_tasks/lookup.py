# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding what users refer to by id, by C(name) (the newest version) or by C(name:version)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from .._client.client import Collection
from .._plan import Versioned, newest_first
from .._resources._common import ENDED_BADLY
from .._resources.wire import is_guid

V = TypeVar("V", bound=Versioned)


def referred(collection: Collection[V], reference: str) -> V | None:
    """Return what a reference means, or None. Of a plain name it is the newest version that did not fail."""
    if is_guid(reference):
        return collection.get(reference)
    name, colon, version = reference.rpartition(":")
    if colon and re.fullmatch("[0-9]{1,18}", version):
        return pick(collection.list(name=name), name, int(version))
    return pick(collection.list(name=reference), reference, None)


def pick(versions: Sequence[V], name: str, version: int | None) -> V | None:
    """Return the version asked for, or the newest good one, of those with this name."""
    for one in newest_first(versions):
        if one.name == name and (one.version == version if version is not None else one.state not in ENDED_BADLY):
            return one
    return None


def not_found(collection: Collection[V], reference: str) -> str:
    """Return words for a reference that means nothing."""
    kind = collection.kind.name
    return (
        f"{kind.capitalize()} {reference!r} does not exist. "
        f"A {kind} is given as id, as name (the newest), or as name:version."
    )
