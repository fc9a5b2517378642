# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service is asked, what it answers, and when that is what was expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.scoring import (
    first_difference,
    output_of,
    question,
    wanted,
)


@pytest.mark.parametrize(
    ("actual", "expected", "tolerance"),
    [
        (["setosa", "virginica"], ["setosa", "virginica"], 0),
        ({"b": 1, "a": [None, True]}, {"a": [None, True], "b": 1.0}, 0),
        ([0.1 + 0.2], [0.3], 1e-9),
        (10, 11, 1),
        ([], [], 0),
        ([float("nan"), float("inf")], [float("nan"), float("inf")], 0),
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


def asked(**options: Any) -> tuple[bytes, str]:
    body = question({"input": None, "body": None, "src": None, "content_type": None, **options})
    return body.content, body.content_type


@pytest.mark.parametrize(
    ("options", "content", "content_type"),
    [
        ({"input": {"data": [1]}}, b'{"data": [1]}', "application/json"),
        ({"input": '{"data": [1]}'}, b'{"data": [1]}', "application/json"),
        ({"input": "\ufeff[1]"}, b"[1]", "application/json"),
        ({"input": False}, b"false", "application/json"),
        ({"input": 0, "content_type": "application/x-mine"}, b"0", "application/x-mine"),
        ({"body": "5.1,3.5\n", "content_type": "text/csv"}, b"5.1,3.5\n", "text/csv"),
        ({"body": "{not json"}, b"{not json", "text/plain; charset=utf-8"),
        ({"body": "gr\u00fcn"}, "gr\u00fcn".encode(), "text/plain; charset=utf-8"),
        ({"body": {"a": [1]}}, b'{"a": [1]}', "application/json"),
    ],
)
def test_a_service_is_asked_in_json_or_in_text_as_it_is(
    options: dict[str, Any], content: bytes, content_type: str
) -> None:
    assert asked(**options) == (content, content_type)


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("seven.png", "image/png"), ("a.json", "application/json"), ("a", "application/octet-stream")],
)
def test_the_bytes_of_a_file_are_sent_as_they_are(name: str, content_type: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\x89PNG\r\n\x00\xff")
    assert asked(src=str(tmp_path / name)) == (b"\x89PNG\r\n\x00\xff", content_type)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"input": "{not json"}, "send it as body"),
        ({"input": [float("nan")]}, "NaN or infinity"),
        ({"body": {"a": float("inf")}}, "NaN or infinity"),
        ({"src": "/no/such/file"}, "src: /no/such/file cannot be read: No such file"),
        ({"input": 1, "content_type": "text\r\nX: 1"}, "a media type such as text/csv is expected"),
        ({}, "One of input, body, src must be set"),
    ],
)
def test_what_cannot_be_sent_is_explained(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        asked(**options)


@pytest.mark.parametrize(
    ("body", "output", "in_base64"),
    [
        (b'{"a": 1}', {"a": 1}, None),
        (b"made", "made", None),
        (b"", "", None),
        (b"\x89PNG\xff", None, "iVBOR/8="),
        (b"[" * 200_000, "[" * 200_000, None),
    ],
)
def test_what_comes_is_returned_parsed_where_it_is_json(body: bytes, output: Any, in_base64: str | None) -> None:
    assert output_of(body) == {"output": output, "output_base64": in_base64}


@pytest.mark.parametrize(
    ("expected", "output", "meant"),
    [("[1, 2]", [1], [1, 2]), ("true", False, True), ("made", "x", "made"), ("made", 1, "made"), ([1], [1], [1])],
)
def test_a_text_is_read_as_json_where_the_answer_is_none(expected: Any, output: Any, meant: Any) -> None:
    assert wanted(expected, output) == meant
