# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""JSON Patch as clients of generation workspace send it (protocol 2.3.5): more lenient than RFC 6902 in two points.

`replace` makes members, and the objects around them, that are not there yet; and a slash in a key of `properties` needs
no escape, because clients put keys of users there as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from mms_local.core.errors import Invalid, Problem

_VERBS = ("add", "replace", "remove", "test")


def patched(document: Mapping[str, Any], operations: Any, allowed: Sequence[str]) -> dict[str, Any]:
    """The document after all operations; the one that was given stays as it is.

    Args:
        allowed: members that may change, by their first name in the path.

    Raises:
        Invalid: an operation is none, or changes something that cannot be changed. Nothing is applied then.
    """
    if not isinstance(operations, list):
        raise Invalid(Problem("body", "must be an array of JSON Patch operations"))
    result = deepcopy(dict(document))
    known = {name.lower(): name for name in allowed}
    problems: list[Problem] = []
    for number, operation in enumerate(operations):
        where = f"[{number}]"
        if not isinstance(operation, dict) or operation.get("op") not in _VERBS:
            problems.append(Problem(f"{where}.op", f"must be one of {', '.join(_VERBS)}"))
            continue
        path = operation.get("path")
        if not isinstance(path, str) or not path.startswith("/"):
            problems.append(Problem(f"{where}.path", "must be a path that begins with '/'"))
            continue
        first, *rest = _parts(path)
        if first.lower() not in known:
            can = ", ".join(f"/{name}" for name in allowed)
            problems.append(Problem(f"{where}.path", f"{path} cannot be changed; what can be is below {can}"))
            continue
        problem = _apply(result, [known[first.lower()], *rest], operation)
        if problem:
            problems.append(Problem(f"{where}.path", problem))
    if problems:
        raise Invalid(*problems)
    return result


def _parts(path: str) -> list[str]:
    parts = path[1:].split("/")
    if parts[0].lower() in ("properties", "kvtags") and len(parts) > 2:
        parts = [parts[0], "/".join(parts[1:])]
    return [part.replace("~1", "/").replace("~0", "~") for part in parts]


def _apply(document: dict[str, Any], path: list[str], operation: Mapping[str, Any]) -> str:
    """Apply one operation; gives what is wrong with it, or nothing."""
    place = document
    for name in path[:-1]:
        inner = place.get(name)
        if inner is None:
            inner = place[name] = {}
        if not isinstance(inner, dict):
            return f"there is nothing below {name}"
        place = inner
    name, verb = path[-1], operation["op"]
    if verb == "remove":
        if place.pop(name, None) is None:
            return f"there is no {name} to remove"
    elif "value" not in operation:
        return f"{verb} needs a value"
    elif verb == "test":
        if place.get(name) != operation["value"]:
            return f"{name} is not what the test says"
    elif verb == "add" and isinstance(place.get(name), list) and isinstance(operation["value"], list):
        place[name] = [*place[name], *operation["value"]]
    elif verb == "add" and isinstance(place.get(name), dict) and isinstance(operation["value"], dict):
        place[name] = {**place[name], **operation["value"]}
    else:
        place[name] = operation["value"]
    return ""
