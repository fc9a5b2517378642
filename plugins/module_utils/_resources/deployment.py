# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment: one image put behind one service at one time (protocol 2.2.2). Only the service makes them."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import TEXT, Described, fact, identity


@dataclass(frozen=True)
class Deployment(Described):
    """One entry of the history; C(expired_at) is None for the one in force."""

    id: str = identity("id", "Id of the deployment.")
    service_name: str | None = fact(TEXT, "serviceName", "Name of the service.", sample="iris")
    image_id: str | None = fact(TEXT, "imageId", "Id of the image.")
    status: str | None = fact(TEXT, "status", "How it went, in the words of the service.", sample="Succeeded")
    created_at: str | None = fact(TEXT, "createdAt", "When it was begun, UTC.", also=("createdTime",))
    expired_at: str | None = fact(TEXT, "expiredAt", "When it was replaced, UTC; null for the one in force.")
