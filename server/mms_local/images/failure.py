# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""How a build fails."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from mms_local.core.ports import JobFailed


def build_failed(reason: str, message: str, *, status: int = 400) -> JobFailed:
    """The error of an image operation.

    Args:
        reason: machine-readable, the code of the detail: `SourceNotReadable`, `RequirementsNotResolved`, ...
        message: what was tried, on what, and what came back. It goes to the user: no secret in it.
        status: 400 when the input is to blame, 5xx when the server or a third party is.
    """
    return JobFailed("ImageBuildFailed", message, status=status, details=((reason, message),))


def shown(url: str) -> str:
    """The URL without what may be secret: user, password, query and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "a URL that is none"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
