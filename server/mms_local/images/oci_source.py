# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Where base images come from: this host's Python, an OCI layout on disk, or a registry."""

from __future__ import annotations

import asyncio
import hashlib
import json
import platform
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from mms_local.core.ports import Log, Phase
from mms_local.images.dependencies import SITE
from mms_local.images.failure import build_failed
from mms_local.images.oci_base import CERTIFICATES_IN_IMAGE, host_base
from mms_local.images.oci_image import INDEX, MANIFEST, Base
from mms_local.images.oci_layer import LAYER, Blobs, Layer, members, write_layer
from mms_local.images.outside import Outside
from mms_local.images.pythons import Interpreter
from mms_local.images.reference import Reference
from mms_local.images.registry import Repository

_DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
_LAYERS = {
    "application/vnd.docker.image.rootfs.diff.tar.gzip": LAYER + "+gzip",
    "application/vnd.docker.image.rootfs.diff.tar": LAYER,
}
_ARCHITECTURES = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64"}
_FORMAT = 1  # raise it when the content of a cached layer changes for the same key


def architecture() -> str:
    """This machine, as images call it."""
    return _ARCHITECTURES.get(platform.machine(), platform.machine())


class LayerCache:
    """Base images and dependency layers that were made before, by what they were made from."""

    def __init__(self, directory: Path, scratch: Path) -> None:
        self._directory = directory
        self._scratch = scratch
        self._lock = asyncio.Lock()
        self.blobs = Blobs(directory / "blobs")
        self.blobs.sweep()

    async def dependencies(self, folder: Path, log: Log) -> Layer:
        """The layer with a dependency folder."""
        key = f"dependencies-{folder.name}"
        async with self._lock:
            known = self._known(key)
            if known is None:
                log(Phase("Writing the layer of the dependencies"))
                content = members(folder, SITE)
                layer = await asyncio.to_thread(write_layer, content, self.blobs, compressed=True)
                known = self._keep(key, [layer], {})
        return known.layers[0]

    async def host_base(self, interpreter: Interpreter, log: Log) -> Base:
        """The base made from an interpreter of this host."""
        key = _digest("host", interpreter.path, interpreter.version, interpreter.platform)
        async with self._lock:
            known = self._known(key)
            if known is None:
                log(Phase(f"Making a base layer from {interpreter.path}, Python {interpreter.version}"))
                with tempfile.TemporaryDirectory(dir=self._scratch) as scratch:
                    content = await host_base(interpreter, Path(scratch))
                    layer = await asyncio.to_thread(write_layer, content, self.blobs, compressed=True)
                environment = [f"SSL_CERT_FILE={CERTIFICATES_IN_IMAGE}"]
                known = self._keep(key, [layer], {"architecture": architecture(), "config": {"Env": environment}})
        return known

    async def layout_base(self, layout: Path, tag: str, log: Log) -> Base:
        """The base in an OCI layout on disk, such as `skopeo copy docker://... oci:DIR:TAG` writes."""
        log(f"Reading the base image in {layout}")
        return await _read(_Layout(layout), tag, self.blobs)

    async def registry_base(self, outside: Outside, reference: Reference, *, plain: bool, log: Log) -> Base:
        """A base image that everybody may pull; pulled once, until the cache is deleted."""
        key = _digest("registry", str(reference))
        async with self._lock:
            known = self._known(key)
            if known is None:
                log(Phase(f"Pulling the base image {reference}"))
                repository = Repository(outside, reference.api_host, reference.repository, login=None, plain=plain)
                base = await _read(_Remote(repository), reference.version, self.blobs)
                known = self._keep(key, list(base.layers), base.config)
        return known

    def _known(self, key: str) -> Base | None:
        try:
            kept = json.loads((self._directory / f"{key}.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return Base(tuple(Layer(**layer) for layer in kept["layers"]), kept["config"], self.blobs)

    def _keep(self, key: str, layers: list[Layer], config: dict[str, Any]) -> Base:
        kept = {"layers": [asdict(layer) for layer in layers], "config": config}
        temporary = self._directory / f"{key}.new"
        temporary.write_text(json.dumps(kept), encoding="utf-8")
        temporary.replace(self._directory / f"{key}.json")
        return Base(tuple(layers), config, self.blobs)


class _Source(Protocol):
    """Where manifests and blobs of a base image are read from."""

    async def manifest(self, reference: str) -> bytes:
        """The manifest or index of this tag or digest."""

    async def blob(self, digest: str, blobs: Blobs) -> None:
        """Have the blob in `blobs`, its digest checked."""


class _Layout:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._blobs = Blobs(directory / "blobs") if (directory / "index.json").is_file() else None

    async def manifest(self, reference: str) -> bytes:
        if self._blobs is None:
            raise build_failed("BaseNotReadable", f"There is no OCI layout in {self._directory}.", status=500)
        if reference.startswith("sha256:"):
            return self._blobs.path(reference).read_bytes()
        index = json.loads((self._directory / "index.json").read_bytes())
        named = [
            entry
            for entry in index["manifests"]
            if not reference or (entry.get("annotations") or {}).get("org.opencontainers.image.ref.name") == reference
        ]
        if len(named) != 1:
            raise build_failed(
                "BaseNotReadable",
                f"The OCI layout {self._directory} holds {len(named)} images named {reference or '(any)'!r}; name one.",
                status=500,
            )
        return self._blobs.path(named[0]["digest"]).read_bytes()

    async def blob(self, digest: str, blobs: Blobs) -> None:
        assert self._blobs is not None
        blobs.link(digest, self._blobs)


class _Remote:
    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    async def manifest(self, reference: str) -> bytes:
        content, _unused = await self._repository.manifest(reference, (MANIFEST, INDEX, _DOCKER_MANIFEST, _DOCKER_LIST))
        return content

    async def blob(self, digest: str, blobs: Blobs) -> None:
        if blobs.path(digest).exists():
            return
        with blobs.temporary() as file:
            target = Path(file.name)
        await self._repository.pull_blob(digest, target)
        await asyncio.to_thread(blobs.keep_checked, target, digest)


async def _read(source: _Source, reference: str, blobs: Blobs) -> Base:
    """Read a base image: the one for this machine where there are several."""
    manifest = json.loads(await source.manifest(reference))
    if "manifests" in manifest:
        wanted = {"architecture": architecture(), "os": "linux"}
        digests = [
            entry["digest"]
            for entry in manifest["manifests"]
            if {key: entry.get("platform", {}).get(key) for key in wanted} == wanted
        ]
        if not digests:
            raise build_failed("BaseNotReadable", f"The base image is not made for linux/{architecture()}.", status=500)
        manifest = json.loads(await source.manifest(digests[0]))
    for digest in (manifest["config"]["digest"], *(layer["digest"] for layer in manifest["layers"])):
        await source.blob(digest, blobs)
    config = json.loads(blobs.path(manifest["config"]["digest"]).read_bytes())
    layers = tuple(
        Layer(_LAYERS.get(layer["mediaType"], layer["mediaType"]), layer["digest"], layer["size"], diff_id)
        for layer, diff_id in zip(manifest["layers"], config["rootfs"]["diff_ids"], strict=True)
    )
    return Base(layers, {"architecture": config["architecture"], "config": config.get("config") or {}}, blobs)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join((str(_FORMAT), *parts)).encode()).hexdigest()
