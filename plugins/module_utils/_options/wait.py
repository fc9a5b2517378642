# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for asynchronous work: argument specification, twin of the C(wait) doc fragment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._errors import InputError
from .._waiting import WaitPolicy

WAIT_OPTIONS: dict[str, dict[str, Any]] = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 1800},
    "poll_interval": {"type": "float", "default": 5.0},
}


def wait_policy_from(options: Mapping[str, Any]) -> WaitPolicy:
    """Read the options.

    Raises:
        InputError: a time is not positive.
    """
    for name in ("wait_timeout", "poll_interval"):
        if options[name] <= 0:
            raise InputError(f"{name} is {options[name]:g}; it must be more than 0 seconds.")
    return WaitPolicy(timeout=float(options["wait_timeout"]), interval=options["poll_interval"])
