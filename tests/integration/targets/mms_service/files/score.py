# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A driver program that returns what it is given."""

from __future__ import annotations


def init() -> None:
    """There is nothing to load."""


def run(data: str) -> str:
    return data
