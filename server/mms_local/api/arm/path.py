# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What a Resource Manager path is about. Letter case counts in names given by users only when they are shown again."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from mms_local.api.arm.errors import ArmError

_MOST_SEGMENTS = 10


@dataclass(frozen=True)
class ArmPath:
    """The parts of a path; those that are not in it are empty. `action` is what follows the resource's name."""

    subscription: str = ""
    group: str = ""
    namespace: str = ""
    type: str = ""
    name: str = ""
    action: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Namespace and type, in lower case."""
        return f"{self.namespace}/{self.type}".lower()

    @property
    def id(self) -> str:
        """The id of the resource, without the action."""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
            f"/providers/{self.namespace}/{self.type}/{self.name}"
        )


def parse(raw_path: str) -> ArmPath:
    """The parts of a percent-encoded path.

    Raises:
        ArmError: 404 for a path of another shape, 400 for names that are no names.
    """
    try:
        segments = [unquote(segment, errors="strict") for segment in raw_path.strip("/").split("/")]
    except UnicodeDecodeError:
        raise ArmError(400, "InvalidUri", "The path is not valid UTF-8.") from None
    if len(segments) > _MOST_SEGMENTS or not all(map(_is_plain, segments)):
        raise ArmError(400, "InvalidUri", "The path has a segment that is not a name.")
    rest = segments
    subscription, rest = _taken(rest, "subscriptions")
    group, rest = _taken(rest, "resourcegroups") if subscription else ("", rest)
    namespace, rest = _taken(rest, "providers")
    if (not namespace and rest) or not (subscription or namespace):
        raise ArmError(404, "NotFound", "There is nothing at this path.")
    type_, name, *action = [*rest, "", ""]
    return ArmPath(subscription, group, namespace, type_, name, tuple(part for part in action if part))


def _taken(segments: list[str], word: str) -> tuple[str, list[str]]:
    """The segment behind the word, and what is left; empty when the word does not come first."""
    if len(segments) > 1 and segments[0].lower() == word:
        return segments[1], segments[2:]
    return "", segments


def _is_plain(segment: str) -> bool:
    return segment not in ("", ".", "..") and len(segment) <= 260 and segment.isprintable() and "/" not in segment
