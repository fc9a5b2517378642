# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the account is and how to get there: argument specification, twin of the C(connection) doc fragment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .._errors import InputError
from .._generations.generation import Generation
from .._generations.registry import DEFAULT, GENERATIONS
from .._masking import has_credentials
from .._time.repeats import Patience
from .._transport.http import HttpSettings
from .files import PathOption
from .given import from_environment
from .storage import STORAGE_OPTIONS

_VARIABLES = {
    "api_url": "AZUREML_MMS_API_URL",
    "arm_url": "AZUREML_MMS_ARM_URL",
    "api_version": "AZUREML_MMS_API_VERSION",
    "subscription_id": "AZURE_SUBSCRIPTION_ID",
    "resource_group": "AZURE_RESOURCE_GROUP",
    "account_name": "AZUREML_MMS_ACCOUNT",
    "workspace_name": "AZUREML_MMS_WORKSPACE",
}


def _text(name: str) -> dict[str, Any]:
    return {"type": "str", "fallback": (from_environment, [_VARIABLES[name]])}


CONNECTION_OPTIONS: dict[str, dict[str, Any]] = {
    "api_url": _text("api_url"),
    "arm_url": _text("arm_url"),
    "api_version": {**_text("api_version"), "default": DEFAULT.api_version, "choices": list(GENERATIONS)},
    "subscription_id": _text("subscription_id"),
    "resource_group": _text("resource_group"),
    "account_name": _text("account_name"),
    "workspace_name": _text("workspace_name"),
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": PathOption({"type": "path"}),
    "proxy": {"type": "str", "no_log": True},
    "timeout": {"type": "int", "default": 30},
    "retries": {"type": "int", "default": 3},
    "allow_insecure_http": {
        "type": "bool",
        "default": False,
        "fallback": (from_environment, ["AZUREML_MMS_ALLOW_INSECURE_HTTP"]),
    },
    # In every module, so that the defaults of the action group can say once where uploads go.
    **STORAGE_OPTIONS,
}


@dataclass(frozen=True)
class Connection:
    """One account or workspace, and how to reach it. C(api_url) or C(arm_url) None: to be found out. A name that is
    not set is empty."""

    generation: Generation
    subscription_id: str
    resource_group: str
    account_name: str
    api_url: str | None = None
    arm_url: str | None = None
    http: HttpSettings = field(default_factory=HttpSettings)

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Connection:
        """Read the options. An empty string counts as unset: AWX injects them.

        Raises:
            InputError: one cannot work; says which.
        """
        texts = {name: (options.get(name) or "").strip() for name in _VARIABLES}
        for name in ("subscription_id", "resource_group", "account_name", "workspace_name"):
            if "/" in texts[name] or "?" in texts[name]:
                raise InputError(f"{name} is {texts[name]!r}; it is one name, not a path.")
        generation = GENERATIONS[options["api_version"]]
        return cls(
            generation=generation,
            subscription_id=texts["subscription_id"],
            resource_group=texts["resource_group"],
            account_name=texts[generation.name_option] or texts["account_name"],
            api_url=server_url("api_url", texts["api_url"]),
            arm_url=server_url("arm_url", texts["arm_url"]),
            http=http_settings(options),
        )

    def require(self, *names: str) -> None:
        """Check that these names are set.

        Raises:
            InputError: says which are not, and how to set them.
        """
        words = {"account_name": self.generation.name_option}
        missing = [words.get(name, name) for name in names if not getattr(self, name)]
        if missing:
            options = ", ".join(f"{name} (or {_VARIABLES[name]})" for name in missing)
            raise InputError(f"Which {self.generation.account_word}? Set {options}.")


def http_settings(options: Mapping[str, Any]) -> HttpSettings:
    """Read how to reach a server, whichever it is.

    Raises:
        InputError: a number is too small.
    """
    for name, least in (("timeout", 1), ("retries", 0)):
        if options[name] < least:
            raise InputError(f"{name} is {options[name]}; it must be {least} or more.")
    return HttpSettings(
        validate_certs=options["validate_certs"],
        ca_path=options.get("ca_path") or None,
        proxy=options.get("proxy") or None,
        timeout=float(options["timeout"]),
        patience=Patience(retries=options["retries"]),
        allow_insecure_http=bool(options.get("allow_insecure_http")),
    )


def server_url(name: str, url: str) -> str | None:
    """Return the URL of a server without a trailing slash, None when there is none."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"{name} is {url!r}; it must be a URL such as https://host or http://127.0.0.1:8780.")
    if has_credentials(url):
        raise InputError(f"{name} holds a user name or a password. The service takes a bearer token: see access_token.")
    if parts.query or parts.fragment:
        raise InputError(f"{name} has a query or a fragment; give the bare URL of the server.")
    return url.rstrip("/")
