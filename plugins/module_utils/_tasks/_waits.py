# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what a task set off, and telling why it failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from .._client.client import Client, Collection, Started
from .._errors import MmsError, NotFoundError, OperationFailed
from .._resources._common import CANCELLED, ENDED_BADLY, RUNNING_STATES, SUCCEEDED
from .._resources.image import Image
from .._resources.manifest import Manifest
from .._resources.model import Model
from .._resources.operation import Operation
from .._resources.service import Service
from .._session import Session
from .._transport.http import is_loopback
from .._waiting import PendingWork, Snapshot, wait
from .traces import explained

A = TypeVar("A", Model, Manifest, Image, Service)


class OperationWatch:
    """An operation that is looked at until it has ended. C(seen) is what the last look showed."""

    def __init__(self, client: Client, operation_id: str) -> None:
        self.id = operation_id
        self.seen: Operation | None = None
        self._client = client

    def look(self) -> Snapshot | None:
        self.seen = self._client.operation(self.id)
        if self.seen is None:
            return None
        return Snapshot(named(self.seen.state), self.seen.ended, None if self.seen.ended else self.seen.phase)


def named(state: str | None) -> str:
    """Return a state in words; one that this collection does not know counts as running, and says so (protocol
    7.2.8)."""
    if state in (SUCCEEDED, *RUNNING_STATES, *ENDED_BADLY):
        return state or ""
    return f"{state or 'unnamed'} (unknown here, taken for running)"


def resume_words(ids: Iterable[str]) -> str:
    return (
        "run the same task again, or azureml.model_management.mms_operation_info with "
        f"operation_ids: [{', '.join(ids)}] and wait: true"
    )


def follow(session: Session, started: Started, what: str) -> Operation:
    """Wait for an operation and return it, ended well or badly.

    Args:
        what: What it does, such as "Building image 'iris'".

    Raises:
        WaitTimeout: says the state, the operation and how to resume.
    """
    watched = OperationWatch(session.client, started.operation_id)
    name = f"{what} (operation {started.operation_id})"
    work = PendingWork(name, watched.look, resume_words([started.operation_id]), started.operation_id)
    session.tell(f"{name} has begun{_page(session)}. It goes on if this is interrupted; then {work.resume}.")
    wait([work], session.wait_policy, session.clock, session.tell)
    if watched.seen is None:
        raise NotFoundError(f"{name} does not exist at the service.", operation_id=started.operation_id)
    return watched.seen


def _page(session: Session) -> str:
    """Return where to look meanwhile: a service on this machine is a local MMS, which has a page."""
    parts = urlsplit(session.client.base_url)
    return f"; {parts.scheme}://{parts.netloc}/ shows it" if is_loopback(session.client.base_url) else ""


def join(session: Session, collection: Collection[A], resource_id: str, what: str) -> A:
    """Wait until someone else's creation of a resource has ended, and return the resource.

    Nothing in the resource names the operation, so its own state is watched.
    """
    seen: list[A] = []

    def look() -> Snapshot | None:
        found = collection.get(resource_id)
        if found is None:
            return None
        seen[:] = [found]
        return Snapshot(named(found.state), found.state in (SUCCEEDED, *ENDED_BADLY))

    work = PendingWork(f"{what} (begun by someone else)", look, "run the same task again")
    wait([work], session.wait_policy, session.clock, session.tell)
    return seen[0]


def settled(session: Session, collection: Collection[A], resource_id: str) -> A | None:
    """Return a resource that was just made; right after its operation it may not be visible yet (protocol 7.2.12)."""
    seen: list[A] = []

    def look() -> Snapshot | None:
        found = collection.get(resource_id)
        seen.extend([found] if found else [])
        return Snapshot(SUCCEEDED, True) if found else None

    kind = collection.kind.name
    wait(
        [PendingWork(f"{kind.capitalize()} {resource_id}", look, "run the same task again")],
        session.wait_policy,
        session.clock,
        _unsaid,
    )
    return seen[0]


def _unsaid(line: str) -> None:
    """Tell nobody: that the operation has ended was told."""


def failure(
    what: str,
    state: str | None,
    error: Mapping[str, Any] | None,
    *,
    session: Session,
    operation_id: str | None,
    advice: str,
    log_url: str | None = None,
) -> OperationFailed:
    """Return why asynchronous work failed: the service's words, the last lines of the log, and what to do.

    Args:
        advice: What to do, as a sentence.
        log_url: Where the build log of an image is, if the service said so.
    """
    error = error or {"code": None, "message": None, "details": []}
    polls = [ids for ids in session.request_ids if "/operations/" in ids["request"]]
    latest = (polls or session.request_ids or [{}])[-1]
    details = list(error["details"])
    if log_url is None and details and _is_location(details[0]["message"]):
        log_url = details[0]["message"]
    ended = f"{what} {'was cancelled' if state == CANCELLED else 'failed'}"
    reports = [str(one["message"]) for one in details if one["message"] and not _is_location(one["message"])]
    if log_url:
        reports.append(_build_log(session, log_url))
    message = explained(
        f"{ended} (operation {operation_id})" if operation_id else ended, error["message"], reports, advice
    )
    return OperationFailed(
        message,
        code="OperationCancelled" if state == CANCELLED else None,
        service_code=error["code"],
        status=error.get("status"),
        details=details,
        operation_id=operation_id,
        request_id=latest.get("request_id"),
        client_request_id=latest.get("client_request_id"),
    )


def _is_location(message: str | None) -> bool:
    """Tell whether a detail of a failed image is the location of its build log (protocol 3)."""
    return bool(message) and " " not in str(message).strip() and str(message).startswith(("http://", "https://", "/"))


def _build_log(session: Session, url: str) -> str:
    try:
        text = session.client.text(url)
    except MmsError as error:
        return f"The build log could not be read: {error.message}"
    return f"The last lines of the build log:\n{text}" if text.strip() else "The build log is empty."
