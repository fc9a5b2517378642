# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values of options are paths of files."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._options.files import (
    PathOption,
    is_url,
    kubeconfig_option,
    program_option,
    with_paths,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://h/x", True),
        ("wasbs://c@a/x", True),
        ("files/x", False),
        ("C:/x", False),
        ("/x", False),
        ("a:b", False),
    ],
)
def test_a_url_is_told_from_a_path(value: str, expected: bool) -> None:
    assert is_url(value) is expected


@pytest.mark.parametrize(
    ("option", "value", "placed"),
    [
        (PathOption({"type": "path"}), "a", "<a>"),
        (PathOption({"type": "str"}), "https://h/a", "https://h/a"),
        (PathOption({"type": "str", "aliases": ["other"]}), None, None),
        (kubeconfig_option({"type": "json"}), "a:b", "<a>:<b>"),
        (kubeconfig_option({"type": "json"}), '{"kind": "Config"}', '{"kind": "Config"}'),
        (kubeconfig_option({"type": "json"}), {"kind": "Config"}, {"kind": "Config"}),
        (program_option({"type": "path"}), "kubectl", "kubectl"),
        (program_option({"type": "path"}), "bin/kubectl", "<bin/kubectl>"),
    ],
)
def test_paths_are_placed_and_other_values_stay(option: PathOption, value: Any, placed: Any) -> None:
    spec = {
        "one": option,
        "parts": {"type": "list", "options": {"source": option}},
        "part": {"type": "dict", "options": {"source": option}},
    }
    options = {"one": value, "parts": [{"source": value}], "part": {"source": value}, "unknown": "a"}
    assert with_paths(spec, options, lambda _option, path: f"<{path}>") == {
        "one": placed,
        "parts": [{"source": placed}],
        "part": {"source": placed},
        "unknown": "a",
    }


def test_an_option_is_known_by_its_aliases_too() -> None:
    spec = {"one": PathOption({"type": "path", "aliases": ["other"]})}
    assert with_paths(spec, {"other": "a"}, lambda _option, path: f"<{path}>") == {"other": "<a>"}
