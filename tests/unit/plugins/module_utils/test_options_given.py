# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An empty text is as good as no value, for every option of every module."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.azureml.model_management.plugins.module_utils._options.given import given

PLUGINS = "ansible_collections.azureml.model_management.plugins"
MODULES = sorted(path.stem for path in Path(__file__).resolve().parents[4].glob("plugins/modules/mms_*.py"))
Spec = Mapping[str, Mapping[str, Any]]


def task(module: str) -> Any:
    return importlib.import_module(f"{PLUGINS}.modules.{module}").TASK


def valid(spec: Spec, path: str = "") -> dict[str, Any]:
    """Values for the options that are required."""
    samples = {"list": ["x"], "int": 1, "dict": {}}
    return {name: samples.get(one.get("type", "str"), "x") for name, one in spec.items() if one.get("required")}


def places(spec: Spec, above: tuple[tuple[str, str], ...] = ()) -> Iterator[tuple[tuple[str, str], ...]]:
    """Every option and suboption, as the way to it: C((name, type), ...), aliases too."""
    for name, one in spec.items():
        for word in (name, *one.get("aliases", ())):
            yield (*above, (word, one.get("type", "str")))
        yield from places(one.get("options") or {}, (*above, (name, one.get("type", "str"))))


def put(way: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Options in which this one is an empty text."""
    (name, kind), *rest = way
    if not rest:
        return {name: ""}
    inner = put(tuple(rest))
    return {name: [inner] if kind == "list" else inner}


TABLE = [(module, way) for module in MODULES for way in places(task(module).options)]


def validated(module: str, options: Mapping[str, Any]) -> Any:
    found = task(module)
    return ArgumentSpecValidator(found.options, **found.rules).validate(given(options, found.options))


@pytest.mark.parametrize(
    ("module", "way"), TABLE, ids=[f"{module}-{'.'.join(name for name, _kind in way)}" for module, way in TABLE]
)
def test_an_empty_text_is_not_given(module: str, way: tuple[tuple[str, str], ...]) -> None:
    """With it, everything is validated to the same as without it, a missing one that is required included."""
    spec = task(module).options
    base = {name: value for name, value in valid(spec).items() if name != way[0][0]}
    emptied, without = validated(module, {**base, **put(way)}), validated(module, base)
    in_a_list = len(way) > 1 and way[0][1] == "list"  # there is an element then, which can lack something itself
    if not in_a_list:
        assert emptied.error_messages == without.error_messages
        assert emptied.validated_parameters == without.validated_parameters
    elif spec[way[0][0]]["options"][way[1][0]].get("required"):
        assert any(f"missing required arguments: {way[1][0]}" in text for text in emptied.error_messages)


def test_elements_of_lists_are_left_out_and_nothing_but_them_is_no_list() -> None:
    spec = {"tags": {"type": "list", "elements": "str"}}
    assert given({"tags": ["a", "", "b"]}, spec) == {"tags": ["a", "b"]}
    assert given({"tags": ["", ""]}, spec) == {}
    assert given({"tags": []}, spec) == {"tags": []}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("input", ["", "a"]),
        ("input", {"a": ""}),
        ("tags", {"owner": ""}),
        ("unknown", ""),
    ],
)
def test_data_of_the_user_and_unknown_options_stay_as_they_are(option: str, value: Any) -> None:
    spec = {"input": {"type": "raw"}, "tags": {"type": "dict"}}
    assert given({option: value}, spec) == {option: value}


def test_a_suboption_with_nothing_inside_is_left_out() -> None:
    spec = {"resources": {"type": "dict", "options": {"cpu": {"type": "str"}, "memory": {"type": "str"}}}}
    assert given({"resources": {"cpu": "", "memory": ""}}, spec) == {}
    assert given({"resources": {"cpu": "1", "memory": ""}}, spec) == {"resources": {"cpu": "1"}}
