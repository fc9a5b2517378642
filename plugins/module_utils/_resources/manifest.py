# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A manifest: driver program, other assets, target runtime and models (protocol 2.1.3, 2.2.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ._common import SUCCEEDED, Change, differing, given, shown
from .wire import Fields, normal_id, same_content


@dataclass(frozen=True)
class Asset:
    """A file of a manifest that is not a model."""

    id: str
    url: str | None = field(default=None, repr=False)  # may carry a SAS signature
    mime_type: str | None = None
    unpack: bool | None = None

    @classmethod
    def from_api(cls, raw: Any) -> Asset:
        fields = Fields(raw, "an asset")
        return cls(
            id=fields.required_text("id"),
            url=fields.text("url"),
            mime_type=fields.text("mimeType", "mimetypes"),
            unpack=fields.flag("unpack") or False,
        )

    def fits(self, actual: Asset | None) -> bool:
        """Tell whether C(actual) is what this describes; fields left out here do not count."""
        return (
            actual is not None
            and self.id == actual.id
            and same_content(self.url, actual.url)
            and self.mime_type in (None, actual.mime_type)
            and self.unpack in (None, actual.unpack)
        )

    def wanted(self) -> dict[str, Any]:
        return given((("id", self.id), ("url", self.url), ("mime_type", self.mime_type), ("unpack", self.unpack)))

    def to_result(self) -> dict[str, Any]:
        return {"id": self.id, "url": shown(self.url), "mime_type": self.mime_type, "unpack": self.unpack}


@dataclass(frozen=True)
class Manifest:
    """A manifest, or the description of one that is to exist. C(assets) are those besides the driver."""

    name: str | None = None
    driver: Asset | None = None
    assets: tuple[Asset, ...] | None = None
    model_ids: tuple[str, ...] | None = None
    runtime_type: str | None = None
    pip_requirements: str | None = field(default=None, repr=False)  # URLs, may carry a SAS signature
    conda_file: str | None = field(default=None, repr=False)
    description: str | None = None
    webservice_type: str | None = None
    id: str | None = None
    version: int | None = None
    created_at: str | None = None

    @classmethod
    def from_api(cls, raw: Any) -> Manifest:
        fields = Fields(raw, "a manifest")
        assets = [Asset.from_api(item) for item in fields.items("assets")]
        driver_id = fields.text("driverProgram")
        driver = next((asset for asset in assets if asset.id == driver_id), Asset(driver_id) if driver_id else None)
        runtime = fields.part("targetRuntime")
        properties = runtime.part("properties") if runtime else None
        return cls(
            name=fields.text("name"),
            driver=driver,
            assets=tuple(asset for asset in assets if asset is not driver),
            model_ids=fields.texts("modelIds"),
            runtime_type=runtime.text("runtimeType") if runtime else None,
            pip_requirements=properties.text("pipRequirements") if properties else None,
            conda_file=properties.text("condaEnvFile") if properties else None,
            description=fields.text("description") or "",
            webservice_type=fields.text("webserviceType"),
            id=fields.required_text("id"),
            version=fields.integer("version"),
            created_at=fields.text("createdTime", "createdAt"),
        )

    @property
    def state(self) -> str:
        """It is there at once and for good."""
        return SUCCEEDED

    def wanted(self) -> dict[str, Any]:
        assets = [asset.wanted() for asset in (self.driver, *(self.assets or ())) if asset is not None]
        properties = given((("pipRequirements", self.pip_requirements), ("condaEnvFile", self.conda_file)))
        return given(
            (
                ("name", self.name),
                ("description", self.description),
                ("driver", self.driver.id if self.driver else None),
                ("assets", assets),
                ("models", None if self.model_ids is None else list(self.model_ids)),
                ("model_type", "Registered"),
                ("runtime_type", self.runtime_type),
                ("runtime_properties", properties),
                ("webservice_type", self.webservice_type),
            )
        )

    def differences(self, actual: Manifest) -> dict[str, Change]:
        """Return in what C(actual) differs from this description; fields left out here do not count."""
        changes = differing(
            # The older generation's documents know no name; compare it where the service tells one.
            ("name", self.name, self.name if actual.name is None else actual.name),
            ("runtime_type", self.runtime_type, actual.runtime_type),
            ("description", self.description, actual.description),
            ("webservice_type", self.webservice_type, actual.webservice_type),
            ("model_ids", _ids(self.model_ids), _ids(actual.model_ids)),
        )
        for name in ("pip_requirements", "conda_file"):
            wanted, existing = getattr(self, name), getattr(actual, name)
            if wanted is not None and not same_content(wanted, existing):
                changes[name] = Change(shown(existing), shown(wanted))
        if self.driver is not None and not self.driver.fits(actual.driver):
            changes["driver"] = Change(actual.driver and actual.driver.to_result(), self.driver.to_result())
        if self.assets is not None and not _same_assets(self.assets, actual.assets or ()):
            changes["assets"] = Change(_results(actual.assets), _results(self.assets))
        return changes

    def to_result(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "version": self.version,
            "driver": self.driver.to_result() if self.driver else None,
            "assets": None if self.assets is None else _results(self.assets),
            "model_ids": None if self.model_ids is None else list(self.model_ids),
            "runtime_type": self.runtime_type,
            "pip_requirements": shown(self.pip_requirements),
            "conda_file": shown(self.conda_file),
            "description": self.description,
            "webservice_type": self.webservice_type,
            "created_at": self.created_at,
        }


def _ids(ids: Iterable[str] | None) -> list[str] | None:
    """Return the ids as a set in a printable order, in the form in which equal ids are equal."""
    return None if ids is None else sorted({normal_id(one) or "" for one in ids})


def _same_assets(wanted: Iterable[Asset], actual: Iterable[Asset]) -> bool:
    """Compare as maps by asset id: the service may reorder them."""
    wanted_by_id, actual_by_id = ({asset.id: asset for asset in assets} for assets in (wanted, actual))
    return wanted_by_id.keys() == actual_by_id.keys() and all(
        asset.fits(actual_by_id[asset_id]) for asset_id, asset in wanted_by_id.items()
    )


def _results(assets: Iterable[Asset] | None) -> list[dict[str, Any]]:
    return [asset.to_result() for asset in assets or ()]
