# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schema files of 2017: what they make of a request, and what they never do."""

from __future__ import annotations

import base64
import datetime
import json
import os
import pickle
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from mms_local.runtime.service_schema import (
    BadRequestException,
    DataTypes,
    SampleDefinition,
    Schema,
    generate_service_swagger,
    load_service_schema,
    parse_service_input,
    save_service_schema,
)


def pickled(monkeypatch: pytest.MonkeyPatch, protocol: int, **members: Any) -> str:
    """What the publishing SDK wrote as `internal` of a standard type."""
    name = "azureml.api.schema.pythonUtil"
    module = types.ModuleType(name)
    kind = type("PythonSchema", (), {"__module__": name})
    vars(module)["PythonSchema"] = kind
    for one in ("azureml", "azureml.api", "azureml.api.schema"):
        monkeypatch.setitem(sys.modules, one, types.ModuleType(one))
    monkeypatch.setitem(sys.modules, name, module)
    found = kind()
    vars(found).update(members)
    return base64.b64encode(pickle.dumps(found, protocol)).decode()


def schema(tmp_path: Path, swagger: dict[str, Any], internal: str = "", kind: int = 0) -> dict[str, Schema]:
    path = tmp_path / "schema.json"
    member = {"internal": internal, "swagger": swagger, "type": kind}
    path.write_text(json.dumps({"input": {"x": member}}))
    loaded = load_service_schema(str(path)).input
    assert loaded is not None
    return loaded


@pytest.mark.parametrize(
    ("swagger", "value", "argument"),
    [
        ({"type": "integer"}, 1, 1),
        ({"type": "number"}, 1, 1.0),
        ({"type": "string"}, "a", "a"),
        ({"type": "boolean"}, True, True),
        ({"type": "array"}, [1], [1]),
        ({"type": "object"}, {"a": 1}, {"a": 1}),
        ({"type": "string", "format": "date"}, "2017-12-31", datetime.date(2017, 12, 31)),
        ({"type": "string", "format": "binary"}, "AAE=", b"\x00\x01"),
        ({}, "anything", "anything"),
    ],
)
def test_members_become_arguments_of_the_declared_types(
    tmp_path: Path, swagger: dict[str, Any], value: Any, argument: Any
) -> None:
    assert parse_service_input(json.dumps({"x": value}), schema(tmp_path, swagger)) == {"x": argument}


@pytest.mark.parametrize(
    ("swagger", "value"),
    [
        ({"type": "integer"}, "1"),
        ({"type": "integer"}, True),
        ({"type": "integer"}, 1.5),
        ({"type": "string"}, 1),
        ({"type": "array"}, {}),
        ({"type": "string", "format": "date"}, "31.12.2017"),
        ({"type": "string", "format": "binary"}, "not base64!"),
    ],
)
def test_other_values_are_the_callers_fault(tmp_path: Path, swagger: dict[str, Any], value: Any) -> None:
    with pytest.raises(BadRequestException, match="'x' is not what the schema describes") as refused:
        parse_service_input(json.dumps({"x": value}), schema(tmp_path, swagger))
    assert refused.value.to_dict()["errorCode"] == 400


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "The body is no JSON"),
        ("{", "The body is no JSON"),
        ('{"x": NaN}', "The body is no JSON: NaN is not JSON"),
        ("[" * 200_000, "The body is no JSON"),
        ("[]", r"must be a JSON object with the members: x\."),
        ("{}", r"\(x\); missing: x\."),
        ('{"x": 1, "y": 2, "a": 3}', r"\(x\); unknown: a, y\."),
    ],
)
def test_a_body_with_other_members_is_refused(tmp_path: Path, body: str, told: str) -> None:
    with pytest.raises(BadRequestException, match=told):
        parse_service_input(body, schema(tmp_path, {"type": "integer"}))


def test_an_argument_with_a_default_may_be_left_out(tmp_path: Path) -> None:
    assert parse_service_input("{}", schema(tmp_path, {"type": "integer"}), {"x"}) == {}


@pytest.mark.parametrize("protocol", [0, 2, 3])
def test_the_type_that_the_sdk_kept_counts_more_than_swagger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: int
) -> None:
    internal = pickled(monkeypatch, protocol, data_type=str)
    arguments = schema(tmp_path, {"type": "object"}, internal)
    assert parse_service_input('{"x": "a"}', arguments) == {"x": "a"}
    with pytest.raises(BadRequestException, match="expected str, got dict"):
        parse_service_input('{"x": {}}', arguments)


class Evil:
    """What a pickle can do where nothing forbids it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self._path),)


@pytest.mark.security
def test_a_pickle_runs_nothing(tmp_path: Path) -> None:
    internal = base64.b64encode(pickle.dumps(Evil(tmp_path / "made"))).decode()
    assert parse_service_input('{"x": 1}', schema(tmp_path, {"type": "integer"}, internal)) == {"x": 1}
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("internal", ["x", "AAAA", base64.b64encode(b"cos\nsystem\n.").decode(), "é"])
def test_a_broken_pickle_leaves_it_to_swagger(tmp_path: Path, internal: str) -> None:
    assert parse_service_input('{"x": 1}', schema(tmp_path, {"type": "integer"}, internal)) == {"x": 1}


def test_swagger_describes_the_arguments(tmp_path: Path) -> None:
    schema(tmp_path, {"type": "integer", "format": "int32", "example": 7})
    found = generate_service_swagger("iris", str(tmp_path / "schema.json"), "2.0", "api/v1/service/iris")
    assert found["info"] == {"title": "iris", "version": "2.0"}
    assert list(found["paths"]) == ["/api/v1/service/iris/", "/api/v1/service/iris/score"]
    assert found["definitions"]["ServiceInput"] == {
        "type": "object",
        "properties": {"x": {"type": "integer", "format": "int32"}},
        "example": {"x": 7},
    }


def test_a_schema_that_was_written_here_is_read_again(tmp_path: Path) -> None:
    samples = {"x": SampleDefinition(DataTypes.STANDARD, [1.5]), "y": SampleDefinition(DataTypes.STANDARD, "a")}
    save_service_schema(str(tmp_path / "made" / "schema.json"), samples, {"z": samples["y"]})
    loaded = load_service_schema(str(tmp_path / "made" / "schema.json"))
    assert loaded.input is not None
    assert loaded.input["x"].swagger == {
        "type": "array",
        "items": {"type": "number", "format": "double"},
        "example": [1.5],
    }
    assert parse_service_input('{"x": [2.5], "y": "b"}', loaded.input) == {"x": [2.5], "y": "b"}


def test_a_schema_for_spark_is_refused() -> None:
    with pytest.raises(ValueError, match="use standard, numpy or pandas"):
        SampleDefinition(DataTypes.SPARK, None)


@pytest.mark.parametrize("content", ["{}", '{"input": {}}'])
def test_a_file_without_inputs_describes_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "s.json").write_text(content)
    assert not load_service_schema(str(tmp_path / "s.json")).input


@pytest.mark.parametrize("member", [1, {}, {"type": 0}, {"type": 0, "swagger": 1}])
def test_a_file_of_another_shape_is_an_error(tmp_path: Path, member: Any) -> None:
    (tmp_path / "s.json").write_text(json.dumps({"input": {"x": member}}))
    with pytest.raises(ValueError, match="needs `type` and `swagger`"):
        load_service_schema(str(tmp_path / "s.json"))
