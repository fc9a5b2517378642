# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the answer of a web service: is it what was expected? Pure; no I/O."""

from __future__ import annotations

import math
from typing import Any


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
        return math.isclose(actual, expected, rel_tol=0.0, abs_tol=tolerance)
    return type(actual) is type(expected) and bool(actual == expected)
