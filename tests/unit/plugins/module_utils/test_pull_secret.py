# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pull secret: what is in it, what differs, what an update keeps."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import RefusedError
from ansible_collections.azureml.model_management.plugins.module_utils._resources._common import Change
from ansible_collections.azureml.model_management.plugins.module_utils._resources.pull_secret import Login, PullSecret

REGISTRY = "registry.example.org"
PASSWORD = "p\u00e4ss:w\u00f6rd"


def encoded(content: Any) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


def entry(**fields: Any) -> dict[str, Any]:
    auth = base64.b64encode(f"puller:{PASSWORD}".encode()).decode()
    return {"username": "puller", "password": PASSWORD, "auth": auth, **fields}


def secret(content: Any, kind: str = "kubernetes.io/dockerconfigjson", **metadata: Any) -> dict[str, Any]:
    key = ".dockercfg" if kind.endswith("dockercfg") else ".dockerconfigjson"
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s", "namespace": "n", "resourceVersion": "7", **metadata},
        "type": kind,
        "data": {key: encoded(content)},
    }


def wanted(password: str = PASSWORD, email: str | None = None, registry: str = REGISTRY) -> PullSecret:
    return PullSecret("s", "n", registry, {registry: Login("puller", password, email)})


def existing(manifest: dict[str, Any]) -> PullSecret:
    return PullSecret.from_manifest(manifest, REGISTRY)


@pytest.mark.parametrize("email", [None, "puller@example.org"])
def test_a_new_secret_is_what_kubectl_would_make(email: str | None) -> None:
    kubectl = shutil.which("kubectl")
    assert kubectl, "this test compares with kubectl: install it and put it on PATH"
    command = [kubectl, "create", "secret", "docker-registry", "s", "--namespace=n", "--dry-run=client", "-o", "json"]
    command += [f"--docker-server={REGISTRY}", "--docker-username=puller", f"--docker-password={PASSWORD}"]
    command += [f"--docker-email={email}"] if email else []
    theirs = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    ours = wanted(email=email).to_manifest()

    def content(manifest: dict[str, Any]) -> Any:
        return json.loads(base64.b64decode(manifest["data"][".dockerconfigjson"]))

    assert content(ours) == content(theirs)
    assert (ours["type"], ours["kind"], ours["apiVersion"]) == (theirs["type"], theirs["kind"], theirs["apiVersion"])


@pytest.mark.parametrize(
    "manifest",
    [
        secret({"auths": {REGISTRY: entry()}}),
        secret({"auths": {REGISTRY: {"auth": entry()["auth"]}}}),
        secret({"auths": {REGISTRY: {"username": "puller", "password": PASSWORD}}}),
        secret({"auths": {REGISTRY: entry(), "other": entry(username="x")}}),
        secret({"auths": {REGISTRY: entry(email="any@example.org")}}),
        secret({REGISTRY: entry()}, "kubernetes.io/dockercfg"),
    ],
    ids=["as kubectl writes it", "auth only", "no auth", "more registries", "an e-mail", "old format"],
)
def test_the_same_login_in_any_form_is_no_difference(manifest: dict[str, Any]) -> None:
    assert wanted().differences(existing(manifest)) == {}


@pytest.mark.parametrize(
    ("manifest", "names"),
    [
        (secret({"auths": {REGISTRY: entry(auth=base64.b64encode(b"puller:old").decode())}}), {"password"}),
        (secret({"auths": {REGISTRY: entry(auth=base64.b64encode(b"old:old").decode())}}), {"username", "password"}),
        (secret({"auths": {"elsewhere": entry()}}), {"registry"}),
        (secret({"auths": {REGISTRY: "broken"}}), {"username", "password"}),
        (secret({"auths": {REGISTRY: {"auth": "%%%"}}}), {"username", "password"}),
        (secret({"auths": []}), {"registry"}),
        (secret("broken"), {"registry"}),
        ({**secret({}), "data": {".dockerconfigjson": "%%%"}}, {"registry"}),
        ({**secret({}), "data": {}}, {"registry"}),
    ],
)
def test_what_differs_is_named_and_passwords_are_masked(manifest: dict[str, Any], names: set[str]) -> None:
    changes = wanted().differences(existing(manifest))
    assert set(changes) == names
    assert changes.get("password", Change("********", "********")) == Change("********", "********")


def test_an_e_mail_address_is_compared_only_when_it_is_given() -> None:
    found = existing(secret({"auths": {REGISTRY: entry(email="old@example.org")}}))
    assert wanted(email="new@example.org").differences(found) == {"email": Change("old@example.org", "new@example.org")}
    assert wanted("other").over(found).to_result()["email"] == "old@example.org"


def test_an_update_keeps_what_is_not_ours() -> None:
    content = {"auths": {"other": entry(note="keep"), REGISTRY: entry()}, "credHelpers": {"x": "y"}}
    found = existing({**secret(content, labels={"team": "a"}), "immutable": False})
    sent = wanted("new").over(found).to_manifest()
    kept = json.loads(base64.b64decode(sent["data"][".dockerconfigjson"]))
    assert kept["auths"]["other"] == entry(note="keep")
    assert kept["credHelpers"] == {"x": "y"}
    assert kept["auths"][REGISTRY]["password"] == "new"
    assert sent["metadata"]["labels"] == {"team": "a"}
    assert sent["metadata"]["resourceVersion"] == "7", "so that a change in between is refused, not overwritten"


def test_the_old_format_is_updated_in_its_own_form() -> None:
    found = existing(secret({REGISTRY: entry()}, "kubernetes.io/dockercfg"))
    sent = wanted("new").over(found).to_manifest()
    assert sent["type"] == "kubernetes.io/dockercfg"
    assert json.loads(base64.b64decode(sent["data"][".dockercfg"]))[REGISTRY]["password"] == "new"


def test_a_secret_of_another_type_is_refused_with_a_hint() -> None:
    with pytest.raises(RefusedError, match=r"type Opaque.*kubectl delete secret s --namespace n"):
        existing({**secret({}), "type": "Opaque"})


@pytest.mark.security
def test_no_result_and_no_text_holds_the_password() -> None:
    found = existing(secret({"auths": {REGISTRY: entry()}}))
    for one in (found, wanted(), wanted("new-secret").over(found)):
        shown = json.dumps(one.to_result(), ensure_ascii=False) + repr(one)
        assert PASSWORD not in shown
        assert "new-secret" not in shown
        assert entry()["auth"] not in shown
    assert wanted().to_result().keys() == found.to_result().keys()
