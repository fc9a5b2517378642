# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account as a resource of Azure Resource Manager: hosting account or model management account (protocol 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ._common import Change, differing, given
from .wire import Fields


@dataclass(frozen=True)
class Account:
    """An account, or the description of one that is to exist."""

    name: str | None = None
    location: str | None = None
    sku_name: str | None = None
    sku_tier: str | None = None
    sku_capacity: int | None = None
    description: str | None = None
    tags: Mapping[str, str] | None = None
    id: str | None = None
    swagger_url: str | None = None
    created_at: str | None = None
    modified_at: str | None = None

    @classmethod
    def from_api(cls, raw: Any) -> Account:
        fields = Fields(raw, "an account")
        sku, properties, tags = fields.part("sku"), fields.part("properties"), fields.any("tags")
        return cls(
            name=fields.text("name"),
            location=fields.text("location"),
            sku_name=sku.text("name") if sku else None,
            sku_tier=sku.text("tier") if sku else None,
            sku_capacity=sku.integer("capacity") if sku else None,
            description=(properties.text("description") if properties else None) or "",
            tags={str(name): str(value) for name, value in tags.items()} if isinstance(tags, Mapping) else {},
            id=fields.text("id"),
            swagger_url=properties.text("modelManagementSwaggerLocation") if properties else None,
            # One published sample spells it createOn.
            created_at=properties.text("createdOn", "createOn") if properties else None,
            modified_at=properties.text("modifiedOn") if properties else None,
        )

    @property
    def data_plane_url(self) -> str | None:
        """Base URL of the account's API: the place of its swagger document (protocol 4.2)."""
        if self.swagger_url is None:
            return None
        parts = urlsplit(self.swagger_url)
        return f"{parts.scheme}://{parts.netloc}{parts.path.rpartition('/')[0]}"

    def differences(self, actual: Account) -> dict[str, Change]:
        """Return in what C(actual) differs from this description; fields left out here do not count."""
        return differing(
            ("location", _place(self.location), _place(actual.location)),
            ("sku_name", self.sku_name, actual.sku_name),
            ("sku_tier", self.sku_tier, actual.sku_tier),
            ("sku_capacity", self.sku_capacity, actual.sku_capacity),
            ("description", self.description, actual.description),
            ("tags", self.tags, actual.tags),
        )

    def over(self, actual: Account) -> Account:
        """Return C(actual) with everything that this description says put over it: a PUT replaces the whole
        resource."""
        return Account(**{**vars(actual), **given(vars(self).items())})

    def to_request(self) -> dict[str, Any]:
        sku = given((("name", self.sku_name), ("tier", self.sku_tier), ("capacity", self.sku_capacity)))
        properties = given((("description", self.description),))
        return given(
            (("location", self.location), ("tags", self.tags), ("sku", sku or None), ("properties", properties))
        )

    def to_result(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "location": self.location,
            "sku_name": self.sku_name,
            "sku_tier": self.sku_tier,
            "sku_capacity": self.sku_capacity,
            "description": self.description,
            "tags": None if self.tags is None else dict(self.tags),
            "url": self.data_plane_url,
            "created_at": self.created_at,
            "modified_at": self.modified_at,
        }


def _place(location: str | None) -> str | None:
    """Return the location as Resource Manager compares it: C(East US 2) is C(eastus2)."""
    return None if location is None else location.replace(" ", "").lower()
