# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule of what is repeated: the table, what counts as which fault, and how patience ends."""

from __future__ import annotations

from email.utils import formatdate
from pathlib import Path

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._time.repeats import (
    RULE,
    Doing,
    Fault,
    Next,
    Patience,
    Repeats,
    asked_pause,
    doing,
    fault_of_status,
)
from ansible_collections.azureml.model_management.tests.unit.plugins.module_utils.scripted import FakeClock

GUIDE = Path(__file__).resolve().parents[4] / "docs/docsite/rst/guide_faults.rst"
WORDS = {Next.AGAIN: "again", Next.LOOK: "look, then again"}


def test_the_rule_covers_everything_and_only_what_creates_is_looked_for() -> None:
    looked_for = {(does, fault) for does in Doing for fault in Fault if RULE[does][fault] is Next.LOOK}
    assert looked_for == {(Doing.CREATE, fault) for fault in (Fault.LOST, Fault.UNREADABLE, Fault.FAILED)}


def test_the_guide_has_the_same_table() -> None:
    lines = [line.split("  ") for line in GUIDE.read_text(encoding="utf-8").splitlines()]
    rows = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    for fault in Fault:
        (row,) = [row for row in rows if row[:1] == [fault.value]]
        assert row[1:] == [WORDS[RULE[does][fault]] for does in Doing]


@pytest.mark.parametrize(
    ("status", "asked", "fault"),
    [
        (200, None, None),
        (400, None, None),
        (404, 3.0, None),
        (408, None, Fault.FAILED),
        (409, None, None),
        (429, None, Fault.BUSY),
        (429, 2.0, Fault.BUSY),
        (500, None, Fault.FAILED),
        (501, None, None),
        (502, None, Fault.FAILED),
        (503, None, Fault.FAILED),
        (503, 0.0, Fault.BUSY),
        (504, None, Fault.FAILED),
        (505, None, None),
    ],
)
def test_a_status_tells_of_a_fault_that_may_pass(status: int, asked: float | None, fault: Fault | None) -> None:
    assert fault_of_status(status, asked) is fault


@pytest.mark.parametrize(
    ("method", "does"),
    [("GET", Doing.READ), ("HEAD", Doing.READ), ("PUT", Doing.SET), ("DELETE", Doing.SET), ("POST", Doing.CREATE)],
)
def test_a_method_says_what_a_request_does(method: str, does: Doing) -> None:
    assert doing(method) is does


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("3", 3.0), ("0.5", 0.5), ("-1", 0.0), (formatdate(107, usegmt=True), 7.0), ("", None), ("soon", None)],
)
def test_a_server_asks_for_a_pause_in_seconds_or_by_a_date(value: str, seconds: float | None) -> None:
    assert asked_pause(value, 100.0) == seconds


def tries(patience: Patience, *faults: Fault, asked: float | None = None) -> tuple[int, float, list[str]]:
    """How many repetitions these faults are worth, the seconds that passed, and what was told."""
    clock, told = FakeClock(0.0), list[str]()
    repeats = Repeats(clock, told.append, jitter=lambda: 1.0)
    attempts = repeats.begin(patience)
    for fault in faults:
        if not attempts.again("GET /models", fault, "status 500", asked):
            break
    return repeats.count, clock.now, told


def test_patience_ends_with_the_retries() -> None:
    assert tries(Patience(3), *[Fault.FAILED] * 9)[:2] == (3, 3.5)
    assert tries(Patience(0), *[Fault.BUSY] * 9)[:2] == (0, 0.0)


def test_whoever_asks_to_wait_is_not_counted_but_the_seconds_are() -> None:
    assert tries(Patience(1, seconds=100.0), *[Fault.BUSY] * 99, asked=30.0)[:2] == (3, 90.0)


def test_a_server_that_asks_for_no_pause_is_not_flooded() -> None:
    assert tries(Patience(1, seconds=60.0), *[Fault.BUSY] * 99, asked=0.0)[:2] == (6, 31.5)


def test_who_looks_first_has_patience_with_all_but_failures() -> None:
    looking = Patience(1, seconds=30.0).for_looks()
    assert tries(looking, *[Fault.LOST] * 99)[:2] == (5, 15.5)
    assert tries(looking, *[Fault.FAILED] * 99)[0] == 1


def test_a_repetition_is_told_with_its_reason() -> None:
    assert tries(Patience(1), Fault.FAILED)[2] == ["GET /models: status 500; again in 0.5 s."]


def test_pauses_grow_spread_and_have_an_end() -> None:
    smallest, largest = Repeats(jitter=lambda: 0.0), Repeats(jitter=lambda: 1.0)
    assert [largest.pause(number) for number in range(8)] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    assert [smallest.pause(number) for number in range(2)] == [0.25, 0.5]
