# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a generation of the API is made of (protocol 2). Each generation is one value in a file of its own.

Fields are named as the options are (C(data_collection.storage_enabled) is a suboption); each generation says under
which name a field travels, and a field that it does not name does not exist there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .._errors import InputError
from .._resources.deployment import Deployment
from .._resources.image import Image
from .._resources.manifest import Manifest
from .._resources.model import Model
from .._resources.service import Service

R = TypeVar("R")


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

    def create_body(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the create request for these fields, leaving out those that this generation does not have."""
        return nested({**deepcopy(dict(self.constants)), **self._on_the_wire(self.create, fields)})

    def update_body(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the update request for these fields, leaving out those that cannot be updated."""
        return nested(self._on_the_wire(self.update, fields))

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
        api_version: Value of the query parameter C(api-version), and what users call the generation.
        account_segment: Path segment in front of the account's name.
        account_type: Resource type of the account in Azure Resource Manager.
        account_sku: Fields of the account's C(sku) besides its name.
        deployments: None where no history of deployments is kept.
    """

    api_version: str
    account_segment: str
    account_type: str
    account_sku: tuple[str, ...]
    models: Kind[Model]
    manifests: Kind[Manifest]
    images: Kind[Image]
    services: Kind[Service]
    deployments: Kind[Deployment] | None = None

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
