# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Kubernetes quantities, as in `containerResourceReservation` (protocol 2.2.2)."""

from __future__ import annotations

import re
from decimal import Decimal

_QUANTITY = re.compile(r"^(?P<number>\d+(?:\.\d*)?|\.\d+)(?P<unit>[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,2})?$")
_DECIMAL = {
    unit: Decimal(10) ** power for unit, power in zip("numkMGTPE", (-9, -6, -3, 3, 6, 9, 12, 15, 18), strict=True)
}
_BINARY = {f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", 1)}


def quantity(text: str) -> Decimal:
    """The number that a quantity such as `100m`, `0.5`, `1Gi` or `2e3` stands for.

    Raises:
        ValueError: not a quantity.
    """
    match = _QUANTITY.match(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no Kubernetes quantity: write for example 100m, 0.5, 512Mi or 1G")
    number, unit = Decimal(match["number"]), match["unit"] or ""
    if unit[:1] in ("e", "E") and len(unit) > 1 and unit not in _BINARY:
        return number * Decimal(10) ** int(unit[1:])
    return number * (_DECIMAL | _BINARY).get(unit, Decimal(1))
