# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A model: a named, versioned pointer to a file or a packed folder (protocol 2.1.2, 2.2.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ._common import SUCCEEDED, Change, differing, given, shown
from .wire import Fields, same_content


@dataclass(frozen=True)
class Model:
    """A registered model, or the description of one that is to exist."""

    name: str | None = None
    url: str | None = field(default=None, repr=False)  # may carry a SAS signature
    mime_type: str | None = None
    unpack: bool | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    id: str | None = None
    version: int | None = None
    created_at: str | None = None

    @classmethod
    def from_api(cls, raw: Any) -> Model:
        fields = Fields(raw, "a model")
        return cls(
            name=fields.text("name"),
            url=fields.text("url"),
            mime_type=fields.text("mimeType", "mimetypes"),
            unpack=fields.flag("unpack"),
            description=fields.text("description") or "",
            tags=fields.texts("tags"),
            id=fields.required_text("id"),
            version=fields.integer("version"),
            created_at=fields.text("createdAt", "createdTime"),
        )

    @property
    def state(self) -> str:
        """It is there at once and for good."""
        return SUCCEEDED

    def wanted(self) -> dict[str, Any]:
        return given(
            (
                ("name", self.name),
                ("url", self.url),
                ("mime_type", self.mime_type),
                ("unpack", self.unpack),
                ("description", self.description),
                ("tags", None if self.tags is None else list(self.tags)),
            )
        )

    def differences(self, actual: Model) -> dict[str, Change]:
        """Return in what C(actual) differs from this description; fields left out here do not count."""
        changes = differing(
            ("name", self.name, actual.name),
            ("mime_type", self.mime_type, actual.mime_type),
            ("description", self.description, actual.description),
            # The older generation does not tell how unpack was set.
            ("unpack", self.unpack, self.unpack if actual.unpack is None else actual.unpack),
            ("tags", _sorted(self.tags), _sorted(actual.tags)),
        )
        if self.url is not None and not same_content(self.url, actual.url):
            changes["url"] = Change(shown(actual.url), shown(self.url))
        return changes

    def to_result(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "version": self.version,
            "url": shown(self.url),
            "mime_type": self.mime_type,
            "unpack": self.unpack,
            "description": self.description,
            "tags": None if self.tags is None else list(self.tags),
            "created_at": self.created_at,
        }


def _sorted(tags: tuple[str, ...] | None) -> list[str] | None:
    """Return the tags as a set in a printable order: the service may reorder them."""
    return None if tags is None else sorted(set(tags))
