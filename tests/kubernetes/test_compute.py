# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services as Deployments in a real cluster: made, updated, scaled, taken back, removed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from cluster import PULL_SECRET, Namespace, eventually
from compute_steps import KEYS, WAITS, Image, allowed, answer, async_true, load_on, until
from pod_security import offences

from mms_local.compute.kubernetes.compute import KubernetesCompute, Settings
from mms_local.compute.kubernetes.objects import Bounds, id_hash, object_name
from mms_local.core.ports import AutoScaler, JobFailed, Keys, ServiceSpec

LONGEST_END = 75 + 45
"""Seconds until a pod that is to end is gone: the grace that it has, and what a slow kubelet adds."""


async def test_a_service_is_made_of_what_protocol_and_good_practice_ask_for(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace
) -> None:
    await compute.deploy(replace(spec, cpu="500m", memory="512Mi"), print)

    assert [await answer(compute, spec, key) for key in (KEYS.primary, KEYS.secondary)] == [(200, "one")] * 2
    assert (await answer(compute, spec, "wrong"))[0] == 401
    assert await answer(compute, spec, "", "/") == (200, "Healthy")
    assert (await answer(compute, spec, path="/swagger.json"))[1]["swagger"] == "2.0"

    deployment = namespace.get("deployment", object_name(spec))
    template = deployment["spec"]["template"]
    pod, [container] = template["spec"], template["spec"]["containers"]
    assert container["image"] == f"{spec.image.location}@{spec.image.digest}"
    assert container["ports"] == [{"containerPort": 5001, "name": "http", "protocol": "TCP"}]
    assert container["resources"]["requests"] == container["resources"]["limits"] == {"cpu": "500m", "memory": "512Mi"}
    assert pod["imagePullSecrets"] == [{"name": PULL_SECRET}]
    for probe in ("readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"] == {"path": "/", "port": "http", "scheme": "HTTP"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert list(offences(pod)) == []
    [tmp] = [volume["emptyDir"] for volume in pod["volumes"] if volume["name"] == "tmp"]
    assert tmp == {"sizeLimit": "2Gi"}
    policy = namespace.get("networkpolicy", object_name(spec))
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
    assert policy["spec"]["ingress"] == [{"ports": [{"port": 5001, "protocol": "TCP"}]}]
    assert policy["metadata"]["ownerReferences"][0]["uid"] == deployment["metadata"]["uid"]
    for labels in (deployment["metadata"]["labels"], template["metadata"]["labels"]):
        assert labels["webservicename"] == labels["azuremlappname"] == "iris.v1"
        assert (labels["isazuremlapp"], labels["type"]) == ("true", "realtime")
        assert labels["mmsserviceidhash"] == id_hash(spec.id)
        assert labels["app.kubernetes.io/managed-by"] == "mms-local"
    assert KEYS.primary not in json.dumps(namespace.items("deployments,replicasets,pods,services"))


async def test_an_update_refuses_no_request(
    compute: KubernetesCompute, spec: ServiceSpec, image: Image, namespace: Namespace
) -> None:
    await compute.deploy(spec, print)
    async with await load_on(compute, spec) as load:
        await compute.deploy(replace(spec, image=image("two")), print)
        await until(async_true(lambda: len(namespace.items("pods")) == 1), "the old pod goes", LONGEST_END)
        await asyncio.sleep(1)
    assert load.refused == []
    assert set(load.answers) == {'"one"', '"two"'}
    assert await answer(compute, spec) == (200, "two")


async def test_an_update_waits_for_the_request_in_progress(
    compute: KubernetesCompute, spec: ServiceSpec, image: Image
) -> None:
    slow = replace(spec, image=image("slow"))
    await compute.deploy(slow, print)
    before = asyncio.create_task(answer(compute, slow))
    await asyncio.sleep(0.5)
    await compute.deploy(replace(spec, image=image("one")), print)
    assert await before == (200, "slow")


@pytest.mark.parametrize(
    ("driver", "changes", "reason", "words"),
    [
        ("crashing", {}, "CrashLoopBackOff", "RuntimeError: the model file is broken"),
        ("greedy", {}, "OOMKilled", "Reserve more memory"),
        ("two", {"memory": "64Ti"}, "Unschedulable", "Insufficient memory"),
        ("missing", {}, "ImagePullBackOff", "not found"),
    ],
)
async def test_a_bad_release_ends_early_explains_itself_and_leaves_the_good_one_alone(
    compute: KubernetesCompute,
    spec: ServiceSpec,
    namespace: Namespace,
    image: Image,
    driver: str,
    changes: dict[str, Any],
    reason: str,
    words: str,
) -> None:
    await compute.deploy(spec, print)
    good = namespace.get("deployment", object_name(spec))["spec"]["template"]
    bad = replace(spec.image, digest=f"sha256:{'0' * 64}") if driver == "missing" else image(driver)
    started = asyncio.get_running_loop().time()

    async with await load_on(compute, spec) as load:
        with pytest.raises(JobFailed) as caught:
            await compute.deploy(replace(spec, image=bad, **changes), print)
        await asyncio.sleep(1)

    assert asyncio.get_running_loop().time() - started < WAITS.rollout / 2
    failed = caught.value
    assert (failed.code, failed.details[0][0]) == ("KubernetesDeploymentFailed", reason)
    assert words in failed.details[0][1]
    assert reason in failed.message
    assert load.refused == []
    assert set(load.answers) == {'"one"'}
    assert namespace.get("deployment", object_name(spec))["spec"]["template"] == good


async def test_a_first_release_that_fails_leaves_nothing(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace, image: Image
) -> None:
    before = namespace.contents()
    with pytest.raises(JobFailed, match="CrashLoopBackOff"):
        await compute.deploy(replace(spec, image=image("crashing")), print)
    assert await compute.endpoint(spec.id) is None
    eventually(lambda: namespace.contents() == before, "everything is gone again", 120)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"pull_secret": "nobody"}, "ImagePullSecretNotFound"), ({"pull_secret": "opaque"}, "ImagePullSecretInvalid")],
)
async def test_a_pull_secret_that_cannot_work_is_found_before_anything_is_made(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace, changes: dict[str, Any], reason: str
) -> None:
    namespace.kubectl("create", "secret", "generic", "opaque")
    before = namespace.contents()
    with pytest.raises(JobFailed) as caught:
        await compute.deploy(replace(spec, **changes), print)
    assert caught.value.details[0][0] == reason
    assert namespace.contents() == before


