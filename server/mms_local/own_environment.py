# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps secrets out of the environment that this process was started with.

Everything that runs as the same user can read that as long as the process lives (`/proc/PID/environ`), the drivers of
services among them. So the program is executed once more, without the secrets, which come to it through a pipe.
"""

from __future__ import annotations

import json
import os
import sys
from typing import NoReturn

from mms_local.config import FLAGS

SECRETS = frozenset(
    {
        "AZUREML_MMS_ACCESS_TOKEN",
        "AZURE_STORAGE_CONNECTION_STRING",
        "AZURE_CLIENT_SECRET",
        *(flag.variable for flag in FLAGS if flag.secret),
    }
)
"""Variables of clients and of settings that nobody else may read."""

_PIPE = "MMS_LOCAL_SECRETS_FROM"


def settings_in_environment() -> dict[str, str]:
    """The environment as it was given, after it was taken away from this process."""
    pipe = os.environ.pop(_PIPE, "")
    if pipe:
        with open(int(pipe), encoding="utf-8") as given:
            return {**os.environ, **json.load(given)}
    others = {name: value for name, value in os.environ.items() if name not in SECRETS}
    if len(others) < len(os.environ):
        _start_again(others)
    return others


def _start_again(others: dict[str, str]) -> NoReturn:
    needed = {flag.variable: os.environ[flag.variable] for flag in FLAGS if flag.secret and flag.variable in os.environ}
    read, written = os.pipe()
    with open(written, "w", encoding="utf-8") as given:
        json.dump(needed, given)  # a token fits into a pipe, for it has to fit into a header
    os.set_inheritable(read, True)
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**others, _PIPE: str(read)})
