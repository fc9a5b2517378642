# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way of a user: one role from a trained model to a web service in the cluster, and what comes after."""

from __future__ import annotations

import asyncio
import base64
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster import Namespace, eventually
from load import Load
from playing import ROOT, Bench, Played

from mms_local.core.ports import Registry
from mms_local.testing import ServerProcess

NAME = "iris"
CRASHING = "def init():\n    raise RuntimeError('the weights are missing')\n\n\ndef run(raw):\n    return 1\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A local MMS that deploys to clusters."""
    cache = ROOT / ".cache" / "dependencies"
    flags = ("--compute", "kubernetes", "--dependency-cache", str(cache), "--kubernetes-scheduling-timeout", "60")
    with ServerProcess(tmp_path / "mms", *flags) as running:
        yield running


@pytest.fixture
def bench(server: ServerProcess, tmp_path: Path) -> Bench:
    """Playbooks of the collection; no step finds its cluster by accident."""
    bench = Bench(server, tmp_path)
    bench.environment = {"KUBECONFIG": "/no/such/kubeconfig"}
    return bench


@pytest.fixture
def variables(bench: Bench, namespace: Namespace, registry: Registry) -> dict[str, Any]:
    """The role's variables: the Iris model, a cluster and a registry."""
    subprocess.run([sys.executable, str(ROOT / "playbooks/files/iris/train.py"), str(bench.folder)], check=True)
    login = {"location": registry.location, "user": registry.user, "password": registry.password}
    described = {
        "name": NAME,
        "models": [{"name": NAME, "path": str(bench.folder / "iris.joblib")}],
        "driver": str(ROOT / "playbooks/files/iris/score.py"),
        "pip_requirements": str(ROOT / "playbooks/files/iris/requirements.txt"),
        "kubeconfig": namespace.kubeconfig,
        "namespace": namespace.name,
        "registry": login,
        "smoke_test": json.loads((bench.folder / "sample.json").read_text()),
        "record_path": str(bench.folder / f"{NAME}.json"),
    }
    return {f"deploy_web_service_{name}": value for name, value in described.items()}


@pytest.fixture
def cluster_resource(bench: Bench, namespace: Namespace, registry: Registry) -> str:
    """The cluster as an ARM resource that knows its kubeconfig, its registry and its pull secret."""
    secrets = {
        "kubeConfig": namespace.kubeconfig,
        "imagePullSecretName": f"{NAME}-pull",
        "containerRegistry": {
            "loginServer": registry.location,
            "username": registry.user,
            "password": registry.password,
        },
    }
    bench.server.control("PUT", f"arm{bench.cluster}", secrets)
    return bench.cluster


def retrain(folder: Path) -> None:
    """Make another model of the same kind, with other content."""
    joblib = importlib.import_module("joblib")  # has no types
    model = joblib.load(folder / "iris.joblib")
    model.max_iter += 1
    joblib.dump(model, folder / "iris.joblib")


def primary_key(namespace: Namespace) -> str:
    """A key of the one service in the namespace, from the Secret that its pods read."""
    [secret] = [item for item in namespace.items("secrets") if item["metadata"]["name"].endswith("-keys")]
    keys: dict[str, str] = json.loads(base64.b64decode(secret["data"]["keys.json"]))
    return keys["primary"]


async def played(bench: Bench, playbook: str, variables: dict[str, Any], *options: str) -> Played:
    """Run a playbook while the event loop goes on."""
    return await asyncio.to_thread(bench.play, playbook, variables, *options)


async def test_from_nothing_through_good_and_bad_releases_back_to_nothing(
    bench: Bench, variables: dict[str, Any], namespace: Namespace, cluster_resource: str
) -> None:
    variables = {**variables, "deploy_web_service_compute_resource_id": cluster_resource}
    empty = namespace.contents()

    rehearsed = await played(bench, "deploy", variables, "--check", "--diff")
    assert rehearsed.status == 0, rehearsed.output
    assert namespace.contents() == empty

    first = await played(bench, "deploy", variables)
    assert first.status == 0, first.output
    record = bench.record(NAME)
    assert record["result"] == "deployed"
    assert record["changed"] == ["pull_secret", "model", "manifest", "image", "service"]
    assert record["output"] == ["setosa", "versicolor", "virginica"]
    assert namespace.get("secret", f"{NAME}-pull")["type"] == "kubernetes.io/dockerconfigjson"

    again = await played(bench, "deploy", variables)
    assert again.counts()["changed"] == 0, again.output

    pull_secret = namespace.get("secret", f"{NAME}-pull")
    login = {**variables["deploy_web_service_registry"], "password": "of-somebody-else"}
    locked_out = await played(bench, "deploy", {**variables, "deploy_web_service_registry": login})
    assert locked_out.status != 0
    assert "refuses the login of" in locked_out.output
    assert "cannot be deployed. Nothing was changed." in locked_out.output
    assert namespace.get("secret", f"{NAME}-pull") == pull_secret

    sample = json.dumps(variables["deploy_web_service_smoke_test"]["input"])
    key = primary_key(namespace)
    async with Load(record["scoring_uri"], key, sample) as load:
        retrain(bench.folder)
        update = await played(bench, "deploy", variables)
        assert update.status == 0, update.output
        second = bench.record(NAME)
        assert second["digests"] != record["digests"]
        assert second["image"]["id"] != record["image"]["id"]

        bad = {**variables, "deploy_web_service_driver": bench.driver("crashing.py", CRASHING)}
        crash = await played(bench, "deploy", bad)
        assert crash.status != 0
        assert "the weights are missing" in crash.output
        assert "CrashLoopBackOff" in crash.output
        refused = bench.record(NAME)
        assert refused["result"] == "refused"
        assert refused["image_id"] == second["image"]["id"]
        assert set(load.answers) == {json.dumps(record["output"])}

        scaled = await played(bench, "deploy", {**variables, "deploy_web_service_replicas": 2})
        assert scaled.status == 0, scaled.output
        assert namespace.items("deployments")[0]["status"]["readyReplicas"] == 2
    assert load.refused == []
    assert sum(load.answers.values()) > 100

    namespace.kubectl("delete", "deployment", "--all")
    mended = await played(bench, "deploy", {**variables, "deploy_web_service_replicas": 2})
    assert mended.status == 0, mended.output
    assert mended.counts()["changed"] == 0
    assert bench.record(NAME)["output"] == record["output"]

    gone = await played(bench, "teardown", {**variables, "teardown_hosts": "localhost"})
    assert gone.status == 0, gone.output
    eventually(lambda: namespace.contents() == empty, "the cluster is as it was", 120)

    outputs = [one.output for one in (first, update, crash, scaled, gone)]
    assert_no_secret(bench, namespace, "".join(outputs), key)


