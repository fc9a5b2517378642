# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make test` and `.ci/run` provide what their tests need, also on a machine where nothing is installed yet."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES = [line.split() for line in (ROOT / ".ci/packages.txt").read_text(encoding="utf-8").splitlines()]
TOOLS = [tool for tool, package in LINES]
PACKAGES = [package for tool, package in LINES]

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `.ci/packages` on a machine that has only what the test puts there; apt-get writes down what it is told."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("bash", "dirname"):
        (folder / tool).symlink_to(str(shutil.which(tool)))

    def program(name: str, text: str = "") -> None:
        (folder / name).write_text(f"#!{shutil.which('bash')}\n{text}\n", encoding="utf-8")
        (folder / name).chmod(0o755)

    def call(*, user: int, apt: bool = True, installed: tuple[str, ...] = ()) -> str:
        program("id", f"echo {user}")
        if apt:
            program("apt-get", f"echo apt-get $* >>{tmp_path / 'apt'}")
        for tool in installed:
            program(tool)
        command = [str(folder / "bash"), str(ROOT / ".ci/packages")]
        said = subprocess.run(command, env={"PATH": str(folder)}, check=True, capture_output=True, text=True).stdout
        apt_calls = tmp_path / "apt"
        return said + (apt_calls.read_text(encoding="utf-8") if apt_calls.exists() else "")

    return call


def test_root_on_debian_gets_every_package_that_is_missing(run: Run) -> None:
    said = run(user=0, installed=TOOLS[:2])
    assert f"Installing {' '.join(PACKAGES[2:])}\n" in said
    assert f"apt-get install -y -qq --no-install-recommends {' '.join(PACKAGES[2:])}\n" in said


def test_nothing_is_done_or_said_where_everything_is_there(run: Run) -> None:
    assert run(user=0, installed=tuple(TOOLS)) == ""


@pytest.mark.parametrize(("user", "apt"), [(1000, True), (0, False)], ids=["no root", "no Debian"])
def test_others_are_told_in_one_line_what_to_install(run: Run, user: int, apt: bool) -> None:
    assert run(user=user, apt=apt) == (
        "Some tests will be skipped; for all of them: "
        f"sudo apt-get install --no-install-recommends {' '.join(PACKAGES)}\n"
    )


def test_both_commands_provide_the_packages() -> None:
    assert "\n.ci/packages\n" in (ROOT / ".ci/run").read_text(encoding="utf-8")
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ntest: ")[2].partition("\n\n")[0]
    assert "@.ci/packages" in recipe
