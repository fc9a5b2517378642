# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requirements files of pip, made fit to be sent: one flat file of packages, and nothing else.

The service reads one file, and no other one can be beside it. What a build must not do for a user, such as to run the
code of a source folder, is refused here already, before anything is sent. C(packaging) may not be there where modules
run, so lines are only told apart here; the service judges versions and markers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._errors import InputError
from .._text import decoded, parsed_yaml

# Of lines whose words are one space apart.
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_CLAUSE = r"(?:===|~=|==|!=|<=|>=|<|>) ?[^\s,;()<>=!~@/\\]+"
_PACKAGE = re.compile(
    rf"(?P<name>{_NAME}) ?(?:\[ ?(?:{_NAME}(?: ?, ?{_NAME})*)? ?\])?"
    rf" ?(?:\( ?{_CLAUSE}(?: ?, ?{_CLAUSE})* ?\)|{_CLAUSE}(?: ?, ?{_CLAUSE})* ?,?)?"
    r" ?(?:;[^@]*)?"
)
_HASH = re.compile(r"\s--hash[=\s]\s*\w+:[0-9a-fA-F]+(?=\s|$)")
_FILE = re.compile(
    r"(?:-(?P<short>[rc])\s*|--(?P<long>requirement|constraint)(?:\s*=\s*|\s+))(?:file:(?!//))?(?P<path>.+)"
)
# What azureml-core writes into the conda files that it makes; it says nothing, and a service passes over it.
_PUBLIC_INDEX = re.compile(
    r"(?:--(?:extra-)?index-url|-i|--find-links)[= ]\s*https://pypi\.(?:python\.)?org/simple(?:/index\.html|/)?"
)
_ARCHIVE = re.compile(r"\.(?:whl|zip|tar\.gz|tgz)$")
_OPTION = re.compile(r"-[A-Za-z]|--[A-Za-z][\w-]*")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_PYTHON = re.compile(r"\s*python\s*={1,2}\s*(?P<major>\d+)\.(?P<minor>\d+)(?:\.[\d*]+)?(?:=.*)?\s*")  # of conda
_SHOWN = 80


@dataclass(frozen=True)
class _Line:
    """One package.

    Args:
        text: As it was written, on one line.
        constraint: Whether it only says which version to take if the package is installed anyway.
    """

    text: str
    name: str
    constraint: bool


def flat_requirements(path: Path) -> str | None:
    """Return a requirements file with what its C(-r) and C(-c) lines bring in; None when it can be sent as it is.

    What a constraints file says of packages that the requirements name is a line of its own. Of other packages it is a
    comment, C(# constraint: NAME ...), which the local MMS reads: to ask for them would install them.

    Raises:
        InputError: lines that are no packages, all of them at once; a file that cannot be read.
    """
    reader = _Reader()
    text = reader.read(path, constraint=False)
    lines = reader.flat()
    if len(reader.files) == 1 and not text.startswith("\ufeff"):
        return None
    return "".join(f"{line}\n" for line in lines)


