# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An operation: the record of one asynchronous job (protocol 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ._common import ENDED_BADLY, SUCCEEDED, error_from, state_from
from .wire import Fields, last_segment


@dataclass(frozen=True)
class Operation:
    """One asynchronous job, as seen last."""

    id: str
    type: str | None = None
    state: str | None = None
    resource_id: str | None = None
    error: Mapping[str, Any] | None = None
    created_at: str | None = None
    ended_at: str | None = None

    @classmethod
    def from_api(cls, raw: Any) -> Operation:
        fields = Fields(raw, "an operation")
        return cls(
            id=fields.required_text("id"),
            type=fields.text("operationType"),
            state=state_from(fields, "state"),
            resource_id=last_segment(fields.text("resourceLocation")),
            error=error_from(fields),
            created_at=fields.text("createdTime", "createdAt"),
            ended_at=fields.text("endTime"),
        )

    @property
    def ended(self) -> bool:
        """Whether it will not change any more. An unknown state counts as running (protocol 7.2.8)."""
        return self.state == SUCCEEDED or self.failed

    @property
    def failed(self) -> bool:
        return self.state in ENDED_BADLY

    def to_result(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": self.type,
            "state": self.state,
            "resource_id": self.resource_id,
            "error": self.error,
            "created_at": self.created_at,
            "ended_at": self.ended_at,
        }