async def test_replicas_and_the_autoscaler_follow_the_service(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace
) -> None:
    name = object_name(spec)

    def replicas() -> int:
        return int(namespace.get("deployment", name)["spec"]["replicas"])

    await compute.deploy(replace(spec, replicas=2), print)
    assert replicas() == 2
    await compute.deploy(replace(spec, autoscaler=AutoScaler(1, 4, 55)), print)
    scaler = namespace.get("horizontalpodautoscalers.v1.autoscaling", name)["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"], scaler["targetCPUUtilizationPercentage"]) == (1, 4, 55)
    assert scaler["scaleTargetRef"]["name"] == name
    assert replicas() == 2, "what the autoscaler decided stands"
    await compute.deploy(replace(spec, replicas=1), print)
    assert namespace.items("horizontalpodautoscalers") == []
    assert replicas() == 1
    await compute.deploy(replace(spec, replicas=0), print)
    assert replicas() == 0
    assert (await answer(compute, spec))[0] == 503


async def test_new_keys_hold_within_two_minutes_at_most_and_no_pod_is_restarted(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace
) -> None:
    """Mostly at once; a kubelet that is busy takes its time."""
    await compute.deploy(spec, print)
    pods = {pod["metadata"]["uid"] for pod in namespace.items("pods")}
    async with await load_on(compute, spec) as load:
        for number in range(3):
            await compute.set_keys(spec.id, Keys(f"new-{number}", KEYS.secondary))
            await until(partial(allowed, compute, spec, f"new-{number}"), f"key {number} holds", 120)
            assert not await allowed(compute, spec, KEYS.primary)
    assert load.refused == []
    assert {pod["metadata"]["uid"] for pod in namespace.items("pods")} == pods


async def test_removal_takes_away_all_that_was_made_and_nothing_else(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace
) -> None:
    namespace.kubectl("create", "configmap", "somebody-elses", "--from-literal=a=b")
    other = replace(spec, id=str(uuid4()))  # the service of the same name in another account
    await compute.deploy(other, print)
    before = namespace.contents()
    await compute.deploy(replace(spec, autoscaler=AutoScaler(1, 2)), print)
    assert namespace.contents() > before

    await compute.remove(spec)

    assert await compute.endpoint(spec.id) is None
    eventually(lambda: namespace.contents() == before, "everything of it is gone", 120)
    assert await answer(compute, other) == (200, "one")
    await compute.remove(spec)
    assert namespace.contents() == before


async def test_what_belongs_together_goes_together_by_whatever_hand(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace
) -> None:
    before = namespace.contents()
    await compute.deploy(replace(spec, autoscaler=AutoScaler(1, 2)), print)
    await compute.stop()
    namespace.kubectl("delete", "deployment", object_name(spec))
    eventually(lambda: namespace.contents() == before, "the rest follows the Deployment", 120)


async def test_a_restarted_server_finds_its_services_and_puts_them_right(
    start: Callable[[Settings], KubernetesCompute], spec: ServiceSpec, namespace: Namespace
) -> None:
    first = start(Settings(waits=WAITS))
    await first.deploy(spec, print)
    pods = {pod["metadata"]["uid"] for pod in namespace.items("pods")}
    await first.stop()
    namespace.kubectl("delete", "service", object_name(spec))

    second = start(Settings(waits=WAITS))
    await second.start((spec,))

    async def answers() -> bool:
        return await second.endpoint(spec.id) is not None and await answer(second, spec) == (200, "one")

    await until(answers, "the service answers again")
    assert {pod["metadata"]["uid"] for pod in namespace.items("pods")} == pods
    assert "Invoking user's init function" in await second.logs(spec.id, 50)


