# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the service that users name by its name or its id."""

from __future__ import annotations

from .._client.client import Collection
from .._resources.service import Service
from .._resources.wire import is_guid


def service_referred(services: Collection[Service], reference: str) -> Service | None:
    """Return the service with this id or name, or None."""
    if is_guid(reference):
        return services.get(reference)
    return next((one for one in services.list(name=reference) if one.name == reference), None)
