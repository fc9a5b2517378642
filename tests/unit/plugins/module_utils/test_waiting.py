# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import repeat

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import NotFoundError, WaitTimeout
from ansible_collections.azureml.model_management.plugins.module_utils._waiting import (
    PendingWork,
    Snapshot,
    WaitPolicy,
    wait,
)
from ansible_collections.azureml.model_management.tests.unit.plugins.module_utils.scripted import FakeClock

PATIENCE = WaitPolicy(timeout=100, interval=5)


def work(states: Iterator[str | None], count: list[int] | None = None, name: str = "Building") -> PendingWork:
    """A work that shows these states, one at each look."""
    counted = count if count is not None else [0]

    def look() -> Snapshot | None:
        counted[0] += 1
        state = next(states)
        return None if state is None else Snapshot(state, state in ("Succeeded", "Failed"))

    return PendingWork(name, look, "look again", "operation-1")


def nothing(line: str) -> None:
    pass


def test_pauses_grow_up_to_the_interval() -> None:
    clock = FakeClock()
    wait([work(iter([*["Running"] * 8, "Succeeded"]))], PATIENCE, clock, nothing)
    assert clock.slept == [0.5, 0.75, 1.125, 1.6875, 2.53125, 3.796875, 5, 5]


def test_a_short_interval_is_kept_to() -> None:
    clock = FakeClock()
    wait([work(iter(["Running", "Running", "Failed"]))], WaitPolicy(10, 0.1), clock, nothing)
    assert clock.slept == [0.1, 0.1]


def test_what_has_ended_is_not_waited_for() -> None:
    clock = FakeClock()
    wait([work(iter(["Succeeded"]))], PATIENCE, clock, nothing)
    assert clock.slept == []


def test_each_new_state_is_told_once() -> None:
    told: list[str] = []
    wait([work(iter(["NotStarted", "Running", "Running", "Succeeded"]))], PATIENCE, FakeClock(), told.append)
    assert [line.split(" after")[0] for line in told] == [
        "Building: NotStarted",
        "Building: Running",
        "Building: Succeeded",
    ]


def test_each_new_phase_is_told_and_the_same_one_every_half_minute() -> None:
    told: list[str] = []
    phases = iter([None, "Pushing iris:1", *["Pushing iris:1"] * 14, None])

    def look() -> Snapshot:
        phase = next(phases)
        return Snapshot("Running" if phase or not told else "Succeeded", bool(told) and phase is None, phase)

    wait([PendingWork("Building", look, "look again")], PATIENCE, FakeClock(), told.append)
    assert told == [
        "Building: Running after 0 s",
        "Building: Running after 0 s: Pushing iris:1",
        "Building: Running after 35 s: Pushing iris:1",
        "Building: Succeeded after 60 s",
    ]


def test_whoever_interrupts_is_told_how_to_go_on() -> None:
    told: list[str] = []

    class Impatient(FakeClock):
        def sleep(self, seconds: float) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wait([work(repeat("Running"))], PATIENCE, Impatient(), told.append)
    assert told[-1] == "Interrupted. Building goes on at the service. To wait for it again, look again."


def test_time_is_measured_and_not_polls() -> None:
    clock = FakeClock()
    with pytest.raises(WaitTimeout) as caught:
        wait([work(repeat("Running"))], PATIENCE, clock, nothing)
    assert 95 <= sum(clock.slept) <= 100
    failure = caught.value.to_failure()
    assert failure["operation_id"] == "operation-1"
    assert failure["resume"] == "look again"
    for word in ("Running", "100 s", "look again"):
        assert word in failure["message"]


def test_slow_looks_count_as_time() -> None:
    clock = FakeClock()

    def slow() -> Snapshot:
        clock.now += 60
        return Snapshot("Running", ended=False)

    with pytest.raises(WaitTimeout):
        wait([PendingWork("Building", slow, "look again")], PATIENCE, clock, nothing)
    assert len(clock.slept) <= 2


def test_what_is_not_visible_yet_is_given_some_time() -> None:
    wait([work(iter([None, None, "Running", "Succeeded"]))], PATIENCE, FakeClock(), nothing)
    with pytest.raises(NotFoundError, match="Building"):
        wait([work(repeat(None))], PATIENCE, FakeClock(), nothing)


@pytest.mark.parametrize("many", [1, 20, 500])
def test_many_works_take_one_look_each_and_one_per_pause(many: int) -> None:
    clock, looks = FakeClock(), [0]

    def ending_at(moment: float) -> Callable[[], Snapshot]:
        def look() -> Snapshot:
            looks[0] += 1
            return Snapshot("Succeeded", True) if clock.now >= moment else Snapshot("Running", False)

        return look

    begun = clock.now
    works = [PendingWork(str(number), ending_at(begun + 60 * number / many), "") for number in range(1, many + 1)]
    wait(works, PATIENCE, clock, nothing)
    assert looks[0] == many + len(clock.slept)
    assert len(clock.slept) < 25
