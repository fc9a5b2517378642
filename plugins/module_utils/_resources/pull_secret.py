# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Kubernetes Secret with which a cluster pulls images from a registry (protocol 5.3)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._errors import RefusedError
from .._masking import MASK
from ._common import Change, differing

CURRENT_TYPE = "kubernetes.io/dockerconfigjson"
OLD_TYPE = "kubernetes.io/dockercfg"  # what kubectl made until 1.8, and what clusters still accept
_DATA_KEY = {CURRENT_TYPE: ".dockerconfigjson", OLD_TYPE: ".dockercfg"}


@dataclass(frozen=True)
class Login:
    """What opens one registry."""

    username: str | None = None
    password: str | None = field(default=None, repr=False)
    email: str | None = None

    @classmethod
    def from_entry(cls, entry: Any) -> Login:
        """Read an entry of a docker configuration. C(auth) wins over the fields that it repeats, as in the kubelet."""
        if not isinstance(entry, Mapping):
            return cls()
        username, password = entry.get("username"), entry.get("password")
        if entry.get("auth"):
            try:
                username, _colon, password = base64.b64decode(entry["auth"], validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError, TypeError, ValueError):
                return cls()
        return cls(username, password, entry.get("email") or None)

    def to_entry(self) -> dict[str, str]:
        """Write it as kubectl does."""
        auth = base64.b64encode(f"{self.username}:{self.password}".encode()).decode("ascii")
        entry = {"username": self.username or "", "password": self.password or "", "auth": auth}
        return {**entry, "email": self.email} if self.email else entry


@dataclass(frozen=True)
class PullSecret:
    """A pull secret.

    Args:
        registry: The registry that this is about; empty when the whole secret is.
        logins: By registry. Entries of registries that the task is not about stay as they are.
        resource_version: The cluster's count of its changes; None before it exists.
        manifest: The whole object, so that an update keeps what is not ours.
    """

    name: str
    namespace: str
    registry: str = ""
    logins: Mapping[str, Login] = field(default_factory=dict)
    type: str = CURRENT_TYPE
    resource_version: str | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        return f"{self.namespace}/{self.name}"

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any], registry: str) -> PullSecret:
        """Read an object of the cluster. Content that is broken counts as no login, and is corrected.

        Raises:
            RefusedError: it is a Secret of another type.
        """
        metadata, kind = manifest["metadata"], str(manifest.get("type"))
        if kind not in _DATA_KEY:
            raise RefusedError(
                f"Secret {metadata['name']!r} in namespace {metadata['namespace']!r} exists and is of type {kind}, not"
                f" {CURRENT_TYPE}. It belongs to something else and stays as it is. Choose another name, or delete it"
                f" yourself: kubectl delete secret {metadata['name']} --namespace {metadata['namespace']}."
            )
        return cls(
            name=metadata["name"],
            namespace=metadata["namespace"],
            registry=registry,
            logins={server: Login.from_entry(entry) for server, entry in _entries(manifest, kind).items()},
            type=kind,
            resource_version=metadata["resourceVersion"],
            manifest=manifest,
        )

    def differences(self, actual: PullSecret) -> dict[str, Change]:
        """Return the fields in which an existing secret is not what is wanted here; passwords are not in it."""
        wanted, found = self.logins[self.registry], actual.logins.get(self.registry)
        if found is None:
            return {"registry": Change(sorted(actual.logins), self.registry)}
        changes = differing(
            ("username", wanted.username, found.username),
            ("password", wanted.password, found.password),
            ("email", wanted.email, found.email),
        )
        if "password" in changes:
            changes["password"] = Change(MASK, MASK)
        return changes

    def over(self, actual: PullSecret) -> PullSecret:
        """Return what there will be when this is made so in an existing secret."""
        wanted = self.logins[self.registry]
        found = actual.logins.get(self.registry, Login())
        login = Login(wanted.username, wanted.password, wanted.email or found.email)
        logins = {**actual.logins, self.registry: login}
        return PullSecret(actual.name, actual.namespace, self.registry, logins, actual.type, None, actual.manifest)

    def to_manifest(self) -> dict[str, Any]:
        """Return the object to send. Entries of other registries are sent as they came."""
        old = _entries(self.manifest, self.type) if self.manifest else {}
        mine = {self.registry: self.logins[self.registry].to_entry()} if self.registry else {}
        content: Mapping[str, Any] = {**old, **mine}
        if self.type == CURRENT_TYPE:
            content = {**_content(self.manifest, self.type), "auths": content}
        data = base64.b64encode(json.dumps(content, separators=(",", ":")).encode()).decode("ascii")
        metadata = {"name": self.name, "namespace": self.namespace, **self.manifest.get("metadata", {})}
        return {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": metadata,
            "type": self.type,
            "data": {**self.manifest.get("data", {}), _DATA_KEY[self.type]: data},
        }

    def to_result(self) -> dict[str, Any]:
        """Return what the user sees."""
        login = self.logins.get(self.registry, Login())
        return {
            "name": self.name,
            "namespace": self.namespace,
            "type": self.type,
            "registry": self.registry if self.registry in self.logins else None,
            "registries": sorted(self.logins),
            "username": login.username,
            "password": MASK if login.password else None,
            "email": login.email,
            "resource_version": self.resource_version,
        }


def _content(manifest: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The docker configuration in a Secret; empty when it cannot be read."""
    try:
        content = json.loads(base64.b64decode(manifest.get("data", {}).get(_DATA_KEY[kind], "")))
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _entries(manifest: Mapping[str, Any], kind: str) -> dict[str, Any]:
    content = _content(manifest, kind)
    entries = content.get("auths") if kind == CURRENT_TYPE else content
    return entries if isinstance(entries, dict) else {}
