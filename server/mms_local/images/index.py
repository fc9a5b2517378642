# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Where packages come from, and the environment of the programs that fetch them.

The machine's pip configuration may name the only index that can be reached, so its settings *about the index* are taken
over; everything else in it (`user`, `prefix`, `target`, `constraint`, ...) is meant for other purposes and stays away,
as does the server's own environment, which holds secrets.
"""

from __future__ import annotations

import ast
import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

PASSED_ON = (
    "HOME",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "NETRC",
    "PATH",
    "TMPDIR",
    "UV_CACHE_DIR",
    "XDG_CACHE_HOME",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    *(name for lower in ("http_proxy", "https_proxy", "no_proxy", "all_proxy") for name in (lower, lower.upper())),
)
"""All that an installer sees of the server's environment."""

_LISTS = ("extra-index-url", "find-links", "trusted-host")
_OPTIONS = ("index-url", *_LISTS, "no-index", "cert", "client-cert", "proxy", "timeout", "default-timeout", "retries")
_UV_VARIABLES = (
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_INSECURE_HOST",
    "UV_NO_INDEX",
)


@dataclass(frozen=True)
class Index:
    """The package index as pip's configuration and the server's owner describe it.

    Attributes:
        options: pip's options about the index, by their long names; lists are separated by blanks.
        uv: variables by which the owner directs uv elsewhere than pip.
    """

    options: Mapping[str, str]
    uv: Mapping[str, str]

    @classmethod
    async def configured(cls, index_url: str | None) -> Index:
        """What this machine says. `index_url` is the owner's own word, which stands above all configuration."""
        text = await asyncio.to_thread(_pip_configuration)
        if index_url:
            own = {name: value for name, value in _options(text).items() if name not in ("index-url", *_LISTS[:2])}
            return cls({**own, "index-url": index_url}, {})
        return cls(_options(text), {name: os.environ[name] for name in _UV_VARIABLES if name in os.environ})

    def environment_for_pip(self) -> dict[str, str]:
        """pip with these settings, and no others."""
        own = {f"PIP_{name.replace('-', '_').upper()}": value for name, value in self.options.items()}
        return {**_passed_on(), **own, "PIP_CONFIG_FILE": os.devnull, "PIP_ROOT_USER_ACTION": "ignore"}

    def environment_for_uv(self) -> dict[str, str]:
        """uv with the same settings, under its own names, and no others."""
        options = self.options
        own = {
            "UV_DEFAULT_INDEX": options.get("index-url", ""),
            "UV_INDEX": options.get("extra-index-url", ""),
            "UV_FIND_LINKS": ",".join(options.get("find-links", "").split()),
            "UV_INSECURE_HOST": options.get("trusted-host", ""),
            "UV_NO_INDEX": "1" if options.get("no-index", "").lower() in ("1", "true", "yes", "on") else "",
            "UV_HTTP_TIMEOUT": options.get("timeout", options.get("default-timeout", "")).partition(".")[0],
            "SSL_CERT_FILE": options.get("cert", ""),
            "SSL_CLIENT_CERT": options.get("client-cert", ""),
            "ALL_PROXY": options.get("proxy", ""),
        }
        return {
            **_passed_on(),
            **{name: value for name, value in own.items() if value},
            **self.uv,
            "UV_NO_CONFIG": "1",
            "UV_INDEX_STRATEGY": "unsafe-best-match",  # as pip does: all indexes count alike
            "UV_NO_PROGRESS": "1",
            "UV_PYTHON_DOWNLOADS": "never",
        }


def environment_of_tools() -> dict[str, str]:
    """For programs of a build that fetch nothing."""
    return _passed_on()


def _passed_on() -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def _pip_configuration() -> str:
    """What `pip config list` prints: `section.name='value'`, files first, variables after them."""
    command = (sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check", "config", "list")
    environment = {name: value for name, value in os.environ.items() if name in PASSED_ON or name.startswith("PIP_")}
    environment |= {name: value for name, value in os.environ.items() if name.startswith("XDG_")}
    environment["PIP_QUIET"] = "0"  # above a setting that would have it print nothing
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    return answer.stdout


def _options(text: str) -> dict[str, str]:
    """The settings about the index; variables stand above `[install]`, and that above `[global]`."""
    found: dict[str, tuple[int, str]] = {}
    for line in text.splitlines():
        key, _separator, quoted = line.partition("=")
        section, _dot, name = key.rpartition(".")
        rank = {"global": 0, "install": 1, ":env:": 2}.get(section)
        if rank is None or name not in _OPTIONS or (name in found and found[name][0] > rank):
            continue
        try:
            value = " ".join(str(ast.literal_eval(quoted)).split())
        except (ValueError, SyntaxError):
            continue
        found[name] = (rank, value)
    return {name: value for name, (_rank, value) in found.items()}
