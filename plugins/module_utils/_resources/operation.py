# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An operation: the record of one asynchronous job (protocol 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ._common import ENDED_BADLY, SUCCEEDED
from .fields import ERROR, LAST_SEGMENT, STATE, TEXT, Described, fact, identity


@dataclass(frozen=True)
class Operation(Described):
    """One asynchronous job, as seen last."""

    id: str = identity("id", "Id of the operation, for M(azureml.model_management.mms_operation_info).")
    type: str | None = fact(TEXT, "operationType", "What it makes.", sample="Image")
    state: str | None = fact(STATE, "state", "How far it is.", sample="Succeeded")
    resource_id: str | None = fact(LAST_SEGMENT, "resourceLocation", "Id of what it makes.")
    error: Mapping[str, Any] | None = fact(
        ERROR, "error", "Why it failed, with C(code), C(message), C(status) and C(details)."
    )
    created_at: str | None = fact(TEXT, "createdTime", "When it was accepted, UTC.", also=("createdAt",))
    phase: str | None = fact(
        TEXT,
        "phase",
        "What goes on just now, where the service says so, as the local MMS does.",
        also=("operationDetails.subOperationType",),
    )
    ended_at: str | None = fact(TEXT, "endTime", "When it ended, UTC.")

    @property
    def ended(self) -> bool:
        """Whether it will not change any more. An unknown state counts as running (protocol 7.2.8)."""
        return self.state == SUCCEEDED or self.failed

    @property
    def failed(self) -> bool:
        return self.state in ENDED_BADLY
