# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an image is made of, as options describe it: driver, other assets, runtime and models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .._errors import InputError, Problems
from .._resources.manifest import Asset, Manifest
from .._session import Session
from .._storage.content import Content, content_with
from .driver import check_driver
from .lookup import not_found, referred
from .requirements import CondaFile, flat_requirements
from .sources import Source, source_from

_DRIVER_ID = "driver"  # what published clients always call it (protocol 2.2.4)
_LONGEST_ID = 32
_PYTHON = "application/x-python"


class Recipe:
    """The files and references of one description. Nothing is sent before C(uploaded)."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._assets: dict[str, Source] = {}  # by asset id, the driver too
        self._environments: dict[str, Source] = {}  # by option
        self._conda: CondaFile | None = None

    def described(self, options: Mapping[str, Any]) -> Manifest:
        """Return the manifest that the options describe.

        Raises:
            InputError: files that cannot be used, all of them at once.
        """
        problems = Problems()
        conda_file = problems.of(self._environment, "conda_file")
        driver = problems.of(self._driver)
        assets = [problems.of(self._asset, number, one) for number, one in enumerate(options["assets"] or ())]
        pip_requirements = problems.of(self._environment, "pip_requirements")
        problems.raise_all()
        ids = [_DRIVER_ID, *(asset.id for asset in assets if asset)]
        doubled = sorted({one for one in ids if ids.count(one) > 1})
        if doubled:
            raise InputError(f"assets: the id {doubled[0]!r} is used twice. Set id for one of them.")
        return Manifest(
            name=options["name"],
            driver=driver,
            assets=None if options["assets"] is None else tuple(asset for asset in assets if asset),
            runtime_type=options["runtime_type"],
            pip_requirements=pip_requirements,
            conda_file=conda_file,
            description=options["description"],
            webservice_type=options["webservice_type"],
        )

    def _driver(self) -> Asset:
        driver = source_from("driver", self._session.options["driver"], self._session)
        if driver.content is not None:
            if driver.content.is_folder:
                raise InputError(
                    f"driver: {driver.content.path} is a folder. Name the Python file; its companions are assets."
                )
            check_driver(driver.content.path, self._conda.python if self._conda else None)
        self._assets[_DRIVER_ID] = driver
        return Asset(_DRIVER_ID, driver.url)

    def _asset(self, number: int, given: Mapping[str, Any]) -> Asset:
        source = source_from(f"assets[{number}].source", given["source"], self._session)
        asset_id = given["id"] or source.name[:_LONGEST_ID]
        self._assets[asset_id] = source
        unpack = given["unpack"] if given["unpack"] is not None else source.unpack or False
        return Asset(asset_id, source.url, given["mime_type"], unpack)

    def _environment(self, option: str) -> str | None:
        value = self._session.options[option]
        if not value:
            return None
        source = source_from(option, value, self._session)
        if source.content is not None:
            source = self._checked(option, source, source.content)
        self._environments[option] = source
        return source.url

    def _checked(self, option: str, source: Source, content: Content) -> Source:
        """Return a file that says which packages there are to be, in the form in which it is sent.

        Raises:
            InputError: it asks for something that a service does not do, or is a folder.
        """
        if content.is_folder:
            raise InputError(f"{option}: {content.path} is a folder; a file is expected.")
        try:
            if option == "conda_file":
                self._conda = CondaFile(content.path)
                flat = self._conda.flat()
            else:
                flat = flat_requirements(content.path)
        except InputError as error:
            raise InputError(f"{option}: {error.message}") from error
        if flat is None:
            return source
        content = content_with(content, flat.encode())
        return replace(source, url=self._session.storage.url_of(content), content=content)

    def with_models(self, wanted: Manifest) -> tuple[Manifest, tuple[str, ...]]:
        """Return the manifest with the ids of its models, and words for models that do not exist."""
        references = self._session.options["models"]
        if references is None:
            return wanted, ()
        models = self._session.client.models
        ids, missing = [], []
        for reference in references:
            model = referred(models, reference)
            if model is None:
                missing.append(not_found(models, reference))
            ids.append(model.id or reference if model else reference)
        return replace(wanted, model_ids=tuple(ids)), tuple(missing)

    def uploaded(self, wanted: Manifest) -> Manifest:
        """Return the manifest with URLs that the service can read, after uploading what is not there yet."""
        urls = {asset_id: source.uploaded(self._session) for asset_id, source in self._assets.items()}
        environments = {option: source.uploaded(self._session) for option, source in self._environments.items()}
        return replace(
            wanted,
            driver=Asset(_DRIVER_ID, urls[_DRIVER_ID], _PYTHON, False),
            assets=tuple(
                replace(asset, url=urls[asset.id], mime_type=asset.mime_type or self._mime_type(asset.id))
                for asset in wanted.assets or ()
            ),
            model_ids=wanted.model_ids or (),
            pip_requirements=environments.get("pip_requirements"),
            conda_file=environments.get("conda_file"),
        )

    def _mime_type(self, asset_id: str) -> str:
        content = self._assets[asset_id].content
        return content.mime_type if content else "application/octet-stream"
