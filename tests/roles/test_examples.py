# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The printed examples that need a service which really runs; those of the other modules run in tests/contract."""

from __future__ import annotations

import importlib
import textwrap

import pytest
from playing import Bench

PLAY = "- hosts: localhost\n  gather_facts: false\n  tasks:\n"


@pytest.mark.slow
def test_the_examples_of_scoring_run_as_they_are_printed(bench: Bench) -> None:
    assert bench.play("deploy", bench.variables("iris", bench.good_driver("setosa"))).status == 0
    module = importlib.import_module("ansible_collections.azureml.model_management.plugins.modules.mms_score")
    (bench.folder / "files").mkdir()
    (bench.folder / "files" / "sample.json").write_text("[1]", encoding="utf-8")
    playbook = bench.folder / "examples.yml"
    playbook.write_text(PLAY + textwrap.indent(module.EXAMPLES, "    "), encoding="utf-8")
    played = bench.play(str(playbook), {})
    assert played.status == 0, played.output
    assert played.counts()["ok"] == 4
