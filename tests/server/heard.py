# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes down what a compute reports of its services."""

from __future__ import annotations

from mms_local.core.ports import JobFailed


class Heard:
    """An `Upkeep` that remembers."""

    def __init__(self) -> None:
        self.repairs: list[str] = []
        self.failures: list[str] = []
        self.recoveries = 0

    def repaired(self, service_id: str, what: str) -> None:
        self.repairs.append(what)

    def broken(self, service_id: str, failure: JobFailed) -> None:
        self.failures.append(failure.message)

    def whole(self, service_id: str) -> None:
        self.recoveries += 1
