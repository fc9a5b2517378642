# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A model: a named, versioned pointer to a file or a packed folder (protocol 2.1.2, 2.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ._common import SUCCEEDED
from .fields import (
    CONTENT,
    FLAG,
    INTEGER,
    MAP,
    REQUIRED_TEXT,
    SET,
    TEXT,
    TEXTS,
    URL,
    WRITTEN_ONCE,
    Described,
    fact,
    setting,
)


@dataclass(frozen=True)
class Model(Described):
    """A registered model, or the description of one that is to exist."""

    id: str | None = fact(
        REQUIRED_TEXT,
        "id",
        "Id of this version. Null in check mode when it does not exist yet.",
        sample="6ad35d2e57a84b9a9e4b6b7c6b1f0d3a",
    )
    name: str | None = setting(TEXT, "name", "Name, shared by all versions.", sample="iris")
    version: int | None = fact(INTEGER, "version", "Number of this version, from 1.", sample=3)
    url: str | None = setting(
        URL,
        "url",
        "Where the content is, without the signature.",
        sample="https://example.blob.core.windows.net/mms-assets/1f2e/iris.pkl",
        compare=CONTENT,
    )
    mime_type: str | None = setting(
        TEXT, "mimeType", "Media type of the content.", sample="application/octet-stream", also=("mimetypes",)
    )
    unpack: bool | None = setting(
        FLAG,
        "unpack",
        "Whether the service unpacks the content. Null where the service does not tell.",
        silent=True,
    )
    description: str | None = setting(TEXT, "description", "Description.", absent="")
    tags: tuple[str, ...] | None = setting(TEXTS, "tags", "Tags.", compare=SET)
    properties: Mapping[str, str] | None = setting(
        MAP,
        "properties",
        "Properties, which are written once. Null where the generation has none.",
        compare=WRITTEN_ONCE,
    )
    created_at: str | None = fact(
        TEXT, "createdAt", "When it was registered, UTC.", sample="2018-03-11T12:39:09Z", also=("createdTime",)
    )

    @property
    def state(self) -> str:
        """It is there at once and for good."""
        return SUCCEEDED