async def test_a_release_that_answers_wrongly_is_set_back(
    bench: Bench, variables: dict[str, Any], namespace: Namespace, registry: Registry
) -> None:
    """The older API generation, in which kubeconfig and pull secret come with the service."""
    bench.environment["AZUREML_MMS_API_VERSION"] = "2017-06-01-privatepreview"
    kubeconfig = bench.folder / "kubeconfig"
    kubeconfig.touch(mode=0o600)
    kubeconfig.write_text(namespace.kubeconfig)
    del variables["deploy_web_service_kubeconfig"]
    variables["deploy_web_service_kubeconfig_source"] = {"path": str(kubeconfig)}
    empty = namespace.contents()
    answer = {"input": [1], "expected": ["one"]}
    small = {
        **variables,
        "deploy_web_service_driver": bench.good_driver("one"),
        "deploy_web_service_smoke_test": answer,
        "deploy_web_service_strategy": "in_place",
    }
    del small["deploy_web_service_pip_requirements"]

    first = await played(bench, "deploy", small)
    assert first.status == 0, first.output
    assert (await played(bench, "deploy", small)).counts()["changed"] == 0
    good = namespace.items("deployments")[0]["spec"]["template"]["spec"]["containers"][0]["image"]

    wrong = await played(bench, "deploy", {**small, "deploy_web_service_driver": bench.good_driver("two")})
    assert wrong.status != 0
    assert "two" in wrong.output
    assert bench.record(NAME)["result"] == "rolled_back"
    assert namespace.items("deployments")[0]["spec"]["template"]["spec"]["containers"][0]["image"] == good

    key = primary_key(namespace)
    pull_secret = {"deploy_web_service_kubeconfig": str(kubeconfig)}
    gone = await played(bench, "teardown", {**small, **pull_secret, "teardown_hosts": "localhost"})
    assert gone.status == 0, gone.output
    eventually(lambda: namespace.contents() == empty, "the cluster is as it was", 120)
    assert_no_secret(bench, namespace, first.output + wrong.output + gone.output, key)


# What the ten releases are: what a good one answers, or what is wrong with it.
RELEASES = ["1", "2", "crashes", "4", "raises", "6", "7", "lies", "9", "10"]
BAD_DRIVERS = {
    "crashes": CRASHING,
    "raises": "def init():\n    pass\n\n\ndef run(raw):\n    raise ValueError('wrong shape')\n",
    "lies": "def init():\n    pass\n\n\ndef run(raw):\n    return ['a lie']\n",
}


async def test_while_ten_releases_of_which_three_are_bad_go_by_every_request_gets_a_right_answer(
    bench: Bench, variables: dict[str, Any], namespace: Namespace, cluster_resource: str
) -> None:
    small = {**variables, "deploy_web_service_compute_resource_id": cluster_resource}
    del small["deploy_web_service_pip_requirements"]

    def release(what: str) -> dict[str, Any]:
        bad = BAD_DRIVERS.get(what)
        driver = bench.driver(f"{what}.py", bad) if bad else bench.good_driver(what)
        sample = {"input": [1], "expected": [what]}
        return {**small, "deploy_web_service_driver": driver, "deploy_web_service_smoke_test": sample}

    first = await played(bench, "deploy", release("0"))
    assert first.status == 0, first.output
    record = bench.record(NAME)
    sample = json.dumps([1])
    results = {}
    key = primary_key(namespace)
    begun = time.monotonic()
    async with Load(record["scoring_uri"], key, sample, clients=2, pause=0.09) as load:
        for what in RELEASES:
            ran = await played(bench, "deploy", release(what))
            results[what] = bench.record(NAME)["result"]
            assert (ran.status == 0) == (what not in BAD_DRIVERS), ran.output
    seconds = time.monotonic() - begun
    assert results == {what: "refused" if what in BAD_DRIVERS else "deployed" for what in RELEASES}
    assert load.refused == []
    right = {json.dumps([what]) for what in ["0", *RELEASES] if what not in BAD_DRIVERS}
    assert set(load.answers) == right
    assert load.answers.total() / seconds >= 15  # aims at 20 requests per second


def assert_no_secret(bench: Bench, namespace: Namespace, output: str, key: str) -> None:
    """Look for secrets in what playbooks printed, in records, and in the server's log."""
    user = json.loads(namespace.kubeconfig)["users"][0]["user"]
    credentials = [user[name] for name in ("token", "client-key-data") if name in user]
    secrets = [key, os.environ["REGISTRY_PASSWORD"], *credentials]
    shown = output + bench.server.log.read_text() + (bench.folder / f"{NAME}.json").read_text()
    assert [position for position, secret in enumerate(secrets) if secret in shown] == []
