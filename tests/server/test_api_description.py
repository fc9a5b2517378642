# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server against its own OpenAPI description, by schemathesis: whatever the description allows, never a 5xx."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from mms_local.testing import ServerProcess

VERSION = "4.32.5"  # in an environment of its own: inside this one it would slow every start of pytest down
CHECKS = "not_a_server_error,response_schema_conformance,content_type_conformance"
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_server_keeps_to_its_description(server: ServerProcess, tmp_path: Path) -> None:
    uv = shutil.which("uv") or str(ROOT / ".venv/bin/uv")
    command = [uv, "tool", "run", "--from", f"schemathesis=={VERSION}", "schemathesis", "run"]
    flags = {
        "--header": "Authorization: Bearer token",
        "--checks": CHECKS,
        "--max-examples": "10",
        "--max-time": "45",
        "--seed": "1",
        "--generation-database": "none",
    }
    options = [part for flag in flags.items() for part in flag]
    result = subprocess.run(
        [*command, f"{server.url}/_mms/openapi.json", *options],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=tmp_path,
        check=False,
    )
    failures = result.stdout.partition("= FAILURES =")[2] or result.stdout + result.stderr
    assert result.returncode == 0, f"{failures[:8000]}\nThe server's log:\n{server.log.read_text('utf-8')[-4000:]}"
    assert "Tested: 73" in result.stdout
