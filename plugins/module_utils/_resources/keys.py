# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two keys of a service; either opens it (protocol 2.2.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .wire import Fields


@dataclass(frozen=True)
class Keys:
    """Secrets. They appear in a result only when the user asks for them."""

    primary: str = field(repr=False)
    secondary: str = field(repr=False)

    @classmethod
    def from_api(cls, raw: Any) -> Keys:
        fields = Fields(raw, "the keys of a service")
        return cls(primary=fields.required_text("primaryKey"), secondary=fields.required_text("secondaryKey"))

    def to_result(self) -> dict[str, Any]:
        return {"primary": self.primary, "secondary": self.secondary}
