# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Make an OCI image of a laid-out folder, and push it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from mms_local.core.ports import ImageSpec, Log, Phase
from mms_local.images.failure import build_failed
from mms_local.images.laid_out import LaidOut
from mms_local.images.oci_image import MANIFEST, Base, write_image
from mms_local.images.oci_layer import Blobs
from mms_local.images.oci_source import LayerCache
from mms_local.images.outside import Outside
from mms_local.images.pythons import Interpreter
from mms_local.images.reference import Reference
from mms_local.images.registry import Login, Repository, host_name, is_loopback


class OciMode(Enum):
    """Of which images an OCI image is made."""

    AUTO = "auto"  # of those that come with a registry
    ALWAYS = "always"
    NEVER = "never"  # and nothing is pushed


@dataclass(frozen=True)
class OciSettings:
    """When and how to make OCI images.

    Attributes:
        mode: of which images one is made.
        base: what images start from: None for this host's Python, `oci:DIRECTORY[:TAG]` for an OCI layout, else a
            reference in a registry that everybody may pull from. It must hold `python3` of the image's minor version;
            `{python}` in it stands for that version.
        insecure_registries: `host[:port]` of registries that may be spoken to over http. Loopback always may.
    """

    mode: OciMode = OciMode.AUTO
    base: str | None = None
    insecure_registries: frozenset[str] = frozenset()

    def wanted(self, spec: ImageSpec) -> bool:
        """Whether to make (and, with a registry, push) an OCI image."""
        return self.mode is OciMode.ALWAYS or (self.mode is OciMode.AUTO and spec.registry is not None)

    @property
    def one_python(self) -> bool:
        """Whether all images start from one base, with one Python."""
        return self.base is not None and "{python}" not in self.base

    def plain(self, host: str) -> bool:
        """Whether to use http."""
        return host in self.insecure_registries or is_loopback(host_name(host))


class Packer:
    """Writes OCI layouts, with base and dependency layers from a cache, and pushes them."""

    def __init__(self, directory: Path, scratch: Path, settings: OciSettings) -> None:
        self._cache = LayerCache(directory, scratch)
        self._settings = settings

    async def pack(
        self,
        outside: Outside,
        directory: Path,
        laid_out: LaidOut,
        interpreter: Interpreter,
        dependencies: Path,
        tag: str,
        log: Log,
    ) -> tuple[str, tuple[str, ...]]:
        """Write `oci/` into an image folder; returns the digests of the manifest and of its blobs.

        Raises:
            JobFailed: no usable base image.
        """
        base = await self._base(outside, interpreter, log)
        layer = await self._cache.dependencies(dependencies, log)
        return await asyncio.to_thread(
            write_image,
            directory / "oci",
            base=base,
            dependencies=layer,
            dependency_blobs=self._cache.blobs,
            laid_out=laid_out,
            directory=directory,
            tag=tag,
        )

    async def push(
        self,
        outside: Outside,
        spec: ImageSpec,
        reference: Reference,
        layout: Path,
        digest: str,
        blobs: Sequence[str],
        log: Log,
    ) -> None:
        """Push an image under its version and as `latest`; blobs that the registry has are not sent.

        Raises:
            JobFailed: the registry cannot be reached or refuses.
        """
        assert spec.registry is not None
        login = Login(spec.registry.user, spec.registry.password) if spec.registry.user else None
        plain = self._settings.plain(reference.api_host) and not spec.registry.location.startswith("https://")
        repository = Repository(outside, reference.api_host, reference.repository, login=login, plain=plain)
        stored = Blobs(layout / "blobs")
        missing = [blob for blob in dict.fromkeys(blobs) if not await repository.has_blob(blob)]
        size = sum(stored.path(blob).stat().st_size for blob in missing)
        log(Phase(f"Pushing {reference}: {len(missing)} of {len(blobs)} blobs, {size / 1e6:.1f} MB"))
        for blob in missing:
            await repository.push_blob(blob, stored.path(blob))
        content = stored.path(digest).read_bytes()
        for tag in (reference.version, "latest"):
            await repository.push_manifest(tag, content, MANIFEST)

    async def _base(self, outside: Outside, interpreter: Interpreter, log: Log) -> Base:
        if self._settings.base is None:
            return await self._cache.host_base(interpreter, log)
        wanted = self._settings.base.replace("{python}", interpreter.minor)
        if wanted.startswith("oci:"):
            folder, _separator, tag = wanted[4:].partition(":")
            base = await self._cache.layout_base(Path(folder), tag, log)
        else:
            try:
                reference = Reference.parse(wanted)
            except ValueError as error:
                raise build_failed("BaseNotReadable", f"The base image {error}", status=500) from error
            plain = self._settings.plain(reference.api_host)
            base = await self._cache.registry_base(outside, reference, plain=plain, log=log)
        _check_python(base, wanted, interpreter)
        return base


def _check_python(base: Base, name: str, interpreter: Interpreter) -> None:
    """Python's own images tell their version; the packages of an image only work on the one they are made for."""
    environment = dict(entry.partition("=")[::2] for entry in base.config["config"].get("Env") or ())
    version = environment.get("PYTHON_VERSION", interpreter.version)
    if version.split(".")[:2] != interpreter.version.split(".")[:2]:
        raise build_failed(
            "PythonVersion",
            f"The base image {name} has Python {version}, but packages are installed for "
            f"{interpreter.version}. Use a base with Python {interpreter.minor}.",
            status=500,
        )
