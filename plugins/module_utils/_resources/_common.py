# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the resources share: states of asynchronous work, errors, and what a difference is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .wire import Fields, service_error

SUCCEEDED = "Succeeded"
FAILED = "Failed"
CANCELLED = "Cancelled"
RUNNING_STATES = ("NotStarted", "Running")
ENDED_BADLY = (FAILED, CANCELLED, "TimedOut")


class Change(NamedTuple):
    """One field that differs: what it is, and what it is to be."""

    before: Any
    after: Any


def differing(*compared: tuple[str, Any, Any]) -> dict[str, Change]:
    """Return the fields that differ, of C((name, wanted, actual)).

    A field that the user left out is wanted as None, and not compared.
    """
    return {
        name: Change(actual, wanted) for name, wanted, actual in compared if wanted is not None and wanted != actual
    }


def state_from(fields: Fields, *names: str) -> str | None:
    """Return a state of protocol 3, whichever way the cancelled one is spelled."""
    state = fields.text(*names)
    return CANCELLED if state and state.lower() in ("canceled", "cancelled") else state


def error_from(fields: Fields) -> Mapping[str, Any] | None:
    """Return the C(error) member of an operation or a resource, as C({code, message, status, details})."""
    return service_error(fields.any("error"))
