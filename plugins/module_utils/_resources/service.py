# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service: a real-time web service made from one image (protocol 2.1.5, 2.2.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .fields import (
    ERROR,
    FLAG,
    IDS,
    INTEGER,
    MAP,
    MERGED,
    REQUIRED_TEXT,
    STATE,
    TEXT,
    WRITTEN_ONCE,
    Comparison,
    Described,
    fact,
    part,
    reference,
    secret,
    setting,
)

_SUFFIXES = {
    "m": Decimal("0.001"),
    "": Decimal(1),
    **{suffix: Decimal(1000) ** power for power, suffix in enumerate(("k", "M", "G", "T", "P", "E"), start=1)},
    **{suffix: Decimal(1024) ** power for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), start=1)},
}


def quantity(text: str) -> Decimal | None:
    """Return the amount of a Kubernetes quantity (C(100m) and C(0.1) are equal), or None when it is none."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d*)?|\.\d+)([a-zA-Z]*)\s*", text)
    if match is None or match.group(2) not in _SUFFIXES:
        return None
    return Decimal(match.group(1)) * _SUFFIXES[match.group(2)]


def _same_quantity(wanted: str, actual: str | None) -> bool:
    amount = quantity(wanted)
    return wanted == actual if amount is None or actual is None else amount == quantity(actual)


NO_CASE = Comparison(lambda wanted, actual: wanted.lower() == str(actual).lower())
QUANTITY = Comparison(_same_quantity)


@dataclass(frozen=True)
class AutoScaler(Described):
    """Bounds and target of automatic scaling."""

    enabled: bool | None = setting(FLAG, "autoScaler.autoscaleEnabled", "Whether it is on.", updatable=True)
    min_replicas: int | None = setting(INTEGER, "autoScaler.minReplicas", "Lower bound.", updatable=True)
    max_replicas: int | None = setting(INTEGER, "autoScaler.maxReplicas", "Upper bound.", updatable=True)
    target_utilization: int | None = setting(
        INTEGER, "autoScaler.targetUtilization", "Utilization aimed at, in per cent.", updatable=True
    )
    refresh_period: int | None = setting(
        INTEGER, "autoScaler.refreshPeriodInSeconds", "Seconds between two decisions.", updatable=True
    )


@dataclass(frozen=True)
class Resources(Described):
    """What each container reserves, as Kubernetes quantities."""

    cpu: str | None = setting(
        TEXT,
        "containerResourceReservation.cpu",
        "Processors, as a Kubernetes quantity.",
        sample="100m",
        compare=QUANTITY,
        updatable=True,
    )
    memory: str | None = setting(
        TEXT,
        "containerResourceReservation.memory",
        "Memory, as a Kubernetes quantity.",
        sample="1Gi",
        compare=QUANTITY,
        updatable=True,
    )


@dataclass(frozen=True)
class DataCollection(Described):
    """Where requests and predictions are recorded. The service never returns the keys."""

    storage_enabled: bool | None = setting(
        FLAG, "dataCollection.storageEnabled", "Whether in blob storage.", updatable=True
    )
    storage_key: str | None = secret("dataCollection.storageKey")
    event_hub_enabled: bool | None = setting(
        FLAG, "dataCollection.eventHubEnabled", "Whether in an event hub.", updatable=True
    )
    event_hub_key: str | None = secret("dataCollection.eventHubKey")


@dataclass(frozen=True)
class Compute(Described):
    """A compute target of a workspace."""

    type: str | None = setting(TEXT, "computeType", "V(aks) or V(aci).", sample="aks", compare=NO_CASE)
    name: str | None = setting(TEXT, "computeName", "Name of the compute target; null for V(aci).", sample="cluster")


@dataclass(frozen=True)
class LivenessProbe(Described):
    """When a container counts as dead and is started anew."""

    initial_delay: int | None = setting(
        INTEGER, "livenessProbeRequirements.initialDelaySeconds", "Seconds before the first look.", updatable=True
    )
    period: int | None = setting(
        INTEGER, "livenessProbeRequirements.periodSeconds", "Seconds between two looks.", updatable=True
    )
    timeout: int | None = setting(
        INTEGER, "livenessProbeRequirements.timeoutSeconds", "Seconds until a look has failed.", updatable=True
    )
    success_threshold: int | None = setting(
        INTEGER, "livenessProbeRequirements.successThreshold", "Good looks until it counts as alive.", updatable=True
    )
    failure_threshold: int | None = setting(
        INTEGER, "livenessProbeRequirements.failureThreshold", "Bad looks until it counts as dead.", updatable=True
    )


@dataclass(frozen=True)
class Service(Described):
    """A service, or the description of one that is to exist."""

    id: str | None = fact(REQUIRED_TEXT, "id", "Id of the service. Null in check mode when it does not exist yet.")
    name: str | None = setting(TEXT, "name", "Name.", sample="iris")
    state: str | None = fact(STATE, "state", "How far the last deployment is.", sample="Succeeded")
    scoring_uri: str | None = fact(
        TEXT,
        "scoringUri",
        "Where to send what is to be scored.",
        sample="http://127.0.0.1:8780/api/v1/service/iris/score",
    )
    image_id: str | None = reference("imageId", "Id of the image.", also=("image.id",), option="image", updatable=True)
    manifest_id: str | None = fact(TEXT, "manifest.id", "Id of the manifest of the image.")
    model_ids: tuple[str, ...] | None = fact(IDS, "models", "Ids of the models in the image.")
    compute_resource_id: str | None = reference("computeResource.id", "Id of the compute resource that it runs on.")
    compute: Compute = part(Compute, "Where it runs, in generation V(v1.0).")
    kubeconfig: str | None = secret("kubeConfig")
    pull_secret: str | None = setting(
        TEXT,
        "acrImagePullSecret",
        "Name of the Kubernetes Secret that opens the registry.",
        silent=True,
        updatable=True,
    )
    replicas: int | None = setting(INTEGER, "numReplicas", "Number of replicas.", sample=2, updatable=True)
    autoscaler: AutoScaler = part(AutoScaler, "Automatic scaling.")
    resources: Resources = part(Resources, "What each container reserves.")
    description: str | None = setting(
        TEXT, "description", "Description. Null where the generation has none.", updatable=True
    )
    tags: Mapping[str, str] | None = setting(
        MAP, "kvTags", "Tags. Null where the generation has none.", compare=MERGED, updatable=True
    )
    properties: Mapping[str, str] | None = setting(
        MAP,
        "properties",
        "Properties, which are written once. Null where the generation has none.",
        compare=WRITTEN_ONCE,
        updatable=True,
    )
    auth_enabled: bool | None = setting(
        FLAG,
        "authEnabled",
        "Whether the service asks for a key. Null where the generation always does.",
        updatable=True,
    )
    token_auth_enabled: bool | None = setting(
        FLAG,
        "aadAuthEnabled",
        "Whether the service asks for a token. Null where no generation or compute does.",
        updatable=True,
    )
    scoring_timeout: int | None = setting(
        INTEGER, "scoringTimeoutMs", "Milliseconds that an answer may take.", sample=60000, updatable=True
    )
    max_queue_wait: int | None = setting(
        INTEGER, "maxQueueWaitMs", "Milliseconds that a request may wait in the queue.", sample=500, updatable=True
    )
    namespace: str | None = setting(TEXT, "namespace", "Kubernetes namespace.", updatable=True)
    liveness_probe: LivenessProbe = part(LivenessProbe, "How the cluster finds out whether a container still works.")
    max_concurrent_requests: int | None = setting(
        INTEGER,
        "maxConcurrentRequestsPerContainer",
        "Requests that a container handles at once.",
        updatable=True,
    )
    app_insights_enabled: bool | None = setting(
        FLAG,
        "appInsightsEnabled",
        "Whether Application Insights is used.",
        also=("dataCollection.appInsightsEnabled",),
        updatable=True,
    )
    app_insights_key: str | None = secret("dataCollection.appInsightsKey")
    data_collection: DataCollection = part(DataCollection, "Where requests and predictions are recorded.")
    error: Mapping[str, Any] | None = fact(
        ERROR, "error", "Why the last deployment failed, with C(code), C(message), C(status) and C(details)."
    )
    created_at: str | None = fact(TEXT, "createdAt", "When it was created, UTC.", also=("createdTime",))
    updated_at: str | None = fact(TEXT, "updatedAt", "When it was changed last, UTC.", also=("updatedTime",))
    operation_id: str | None = fact(TEXT, "operationId", shown=False)
