# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Input shapes: what is read, what is refused, and that both agree with the JSON Schema that describes them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mms_local.api.mms.registry import GENERATIONS
from mms_local.core.errors import Invalid, Problem
from mms_local.core.fields import (
    AsGiven,
    Field,
    Flag,
    ListOf,
    MapOf,
    Number,
    Record,
    Shape,
    Share,
    Text,
    read,
    read_strictly,
)


def problems(shape: Shape, value: Any) -> list[str]:
    found: list[Problem] = []
    shape.read(value, "x", found)
    return [problem.message for problem in found]


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        (Text(), ["", "a"], [1, None, [], {}, True]),
        (Text(2, 3), ["ab", "äöü"], ["a", "abcd"]),
        (Text(pattern="[a-z]+", rule="letters"), ["abc"], ["", "a1", "abc\n"]),
        (Text(choices=("Red", "Blue")), ["Red", "BLUE"], ["green", ""]),
        (Flag(), [True, False, "true", "FALSE"], [0, 1, "yes", None]),
        (Number(0, 5), [0, 5, 3.0], [-1, 6, 1.5, "1", True, None, float("1e400")]),
        (Share(), [0, 1, 0.5], [-0.1, 1.1, "0.5", True]),
        (ListOf(Number(0, 1), 2), [[], [0, 1]], [{}, "ab", [2], [0, 0, 0]]),
        (AsGiven(MapOf(Text())), [{}, {"a": "b"}], ["a", [], {"a": 1}]),
        (MapOf(Text(longest=1), 2), [{}, {"a": "b"}, {"a": None}], [[], {"a": "bc"}, {"a": "", "b": "", "c": ""}]),
    ],
)
def test_a_shape_takes_the_good_and_refuses_the_bad(shape: Shape, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        assert problems(shape, value) == [], value
    for value in bad:
        assert problems(shape, value), value


def test_choices_come_out_as_they_are_declared() -> None:
    assert Text(choices=("Red",)).read("rED", "x", []) == "Red"


def test_problems_carry_the_path_to_the_field() -> None:
    record = Record((Field("a", ListOf(Record((Field("b", Number(0, 1), required=True),)))),))
    with pytest.raises(Invalid) as caught:
        read(record, {"a": [{"b": 1}, {}, {"b": 7}, 5]})
    assert [problem.field for problem in caught.value.problems] == ["a[1].b", "a[2].b", "a[3]"]


def test_aliases_and_letter_case_are_the_same_field_and_null_is_left_out() -> None:
    record = Record((Field("mimeType", Text(), aliases=("mimetypes",)),))
    assert read(record, {"MIMETYPES": "a", "other": 1}) == {"mimeType": "a"}
    assert read(record, {"mimeType": None, "mimetypes": "b"}) == {"mimeType": "b"}
    assert read(record, {"mimetype": None}) == {}


def test_strict_reading_lists_what_is_known() -> None:
    with pytest.raises(Invalid, match="known fields are mimeType"):
        read_strictly(Record((Field("mimeType", Text()),)), {"mime": "a"})


SHAPES = [
    *(one.body for generation in GENERATIONS.values() for one in generation.operations if one.body is not None),
]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


GOOD = {
    "name": "abc",
    "url": "https://x.invalid/a",
    "mimeType": "a/b",
    "tags": ["a"],
    "unpack": "true",
    "assets": [{"id": "driver", "url": "https://x.invalid/a", "mimeType": "a/b"}],
    "driverProgram": "driver",
    "targetRuntime": {"runtimeType": "SparkPython", "properties": {"pipRequirements": "https://x.invalid"}},
    "modelType": "Registered",
    "modelIds": ["a"],
    "manifestId": "a",
    "imageType": "Docker",
    "registryInfo": {"user": "u", "location": "l", "password": "p"},
    "computeResourceId": "/a",
    "imageId": "a",
    "kubeConfig": "{}",
    "acrImagePullSecret": "s",
    "computeResource": {"id": "/a", "type": "Cluster"},
    "numReplicas": 1,
    "autoScaler": {"autoscaleEnabled": True, "minReplicas": 1, "maxReplicas": 2, "targetUtilization": 70},
    "containerResourceReservation": {"cpu": "100m", "memory": "1.5Gi"},
    "maxConcurrentRequestsPerContainer": 1,
    "dataCollection": {"storageEnabled": False},
    "keyType": "Primary",
    "imageFlavor": "WebApiContainer",
    "computeType": "AKS",
}
DAMAGED = st.dictionaries(st.sampled_from(sorted(GOOD)), JSON, max_size=2).map(lambda damage: {**GOOD, **damage})


@pytest.mark.parametrize("record", SHAPES)
def test_each_shape_takes_a_good_body(record: Record) -> None:
    assert set(read(record, GOOD)) == {field.name for field in record.fields if field.name in GOOD}
    Draft202012Validator(record.schema()).validate(GOOD)


@given(st.sampled_from(SHAPES), DAMAGED | JSON)
def test_what_the_schema_allows_is_read(record: Record, body: Any) -> None:
    found: list[Problem] = []
    record.read(body, "", found)
    if Draft202012Validator(record.schema()).is_valid(body):
        assert found == []
