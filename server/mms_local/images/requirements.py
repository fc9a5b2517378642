# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Read the packages that a manifest asks for. An installer gets only what is parsed here, nothing of the text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from mms_local.images.failure import build_failed, shown

_HASH = re.compile(r"\s+--hash[=\s]\s*(sha(?:256|384|512):[0-9a-fA-F]+)(?=\s|$)")
_CONSTRAINT = "# constraint: "
_OPTION = re.compile(r"^(-[A-Za-z]|--[A-Za-z][\w-]*)")
# What azureml-core writes into every conda file that it makes; nobody asked for it, and it says nothing.
_PUBLIC_INDEX = re.compile(
    r"(?:--(?:extra-)?index-url|-i|--find-links)[= ]\s*https://pypi\.(?:python\.)?org/simple(?:/index\.html|/)?"
)
_PATH = "a path means nothing on the server. Name the package, or add your files as assets."
_VCS = ("git", "hg", "svn", "bzr")


def runtime(minor: str) -> tuple[str, ...]:
    """What every image is served with, resolved together with the user's requirements (see docs/images.md).

    gunicorn is not pinned to one version: mlflow and others bound it themselves, and to satisfy both pip would go back
    to a release of theirs from years ago without a word.
    """
    server = "1.3.4" if minor == "3.8" else "1.5.1"  # the last one for Python 3.8
    return (f"azureml-inference-server-http=={server}", serving(minor)[0])


def serving(minor: str) -> tuple[str, ...]:
    """What serves, whatever packages say of it that bring a server of their own, which never runs in an image."""
    return ("gunicorn>=23,<28", "flask<=2.3.2" if minor == "3.8" else "flask~=3.1.0")


@dataclass(frozen=True)
class Policy:
    """What the server's owner lets users ask for."""

    allow_sdists: bool = False
    allow_direct_urls: bool = False


@dataclass(frozen=True)
class Wanted:
    """One package that is asked for: name, extras, versions, marker, hashes, and a URL where the owner allows it.

    A mere constraint says which version to take when something else brings the package.
    """

    requirement: Requirement
    hashes: tuple[str, ...] = ()
    constraint: bool = False

    @classmethod
    def of(cls, text: str) -> Wanted:
        """A requirement of our own."""
        return cls(Requirement(text))

    @property
    def name(self) -> str:
        """In the one spelling that all indexes use."""
        return canonicalize_name(self.requirement.name)

    def __str__(self) -> str:
        mark = "# constraint: " if self.constraint else ""
        return mark + " ".join((str(self.requirement), *(f"--hash={one}" for one in self.hashes)))


def pip_requirements(content: bytes, name: str, policy: Policy) -> list[Wanted]:
    """The packages of a pip requirements file.

    Raises:
        JobFailed: no text, or lines that are no package: all of them in one message.
    """
    lines = re.sub(r"\\\r?\n", " ", text_of(content, name)).splitlines()
    wanted, problems = read_lines(lines, policy)
    if problems:
        raise build_failed("RequirementsInvalid", f"The file {name} cannot be used: " + "\n".join(problems))
    return wanted


def read_lines(lines: Iterable[str], policy: Policy) -> tuple[list[Wanted], list[str]]:
    """The packages that lines of a requirements file name, and what is wrong with the other lines."""
    wanted: list[Wanted] = []
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        # How clients that send one flat file write what a constraints file says of packages that it does not name.
        constraint = line.startswith(_CONSTRAINT)
        text = re.sub(r"(^|\s)#.*$", "", line.removeprefix(_CONSTRAINT)).strip()
        if text and not _PUBLIC_INDEX.fullmatch(text):
            try:
                wanted.append(replace(_wanted(text, policy), constraint=constraint))
            except ValueError as error:
                problems.append(f"line {number}: {error}")
    return wanted, problems


def _wanted(text: str, policy: Policy) -> Wanted:
    """One line.

    Raises:
        ValueError: it is no package, or one from where the owner does not want any; says what to do.
    """
    hashes = tuple(_HASH.findall(text))
    text = _HASH.sub("", text).strip()
    option = _OPTION.match(text)
    if option:
        raise ValueError(
            f"{option[0]} is an option of pip, which only the owner of the server may set. {_advice(text)}"
        )
    if re.search(r"^[^@;]*\.(whl|zip|tar\.gz|tgz)$", text) and "://" not in text:
        raise ValueError(_PATH)
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        if re.match(rf"(?i)(?:(?:{'|'.join(_VCS)})\+|[a-z][a-z0-9+.-]*://)", text):
            return _refuse_or_name(text, policy)
        if re.search(r"[/\\]|^\.", text):
            raise ValueError(_PATH) from None
        raise ValueError(f"{_short(text)} is no package with a version, such as numpy==1.26.4.") from None
    if requirement.url:
        _check_url(requirement.url, policy)
    return Wanted(requirement, hashes)


def _refuse_or_name(text: str, policy: Policy) -> Wanted:
    _check_url(text, policy)
    raise ValueError(f"a URL needs the name of its package before it: NAME @ {shown(text)}")


def _check_url(url: str, policy: Policy) -> None:
    scheme = urlsplit(url).scheme.lower()
    if not policy.allow_direct_urls:
        raise ValueError(
            f"packages come from the package index of the server, not from {shown(url)}. Name a released version, or "
            "let the owner of the server allow it (--allow-direct-urls)."
        )
    if "${" in url:
        raise ValueError("environment variables are not expanded here.")
    if scheme.partition("+")[0] not in (*_VCS, "http", "https"):
        raise ValueError("only http, https and version control addresses can be fetched.")
    if not policy.allow_sdists and PurePosixPath(urlsplit(url).path).suffix != ".whl":
        raise ValueError(
            f"{shown(url)} is no wheel, and code of source distributions is not run during a build unless the owner of "
            "the server allows it (--allow-sdists)."
        )


def _advice(text: str) -> str:
    name = text.split("=")[0].split()[0]
    if name in ("-r", "--requirement", "-c", "--constraint"):
        return "Put the lines of the other file here."
    if name in ("-e", "--editable"):
        return "Name a released version, or add your files as assets."
    if name in ("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "--no-index"):
        return "Leave the line out: the server uses its own package index (--index-url, or its pip configuration)."
    return "Leave it out."


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")


def text_of(content: bytes, name: str) -> str:
    """The text of a user's file: UTF-8, or UTF-16 where a mark says so, which is what PowerShell's `>` writes.

    Raises:
        JobFailed: neither.
    """
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise build_failed(
            "RequirementsInvalid", f"{name} is no text in UTF-8 or UTF-16 (byte {error.start}). Save it as UTF-8."
        ) from error
