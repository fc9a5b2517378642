# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What drivers return, written as JSON."""

from __future__ import annotations

import datetime
import json
import math
from typing import Any

import pytest

from mms_local.runtime.answers import NotJson, text_of


class Scalar:
    """Stands for a scalar or an array of numpy: those are known by what they can do."""

    dtype = "any"

    def __init__(self, value: Any) -> None:
        self._value = value

    def tolist(self) -> Any:
        return self._value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        ("text", '"text"'),
        ((1, True, 2.5), "[1, true, 2.5]"),
        ({"b", "a"}, '["a", "b"]'),
        (Scalar(3), "3"),
        ([Scalar([1.5, 2.5])], "[[1.5, 2.5]]"),
        ({"day": datetime.date(2017, 12, 31)}, '{"day": "2017-12-31"}'),
        (datetime.datetime(2017, 1, 2, tzinfo=datetime.timezone.utc), '"2017-01-02T00:00:00+00:00"'),
        (datetime.timedelta(minutes=1), "60.0"),
        (b"\x00\x01", '"AAE="'),
        ({1: 2, None: 3}, '{"1": 2, "null": 3}'),
        ({Scalar("k"): 1}, '{"k": 1}'),
    ],
)
def test_plain_values_arrays_dates_and_bytes_are_written(value: Any, written: str) -> None:
    assert text_of(value) == written


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (math.nan, r"^NaN, which JSON does not have"),
        ([1, {"x": math.inf}], r"^infinity at \[1\]\['x'\], which"),
        (Scalar([-math.inf]), r"^-infinity at \[0\], which"),
        (object(), r"^builtins\.object, which cannot be written"),
        ({"a": [object()]}, r"^builtins\.object at \['a'\]\[0\], which"),
        ({(1, 2): 3}, r"^a dict with a key of type tuple; JSON has texts as keys"),
    ],
)
def test_what_json_does_not_have_is_refused_with_its_place(value: Any, told: str) -> None:
    with pytest.raises(NotJson, match=told):
        text_of(value)


def test_a_list_that_holds_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(NotJson, match="nested too deeply, or holds itself"):
        text_of(value)


def test_the_answer_is_json_for_every_reader() -> None:
    assert json.loads(text_of({"a": [1, "é"]}), parse_constant=pytest.fail) == {"a": [1, "é"]}