class _Reader:
    """Reads a file and those that it names, each once."""

    def __init__(self) -> None:
        self.files: list[Path] = []
        self.lines: list[_Line] = []
        self.problems: list[str] = []

    def read(self, path: Path, *, constraint: bool) -> str:
        """Read one file; return its text, with a mark in front where it is not plain UTF-8.

        Raises:
            InputError: it cannot be read.
        """
        self.files.append(path.resolve())
        try:
            content = path.read_bytes()
            text = decoded(content)
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise InputError(f"{path} is no text in UTF-8, UTF-16 or UTF-32.") from error
        if content.startswith(b"$ANSIBLE_VAULT;"):
            raise InputError(f"{path} is encrypted by ansible-vault; only the file that the option names is decrypted.")
        for number, line in _logical_lines(text):
            self.take(line, path, f"line {number}", constraint=constraint)
        return text if text.encode() == content else f"\ufeff{text}"

    def flat(self) -> list[str]:
        """Return all lines that were read, those of constraints as the service takes them.

        Raises:
            InputError: lines that are no packages, all of them at once.
        """
        if self.problems:
            raise InputError("\n".join(self.problems))
        named = {line.name for line in self.lines if not line.constraint}
        lines = (
            line.text if not line.constraint or line.name in named else f"# constraint: {line.text}"
            for line in self.lines
        )
        return list(dict.fromkeys(lines))

    def take(self, text: str, path: Path, place: str, *, constraint: bool) -> None:
        """Read one line, whose words are one space apart.

        Raises:
            InputError: it names a file that cannot be read.
        """
        named = _FILE.fullmatch(text)
        if named:
            self._file(named, path, place, constraint)
            return
        if _PUBLIC_INDEX.fullmatch(text):
            return
        package = _package(text)
        if package:
            name = re.sub(r"[-_.]+", "-", package["name"]).lower()
            self.lines.append(_Line(text, name, constraint))
        else:
            self.problems.append(f"{path}, {place}: {problem_of(text)}")

    def _file(self, named: re.Match[str], path: Path, place: str, constraint: bool) -> None:
        name = named["path"].strip().strip("\"'")
        if "://" in name or "${" in name:
            self.problems.append(f"{path}, {place}: only files beside it are read, not {_short(name)}.")
            return
        other = path.parent / name
        if other.resolve() in self.files:
            return
        if not other.is_file():
            self.problems.append(f"{path}, {place}: there is no file {other}.")
            return
        self.read(other, constraint=constraint or "c" in (named["short"], (named["long"] or "")[:1]))


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines without comments and with their continuations, with the number of the first."""
    begun, number = "", 0
    for count, line in enumerate(text.splitlines(), 1):
        number = number if begun else count
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            begun += line[:-1] + " "
            continue
        whole = " ".join(_COMMENT.sub("", begun + line).split())
        begun = ""
        if whole:
            yield number, whole
    if begun.strip():
        yield number, " ".join(begun.split())


def _package(text: str) -> re.Match[str] | None:
    """Return a line as a package with versions, marker and hashes; None when it is none."""
    bare = _HASH.sub("", text).strip()
    return None if _ARCHIVE.search(bare) else _PACKAGE.fullmatch(bare)


def problem_of(text: str) -> str:
    """Say why a line is no package that can be asked for, and what to do."""
    option = _OPTION.match(text)
    if option and option[0] in ("-e", "--editable"):
        return f"{option[0]} needs files that the service does not have. Name a released version, or add assets."
    if option:
        return f"{option[0]} is an option of pip, which only the owner of the service may set. Leave the line out."
    if "://" in text or re.match(r"(?:git|hg|svn|bzr)\+", text):
        return (
            "packages come from the package index of the service, not from a URL. Name a released version, or add your "
            "files as assets."
        )
    if re.search(r"[/\\]|^\.|\.(?:whl|zip|tar\.gz|tgz)$", text):
        return (
            f"{_short(text)} is a path, which means nothing to the service. Name the package, or add files as assets."
        )
    return f"{_short(text)} is no package with a version, such as numpy==1.26.4."


class CondaFile:
    """A conda file, as far as it is looked at before it is sent. What is none is left to the service to tell."""

    def __init__(self, path: Path) -> None:
        try:
            content = parsed_yaml(decoded(path.read_bytes()))
        except (ImportError, OSError, ValueError):
            content = None
        self._path = path
        self._content: dict[Any, Any] = content if isinstance(content, dict) else {}
        dependencies = self._content.get("dependencies")
        self._entries: list[Any] = dependencies if isinstance(dependencies, list) else []

    def flat(self) -> str | None:
        """Return the file, as JSON, with what C(-r) and C(-c) below C(pip) bring in; None when it can be sent as it is.

        Raises:
            InputError: entries below C(pip) that are no packages, all of them at once.
        """
        reader = _Reader()
        reader.files.append(self._path.resolve())
        parts = [part for part in self._entries if isinstance(part, dict) and isinstance(part.get("pip"), list)]
        for entry in (entry for part in parts for entry in part["pip"]):
            text = " ".join(_COMMENT.sub("", _pip_line(entry)).split())
            if text:
                reader.take(text, self._path, f"{_short(text)} below pip", constraint=False)
        lines = reader.flat()
        if len(reader.files) == 1:
            return None
        others = [entry for entry in self._entries if entry not in parts]
        return json.dumps({**self._content, "dependencies": [*others, {"pip": lines}]}, indent=1, default=str)

    @property
    def python(self) -> tuple[int, int] | None:
        """The one Python that it asks for, such as C((3, 8)); None where it leaves a choice."""
        entries = (_PYTHON.fullmatch(entry) for entry in self._entries if isinstance(entry, str))
        return next(((int(entry["major"]), int(entry["minor"])) for entry in entries if entry), None)


def _pip_line(entry: Any) -> str:
    """Return an entry below C(pip) as it was written, also one that YAML takes for a mapping."""
    if isinstance(entry, dict):
        return ", ".join(f"{key}: {value}" for key, value in entry.items())
    return "" if entry is None else str(entry)


def _short(text: str) -> str:
    """Quote a line. A URL in it may hold a password, which masking takes out of every message."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
