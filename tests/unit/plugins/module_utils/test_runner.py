# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import (
    AccountMissingError,
    ApiError,
    InputError,
    MissingLibraryError,
    MmsError,
    OperationFailed,
    ResponseFormatError,
    TransportError,
)
from ansible_collections.azureml.model_management.plugins.module_utils._masking import Gate
from ansible_collections.azureml.model_management.plugins.module_utils._plan import Plan
from ansible_collections.azureml.model_management.plugins.module_utils._resources.model import Model
from ansible_collections.azureml.model_management.plugins.module_utils._runner import (
    Done,
    Task,
    converging,
    outcome,
    reporting,
)
from ansible_collections.azureml.model_management.tests.unit.plugins.module_utils.scripted import FakeClock

WANTED = Model(name="iris", url="https://example.com/iris.pkl?sig=secret")
MADE = replace(WANTED, id="1", version=1)


class Steps:
    """A resource whose service fails as told, and in the end has what was wanted."""

    key = "model"
    extras = ("removed", "kept")
    wanted = WANTED

    def __init__(self, *plans: Plan[Model], errors: tuple[MmsError, ...] = ()) -> None:
        self.plans = list(plans)
        self.errors = list(errors)
        self.applied: list[str] = []

    def plan(self) -> Plan[Model]:
        return self.plans.pop(0)

    def apply(self, plan: Plan[Model]) -> Done[Model]:
        self.applied.append(plan.action)
        if self.errors:
            raise self.errors.pop(0)
        return Done(MADE)


CREATE: Plan[Model] = Plan("create", after=WANTED)
NONE: Plan[Model] = Plan("none", current=MADE, after=MADE)
LOST = TransportError("lost", sent=True)
CONFLICT = ApiError("there is one", status=409)


def result_of(steps: Steps, *, check_mode: bool = False, clock: FakeClock | None = None) -> dict[str, Any]:
    warned: list[str] = []
    task = Task(options={}, run=converging(lambda session: steps))
    result = outcome(
        task,
        {},
        check_mode=check_mode,
        diff=True,
        gate=Gate(warned.append, warned.append),
        clock=clock or FakeClock(),
    )
    return {**result, "warned": warned}


def test_check_mode_plans_and_does_not_apply() -> None:
    steps = Steps(CREATE)
    result = result_of(steps, check_mode=True)
    assert steps.applied == []
    assert result["changed"]
    assert result["model"]["id"] is None


def test_the_same_keys_come_back_in_check_mode_after_a_change_and_without_one() -> None:
    results = [result_of(Steps(CREATE), check_mode=True), result_of(Steps(CREATE)), result_of(Steps(NONE))]
    assert results[0].keys() == results[1].keys() == results[2].keys()
    assert [result["changed"] for result in results] == [True, True, False]


def test_nothing_is_applied_when_nothing_is_to_be_done() -> None:
    steps = Steps(NONE)
    assert not result_of(steps)["changed"]
    assert steps.applied == []


@pytest.mark.parametrize(
    "error",
    [LOST, ResponseFormatError("half a body"), ApiError("bad gateway", status=502), ApiError("odd", status=500)],
)
def test_after_a_lost_answer_the_service_is_looked_at_before_anything_is_sent_again(error: MmsError) -> None:
    clock = FakeClock()
    steps = Steps(CREATE, NONE, errors=(error,))
    result = result_of(steps, clock=clock)
    assert steps.applied == ["create", "none"]
    assert result["changed"]
    assert clock.slept


def test_what_was_lost_before_it_took_effect_is_sent_again() -> None:
    steps = Steps(CREATE, CREATE, errors=(LOST,))
    assert result_of(steps)["changed"]
    assert steps.applied == ["create", "create"]


def test_a_conflict_is_looked_at_and_the_change_is_not_ours() -> None:
    assert not result_of(Steps(CREATE, NONE, errors=(CONFLICT,)))["changed"]


def test_looking_again_comes_to_an_end() -> None:
    steps = Steps(*[CREATE] * 4, errors=(CONFLICT,) * 4)
    result = result_of(steps)
    assert result["failed"]
    assert result["failure"]["code"] == "Conflict"
    assert len(steps.applied) == 4


def test_what_is_lost_is_looked_for_until_patience_is_over() -> None:
    clock = FakeClock()
    begun = clock.now
    steps = Steps(*[CREATE] * 50, errors=(LOST,) * 50)
    result = result_of(steps, clock=clock)
    assert result["failure"]["code"] == "ConnectionFailed"
    assert 60 < clock.now - begun <= 120
    assert result["retries"] == len(steps.applied) - 1 > 4


