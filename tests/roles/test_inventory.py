# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A play over the services of an account, on each ansible-core: they differ in what templates make of values."""

from __future__ import annotations

import json

import yaml
from playing import ROOT, Bench


def test_the_groups_of_the_documented_inventory_hold_the_services(bench: Bench) -> None:
    assert bench.play("deploy", bench.variables("iris", bench.good_driver("one"))).status == 0
    printed = (ROOT / "plugins/inventory/mms_services.py").read_text(encoding="utf-8")
    example = yaml.safe_load(printed.partition('EXAMPLES = r"""')[2].partition('"""')[0])
    here = {name: value for name, value in example.items() if name not in ("resource_group", "account_name", "cache")}
    inventory = bench.folder / "prod.mms_services.yml"
    inventory.write_text(yaml.safe_dump({**here, "strict": True}), encoding="utf-8")
    task = {"ansible.builtin.debug": {"msg": "{{ inventory_hostname }} in {{ group_names | join(' and ') }}"}}
    play = {"hosts": "state_Succeeded", "gather_facts": False, "tasks": [task]}
    (bench.folder / "over.yml").write_text(json.dumps([play]), encoding="utf-8")
    played = bench.play(str(bench.folder / "over.yml"), {}, "-i", str(inventory))
    assert played.status == 0, played.output
    assert '"msg": "prod-iris in state_Succeeded"' in played.output
