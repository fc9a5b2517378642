# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What is said during a build: a log for those who look, and warnings for those who do not."""

from __future__ import annotations

from mms_local.core.ports import Log


class Notes:
    """Takes lines for the build log; warnings are kept beside it and become part of the image."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self._warnings: list[str] = []

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user must know although the build went on."""
        return tuple(self._warnings)

    def warn(self, message: str) -> None:
        """Say that something was done differently from what was asked for."""
        self._warnings.append(message)
        self.log(f"Warning: {message}")
