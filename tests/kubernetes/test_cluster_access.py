# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""mms_pull_secret and mms_kubeconfig_info on a real cluster, judged by kubectl and by a pod that pulls."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cluster import Namespace, eventually

from ansible_collections.azureml.model_management.plugins.module_utils._kubernetes.kubeconfig import flat_kubeconfig
from ansible_collections.azureml.model_management.plugins.module_utils._masking import Gate
from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task, outcome
from ansible_collections.azureml.model_management.plugins.modules.mms_kubeconfig_info import TASK as MMS_KUBECONFIG_INFO
from ansible_collections.azureml.model_management.plugins.modules.mms_pull_secret import TASK as MMS_PULL_SECRET
from mms_local.core.ports import BuiltImage, Registry

Run = Callable[..., dict[str, Any]]


def result(task: Task, options: Mapping[str, Any], *, check: bool = False) -> dict[str, Any]:
    """What a module returns."""
    defaults = {name: spec.get("default") for name, spec in task.options.items()}
    return outcome(
        task,
        {**defaults, **options},
        check_mode=check,
        diff=True,
        gate=Gate(lambda _unused: None, lambda _unused: None),
    )


@pytest.fixture
def run(namespace: Namespace, registry: Registry) -> Run:
    """Runs mms_pull_secret with everything that it needs."""
    needed = {
        "name": "pull",
        "registry": registry.location,
        "username": registry.user,
        "password": registry.password,
        "kubeconfig": namespace.kubeconfig,
    }
    return lambda check=False, **given: result(MMS_PULL_SECRET, {**needed, **given}, check=check)


def login(namespace: Namespace, registry: Registry) -> dict[str, Any]:
    """What is in the Secret, read by kubectl."""
    data = namespace.get("secret", "pull")["data"][".dockerconfigjson"]
    found: dict[str, Any] = json.loads(base64.b64decode(data))["auths"][registry.location]
    return found


def test_it_is_created_kept_corrected_and_deleted(run: Run, namespace: Namespace, registry: Registry) -> None:
    assert run(check=True)["changed"] is True
    assert namespace.contents() == set()

    created = run()
    assert (created["action"], created["diff"]["before"]) == ("create", {"pull_secret": None})
    assert login(namespace, registry)["password"] == registry.password
    version = namespace.get("secret", "pull")["metadata"]["resourceVersion"]

    again = run()
    assert (again["changed"], again["pull_secret"]) == (False, created["pull_secret"])
    assert namespace.get("secret", "pull")["metadata"]["resourceVersion"] == version

    assert run(check=True, password="another")["changes"] == {"password": {"before": "********", "after": "********"}}
    assert namespace.get("secret", "pull")["metadata"]["resourceVersion"] == version
    corrected = run(password="another", email="ops@example.org")
    assert (corrected["action"], set(corrected["changes"])) == ("update", {"password", "email"})
    assert login(namespace, registry)["password"] == "another"
    assert "another" not in json.dumps(corrected)

    assert run(check=True, state="absent")["changed"] is True
    assert run(state="absent")["action"] == "delete"
    assert namespace.contents() == set()
    assert run(state="absent")["changed"] is False


def test_it_agrees_with_what_kubectl_makes_itself(run: Run, namespace: Namespace, registry: Registry) -> None:
    namespace.kubectl(
        "create",
        "secret",
        "docker-registry",
        "pull",
        f"--docker-server={registry.location}",
        f"--docker-username={registry.user}",
        f"--docker-password={registry.password}",
    )
    assert run()["changed"] is False


def test_the_password_is_in_no_annotation(run: Run, namespace: Namespace) -> None:
    run()
    run(password="another")
    metadata = json.dumps(namespace.get("secret", "pull")["metadata"].get("annotations", {}))
    assert "another" not in metadata
    assert base64.b64encode(b"another").decode() not in metadata


def test_pods_pull_with_it(
    run: Run, namespace: Namespace, pushed_images: Mapping[str, BuiltImage], registry: Registry
) -> None:
    run()
    image = pushed_images["one"]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "puller"},
        "spec": {
            "imagePullSecrets": [{"name": "pull"}],
            "containers": [{"name": "c", "image": image.location, "imagePullPolicy": "Always"}],
        },
    }
    namespace.kubectl("create", "--filename=-", manifest=pod)
    eventually(lambda: namespace.get("pod", "puller")["status"]["phase"] == "Running", "the pod runs")


