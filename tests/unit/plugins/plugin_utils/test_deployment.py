# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role makes of the results of its tasks: success is what says so, and nothing is told that was not seen."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.plugin_utils._deployment import (
    deployment_problems,
    deployment_record,
    deployment_stats,
    model_references,
    needs_candidate,
    old_samples,
    record_to_keep,
    succeeded,
)

OPTIONS: dict[str, Any] = {
    "name": "iris",
    "account": None,
    "driver": "score.py",
    "image": None,
    "rollback": True,
    "strategy": "auto",
    "smoke_test": {"input": [1], "expected": ["one"], "tolerance": None},
}
BEFORE = {"services": [{"name": "iris", "image_id": "old", "state": "Succeeded", "scoring_uri": "http://s"}]}
NOTHING: dict[str, Any] = {"services": []}
CRASH = {"failed": False, "failed_when_result": False, "module_stderr": "Traceback: boom", "rc": 1}
UNREACHABLE = {"unreachable": True, "msg": "no route to the host"}
SKIPPED = {"skipped": True, "changed": False}
FAILURE = {"failed": True, "msg": "it answered 500"}


def run(**results: Any) -> dict[str, Any]:
    """A run of the role in which only these tasks have results."""
    steps = (
        "pull_secret",
        "account",
        "model",
        "manifest",
        "image",
        "candidate",
        "candidate_removed",
        "service",
        "score",
    )
    looks = ("score", "set_back", "removed", "before", "seen", "score_after")
    nothing: dict[str, Any] = {name: {} for name in (*steps, *looks)}
    return {**nothing, "failed": None, "touched": True, "by": "me", "at": "now", **results}


@pytest.mark.parametrize("result", [{}, CRASH, UNREACHABLE, SKIPPED, FAILURE, {"service": {}, "failed": True}, None])
def test_only_a_result_that_says_so_is_a_success(result: dict[str, Any] | None) -> None:
    assert not succeeded(result, "service")
    assert succeeded({"service": None, "changed": True}, "service")


@pytest.mark.parametrize(
    ("result", "words"),
    [(CRASH, "boom"), (UNREACHABLE, "no route"), (FAILURE, "answered 500"), ({"rc": 1}, "no reason")],
)
def test_a_step_that_does_not_report_success_is_a_problem(result: dict[str, Any], words: str) -> None:
    (problem,) = deployment_problems(OPTIONS, {"service": result})
    assert words in problem


def test_every_problem_is_told_once_and_a_service_that_cannot_be_reached_only_once() -> None:
    away = {"failed": True, "msg": "GET /services failed", "failure": {"code": "ConnectionFailed"}}
    model = {**away, "msg": "GET /models failed"}
    bad = {"failed": True, "msg": "driver: absent.py cannot be read", "failure": {"code": "InvalidInput"}}
    rehearsal = {"services": away, "model": {"results": [model, model]}, "manifest": bad, "image": SKIPPED}
    assert deployment_problems(OPTIONS, rehearsal) == ["GET /services failed", "driver: absent.py cannot be read"]


def test_what_an_earlier_step_makes_is_no_problem_and_what_nobody_makes_is() -> None:
    made = {"image": None, "missing": ["Manifest 'iris (new version)' does not exist."]}
    lost = {"service": None, "missing": ["Image 'rose:7' does not exist."]}
    assert deployment_problems(OPTIONS, {"image": made, "service": lost}) == lost["missing"]


def test_what_a_failed_step_was_to_make_is_not_told_as_missing_by_the_next() -> None:
    options = {**OPTIONS, "manifest_name": "iris", "image_name": "iris"}
    model = {"failed": True, "msg": "no.pkl cannot be read", "item": {"name": "weights"}}
    manifest = {"failed": True, "msg": "requirements.txt, line 1: '.' is a path"}
    rehearsal = {
        "model": {"results": [model]},
        "manifest": {"manifest": None, "missing": ["Model 'weights' does not exist.", "Model 'other' does not exist."]},
    }
    assert deployment_problems(options, rehearsal) == [model["msg"], "Model 'other' does not exist."]
    rehearsal = {"manifest": manifest, "image": {"image": None, "missing": ["Manifest 'iris' does not exist."]}}
    assert deployment_problems(options, rehearsal) == [manifest["msg"]]


