# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server against its own OpenAPI description, by schemathesis: whatever the description allows, never a 5xx."""

from __future__ import annotations

from pathlib import Path

import pytest
from described import schemathesis

from mms_local.testing import ServerProcess

CHECKS = "not_a_server_error,response_schema_conformance,content_type_conformance"


@pytest.mark.slow
def test_the_server_keeps_to_its_description(server: ServerProcess, tmp_path: Path) -> None:
    flags = {"--checks": CHECKS, "--max-examples": "10", "--max-time": "45", "--seed": "1"}
    result = schemathesis(server, tmp_path, flags, timeout=300)
    failures = result.stdout.partition("= FAILURES =")[2] or result.stdout + result.stderr
    assert result.returncode == 0, f"{failures[:8000]}\nThe server's log:\n{server.log.read_text('utf-8')[-4000:]}"
    assert "Tested: 73" in result.stdout
