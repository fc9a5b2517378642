# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of a service that are read, kept and shown from one declaration: the dataclass field and its wire name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")

_WIRE = "wire"
_PART = "part"


def named(wire: str, part: type[Any] | None = None) -> Mapping[str, Any]:
    """Metadata of a dataclass field: the name that it has on the wire; `a.b` is the member `b` of the object `a`.

    Args:
        part: the dataclass of an object that is kept as a value of its own.
    """
    return {_WIRE: tuple(wire.split(".")), _PART: part}


def setting(wire: str) -> Any:
    """A dataclass field that is None until it is given, with the name that it has on the wire."""
    return field(default=None, metadata=named(wire))


def changed(before: T, given: Mapping[str, Any]) -> T:
    """The settings with what was given over them. What was not given stays; objects are changed member by member."""
    changes: dict[str, Any] = {}
    for one in fields(before):
        path = one.metadata.get(_WIRE)
        value = None if path is None else _at(given, path)
        if value is None:
            continue
        known, part = getattr(before, one.name), one.metadata[_PART]
        if part is not None:
            value = changed(known or part(), value) if value else known
        elif isinstance(value, Mapping):
            value = {**known, **value}
        changes[one.name] = value
    return replace(before, **changes)


def shown(settings: Any) -> dict[str, Any]:
    """The settings under their names on the wire; null for those that were never given."""
    found: dict[str, Any] = {}
    for one in fields(settings):
        path = one.metadata.get(_WIRE)
        if path is None:
            continue
        value = getattr(settings, one.name)
        place = found
        for name in path[:-1]:
            place = place.setdefault(name, {})
        if isinstance(value, Mapping):
            value = dict(value)
        place[path[-1]] = shown(value) if is_dataclass(value) else value
    return found


def _at(given: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = given
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
