# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Fills an account with models in one transaction: for demos, and for tests that need very many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mms_local.api.mms.registry import GENERATIONS
from mms_local.core.accounts import AccountName
from mms_local.core.errors import Invalid, Problem
from mms_local.core.fields import Anything, Field, ListOf, Number, Record, Text, read_strictly
from mms_local.core.generation import Generation
from mms_local.core.mms import Mms

_NAME = Text(1, 300)
_ACCOUNT = Record(
    (
        Field("generation", Text(choices=tuple(one.value for one in Generation)), required=True),
        Field("subscription", _NAME, required=True),
        Field("resourceGroup", _NAME, required=True),
        Field("name", _NAME, required=True),
    )
)


_SEED = Record(
    (
        Field("account", _ACCOUNT, required=True),
        Field("models", ListOf(Anything()), required=True),
        Field("copies", Number(1, 1_000_000)),
    )
)


def seed_models(mms: Mms, body: Any) -> int:
    """Register the models, and `copies` of each with `-1`, `-2`, ... behind its name when that is given. How many.

    Raises:
        Invalid: the body or one of the models breaks a rule; nothing is registered then.
    """
    fields = read_strictly(_SEED, body)
    account = fields["account"]
    name = AccountName(
        Generation(account["generation"]), account["subscription"], account["resourceGroup"], account["name"]
    )
    copies = fields.get("copies")
    generation = GENERATIONS[name.generation]
    with mms.world.storage.transaction():
        opened = mms.accounts.open(name)
        for model in fields["models"]:
            for number in range(1, (copies or 1) + 1):
                generation.register(mms, opened, model if copies is None else _numbered(model, number))
    return len(fields["models"]) * (copies or 1)


def _numbered(model: Any, number: int) -> Mapping[str, Any]:
    if not isinstance(model, dict) or not isinstance(model.get("name"), str):
        raise Invalid(Problem("models", "each entry must be an object with a name"))
    return {**model, "name": f"{model['name']}-{number}"}
