# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter gives what the shared implementation gives, to templates as Ansible makes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.azureml.model_management.plugins.filter.to_flat_kubeconfig import (
    FilterModule,
    to_flat_kubeconfig,
)
from ansible_collections.azureml.model_management.plugins.module_utils._kubernetes.kubeconfig import flat_kubeconfig


def kubeconfig(token: Any = "t") -> dict[str, Any]:
    return {
        "clusters": [{"name": "c", "cluster": {"server": "https://c", "insecure-skip-tls-verify": True}}],
        "users": [{"name": "u", "user": {"token": token}}],
        "contexts": [{"name": name, "context": {"cluster": "c", "user": "u"}} for name in ("one", "two")],
        "current-context": "one",
    }


class VaultedText(Sequence[str]):
    """Text as ansible-core 2.16 hands a vaulted scalar to filters: a sequence that becomes text when asked."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __getitem__(self, index: Any) -> str:
        return self._text[index]

    def __len__(self) -> int:
        return len(self._text)

    def __str__(self) -> str:
        return self._text


def test_the_filter_is_offered_under_its_name() -> None:
    assert FilterModule().filters() == {"to_flat_kubeconfig": to_flat_kubeconfig}


def test_it_is_the_shared_implementation(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(json.dumps(kubeconfig()))
    expected = flat_kubeconfig(kubeconfig(), context="two")
    for source in (kubeconfig(), json.dumps(kubeconfig()), str(file), [str(file)]):
        assert to_flat_kubeconfig(source, "two") == expected


def test_vaulted_values_are_read(tmp_path: Path) -> None:
    expected = flat_kubeconfig(kubeconfig())
    assert to_flat_kubeconfig(VaultedText(json.dumps(kubeconfig()))) == expected
    assert to_flat_kubeconfig(kubeconfig(VaultedText("t"))) == expected


def test_a_wrong_kubeconfig_fails_the_template_with_the_reason() -> None:
    with pytest.raises(AnsibleFilterError, match=r"to_flat_kubeconfig: .*no context 'three'"):
        to_flat_kubeconfig(kubeconfig(), context="three")
