# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Declarative input shapes: one table says what a body may hold, checks it, and describes itself as JSON Schema.

The rules that hold for every body (protocol 7.1.5 and 7.1.8): field names are read without regard to case, a null
counts as left out, unknown fields are ignored, and every problem is reported with its path, not just the first one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mms_local.core.errors import Invalid, Problem

Schema = dict[str, Any]


class Shape(Protocol):
    """Something that a JSON value can be read as."""

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The value as the core wants it; anything at all after a problem was added."""

    def schema(self) -> Schema:
        """The JSON Schema of values that :meth:`read` takes."""


@dataclass(frozen=True)
class Text:
    """A string. `longest` counts Unicode characters; `pattern` must match the whole string, `rule` puts it in words."""

    shortest: int = 0
    longest: int = 65_536
    pattern: str | None = None
    rule: str = ""
    choices: tuple[str, ...] = ()

    def read(self, value: Any, path: str, problems: list[Problem]) -> str:
        if not isinstance(value, str):
            problems.append(Problem(path, f"must be a string, not {_kind(value)}"))
            return ""
        if len(value) > self.longest:
            problems.append(Problem(path, f"must have at most {self.longest} characters, has {len(value)}"))
        elif len(value) < self.shortest:
            problems.append(
                Problem(
                    path,
                    "must not be empty" if self.shortest == 1 else f"must have at least {self.shortest} characters",
                )
            )
        elif self.choices:
            known = {choice.lower(): choice for choice in self.choices}
            if value.lower() not in known:
                problems.append(Problem(path, f"must be one of {', '.join(self.choices)}"))
            return known.get(value.lower(), value)
        elif self.pattern and not re.fullmatch(self.pattern, value):
            problems.append(Problem(path, self.rule))
        return value

    def schema(self) -> Schema:
        schema: Schema = {"type": "string", "maxLength": self.longest}
        if self.shortest:
            schema["minLength"] = self.shortest
        if self.choices:
            schema = {"type": "string", "enum": list(self.choices)}
        if self.pattern:
            schema["pattern"] = f"^(?:{self.pattern})$"
        return schema


@dataclass(frozen=True)
class Flag:
    """A boolean; `"true"` and `"false"` are read too (protocol 2.1.2)."""

    def read(self, value: Any, path: str, problems: list[Problem]) -> bool:
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not isinstance(value, bool):
            problems.append(Problem(path, f"must be true or false, not {_kind(value)}"))
        return bool(value)

    def schema(self) -> Schema:
        return {"anyOf": [{"type": "boolean"}, {"type": "string", "enum": ["true", "false"]}]}


@dataclass(frozen=True)
class Number:
    """A whole number between two bounds, both included."""

    lowest: int
    highest: int

    def read(self, value: Any, path: str, problems: list[Problem]) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            problems.append(Problem(path, f"must be a whole number, not {_kind(value)}"))
            return self.lowest
        if not self.lowest <= value <= self.highest:
            problems.append(Problem(path, f"must be between {self.lowest} and {self.highest}"))
        return value

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest}


@dataclass(frozen=True)
class Real:
    """A number between two bounds, both included."""

    lowest: float
    highest: float

    def read(self, value: Any, path: str, problems: list[Problem]) -> float:
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            problems.append(Problem(path, f"must be a number, not {_kind(value)}"))
            return self.lowest
        if not self.lowest <= value <= self.highest:
            problems.append(Problem(path, f"must be between {self.lowest:g} and {self.highest:g}"))
        return value

    def schema(self) -> Schema:
        return {"type": "number", "minimum": self.lowest, "maximum": self.highest}


@dataclass(frozen=True)
class Anything:
    """Any JSON value; whoever uses it knows more about it, or only gives it back."""

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        return value

    def schema(self) -> Schema:
        return {}


@dataclass(frozen=True)
class Share:
    """A number from 0 to 1."""

    def read(self, value: Any, path: str, problems: list[Problem]) -> float:
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= 1:
            problems.append(Problem(path, "must be a number from 0 to 1"))
            return 0.0
        return float(value)

    def schema(self) -> Schema:
        return {"type": "number", "minimum": 0, "maximum": 1}


@dataclass(frozen=True)
class ListOf:
    """An array."""

    item: Shape
    longest: int = 1000

    def read(self, value: Any, path: str, problems: list[Problem]) -> tuple[Any, ...]:
        if not isinstance(value, list):
            problems.append(Problem(path, f"must be an array, not {_kind(value)}"))
            return ()
        if len(value) > self.longest:
            problems.append(Problem(path, f"must have at most {self.longest} entries, has {len(value)}"))
            return ()
        return tuple(self.item.read(item, f"{path}[{index}]", problems) for index, item in enumerate(value))

    def schema(self) -> Schema:
        return {"type": "array", "items": self.item.schema(), "maxItems": self.longest}


@dataclass(frozen=True)
class MapOf:
    """An object with free names, whose values all have one shape."""

    item: Shape
    longest: int = 100

    def read(self, value: Any, path: str, problems: list[Problem]) -> dict[str, Any]:
        if not isinstance(value, dict):
            problems.append(Problem(path, f"must be an object, not {_kind(value)}"))
            return {}
        if len(value) > self.longest:
            problems.append(Problem(path, f"must have at most {self.longest} entries, has {len(value)}"))
            return {}
        return {
            name: self.item.read(item, f"{path}.{name}", problems) for name, item in value.items() if item is not None
        }

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": self.item.schema(), "maxProperties": self.longest}


@dataclass(frozen=True)
class AsGiven:
    """A value of another shape that is kept as it came, with what that shape does not know."""

    shape: Shape

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        self.shape.read(value, path, problems)
        return value

    def schema(self) -> Schema:
        return self.shape.schema()


@dataclass(frozen=True)
class Field:
    """One named member of an object. `aliases` are other spellings that are read (beyond letter case)."""

    name: str
    shape: Shape
    required: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """An object with named fields. Reading gives a dict of the fields that were there, under their declared names.

    `any_of` names fields of which at least one must be there.
    """

    fields: tuple[Field, ...]
    any_of: tuple[str, ...] = ()

    def read(self, value: Any, path: str, problems: list[Problem]) -> dict[str, Any]:
        if not isinstance(value, dict):
            problems.append(Problem(path or "body", f"must be an object, not {_kind(value)}"))
            return {}
        given = {name.lower(): item for name, item in value.items()}
        result: dict[str, Any] = {}
        for field in self.fields:
            where = f"{path}.{field.name}" if path else field.name
            names = (field.name, *field.aliases)
            item = next((given[name.lower()] for name in names if given.get(name.lower()) is not None), None)
            if item is not None:
                result[field.name] = field.shape.read(item, where, problems)
            elif field.required:
                problems.append(Problem(where, "is required"))
        if self.any_of and not any(name in result for name in self.any_of):
            first, *others = self.any_of
            problems.append(Problem(first, f"is required, unless {' or '.join(others)} is given"))
        return result

    def schema(self) -> Schema:
        schema: Schema = {"type": "object", "properties": {}}
        for field in self.fields:
            schema["properties"][field.name] = field.shape.schema()
        required = [field.name for field in self.fields if field.required]
        if required:
            schema["required"] = required
        if self.any_of:
            schema["anyOf"] = [{"required": [name]} for name in self.any_of]
        return schema


def read(record: Record, body: Any) -> Mapping[str, Any]:
    """The fields of a body, checked.

    Raises:
        Invalid: with every problem that was found.
    """
    problems: list[Problem] = []
    fields = record.read(body, "", problems)
    if problems:
        raise Invalid(*problems)
    return fields


def read_strictly(record: Record, body: Any) -> Mapping[str, Any]:
    """The fields of a body, checked; unlike :func:`read`, a field that is not known is an error.

    Raises:
        Invalid: with every problem that was found; for an unknown field it lists the known ones.
    """
    known = {field.name.lower() for field in record.fields}
    unknown = [name for name in body if name.lower() not in known] if isinstance(body, dict) else []
    if unknown:
        names = ", ".join(field.name for field in record.fields)
        raise Invalid(*(Problem(name, f"is not known; known fields are {names}") for name in unknown))
    return read(record, body)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
