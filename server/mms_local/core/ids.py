# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Ids of resources: one type, and one check, wherever they come from. Ids become names of files and folders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,254}")


@dataclass(frozen=True)
class Form:
    """Which texts are ids: a GUID, or a name and a version (protocol 2.3.2), and never a way through folders."""

    def checked(self, value: str) -> str:
        """The id as it is.

        Raises:
            ValueError: it is none.
        """
        if not isinstance(value, str) or not _FORM.fullmatch(value):
            raise ValueError(f"{str(value)[:80]!r} is no id of a resource")
        return value


FORM = Form()
ResourceId = Annotated[str, FORM]
"""The type of every field that holds an id; what reads records checks those."""


def below(folder: Path, resource_id: str, suffix: str = "") -> Path:
    """The path in a folder that belongs to a resource.

    Raises:
        ValueError: the id is none.
    """
    return folder / f"{FORM.checked(resource_id)}{suffix}"
