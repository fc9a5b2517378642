# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The look at a driver before anything is built from it."""

from __future__ import annotations

import sys

import pytest

from mms_local.core.ports import JobFailed
from mms_local.images.driver import check_driver
from mms_local.images.pythons import Interpreter, Places, PythonConstraint, Pythons

OWN = Interpreter.at(sys.executable)

GOOD = {
    "functions": "def init(): pass\ndef run(raw_data): return 1",
    "async": "async def init(): pass\nasync def run(raw_data): return 1",
    "imported": "from scoring import init, run",
    "renamed": "from scoring import start as init, score as run",
    "star": "from scoring import *",
    "assigned": "init = run = lambda *_: None",
    "annotated": "from typing import Callable\ninit: Callable = print\nrun: Callable = print",
    "tuple": "init, run = print, print",
    "branches": "try:\n    from a import run\nexcept ImportError:\n    def run(x): ...\nif 1:\n    def init(): ...",
    "decorated": "def init(): ...\n@schema\ndef run(data): ...",
}
BAD = {
    "no run": ("def init(): pass", "no function run"),
    "neither": ("x = 1", "no function init and no function run"),
    "inner": ("def init():\n    def run(raw_data): ...", "no function run"),
    "method": ("def init(): ...\nclass Scorer:\n    def run(self): ...", "no function run"),
    "syntax": ("def init(:\n    pass", "line 1"),
    "deep": ("x = " + "(" * 5000 + ")" * 5000, "too deeply|too many nested"),
    "null": ("def init(): pass\0", "no valid Python"),
}


@pytest.mark.parametrize("source", GOOD.values(), ids=GOOD)
def test_a_driver_with_both_functions_passes_however_it_gets_them(source: str) -> None:
    check_driver(source.encode(), "score.py", OWN)


@pytest.mark.security
@pytest.mark.parametrize(("source", "told"), BAD.values(), ids=BAD)
def test_a_driver_that_cannot_work_is_refused_with_the_reason(source: str, told: str) -> None:
    with pytest.raises(JobFailed, match=told) as failed:
        check_driver(source.encode(), "score.py", OWN)
    assert "score.py" in failed.value.message
    assert failed.value.details[0][0] == "DriverInvalid"
    assert failed.value.status == 400


@pytest.mark.parametrize(
    ("python", "source", "right"),
    [
        ("3.9", "match = 1\nmatch match:\n    case 1: init = run = print\n", False),
        ("3.9", GOOD["functions"], True),
        ("3.13", 'init = run = print\nx = f"{"a" + "b"}"\n', True),
        ("3.13", "type Row = list[int]\ninit = run = print\n", True),
        ("3.13", "type Row = list[int]\ninit = run = (\n", False),
    ],
)
def test_the_syntax_that_counts_is_that_of_the_python_of_the_image(python: str, source: str, right: bool) -> None:
    warnings: list[str] = []
    interpreter = Pythons(Places()).choose(PythonConstraint(f"={python}"), warnings.append)
    if warnings:
        pytest.skip(f"Python {python} is not on this machine")
    if right:
        check_driver(source.encode(), "score.py", interpreter)
        return
    with pytest.raises(JobFailed, match=f"is no valid Python {python}, line "):
        check_driver(source.encode(), "score.py", interpreter)
