# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolve and install requirements into folders that are made once and shared by all images that need the same."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mms_local.children import python_module
from mms_local.core.ports import Log
from mms_local.images.bytecode import compile_folder
from mms_local.images.failure import build_failed
from mms_local.images.requirements import RUNTIME

_UNFINISHED = ".unfinished-"
_FORMAT = 2  # raise it when the way of installing changes what is in a folder
_SECRETS = re.compile(r"(?<=://)[^/@\s]+(?=@)|(?<=\?)[^\s?]+")  # of URLs: user and password, query
SITE = "/opt/mms/site"
"""Where the packages are in a container."""


@dataclass(frozen=True)
class Interpreter:
    """The Python that images are built for: the same one that installs and, on process compute, runs them."""

    path: str
    version: str  # 3.11.7
    platform: str  # linux-x86_64, with the C library: a wheel for one does not run on another

    @property
    def minor(self) -> str:
        """3.11"""
        return ".".join(self.version.split(".")[:2])

    @classmethod
    def at(cls, path: str) -> Interpreter:
        """Ask the interpreter itself.

        Raises:
            JobFailed: it does not run.
        """
        question = (
            "import json, platform, sysconfig; "
            "print(json.dumps([platform.python_version(), '-'.join([sysconfig.get_platform(), *platform.libc_ver()])]))"
        )
        try:
            answer = subprocess.run(
                [path, "-I", "-c", question], capture_output=True, check=True, text=True, timeout=60
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise build_failed("NoPython", f"The Python {path} does not work: {error}", status=500) from error
        version, system = json.loads(answer.stdout)
        return cls(path, version, system.rstrip("-"))


class DependencyCache:
    """Folders of installed packages by what was asked for.

    A folder appears under its key by one rename, complete with byte code; an installation that was killed leaves only
    a folder whose name begins with a dot. Two builds that need the same folder at the same time share one installation.

    Args:
        directory: where the folders live; may be shared by servers and kept for years.
        interpreter: the Python to install with and for.
        allow_sdists: also take source distributions, which run code of their own while they are installed.
    """

    def __init__(self, directory: Path, interpreter: Interpreter, *, allow_sdists: bool = False) -> None:
        self._directory = directory
        self._interpreter = interpreter
        self._allow_sdists = allow_sdists
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def key(self, requirements: Sequence[str]) -> str:
        """The name of the folder for these requirement lines; their order does not matter."""
        parts = [_FORMAT, self._interpreter.minor, self._interpreter.platform, self._allow_sdists, RUNTIME]
        return hashlib.sha256(json.dumps([*parts, sorted(requirements)]).encode()).hexdigest()

    async def folder(self, requirements: Sequence[str], log: Log) -> Path:
        """The folder with the runtime and these requirements installed; made now unless it is there.

        Raises:
            JobFailed: they do not resolve together, or cannot be had; with pip's own reason.
        """
        key = self.key(requirements)
        folder = self._directory / key
        async with self._locks[key]:
            if folder.is_dir():
                log(f"Dependencies are in the cache: {key[:12]}")
                return folder
            started = time.monotonic()
            self._directory.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._directory, prefix=_UNFINISHED) as scratch:
                site = Path(scratch, "site")
                await self._install(requirements, Path(scratch), log)
                await asyncio.to_thread(_without_scripts, site)
                await compile_folder(self._interpreter.path, site, SITE)
                _rename(site, folder)
            log(f"Dependencies installed in {time.monotonic() - started:.1f} s: {key[:12]}")
            return folder

    async def _install(self, requirements: Sequence[str], scratch: Path, log: Log) -> None:
        Path(scratch, "requirements.txt").write_text("\n".join([*RUNTIME, *requirements, ""]), encoding="utf-8")
        arguments = ["install", "--target", "site", "--requirement", "requirements.txt", "--no-compile", "--no-input"]
        arguments += ["--no-warn-conflicts", "--disable-pip-version-check", "--progress-bar", "off"]
        if not self._allow_sdists:
            arguments += ["--only-binary", ":all:"]
        last: deque[str] = deque(maxlen=60)
        log(f"Resolving {len(requirements)} requirements with {', '.join(RUNTIME)}, Python {self._interpreter.version}")
        environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
        pip_command = python_module(
            self._interpreter.path, "pip", *arguments, environment=environment, directory=scratch
        )
        async with pip_command as pip:
            async for raw in pip.output:
                line = _SECRETS.sub("****", raw.decode("utf-8", "replace").rstrip())
                last.append(line)
                log(line)
            status = await pip.ended()
        if status == 1 and last and last[-1].endswith("No module named pip"):
            raise build_failed(
                "NoPip",
                f"{self._interpreter.path} has no pip. Run `{self._interpreter.path} -m ensurepip`.",
                status=500,
            )
        if status != 0:
            raise build_failed("RequirementsNotResolved", _reason(last))


def remove_unfinished(directory: Path) -> None:
    """Delete what killed installations left in a folder of dependency folders."""
    for path in directory.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(path, ignore_errors=True)


def _reason(output: deque[str]) -> str:
    """pip's own words on why it gave up: its errors and the conflict it found, without the downloads before."""
    lines = [line for line in output if line]
    first = next((number for number, line in enumerate(lines) if line.startswith("ERROR:")), None)
    told = lines[first:] if first is not None else lines[-5:]
    return "The requirements cannot be installed together with the runtime of the image. pip says: " + "\n".join(told)


def _without_scripts(site: Path) -> None:
    """Take away console scripts: they name the interpreter of this host, and nothing in an image calls them."""
    for script in (site / "bin").glob("*"):
        with script.open("rb") as file:
            is_script = file.read(2) == b"#!"
        if is_script:
            script.unlink()
    if (site / "bin").is_dir() and not any((site / "bin").iterdir()):
        (site / "bin").rmdir()


def _rename(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(made)  # another server was faster; its folder is as good
