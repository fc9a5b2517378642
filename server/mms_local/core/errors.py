# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""What the core refuses to do, and why. The wire form of these (status, JSON) is the business of `api`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input: where (a path such as `assets[0].url`) and what to do about it."""

    field: str
    message: str


class Refused(Exception):
    """A request that cannot be granted. Nothing was changed."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(Refused):
    """The input breaks a rule; `problems` names every field that does."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in problems))
        self.problems = problems


class NotFound(Refused):
    """There is no such resource in this account."""


class LogNotFound(NotFound):
    """There is no such service, and no log of one that was removed. Servers that keep no logs never say this."""


class Conflict(Refused):
    """The name is taken."""


class InUse(Refused):
    """The resource cannot be deleted while another one is made from it."""
