# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A manifest: driver program, other assets, target runtime and models (protocol 2.1.3, 2.2.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ._common import SUCCEEDED
from .fields import (
    CONTENT,
    FLAG,
    INTEGER,
    REQUIRED_TEXT,
    TEXT,
    URL,
    Comparison,
    Described,
    Shape,
    fact,
    identity,
    list_of,
    references,
    setting,
)
from .wire import Fields


@dataclass(frozen=True)
class Asset(Described):
    """A file of a manifest that is not a model."""

    id: str = identity("id", "Id within the manifest.")
    url: str | None = setting(URL, "url", "Where the content is, without the signature.", compare=CONTENT)
    mime_type: str | None = setting(TEXT, "mimeType", "Media type of the content.", also=("mimetypes",))
    unpack: bool | None = setting(FLAG, "unpack", "Whether the service unpacks the content.", absent=False)


def _same_asset(wanted: Asset, actual: Asset | None) -> bool:
    return actual is not None and not wanted.differences(actual)


def _same_assets(wanted: Iterable[Asset], actual: Iterable[Asset] | None) -> bool:
    """Compare as maps by asset id: the service may reorder them."""
    wanted_by_id, actual_by_id = ({asset.id: asset for asset in assets} for assets in (wanted, actual or ()))
    return wanted_by_id.keys() == actual_by_id.keys() and all(
        _same_asset(asset, actual_by_id[asset_id]) for asset_id, asset in wanted_by_id.items()
    )


def _driver(fields: Fields, *names: str) -> Asset | None:
    driver_id = fields.text(*names)
    return Asset(driver_id) if driver_id else None


DRIVER: Shape[Asset] = Shape(
    _driver,
    "dict",
    show=lambda asset: asset.to_result(),
    send=lambda asset: asset.id,
    members=Asset,
)
"""In answers and requests only the id of one of the assets."""


@dataclass(frozen=True)
class Manifest(Described):
    """A manifest, or the description of one that is to exist. C(assets) are those besides the driver."""

    id: str | None = fact(REQUIRED_TEXT, "id", "Id of this version. Null in check mode when it does not exist yet.")
    # The older generation's documents know no name; it is compared where the service tells one.
    name: str | None = setting(TEXT, "name", "Name, shared by all versions.", sample="iris", silent=True)
    version: int | None = fact(INTEGER, "version", "Number of this version, from 1.", sample=1)
    driver: Asset | None = setting(DRIVER, "driverProgram", "The driver program.", compare=Comparison(_same_asset))
    assets: tuple[Asset, ...] | None = setting(
        list_of(Asset), "assets", "The other files.", compare=Comparison(_same_assets)
    )
    model_ids: tuple[str, ...] | None = references("modelIds", "Ids of the models.", option="models")
    runtime_type: str | None = setting(TEXT, "targetRuntime.runtimeType", "Kind of runtime.", sample="Python")
    pip_requirements: str | None = setting(
        URL,
        "targetRuntime.properties.pipRequirements",
        "URL of the pip requirements file, without the signature.",
        compare=CONTENT,
    )
    conda_file: str | None = setting(
        URL,
        "targetRuntime.properties.condaEnvFile",
        "URL of the conda environment file, without the signature.",
        compare=CONTENT,
    )
    description: str | None = setting(TEXT, "description", "Description.", absent="")
    webservice_type: str | None = setting(TEXT, "webserviceType", "Kind of web service.", sample="Realtime")
    created_at: str | None = fact(TEXT, "createdTime", "When it was created, UTC.", also=("createdAt",))

    @classmethod
    def from_api(cls, raw: Any) -> Manifest:
        read = super().from_api(raw)
        driver = next((asset for asset in read.assets or () if read.driver and asset.id == read.driver.id), None)
        rest = tuple(asset for asset in read.assets or () if asset is not driver)
        return replace(read, driver=driver or read.driver, assets=rest)

    @property
    def state(self) -> str:
        """It is there at once and for good."""
        return SUCCEEDED

    def wanted(self) -> dict[str, Any]:
        """Return what requests hold of this, by option; there, the driver is one of the assets."""
        assets = (*((self.driver,) if self.driver else ()), *(self.assets or ()))
        return {**super().wanted(), "assets": [asset.wanted() for asset in assets]}
