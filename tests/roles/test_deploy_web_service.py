# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role deploy_web_service, as users run it."""

from __future__ import annotations

import os

import pytest
from playing import Bench
from service_user import ServiceUser

CRASHING = "def init():\n    raise RuntimeError('the weights are missing')\n\n\ndef run(raw):\n    return 1\n"
SMOKE_TEST = {"input": {"data": [1]}, "expected": ["one"]}


def test_a_second_run_changes_nothing(bench: Bench) -> None:
    variables = bench.variables("iris", bench.good_driver("one"), smoke_test=SMOKE_TEST)
    first = bench.play("deploy", variables)
    assert first.status == 0, first.output
    record = bench.record("iris")
    assert record["result"] == "deployed"
    assert record["changed"] == ["model", "manifest", "image", "service"]
    assert record["output"] == ["one"]
    assert set(record["digests"]) == {"model.txt", "one.py"}
    assert record["request_ids"]

    bench.writes()
    second = bench.play("deploy", variables)
    assert second.counts()["changed"] == 0, second.output
    assert bench.writes() == []
    assert bench.record("iris") == record


@pytest.mark.slow
def test_even_the_account_is_made_when_there_is_none(bench: Bench) -> None:
    bench.environment = {"AZUREML_MMS_API_URL": "", "AZUREML_MMS_ACCOUNT": "from-nothing"}
    account = {"location": "eastus2", "sku_name": "S1", "sku_capacity": 1}
    variables = bench.variables("iris", bench.good_driver("one"), smoke_test=SMOKE_TEST, account=account)
    bench.writes()
    rehearsed = bench.play("deploy", variables, "--check")
    assert rehearsed.status == 0, rehearsed.output
    assert bench.writes() == []

    played = bench.play("deploy", variables)
    assert played.status == 0, played.output
    assert played.changed_tasks() == rehearsed.changed_tasks()
    assert played.changed_tasks()[0] == "Create the account"
    assert bench.play("deploy", variables).counts()["changed"] == 0


def test_check_mode_foresees_every_step_from_an_empty_account_and_writes_nothing(bench: Bench) -> None:
    bench.writes()
    played = bench.play("deploy", bench.variables("iris", bench.good_driver("one"), smoke_test=SMOKE_TEST), "--check")
    assert played.status == 0, played.output
    assert played.changed_tasks()[:4] == [
        "Register each model",
        "Create the manifest",
        "Build the image",
        "Run the image as a web service",
    ]
    assert bench.writes() == []


@pytest.mark.slow
def test_check_mode_follows_a_change_of_the_driver_down_to_the_service(bench: Bench) -> None:
    assert bench.play("deploy", bench.variables("iris", bench.good_driver("one"))).status == 0
    bench.writes()
    played = bench.play("deploy", bench.variables("iris", bench.good_driver("two")), "--check", "--diff")
    assert played.status == 0, played.output
    assert played.changed_tasks()[:3] == ["Create the manifest", "Build the image", "Run the image as a web service"]
    assert "two.py" in played.output
    assert bench.writes() == []


def test_a_release_that_crashes_is_set_back_while_the_old_one_answers_all_the_time(bench: Bench) -> None:
    assert bench.play("deploy", bench.variables("iris", bench.good_driver("one"), smoke_test=SMOKE_TEST)).status == 0
    before = bench.record("iris")
    crashing = bench.variables("iris", bench.driver("crashing.py", CRASHING), smoke_test=SMOKE_TEST)
    with ServiceUser(bench.server, "iris") as user:
        played = bench.play("deploy", crashing)
    assert played.status != 0
    assert "the weights are missing" in played.output
    assert f"It runs image {before['image']['id']} again" in played.output
    assert bench.record("iris")["result"] == "rolled_back"
    assert user.answers > 10
    assert user.refused == []
    assert user.values == {'["one"]'}


@pytest.mark.slow
def test_a_release_that_answers_wrong_is_set_back(bench: Bench) -> None:
    assert bench.play("deploy", bench.variables("iris", bench.good_driver("one"), smoke_test=SMOKE_TEST)).status == 0
    played = bench.play("deploy", bench.variables("iris", bench.good_driver("two"), smoke_test=SMOKE_TEST))
    assert played.status != 0
    assert "output[0] is 'two' instead of 'one'" in played.output
    assert bench.record("iris")["result"] == "rolled_back"

    again = bench.play("deploy", bench.variables("iris", bench.good_driver("one"), smoke_test=SMOKE_TEST))
    assert again.status == 0, again.output
    assert again.changed_tasks() == ["Write the deployment record"]


@pytest.mark.slow
def test_a_first_release_that_is_bad_is_removed_again(bench: Bench) -> None:
    test = {"input": {"data": [1]}, "that": ["output | length == 2"]}
    played = bench.play("deploy", bench.variables("iris", bench.good_driver("one"), smoke_test=test))
    assert played.status != 0
    assert '["one"] does not meet the test expression' in played.output
    assert "the service was removed again" in played.output
    assert bench.record("iris")["result"] == "removed"


@pytest.mark.slow
def test_without_rollback_a_bad_release_stays_to_be_looked_at(bench: Bench) -> None:
    variables = bench.variables("iris", bench.good_driver("two"), smoke_test=SMOKE_TEST, rollback=False)
    played = bench.play("deploy", variables)
    assert played.status != 0
    assert bench.record("iris")["result"] == "failed"
    assert "deploy_web_service_rollback is false" in played.output
    assert ServiceUser(bench.server, "iris").ask() == (200, '["two"]')


def test_all_problems_are_reported_at_once_before_anything_is_changed(bench: Bench) -> None:
    kubeconfig = {
        "current-context": "demo",
        "contexts": [{"name": "demo", "context": {"cluster": "demo", "user": "demo"}}],
        "clusters": [{"name": "demo", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "demo", "user": {"token": "secret"}}],
    }
    variables = bench.variables(
        "iris",
        str(bench.folder / "absent.py"),
        pip_requirements="absent.txt",
        kubeconfig=kubeconfig,
        registry={"location": "registry.example.com", "user": "puller", "password": "secret"},
    )
    bench.environment = {"AZUREML_MMS_API_URL": "http://127.0.0.1:9"}
    bench.writes()
    played = bench.play("deploy", variables)
    assert played.status != 0
    assert f"File {bench.folder / 'absent.py'} does not exist." in played.output
    assert "File absent.txt does not exist." in played.output
    assert "Is the local MMS running? `mms-local start` starts it" in played.output
    assert "kubectl" in played.output  # which is missing here, or cannot reach the cluster
    assert bench.writes() == []


@pytest.mark.slow
def test_a_missing_credential_is_told_with_every_place_that_was_searched(bench: Bench) -> None:
    bench.environment = {"AZUREML_MMS_ACCESS_TOKEN": "", "HOME": str(bench.folder), "PATH": os.defpath}
    played = bench.play("deploy", bench.variables("iris", bench.good_driver("one")))
    assert played.status != 0
    for place in ("the task's options", "the environment", ".azure/credentials", "the Azure CLI"):
        assert place in played.output


@pytest.mark.slow
def test_an_image_that_exists_can_be_run_without_building_one(bench: Bench) -> None:
    assert bench.play("deploy", bench.variables("iris", bench.good_driver("one"))).status == 0
    variables = bench.variables("other", "", models=[], image="iris")
    del variables["deploy_web_service_driver"]
    played = bench.play("deploy", variables)
    assert played.status == 0, played.output
    assert bench.record("other")["changed"] == ["service"]
    assert ServiceUser(bench.server, "other").ask() == (200, '["one"]')
