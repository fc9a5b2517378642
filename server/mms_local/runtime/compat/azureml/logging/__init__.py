# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The logger of the workbench; in a container it prints."""

from __future__ import annotations

from typing import Any


class _Logger:
    def log(self, name: str, value: Any = "") -> None:
        """Print a name and a value."""
        print(f"{name}: {value}", flush=True)


def get_azureml_logger(*_arguments: Any, **_options: Any) -> _Logger:
    """A logger."""
    return _Logger()
