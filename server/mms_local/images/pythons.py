# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The Pythons of this machine, and which of them an image gets."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from mms_local.core.ports import JobFailed
from mms_local.images.failure import build_failed
from mms_local.images.index import environment_of_tools

OLDEST = (3, 8)
"""The runtime of the images (see requirements.py) exists from this Python on."""

Minor = tuple[int, int]


@dataclass(frozen=True)
class Interpreter:
    """The Python that an image is built for: the same one that installs and, on process compute, runs it."""

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
            command, environment = (path, "-I", "-c", question), environment_of_tools()
            answer = subprocess.run(command, env=environment, capture_output=True, check=True, text=True, timeout=60)
            version, system = json.loads(answer.stdout)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise build_failed("NoPython", f"The Python {path} does not work: {error}", status=500) from error
        return cls(path, version, system.rstrip("-"))


class PythonConstraint:
    """What a conda file asks of Python: `=3.9`, `3.9.*`, `==3.6.2`, `>=3.8,<3.12`, `3.11|3.12`, or nothing.

    An exact version means its minor version: the patch level does not count.

    Raises:
        ValueError: it is no constraint.
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self._alternatives = [_specifiers(part) for part in self.text.split("|")]

    def and_also(self, text: str) -> PythonConstraint:
        """This and another one at the same time, as where a file names Python twice.

        Raises:
            ValueError: the other is no constraint.
        """
        pairs = ((one.strip(), other.strip()) for one in self.text.split("|") for other in text.split("|"))
        return PythonConstraint("|".join(",".join(filter(None, pair)) for pair in pairs))

    def allows(self, version: str) -> bool:
        """Whether a Python such as 3.11.7 will do."""
        minor = ".".join(version.split(".")[:2])
        return any(wanted.contains(one, prereleases=True) for wanted in self._alternatives for one in (version, minor))

    def distance(self, minor: Minor) -> int:
        """How many minor versions lie between this one and the nearest that is allowed."""
        return min((abs(minor[1] - one) for one in range(41) if self.allows(f"3.{one}")), default=minor[1])


def _specifiers(text: str) -> SpecifierSet:
    parts = []
    for part in text.split(","):
        exact = re.fullmatch(r"\s*(?:===?|=)?\s*(\d+(?:\.\d+)?)(?:\.[\d*]+)?\.?\*?(?:=.*)?\s*", part)
        if exact:
            parts.append(f"=={exact[1]}.*")
        elif part.strip() not in ("", "*", "=*"):
            parts.append(re.sub(r"(?<=[<>~])(=?\s*[\d.]*\d)\.?\*", r"\1", part.strip()))
    try:
        return SpecifierSet(",".join(parts))
    except InvalidSpecifier:
        raise ValueError(f"{text!r} is no version of Python") from None


@dataclass(frozen=True)
class Places:
    """Where Pythons are looked for, in this order: the server's own, those named, PATH, pyenv's, uv's."""

    default: str = sys.executable
    named: Sequence[str] = ()
    environment: Mapping[str, str] | None = None  # None: this process's

    def candidates(self) -> Iterator[tuple[Minor, str]]:
        """Minor versions by the names of the files; nothing is run."""
        environment = os.environ if self.environment is None else self.environment
        home = Path(environment.get("HOME", "/nonexistent"))
        for place in self.named:
            path = Path(place).expanduser()
            yield from _in_folder(path) if path.is_dir() else _file(path)
        for folder in map(Path, filter(None, environment.get("PATH", "").split(os.pathsep))):
            yield from _in_folder(folder)
        pyenv = Path(environment.get("PYENV_ROOT") or home / ".pyenv", "versions")
        data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
        uv = Path(environment.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
        for versions in (pyenv, uv):
            for folder in sorted(versions.glob("*/bin"), key=_by_version, reverse=True):
                yield from _in_folder(folder)


def _in_folder(folder: Path) -> Iterator[tuple[Minor, str]]:
    for path in sorted(folder.glob("python3.*")):
        yield from _file(path)


def _file(path: Path) -> Iterator[tuple[Minor, str]]:
    name = re.fullmatch(r"python3\.(\d+)", path.name)
    if name and os.access(path, os.X_OK):
        yield (3, int(name[1])), str(path)


def _by_version(folder: Path) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", folder.parent.name)))


class Pythons:
    """Chooses an interpreter for an image.

    Args:
        places: where to look.
        strict: refuse what cannot be had, instead of taking the nearest.
        only_default: offer nothing but the server's own, because the base image has only that one.
    """

    def __init__(self, places: Places, *, strict: bool = False, only_default: bool = False) -> None:
        self._places = places
        self._strict = strict
        self._only_default = only_default
        self._asked: dict[str, Interpreter | None] = {}

    def default(self) -> Interpreter:
        """The one for images that ask for none.

        Raises:
            JobFailed: it does not run.
        """
        return self._ask(self._places.default) or Interpreter.at(self._places.default)

    def choose(self, wanted: PythonConstraint | None, warn: Callable[[str], None]) -> Interpreter:
        """The default one if it will do, else the newest that will, else the nearest, with a warning.

        Raises:
            JobFailed: none will do, and the server is strict; or the default one does not run.
        """
        default = self.default()
        if wanted is None or wanted.allows(default.version):
            return default
        offered = self._offered(default)
        fitting = [minor for minor, found in offered.items() if wanted.allows(found.version)]
        if fitting:
            return offered[max(fitting)]
        versions = ", ".join(f"{major}.{minor}" for major, minor in sorted(offered))
        if self._strict:
            raise build_failed(
                "PythonVersion",
                f"The image is to have Python {wanted.text}, but this server has {versions} (--strict-python is on). "
                "Install it, name it with --pythons, or change the entry.",
            )
        found = offered[min(offered, key=lambda minor: (wanted.distance(minor), -minor[1]))]
        warn(
            f"The image is to have Python {wanted.text}; this server has {versions}. It gets Python {found.version}, "
            "the nearest: packages pinned for another Python may not exist for it, and pickles may not load."
        )
        return found

    def _offered(self, default: Interpreter) -> dict[Minor, Interpreter]:
        """By minor version, an interpreter that runs."""
        own = Version(default.version)
        offered = {(own.major, own.minor): default}
        candidates = () if self._only_default else self._places.candidates()
        for minor, path in candidates:
            if minor >= OLDEST and minor not in offered:
                found = self._ask(path)
                if found is not None and found.platform == default.platform:
                    offered[minor] = found
        return offered

    def _ask(self, path: str) -> Interpreter | None:
        """What the interpreter says of itself; None for one that does not run, such as a shim of pyenv."""
        if path not in self._asked:
            try:
                self._asked[path] = Interpreter.at(path)
            except JobFailed:
                self._asked[path] = None
        return self._asked[path]
