# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_service_logs does."""

from __future__ import annotations

from typing import Any

from .._errors import InputError, NotFoundError
from .._session import Session


def service_logs(session: Session) -> dict[str, Any]:
    """Return the last lines of a web service's log.

    Raises:
        InputError: C(tail) is no number of lines.
        NotFoundError: there is no such log, or the service gives none out.
    """
    service, tail = session.options["service"], session.options["tail"]
    if tail < 1:
        raise InputError(f"tail is {tail}; at least 1 line can be read.")
    log = session.client.service_log(service, tail)
    if log is None:
        raise NotFoundError(
            f"There is no log of a service {service!r}: it never existed or was removed too long ago, or the API at "
            f"{session.client.base_url} gives out no logs in api_version {session.connection.generation.api_version}. "
            "The local MMS does, in every api_version; with the cluster's kubeconfig, kubectl logs reads them too."
        )
    return {"service": service, "content": log, "lines": log.splitlines()}
