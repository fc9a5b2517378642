# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Install requirements into folders that are made once and shared by all images that need the same."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from mms_local.core.ports import Phase
from mms_local.images.azureml_family import SETUPTOOLS
from mms_local.images.bytecode import compile_folder
from mms_local.images.diagnosis import not_to_be_had
from mms_local.images.failure import build_failed
from mms_local.images.installers import Installer, NotInstalled
from mms_local.images.notes import Notes
from mms_local.images.pythons import Interpreter
from mms_local.images.requirements import Policy, Wanted, runtime

_UNFINISHED = ".unfinished-"
_BYTECODE = "bytecode"
_FORMAT = 4  # raise it when the way of installing changes what is in a folder
_NEEDS_PKG_RESOURCES = re.compile(rb"^(?:import|from) pkg_resources\b", re.MULTILINE)
SITE = "/opt/mms/site"
"""Where the packages are in a container."""


class DependencyCache:
    """Folders of installed packages by what was asked for.

    A folder appears under its key by one rename, complete with byte code; an installation that was killed leaves only
    a folder whose name begins with a dot. Two builds that need the same folder at the same time share one installation.
    Beside them, `bytecode` keeps what packages were compiled to, for other folders with the same packages.

    Args:
        directory: where the folders live; may be shared by servers and kept for years.
        installer: what resolves and installs.
        policy: what the owner of the server allows; with source distributions, code of others runs in a build.
    """

    def __init__(self, directory: Path, installer: Installer, policy: Policy) -> None:
        self._directory = directory
        self._installer = installer
        self._policy = policy
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def key(self, wanted: Sequence[Wanted], interpreter: Interpreter) -> str:
        """The name of the folder for these requirements; their order does not matter."""
        parts = [_FORMAT, interpreter.minor, interpreter.platform, self._policy.allow_sdists]
        lines = [*runtime(interpreter.minor), *sorted(map(str, wanted))]
        return hashlib.sha256(json.dumps([*parts, lines]).encode()).hexdigest()

    async def folder(self, wanted: Sequence[Wanted], interpreter: Interpreter, notes: Notes) -> Path:
        """The folder with the runtime and these requirements installed; made now unless it is there.

        Raises:
            JobFailed: they do not resolve together, or cannot be had; with the reason.
        """
        key = self.key(wanted, interpreter)
        folder = self._directory / key
        async with self._locks[key]:
            if folder.is_dir():
                notes.log(f"Dependencies are in the cache: {key[:12]}")
                return folder
            started = time.monotonic()
            self._directory.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._directory, prefix=_UNFINISHED) as scratch:
                site = Path(scratch, "site")
                await self._install(wanted, interpreter, Path(scratch), notes)
                await asyncio.to_thread(_without_scripts, site)
                await compile_folder(interpreter, site, SITE, self._directory / _BYTECODE)
                _rename(site, folder)
            notes.log(f"Dependencies installed in {time.monotonic() - started:.1f} s: {key[:12]}")
            return folder

    async def _install(self, wanted: Sequence[Wanted], interpreter: Interpreter, scratch: Path, notes: Notes) -> None:
        """What has hashes first, as its file was made: complete. The rest beside it, without touching it."""
        asked = [one for one in wanted if not one.constraint]
        hashed = [one for one in asked if one.hashes]
        rest = [*map(Wanted.of, runtime(interpreter.minor)), *(one for one in asked if not one.hashes)]
        constraints = [*hashed, *(one for one in wanted if one.constraint)]
        notes.log(
            Phase(
                f"Resolving and installing {len(wanted)} requirements with {', '.join(runtime(interpreter.minor))}, "
                f"Python {interpreter.version}"
            )
        )
        try:
            if hashed:
                await self._installer.install(hashed, interpreter, scratch, notes.log)
            await self._installer.install(rest, interpreter, scratch, notes.log, constraints=constraints)
            if await asyncio.to_thread(_needs_pkg_resources, scratch / "site"):
                notes.log("A package needs pkg_resources: adding setuptools")
                await self._installer.install([Wanted.of(SETUPTOOLS)], interpreter, scratch, notes.log)
        except NotInstalled as error:
            reasons = await not_to_be_had(wanted, interpreter, self._installer.index, self._policy, error.output)
            reasons = [*reasons, f"The requirements cannot be installed together with the runtime. {error}"]
            raise build_failed("RequirementsNotResolved", "\n".join(reasons)) from error


def remove_unfinished(directory: Path) -> None:
    """Delete what killed installations left in a folder of dependency folders."""
    for path in directory.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(path, ignore_errors=True)


def _needs_pkg_resources(site: Path) -> bool:
    """Whether a module imports it unconditionally and nothing brought it."""
    if (site / "pkg_resources").is_dir():
        return False
    contents = (path.read_bytes() for path in site.rglob("*.py") if path.is_file())
    return any(b"pkg_resources" in content and _NEEDS_PKG_RESOURCES.search(content) for content in contents)


def _without_scripts(site: Path) -> None:
    """Take away console scripts: they name the interpreter of this host, and nothing in an image calls them."""
    for script in (site / "bin").glob("*"):
        with script.open("rb") as file:
            is_script = file.read(2) == b"#!"
        if is_script:
            script.unlink()
    if (site / "bin").is_dir() and not any((site / "bin").iterdir()):
        (site / "bin").rmdir()
    for leftover in (".lock", "CACHEDIR.TAG", ".gitignore"):
        (site / leftover).unlink(missing_ok=True)


def _rename(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(made)  # another server was faster; its folder is as good
