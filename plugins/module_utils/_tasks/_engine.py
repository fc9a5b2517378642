# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How every kind of resource is made as it is described: observed, planned, and what is planned is done and waited for.

A kind says only what differs: how it is described, what it refers to, what exists, and its words for messages.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, ClassVar, Generic, TypeVar

from .._client.client import Collection, Started
from .._errors import ApiError
from .._generations.registry import refuse_unknown, said_to_others
from .._plan import Kept, Plan, label, plan_version
from .._resources._common import RUNNING_STATES, SUCCEEDED
from .._resources.image import Image
from .._resources.manifest import Manifest
from .._resources.model import Model
from .._resources.operation import Operation
from .._resources.service import Service
from .._runner import Done
from .._session import Session
from ._rules import check_versions
from ._versions import Users, kept_once, plan_deletion, with_surplus
from ._waits import failure, follow, join, settled

R = TypeVar("R", Model, Manifest, Image, Service)
V = TypeVar("V", Model, Manifest, Image)


class Engine(ABC, Generic[R]):
    """One run of a task about one resource."""

    key: ClassVar[str]
    extras: ClassVar[tuple[str, ...]]

    def __init__(self, session: Session) -> None:
        self.session = session
        self.options = session.options
        self.generation = session.connection.generation
        self.check()
        self.desired: R = self.nothing()
        if self.options["state"] == "present":
            described, kind = self.described(), getattr(self.generation, f"{self.key}s")
            self.desired = described.without(said_to_others(self.generation, kind, described.wanted()))
            refuse_unknown(self.generation, kind, self.desired.wanted())
            self.check_described()

    @property
    def wanted(self) -> R | None:
        return self.desired if self.options["state"] == "present" else None

    @property
    def collection(self) -> Collection[R]:
        """All of this kind at the service."""
        found: Collection[R] = getattr(self.session.client, f"{self.key}s")
        return found

    @abstractmethod
    def nothing(self) -> R:
        """Return a resource of this kind of which nothing is said."""

    @abstractmethod
    def check(self) -> None:
        """Refuse options that cannot work, before anything is read.

        Raises:
            InputError: says which and why.
        """

    @abstractmethod
    def described(self) -> R:
        """Return what the options describe. Sends nothing."""

    def check_described(self) -> None:
        """Refuse descriptions that cannot work, before anything is sent.

        Raises:
            InputError: says which and why.
        """

    def resolved(self) -> tuple[R, tuple[str, ...]]:
        """Return what is desired with references turned into ids, and words for what does not exist."""
        return self.desired, ()

    @abstractmethod
    def plan_presence(self, missing: tuple[str, ...]) -> Plan[R]:
        """Look at what exists and decide what makes it so."""

    @abstractmethod
    def plan_absence(self) -> Plan[R]:
        """Look at what exists and decide what to delete."""

    def completed(self) -> R:
        """Return what is desired as a request needs it, after uploading what is not there yet."""
        return self.desired

    def for_update(self, plan: Plan[R]) -> dict[str, Any]:
        """Return what an update request holds, by option."""
        return self.desired.wanted()

    def kept_of_twins(self, made: R | None) -> R | None:
        """Return what stays, if somebody else made just the same at the same instant."""
        return made

    @property
    def what(self) -> str:
        """What goes on while the task waits, such as "Building image 'iris'"."""
        return f"Making {self.key} {self.desired.name!r}"

    @property
    def advice(self) -> str:
        """What to do when that fails, as a sentence."""
        return "Run the task again when that is mended."

    def plan(self) -> Plan[R]:
        if self.options["state"] == "absent":
            return self.plan_absence()
        self.desired, missing = self.resolved()
        return self.plan_presence(missing)

    def apply(self, plan: Plan[R]) -> Done[R]:
        resource, operation = plan.after, None
        if plan.action == "create":
            resource, operation = self._outcome(self.collection.create(self.completed().wanted()))
            resource = self.kept_of_twins(resource)
        elif plan.action == "update":
            self._let_others_finish(plan)
            started = self.collection.update(plan.current_id, self.for_update(plan), plan.changes)
            outcome = self.collection.get(plan.current_id) if started is None else started
            resource, operation = self._outcome(outcome)
        elif plan.action == "join" and self.options["wait"]:
            resource = self._joined(plan, self.what)
            if resource.state != SUCCEEDED:
                raise self._failure(self.what, resource)
        for warning in getattr(resource, "warnings", None) or ():
            self.session.warn(f"{self.what}: {warning}")
        removed, kept, deletion = self._deleted(plan)
        return Done(resource, operation or deletion, removed, kept)

    def _joined(self, plan: Plan[R], what: str) -> R:
        return join(self.session, self.collection, plan.current_id, what)

    def _let_others_finish(self, plan: Plan[R]) -> None:
        if plan.current and plan.current.state in RUNNING_STATES and self.options["wait"]:
            self._joined(plan, f"Another change of {self.key} {self.desired.name!r}")

    def _outcome(self, made: R | Started | None) -> tuple[R | None, Operation | None]:
        """Return the resource and the operation that makes it, ended well if the user waits."""
        if not isinstance(made, Started):
            return made, None
        operation = self._ended(made, self.what)
        resource_id = operation.resource_id or ""
        if operation.state == SUCCEEDED:
            return settled(self.session, self.collection, resource_id), operation
        found = self.collection.get(resource_id) if resource_id else None
        return found or replace(self.desired, id=operation.resource_id), operation

    def _ended(self, started: Started, what: str) -> Operation:
        """Return the operation, ended well if the user waits.

        Raises:
            OperationFailed: it ended badly.
        """
        if not self.options.get("wait"):
            known = self.session.client.operation(started.operation_id)
            return known or Operation(started.operation_id, self.key.capitalize())
        operation = follow(self.session, started, what)
        if operation.failed:
            found = self.collection.get(operation.resource_id) if operation.resource_id else None
            raise self._failure(what, operation, getattr(found, "build_log_url", None))
        return operation

    def _failure(self, what: str, ended: Any, log_url: str | None = None) -> Exception:
        return failure(
            what,
            ended.state,
            getattr(ended, "error", None),
            session=self.session,
            advice=self.advice,
            operation_id=ended.id if isinstance(ended, Operation) else getattr(ended, "operation_id", None),
            log_url=log_url or getattr(ended, "build_log_url", None),
        )

    def _deleted(self, plan: Plan[R]) -> tuple[tuple[R, ...], tuple[Kept[R], ...], Operation | None]:
        """Delete what the plan removes; return what is gone, what the service found to be in use, and the operation.

        With C(keep_last), what is in use is left alone. Otherwise it is an error, for the user named it.
        """
        gone, kept, operation = [], [], None
        for one in plan.removed:
            try:
                started = self.collection.delete(one.id or "")
            except ApiError as error:
                in_use = error.status in (409, 412)
                if in_use and self.options.get("keep_last") is not None:
                    kept.append(Kept(one, error.message))
                    continue
                if in_use:
                    error.message = " ".join([error.message, *plan.holders()])
                raise
            gone.append(one)
            if started:
                operation = self._ended(started, f"Deleting {self.key} {label(one)}")
        return tuple(gone), tuple(kept), operation


class VersionEngine(Engine[V]):
    """The same for models, manifests and images: what exists is never changed, and there may be several."""

    def check(self) -> None:
        check_versions(self.options, self.generation, getattr(self.generation, f"{self.key}s"))

    def existing(self) -> list[V]:
        """Return the versions that could be equal, and the others of the same name."""
        name = self.desired.name
        return [one for one in self.collection.list(name=name) if one.name == name]

    @abstractmethod
    def users(self) -> dict[str, list[str]]:
        """Return what uses which version, by id in normal form."""

    def kept_of_twins(self, made: V | None) -> V | None:
        return kept_once(self.collection, self.desired, made) if made is not None and made.version else made

    def plan_presence(self, missing: tuple[str, ...]) -> Plan[V]:
        versions = self.existing()
        plan = plan_version(self.desired, versions, missing)
        return with_surplus(plan, versions, self.options["keep_last"], self.users)

    def plan_absence(self) -> Plan[V]:
        users: Users = self.users
        return plan_deletion(self.collection, self.options, self.generation, users)
