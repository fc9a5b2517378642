# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.driver import check_driver
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.requirements import CondaFile


def driver(folder: Path, text: str) -> Path:
    path = folder / "score.py"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "def init(): pass\ndef run(data): return data\n",
        "async def init(): pass\nasync def run(data): return data\n",
        "from mine import init, run\n",
        "from mine import start as init, score as run\n",
        "from mine import *\n",
        "init = run = print\n",
        "init, run = make()\n",
        "init: object = print\nrun: object = print\n",
        "if True:\n    def init(): pass\ntry:\n    from a import run\nexcept ImportError:\n    run = print\n",
        "if False: pass\nelse:\n    def init(): pass\n    def run(x): pass\n",
        "with open('x'):\n    def init(): pass\n    def run(x): pass\n",
    ],
)
def test_every_way_to_define_the_two_functions_is_known(text: str, tmp_path: Path) -> None:
    check_driver(driver(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["init", "run"]),
        ("def init(): pass\n", ["no function run"]),
        ("def run(x): pass\n", ["no function init"]),
        ("class A:\n    def init(self): pass\n    def run(self): pass\n", ["init", "run"]),
        ("def outer():\n    def init(): pass\n    def run(x): pass\n", ["init", "run"]),
        ("def init() pass\n", ["line 1", "score.py"]),
        ("x = '\0'\n", ["score.py"]),
    ],
)
def test_what_lacks_a_function_or_is_no_python_is_refused(text: str, words: list[str], tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        check_driver(driver(tmp_path, text))
    for word in words:
        assert word in caught.value.message


def test_nothing_of_the_driver_is_run(tmp_path: Path) -> None:
    check_driver(driver(tmp_path, "raise SystemExit\ndef init(): pass\ndef run(x): pass\n"))


MATCH = "match = 1\nmatch match:\n    case 1: init = run = print\n"


def test_the_syntax_that_counts_is_that_of_the_python_of_the_service(tmp_path: Path) -> None:
    path = driver(tmp_path, MATCH)
    if sys.version_info >= (3, 10):
        check_driver(path, (3, 10))
    with pytest.raises(InputError, match=r"is no Python 3\.8: .* in line "):
        check_driver(path, (3, 8))


def test_what_a_newer_python_may_read_is_left_to_the_service(tmp_path: Path) -> None:
    check_driver(driver(tmp_path, "syntax of tomorrow\n"), (3, 99))
    with pytest.raises(InputError, match="no function init"):
        check_driver(driver(tmp_path, "x = 1\n"), (3, 99))


@pytest.mark.parametrize(
    ("entry", "python"),
    [
        ("python=3.8", (3, 8)),
        ("python==3.10.4", (3, 10)),
        ("python = 3.9.*", (3, 9)),
        ("python=3.7.16=h7a1cb2a_0", (3, 7)),
        ("python", None),
        ("python>=3.8", None),
        ("python=3", None),
        ("python-dateutil=2.8", None),
    ],
)
def test_the_python_of_a_conda_file(entry: str, python: tuple[int, int] | None, tmp_path: Path) -> None:
    path = tmp_path / "conda.yml"
    path.write_text(f"dependencies:\n  - numpy\n  - {entry}\n  - pip:\n      - six\n", encoding="utf-8")
    assert CondaFile(path).python == python
