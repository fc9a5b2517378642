# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import codecs
import json

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._text import decoded, parsed_json


@pytest.mark.parametrize(
    "content",
    [
        "näme".encode(),
        codecs.BOM_UTF8 + "näme".encode(),
        codecs.BOM_UTF32_LE + "näme".encode("utf-32-le"),
        codecs.BOM_UTF32_BE + "näme".encode("utf-32-be"),
        codecs.BOM_UTF16_LE + "näme".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "näme".encode("utf-16-be"),
    ],
)
def test_a_byte_order_mark_says_the_encoding_and_is_no_part_of_the_text(content: bytes) -> None:
    assert decoded(content) == "näme"


def test_bytes_in_no_known_encoding_are_an_error() -> None:
    with pytest.raises(UnicodeDecodeError):
        decoded(b"\xff\x00\x81")


@pytest.mark.parametrize("body", ["\ufeff[1]", b"\xef\xbb\xbf[1]", "[1]", b"[1]"])
def test_json_may_begin_with_a_byte_order_mark(body: bytes | str) -> None:
    assert parsed_json(body) == [1]


def test_json_of_a_usual_depth_is_read() -> None:
    deep = "[" * 100 + "]" * 100
    assert json.dumps(parsed_json(deep)).replace(" ", "") == deep


@pytest.mark.security
@pytest.mark.parametrize("depth", [101, 900, 200_000])
def test_json_that_is_deeper_is_refused(depth: int) -> None:
    with pytest.raises(ValueError, match="more than 100 levels deep"):
        parsed_json("[" * depth + "]" * depth)
