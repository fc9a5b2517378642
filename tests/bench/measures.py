# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a bench found, and where it is kept: one JSON file per bench in tests/bench/results."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True)
class Measure:
    """One number: what it is, its unit ("ratio", "s", "MB", "requests"), and what a ratio is measured against."""

    name: str
    value: float
    unit: str = "ratio"
    against: str = ""


def save(bench: str, measures: Iterable[Measure]) -> Path:
    """Replaces what this bench found before; returns the file."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{bench}.json"
    content = {"measures": [asdict(measure) for measure in measures]}
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path


def load(path: Path) -> list[Measure]:
    """What a bench found."""
    return [Measure(**measure) for measure in json.loads(path.read_text(encoding="utf-8"))["measures"]]
