# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role deploy_web_service, as users run it."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playing import Bench
from service_user import ServiceUser

CRASHING = "def init():\n    raise RuntimeError('the weights are missing')\n\n\ndef run(raw):\n    return 1\n"
KUBECONFIG = {
    "current-context": "demo",
    "contexts": [{"name": "demo", "context": {"cluster": "demo", "user": "demo"}}],
    "clusters": [{"name": "demo", "cluster": {"server": "https://127.0.0.1:9"}}],
    "users": [{"name": "demo", "user": {"token": "t"}}],
}
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


STATS: dict[str, tuple[dict[str, Any], bool]] = {
    "by itself": ({}, False),
    "in AWX": ({"awx_job_id": 7}, True),
    "in its forebear": ({"tower_job_id": 7}, True),
    "switched off in AWX": ({"awx_job_id": 7, "deploy_web_service_set_stats": "false"}, False),
    "switched on": ({"deploy_web_service_set_stats": "true"}, True),
}


@pytest.mark.slow
def test_the_next_jobs_of_a_workflow_are_told_in_awx_or_when_it_is_said(bench: Bench) -> None:
    bench.environment = {"ANSIBLE_SHOW_CUSTOM_STATS": "true"}
    variables = bench.variables("iris", bench.good_driver("one"))
    for case, (more, expected) in STATS.items():
        played = bench.play("deploy", {**variables, **more})
        assert played.status == 0, played.output
        told = f'"scoring_uri": "{bench.record("iris")["scoring_uri"]}"'
        assert (told in played.output) is expected, (case, played.output)
    rehearsed = bench.play("deploy", {**variables, "awx_job_id": 7}, "--check")
    assert rehearsed.status == 0, rehearsed.output
    assert "deploy_web_service_released" not in rehearsed.output


CONNECTIONS = {
    "hosting account": {"AZUREML_MMS_API_VERSION": "2017-06-01-privatepreview"},
    "account": {"AZUREML_MMS_API_VERSION": "2017-09-01-preview"},
    "workspace": {"AZUREML_MMS_API_VERSION": "v1.0", "AZUREML_MMS_WORKSPACE": "flowers"},
}


@pytest.mark.slow
@pytest.mark.parametrize("connection", CONNECTIONS.values(), ids=CONNECTIONS)
def test_one_playbook_serves_all_generations_by_its_connection_alone(bench: Bench, connection: dict[str, str]) -> None:
    bench.environment = connection
    more = {
        "kubeconfig": KUBECONFIG,
        "registry": {"location": "registry.test", "user": "u", "password": "registry-password"},
    }
    variables = bench.variables("iris", bench.good_driver("one"), smoke_test=SMOKE_TEST, **more)
    options = ("--skip-tags", "deploy_web_service_pull_secret,deploy_web_service_preflight")  # there is no cluster
    bench.writes()
    rehearsed = bench.play("deploy", variables, "--check", *options)
    assert rehearsed.status == 0, rehearsed.output
    assert bench.writes() == []

    played = bench.play("deploy", variables, *options)
    assert played.status == 0, played.output
    assert played.changed_tasks()[:4] == rehearsed.changed_tasks()[:4]
    assert bench.record("iris")["output"] == ["one"]
    bench.writes()
    again = bench.play("deploy", variables, *options)
    assert again.counts()["changed"] == 0, again.output
    assert set(bench.writes()) <= {"services.keys"}  # a workspace is asked for them by POST

    other = {**variables, "deploy_web_service_driver": bench.good_driver("two"), "deploy_web_service_smoke_test": None}
    changed = bench.play("deploy", other, *options)
    assert changed.status == 0, changed.output
    assert "Build the image" in changed.changed_tasks()
    assert bench.record("iris")["changed"] == ["manifest", "image", "service"]


def test_without_a_cluster_of_his_own_a_user_of_workspaces_needs_no_other_variables(bench: Bench) -> None:
    bench.environment = CONNECTIONS["workspace"]
    played = bench.play("deploy", bench.variables("iris", bench.good_driver("one"), smoke_test=SMOKE_TEST))
    assert played.status == 0, played.output
    assert bench.record("iris")["output"] == ["one"]


