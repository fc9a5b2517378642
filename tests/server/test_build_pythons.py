# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Python an image gets."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mms_local.core.ports import JobFailed
from mms_local.images.pythons import Interpreter, Places, PythonConstraint, Pythons


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", ["3.9.18", "3.11.7", "3.13.0"]),
        ("*", ["3.9.18", "3.11.7", "3.13.0"]),
        ("=3.9", ["3.9.18"]),
        ("3.9", ["3.9.18"]),
        ("==3.9.2", ["3.9.18"]),
        ("=3.9.2=build_0", ["3.9.18"]),
        ("3.9.*", ["3.9.18"]),
        ("=3.9.*", ["3.9.18"]),
        ("=3", ["3.9.18", "3.11.7", "3.13.0"]),
        ("3.11|3.12", ["3.11.7"]),
        ("3.11.*|3.13.*", ["3.11.7", "3.13.0"]),
        (">=3.10", ["3.11.7", "3.13.0"]),
        (">=3.8,<3.12", ["3.9.18", "3.11.7"]),
        ("<=3.11", ["3.9.18", "3.11.7"]),
        (">3.9.2", ["3.9.18", "3.11.7", "3.13.0"]),
        (">=3.10.*", ["3.11.7", "3.13.0"]),
        ("~=3.11", ["3.11.7", "3.13.0"]),
        ("!=3.11.*", ["3.9.18", "3.13.0"]),
        ("3.7.*", []),
        ("==3.6.2", []),
        ("=3.1", []),
    ],
)
def test_constraints_are_understood_as_conda_writes_them(text: str, allowed: list[str]) -> None:
    assert [one for one in ("3.9.18", "3.11.7", "3.13.0") if PythonConstraint(text).allows(one)] == allowed


@pytest.mark.parametrize("text", ["=nonsense", "3.9 or so", ">=", "=>3.9"])
def test_what_is_no_constraint_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="no version of Python"):
        PythonConstraint(text)


def _fake(path: Path, version: str) -> None:
    """A program that says it is a Python of this machine."""
    platform = Interpreter.at(sys.executable).platform
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\necho \'["{version}", "{platform}"]\'\n')
    path.chmod(0o755)


def _pythons(folder: Path, *, strict: bool = False, only_default: bool = False) -> Pythons:
    """A default 3.11, 3.9 on PATH, two 3.12 of pyenv, 3.13 of uv, a named 3.10, one too old and a broken one."""
    _fake(folder / "default", "3.11.7")
    _fake(folder / "path" / "python3.9", "3.9.18")
    _fake(folder / "home" / ".pyenv/versions/3.12.1/bin/python3.12", "3.12.1")
    _fake(folder / "home" / ".pyenv/versions/3.12.10/bin/python3.12", "3.12.10")
    _fake(folder / "home" / ".pyenv/versions/3.6.15/bin/python3.6", "3.6.15")
    _fake(folder / "home" / ".local/share/uv/python/cpython-3.13.0/bin/python3.13", "3.13.0")
    _fake(folder / "named" / "python3.10", "3.10.4")
    broken = folder / "path" / "python3.12"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    environment = {"PATH": str(folder / "path"), "HOME": str(folder / "home")}
    places = Places(str(folder / "default"), [str(folder / "named" / "python3.10")], environment)
    return Pythons(places, strict=strict, only_default=only_default)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("=3.9", "3.9.18"),
        ("=3.10", "3.10.4"),
        ("=3.12.1", "3.12.10"),
        ("=3.13", "3.13.0"),
        (">=3.8", "3.11.7"),
        ("", "3.11.7"),
        (">=3.12", "3.13.0"),
        ("3.9|3.10", "3.10.4"),
    ],
)
def test_every_python_of_the_machine_is_offered(tmp_path: Path, text: str, version: str) -> None:
    warnings: list[str] = []
    assert _pythons(tmp_path).choose(PythonConstraint(text), warnings.append).version == version
    assert warnings == []


@pytest.mark.parametrize(("text", "version"), [("=3.6.2", "3.9.18"), ("==3.5", "3.9.18"), ("=3.20", "3.13.0")])
def test_without_a_fitting_one_the_nearest_is_taken_and_that_is_said(tmp_path: Path, text: str, version: str) -> None:
    warnings: list[str] = []
    assert _pythons(tmp_path).choose(PythonConstraint(text), warnings.append).version == version
    assert len(warnings) == 1
    assert (
        f"to have Python {text}; this server has 3.9, 3.10, 3.11, 3.12, 3.13. It gets Python {version}" in warnings[0]
    )


def test_a_strict_server_refuses_and_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(JobFailed, match=r"Python =3\.6, but this server has 3\.9, 3\.10, .*--pythons"):
        _pythons(tmp_path, strict=True).choose(PythonConstraint("=3.6"), print)


def test_with_a_base_image_there_is_only_its_python(tmp_path: Path) -> None:
    warnings: list[str] = []
    assert _pythons(tmp_path, only_default=True).choose(PythonConstraint("=3.9"), warnings.append).version == "3.11.7"
    assert "this server has 3.11." in warnings[0]


def test_a_default_that_does_not_run_is_an_error_of_the_server(tmp_path: Path) -> None:
    with pytest.raises(JobFailed) as failed:
        Pythons(Places(str(tmp_path / "none"))).choose(None, print)
    assert failed.value.status == 500


@pytest.mark.security
def test_a_program_that_calls_itself_python_sees_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMS_LOCAL_TOKEN", "token-secret")
    program = tmp_path / "python3.9"
    program.write_text(f"#!/bin/sh\nenv > {tmp_path}/seen\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(JobFailed):
        Interpreter.at(str(program))
    assert "secret" not in (tmp_path / "seen").read_text()


def test_the_interpreter_tells_its_version_and_platform() -> None:
    found = Interpreter.at(sys.executable)
    assert found.minor == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert found.platform.startswith(("linux-", "macosx-"))
