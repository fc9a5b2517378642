# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Recipes that come with the request for an image or a service, and not as a manifest (protocol 2.3.4, 2.3.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mms_local.core.accounts import Account
from mms_local.core.errors import Invalid, Problem
from mms_local.core.keys import image_owner
from mms_local.core.resources import Asset, Image, Manifest
from mms_local.core.world import World

CONDA = "condaDependencies"
"""The runtime property that holds a conda file itself, instead of its address."""


@dataclass(frozen=True)
class Recipe:
    """What an image is made from.

    Args:
        where: where in the request it was, for messages.
    """

    name: str
    driver: str
    assets: tuple[Asset, ...]
    model_ids: tuple[str, ...]
    runtime_type: str = "Python"
    properties: Mapping[str, str] = field(default_factory=dict, repr=False)
    where: str = ""


def add_image(
    world: World,
    account: Account,
    recipe: Recipe,
    operation_id: str,
    *,
    description: str = "",
    kept: Mapping[str, Any] | None = None,
    owner: str | None = None,
) -> Image:
    """Keep the recipe and the image that is to be built from it; a part of the caller's transaction.

    Raises:
        Invalid: a model is not registered here, or the driver is none of the assets.
    """
    storage, now = world.storage, world.now()
    problems = [
        Problem(f"{recipe.where}modelIds[{number}]", f"no model {model_id!r} is registered in this account")
        for number, model_id in enumerate(recipe.model_ids)
        if storage.models.get(account.number, model_id) is None
    ]
    if recipe.driver not in {asset.id for asset in recipe.assets}:
        message = f"must be the id of one of the assets; there is no asset {recipe.driver!r}"
        problems.append(Problem(f"{recipe.where}driverProgram", message))
    if problems:
        raise Invalid(*problems)
    manifest = Manifest(
        account=account.number,
        id=world.new_guid(),
        name=recipe.name,
        version=1,
        description="",
        driver=recipe.driver,
        assets=recipe.assets,
        runtime_type=recipe.runtime_type,
        runtime_properties=recipe.properties,
        model_ids=recipe.model_ids,
        model_type=None,
        webservice_type=None,
        created=now,
        inline=True,
    )
    storage.manifests.add(manifest)
    image = Image(
        account=account.number,
        id=world.new_guid(),
        name=recipe.name,
        version=1 if owner else storage.next_version(account.number, "image", recipe.name),
        description=description,
        image_type="Docker",
        manifest_id=manifest.id,
        compute_id=None,
        registry_location=None,
        registry_user=None,
        created=now,
        operation_id=operation_id,
        kept=kept or {},
        owner=owner,
    )
    storage.images.add(image)
    return image


def forget_image(world: World, image: Image) -> None:
    """Forget an image, and the recipe that came with it; a part of the caller's transaction."""
    storage = world.storage
    manifest = storage.manifests.get(image.account, image.manifest_id)
    storage.images.delete(image)
    storage.set_secrets(image_owner(image.id), {})
    if manifest is not None and manifest.inline:
        storage.manifests.delete(manifest)
