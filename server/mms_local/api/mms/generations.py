# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the generations differ on the wire, as data (protocol chapter 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mms_local.core.generation import Generation


@dataclass(frozen=True)
class Wire:
    """The wire of one generation.

    Args:
        marker: the path segment in front of the account's name.
        versions: values of `api-version` that are accepted.
        version_required: whether a request without `api-version` is refused.
        paged: kinds of resource whose lists are pages; all others are bare arrays (protocol 7.1.14).
        model_post_status: the status that answers a registration (protocol 7.1.6).
        asynchronous_delete: versions in which the DELETE of a service answers 202 (protocol 2.2.7).
        unpack_key: how an asset's flag is spelled where the caller did not spell it.
        model, manifest, image, service: the fields of each resource in its answers.
    """

    generation: Generation
    marker: str
    versions: tuple[str, ...]
    version_required: bool
    paged: frozenset[str]
    model_post_status: int
    asynchronous_delete: frozenset[str]
    unpack_key: str
    model: tuple[str, ...]
    manifest: tuple[str, ...]
    image: tuple[str, ...]
    service: tuple[str, ...]


HOSTING = Wire(
    generation=Generation.HOSTING,
    marker="hostingAccounts",
    versions=("2017-06-01-privatepreview",),
    version_required=False,
    paged=frozenset(),
    model_post_status=200,  # the old reference says 201, but its published clients end there
    asynchronous_delete=frozenset(),
    unpack_key="unPack",
    model=("id", "name", "version", "description", "url", "tags", "mimeType", "createdAt"),
    manifest=(
        "id",
        "name",
        "description",
        "driverProgram",
        "modelType",
        "modelIds",
        "assets",
        "targetRuntime",
        "createdTime",
    ),
    image=(
        "id",
        "description",
        "imageType",
        "manifestId",
        "registryInfo",
        "createdTime",
        "creationState",
        "error",
        "imageLocation",
        "digest",
        "warnings",
        "imageBuildLogUri",
    ),
    service=(
        "id",
        "name",
        "imageId",
        "image",
        "createdAt",
        "updatedAt",
        "state",
        "scoringUri",
        "acrImagePullSecret",
        "dataCollection",
        "error",
    ),
)

ACCOUNT = Wire(
    generation=Generation.ACCOUNT,
    marker="accounts",
    versions=("2017-09-01-preview", "2018-04-01-preview"),
    version_required=True,
    paged=frozenset({"models", "manifests", "images", "services"}),
    model_post_status=200,
    asynchronous_delete=frozenset({"2018-04-01-preview"}),
    unpack_key="unpack",
    model=("id", "name", "version", "description", "url", "tags", "mimeType", "unpack", "createdAt"),
    manifest=(
        "id",
        "name",
        "version",
        "description",
        "driverProgram",
        "modelType",
        "webserviceType",
        "modelIds",
        "assets",
        "targetRuntime",
        "createdTime",
    ),
    image=(
        "id",
        "name",
        "version",
        "description",
        "imageType",
        "computeResourceId",
        "createdTime",
        "creationState",
        "error",
        "imageLocation",
        "digest",
        "warnings",
        "imageBuildLogUri",
        "manifest",
    ),
    service=(
        "id",
        "name",
        "state",
        "scoringUri",
        "createdAt",
        "updatedAt",
        "image",
        "manifest",
        "models",
        "computeResource",
        "numReplicas",
        "autoScaler",
        "containerResourceReservation",
        "maxConcurrentRequestsPerContainer",
        "appInsightsEnabled",
        "dataCollection",
        "error",
    ),
)

WIRES: tuple[Wire, ...] = (HOSTING, ACCOUNT)


def wires_by_marker(model_post_status: int | None = None) -> Mapping[str, Wire]:
    """The wires by their marker in lower case; a given status answers registrations in all of them."""
    chosen = WIRES
    if model_post_status is not None:
        chosen = tuple(replace(wire, model_post_status=model_post_status) for wire in WIRES)
    return {wire.marker.lower(): wire for wire in chosen}
