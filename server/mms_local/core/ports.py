# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What the core needs from the outside: something that builds images, something that runs services.

The core decides *when* to build, deploy, update and remove. The two ports below do it. They speak in plain values, know
neither HTTP nor SQL, and fail with :class:`JobFailed`, whose fields become the `error` of the operation (protocol
chapter 3 and 2.2.5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

Log = Callable[[str], None]
"""Takes one line for the log that the user reads (image build log, operation progress). Never give it a secret."""


class Phase(str):
    """A line of a log that says what goes on from now on. It is shown to those who wait for the operation."""

    __slots__ = ()


class JobFailed(Exception):
    """An asynchronous job ended badly, for a reason that the user can act on.

    Args:
        code: machine-readable, from the protocol where it has one (`KubernetesDeploymentFailed`, ...).
        message: what was tried, on what, and what came back.
        status: the `statusCode` of the operation's error; 4xx when the input is to blame, 5xx when the server is.
        details: pairs of code and message for `error.details`; the core puts the build log's location first for images.
        output: what the service printed before it ended, where nobody can ask for it any more.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        details: tuple[tuple[str, str], ...] = (),
        output: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.details = details
        self.output = output


@dataclass(frozen=True)
class SourceFile:
    """A file that an image is made from: an asset of the manifest, or a registered model. Fetched at build time."""

    id: str
    url: str = field(repr=False)  # may carry a SAS signature
    unpack: bool = False
    name: str | None = None  # models only: the registered name
    version: int | None = None  # models only


@dataclass(frozen=True)
class Registry:
    """Where to push, and with what: `registryInfo` of generation hosting-account, or the cluster's registry."""

    location: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class ImageSpec:
    """Everything that decides what is in an image (protocol 2.1.3, 2.1.4, 2.2.2)."""

    id: str
    name: str
    version: int
    driver: str  # the asset id of the driver program
    assets: tuple[SourceFile, ...]
    models: tuple[SourceFile, ...]
    pip_requirements: str | None = field(default=None, repr=False)  # URLs, may carry SAS signatures
    conda_file: str | None = field(default=None, repr=False)
    conda: str | None = field(default=None, repr=False)  # a conda file itself
    registry: Registry | None = None


@dataclass(frozen=True)
class BuiltImage:
    """What a build leaves behind. Equal inputs give equal digests."""

    id: str
    digest: str  # sha256:... of the image manifest
    location: str  # reference that a container runtime pulls, `<login server>/<name>:<version>`
    directory: Path  # laid-out image: `app/`, `models/`, and `deps` (a link into the dependency cache)
    warnings: tuple[str, ...] = ()  # what was done differently from what was asked for


class Builder(Protocol):
    """Turns an :class:`ImageSpec` into a :class:`BuiltImage`."""

    async def build(self, spec: ImageSpec, log: Log) -> BuiltImage:
        """Build, or find again by digest. Idempotent: a build that was killed half-way is simply run again.

        Raises:
            JobFailed: a file that cannot be fetched, requirements that do not resolve, an archive that leaves its
                folder, a registry that refuses.
        """

    async def remove(self, image: BuiltImage) -> None:
        """Forget the image; shared caches stay."""


@dataclass(frozen=True)
class AutoScaler:
    """Replica bounds and target (protocol 2.2.2, `autoScaler`)."""

    min_replicas: int
    max_replicas: int
    target_utilization: int = 70  # per cent
    refresh_period: int = 1  # seconds


@dataclass(frozen=True)
class Keys:
    """The two keys of a service; either opens it."""

    primary: str = field(repr=False)
    secondary: str = field(repr=False)


@dataclass(frozen=True)
class ServiceSpec:
    """One wanted service: what to run, how often, and for whom."""

    id: str
    name: str
    image: BuiltImage
    keys: Keys
    replicas: int = 1
    autoscaler: AutoScaler | None = None
    cpu: str | None = None  # Kubernetes quantities
    memory: str | None = None
    max_concurrent_requests: int | None = None  # per container
    kubeconfig: str | None = field(default=None, repr=False)
    pull_secret: str | None = None  # name of a Secret in the cluster, not its content
    environment: tuple[tuple[str, str], ...] = ()


class Upkeep(Protocol):
    """Hears what a compute finds out about its services between deployments. Every call is short."""

    def repaired(self, service_id: str, what: str) -> None:
        """The service was not as it should be, and was put right."""

    def broken(self, service_id: str, failure: JobFailed) -> None:
        """The service is not as it should be and could not be put right. That may be said again and again."""

    def whole(self, service_id: str) -> None:
        """The service is as it should be, and its replicas are ready."""


class Compute(Protocol):
    """Where services run. One instance serves all services of one kind of compute.

    A service that was deployed keeps answering during :meth:`deploy` of its successor: start new, check healthy,
    switch, stop old. When the successor fails, the old one goes on.
    """

    def report_to(self, upkeep: Upkeep) -> None:
        """Say from now on what is found out about services, which are put right when they drift or crash."""

    async def start(self, specs: tuple[ServiceSpec, ...]) -> None:
        """Bring back the services that ran when the server stopped (or was killed)."""

    async def deploy(self, spec: ServiceSpec, log: Log) -> None:
        """Create or update the service and return when it is healthy.

        Raises:
            JobFailed: with the reason and the tail of the service's log in `details`.
        """

    async def remove(self, spec: ServiceSpec) -> None:
        """Stop the service and take away everything that was made for it, and nothing else."""

    async def set_keys(self, service_id: str, keys: Keys) -> None:
        """Make a running service accept these keys, and no others, without a restart."""

    async def endpoint(self, service_id: str) -> str | None:
        """Base URL of a healthy instance, without the trailing slash; None when there is none just now."""

    async def logs(self, service_id: str, tail: int) -> str:
        """The last lines that the service printed."""

    async def stop(self) -> None:
        """Let go of everything in good order. `process` ends its children here; `kubernetes` leaves the pods alone."""
