# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_pull_secret does."""

from __future__ import annotations

import json
import os
from functools import cached_property

from .._kubernetes.kubectl import Kubectl, KubectlError, object_name
from .._plan import Plan, plan_absence
from .._resources.pull_secret import Login, PullSecret
from .._runner import Done
from .._session import Session
from ._rules import require
from .registry import verify_login


class PullSecretSteps:
    """Creates a pull secret, corrects it, or deletes it, and asks for the rights to do so beforehand."""

    key = "pull_secret"
    extras = ()
    wanted = None

    def __init__(self, session: Session) -> None:
        self._options = session.options
        if self._options["state"] == "present":
            require(self._options, "registry", "username", "password")
        self._session = session
        password = self._options["password"] or ""
        self._kubectl = Kubectl(
            self._options, os.environ, self._options["namespace"] or None, [password], session.repeats
        )

    @cached_property
    def _namespace(self) -> str:
        return object_name(self._options["namespace"] or self._kubectl.namespace(), "namespace")

    def plan(self) -> Plan[PullSecret]:
        name, registry = object_name(self._options["name"], "Secret"), self._options["registry"] or ""
        self._require_right("get", f"secrets/{name}")
        found = self._kubectl.run("get", "secret", name, "--ignore-not-found", "--output=json")
        current = PullSecret.from_manifest(json.loads(found), registry) if found.strip() else None
        if self._options["state"] == "absent":
            if current:
                self._require_right("delete", f"secrets/{name}")
            return plan_absence([current] if current else [])
        username, password = self._options["username"], self._options["password"]
        if self._options["verify_login"]:
            verify_login(self._session, registry, username, password)
        login = Login(username, password, self._options["email"] or None)
        wanted = PullSecret(name, self._namespace, registry, {registry: login})
        if current is None:
            self._require_right("create", "secrets")
            return Plan("create", after=wanted, missing=self._missing_namespace())
        changes = wanted.differences(current)
        if not changes:
            return Plan("none", current=current, after=current)
        self._require_right("update", f"secrets/{name}")
        return Plan("update", current=current, after=wanted.over(current), changes=changes)

    def apply(self, plan: Plan[PullSecret]) -> Done[PullSecret]:
        if plan.after is None:
            self._kubectl.run("delete", "secret", self._options["name"], "--ignore-not-found", "--wait=false")
            return Done(None)
        # Not `apply`, which would keep a copy of the password in an annotation.
        verb = "create" if plan.action == "create" else "replace"
        made = self._kubectl.run(verb, "--filename=-", "--output=json", manifest=plan.after.to_manifest())
        return Done(PullSecret.from_manifest(json.loads(made), plan.after.registry))

    def _require_right(self, verb: str, resource: str) -> None:
        """Ask whether the cluster lets us do this, before anything is done.

        Raises:
            KubectlError: it does not; names the right.
        """
        if not self._kubectl.may(verb, resource):
            kind = resource.partition("/")[0]
            raise KubectlError(
                f"The user of the kubeconfig may not {verb} {kind} in namespace {self._namespace!r}. Grant it with"
                f" 'kubectl create role NAME --verb={verb} --resource={kind} --namespace={self._namespace}' and a role"
                " binding, or use a kubeconfig of a user who has it.",
                code="Forbidden",
                status=403,
            )

    def _missing_namespace(self) -> tuple[str, ...]:
        """Return the namespace in words if it does not exist. Who may not look finds out by trying."""
        if not self._kubectl.may("get", f"namespaces/{self._namespace}"):
            return ()
        if self._kubectl.run("get", "namespace", self._namespace, "--ignore-not-found", "--output=name").strip():
            return ()
        return (f"Namespace {self._namespace!r} does not exist.",)
