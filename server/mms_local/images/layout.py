# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Lay out what an image holds: `app/` (driver, assets, links to the models) and `models/NAME/VERSION/`.

`app/` is the working directory of the service. `app/azureml-models` leads to `models/`, and every model file is also
reachable from `app/` itself: by its path inside the archive or its file name, and by the registered name, because
drivers of every age look in one of these places (protocol chapter 6).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from mms_local.core.ports import ImageSpec, Log, SourceFile
from mms_local.images import tree
from mms_local.images.archive import unpack
from mms_local.images.failure import build_failed

MODELS = "azureml-models"


def lay_out(spec: ImageSpec, fetched: Mapping[SourceFile, Path], directory: Path, log: Log) -> tuple[str, str]:
    """Make `app/` and `models/` below a folder; returns the driver and the model folder, both relative to `app/`.

    Args:
        fetched: where the content of each asset and model lies; these files are moved away.

    Raises:
        JobFailed: a bad archive, a driver that is not there.
    """
    app, models = directory / "app", directory / "models"
    app.mkdir()
    models.mkdir()
    (app / MODELS).symlink_to("../models", target_is_directory=True)
    driver = next((asset for asset in spec.assets if asset.id == spec.driver), None)
    if driver is None:
        raise build_failed("DriverMissing", f"The manifest's driver program {spec.driver!r} is none of its assets.")
    assets = dict.fromkeys(spec.assets)
    placed = [(asset, _place_asset(asset, fetched[asset], app, is_driver=asset == driver)) for asset in assets]
    for asset, target in placed:
        _add_other_names(asset, target, app)
    entry_script = _unpacked_driver(driver, app) if driver.unpack else _asset_name(driver, is_driver=True)
    homes = [_place_model(model, fetched[model], app, models, log) for model in dict.fromkeys(spec.models)]
    return entry_script, homes[0] if len(homes) == 1 else MODELS


def file_name(url: str, otherwise: str) -> str:
    """The last part of the URL's path; where that is no file name, the last part of `otherwise`."""
    names = (PurePosixPath(path).name for path in (unquote(urlsplit(url).path), otherwise))
    return next((name for name in names if name not in ("", "..") and "\0" not in name), "content")


def _place_asset(asset: SourceFile, content: Path, app: Path, *, is_driver: bool) -> Path | None:
    """Put a file where its id says, if that is a path, else under its own name; None for an archive."""
    if asset.unpack:
        _unpack_asset(asset, content, app)
        return None
    path = _path_in(asset.id)
    inside = path is not None and len(path.parts) > 1 and not is_driver
    target = app / str(path) if inside else app / _asset_name(asset, is_driver=is_driver)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        taken = os.path.lexists(target)
    except (FileExistsError, NotADirectoryError):
        taken = True
    if taken:
        raise build_failed(
            "AssetName",
            f"Two assets are to lie at {target.relative_to(app)!s}, the second being {asset.id!r}. Give them ids that "
            "are paths, such as a/data.txt and b/data.txt: that is where they will lie.",
        )
    shutil.move(content, target)
    target.chmod(0o644)
    return target


def _unpack_asset(asset: SourceFile, content: Path, app: Path) -> None:
    """Unpack an archive. One that holds a single file makes it reachable by its name alone, too.

    Some clients pack a file with the whole path that it had on their machine, and their drivers look for its name.
    """
    known = set(tree.entries(app))
    unpack(content, app, name=f"asset {asset.id!r}")
    files = [path for path in tree.entries(app) if path not in known and not path.is_dir()]
    if len(files) == 1 and files[0].parent != app:
        _link(app, PurePosixPath(files[0].name), files[0])


def _add_other_names(asset: SourceFile, target: Path | None, app: Path) -> None:
    """Link to an asset from the other place where drivers look, if nothing lies there: its id, or the top folder."""
    path = _path_in(asset.id)
    if target is None or path is None:
        return
    if target.parent == app:
        _link(app, path, target)
    elif path.name != "__init__.py":
        _link(app, PurePosixPath(file_name(asset.url, asset.id)), target)


def _asset_name(asset: SourceFile, *, is_driver: bool) -> str:
    name = file_name(asset.url, asset.id)
    return name + ".py" if is_driver and not name.endswith(".py") else name


def _path_in(asset_id: str) -> PurePosixPath | None:
    """The relative path that an asset id spells, if it does: early clients sent file paths as ids."""
    path = PurePosixPath(asset_id.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"^[A-Za-z]:", asset_id):
        path = PurePosixPath(path.name)
    return path if path.suffix and "\0" not in asset_id else None


def _unpacked_driver(asset: SourceFile, app: Path) -> str:
    if _path_in(asset.id) is not None and (app / str(_path_in(asset.id))).is_file():
        return str(_path_in(asset.id))
    programs = sorted(app.glob("*.py"))
    if len(programs) == 1:
        return programs[0].name
    raise build_failed(
        "DriverMissing",
        f"The driver program {asset.id!r} is an archive with {len(programs)} Python files at its top; "
        "it must have exactly one. Register the driver as a single file.",
    )


def _place_model(model: SourceFile, content: Path, app: Path, models: Path, log: Log) -> str:
    """Put a model below `models/` and link to it from `app/`; returns its folder, relative to `app/`."""
    name = model.name or model.id
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise build_failed("ModelName", f"The model name {name!r} cannot be a folder name.")
    version = str(model.version or 1)
    home = models / name / version
    home.mkdir(parents=True, exist_ok=True)
    if model.unpack:
        unpack(content, home, name=f"model {name}:{version}")
    else:
        target = home / file_name(model.url, name)
        shutil.move(content, target)
        target.chmod(0o644)
    inside = app / MODELS / name / version
    members = [path for path in tree.entries(home) if not path.is_dir()]
    for member in members:
        relative = PurePosixPath(member.relative_to(home).as_posix())
        if not _link(app, relative, inside / relative):
            log(f"Model {name}:{version}: {relative} is hidden by another file; it is at {MODELS}/{name}/{version}")
    _link(app, PurePosixPath(name), inside / members[0].name if _is_single(members, home) else inside)
    return f"{MODELS}/{name}/{version}"


def _is_single(members: list[Path], home: Path) -> bool:
    return len(members) == 1 and members[0].parent == home


def _link(app: Path, place: PurePosixPath, target: Path) -> bool:
    """Link `app/place` to a target below `app/`; False when the place is taken."""
    link = app / place
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(target, link.parent))
    except (FileExistsError, NotADirectoryError):
        return False
    return True
