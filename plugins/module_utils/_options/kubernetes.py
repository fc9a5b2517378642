# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to reach a Kubernetes cluster: argument specification, twin of the C(kubernetes) doc fragment.

Names and environment variables are those of kubernetes.core, which users of clusters know.
"""

from __future__ import annotations

from typing import Any

from .files import PathOption, kubeconfig_option, program_option
from .given import from_environment


def _option(kind: str, variable: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "fallback": (from_environment, [variable]), **more}


KUBERNETES_OPTIONS: dict[str, dict[str, Any]] = {
    # As JSON text: of a mapping, Ansible would censor every single value, "default" and "v1" included.
    "kubeconfig": kubeconfig_option(_option("json", "K8S_AUTH_KUBECONFIG", no_log=True)),
    "context": _option("str", "K8S_AUTH_CONTEXT"),
    "host": _option("str", "K8S_AUTH_HOST"),
    "api_key": _option("str", "K8S_AUTH_API_KEY", no_log=True),
    "client_cert": PathOption(_option("path", "K8S_AUTH_CERT_FILE")),
    "client_key": PathOption(_option("path", "K8S_AUTH_KEY_FILE", no_log=False)),
    "ca_cert": PathOption(_option("path", "K8S_AUTH_SSL_CA_CERT")),
    "validate_certs": _option("bool", "K8S_AUTH_VERIFY_SSL"),
    "proxy": _option("str", "K8S_AUTH_PROXY"),
    "impersonate_user": _option("str", "K8S_AUTH_IMPERSONATE_USER"),
    "kubectl": program_option({"type": "path", "default": "kubectl"}),
    "timeout": {"type": "int", "default": 30},
}
