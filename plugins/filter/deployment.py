# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters by which the role deploy_web_service computes; each has documentation of its own beside this file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..plugin_utils._deployment import (
    deployment_problems,
    deployment_record,
    deployment_stats,
    model_references,
    needs_candidate,
    old_samples,
    record_to_keep,
)
from ..plugin_utils._values import plain


def _of_plain_values(compute: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: compute(*map(plain, values))


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        functions = (
            deployment_problems,
            deployment_record,
            deployment_stats,
            model_references,
            needs_candidate,
            old_samples,
            record_to_keep,
        )
        return {function.__name__: _of_plain_values(function) for function in functions}
