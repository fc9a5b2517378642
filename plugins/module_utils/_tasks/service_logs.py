# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_service_logs does."""

from __future__ import annotations

from typing import Any

from .._errors import InputError, NotFoundError, RefusedError
from .._session import Session
from ._find import service_referred


def service_logs(session: Session) -> dict[str, Any]:
    """Return the last lines of a web service's log.

    Raises:
        InputError: C(tail) is no number of lines.
        RefusedError: the service is there, and gives no log out.
        NotFoundError: there is no such log.
    """
    service, tail = session.options["service"], session.options["tail"]
    if tail < 1:
        raise InputError(f"tail is {tail}; at least 1 line can be read.")
    client = session.client
    log = client.service_log(service, tail)
    if log is not None:
        return {
            "service": service,
            "content": log.content,
            "lines": log.content.splitlines(),
            "removed_at": log.removed_at,
        }
    version = session.connection.generation.api_version
    elsewhere = "The local MMS does so in every api_version; kubectl logs reads them from the cluster itself."
    if service_referred(client.services, service) is not None:
        raise RefusedError(
            f"Service {service!r} exists, but the API at {client.base_url} gives no logs out in api_version {version}. "
            + elsewhere
        )
    raise NotFoundError(
        f"There is no log of a service {service!r}: it never existed or was removed too long ago, or the API at "
        f"{client.base_url} gives no logs out in api_version {version}. {elsewhere}"
    )
