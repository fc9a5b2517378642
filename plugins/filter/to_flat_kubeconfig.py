# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(to_flat_kubeconfig): a kubeconfig as one line that needs no file beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._errors import MmsError
from ..module_utils._kubernetes.kubeconfig import flat_kubeconfig


def to_flat_kubeconfig(
    source: Any, context: str | None = None, namespace: str | None = None, base_dir: str | None = None
) -> str:
    """Return one context of a kubeconfig as one line of JSON.

    Raises:
        AnsibleFilterError: The kubeconfig is not one, or cannot travel.
    """
    try:
        return flat_kubeconfig(_plain(source), context=context, namespace=namespace, base_dir=base_dir)
    except MmsError as error:
        raise AnsibleFilterError(f"to_flat_kubeconfig: {error.message}") from error


def _plain(value: Any) -> Any:
    """Return a template's value as plain data; a vaulted scalar is no text until it is asked for its text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """Return the filters by name."""
        return {"to_flat_kubeconfig": to_flat_kubeconfig}
