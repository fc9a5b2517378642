# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deciding what is to be done: pure functions of what exists and what is wanted. No I/O, no Ansible.

Check mode, diff and C(changed) are all read off the same Plan.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, Protocol, TypeVar

from ._errors import InputError, RefusedError
from ._resources._common import ENDED_BADLY, SUCCEEDED, Change
from ._resources.account import Account
from ._resources.service import Service
from ._resources.wire import normal_id

Action = Literal["none", "create", "update", "join", "delete"]
"""C(join): someone else's creation of just the same is under way; it is waited for, not repeated."""


class Resource(Protocol):
    """What every kind of resource can do."""

    @property
    def id(self) -> str | None:
        """Its id at the server; none before it exists."""

    @property
    def name(self) -> str | None:
        """Its name."""

    def to_result(self) -> dict[str, Any]:
        """What the user sees: always the same keys."""


class Versioned(Resource, Protocol):
    """A resource that is never changed: wanting it otherwise means a new version."""

    @property
    def version(self) -> int | None:
        """Its version; none before it exists."""

    @property
    def state(self) -> str | None:
        """Its state as the server spells it; none where there is no asynchronous work."""

    @property
    def created_at(self) -> str | None:
        """When it was created, as the server writes it."""

    def differences(self, actual: Any) -> dict[str, Change]:
        """The fields in which an existing resource is not what is wanted here."""


R = TypeVar("R", bound=Resource)
V = TypeVar("V", bound=Versioned)


@dataclass(frozen=True)
class Kept(Generic[R]):
    """A version that stays although it is surplus, and why."""

    resource: R
    reason: str


@dataclass(frozen=True)
class Plan(Generic[R]):
    """What is to be done.

    Args:
        current: What exists and matters: the match, what is updated or deleted, or the newest version so far.
        after: What there will be; fields that only the service can fill are None.
        changes: Field by field, what differs between the two.
        removed: Versions to delete.
        kept: Versions that would be deleted if nothing used them.
        missing: What this depends on and does not exist, in words.
        holders: Looks up what uses the versions to delete, in words; the service will refuse to delete those. A look
            costs requests, and only check mode cannot leave it to the service.
    """

    action: Action
    current: R | None = None
    after: R | None = None
    changes: Mapping[str, Change] = field(default_factory=dict)
    removed: tuple[R, ...] = ()
    kept: tuple[Kept[R], ...] = ()
    missing: tuple[str, ...] = ()
    holders: Callable[[], Sequence[str]] = tuple

    @property
    def changed(self) -> bool:
        """Whether this changes anything at the service."""
        return self.action in ("create", "update", "delete") or bool(self.removed)

    def sparing(self, kept: Collection[Kept[R]]) -> Plan[R]:
        """Return the plan without the deletions of what turned out to be in use."""
        spared = [one.resource for one in kept]
        removed = tuple(version for version in self.removed if version not in spared)
        nothing = self.action == "delete" and spared and not removed
        return replace(self, action="none" if nothing else self.action, removed=removed)

    @property
    def current_id(self) -> str:
        """Id of what exists; empty when nothing does."""
        return (self.current.id or "") if self.current else ""

    def diff(self, key: str) -> dict[str, Any]:
        """Return Ansible's C(diff), the two sides of which differ exactly when something changes."""
        before: dict[str, Any] = {key: _for_diff(self.current)}
        after: dict[str, Any] = {key: _for_diff(self.after)}
        if not self.changed:
            after = before
        if self.removed:
            before["removed"], after["removed"] = [label(version) for version in self.removed], []
        return {"before": before, "after": after}


def _for_diff(resource: Resource | None) -> Any:
    """Return one side of a diff; secrets have a form of their own for it."""
    if resource is None:
        return None
    return getattr(resource, "to_diff", resource.to_result)()


NEW_VERSION = "(new version)"
"""How the reference to a version ends that exists in check mode only."""


def reference(resource: Resource | None) -> str | None:
    """Return what later tasks call a version: its id, or in check mode, where it has none, words that fit no other."""
    if resource is None:
        return None
    return resource.id or f"{resource.name or 'unnamed'} {NEW_VERSION}"


def label(resource: Resource) -> str:
    """Return how people name it: C(name:version) where there is a version, the name, or the id."""
    version = getattr(resource, "version", None)
    if resource.name and version is not None:
        return f"{resource.name}:{version}"
    return resource.name or resource.id or "?"


def newest_first(versions: Iterable[V]) -> list[V]:
    """Return the versions, the newest first; where there are no numbers, time decides."""
    return sorted(versions, key=lambda one: (one.version or 0, one.created_at or ""), reverse=True)


