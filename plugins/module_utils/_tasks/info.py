# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the _info modules do: look up by id, or list by every filter that the API has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from .._client.client import Collection
from .._errors import InputError
from .._generations.generation import Generation
from .._plan import Resource, newest_first
from .._resources.account import Account
from .._resources.deployment import Deployment
from .._resources.image import Image
from .._resources.manifest import Manifest
from .._resources.model import Model
from .._resources.service import Service
from .._resources.wire import normal_id, same_id
from .._session import Session
from ._find import service_referred

R = TypeVar("R", bound=Resource)
Checks = Mapping[str, Callable[[R, Any], bool]]
"""Filters that the resource itself can answer, by option name."""


def _has(words: Iterable[str], wanted: str) -> bool:
    """Tell whether a tag is among these: C(name=value), or C(name) with whatever value."""
    return any(wanted in (word, word.partition("=")[0]) for word in words)


_MODEL: Checks[Model] = {
    "name": lambda model, name: model.name == name,
    "version": lambda model, version: model.version == version,
    "tag": lambda model, tag: _has(model.tags or (), tag),
}
_MANIFEST: Checks[Manifest] = {
    "name": lambda manifest, name: manifest.name == name,
    "version": lambda manifest, version: manifest.version == version,
    "model_id": lambda manifest, model_id: any(same_id(one, model_id) for one in manifest.model_ids or ()),
}
_IMAGE: Checks[Image] = {
    "name": lambda image, name: image.name == name,
    "version": lambda image, version: image.version == version,
    "manifest_id": lambda image, manifest_id: same_id(image.manifest_id, manifest_id),
}
_SERVICE: Checks[Service] = {
    "name": lambda service, name: service.name == name,
    "image_id": lambda service, image_id: same_id(service.image_id, image_id),
    "compute_resource_id": lambda one, compute_id: normal_id(one.compute_resource_id) == normal_id(compute_id),
}


def models(session: Session) -> dict[str, Any]:
    found = _found(session.client.models, session, _MODEL, ("name", "version", "tag", "property"))
    return {"models": [model.to_result() for model in newest_first(found)]}


def manifests(session: Session) -> dict[str, Any]:
    found = _found(session.client.manifests, session, _MANIFEST, ("name", "version", "model_id"))
    return {"manifests": [manifest.to_result() for manifest in newest_first(found)]}


def images(session: Session) -> dict[str, Any]:
    found = _found(session.client.images, session, _IMAGE, ("name", "version", "manifest_id", "manifest_name"))
    return {"images": [image.to_result() for image in newest_first(found)]}


def services(session: Session) -> dict[str, Any]:
    filters = (
        "name",
        "image_id",
        "compute_resource_id",
        "model_id",
        "model_name",
        "manifest_id",
        "manifest_name",
        "tag",
        "property",
    )
    return {"services": [one.to_result() for one in _found(session.client.services, session, _SERVICE, filters)]}


def deployments(session: Session) -> dict[str, Any]:
    generation, options = session.connection.generation, session.options
    if generation.deployments is None:
        raise InputError(f"api_version {generation.api_version} keeps no history of deployments.")
    found: Sequence[Deployment]
    if options["id"]:
        one = session.client.deployments.get(options["id"])
        found = [one] if one else []
    elif options["service"]:
        service = service_referred(session.client.services, options["service"])
        found = session.client.deployments.list(service_id=service.id) if service else []
    else:
        found = session.client.deployments.list()
    return {"deployments": [deployment.to_result() for deployment in found]}


def accounts(session: Session) -> dict[str, Any]:
    scope = session.options["scope"]
    found: Sequence[Account]
    if scope == "account":
        one = session.arm.account()
        found = [one] if one else []
    else:
        found = session.arm.accounts(whole_subscription=scope == "subscription")
    return {"accounts": [account.to_result() for account in found]}


def _found(collection: Collection[R], session: Session, checks: Checks[R], names: Sequence[str]) -> list[R]:
    """Return the resources that pass all filters, those that the service does not have included.

    Raises:
        InputError: a filter that neither the service nor the resource itself can decide, or one beside an id.
    """
    options = session.options
    wanted = {name: options[name] for name in names if options[name] not in (None, "")}
    if options["id"]:
        if wanted:
            raise InputError(f"id already says which one is meant; leave {', '.join(wanted)} out.")
        one = collection.get(options["id"])
        return [one] if one else []
    _refuse_undecidable(collection, session.connection.generation, wanted, checks)
    if "version" in wanted and "name" not in wanted:
        raise InputError("version says which one of a name is meant, so name must be set too.")
    listed = collection.list(**{name: str(value) for name, value in wanted.items()})
    return [one for one in listed if all(checks[name](one, value) for name, value in wanted.items() if name in checks)]


def _refuse_undecidable(
    collection: Collection[R], generation: Generation, wanted: Mapping[str, Any], checks: Checks[R]
) -> None:
    for name in wanted:
        if name not in checks and name not in collection.kind.filters:
            raise InputError(
                f"{name} is no filter for a {collection.kind.name} in api_version {generation.api_version}, "
                "and the service does not tell it there."
            )
