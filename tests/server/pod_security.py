# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published rules of Pod Security `restricted`, which hold those of `baseline`.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/ (Kubernetes 1.34).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
_SECCOMP = ("RuntimeDefault", "Localhost")
_HANDLERS = ("livenessProbe", "readinessProbe", "startupProbe")


def offences(pod: dict[str, Any]) -> Iterator[str]:
    """The rules of `baseline` and `restricted` that the spec of a pod breaks."""
    context = pod.get("securityContext", {})
    for shared in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(shared):
            yield shared
    for volume in pod.get("volumes", []):
        if set(volume) - {"name"} - _VOLUMES:
            yield f"volume {volume['name']}"
    if context.get("sysctls"):
        yield "sysctls"
    containers = [*pod["containers"], *pod.get("initContainers", []), *pod.get("ephemeralContainers", [])]
    for container in containers:
        yield from _offences_of(container, container.get("securityContext", {}), context)


def _offences_of(container: dict[str, Any], own: dict[str, Any], pod: dict[str, Any]) -> Iterator[str]:
    if own.get("privileged"):
        yield "privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation"
    capabilities = own.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", []) or set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
        yield "capabilities"
    if own.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        yield "runAsNonRoot"
    if own.get("runAsUser", pod.get("runAsUser")) == 0:
        yield "runAsUser"
    if own.get("seccompProfile", pod.get("seccompProfile", {})).get("type") not in _SECCOMP:
        yield "seccompProfile"
    if own.get("procMount", "Default") != "Default":
        yield "procMount"
    if any(port.get("hostPort") for port in container.get("ports", [])):
        yield "hostPort"
    for one in (own, pod):
        if {"user", "role"} & set(one.get("seLinuxOptions", {})):
            yield "seLinuxOptions"
        if one.get("windowsOptions", {}).get("hostProcess"):
            yield "hostProcess"
        if one.get("appArmorProfile", {}).get("type", "RuntimeDefault") not in _SECCOMP:
            yield "appArmorProfile"
    handlers = [container.get(name, {}) for name in _HANDLERS] + list(container.get("lifecycle", {}).values())
    for handler in handlers:
        if any(handler.get(kind, {}).get("host") for kind in ("httpGet", "tcpSocket")):
            yield "host of a probe"
