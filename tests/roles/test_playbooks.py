# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The companion playbooks: fleets, drift, key rotation, pruning, teardown."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from playing import Bench
from service_user import ServiceUser

KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: demo
contexts: [{name: demo, context: {cluster: demo, user: demo}}]
clusters: [{name: demo, cluster: {server: "https://127.0.0.1:9"}}]
users: [{name: demo, user: {token: TOKEN}}]
"""
CRASHING = "def init():\n    raise RuntimeError('the weights are missing')\n\n\ndef run(raw):\n    return 1\n"


def fleet(bench: Bench, *names: str) -> dict[str, dict[str, Any]]:
    """Inventory hosts, one good service each."""
    return {name: bench.variables(name, bench.good_driver("one")) for name in names}


@pytest.mark.slow
def test_a_fleet_is_deployed_and_summed_up_although_one_is_bad(bench: Bench) -> None:
    hosts = fleet(bench, "iris-a", "iris-b", "iris-c")
    hosts["iris-b"]["deploy_web_service_driver"] = bench.driver("crashing.py", CRASHING)
    played = bench.play_hosts("fleet", hosts)
    assert played.status != 0
    summary = played.output[played.output.index("PLAY [Sum up]") :]
    assert "2 deployed (2 changed), 1 failed, 0 left alone" in summary
    assert "failed    iris-b" in summary
    assert "the weights are missing" in summary
    assert "iris-b: not deployed." in summary
    assert ServiceUser(bench.server, "iris-c").ask() == (200, '["one"]')

    hosts["iris-b"]["deploy_web_service_driver"] = bench.good_driver("one")
    again = bench.play_hosts("fleet", hosts)
    assert again.status == 0, again.output
    assert "3 deployed (1 changed), 0 failed, 0 left alone" in again.output
    assert again.counts("iris-a")["changed"] == 0


def test_a_serial_fleet_leaves_those_alone_that_come_after_a_failure(bench: Bench) -> None:
    hosts = fleet(bench, "iris-a", "iris-b")
    hosts["iris-a"]["deploy_web_service_driver"] = str(bench.folder / "absent.py")
    played = bench.play_hosts("fleet", hosts, "-e", "fleet_serial=1")
    assert played.status != 0
    assert "0 deployed (0 changed), 1 failed, 1 left alone" in played.output
    assert "untouched iris-b" in played.output


@pytest.mark.slow
def test_drift_is_told_by_the_exit_status_and_nothing_is_written(bench: Bench) -> None:
    hosts = fleet(bench, "iris-a")
    assert bench.play_hosts("fleet", hosts).status == 0
    bench.writes()
    as_described = bench.play_hosts("drift", hosts)
    assert as_described.status == 0, as_described.output

    hosts["iris-a"]["deploy_web_service_replicas"] = 2
    drifted = bench.play_hosts("drift", hosts)
    assert drifted.status != 0
    assert "iris-a has drifted in service" in drifted.output
    assert bench.writes() == []


def test_keys_are_rotated_and_the_users_hold_a_valid_key_at_every_moment(bench: Bench) -> None:
    hosts = fleet(bench, "iris-a")
    assert bench.play_hosts("fleet", hosts).status == 0
    user = ServiceUser(bench.server, "iris-a")
    held, refused = bench.folder / "key", bench.folder / "refused"
    held.write_text(user.key, encoding="utf-8")
    # The users check the key they hold whenever they are given another one: before the change-over and after it.
    handover = bench.folder / "handover.yml"
    handover.write_text(
        "- ansible.builtin.uri: &ask\n"
        f"    url: {user.url}\n"
        "    method: POST\n"
        "    body_format: json\n"
        "    body: {data: [1]}\n"
        f"    headers: {{Authorization: \"Bearer {{{{ lookup('ansible.builtin.file', '{held}') }}}}\"}}\n"
        f"- ansible.builtin.copy: {{content: '{{{{ service_key }}}}', dest: '{held}', mode: '0600'}}\n"
        "- ansible.builtin.uri: *ask\n",
        encoding="utf-8",
    )
    options = ["-e", f"rotate_keys_handover={handover}", "-e", f"rotate_keys_record={bench.folder / 'keys.json'}"]
    first = bench.play_hosts("rotate_keys", hosts, *options, "-e", "rotate_keys_older_than=0s")
    assert first.status == 0, first.output
    assert not refused.exists()
    assert held.read_text("utf-8") != user.key
    assert user.ask()[0] == 401

    new = held.read_text("utf-8")
    assert new not in (bench.folder / "keys.json").read_text("utf-8")
    second = bench.play_hosts("rotate_keys", hosts, *options)
    assert second.status == 0, second.output
    assert second.counts("iris-a")["changed"] == 0
    assert held.read_text("utf-8") == new


@pytest.mark.slow
def test_teardown_takes_everything_away_and_again_changes_nothing(bench: Bench) -> None:
    hosts = fleet(bench, "iris-a")
    assert bench.play_hosts("fleet", hosts).status == 0
    assert bench.play_hosts("teardown", hosts, "--check").counts("iris-a")["changed"] == 4
    assert ServiceUser(bench.server, "iris-a").ask()[0] == 200

    url = ServiceUser(bench.server, "iris-a").url
    assert bench.play_hosts("teardown", hosts).counts("iris-a")["changed"] == 4
    assert requests.post(url, json={}, timeout=30).status_code == 503
    again = bench.play_hosts("teardown", hosts)
    assert again.status == 0, again.output
    assert again.counts("iris-a")["changed"] == 0


@pytest.mark.slow
def test_no_secret_is_shown_at_the_highest_verbosity(bench: Bench) -> None:
    """In generation hosting-account, where kubeconfig and registry password travel in the requests."""
    secrets = {
        "kubernetes": "kubernetes-token-that-nobody-may-see",
        "registry": "registry-password-that-nobody-may-see",
        "token": "access-token-that-nobody-may-see",
        "storage": bench.server.environment["AZURE_STORAGE_CONNECTION_STRING"].split("AccountKey=")[1].split(";")[0],
    }
    bench.environment = {
        "AZUREML_MMS_API_VERSION": "2017-06-01-privatepreview",
        "AZUREML_MMS_ACCESS_TOKEN": secrets["token"],
    }
    kubeconfig = bench.folder / "kubeconfig"
    kubeconfig.write_text(KUBECONFIG.replace("TOKEN", secrets["kubernetes"]), encoding="utf-8")
    variables = bench.variables(
        "iris",
        bench.good_driver("one"),
        smoke_test={"input": {}, "expected": ["one"]},
        kubeconfig=str(kubeconfig),
        registry={"location": "registry.example.com", "user": "puller", "password": secrets["registry"]},
    )
    del variables["deploy_web_service_compute_resource_id"]
    # There is no cluster, and so neither a pull secret to make nor rights to look at.
    options = ("--skip-tags", "deploy_web_service_preflight,deploy_web_service_pull_secret", "--diff")
    played = bench.play("deploy", variables, "-vvvv", *options)
    assert played.status == 0, played.output
    again = bench.play("deploy", variables, "-vvvv", "-e", "mms_in_process=false", *options)
    assert again.counts()["changed"] == 0, again.output

    user = ServiceUser(bench.server, "iris", api_version="2017-06-01-privatepreview")
    shown = played.output + again.output + bench.server.log.read_text("utf-8")
    # The variables of the test itself are echoed by nothing but Ansible's own view of them, which -vvvv does not print.
    assert [name for name, secret in {**secrets, "key": user.key}.items() if secret in shown] == []
    assert "sig=" not in shown.replace("sig=********", "")


@pytest.mark.slow
def test_pruning_deletes_old_versions_and_keeps_what_is_in_use(bench: Bench) -> None:
    for answer in ("one", "two", "three"):
        assert bench.play_hosts("fleet", {"iris-a": bench.variables("iris-a", bench.good_driver(answer))}).status == 0
    hosts = fleet(bench, "iris-a")
    pruned = bench.play_hosts("prune", hosts, "-e", "prune_keep=1")
    assert pruned.status == 0, pruned.output
    told = pruned.output[pruned.output.index("TASK [Tell what was deleted") :]
    assert all(version in told for version in ("iris-a:1", "iris-a:2"))
    assert ServiceUser(bench.server, "iris-a").ask() == (200, '["three"]')
    assert bench.play_hosts("prune", hosts, "-e", "prune_keep=1").counts("iris-a")["changed"] == 0
