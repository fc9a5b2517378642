# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the bill of materials of the local MMS (CycloneDX, JSON): sbom.py FILE; needs cyclonedx-bom."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OPTIONS = ("--mc-type", "application", "--output-reproducible", "--output-format", "JSON", "--pyproject")


def main(file: str) -> int:
    """Writes the file; returns the exit status."""
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", *OPTIONS, str(ROOT / "server/pyproject.toml")]
    subprocess.run([*command, "--output-file", str(path), str(ROOT / "requirements/server.txt")], check=True)
    bill = json.loads(path.read_text(encoding="utf-8"))
    source = (ROOT / "server/mms_local/__init__.py").read_text(encoding="utf-8")
    bill["metadata"]["component"]["version"] = source.partition('__version__ = "')[2].partition('"')[0]
    path.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{path}: {len(bill['components'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
