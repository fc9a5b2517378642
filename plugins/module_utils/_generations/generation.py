# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a generation of the API is made of (protocol 2). Each generation is one value in a file of its own.

Fields are named as the options are (C(data_collection.storage_enabled) is a suboption); each generation says under
which name a field travels, and a field that it does not name does not exist there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from .._errors import InputError
from .._resources.account import Account
from .._resources.deployment import Deployment
from .._resources.image import Image
from .._resources.manifest import Manifest
from .._resources.model import Model
from .._resources.service import Service

R = TypeVar("R")


FOLDER_NAME = (
    r"(?!\.{1,2}$)[^/\\\x00-\x1f\x7f]+",
    "must be the name of a folder, which it becomes in images: without slashes, backslashes and control characters, "
    "and not '.' or '..'",
)
"""Of models, in every generation."""


@dataclass(frozen=True)
class Kind(Generic[R]):
    """What one generation can do with one kind of resource.

    Args:
        name: What users call it.
        collection: Path segment.
        read: Makes a resource of an answer.
        create: Field names and their wire names in the create request; a dot leads into an object.
        constants: What the create request always holds, by wire name.
        required: Fields that the create request must have.
        update: The same as C(create) for the update request; empty where there is none.
        filters: Names of filters and the query parameters of the list call that express them.
        deletable: Whether there is a DELETE.
        items: For a field that is a list of objects, the names and wire names of their members.
        write: Puts a request in the form of this generation, where names alone do not do it.
        patch: Makes the operations of a JSON Patch for an update; None where an update is the description itself.
        query: Parameters of every request that reads.
        among: Tells whether a member of the list is of this kind, where it holds others too.
        next_version: Whether the client gives versions their numbers.
        names: What a name must look like, and the same in words, which begin with the verb.
        place: Fields that say where it goes, which other generations say by other fields.
    """

    name: str
    collection: str
    read: Callable[[Any], R]
    create: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    update: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, str] = field(default_factory=dict)
    deletable: bool = True
    items: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    write: Callable[[dict[str, Any]], dict[str, Any]] = lambda body: body
    patch: Callable[[Mapping[str, Any]], list[dict[str, Any]]] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    among: Callable[[Any], bool] = lambda member: True
    next_version: bool = False
    names: tuple[str, str] | None = None
    place: frozenset[str] = frozenset()

    def check_name(self, name: str) -> None:
        """Refuse a name that nothing of this kind can be given, before anything is made for it.

        Raises:
            InputError: says what a name may be.
        """
        if self.names is not None and not re.fullmatch(self.names[0], name):
            raise InputError(f"name is {name!r}; a {self.name}'s name {self.names[1]}.")

    def create_body(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the create request for these fields, leaving out those that this generation does not have."""
        return self.write(nested({**deepcopy(dict(self.constants)), **self._on_the_wire(self.create, fields)}))

    def update_body(self, fields: Mapping[str, Any], changed: Container[str]) -> Any:
        """Return the update request for these fields, leaving out those that cannot be updated.

        Args:
            changed: The fields that differ; of those alone a patch consists.
        """
        if self.patch is None:
            return nested(self._on_the_wire(self.update, fields))
        differing = {name: value for name, value in fields.items() if name in changed}
        return self.patch(self._on_the_wire(self.update, differing or fields))

    def _on_the_wire(self, names: Mapping[str, str], fields: Mapping[str, Any]) -> dict[str, Any]:
        return {names[name]: self._renamed(name, value) for name, value in fields.items() if name in names}

    def _renamed(self, name: str, value: Any) -> Any:
        members = self.items.get(name)
        if members is None:
            return value
        return [{members[key]: part for key, part in item.items()} for item in value]


@dataclass(frozen=True)
class Generation:
    """One generation of the API.

    Args:
        api_version: What users call the generation.
        query: Parameters of every request.
        arm_version: Version of the API of Azure Resource Manager.
        name_option: The option that names the account.
        account_word: What messages call an account.
        account_made_here: Whether mms_account creates accounts of this generation.
        missing: What there is not when a list is answered with 404, and what to do.
        account_segment: Path segment in front of the account's name.
        account_type: Resource type of the account in Azure Resource Manager.
        account_sku: Fields of the account's C(sku) besides its name.
        deployments: None where no history of deployments is kept.
        keys: Method and last path segment of the request for the keys of a service.
        new_key: What the request for a new key holds besides which one.
    """

    api_version: str
    query: Mapping[str, str]
    arm_version: str
    account_segment: str
    account_type: str
    account_sku: tuple[str, ...]
    models: Kind[Model]
    manifests: Kind[Manifest]
    images: Kind[Image]
    services: Kind[Service]
    deployments: Kind[Deployment] | None = None
    name_option: str = "account_name"
    account_word: str = "account"
    account_made_here: bool = True
    missing: str = (
        "there is no such account. Create it with mms_account, or check account_name, resource_group, "
        "subscription_id and api_url."
    )
    keys: tuple[str, str] = ("GET", "keys")
    new_key: Mapping[str, Any] = field(default_factory=dict)

    def address(self, account: Account, read: Callable[[str], Any], path: str) -> str | None:
        """Return the base URL of an account's own part of the API, or None where nothing says it.

        Args:
            read: Returns the JSON at a URL that needs no token.
            path: What C(base_path) returns.
        """
        return account.url

    def image_of(self, image: Image, recipe: Manifest) -> Image:
        """Return the description of an image that is made from this manifest."""
        return replace(image, manifest_id=recipe.id)

    def service_of(self, service: Service) -> Service:
        """Return the description of a service in the words of this generation."""
        return service

    def base_path(self, subscription_id: str, resource_group: str, account_name: str) -> str:
        """Return the path below which everything of an account lies (protocol 2.1, 2.2)."""
        group = f"/api/subscriptions/{subscription_id}/resourceGroups/{resource_group}"
        return f"{group}/{self.account_segment}/{account_name}"

    def refuse_incomplete(self, kind: Kind[Any], fields: Collection[str]) -> None:
        """Refuse a description that lacks what a create request must have.

        Raises:
            InputError: names the options that are missing.
        """
        missing = [name for name in kind.required if name not in fields]
        if missing:
            raise InputError(f"{', '.join(missing)} must be given for a {kind.name} in api_version {self.api_version}.")


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return C({"a.b": 1}) as C({"a": {"b": 1}}), the shape on the wire."""
    body: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, name = path.split(".")
        place = body
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = value
    return body