def test_an_account_that_is_to_be_made_need_not_be_there() -> None:
    missing = {"model": None, "missing": ["Account 'a' does not exist. Create it with mms_account."]}
    absent = {"failed": True, "msg": "404", "failure": {"code": "NotFound"}}
    assert len(deployment_problems(OPTIONS, {"services": absent, "model": missing})) == 2
    assert deployment_problems({**OPTIONS, "account": {"location": "x"}}, {"services": absent, "model": missing}) == []


def test_there_must_be_something_to_run() -> None:
    (problem,) = deployment_problems({**OPTIONS, "driver": None}, {})
    assert "deploy_web_service_driver or deploy_web_service_image" in problem


def test_models_are_named_by_what_was_registered_or_by_the_user() -> None:
    results: list[dict[str, Any]] = [
        {"reference": "id1", "item": {"name": "a"}},
        {"skipped": True, "item": {"name": "b:2"}},
        {"name": "c"},
    ]
    assert model_references(results) == ["id1", "b:2", "c"]


@pytest.mark.parametrize(
    ("strategy", "before", "action", "changes", "needed"),
    [
        ("auto", BEFORE, "update", {"image": {}}, True),
        ("auto", BEFORE, "update", {"replicas": {}}, False),
        ("auto", BEFORE, "none", {}, False),
        ("auto", NOTHING, "create", {}, False),
        ("candidate", NOTHING, "create", {}, True),
        ("in_place", BEFORE, "update", {"image": {}}, False),
    ],
)
def test_a_candidate_proves_another_image(
    strategy: str, before: dict[str, Any], action: str, changes: dict[str, Any], needed: bool
) -> None:
    foreseen = {"action": action, "changes": changes}
    assert needs_candidate({**OPTIONS, "strategy": strategy}, before, foreseen) is needed


def test_a_rehearsal_that_failed_foresees_nothing() -> None:
    assert needs_candidate(OPTIONS, BEFORE, FAILURE) is False


def test_the_old_release_is_asked_what_it_was_released_with() -> None:
    record = json.dumps({"image_id": "OLD", "sample": {"input": [7], "expected": ["seven"], "tolerance": 0.1}})
    assert old_samples(OPTIONS, BEFORE, record) == [{"input": [7], "expected": ["seven"], "tolerance": 0.1}]


@pytest.mark.parametrize("record", [None, "", "no json", "[1]", '{"image_id": "another", "sample": {"input": [7]}}'])
def test_without_its_own_sample_the_old_release_need_only_answer(record: str | None) -> None:
    assert old_samples(OPTIONS, BEFORE, record) == [{"input": [1], "expected": None, "tolerance": None}]
    assert old_samples({**OPTIONS, "smoke_test": None}, BEFORE, record) == []
    assert old_samples(OPTIONS, NOTHING, record) == []


SET_BACK = {"service": {"image_id": "old"}, "changed": True}
ANSWERED = {"results": [{"score": {"output": ["one"]}}]}


@pytest.mark.parametrize(
    ("results", "word", "words"),
    [
        ({"touched": False}, "failed", "The service was not touched: image old runs"),
        ({"touched": False, "candidate": FAILURE, "candidate_removed": {"service": None}}, "refused", "image old runs"),
        (
            {"touched": False, "candidate": FAILURE, "candidate_removed": CRASH},
            "refused",
            "could not be removed: Trace",
        ),
        (
            {"set_back": SET_BACK, "score_after": ANSWERED},
            "rolled_back",
            "again, as before, and has answered the sample",
        ),
        ({"set_back": SET_BACK}, "rolled_back", "there was no sample to ask it"),
        ({"set_back": CRASH}, "rollback_failed", "failed too: Traceback: boom"),
        ({"set_back": UNREACHABLE}, "rollback_failed", "no route to the host"),
        ({"set_back": SKIPPED}, "rollback_failed", "no reason was given"),
        ({"set_back": SET_BACK, "score_after": {"results": [FAILURE]}}, "rollback_failed", "but it answered 500"),
        ({"set_back": SET_BACK, "seen": UNREACHABLE}, "rollback_failed", "could not be seen: no route"),
        ({"set_back": SET_BACK, "seen": NOTHING}, "rollback_failed", "no such service runs"),
        ({"before": NOTHING, "removed": {"service": None, "changed": True}}, "removed", "nothing before it"),
        ({"before": NOTHING, "removed": {"service": None}}, "failed", "no service before, and there is none now"),
        (
            {"before": NOTHING, "removed": FAILURE},
            "rollback_failed",
            "Removing the service failed too: it answered 500",
        ),
    ],
)
def test_a_failure_is_told_as_it_was_seen(results: dict[str, Any], word: str, words: str) -> None:
    record = deployment_record(OPTIONS, run(**{"before": BEFORE, "seen": BEFORE, "failed": FAILURE, **results}))
    assert record["result"] == word
    assert words in record["story"]
    assert record["reason"] == "it answered 500"


