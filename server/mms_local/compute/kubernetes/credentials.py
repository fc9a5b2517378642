# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""From a kubeconfig that a stranger sent to credentials that are safe to use (protocol 5.2).

A kubeconfig is not just data: it can name programs to run and files to read, on whatever machine loads it. Ours come
over the wire, so what would reach beyond the text itself is refused, never followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from mms_local.compute.kubernetes.failure import deployment_failed
from mms_local.core.hosts import is_metadata
from mms_local.core.ports import JobFailed

_PROGRAMS = ("exec", "auth-provider")
_FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
_ADVICE = (
    "Send a kubeconfig that needs nothing else: kubectl config view --raw --flatten --minify, with a plain token or key"
)


@dataclass(frozen=True)
class Credentials:
    """One context of a kubeconfig, self-contained.

    Attributes:
        config: the kubeconfig reduced to that context.
        impersonated: request headers by which the user acts as somebody else.
    """

    namespace: str
    server: str
    config: dict[str, Any] = field(repr=False)
    impersonated: tuple[tuple[str, str], ...] = ()


def credentials(kubeconfig: str) -> Credentials:
    """Read the current context of a kubeconfig.

    Raises:
        JobFailed: it is broken, or reaches beyond itself.
    """
    from mms_local.core import safe_yaml

    try:
        config = safe_yaml.load(kubeconfig)
        context = _named(config, "context", config["current-context"])
        cluster = _named(config, "cluster", context["cluster"])
        user = _named(config, "user", context["user"])
        server = str(cluster["server"])
    except (safe_yaml.YamlRefused, KeyError, TypeError):
        raise _refused("It is not complete: a server, a user and a current-context that resolves are needed") from None
    if is_metadata(urlsplit(server).hostname or ""):
        raise _refused("Its server is an address that is for a machine alone (link-local, metadata)")
    for part, entry in (("user", user), ("cluster", cluster)):
        for key in (*_PROGRAMS, *_FILES):
            if entry.get(key):
                what = "a program on the caller's machine" if key in _PROGRAMS else "a file on the caller's machine"
                raise _refused(f"Its {part} refers to {what} ({key}), which is not here")
    names = {"cluster": "cluster", "user": "user"}
    return Credentials(
        namespace=str(context.get("namespace") or "default"),
        server=server,
        config={
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "cluster", "cluster": dict(cluster)}],
            "users": [{"name": "user", "user": dict(user)}],
            "contexts": [{"name": "context", "context": names}],
            "current-context": "context",
        },
        impersonated=_impersonation(user),
    )


def _named(config: Any, kind: str, name: Any) -> Mapping[str, Any]:
    for entry in config[f"{kind}s"]:
        if entry["name"] == name:
            found = entry[kind]
            if isinstance(found, Mapping):
                return found
    raise KeyError(kind)


def _impersonation(user: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What kubectl sends for `as` and `as-groups`; the client library reads neither."""
    if not user.get("as"):
        return ()
    if user.get("as-groups") or user.get("as-user-extra"):
        raise _refused("Its user acts as somebody else with as-groups or as-user-extra; only 'as' is supported")
    return (("Impersonate-User", str(user["as"])),)


def _refused(problem: str) -> JobFailed:
    message = f"The service's kubeconfig cannot be used. {problem}. {_ADVICE}."
    return deployment_failed("KubeconfigNotUsable", message)
