# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build images: fetch, lay out, resolve dependencies, and write and push an OCI image where one is wanted."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import aiohttp

from mms_local import runtime
from mms_local.core.ports import BuiltImage, ImageSpec, Log, SourceFile
from mms_local.images import tree
from mms_local.images.dependencies import DependencyCache, Interpreter, remove_unfinished
from mms_local.images.failure import build_failed
from mms_local.images.fetch import fetch
from mms_local.images.laid_out import LaidOut
from mms_local.images.layout import file_name, lay_out
from mms_local.images.packing import OciSettings, Packer
from mms_local.images.reference import Reference
from mms_local.images.requirements import conda_lines, pip_lines

_AT_A_TIME = 4  # downloads of one build


class ImageBuilder:
    """Makes image folders below `data_dir/build`.

        images/<image id>/   app, models, runtime, deps (a link), image.json; oci, an OCI layout, where one is wanted
        dependencies/<key>/  installed packages, shared
        layers/              base and dependency layers, shared
        scratch/             builds in progress; emptied at start

    An image folder appears by one rename when everything about it is done, so one that is there is complete.

    Args:
        data_dir: the server's data directory; used by one server at a time.
        python: the interpreter that images are built for and, on process compute, run with.
        allow_sdists: also install source distributions, which run code of their own during the build.
        oci: when and how to make OCI images.
        dependencies: where to keep dependency folders, if not in the data directory.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        python: str = sys.executable,
        allow_sdists: bool = False,
        oci: OciSettings | None = None,
        dependencies: Path | None = None,
    ) -> None:
        self._root = data_dir.absolute() / "build"
        self._images = self._root / "images"
        self._scratch = self._root / "scratch"
        self._dependency_folders = dependencies.absolute() if dependencies else self._root / "dependencies"
        self._python = python
        self._allow_sdists = allow_sdists
        self._oci = oci or OciSettings()
        shutil.rmtree(self._scratch, ignore_errors=True)
        if dependencies is None:  # a folder that is shared may hold what others are at just now
            remove_unfinished(self._dependency_folders)

    @cached_property
    def _interpreter(self) -> Interpreter:
        return Interpreter.at(self._python)

    @cached_property
    def _dependencies(self) -> DependencyCache:
        return DependencyCache(self._dependency_folders, self._interpreter, allow_sdists=self._allow_sdists)

    @cached_property
    def _packer(self) -> Packer:
        return Packer(self._root / "layers", self._scratch, self._interpreter, self._oci)

    async def build(self, spec: ImageSpec, log: Log) -> BuiltImage:
        """Build an image, or find the finished one of this id. See `Builder.build`."""
        directory = self._images / _safe(spec.id)
        reference = _reference(spec)
        if not directory.is_dir():
            started = time.monotonic()
            self._scratch.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._scratch) as scratch:
                async with aiohttp.ClientSession(trust_env=True) as session:
                    made = await self._made(session, spec, reference, Path(scratch), log)
                self._images.mkdir(exist_ok=True)
                made.rename(directory)
            log(f"Image {reference} built in {time.monotonic() - started:.1f} s")
        digest = LaidOut.load(directory).digest
        log(f"Digest {digest}")
        return BuiltImage(spec.id, digest, str(reference), directory)

    async def _made(
        self, session: aiohttp.ClientSession, spec: ImageSpec, reference: Reference, scratch: Path, log: Log
    ) -> Path:
        """A complete image folder in `scratch`, pushed where it has to be."""
        made = scratch / "image"
        made.mkdir()
        fetched, requirements = await self._fetched(session, spec, scratch, log)
        entry_script, model_dir = await asyncio.to_thread(lay_out, spec, fetched, made, log)
        log(f"Driver program: {entry_script}")
        dependencies = await self._dependencies.folder(requirements, log)
        laid_out = LaidOut(entry_script, model_dir, dependencies.name)
        await asyncio.to_thread(_copy_runtime, made)
        (made / "deps").symlink_to(dependencies, target_is_directory=True)
        if self._oci.wanted(spec):
            tag = f"{reference.repository}:{reference.version}"
            digest, blobs = await self._packer.pack(session, made, laid_out, dependencies, tag, log)
            if spec.registry:
                await self._packer.push(session, spec, reference, made / "oci", digest, blobs, log)
        else:
            digest = await asyncio.to_thread(_content_digest, laid_out, made)
        replace(laid_out, digest=digest).save(made)
        return made

    async def remove(self, image: BuiltImage) -> None:
        """Delete the image's folder; dependency folders stay for the next image."""
        await asyncio.to_thread(shutil.rmtree, self._images / _safe(image.id), ignore_errors=True)

    async def _fetched(
        self, session: aiohttp.ClientSession, spec: ImageSpec, scratch: Path, log: Log
    ) -> tuple[dict[SourceFile, Path], list[str]]:
        """Where the files of the image are now, and the requirement lines of the manifest."""
        files = list(dict.fromkeys((*spec.assets, *spec.models)))
        places = {source: scratch / f"source-{number}" for number, source in enumerate(files)}
        wanted = [(source.url, path) for source, path in places.items()]
        pip_file, conda_file = scratch / "pip", scratch / "conda"
        wanted += [(spec.pip_requirements, pip_file)] if spec.pip_requirements else []
        wanted += [(spec.conda_file, conda_file)] if spec.conda_file else []
        log(f"Fetching {len(wanted)} files")
        await _fetch_all(session, wanted)
        lines: list[str] = []
        if spec.pip_requirements:
            lines += pip_lines(pip_file.read_bytes(), file_name(spec.pip_requirements, "requirements.txt"))
        if spec.conda_file:
            name = file_name(spec.conda_file, "conda.yml")
            lines += conda_lines(conda_file.read_bytes(), name, self._interpreter.version)
        return places, lines


async def _fetch_all(session: aiohttp.ClientSession, wanted: Iterable[tuple[str, Path]]) -> None:
    """Fetch all files, a few at a time; when one fails the others are given up."""
    slots = asyncio.Semaphore(_AT_A_TIME)

    async def one(url: str, target: Path) -> None:
        async with slots:
            await fetch(session, url, target)

    tasks = [asyncio.create_task(one(url, target)) for url, target in wanted]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _copy_runtime(directory: Path) -> None:
    package = directory / "runtime" / "mms_runtime"
    package.mkdir(parents=True)
    for source in sorted(Path(runtime.__path__[0]).glob("*.py")):
        shutil.copyfile(source, package / source.name)


def _content_digest(laid_out: LaidOut, directory: Path) -> str:
    parts = [laid_out.entry_script, laid_out.model_dir, laid_out.dependencies]
    parts += [tree.digest(directory / folder) for folder in ("app", "models", "runtime")]
    return "sha256:" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _reference(spec: ImageSpec) -> Reference:
    """Where the image is to be pulled from; `localhost` for one that is in no registry.

    Raises:
        JobFailed: the registry's location is none.
    """
    name = re.sub(r"[^a-z0-9]+", "-", spec.name.lower()).strip("-") or "image"
    location = re.sub("^https?://", "", spec.registry.location).rstrip("/") if spec.registry else "localhost"
    host, _separator, prefix = location.partition("/")
    try:
        return Reference.parse(f"{host}/{prefix}/{name}:{spec.version}".replace("//", "/"))
    except ValueError as error:
        raise build_failed("RegistryLocation", f"The registry location {location!r} does not fit: {error}") from error


def _safe(image_id: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", image_id):
        raise ValueError(f"the image id {image_id!r} cannot be a folder name")
    return image_id