def test_without_rollback_the_story_says_what_is_left() -> None:
    record = deployment_record({**OPTIONS, "rollback": False}, run(before=BEFORE, seen=BEFORE, failed=FAILURE))
    assert (record["result"], record["story"].partition(":")[2]) == ("failed", " image old runs, in state Succeeded.")


def test_the_file_keeps_the_record_of_the_last_run_that_changed_something() -> None:
    kept = {"result": "deployed", "service": "iris", "at": "before", "changed": ["model"]}
    unchanged = deployment_record(OPTIONS, run(before=BEFORE))
    assert unchanged["changed"] == []
    assert record_to_keep(unchanged, json.dumps(kept)) == kept
    assert record_to_keep(unchanged, kept) == kept  # what older ansible-cores make of it
    changed = deployment_record(OPTIONS, run(service={"changed": True, "service": BEFORE["services"][0]}))
    assert record_to_keep(changed, json.dumps(kept))["changed"] == ["service"]
    for other in ({**kept, "service": "rose"}, {**kept, "result": "refused"}, {}):
        assert record_to_keep(unchanged, json.dumps(other)) == unchanged


def test_the_record_says_what_runs_and_not_what_was_to_run() -> None:
    foreseen = {"service": {"image_id": "new", "scoring_uri": "http://s"}}
    refused = deployment_record(
        OPTIONS, run(before=BEFORE, seen=BEFORE, failed=FAILURE, touched=False, service=foreseen)
    )
    assert (refused["image_id"], refused["image_before"]) == ("old", "old")
    removed = {"service": None, "changed": True}
    gone = deployment_record(
        OPTIONS, run(before=NOTHING, seen=NOTHING, failed=FAILURE, service=foreseen, removed=removed)
    )
    assert (gone["image_id"], gone["scoring_uri"]) == (None, None)
    assert deployment_record(OPTIONS, run(before=BEFORE, service=foreseen))["image_id"] == "new"


def test_the_file_keeps_the_sample_of_the_image_that_goes_on_running() -> None:
    sample = {"input": [7], "expected": ["seven"], "tolerance": None}
    refused = deployment_record(OPTIONS, run(before=BEFORE, seen=BEFORE, failed=FAILURE, touched=False))
    assert record_to_keep(refused, json.dumps({"image_id": "OLD", "sample": sample}))["sample"] == sample
    assert record_to_keep(refused, json.dumps({"image_id": "other", "sample": sample}))["sample"] is None
    assert record_to_keep(refused, None)["sample"] is None


def test_the_record_is_json_whatever_the_service_answers() -> None:
    score = {"score": {"output": [float("nan"), {"x": float("inf")}], "seconds": 0.1}}
    record = deployment_record(OPTIONS, run(score=score, service={"changed": True, "service": {}}))
    assert record["output"] == [None, {"x": None}]
    assert [note.partition(" is ")[0] for note in record["notes"]] == ["output[0]", "output[1].x"]
    json.dumps(record, allow_nan=False)


def test_the_digests_are_those_of_what_was_uploaded() -> None:
    url = f"https://s/c/{'a' * 64}/model.bin?sig=x"
    model = {"results": [{"model": {"url": url}, "request_ids": [{"request": "GET /models"}]}]}
    record = deployment_record(OPTIONS, run(model=model, service={"changed": True}))
    assert record["digests"] == {"model.bin": "a" * 64}
    assert record["request_ids"] == [{"request": "GET /models"}]


def test_the_next_job_is_told_versions_as_options_name_them() -> None:
    image, model = {"name": "iris", "version": 3}, {"name": "flowers", "version": 2}
    service = {"name": "iris", "image_id": "i", "scoring_uri": "http://s"}
    results = {"image": {"image": image, "changed": True}, "model": {"results": [{"model": model}]}}
    record = deployment_record(OPTIONS, run(before=NOTHING, service={"service": service}, **results))
    assert deployment_stats(record) == {
        "iris": {
            "result": "deployed",
            "reason": None,
            "changed": ["image"],
            "scoring_uri": "http://s",
            "image": "iris:3",
            "image_id": "i",
            "image_before": None,
            "manifest": None,
            "models": ["flowers:2"],
        }
    }
