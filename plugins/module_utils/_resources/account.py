# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account as a resource of Azure Resource Manager: hosting account or model management account (protocol 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from .fields import INTEGER, MAP, TEXT, Comparison, Described, Shape, fact, setting
from .wire import Fields

PLACE = Comparison(lambda wanted, actual: _place(wanted) == _place(actual or ""))
"""As Resource Manager compares locations: C(East US 2) is C(eastus2)."""


def _place(location: str) -> str:
    return location.replace(" ", "").lower()


def _folder(fields: Fields, *names: str) -> str | None:
    """Return the URL of the folder in which the document at a URL is, without a trailing slash."""
    url = fields.text(*names)
    if url is None:
        return None
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rpartition('/')[0]}"


FOLDER: Shape[str] = Shape(_folder, "str")


@dataclass(frozen=True)
class Account(Described):
    """An account, or the description of one that is to exist."""

    id: str | None = fact(TEXT, "id", "Id in Azure Resource Manager.")
    name: str | None = fact(TEXT, "name", "Name.")
    location: str | None = setting(TEXT, "location", "Region.", sample="eastus2", compare=PLACE)
    sku_name: str | None = setting(TEXT, "sku.name", "Name of the pricing tier.", sample="S1")
    sku_tier: str | None = setting(
        TEXT, "sku.tier", "Tier of the pricing tier, in generation V(2017-06-01-privatepreview)."
    )
    sku_capacity: int | None = setting(INTEGER, "sku.capacity", "Number of units, in generation V(2017-09-01-preview).")
    description: str | None = setting(TEXT, "properties.description", "Description.", absent="")
    tags: Mapping[str, str] | None = setting(MAP, "tags", "Tags.")
    # It is where the account's swagger document is (protocol 4.2).
    url: str | None = fact(
        FOLDER, "properties.modelManagementSwaggerLocation", "Base URL of the account's own part of the API."
    )
    discovery_url: str | None = fact(TEXT, "properties.discoveryUrl", shown=False)
    # One published sample spells it createOn.
    created_at: str | None = fact(
        TEXT, "properties.createdOn", "When it was created, UTC.", also=("properties.createOn",)
    )
    modified_at: str | None = fact(TEXT, "properties.modifiedOn", "When it was changed last, UTC.")
