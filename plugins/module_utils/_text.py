# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that somebody else wrote: which encoding they are in, and JSON that must not harm its reader. Pure."""

from __future__ import annotations

import codecs
import json
from typing import Any

_DEEPEST_JSON = 100  # levels; more of them would overflow the stack of whoever walks through the value
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decoded(content: bytes) -> str:
    """Return the text of a file: UTF-8, or UTF-16 where a byte order mark says so, as files from Windows have it.

    Raises:
        UnicodeDecodeError: it is neither.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding)
    return content.decode("utf-8")


def parsed_json(body: bytes | str) -> Any:
    """Return the value of a JSON text, which may begin with a byte order mark.

    Raises:
        ValueError: it is no JSON, or nested so deeply that nobody can mean it.
    """
    too_deep = f"it is nested more than {_DEEPEST_JSON} levels deep"
    try:
        value = json.loads(decoded(body) if isinstance(body, bytes) else body.lstrip("\ufeff"))
    except RecursionError as error:
        raise ValueError(too_deep) from error
    level = [value]
    for _depth in range(_DEEPEST_JSON + 1):
        containers = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, (dict, list))]
        if not containers:
            return value
        level = [part for container in containers for part in container]
    raise ValueError(too_deep)
