# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks the pinned packages up among the known vulnerabilities: audit.py FILE...; needs pip-audit and the network.

A vulnerability is a failure. Where the service that knows them cannot be reached, or does not know the packages, one
loud line says that nothing was looked up, and that is no failure: tests run without the network, too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

COMMAND = ("-m", "pip_audit", "--progress-spinner=off", "--format=json", "--disable-pip", "--no-deps", "--timeout=10")


def verdict(output: str, complaint: str) -> tuple[str, bool]:
    """What to say of an answer of pip-audit, and whether all is well as far as anybody knows."""
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        reason = (complaint.strip().splitlines() or ["no answer"])[-1]
        return f"NOT AUDITED: the service of known vulnerabilities cannot be asked: {reason[:300]}", True
    looked_up = [package for package in packages if "skip_reason" not in package]
    weak = [
        f"{package['name']} {package['version']}: {', '.join(one['id'] for one in package['vulns'])}"
        for package in looked_up
        if package["vulns"]
    ]
    if weak:
        return "KNOWN VULNERABILITIES: " + "; ".join(weak), False
    missed = len(packages) - len(looked_up)
    if missed:
        return f"NOT AUDITED: {missed} of {len(packages)} packages are unknown to the service that was asked", True
    return f"audited: {len(packages)} packages, no known vulnerability", True


def main(files: list[str]) -> int:
    """Audits each file; returns the exit status."""
    well = True
    for file in files:
        ran = subprocess.run(
            [sys.executable, *COMMAND, "--requirement", file], capture_output=True, text=True, check=False
        )
        said, good = verdict(ran.stdout, ran.stderr)
        print(f"{file}: {said}", flush=True)
        well = well and good
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
