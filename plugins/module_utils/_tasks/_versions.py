# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Old versions of models, manifests and images: which to delete, and what spares them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from .._client.client import Collection
from .._errors import ApiError, RefusedError
from .._generations.generation import Generation
from .._plan import Plan, Versioned, elder_twin, label, plan_absence, surplus
from .._resources.wire import normal_id

V = TypeVar("V", bound=Versioned)


def selected(collection: Collection[V], options: Mapping[str, Any]) -> list[V]:
    """Return what C(id), or C(name) and C(version), mean; all versions of a name if none is given."""
    if options["id"]:
        found = collection.get(options["id"])
        return [] if found is None else [found]
    return [
        one
        for one in collection.list(name=options["name"])
        if one.name == options["name"] and options["version"] in (None, one.version)
    ]


Users = Callable[[], Mapping[str, Sequence[str]]]
"""Looks up what uses which version, by id in normal form; asked only when something might have to be deleted."""


def plan_deletion(
    collection: Collection[V], options: Mapping[str, Any], generation: Generation, users: Users
) -> Plan[V]:
    """Decide what C(state=absent) deletes: all that the options name, or with C(keep_last) old ones that nothing uses.

    Raises:
        RefusedError: there is something, and this generation cannot delete it.
    """
    versions = sorted(selected(collection, options), key=lambda one: one.version or 0)
    if options["keep_last"] is not None:
        plan = with_surplus(plan_absence(()), versions, options["keep_last"], users)
        return replace(plan, action="delete") if plan.removed else plan
    plan = replace(plan_absence(versions), holders=lambda: holders_of(versions, users()))
    if plan.removed and not collection.kind.deletable:
        raise RefusedError(
            f"api_version {generation.api_version} has no way to delete a {collection.kind.name} (protocol 2.1.1). "
            f"There are {len(plan.removed)}; they stay."
        )
    return plan


def holders_of(versions: Iterable[V], users: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what uses these versions, as sentences."""
    used = ((one, users.get(normal_id(one.id) or "", ())) for one in versions)
    return [f"{label(one)} is used by {', '.join(names)}." for one, names in used if names]


def with_surplus(plan: Plan[V], versions: Sequence[V], keep: int | None, users: Users) -> Plan[V]:
    """Return the plan with the deletion of all but the newest C(keep) versions added."""
    coming = plan.action == "create"
    if keep is None or len(versions) + coming <= keep:
        return plan
    removed, kept = surplus(versions, keep, users(), coming=coming)
    return replace(plan, removed=removed, kept=kept)


def kept_once(collection: Collection[V], wanted: V, created: V) -> V:
    """Return the version that stays of those that were created at the same instant; removes the younger one.

    Where versions cannot be deleted, the one just created stays as well.
    """
    if not collection.kind.deletable:
        return created
    elder = elder_twin(wanted, created, collection.list(name=created.name))
    if elder is None:
        return created
    try:
        collection.delete(created.id or "")
    except ApiError as error:
        if error.status not in (409, 412):
            raise
        return created
    return elder


def users_of(pairs: Iterable[tuple[str | None, str]]) -> dict[str, list[str]]:
    """Return C((id, user)) pairs as a map from id in normal form to its users."""
    users: dict[str, list[str]] = {}
    for used, user in pairs:
        users.setdefault(normal_id(used) or "", []).append(user)
    return users
