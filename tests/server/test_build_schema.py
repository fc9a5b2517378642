# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A schema file is found among the assets, and must fit the driver."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from mms_local.core.ports import JobFailed
from mms_local.images.installers import uv_program
from mms_local.images.schema_file import SchemaFile, find_schema, needed_for


def member(kind: int = 0, **more: Any) -> dict[str, Any]:
    return {"internal": "", "swagger": {"type": "integer"}, "type": kind, **more}


def found(folder: Path, driver: str, **files: Any) -> SchemaFile | None:
    (folder / "score.py").write_text(driver)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return find_schema(folder, "score.py", print)


@pytest.mark.parametrize(
    "driver",
    [
        "def run(a, b): ...",
        "def run(a, b, c=1): ...",
        "def run(a, *, b): ...",
        "def run(b, a, request_headers): ...",
        "def run(a, **others): ...",
        "async def run(a, b): ...",
        "from elsewhere import run",
        "@decorated\ndef run(data): ...",
        "run = lambda a, b: 1",
    ],
)
def test_a_driver_that_can_take_the_inputs_fits(tmp_path: Path, driver: str) -> None:
    schema = found(tmp_path, driver, service_schema={"input": {"a": member(), "b": member()}})
    assert schema == SchemaFile("service_schema.json", frozenset({0}))


@pytest.mark.parametrize(
    "driver", ["def run(raw_data): ...", "def run(a): ...", "def run(a, b, c): ...", "def run(): ..."]
)
def test_a_driver_that_takes_others_is_refused_with_both_lists(tmp_path: Path, driver: str) -> None:
    with pytest.raises(JobFailed, match=r"do not agree: the schema has the inputs a, b, run\(\) takes"):
        found(tmp_path, driver, service_schema={"input": {"a": member(), "b": member()}})


@pytest.mark.parametrize(
    "driver",
    [
        "from azureml.api.schema.schemaUtil import *\ndef init():\n    load_service_schema('x')\ndef run(body): ...",
        "import azureml.api.schema.schemaUtil as u\ndef run(body):\n    return u.parse_service_input(body, 1)",
        "from inference_schema.schema_decorators import input_schema\n@input_schema('d', 1)\ndef run(d): ...",
    ],
)
def test_a_driver_that_applies_it_itself_is_left_alone(tmp_path: Path, driver: str) -> None:
    assert found(tmp_path, driver, schema={"input": {"a": member(3)}}) == SchemaFile("", frozenset({3}))


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "1",
        '{"input": []}',
        '{"input": {"a": 1}}',
        '{"input": {"a": {"type": "object"}}}',
        '{"properties": {}}',
    ],
)
def test_another_json_file_is_no_schema_whatever_its_name(tmp_path: Path, content: str) -> None:
    assert found(tmp_path, "def run(raw): ...", schema=content) is None


@pytest.mark.parametrize(
    ("kind", "told"), [(2, "Spark"), (4, "the type 4"), (True, "the type True"), ("3", "the type '3'"), (None, "None")]
)
def test_a_type_that_cannot_be_served_is_refused(tmp_path: Path, kind: Any, told: str) -> None:
    with pytest.raises(JobFailed, match=told):
        found(tmp_path, "def run(a): ...", my_schema={"input": {"a": member(kind)}})


def test_two_schemas_are_one_too_many(tmp_path: Path) -> None:
    schema = {"input": {"a": member()}}
    with pytest.raises(JobFailed, match=r"several schema files: a_schema\.json, b_schema\.json"):
        found(tmp_path, "def run(a): ...", a_schema=schema, b_schema=schema)


def test_types_bring_the_packages_that_make_them() -> None:
    assert needed_for(SchemaFile("", frozenset({0, 1, 3}))) == ["numpy", "pandas"]
    assert needed_for(None) == []


def test_without_uv_the_pip_of_the_interpreter_installs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    assert uv_program() is None
