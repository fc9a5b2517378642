# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The resources of an account as plain values (protocol chapters 1 and 2.2.2). No secret is ever a part of them.

`kept` holds what only some generations know and nothing here acts on: it is shown as it came, under its wire names.

`account` is the number that :class:`~mms_local.core.accounts.Accounts` gives to a namespace. Times are UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from mms_local.core.ids import ResourceId
from mms_local.core.ports import BuiltImage, JobFailed
from mms_local.core.settings import setting


class State(str, Enum):
    """Where an asynchronous job, or the resource that it makes, stands (protocol chapter 3)."""

    NOT_STARTED = "NotStarted"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    CANCELLED = "Cancelled"

    @property
    def finished(self) -> bool:
        """Whether nothing will change any more."""
        return self not in (State.NOT_STARTED, State.RUNNING)


@dataclass(frozen=True)
class Failure:
    """Why a job failed; becomes `error` of the operation and of the resource (protocol 2.2.5)."""

    code: str
    message: str
    status: int
    details: tuple[tuple[str, str], ...] = ()  # code, message

    @classmethod
    def of(cls, failed: JobFailed) -> Failure:
        """What is kept of a failure."""
        return cls(failed.code, failed.message, failed.status, failed.details)


@dataclass(frozen=True)
class Model:
    """A named, versioned pointer to a file or a packed folder."""

    account: int
    id: ResourceId
    name: str
    version: int
    url: str = field(repr=False)  # may carry a SAS signature
    mime_type: str
    description: str | None
    tags: tuple[str, ...]
    unpack: bool
    created: datetime
    modified: datetime | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AssetRecord:
    """A named reference to files in the artifact store (protocol 2.3.3); models point to it with `aml://asset/<id>`."""

    account: int
    id: ResourceId
    name: str
    created: datetime
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asset:
    """A file of a manifest that is not a model. `unpack_key` is how the caller spelled that field."""

    id: str
    url: str = field(repr=False)
    mime_type: str | None
    unpack: bool
    unpack_key: str


@dataclass(frozen=True)
class Manifest:
    """A recipe: driver program, other assets, target runtime and registered models.

    One that is `inline` came with the request for its image, and goes with that image.
    """

    account: int
    id: ResourceId
    name: str | None
    version: int
    description: str | None
    driver: str | None
    assets: tuple[Asset, ...]
    runtime_type: str
    runtime_properties: Mapping[str, str] = field(repr=False)
    model_ids: tuple[str, ...]
    model_type: str | None
    webservice_type: str | None
    created: datetime
    inline: bool = False


@dataclass(frozen=True)
class Built:
    """What the build of an image left behind; see :class:`~mms_local.core.ports.BuiltImage`."""

    digest: str
    location: str
    directory: str
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, image: BuiltImage) -> Built:
        """The part of a builder's result that is kept."""
        return cls(image.digest, image.location, str(image.directory), image.warnings)

    def image(self, image_id: str) -> BuiltImage:
        """The builder's result again."""
        return BuiltImage(image_id, self.digest, self.location, Path(self.directory), self.warnings)


@dataclass(frozen=True)
class Image:
    """A container image, built from one manifest.

    `owner` is the service that it was made for, where nobody asked for an image; it comes and goes with that one.
    """

    account: int
    id: ResourceId
    name: str
    version: int
    description: str | None
    image_type: str
    manifest_id: ResourceId
    compute_id: str | None
    registry_location: str | None
    registry_user: str | None
    created: datetime
    operation_id: ResourceId
    state: State = State.NOT_STARTED
    failure: Failure | None = None
    built: Built | None = None
    modified: datetime | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)
    owner: ResourceId | None = None


class Access(str, Enum):
    """What a request must bring to be answered by a service."""

    KEYS = "keys"
    TOKENS = "tokens"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Scaling:
    """The `autoScaler` object as the caller wrote it: None where the caller was silent."""

    enabled: bool | None = setting("autoscaleEnabled")
    min_replicas: int | None = setting("minReplicas")
    max_replicas: int | None = setting("maxReplicas")
    target_utilization: int | None = setting("targetUtilization")
    refresh_period: int | None = setting("refreshPeriodInSeconds")


@dataclass(frozen=True)
class Settings:
    """All that an update can change about a service."""

    image_id: ResourceId
    pull_secret: str | None = setting("acrImagePullSecret")
    replicas: int | None = setting("numReplicas")
    scaling: Scaling | None = setting("autoScaler", part=Scaling)
    cpu: str | None = setting("containerResourceReservation.cpu")
    memory: str | None = setting("containerResourceReservation.memory")
    max_concurrent_requests: int | None = setting("maxConcurrentRequestsPerContainer")
    app_insights: bool | None = setting("appInsightsEnabled")
    data_collection: Mapping[str, bool] = setting("dataCollection", default=dict)
    access: Access = Access.KEYS
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Service:
    """A real-time web service made from one image.

    `wanted` is what was asked for last; `live` is what was deployed last without failing and goes on answering.
    """

    account: int
    id: ResourceId
    name: str
    compute_id: str | None
    compute_type: str | None
    wanted: Settings
    created: datetime
    updated: datetime
    operation_id: ResourceId
    state: State = State.NOT_STARTED
    failure: Failure | None = None
    live: Settings | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Deployment:
    """History: one image put behind one service at one time. `expired` is None for the live one."""

    account: int
    id: ResourceId
    service_id: ResourceId
    service_name: str
    image_id: ResourceId
    operation_id: ResourceId
    status: State
    created: datetime
    expired: datetime | None = None


class Job(str, Enum):
    """What an operation does. The values are the names of the API operations that accept them."""

    BUILD = "images.create"
    CREATE = "services.create"
    UPDATE = "services.update"
    DELETE = "services.delete"
    REPAIR = "services.repair"  # which nobody asks for
    KEYS = "services.regenerateKeys"


@dataclass(frozen=True)
class Operation:
    """The record of one asynchronous job. `settings` is what a service is to become, `phase` what goes on just now.

    `part` is the last part that began, where there are several. `attempts` counts how often work began and the server
    did not live to see its end.
    """

    account: int
    id: ResourceId
    job: Job
    resource_id: ResourceId
    created: datetime
    state: State = State.NOT_STARTED
    ended: datetime | None = None
    failure: Failure | None = None
    settings: Settings | None = None
    phase: str | None = None
    part: str | None = None
    attempts: int = 0
