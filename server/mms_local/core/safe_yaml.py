# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The one way in which this server reads YAML of its users (conda files, kubeconfigs): without what makes a bomb of it.

Aliases let a few hundred bytes stand for gigabytes, deep nesting exhausts the stack, and tags call constructors that
fail in ways of their own. Plain data needs none of them. Messages never quote the text: it may hold credentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Protocol

import yaml

MAX_BYTES = 1 << 20
MAX_DEPTH = 50
MAX_PARTS = 100_000
"""Keys, values, and beginnings and ends of mappings and lists: 50 ms for what users send, half a second for this."""

_LONG_NUMBER = re.compile(r"[-+0-9_:.]{100,}")
"""Reading digits in base 60, which 1:30:00 is to YAML 1.1, takes time that grows with the square of their number."""
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class _Mark(Protocol):
    """A place in the text; the two parsers of PyYAML each have a class for it."""

    line: int
    column: int


class YamlRefused(Exception):
    """The text is no YAML, or not the plain kind. The message fits after a name: "is no valid YAML (line 3, ...)"."""


def load(text: str, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """The data of one YAML (or JSON) document: mappings, lists and plain scalars; None for an empty one.

    Args:
        max_bytes: most bytes of UTF-8.
        max_depth: most mappings and lists inside each other.

    Raises:
        YamlRefused: not valid, too large, too deep, too many values, or with an alias or a tag.
    """
    if len(text) > max_bytes or len(text.encode("utf-8", "surrogatepass")) > max_bytes:
        raise YamlRefused(f"is larger than {max_bytes} bytes")
    try:
        _check(yaml.parse(text, Loader=_LOADER), max_depth)
        return yaml.load(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise YamlRefused(f"is no valid YAML{_place(error.problem_mark)}: {error.problem}") from None
    except (yaml.YAMLError, UnicodeError):
        raise YamlRefused("holds characters that YAML does not allow") from None
    except (ValueError, OverflowError):  # a date or a number that looks right and is not
        raise YamlRefused("holds a number or a date that cannot be; put it in quotes") from None


def _check(events: Iterator[yaml.Event], max_depth: int) -> None:
    depth = 0
    for number, event in enumerate(events):
        if number > MAX_PARTS:
            raise YamlRefused(f"has more than {MAX_PARTS} keys and values")
        if isinstance(event, yaml.AliasEvent):
            raise YamlRefused(f"uses an alias{_place(event.start_mark)}; write the value out")
        if getattr(event, "tag", None) is not None:
            raise YamlRefused(f"uses a tag (!...){_place(event.start_mark)}; write a plain value")
        if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and _LONG_NUMBER.fullmatch(event.value):
            raise YamlRefused(f"holds a number that cannot be{_place(event.start_mark)}; put it in quotes")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > max_depth:
            raise YamlRefused(f"is nested deeper than {max_depth} levels{_place(event.start_mark)}")


def _place(mark: _Mark | None) -> str:
    return f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
