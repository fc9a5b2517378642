# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_operation_info does."""

from __future__ import annotations

from typing import Any

from .._errors import InputError, NotFoundError, OperationFailed
from .._resources.wire import last_segment
from .._session import Session
from .._waiting import PendingWork, wait
from ._waits import OperationWatch, resume_words


def operations(session: Session) -> dict[str, Any]:
    """Return the operations, ended if the user waits.

    Raises:
        OperationFailed: the user waits, and one ended badly.
    """
    ids = [last_segment(one) or "" for one in session.options["operation_ids"]]
    if not all(ids):
        raise InputError("operation_ids holds an empty id. Did the task that should have given it start an operation?")
    watched = [OperationWatch(session.client, one) for one in ids]
    if session.options["wait"]:
        works = [
            PendingWork(f"Operation {one.id}", one.look, resume_words(ids[position:]), one.id)
            for position, one in enumerate(watched)
        ]
        wait(works, session.wait_policy, session.clock, session.tell)
    else:
        for one in watched:
            one.look()
    seen = [one.seen for one in watched if one.seen is not None]
    if len(seen) < len(watched):
        unknown = ", ".join(one.id for one in watched if one.seen is None)
        raise NotFoundError(f"Operation {unknown} does not exist in account {session.connection.account_name!r}.")
    failed = [one for one in seen if one.failed]
    if failed and session.options["wait"]:
        reasons = "; ".join(
            f"{one.id}: {one.state}, {one.error['message'] if one.error else 'without a reason'}" for one in failed
        )
        raise OperationFailed(
            f"{len(failed)} of {len(seen)} operations failed. {reasons}",
            operation_id=failed[0].id,
            service_code=failed[0].error["code"] if failed[0].error else None,
            details=[{"code": one.id, "message": one.error["message"] if one.error else one.state} for one in failed],
        )
    return {"operations": [one.to_result() for one in seen]}
