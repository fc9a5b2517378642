# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(to_flat_kubeconfig): a kubeconfig as one line that needs no file beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._errors import MmsError
from ..module_utils._kubernetes.kubeconfig import flat_kubeconfig
from ..plugin_utils._values import plain


def to_flat_kubeconfig(
    source: Any, context: str | None = None, namespace: str | None = None, base_dir: str | None = None
) -> str:
    """Return one context of a kubeconfig as one line of JSON.

    Raises:
        AnsibleFilterError: The kubeconfig is not one, or cannot travel.
    """
    try:
        return flat_kubeconfig(plain(source), context=context, namespace=namespace, base_dir=base_dir)
    except MmsError as error:
        raise AnsibleFilterError(f"to_flat_kubeconfig: {error.message}") from error


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """Return the filters by name."""
        return {"to_flat_kubeconfig": to_flat_kubeconfig}
