# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both shells give the same results, byte for byte but for what no two exchanges with the service have in common."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Workbench, new_account
from scenarios import SCENARIOS, Scenario
from shells import as_action, as_module

from mms_local.testing import ServerProcess

_VOLATILE = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z|account-\d+|(?<=127\.0\.0\.1:)\d+"
)


def normal(value: Any) -> Any:
    """Put one word for every id, time and account name, and leave out which exchanges a wait took."""
    if isinstance(value, dict):
        return {name: normal(part) for name, part in value.items() if name != "request_ids"}
    if isinstance(value, list):
        return [normal(part) for part in value]
    return _VOLATILE.sub("...", value) if isinstance(value, str) else value


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.module)
def test_both_shells_return_the_same(
    scenario: Scenario, server: ServerProcess, api_version: str, tmp_path: Path
) -> None:
    def life(shell: Callable[..., dict[str, Any]]) -> list[dict[str, Any]]:
        bench = Workbench(server, shell, api_version, new_account())
        scenario.prepare(bench, tmp_path)
        first, second = scenario.first(bench, tmp_path), scenario.second(bench, tmp_path)
        steps = [(True, first), (False, first), (False, first), (True, second), (False, second)]
        steps += [(False, {"name": "iris", "state": "absent"}), (False, {"name": "iris", "id": "1", "state": "absent"})]
        return [normal(bench.run(scenario.module, check=check, **options).result) for check, options in steps]

    for module, action in zip(life(as_module), life(as_action)):
        assert module == action


@pytest.mark.security
@pytest.mark.parametrize("shell", [as_module, as_action], ids=["module", "action"])
def test_secrets_do_not_come_back(shell: Callable[..., dict[str, Any]], server: ServerProcess, tmp_path: Path) -> None:
    bench = Workbench(server, shell, "2017-06-01-privatepreview", new_account())
    service = next(one for one in SCENARIOS if one.module == "mms_service")
    service.prepare(bench, tmp_path)
    printed = [
        str(bench.run("mms_model", name="x", url="https://example.com/x?sig=signature-nobody-may-see").result),
        str(bench.run("mms_model", name="x", url="https://u:password-nobody-may-see@example.com/x").result),
        str(bench.run("mms_service", **service.first(bench, tmp_path)).result),
    ]
    for text in printed:
        assert "nobody-may-see" not in text
        assert "registry-password" not in text


@pytest.mark.security
def test_the_credential_of_a_kubeconfig_is_hidden_when_the_service_repeats_it(
    shell: Callable[..., dict[str, Any]], server: ServerProcess, tmp_path: Path
) -> None:
    bench = Workbench(server, shell, "2017-06-01-privatepreview", new_account())
    service = next(one for one in SCENARIOS if one.module == "mms_service")
    service.prepare(bench, tmp_path)
    said = "the cluster does not know kubernetes-token-that-nobody-may-see"
    bench.fault("services.create", "error", message=said, count=10)
    result = bench.run("mms_service", **service.first(bench, tmp_path)).result
    assert "the cluster does not know ********" in result["msg"]
    assert "nobody-may-see" not in str(result)
