# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment: one image put behind one service at one time (protocol 2.2.2). Only the service makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .wire import Fields


@dataclass(frozen=True)
class Deployment:
    """One entry of the history; C(expired_at) is None for the one in force."""

    id: str
    service_name: str | None
    image_id: str | None
    status: str | None
    created_at: str | None
    expired_at: str | None

    @classmethod
    def from_api(cls, raw: Any) -> Deployment:
        fields = Fields(raw, "a deployment")
        return cls(
            id=fields.required_text("id"),
            service_name=fields.text("serviceName"),
            image_id=fields.text("imageId"),
            status=fields.text("status"),
            created_at=fields.text("createdAt", "createdTime"),
            expired_at=fields.text("expiredAt"),
        )

    def to_result(self) -> dict[str, Any]:
        return vars(self).copy()
