# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options whose values are paths on the machine that the task runs on. Declared here, found by the action plugin."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._kubernetes.kubeconfig import paths_in

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+://")


def is_url(value: str) -> bool:
    """Tell a URL from a path."""
    return _URL.match(value) is not None


def _one_path(value: str) -> Sequence[str]:
    return () if is_url(value) else (value,)


class PathOption(dict[str, Any]):
    """The specification of an option that holds paths.

    Args:
        spec: As Ansible knows it. Tools that check specifications make each dict of them anew, from nothing.
        paths_in: Returns the paths in a value; nothing for a URL, or for the content itself in place of a path.
        joined: What stands between several paths in one value.
        read: Whether it is read. Then it is found and decrypted as ansible.builtin.copy does with its C(src). What is
            written or run starts from the folder of the playbook.
    """

    def __init__(
        self,
        spec: Mapping[str, Any] | None = None,
        paths_in: Callable[[str], Sequence[str]] = _one_path,
        *,
        joined: str = "",
        read: bool = True,
    ) -> None:
        super().__init__(spec or {})
        self.paths_in = paths_in
        self.joined = joined
        self.read = read


def kubeconfig_option(spec: Mapping[str, Any]) -> PathOption:
    """Return the specification of an option that holds a kubeconfig: its path, or several as in E(KUBECONFIG), or its
    text."""
    return PathOption(spec, paths_in, joined=os.pathsep)


def program_option(spec: Mapping[str, Any]) -> PathOption:
    """Return the specification of an option that names a program: a path, or a name that is looked up."""
    return PathOption(spec, lambda value: (value,) if os.sep in value else (), read=False)


def with_paths(
    spec: Mapping[str, Mapping[str, Any]], options: Mapping[str, Any], place: Callable[[PathOption, str], str]
) -> dict[str, Any]:
    """Return options with each path, in suboptions too, replaced by where C(place) says that it is."""
    declared = dict(spec)
    for one in spec.values():
        declared.update(dict.fromkeys(one.get("aliases", ()), one))

    def placed(option: Mapping[str, Any], value: Any) -> Any:
        if isinstance(option, PathOption) and isinstance(value, str):
            paths = option.paths_in(value)
            return option.joined.join(place(option, path) for path in paths) if paths else value
        suboptions = option.get("options")
        if isinstance(value, (list, tuple)):
            return [placed(option, element) for element in value]
        return with_paths(suboptions, value, place) if suboptions and isinstance(value, Mapping) else value

    return {name: placed(declared[name], value) if name in declared else value for name, value in options.items()}
