# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The generations that are served (protocol chapter 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mms_local.api.mms.account import ACCOUNT
from mms_local.api.mms.generation import GenerationApi
from mms_local.api.mms.hosting_account import HOSTING_ACCOUNT
from mms_local.api.mms.workspace import WORKSPACE
from mms_local.core.generation import Generation

GENERATIONS: Mapping[Generation, GenerationApi] = {one.name: one for one in (HOSTING_ACCOUNT, ACCOUNT, WORKSPACE)}


def with_registration_status(status: int) -> tuple[GenerationApi, ...]:
    """The generations, answering registrations with that status (protocol 7.1.6)."""
    return tuple(
        replace(
            generation,
            operations=tuple(
                replace(one, statuses=(status,)) if one.name == "models.create" else one
                for one in generation.operations
            ),
        )
        for generation in GENERATIONS.values()
    )