async def test_two_services_may_live_in_two_clusters(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace, image: Image
) -> None:
    """Two kubeconfigs are two clusters to the server, even where both lead to the same one."""
    elsewhere = replace(spec, id=str(uuid4()), image=image("two"), kubeconfig=namespace.with_user(extensions=[]))
    await asyncio.gather(compute.deploy(spec, print), compute.deploy(elsewhere, print))
    assert (await answer(compute, spec), await answer(compute, elsewhere)) == ((200, "one"), (200, "two"))


async def test_a_missing_right_is_named(compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace) -> None:
    with pytest.raises(JobFailed) as caught:
        await compute.deploy(replace(spec, kubeconfig=namespace.with_user(**{"as": "nobody"})), print)
    [(reason, message)] = caught.value.details
    assert reason == "KubernetesForbidden"
    assert 'User "nobody" cannot get resource "secrets"' in message


def documented_rules() -> list[dict[str, Any]]:
    """The rules of the Role that the documentation gives."""
    page = (Path(__file__).resolve().parents[2] / "server/docs/kubernetes-compute.md").read_text()
    rules: list[dict[str, Any]] = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])["rules"]
    return rules


async def test_the_documented_rights_are_enough(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace
) -> None:
    kubeconfig = namespace.with_role(documented_rules())
    before = namespace.contents()
    limited = replace(spec, kubeconfig=kubeconfig, autoscaler=AutoScaler(1, 2))

    await compute.deploy(limited, print)
    assert await answer(compute, limited) == (200, "one")
    await compute.set_keys(limited.id, KEYS)
    assert await compute.logs(limited.id, 5)
    await compute.remove(limited)
    eventually(lambda: namespace.contents() == before, "everything of it is gone", 120)


async def test_where_network_policies_are_not_allowed_a_service_works_without_one(
    compute: KubernetesCompute, spec: ServiceSpec, namespace: Namespace, caplog: pytest.LogCaptureFixture
) -> None:
    rules = [rule for rule in documented_rules() if rule["resources"] != ["networkpolicies"]]
    limited = replace(spec, kubeconfig=namespace.with_role(rules))
    await compute.deploy(limited, print)
    assert await answer(compute, limited) == (200, "one")
    assert namespace.items("networkpolicies") == []
    assert "has no NetworkPolicy" in caplog.text


async def test_a_service_that_asks_for_nothing_is_bounded_by_the_owner_s_word(
    start: Callable[[Settings], KubernetesCompute], spec: ServiceSpec, namespace: Namespace
) -> None:
    bounds = Bounds(cpu="1", memory="600Mi", tmp="64Mi", callers=("10.0.0.0/8", "ingress-nginx"))
    compute = start(Settings(waits=WAITS, bounds=bounds))
    await compute.deploy(replace(spec, memory=None), print)
    assert await answer(compute, spec) == (200, "one")
    [pod] = namespace.items("pods")
    assert pod["spec"]["containers"][0]["resources"] == {
        "requests": {"cpu": "100m", "memory": "600Mi"},
        "limits": {"cpu": "1", "memory": "600Mi"},
    }
    assert {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}} in pod["spec"]["volumes"]
    [rule] = namespace.get("networkpolicy", object_name(spec))["spec"]["ingress"]
    assert rule["from"][0] == {"ipBlock": {"cidr": "10.0.0.0/8"}}


@pytest.mark.parametrize(
    ("changes", "reason", "words"),
    [
        ({"exec": {"command": "/bin/touch"}}, "KubeconfigNotUsable", "exec"),
        ({"client-key": "/etc/passwd"}, "KubeconfigNotUsable", "client-key"),
        ({"token": "wrong"}, "KubernetesUnauthorized", "not, or no longer, valid"),
    ],
)
async def test_a_credential_that_cannot_be_used_is_refused(
    compute: KubernetesCompute, spec: ServiceSpec, changes: dict[str, Any], reason: str, words: str
) -> None:
    config = json.loads(spec.kubeconfig or "")
    config["users"][0]["user"] = changes
    with pytest.raises(JobFailed) as caught:
        await compute.deploy(replace(spec, kubeconfig=json.dumps(config)), print)
    assert caught.value.details[0][0] == reason
    assert words in caught.value.message


async def test_an_image_that_is_in_no_registry_is_refused(compute: KubernetesCompute, spec: ServiceSpec) -> None:
    with pytest.raises(JobFailed, match="is in no registry"):
        await compute.deploy(replace(spec, image=replace(spec.image, location="localhost/iris:1")), print)