def test_a_build_that_had_to_do_otherwise_than_asked_is_a_warning_of_the_task(bench: Bench) -> None:
    conda = bench.folder / "env.yml"
    conda.write_text("dependencies:\n  - python=3.5.2\n  - openssl=1.1.1\n", encoding="utf-8")
    variables = bench.variables("old", bench.good_driver("one"), conda_file=str(conda), smoke_test=SMOKE_TEST)
    played = bench.play("deploy", variables)
    assert played.status == 0, played.output
    told = " ".join(played.output.split())
    assert "The image is to have Python =3.5.2" in told
    assert "Left out of the conda file env.yml, being no Python packages for Linux: openssl." in told


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
    assert played.changed_tasks()[:4] == [
        "Create the manifest",
        "Build the image",
        "Run the image as the candidate",
        "Run the image as a web service",
    ]
    assert "two.py" in played.output
    assert bench.writes() == []


def test_a_bad_release_is_refused_beside_the_live_service_which_never_runs_it(bench: Bench) -> None:
    assert bench.play("deploy", bench.variables("iris", bench.good_driver("one"), smoke_test=SMOKE_TEST)).status == 0
    before = bench.record("iris")
    crashing = bench.variables("iris", bench.driver("crashing.py", CRASHING), smoke_test=SMOKE_TEST)
    with ServiceUser(bench.server, "iris") as user:
        bench.writes()
        crashed = bench.play("deploy", crashing)
        wrong = bench.play("deploy", bench.variables("iris", bench.good_driver("two"), smoke_test=SMOKE_TEST))
        assert "services.update" not in bench.writes()
    assert crashed.status != 0
    assert "the weights are missing" in crashed.output
    assert wrong.status != 0
    assert "output[0] is 'two' instead of 'one'" in wrong.output
    record = bench.record("iris")
    assert record["result"] == "refused"
    assert f"image {before['image']['id']} runs, in state Succeeded" in record["story"]
    assert user.answers > 10
    assert user.refused == []
    assert user.values == {'["one"]'}
    assert bench.services() == ["iris"]

    good = bench.play("deploy", bench.variables("iris", bench.good_driver("one"), smoke_test=SMOKE_TEST))
    assert good.status == 0, good.output
    assert good.changed_tasks() == ["Write the deployment record"]


@pytest.mark.slow
def test_a_candidate_must_answer_as_the_live_service_does(bench: Bench) -> None:
    compare = {"inputs": [{"data": [1]}, {"data": [2]}]}
    assert bench.play("deploy", bench.variables("iris", bench.good_driver("one"), compare=compare)).status == 0
    other = bench.play("deploy", bench.variables("iris", bench.good_driver("two"), compare=compare))
    assert other.status != 0
    assert "output[0] is 'two' instead of 'one'" in other.output
    assert bench.record("iris")["result"] == "refused"

    (bench.folder / "recorded.json").write_text('[{"data": [1]}]', encoding="utf-8")
    alike = bench.driver("alike.py", "def init():\n    pass\n\n\ndef run(raw):\n    return ['o' + 'ne']\n")
    recorded = {"src": str(bench.folder / "recorded.json")}
    played = bench.play("deploy", bench.variables("iris", alike, compare=recorded))
    assert played.status == 0, played.output
    assert bench.record("iris")["changed"] == ["manifest", "image", "service"]
    assert bench.services() == ["iris"]


@pytest.mark.parametrize("given", ["true", "True", "false", "no"])
def test_going_back_is_decided_by_what_a_text_says(bench: Bench, given: str) -> None:
    """The command line and surveys give texts, on which conditions of Ansible would die, or take any for true."""
    first = bench.variables("iris", bench.good_driver("one"), smoke_test=SMOKE_TEST, strategy="in_place")
    assert bench.play("deploy", first).status == 0
    before = bench.record("iris")["image"]["id"]
    second = bench.variables("iris", bench.good_driver("two"), smoke_test=SMOKE_TEST, strategy="in_place")
    played = bench.play("deploy", second, "-e", f"deploy_web_service_rollback={given}")
    assert played.status != 0
    assert "output[0] is 'two' instead of 'one'" in played.output
    record = bench.record("iris")
    if given.lower() == "true":
        assert record["result"] == "rolled_back"
        assert record["story"] == f"It runs image {before} again, as before, and has answered the sample."
        assert ServiceUser(bench.server, "iris").ask() == (200, '["one"]')
    else:
        assert record["result"] == "failed"
        assert "deploy_web_service_rollback is false" in record["story"]
        assert ServiceUser(bench.server, "iris").ask() == (200, '["two"]')


