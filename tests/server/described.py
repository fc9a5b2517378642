# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""schemathesis against the OpenAPI description that a server gives of itself."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from mms_local.testing import ServerProcess

_VERSION = "4.32.5"  # in an environment of its own: inside this one it would slow every start of pytest down
_ROOT = Path(__file__).resolve().parents[2]


def schemathesis(
    server: ServerProcess, folder: Path, flags: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Let it send what the description allows, and what it almost allows.

    Args:
        folder: where it may leave files.
        flags: what to check, how much and how long.
    """
    uv = shutil.which("uv") or str(_ROOT / ".venv/bin/uv")
    # More workers would be threads, and Python 3.11 loses count when two of them parse source text at the same time.
    always = {"--header": "Authorization: Bearer token", "--generation-database": "none", "--workers": "1"}
    options = [part for flag in {**always, **flags}.items() for part in flag]
    return subprocess.run(
        [
            *(uv, "tool", "run", "--from", f"schemathesis=={_VERSION}", "schemathesis", "run"),
            f"{server.url}/_mms/openapi.json",
            *options,
        ],
        capture_output=True,
        text=True,
        timeout=timeout,
        cwd=folder,
        check=False,
    )