def plan_version(wanted: V, existing: Sequence[V], missing: tuple[str, ...] = ()) -> Plan[V]:
    """Decide about a model, a manifest or an image: is there an equal version, or must there be a new one?

    Args:
        wanted: What is described.
        existing: What there is that could be equal, and the other versions of the same name.
    """
    versions = newest_first(existing)
    usable = [one for one in versions if not wanted.differences(one) and one.state not in ENDED_BADLY]
    for version in usable:
        if version.state == SUCCEEDED:
            return Plan("none", current=version, after=version)
    if usable:
        return Plan("join", current=usable[0], after=usable[0])
    newest = next((version for version in versions if version.name == wanted.name), None)
    changes = wanted.differences(newest) if newest else {}
    return Plan("create", current=newest, after=wanted, changes=changes, missing=missing)


def elder_twin(wanted: V, created: V, existing: Iterable[V]) -> V | None:
    """Return the oldest version that is equal to one just created, and older: somebody else was faster by a moment.

    The service has no uniqueness, so two tasks that look at the same instant both create. The elder version stays.
    """
    equal = (one for one in existing if not wanted.differences(one) and one.state not in ENDED_BADLY)
    elders = [one for one in equal if (one.version or 0) < (created.version or 0) and one.name == created.name]
    return min(elders, key=lambda one: one.version or 0, default=None)


def plan_absence(existing: Sequence[R]) -> Plan[R]:
    """Decide what to delete so that none of these is left."""
    if not existing:
        return Plan("none")
    return Plan("delete", current=existing[0], removed=tuple(existing))


def surplus(
    versions: Iterable[V], keep: int, users: Mapping[str, Sequence[str]], *, coming: bool
) -> tuple[tuple[V, ...], tuple[Kept[V], ...]]:
    """Return which old versions to delete so that C(keep) are left, and which to spare because something uses them.

    Args:
        versions: All that exist.
        users: By id in its normal form, what uses a version.
        coming: Whether one more version is about to be made, which counts as kept.
    """
    old = newest_first(versions)[max(0, keep - coming) :]
    removed, kept = [], []
    for version in old:
        using = users.get(normal_id(version.id) or "")
        if using:
            kept.append(Kept(version, f"used by {', '.join(using)}"))
        else:
            removed.append(version)
    return tuple(removed), tuple(kept)


def plan_service(
    wanted: Service, current: Service | None, updatable: Collection[str], missing: tuple[str, ...] = ()
) -> Plan[Service]:
    """Decide about a service, the one kind that is updated in place.

    Args:
        updatable: Names of the fields that an update may change.

    Raises:
        RefusedError: something differs that cannot be updated.
    """
    if current is None:
        return Plan("create", after=wanted, missing=missing)
    changes = wanted.differences(current)
    fixed = sorted(changes.keys() - set(updatable) | wanted.forbidden(current))
    if fixed:
        refused = "; ".join(
            f"{name} is {changes[name].before!r} and is to be {changes[name].after!r}" for name in fixed
        )
        raise RefusedError(
            f"Service {current.name!r} exists, and an update cannot change this: {refused}. "
            "Delete the service first (state: absent), or leave the option out."
        )
    if current.state in ENDED_BADLY:
        # The last deployment failed; describing it again means trying it again.
        changes = {**changes, "state": Change(current.state, SUCCEEDED)}
    if changes or missing:
        after = replace(wanted.over(current), state=SUCCEEDED, error=None, updated_at=None)
        return Plan("update", current=current, after=after, changes=changes, missing=missing)
    if current.state not in (None, SUCCEEDED):
        return Plan("join", current=current, after=current)
    return Plan("none", current=current, after=current)


def plan_account(wanted: Account, current: Account | None) -> Plan[Account]:
    """Decide about an account.

    Raises:
        RefusedError: the location differs, which cannot be changed.
        InputError: it must be created, and nothing says where.
    """
    if current is None:
        if wanted.location is None:
            raise InputError("location must be set: the account does not exist yet and is to be created.")
        return Plan("create", after=wanted)
    changes = wanted.differences(current)
    if "location" in changes:
        raise RefusedError(
            f"Account {current.name!r} is in {changes['location'].before}, and an account cannot be moved to "
            f"{changes['location'].after}. Delete it first (state: absent), or leave location out."
        )
    if not changes:
        return Plan("none", current=current, after=current)
    return Plan("update", current=current, after=replace(wanted.over(current), modified_at=None), changes=changes)
