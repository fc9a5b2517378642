# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Settings of a service that are read, kept and shown from one declaration: the dataclass field and its wire name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")

_WIRE = "wire"


@dataclass(frozen=True)
class Wire:
    """Where a value stands on the wire.

    Args:
        path: its name, below the names of the objects that it is a member of.
        part: the dataclass of an object that is kept as a value of its own.
    """

    path: tuple[str, ...]
    part: type[Any] | None = None

    def as_field(self, default: Callable[[], Any] = lambda: None) -> Any:
        """A dataclass field for it. Until it is given it is what `default` makes."""
        made: Any = field(default_factory=default, metadata={_WIRE: self})
        return made


def setting(wire: str, *, part: type[Any] | None = None, default: Callable[[], Any] = lambda: None) -> Any:
    """A dataclass field with the name that it has on the wire; `a.b` is the member `b` of the object `a`."""
    return Wire(tuple(wire.split(".")), part).as_field(default)


def changed(before: T, given: Mapping[str, Any]) -> T:
    """The settings with what was given over them. What was not given stays; objects are changed member by member."""
    changes: dict[str, Any] = {}
    for one in fields(before):
        wire: Wire | None = one.metadata.get(_WIRE)
        value = None if wire is None else _at(given, wire.path)
        if wire is None or value is None:
            continue
        known = getattr(before, one.name)
        if wire.part is not None:
            value = changed(known or wire.part(), value) if value else known
        elif isinstance(value, Mapping):
            value = {**known, **value}
        changes[one.name] = value
    return replace(before, **changes)


def shown(settings: Any) -> dict[str, Any]:
    """The settings under their names on the wire; null for those that were never given."""
    found: dict[str, Any] = {}
    for one in fields(settings):
        wire: Wire | None = one.metadata.get(_WIRE)
        if wire is None:
            continue
        value = getattr(settings, one.name)
        place = found
        for name in wire.path[:-1]:
            place = place.setdefault(name, {})
        if isinstance(value, Mapping):
            value = dict(value)
        place[wire.path[-1]] = shown(value) if is_dataclass(value) else value
    return found


def _at(given: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = given
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
