# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image: a container image built from one manifest (protocol 2.1.4, 2.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ._common import SUCCEEDED
from .fields import (
    ERROR,
    INTEGER,
    MAP,
    PRIVATE_URL,
    REQUIRED_TEXT,
    STATE,
    TEXT,
    TEXTS,
    WRITTEN_ONCE,
    Comparison,
    Described,
    Shape,
    fact,
    reference,
    secret,
    setting,
)
from .manifest import Manifest

RECIPE: Shape[Manifest] = Shape(
    lambda fields, *names: None, "dict", send=lambda recipe: recipe.wanted() | {"id": recipe.id}
)
"""What an image is made of, where it is told with the image and not with a manifest of its own."""


@dataclass(frozen=True)
class Image(Described):
    """An image, or the description of one that is to exist."""

    id: str | None = fact(REQUIRED_TEXT, "id", "Id of this version. Null in check mode when it does not exist yet.")
    name: str | None = setting(
        TEXT,
        "name",
        "Name, shared by all versions; null in generation V(2017-06-01-privatepreview).",
        sample="iris",
    )
    version: int | None = fact(INTEGER, "version", "Number of this version, from 1.", sample=2)
    manifest_id: str | None = reference(
        "manifestId", "Id of the manifest that it is built from.", also=("manifest.id",), option="manifest"
    )
    description: str | None = setting(TEXT, "description", "Description.", absent="")
    image_type: str | None = setting(TEXT, "imageType", "Kind of image.", sample="Docker")
    compute_resource_id: str | None = reference(
        "computeResourceId", "Id of the compute resource whose registry has it."
    )
    model_ids: tuple[str, ...] | None = fact(
        TEXTS, "modelIds", "Ids of its models, where the service tells them.", also=("manifest.modelIds",)
    )
    properties: Mapping[str, str] | None = setting(
        MAP,
        "properties",
        "Properties, which are written once. V(mms_recipe) is the digest of what the image is made of. Null where "
        "the generation has none.",
        compare=WRITTEN_ONCE,
    )
    recipe: Manifest | None = setting(RECIPE, "recipe", shown=False, compare=Comparison(lambda wanted, actual: True))
    registry_location: str | None = setting(TEXT, "registryInfo.location", "Login server of the registry.")
    registry_user: str | None = setting(TEXT, "registryInfo.user", "User at the registry.")
    registry_password: str | None = secret("registryInfo.password")
    location: str | None = fact(
        TEXT, "imageLocation", "Reference that a container runtime pulls.", sample="registry.example.com/iris:2"
    )
    # The local MMS tells it, and the workspace generation does (protocol 2.3.2).
    digest: str | None = fact(
        TEXT,
        "digest",
        "Digest of the image. Null where the service does not tell it.",
        sample="sha256:9b1f6f0c4b4a5e6d7c8b9a0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445",
    )
    warnings: tuple[str, ...] | None = fact(
        TEXTS,
        "warnings",
        "What the build did otherwise than asked, such as to take another Python. Null where there is nothing.",
    )
    # The older generation shows an image only when there is something to show.
    state: str | None = fact(
        STATE, "creationState", "How far the build is.", also=("state",), absent=SUCCEEDED, sample="Succeeded"
    )
    error: Mapping[str, Any] | None = fact(
        ERROR, "error", "Why the build failed, with C(code), C(message), C(status) and C(details)."
    )
    created_at: str | None = fact(TEXT, "createdTime", "When it was created, UTC.", also=("createdAt",))
    build_log_url: str | None = fact(PRIVATE_URL, "imageBuildLogUri", shown=False)
    operation_id: str | None = fact(TEXT, "operationId", shown=False)
