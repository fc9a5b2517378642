# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specification of the credential options, twin of the C(auth) doc fragment.

Environment variables are not fallbacks of single options here: what stands in the environment is one source of its own,
so that half of a credential from a task is never completed by half of another one. An empty string counts as unset, so
rules across options are checked where that is known, in C(credential_from), before anything is sent.
"""

from __future__ import annotations

from typing import Any

from .._auth.settings import AUTH_SOURCES
from .files import PathOption

AUTH_OPTIONS: dict[str, dict[str, Any]] = {
    "access_token": {"type": "str", "no_log": True},
    "auth_source": {"type": "str", "choices": list(AUTH_SOURCES)},
    "profile": {"type": "str"},
    "client_id": {"type": "str"},
    "secret": {"type": "str", "no_log": True},
    "tenant": {"type": "str"},
    "ad_user": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "x509_certificate_path": PathOption({"type": "path"}),
    "thumbprint": {"type": "str"},
    "oidc_token": {"type": "str", "no_log": True},
    "oidc_token_file": PathOption({"type": "path", "no_log": False}),
    "cloud_environment": {"type": "str"},
    "authority_host": {"type": "str", "aliases": ["adfs_authority_url"]},
    "disable_instance_discovery": {"type": "bool"},
    "token_audience": {"type": "str", "no_log": False},
    "token_cache": PathOption({"type": "path", "no_log": False}, read=False),
}
