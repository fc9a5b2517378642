# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what a manifest asks for: a pip requirements file, a conda environment file, or both."""

from __future__ import annotations

import re
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from mms_local.core import safe_yaml
from mms_local.images.failure import build_failed

RUNTIME = ("azureml-inference-server-http==1.5.1", "gunicorn>=23,<28")
"""What every image is served with, resolved together with the user's requirements (see docs/images.md).

gunicorn is not pinned to one version: mlflow and others bound it themselves, and to satisfy both pip would take a
release of theirs from years ago without a word.
"""

_CONDA_ENTRY = re.compile(r"^(?:[\w.-]+::)?(?P<name>[A-Za-z0-9_.-]+)\s*(?P<version>[=<>!~*\d].*)?$")
_HINT = "Put Python packages under `pip:` in its dependencies."


def pip_lines(content: bytes, name: str) -> list[str]:
    """The lines of a pip requirements file that say something.

    Raises:
        JobFailed: not UTF-8.
    """
    text = _text(content, name).replace("\\\n", " ")
    lines = (re.sub(r"(^|\s)#.*$", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


def conda_lines(content: bytes, name: str, python_version: str) -> list[str]:
    """The pip requirements of a conda environment file.

    Conda's channels are not used: a `python` entry must allow `python_version`, `pip` itself is taken as given, and
    everything else that is not under `pip:` is refused rather than left out.

    Raises:
        JobFailed: the file is no conda environment, or asks for what only conda can give.
    """
    try:
        environment: Any = safe_yaml.load(_text(content, name))
    except safe_yaml.YamlRefused as error:
        raise build_failed("CondaFileInvalid", f"The conda file {name} {error}.") from error
    entries = environment.get("dependencies", []) if isinstance(environment, dict) else None
    if not isinstance(entries, list):
        raise build_failed("CondaFileInvalid", f"The conda file {name} needs a list of `dependencies`.")
    lines: list[str] = []
    for entry in entries:
        if isinstance(entry, dict) and list(entry) == ["pip"] and isinstance(entry["pip"], list):
            lines += [str(line) for line in entry["pip"]]
        else:
            _check_conda_entry(str(entry), name, python_version)
    return lines


def _check_conda_entry(entry: str, name: str, python_version: str) -> None:
    match = _CONDA_ENTRY.match(entry.strip())
    package = match["name"].lower() if match else entry
    if package == "pip":
        return
    if package != "python" or match is None:
        raise build_failed(
            "CondaPackage", f"The conda file {name} asks for the conda package {entry!r}; none can be had here. {_HINT}"
        )
    if not _allows(match["version"] or "", python_version):
        raise build_failed(
            "PythonVersion",
            f"The conda file {name} asks for {entry!r}, but images are built for Python {python_version} here. "
            "Change the entry, or run the server on that Python.",
        )


def _allows(constraint: str, python_version: str) -> bool:
    """Whether a conda version constraint allows the Python: `=3.11` means any 3.11, the patch level does not count."""
    minor = ".".join(python_version.split(".")[:2])
    exact = re.match(r"^=?=?\s*(\d+(?:\.\d+)?)(?:\.[\d*]+)?(?:=.*)?$", constraint.strip())
    if exact:
        return minor == exact[1] or minor.startswith(exact[1] + ".")
    try:
        return python_version in SpecifierSet(constraint)
    except InvalidSpecifier:
        return False


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise build_failed("RequirementsInvalid", f"{name} is not UTF-8 text (byte {error.start}).") from error
