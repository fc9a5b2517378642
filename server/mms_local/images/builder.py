# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Build images: fetch, lay out, resolve dependencies, and write and push an OCI image where one is wanted."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from yarl import URL

from mms_local import runtime
from mms_local.core.ids import below
from mms_local.core.ports import BuiltImage, ImageSpec, JobFailed, Log, Phase, SourceFile
from mms_local.images import tree
from mms_local.images.azureml_family import adapted, imports_in
from mms_local.images.conda import CondaEnvironment, conda_environment
from mms_local.images.dependencies import DependencyCache, remove_unfinished
from mms_local.images.driver import check_driver
from mms_local.images.failure import build_failed, shown
from mms_local.images.fetch import TEXT, fetch
from mms_local.images.index import Index
from mms_local.images.installers import Installer, uv_program
from mms_local.images.laid_out import LaidOut
from mms_local.images.layout import file_name, lay_out
from mms_local.images.notes import Notes
from mms_local.images.outside import Limits, NotAllowed, Outside
from mms_local.images.packing import OciSettings, Packer
from mms_local.images.pythons import Places, Pythons
from mms_local.images.reference import Reference
from mms_local.images.requirements import Policy, Wanted, pip_requirements
from mms_local.images.schema_file import find_schema, needed_for

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
        pythons: where interpreters are looked for; an image is built for one and, on process compute, runs with it.
        strict_python: refuse a Python that cannot be had, instead of taking the nearest.
        policy: what users may ask for: source distributions, which run code of their own during the build, URLs.
        index_url: the package index, if it is not to be taken from pip's configuration.
        uv: install with uv where it is there; else with pip.
        oci: when and how to make OCI images.
        dependencies: where to keep dependency folders, if not in the data directory.
        limits: of what users may have fetched.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        pythons: Places | None = None,
        strict_python: bool = False,
        policy: Policy | None = None,
        index_url: str | None = None,
        uv: bool = True,
        oci: OciSettings | None = None,
        dependencies: Path | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._root = data_dir.absolute() / "build"
        self._images = self._root / "images"
        self._scratch = self._root / "scratch"
        self._dependency_folders = dependencies.absolute() if dependencies else self._root / "dependencies"
        self._policy = policy or Policy()
        self._index_url = index_url
        self._uv = uv
        self._oci = oci or OciSettings()
        self._limits = limits
        self._pythons = Pythons(pythons or Places(), strict=strict_python, only_default=self._oci.one_python)
        self._dependency_cache: DependencyCache | None = None
        shutil.rmtree(self._scratch, ignore_errors=True)
        if dependencies is None:  # a folder that is shared may hold what others are at just now
            remove_unfinished(self._dependency_folders)

    @cached_property
    def _packer(self) -> Packer:
        return Packer(self._root / "layers", self._scratch, self._oci)

    async def _dependencies(self) -> DependencyCache:
        if self._dependency_cache is None:
            index = await Index.configured(self._index_url)
            installer = Installer(index, allow_sdists=self._policy.allow_sdists, uv=uv_program() if self._uv else None)
            self._dependency_cache = DependencyCache(self._dependency_folders, installer, self._policy)
        return self._dependency_cache

    async def build(self, spec: ImageSpec, log: Log) -> BuiltImage:
        """Build an image, or find the finished one of this id. See `Builder.build`."""
        directory = below(self._images, spec.id)
        reference = _reference(spec)
        if not directory.is_dir():
            started = time.monotonic()
            self._scratch.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._scratch) as scratch:
                async with Outside(self._limits) as outside:
                    made = await self._made(outside, spec, reference, Path(scratch), Notes(log))
                self._images.mkdir(exist_ok=True)
                made.rename(directory)
            log(f"Image {reference} built in {time.monotonic() - started:.1f} s")
        laid_out = LaidOut.load(directory)
        log(f"Digest {laid_out.digest}")
        return BuiltImage(spec.id, laid_out.digest, str(reference), directory, laid_out.warnings)

    async def _made(self, outside: Outside, spec: ImageSpec, reference: Reference, scratch: Path, notes: Notes) -> Path:
        """A complete image folder in `scratch`, pushed where it has to be."""
        log = notes.log
        made = scratch / "image"
        made.mkdir()
        fetched, conda, wanted = await self._fetched(outside, spec, scratch, notes)
        await _demand_allowed(outside, wanted)
        interpreter = await asyncio.to_thread(self._pythons.choose, conda.python, notes.warn)
        entry_script, model_dir = await asyncio.to_thread(lay_out, spec, fetched, made, log)
        log(f"Driver program: {entry_script}")
        driver = await asyncio.to_thread((made / "app" / entry_script).read_bytes)
        await asyncio.to_thread(check_driver, driver, entry_script, interpreter)
        schema = await asyncio.to_thread(find_schema, made / "app", entry_script, log)
        imports = await asyncio.to_thread(imports_in, made / "app")
        wanted = adapted([*conda.packages, *wanted], imports, needed_for(schema), notes)
        dependencies = await (await self._dependencies()).folder(wanted, interpreter, notes)
        laid_out = LaidOut(
            entry_script,
            model_dir,
            dependencies.name,
            python=interpreter.path,
            python_version=interpreter.version,
            schema=schema.place if schema else "",
            warnings=notes.warnings,
        )
        await asyncio.to_thread(copy_runtime, made)
        (made / "deps").symlink_to(dependencies, target_is_directory=True)
        if self._oci.wanted(spec):
            tag = f"{reference.repository}:{reference.version}"
            digest, blobs = await self._packer.pack(outside, made, laid_out, interpreter, dependencies, tag, log)
            if spec.registry:
                await self._packer.push(outside, spec, reference, made / "oci", digest, blobs, log)
        else:
            digest = await asyncio.to_thread(_content_digest, laid_out, made)
        replace(laid_out, digest=digest).save(made)
        return made

    async def remove(self, image: BuiltImage) -> None:
        """Delete the image's folder; dependency folders stay for the next image."""
        await asyncio.to_thread(shutil.rmtree, below(self._images, image.id), ignore_errors=True)

    async def _fetched(
        self, outside: Outside, spec: ImageSpec, scratch: Path, notes: Notes
    ) -> tuple[dict[SourceFile, Path], CondaEnvironment, list[Wanted]]:
        """Where the files of the image are now, and what its conda file and its pip file ask for."""
        files = list(dict.fromkeys((*spec.assets, *spec.models)))
        places = {source: scratch / f"source-{number}" for number, source in enumerate(files)}
        wanted: list[tuple[str, Path, int | None]] = [(source.url, path, None) for source, path in places.items()]
        pip_file, conda_file = scratch / "pip", scratch / "conda"
        wanted += [(spec.pip_requirements, pip_file, TEXT)] if spec.pip_requirements else []
        wanted += [(spec.conda_file, conda_file, TEXT)] if spec.conda_file else []
        notes.log(Phase(f"Fetching {len(wanted)} files"))
        await _fetch_all(outside, wanted)
        conda, packages = CondaEnvironment(None, []), list[Wanted]()
        if spec.conda_file:
            name = file_name(spec.conda_file, "conda.yml")
            with self._unquoted(outside, spec.conda_file, name):
                text = conda_file.read_bytes()
                conda = await asyncio.to_thread(conda_environment, text, name, self._policy, notes.warn)
        elif spec.conda:
            text = spec.conda.encode()
            conda = await asyncio.to_thread(conda_environment, text, "the environment", self._policy, notes.warn)
        if spec.pip_requirements:
            name = file_name(spec.pip_requirements, "requirements.txt")
            with self._unquoted(outside, spec.pip_requirements, name):
                packages = await asyncio.to_thread(pip_requirements, pip_file.read_bytes(), name, self._policy)
        return places, conda, packages

    @contextmanager
    def _unquoted(self, outside: Outside, url: str, name: str) -> Iterator[None]:
        """Say of a file that does not come from the server's own store where it is wrong, and repeat nothing of it.

        Whoever names an address could otherwise read there what only the server can reach.
        """
        try:
            yield
        except JobFailed as failed:
            place = URL(url)
            if self._limits is None or outside.is_own(place):
                raise
            lines = ", ".join(dict.fromkeys(re.findall(r"\bline \d+(?=[:,])", failed.message)))
            where = f" ({lines})" if lines else ""
            told = (
                f"The file {name} cannot be used{where}. It comes from {place.host}, so what it holds is not repeated"
            )
            raise build_failed(
                failed.details[0][0], f"{told}: upload it to the server's own store to read more."
            ) from None


