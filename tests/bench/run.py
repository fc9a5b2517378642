# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the benches of this folder one after the other and prints their measures as one table.

    run.py                 all benches
    run.py server upload   server_bench.py and upload_bench.py

A bench is a program `NAME_bench.py` that calls `measures.save`. Absolute times depend on the machine, so every measure
that can be is a ratio to something timed in the same run; nothing here is an assertion.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from measures import RESULTS, Measure, load

HERE = Path(__file__).resolve().parent


def chosen(names: list[str]) -> list[Path]:
    """The bench programs of these names, or all of them. An unknown name ends the program."""
    benches = {path.stem.removesuffix("_bench"): path for path in sorted(HERE.glob("*_bench.py"))}
    unknown = sorted(set(names) - set(benches))
    if unknown:
        sys.exit(f"No such bench: {', '.join(unknown)}. There are: {', '.join(benches)}")
    return [path for name, path in benches.items() if name in names or not names]


def table(measures: list[Measure]) -> str:
    """The measures in columns: name, value with its unit, and what it is measured against."""
    width = max((len(measure.name) for measure in measures), default=0)
    return "\n".join(
        f"  {measure.name:{width}}  {measure.value:12,.2f} {measure.unit:8} {measure.against}".rstrip()
        for measure in measures
    )


def main(names: list[str]) -> int:
    """Runs the benches; returns 1 when one of them failed to run."""
    failed = []
    for bench in chosen(names):
        print(f"\n{bench.stem}", flush=True)
        if subprocess.run([sys.executable, bench], check=False).returncode != 0:
            failed.append(bench.stem)
    print()
    for result in sorted(RESULTS.glob("*.json")):
        print(f"{result.stem}\n{table(load(result))}\n")
    if failed:
        print(f"These benches failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
