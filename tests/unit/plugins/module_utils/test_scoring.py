# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When is an answer the expected one?"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._tasks.scoring import first_difference


@pytest.mark.parametrize(
    ("actual", "expected", "tolerance"),
    [
        (["setosa", "virginica"], ["setosa", "virginica"], 0),
        ({"b": 1, "a": [None, True]}, {"a": [None, True], "b": 1.0}, 0),
        ([0.1 + 0.2], [0.3], 1e-9),
        (10, 11, 1),
        ([], [], 0),
    ],
)
def test_equal_answers_have_no_difference(actual: Any, expected: Any, tolerance: float) -> None:
    assert first_difference(actual, expected, tolerance) is None


@pytest.mark.parametrize(
    ("actual", "expected", "tolerance", "difference"),
    [
        (["setosa"], ["virginica"], 0, "output[0] is 'setosa' instead of 'virginica'"),
        ([1, 2], [1], 0, "output has 2 elements instead of 1"),
        ({"a": {"b": [1, 2.5]}}, {"a": {"b": [1, 2.0]}}, 0.4, "output.a.b[1] is 2.5 instead of 2.0"),
        ({"a": 1}, {"a": 1, "z": 2}, 0, "output lacks 'z'"),
        ({"a": 1, "z": 2}, {"a": 1}, 0, "output has an unexpected 'z'"),
        (True, 1, 0, "output is True instead of 1"),
        ("1", 1, 5, "output is '1' instead of 1"),
        (float("nan"), 1.0, 5, "output is nan instead of 1.0"),
        ([], {}, 0, "output is [] instead of {}"),
    ],
)
def test_the_first_difference_is_named_with_its_place(
    actual: Any, expected: Any, tolerance: float, difference: str
) -> None:
    assert first_difference(actual, expected, tolerance) == difference
