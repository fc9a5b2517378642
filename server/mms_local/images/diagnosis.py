# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""After a failed installation: which requirements can never be had, and what there is instead."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Sequence

from packaging.version import InvalidVersion, Version

from mms_local.images.index import Index
from mms_local.images.pythons import Interpreter
from mms_local.images.requirements import Policy, Wanted

_ASKED = 12  # requirements, at most
_AT_A_TIME = 4
_SHOWN = 12  # versions


async def not_to_be_had(
    wanted: Sequence[Wanted], interpreter: Interpreter, index: Index, policy: Policy, output: str
) -> list[str]:
    """A sentence for each requirement of which the index has nothing that fits this Python.

    Args:
        output: what the installer said. It ends with the first reason, so what it does not name is looked at, too,
            where it is pinned to one version.
    """
    names = _names(output)
    candidates = [one for one in wanted if not one.requirement.url and (one.name in names or _is_pinned(one))]
    candidates.sort(key=lambda one: one.name not in names)
    slots = asyncio.Semaphore(_AT_A_TIME)

    async def one(candidate: Wanted) -> str | None:
        async with slots:
            return await asyncio.to_thread(_verdict, candidate, interpreter, index, policy)

    return [verdict for verdict in await asyncio.gather(*map(one, candidates[:_ASKED])) if verdict]


def _is_pinned(wanted: Wanted) -> bool:
    return any(one.operator == "==" for one in wanted.requirement.specifier)


def _names(text: str) -> set[str]:
    return {re.sub(r"[-_.]+", "-", word).strip("-").lower() for word in re.findall(r"[\w.-]+", text)}


def _verdict(wanted: Wanted, interpreter: Interpreter, index: Index, policy: Policy) -> str | None:
    specifier = wanted.requirement.specifier
    binary = _versions(wanted.name, interpreter, index, sdists=policy.allow_sdists)
    if binary is None or any(specifier.contains(version, prereleases=True) for version in binary):
        return None
    every = binary if policy.allow_sdists else _versions(wanted.name, interpreter, index, sdists=True) or []
    if not every:
        return f"{wanted.name}: the package index has no package of that name for Python {interpreter.version}."
    stable = [version for version in binary if not version.is_prerelease] or binary
    there = ", ".join(map(str, stable[:_SHOWN])) + (", and older ones" if len(stable) > _SHOWN else "")
    sdist = any(specifier.contains(version, prereleases=True) for version in every)
    return (
        f"{wanted.requirement}: the package index has no wheel of it for Python {interpreter.version}. "
        + (f"Versions that it has: {there}. " if binary else "It has no wheel of any version. ")
        + (
            "There is a source distribution; those are left out unless the server is started with --allow-sdists."
            if sdist and not policy.allow_sdists
            else "There is no source distribution of it either."
        )
    )


def _versions(name: str, interpreter: Interpreter, index: Index, *, sdists: bool) -> list[Version] | None:
    """The versions for this Python, newest first; None when the index cannot be asked."""
    command = [sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check", "index", "versions", name]
    command += ["--pre", "--python-version", interpreter.minor]
    if not sdists:
        command += ["--only-binary", ":all:"]
    try:
        answer = subprocess.run(
            command, env=index.environment_for_pip(), capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"^Available versions: (.*)$", answer.stdout, re.MULTILINE)
    if found is None:
        return [] if "No matching distribution" in answer.stderr else None
    return sorted(filter(None, map(_version, found[1].split(", "))), reverse=True)


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
