# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""How a deployment to Kubernetes fails: one code for all, the reason as the first detail (protocol 2.2.5)."""

from __future__ import annotations

from mms_local.core.ports import JobFailed

CODE = "KubernetesDeploymentFailed"


def deployment_failed(reason: str, message: str, *, status: int = 400) -> JobFailed:
    """A failure whose message says it all."""
    return JobFailed(CODE, message, status=status, details=((reason, message),))


class ClusterUnreachable(JobFailed):
    """The API server did not answer. It may later."""

    def __init__(self, server: str, reason: str) -> None:
        advice = "Check that it runs and that this server may connect to it"
        message = f"The cluster at {server} cannot be reached: {reason}. {advice}."
        super().__init__(CODE, message, status=503, details=(("KubernetesUnreachable", message),))
