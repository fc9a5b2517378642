# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""How an object of a cluster differs from what was made. Pure.

Only what our manifests speak of is compared. What others add, such as a sidecar, a label, or the annotation of
`kubectl rollout restart`, is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mms_local.compute.kubernetes.objects import Manifest

_COMPARED = ("spec", "data", "type")
_SECRET = "Secret"


@dataclass(frozen=True)
class Made:
    """An object as it was right after it was written.

    Args:
        manifest: what was asked for.
        applied: what the cluster made of it, its defaults and its way to write quantities included.
    """

    manifest: Manifest
    applied: Manifest

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.manifest["kind"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.manifest["metadata"]["name"])

    def differs(self, found: Manifest | None, replicas: tuple[int, int]) -> bool:
        """Whether it is not any more as it was made.

        Args:
            found: how it is now; None when it is gone.
            replicas: fewest and most; what an autoscaler decides between them is not ours to change.
        """
        return bool(changes(self.manifest, found, self.applied, replicas))


def changes(manifest: Manifest, before: Manifest | None, after: Manifest, replicas: tuple[int, int]) -> list[str]:
    """What `before` had in another way than `after`, among all that the manifest speaks of; never a secret value."""
    name = f"{manifest['kind']} {manifest['metadata']['name']}"
    if before is None:
        return [f"{name} was missing"]
    found = []
    for path, was, made in _differences("", _compared(manifest), _compared(before), _compared(after)):
        if path == "spec.replicas" and replicas[0] < replicas[1] and replicas[0] <= (was or 0) <= replicas[1]:
            continue
        shown = "other content" if manifest["kind"] == _SECRET else f"{was!r} instead of {made!r}"
        found.append(f"{name} had {shown} in {path}")
    return found


def _compared(manifest: Manifest) -> Manifest:
    parts = {part: manifest[part] for part in _COMPARED if part in manifest}
    return {**parts, "labels": manifest["metadata"].get("labels", {})}


def _differences(path: str, wanted: Any, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """Path, old and new value of every leaf of `wanted` in which the two others differ."""
    if isinstance(wanted, Mapping):
        for key, part in wanted.items():
            yield from _differences(f"{path}.{key}".lstrip("."), part, _member(before, key), _member(after, key))
    elif isinstance(wanted, list) and wanted and all(isinstance(one, Mapping) and "name" in one for one in wanted):
        olds, news = _by_name(before), _by_name(after)
        for one in wanted:
            name = one["name"]
            yield from _differences(f"{path}[{name}]", one, olds.get(name), news.get(name))
    elif wanted not in ([], {}) and before != after:
        yield path, before, after


def _member(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _by_name(value: Any) -> dict[Any, Any]:
    return {one.get("name"): one for one in value or () if isinstance(one, Mapping)}
