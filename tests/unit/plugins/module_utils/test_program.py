# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How other programs are run."""

from __future__ import annotations

import sys

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._kubernetes.program import Ended, run_program


def test_input_reaches_the_program_and_what_it_says_comes_back() -> None:
    program = "import sys; print(sys.stdin.read().upper()); print('no', file=sys.stderr); sys.exit(3)"
    assert run_program([sys.executable, "-c", program], text="straße", timeout=60) == Ended(3, "STRASSE\n", "no\n")


@pytest.mark.security
def test_a_program_sees_the_given_environment_only() -> None:
    program = "import os; print(os.environ.get('HOME'), os.environ['COLOUR'])"
    ended = run_program([sys.executable, "-c", program], environment={"COLOUR": "red"}, timeout=60)
    assert ended.output == "None red\n"


def test_more_output_than_a_pipe_holds_is_read() -> None:
    assert len(run_program([sys.executable, "-c", "print('x' * 1_000_000)"], timeout=60).output) == 1_000_001


def test_a_program_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        run_program(["/no/such/program"], timeout=60)


def test_a_program_that_does_not_end_is_killed() -> None:
    with pytest.raises(TimeoutError, match=r"did not end within 0\.1 s"):
        run_program([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.1)