@pytest.mark.parametrize(
    ("verbs", "state", "missing"),
    [([], "present", "get"), (["get"], "present", "create"), (["get"], "absent", "delete")],
)
def test_a_missing_right_is_named_before_anything_is_done(
    run: Run, namespace: Namespace, verbs: list[str], state: str, missing: str
) -> None:
    if verbs:
        namespace.kubectl("create", "role", "limited", f"--verb={','.join(verbs)}", "--resource=secrets")
        namespace.kubectl("create", "rolebinding", "limited", "--role=limited", "--user=ben")
    if state == "absent":
        run()
    before = namespace.contents()
    for check in (True, False):
        failed = run(check=check, state=state, kubeconfig=namespace.with_user(**{"as": "ben"}))
        assert failed["failure"]["code"] == "Forbidden"
        assert failed["failure"]["status"] == 403
        assert f"may not {missing} secrets in namespace '{namespace.name}'" in failed["msg"]
    assert namespace.contents() == before


def test_a_secret_of_another_type_is_refused_not_overwritten(run: Run, namespace: Namespace) -> None:
    namespace.kubectl("create", "secret", "generic", "pull", "--from-literal=a=b")
    before = namespace.get("secret", "pull")
    for state in ("present", "absent"):
        failed = run(state=state)
        assert failed["failure"]["code"] == "NotSupported"
        assert "of type Opaque" in failed["msg"]
    assert namespace.get("secret", "pull") == before


def test_a_missing_namespace_is_foreseen_in_check_mode_and_told_otherwise(run: Run) -> None:
    assert run(check=True, namespace="mms-test-nowhere")["changed"] is True
    failed = run(namespace="mms-test-nowhere")
    assert (failed["failure"]["code"], failed["msg"]) == ("NotFound", "Namespace 'mms-test-nowhere' does not exist.")


def test_a_wrong_credential_is_told(run: Run) -> None:
    failed = run(api_key="no-such-token")
    assert failed["failure"]["code"] == "Unauthorized"
    assert "no-such-token" not in json.dumps(failed)


def test_a_cluster_that_is_away_is_told(run: Run) -> None:
    assert run(host="https://127.0.0.1:9", timeout=3)["failure"]["code"] == "ConnectionFailed"


def test_the_variables_of_kubernetes_core_are_honoured(namespace: Namespace, tmp_path: Path) -> None:
    """As users run it, in a play; the options come from the environment alone."""
    play = tmp_path / "play.yml"
    play.write_text(
        json.dumps(
            [
                {
                    "hosts": "localhost",
                    "gather_facts": False,
                    "tasks": [{"azureml.model_management.mms_pull_secret": {"name": "pull", "state": "absent"}}],
                }
            ]
        )
    )
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(json.dumps({**json.loads(namespace.kubeconfig), "current-context": ""}))
    [context] = json.loads(namespace.kubeconfig)["contexts"]
    namespace.kubectl("create", "secret", "docker-registry", "pull", "--docker-username=u", "--docker-password=p")
    environment = {**os.environ, "KUBECONFIG": "/no/such/file", "K8S_AUTH_KUBECONFIG": str(kubeconfig)}
    environment |= {"K8S_AUTH_CONTEXT": context["name"], "ANSIBLE_LOCALHOST_WARNING": "false"}
    root = Path(__file__).resolve().parents[2]
    environment["ANSIBLE_COLLECTIONS_PATH"] = str(root / ".cache" / "link")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-playbook")), str(play)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "changed=1" in done.stdout, done.stdout + done.stderr
    assert namespace.contents() == set()


def test_a_flattened_kubeconfig_opens_the_cluster(namespace: Namespace, tmp_path: Path) -> None:
    """From the file that KUBECONFIG names, by the filter's implementation and by the module."""
    info = result(MMS_KUBECONFIG_INFO, {"path": os.environ["KUBECONFIG"], "namespace": namespace.name})
    flat = flat_kubeconfig(os.environ["KUBECONFIG"], namespace=namespace.name)
    assert info["kubeconfig"] == flat
    assert json.loads(flat) == {
        name: value for name, value in json.loads(namespace.kubeconfig).items() if value or name != "preferences"
    }
    file = tmp_path / "flat"
    file.write_text(flat)
    namespace.kubectl("create", "configmap", "here")
    names = subprocess.run(
        ["kubectl", f"--kubeconfig={file}", "get", "configmaps", "--output=name"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "configmap/here" in names
