# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a web service is asked, what it answers, and whether that is what was expected. Sends nothing."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .._errors import InputError
from .._storage.content import media_type
from .._storage.folder import refuse_ciphertext
from .._text import parsed_json
from .._transport.http import Body

_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_MEDIA_TYPE = re.compile(rf"{_TOKEN}/{_TOKEN}(?:\s*;[\x20-\x7e]*)?")


def question(options: Mapping[str, Any]) -> Body:
    """Return what the options C(input), C(body), C(src) and C(content_type) send.

    Raises:
        InputError: it is no JSON, cannot be read, or none of them is given.
    """
    content, content_type = _content(options)
    chosen = options["content_type"] or content_type
    if not _MEDIA_TYPE.fullmatch(chosen):
        raise InputError(f"content_type is {chosen!r}; a media type such as text/csv is expected.")
    return Body(content, chosen)


def _content(options: Mapping[str, Any]) -> tuple[bytes, str]:
    if options["src"]:
        path = Path(options["src"]).expanduser()
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"src: {path} cannot be read: {error.strerror}. Check path and permissions.") from error
        refuse_ciphertext(path, content)
        return content, media_type(path.name)
    if isinstance(options["body"], str):
        return options["body"].encode(), "text/plain; charset=utf-8"
    if options["body"] is not None:
        return _as_json("body", options["body"]), "application/json"
    if options["input"] is None:
        raise InputError("One of input, body, src must be set: what the service is asked.")
    value = options["input"]
    if isinstance(value, str):
        try:
            value = parsed_json(value)
        except ValueError as error:
            raise InputError(
                f"input is a text that is not JSON: {error}. Quote it as JSON, give a YAML value, or send it as body."
            ) from error
    return _as_json("input", value), "application/json"


def _as_json(option: str, value: Any) -> bytes:
    try:
        return json.dumps(value, allow_nan=False).encode()
    except ValueError as error:
        raise InputError(f"{option} holds NaN or infinity, which JSON cannot tell. Send null or a text.") from error


def output_of(body: bytes) -> dict[str, Any]:
    """Return what a service answered, for the result: parsed where it is JSON, else as text, else as base64."""
    try:
        return {"output": parsed_json(body), "output_base64": None}
    except ValueError:
        pass
    try:
        return {"output": body.decode("utf-8"), "output_base64": None}
    except UnicodeDecodeError:
        return {"output": None, "output_base64": base64.b64encode(body).decode("ascii")}


def wanted(expected: Any, output: Any) -> Any:
    """Return what is expected: a text is read as JSON where the service answers with something else than a text.

    Templates and C(--extra-vars) make texts of values.
    """
    if not isinstance(expected, str) or isinstance(output, str):
        return expected
    try:
        return parsed_json(expected)
    except ValueError:
        return expected


def first_difference(actual: Any, expected: Any, tolerance: float = 0.0, where: str = "output") -> str | None:
    """Describe the first place where two JSON values differ, or return None when they are equal.

    Args:
        actual: what the service answered.
        expected: what the user wanted.
        tolerance: how far two numbers may lie apart (absolute) and still count as equal.
        where: path of the compared value, for the description.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        if missing := sorted(expected.keys() - actual.keys()):
            return f"{where} lacks {missing[0]!r}"
        if unexpected := sorted(actual.keys() - expected.keys()):
            return f"{where} has an unexpected {unexpected[0]!r}"
        pairs = [(f"{where}.{key}", actual[key], expected[key]) for key in expected]
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(actual) != len(expected):
            return f"{where} has {len(actual)} elements instead of {len(expected)}"
        pairs = [(f"{where}[{index}]", *both) for index, both in enumerate(zip(actual, expected))]
    elif _equal(actual, expected, tolerance):
        return None
    else:
        return f"{where} is {actual!r} instead of {expected!r}"
    for path, left, right in pairs:
        if found := first_difference(left, right, tolerance, path):
            return found
    return None


def _equal(actual: Any, expected: Any, tolerance: float) -> bool:
    # True == 1 in Python, but not in JSON
    if isinstance(actual, bool) or isinstance(expected, bool):
        return actual is expected
    if isinstance(actual, (int, float)) and isinstance(expected, (int, float)):
        both_nan = math.isnan(actual) and math.isnan(expected)
        return both_nan or math.isclose(actual, expected, rel_tol=0.0, abs_tol=tolerance)
    return type(actual) is type(expected) and bool(actual == expected)