def test_the_log_outlives_a_service_that_was_removed_and_its_last_trace_is_told(bench: Bench) -> None:
    broken = "def init():\n    pass\n\n\ndef run(raw):\n    raise ValueError('wrong shape')\n"
    played = bench.play("deploy", bench.variables("iris", bench.driver("broken.py", broken), smoke_test=SMOKE_TEST))
    assert played.status != 0
    record = bench.record("iris")
    assert record["result"] == "removed"
    assert "ValueError: wrong shape" in record["reason"]
    assert "broken.py" in record["reason"]
    assert "azureml_inference_server_http" not in record["reason"]
    said = record["reason"].splitlines()
    reason = "Service 'iris' answered with 500: The scoring script raised ValueError: wrong shape (broken.py, line 6)."
    assert said[0].startswith(reason)
    assert [said.count(line) for line in said] == [1] * len(said)
    read = bench.play(str(bench.playbook("azureml.model_management.mms_service_logs", service="iris")), {}, "-v")
    assert "ValueError: wrong shape" in read.output


def test_the_role_used_twice_in_one_play_keeps_two_stories_apart(bench: Bench) -> None:
    good = bench.variables("first", bench.good_driver("one"), smoke_test=SMOKE_TEST)
    bad = bench.variables("second", bench.driver("crashing.py", CRASHING), smoke_test=SMOKE_TEST)
    played = bench.play(str(bench.roles(good, bad)), {})
    assert played.status != 0
    assert bench.record("first")["output"] == ["one"]
    record = bench.record("second")
    assert (record["result"], record["output"], record["scoring_uri"]) == ("removed", None, None)


def test_two_hosts_that_describe_the_same_service_make_it_once(bench: Bench) -> None:
    variables = bench.variables("iris", bench.good_driver("one"), smoke_test=SMOKE_TEST)
    played = bench.play_hosts("fleet", {"one": variables, "two": {**variables, "deploy_web_service_record_path": ""}})
    assert played.status == 0, played.output
    made = [operation for operation in bench.writes() if not operation.startswith("blob.")]
    assert made == ["models.create", "manifests.create", "images.create", "services.create"]


def test_the_connection_is_variables_like_everything_else(bench: Bench) -> None:
    names = bench.server.environment
    connection = {
        "api_url": names["AZUREML_MMS_API_URL"],
        "access_token": names["AZUREML_MMS_ACCESS_TOKEN"],
        "subscription_id": names["AZURE_SUBSCRIPTION_ID"],
        "resource_group": names["AZURE_RESOURCE_GROUP"],
        "account_name": names["AZUREML_MMS_ACCOUNT"],
        "storage_connection_string": names["AZURE_STORAGE_CONNECTION_STRING"],
    }
    variables = bench.variables("iris", bench.good_driver("one"), smoke_test=SMOKE_TEST, connection=connection)
    bench.environment = dict.fromkeys(names, "")
    played = bench.play("deploy", variables)
    assert played.status == 0, played.output
    assert bench.record("iris")["output"] == ["one"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "iris_flowers"}, "name is 'iris_flowers'"),
        ({"autoscaler": {"enabled": True}, "replicas": 2}, "replicas and autoscaler.enabled exclude each other"),
        ({"image": "nothing:7", "driver": ""}, "'nothing:7' does not exist"),
        ({"models": [{"name": "nothing"}]}, "'nothing' does not exist"),
        ({"driver": "absent.py"}, "absent.py cannot be read"),
    ],
    ids=["a name", "options that exclude each other", "an image that is not there", "a model likewise", "a driver"],
)
def test_what_can_be_known_before_is_refused_before(bench: Bench, wrong: dict[str, object], words: str) -> None:
    variables = bench.variables("iris", bench.good_driver("one"))
    variables.update({f"deploy_web_service_{name}": value for name, value in wrong.items()})
    bench.writes()
    played = bench.play("deploy", variables)
    assert played.status != 0
    assert "cannot be deployed. Nothing was changed." in played.output
    assert words in played.output
    assert "anifest" not in played.output.partition("WARNING")[2].partition("cannot be deployed")[0]
    assert bench.writes() == []


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
    assert f"{bench.folder / 'absent.py'} cannot be read: No such file or directory" in played.output
    assert "absent.txt cannot be read: No such file or directory" in played.output
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
