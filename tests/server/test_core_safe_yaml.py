# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML of users is read as plain data, and nothing in it can exhaust or upset the server."""

from __future__ import annotations

import time

import pytest

from mms_local.core import safe_yaml

pytestmark = pytest.mark.security

_BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("a: 1", {"a": 1}),
        ('\ufeff{"a": [1, null]}', {"a": [1, None]}),
        ("a: '*x'\nb: '!x'\nc: &unused 1", {"a": "*x", "b": "!x", "c": 1}),
    ],
)
def test_plain_data_is_read_as_yaml_or_json(text: str, value: object) -> None:
    assert safe_yaml.load(text) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (_BOMB, r"uses an alias \(line 2, column 8\)"),
        ("a: &a {b: *a}", "uses an alias"),
        ("<<: &a {}\nb: {<<: *a}", "uses an alias"),
        ("a: !!int ''", r"uses a tag \(!\.\.\.\) \(line 1, column 4\)"),
        ("a: !!python/object:os.system x", "uses a tag"),
        ("[" * 500_000, "nested deeper than 50 levels"),
        ('{"a":' * 60 + "1" + "}" * 60, "nested deeper than 50 levels"),
        ("#" * (safe_yaml.MAX_BYTES + 1), "is larger than 1048576 bytes"),
        ("a: 2001-99-99", "a number or a date that cannot be"),
        ("a: 0x_", "a number or a date that cannot be"),
        ("a: \0", "characters that YAML does not allow"),
        ("a: \ud800", "characters that YAML does not allow"),
        ("? [a]\n: b", r"is no valid YAML \(line 1"),
        ("a: b: c", r"is no valid YAML \(line 1, column 5\)"),
        ("--- a\n--- b", "is no valid YAML"),
    ],
)
def test_everything_else_is_refused_at_once_with_the_place(text: str, told: str) -> None:
    began = time.monotonic()
    with pytest.raises(safe_yaml.YamlRefused, match=told):
        safe_yaml.load(text)
    assert time.monotonic() - began < 5  # the bomb would take minutes


def test_a_refusal_does_not_repeat_what_the_text_holds() -> None:
    for text in ("token: &s3cret x\nb: *s3cret", "token: s3cret: x", "'s3cret", "token: !s3cret x", "? [s3cret]\n: b"):
        with pytest.raises(safe_yaml.YamlRefused) as refused:
            safe_yaml.load(text)
        assert "s3cret" not in str(refused.value)
