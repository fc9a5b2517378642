# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Resolve and install: with uv, which is several times faster, or with pip where uv is not installed."""

from __future__ import annotations

import importlib
import re
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.requirements import Requirement

from mms_local.children import python_module
from mms_local.core.ports import Log
from mms_local.images.failure import build_failed
from mms_local.images.index import Index
from mms_local.images.pythons import Interpreter
from mms_local.images.requirements import Wanted, serving

_SECRETS = re.compile(r"(?<=://)[^/@\s]+(?=@)|(?<=\?)[^\s?]+")  # of URLs: user and password, query
_SHOWN = 25  # lines of a resolver's reasons


class NotInstalled(Exception):
    """The requirements do not resolve, or cannot be fetched; the text is the tool's own reason.

    Attributes:
        output: everything that it said.
    """

    def __init__(self, message: str, output: str) -> None:
        super().__init__(message)
        self.output = output


def uv_program() -> str | None:
    """The uv that is installed beside this server; None where there is none."""
    try:
        return str(importlib.import_module("uv").find_uv_bin())
    except (ImportError, OSError):  # find_uv_bin raises FileNotFoundError
        return None


class Installer:
    """Installs packages into the folder `site` of a scratch folder.

    Args:
        index: where packages come from.
        allow_sdists: also take source distributions, which run code of their own while they are installed.
        uv: path of uv; None to use the pip of each interpreter.
    """

    def __init__(self, index: Index, *, allow_sdists: bool, uv: str | None) -> None:
        self.index = index
        self._allow_sdists = allow_sdists
        self._uv = uv

    async def install(
        self,
        wanted: Sequence[Wanted],
        interpreter: Interpreter,
        scratch: Path,
        log: Log,
        constraints: Sequence[Wanted] = (),
    ) -> None:
        """Install these, and what they need, beside what `site` holds.

        Args:
            constraints: which versions to take of what else is installed, or is there already and stays.

        Raises:
            NotInstalled: with the reason.
            JobFailed: neither uv nor pip is there.
        """
        (scratch / "requirements.txt").write_text("".join(f"{one}\n" for one in wanted), encoding="utf-8")
        pins = "".join(f"{_pin(one)}\n" for one in constraints)
        (scratch / "constraints.txt").write_text(pins, encoding="utf-8")
        arguments = ["--target", "site", "--requirement", "requirements.txt", "--constraint", "constraints.txt"]
        if any(one.hashes for one in wanted):
            arguments.append("--require-hashes")
        if not self._allow_sdists:
            arguments += ["--only-binary", ":all:"]
        if self._uv is not None:
            overrides = "".join(f"{one}\n" for one in _overrides(interpreter, (*wanted, *constraints)))
            (scratch / "overrides.txt").write_text(overrides, encoding="utf-8")
            command = [self._uv, "pip", "install", "--python", interpreter.path, "--color", "never", *arguments]
            if "--require-hashes" not in arguments:  # what has hashes is complete, and stands as it is
                command += ["--override", "overrides.txt"]
            await self._run(
                sys.executable, "mms_local.run_program", command, self.index.environment_for_uv(), scratch, log
            )
            return
        command = ["install", "--no-compile", "--no-input", "--no-warn-conflicts", "--disable-pip-version-check"]
        command += ["--progress-bar", "off", *arguments]
        await self._run(interpreter.path, "pip", command, self.index.environment_for_pip(), scratch, log)

    async def _run(
        self, python: str, module: str, arguments: list[str], environment: dict[str, str], scratch: Path, log: Log
    ) -> None:
        said: deque[str] = deque(maxlen=2000)
        async with python_module(python, module, *arguments, environment=environment, directory=scratch) as child:
            async for raw in child.output:
                line = _SECRETS.sub("****", raw.decode("utf-8", "replace").rstrip())
                said.append(line)
                log(line)
            status = await child.ended()
        if status == 1 and said and said[-1].endswith("No module named pip"):
            raise build_failed("NoPip", f"{python} has no pip. Run `{python} -m ensurepip`.", status=500)
        if status != 0:
            name = "uv" if self._uv is not None else "pip"
            raise NotInstalled(f"{name} says: " + "\n".join(_reason(list(said))), "\n".join(said))


def _overrides(interpreter: Interpreter, wanted: Sequence[Wanted]) -> Iterator[Requirement]:
    """What serves, in the versions that the image itself asks for; what its packages say does not count."""
    for requirement in map(Requirement, serving(interpreter.minor)):
        for one in wanted:
            if one.name == requirement.name:
                requirement.specifier &= one.requirement.specifier
        yield requirement


def _pin(wanted: Wanted) -> str:
    """A requirement as a constraint: those have no extras."""
    requirement = wanted.requirement
    marker = f" ; {requirement.marker}" if requirement.marker else ""
    return f"{requirement.name}{requirement.specifier}{marker}"


def _reason(output: list[str]) -> list[str]:
    """Why the tool gave up, in its own words: its errors and the conflict, without the downloads before."""
    lines = [line for line in output if line.strip()]
    beginnings = ("ERROR:", "error:", "  \N{MULTIPLICATION SIGN}")
    first = next((number for number, line in enumerate(lines) if line.startswith(beginnings)), None)
    shown = lines[first:] if first is not None else lines[-5:]
    return shown if len(shown) <= _SHOWN else [*shown[: _SHOWN - 6], "...", *shown[-5:]]
