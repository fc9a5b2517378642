# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Faults on order: rules that make chosen requests and jobs go wrong in chosen ways."""

from __future__ import annotations

import asyncio
import fnmatch
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from mms_local.api.errors import ApiError, Unauthorized, response_of
from mms_local.api.request import Answer
from mms_local.core.errors import Invalid, Problem
from mms_local.core.fields import Field, Number, Record, Share, Text, read_strictly
from mms_local.core.jobs import JobCancelled
from mms_local.core.ports import JobFailed

REQUEST_KINDS = ("throttled", "error", "badGateway", "unavailable", "closed", "slow", "truncated", "expiredToken")
JOB_KINDS = ("stuck", "failed", "cancelled")

RULE = Record(
    (
        Field("operation", Text(1, 64), required=True),
        Field("kind", Text(choices=(*REQUEST_KINDS, *JOB_KINDS)), required=True),
        Field("count", Number(1, 1_000_000)),
        Field("probability", Share()),
        Field("seed", Number(0, 2**31 - 1)),
        Field("when", Text(choices=("before", "after"))),
        Field("retryAfter", Number(0, 86_400)),
        Field("retryAfterForm", Text(choices=("seconds", "date"))),
        Field("milliseconds", Number(0, 600_000)),
        Field("code", Text(1, 64)),
        Field("message", Text(longest=1000)),
    )
)


@dataclass
class Rule:
    """One rule.

    Args:
        operation: name of the operation, with `*` and `?` as wildcards; jobs go by the operation that accepts them.
        count: how many more times it strikes; None for ever.
        probability: how likely it strikes each time, from 0 to 1.
        when: `before` the request has its effect, or `after`.
        retry_after: seconds, for `throttled` and `unavailable`; None leaves the header out.
        retry_after_date: whether the header has a date instead of seconds.
        delay: seconds that `slow` adds.
        code, message: the error of `error` and `failed`.
    """

    operation: str
    kind: str
    count: int | None
    probability: float
    when: str
    retry_after: int | None
    retry_after_date: bool
    delay: float
    code: str
    message: str
    chance: random.Random = field(repr=False)

    @classmethod
    def parse(cls, body: Any) -> Rule:
        """The rule in a request body.

        Raises:
            Invalid: a field is not known or not right.
        """
        fields = read_strictly(RULE, body)
        job = fields["kind"] in JOB_KINDS
        if job and "when" in fields:
            raise Invalid(Problem("when", f"does not go with the kind {fields['kind']}, which strikes a job"))
        return cls(
            operation=fields["operation"],
            kind=fields["kind"],
            count=fields.get("count"),
            probability=fields.get("probability", 1.0),
            when=fields.get("when", "before"),
            retry_after=fields.get("retryAfter"),
            retry_after_date=fields.get("retryAfterForm") == "date",
            delay=fields.get("milliseconds", 1000) / 1000,
            code=fields.get("code", "InjectedFault"),
            message=fields.get("message", "this failure was ordered by a fault rule"),
            chance=random.Random(fields.get("seed")),
        )

    def to_json(self) -> dict[str, Any]:
        """As the control room gives it out."""
        return {
            "operation": self.operation,
            "kind": self.kind,
            "count": self.count,
            "probability": self.probability,
            "when": self.when,
            "retryAfter": self.retry_after,
            "retryAfterForm": "date" if self.retry_after_date else "seconds",
            "milliseconds": round(self.delay * 1000),
            "code": self.code,
            "message": self.message,
        }


class Faults:
    """The rules in force. The first one that matches strikes; a used-up one is dropped."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self._cleared = asyncio.Event()

    def clear(self) -> None:
        """Drop all rules and let stuck jobs go on."""
        self.rules.clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

    async def before_job(self, job: str) -> None:
        """Implements :class:`~mms_local.core.jobs.Sabotage`."""
        rule = self._take(job, JOB_KINDS)
        if rule is None:
            return
        if rule.kind == "stuck":
            await self._cleared.wait()
        elif rule.kind == "cancelled":
            raise JobCancelled
        else:
            raise JobFailed(rule.code, rule.message)

    async def around(self, operation: str, request: web.Request, answer: Answer) -> web.StreamResponse:
        """Implements :class:`~mms_local.api.mms.dataplane.Saboteur`."""
        rule = self._take(operation, REQUEST_KINDS)
        if rule is None:
            return await answer()
        response: web.StreamResponse | None = None
        if rule.when == "after" or rule.kind in ("slow", "truncated"):
            response = await answer()
        if rule.kind == "slow":
            await asyncio.sleep(rule.delay)
        elif rule.kind == "closed" and request.transport is not None:
            request.transport.abort()
        if rule.kind == "truncated" and isinstance(response, web.Response) and isinstance(response.body, bytes):
            response.body = response.body[: len(response.body) // 2]
        if response is None or rule.kind not in ("slow", "truncated"):
            response = self._broken(rule)
        return response

    def _broken(self, rule: Rule) -> web.Response:
        if rule.kind == "badGateway":
            page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
            return web.Response(status=502, text=page, content_type="text/html")
        if rule.kind == "expiredToken":
            return response_of(Unauthorized("the access token has expired"))
        statuses = {"throttled": 429, "unavailable": 503}
        error = ApiError(statuses.get(rule.kind, 500), rule.message, code=rule.code if rule.kind == "error" else "")
        if rule.retry_after is not None:
            moment = datetime.now(timezone.utc) + timedelta(seconds=rule.retry_after)
            error.headers["Retry-After"] = (
                format_datetime(moment, usegmt=True) if rule.retry_after_date else str(rule.retry_after)
            )
        return response_of(error)

    def _take(self, operation: str, kinds: tuple[str, ...]) -> Rule | None:
        for rule in self.rules:
            if rule.kind in kinds and fnmatch.fnmatchcase(operation, rule.operation):
                if rule.chance.random() >= rule.probability:
                    continue
                if rule.count is not None:
                    rule.count -= 1
                    if rule.count == 0:
                        self.rules.remove(rule)
                return rule
        return None
