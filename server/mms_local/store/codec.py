# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Dataclasses to JSON values and back, driven by their type hints. An annotation of a hint checks what is read."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints


def encode(value: Any) -> Any:
    """The JSON value that :func:`decoder` reads back."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    return value


@cache
def decoder(hint: Any) -> Callable[[Any], Any]:
    """A function from JSON values to values of the given type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        inner, form = decoder(arguments[0]), arguments[1]
        return lambda value: form.checked(inner(value))
    if origin in (Union, types.UnionType):
        inner = decoder(next(argument for argument in arguments if argument is not types.NoneType))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        items = [decoder(argument) for argument in arguments if argument is not Ellipsis]
        if Ellipsis in arguments:
            return lambda value: tuple(items[0](item) for item in value)
        return lambda value: tuple(read(item) for read, item in zip(items, value, strict=True))
    if isinstance(hint, type) and is_dataclass(hint):
        return _record_decoder(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if hint is datetime:
        return datetime.fromisoformat
    return lambda value: value


def _record_decoder(cls: type[Any]) -> Callable[[Any], Any]:
    hints = get_type_hints(cls, include_extras=True)
    readers = {field.name: decoder(hints[field.name]) for field in fields(cls)}
    return lambda value: cls(**{name: readers[name](item) for name, item in value.items()})
