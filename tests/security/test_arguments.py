# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users name is never an option of a program that is called for them."""

from __future__ import annotations

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._kubernetes.kubectl import (
    KubectlError,
    object_name,
)

OPTIONS = ["--all", "-f", "--kubeconfig=/tmp/x", "-", "--", "a b", "a\n--all", "", "A", "a/b", ".a", "a.", "a" * 254]


@pytest.mark.parametrize("text", OPTIONS)
def test_kubectl_gets_no_option_for_a_name(text: str) -> None:
    with pytest.raises(KubectlError, match="cannot be the name of a Secret"):
        object_name(text, "Secret")


@pytest.mark.parametrize("text", ["a", "iris-pull", "registry.example.org", "0"])
def test_names_of_objects_are_names(text: str) -> None:
    assert object_name(text, "Secret") == text