def test_a_change_that_meets_what_it_began_itself_is_looked_at() -> None:
    """The answer to the first request was lost, and the second one is told that the change goes on already."""

    class Repeating(Steps):
        session: Any = None

        def apply(self, plan: Plan[Model]) -> Done[Model]:
            if not self.applied:
                self.session.repeats.count += 1
            return super().apply(plan)

    update: Plan[Model] = Plan("update", current=MADE, after=MADE, changes={})
    for repeated, ends_well in ((True, True), (False, False)):
        steps = (Repeating if repeated else Steps)(update, NONE, errors=(CONFLICT,))

        def begun(session: Any, steps: Any = steps) -> Any:
            steps.session = session
            return steps

        task = Task(options={}, run=converging(begun))
        result = outcome(task, {}, check_mode=False, diff=False, gate=Gate(print, print), clock=FakeClock())
        assert ("failed" not in result) == ends_well
        assert result.get("changed", True)


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        (CREATE, TransportError("refused", sent=False)),
        (CREATE, ApiError("no", status=400)),
        (CREATE, OperationFailed("built badly", status=400)),
        (CREATE, OperationFailed("built badly", status=409)),
        (Plan("update", current=MADE, after=MADE, changes={}), LOST),
        (Plan("delete", current=MADE, removed=(MADE,)), LOST),
    ],
)
def test_everything_else_is_told_at_once(plan: Plan[Model], error: MmsError) -> None:
    steps = Steps(plan, plan, errors=(error,))
    result = result_of(steps)
    assert result["failed"]
    assert result["msg"] == error.message
    assert result["retries"] == 0
    assert len(steps.applied) == 1


def test_a_request_that_named_a_twin_which_has_gone_is_made_anew() -> None:
    """Another play made the same at the same instant, and has taken its own, which was named, away again."""
    other: Plan[Model] = Plan("create", after=replace(WANTED, description="refers to the twin that stays"))
    steps = Steps(CREATE, other, errors=(ApiError("there is no manifest", status=400),))
    result = result_of(steps)
    assert result["changed"]
    assert len(steps.applied) == 2


def test_what_is_missing_fails_but_is_only_told_in_check_mode() -> None:
    plan: Plan[Model] = replace(CREATE, missing=("Model 'x' does not exist.",))
    steps = Steps(plan)
    result = result_of(steps)
    assert result["failure"]["code"] == "NotFound"
    assert steps.applied == []
    check = result_of(Steps(plan), check_mode=True)
    assert check["changed"]
    assert "Model 'x' does not exist." in check["warned"][0]


def test_in_an_account_that_is_missing_nothing_exists_yet() -> None:
    class Nowhere(Steps):
        def plan(self) -> Plan[Model]:
            raise AccountMissingError("no account")

    check = result_of(Nowhere(), check_mode=True)
    assert check["changed"]
    assert check["model"]["name"] == "iris"
    assert result_of(Nowhere())["failure"]["code"] == "NotFound"


def fails(error: MmsError) -> Callable[..., dict[str, Any]]:
    def read(session: Any) -> dict[str, Any]:
        raise error

    return read


def outcome_of(read: Callable[..., dict[str, Any]], options: dict[str, Any], **spec: Any) -> dict[str, Any]:
    task = Task(options=spec, run=reporting(read))
    ignored: list[str] = []
    return outcome(
        task, options, check_mode=False, diff=False, gate=Gate(ignored.append, ignored.append), clock=FakeClock()
    )


def test_a_failure_always_has_all_of_its_keys() -> None:
    bare = outcome_of(fails(InputError("no")), {})["failure"]
    rich = outcome_of(fails(ApiError("no", status=418, details=[{"code": "a", "message": "b"}])), {})["failure"]
    assert bare.keys() == rich.keys()
    assert rich["code"] == "HttpStatus418"


def test_a_missing_library_is_told_as_ansible_users_know_it() -> None:
    result = outcome_of(fails(MissingLibraryError("requests", "to talk")), {})
    assert result["failure"]["code"] == "MissingLibrary"
    assert "Failed to import the required Python library (requests)" in result["msg"]


@pytest.mark.security
def test_signatures_and_secret_options_are_masked_everywhere() -> None:
    url = "https://e.com/x?sp=r&sig=c2lnbmF0dXJl&se=1"
    spec = {
        "url": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "inner": {"type": "dict", "options": {"key": {"type": "str", "no_log": True}, "name": {"type": "str"}}},
    }
    options = {"url": url, "password": "hidden", "inner": {"key": "hidden", "name": "shown"}}
    seen = outcome_of(lambda session: {"list": [{"url": url}], "text": f"see {url}"}, options, **spec)
    failed = outcome_of(fails(InputError(f"cannot read {url}", details=[{"message": url}])), options, **spec)
    for result in (seen, failed):
        assert "c2lnbmF0dXJl" not in str(result)
        assert "hidden" not in str(result)
        assert "shown" in str(result)