async def _fetch_all(outside: Outside, wanted: Iterable[tuple[str, Path, int | None]]) -> None:
    """Fetch all files, a few at a time; when one fails the others are given up."""
    slots = asyncio.Semaphore(_AT_A_TIME)

    async def one(url: str, target: Path, largest: int | None) -> None:
        async with slots:
            await fetch(outside, url, target, largest)

    tasks = [asyncio.create_task(one(*each)) for each in wanted]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _demand_allowed(outside: Outside, wanted: Iterable[Wanted]) -> None:
    """Refuse packages by URL from where the server does not go; an installer would go there without a question."""
    for url in (one.requirement.url for one in wanted if one.requirement.url):
        try:
            await outside.demand_allowed(URL(re.sub(r"^\w+\+", "", url)), outside.limits.hosts)
        except (NotAllowed, ValueError) as refused:
            raise build_failed("SourceNotAllowed", f"{shown(url)} is not fetched: {refused}.") from refused


def copy_runtime(directory: Path) -> None:
    """Put what runs in every image into `runtime/` of a folder."""
    source = Path(runtime.__path__[0])
    target = directory / "runtime"
    shutil.copytree(source, target / "mms_runtime", ignore=shutil.ignore_patterns("__pycache__", "compat"))
    shutil.copytree(source / "compat", target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)


def _content_digest(laid_out: LaidOut, directory: Path) -> str:
    parts = [laid_out.entry_script, laid_out.model_dir, laid_out.dependencies, laid_out.python_version, laid_out.schema]
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
