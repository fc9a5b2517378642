# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_score does: ask a web service, and judge its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .._client.client import Client
from .._errors import MmsError, NotFoundError, TransportError
from .._resources.service import Service
from .._session import Session
from .._time.repeats import Patience
from .._transport.http import Response, Transport
from .._transport.token import Token
from .._waiting import Pace
from ._find import service_referred
from .scoring import first_difference, output_of, question, wanted
from .traces import explained, sentence

_PAUSE = 1.0
_LONGEST_OUTPUT = 300
_LOG_LINES = 300
READ_LOG = "mms_service_logs reads the whole log."
# What a service says while it starts (protocol 6), or has no time: one of these, or a body of just this word. A 500 is
# the answer of its driver.
_WARMING_UP = (408, 429, 502, 503, 504)
_UNREACHABLE = "ehostunreach"


@dataclass(frozen=True)
class ServiceKey:
    """A service's key as a bearer token; fetched when it is needed, and again when the service refuses it."""

    client: Client
    service: Service
    which: str

    @property
    def source(self) -> str:
        return f"the {self.which} key of service {self.service.name!r}"

    def token(self) -> Token:
        keys = self.client.keys(self.service.id or "")
        return Token(keys.primary if self.which == "primary" else keys.secondary, None, self.source)

    def renew(self) -> Token | None:
        return self.token()


def score(session: Session) -> dict[str, Any]:
    """Send the input to the service until it is warm, compare the answer, and return it.

    Raises:
        MmsError: C(NotReady), C(ScoringFailed), C(WrongAnswer) or C(TooSlow).
    """
    options = session.options
    body = question(options)
    service = _service(session)
    credential = ServiceKey(session.client, service, options["key"])
    # Repeating is done here: while a service warms up, many more answers than the usual call for another try.
    transport = Transport(
        credential,
        replace(session.connection.http, patience=Patience(retries=0)),
        repeats=session.repeats,
        hide=session.hide,
    )
    transport.ids = session.transport.ids  # one list for the whole task
    answer = warm_answer(session, transport, service, body)
    output = output_of(answer.response.body)
    try:
        judge(service, answer, output["output"], options)
    except MmsError as error:
        if answer.response.status >= 500:
            error.message = explained(error.message, None, [_log(session, service)], READ_LOG)
        raise
    result = {
        "service": service.name,
        "scoring_uri": service.scoring_uri,
        "status": answer.response.status,
        "content_type": answer.response.headers.get("content-type"),
        **output,
        "seconds": round(answer.seconds, 3),
        "attempts": answer.attempts,
    }
    return {"score": result}


@dataclass(frozen=True)
class Answer:
    """The first answer of a service that is warm."""

    response: Response
    seconds: float  # how long this one answer took
    attempts: int


def _service(session: Session) -> Service:
    reference = session.options["service"]
    service = service_referred(session.client.services, reference)
    if service is None:
        raise NotFoundError(
            f"Service {reference!r} does not exist, so it cannot be scored. A service is given as name or id."
        )
    if not service.scoring_uri:
        raise MmsError(
            f"Service {reference!r} is in state {service.state} and has no scoring URI yet. "
            "Wait for its operation first (mms_service with wait: true).",
            code="NotReady",
        )
    return service


def warm_answer(session: Session, transport: Transport, service: Service, body: Any) -> Answer:
    """Return the first answer that is not one of a service that is still starting (protocol 6, 7.2.11).

    Raises:
        MmsError: C(NotReady), when C(wait_timeout) is over.
    """
    begun = session.clock.monotonic()
    attempts, pace = 0, Pace(session.clock, session.tell)
    while True:
        attempts += 1
        sent = session.clock.monotonic()
        try:
            response = transport.send("POST", service.scoring_uri or "", body=body)
            now = session.clock.monotonic()
            if not _warming_up(response):
                return Answer(response, now - sent, attempts)
            reason = f"answered {response.status} {response.text()}".rstrip()
        except TransportError as error:
            if error.code == "TlsFailed":
                raise
            now = session.clock.monotonic()
            reason = error.message
        if now - begun + _PAUSE > session.options["wait_timeout"]:
            raise MmsError(
                f"Service {service.name!r} at {service.scoring_uri} was not ready when wait_timeout "
                f"({session.options['wait_timeout']} s) was over, after {attempts} attempts. Last: {reason}",
                code="NotReady",
            )
        pace.tell(reason, f"Service {service.name!r} is warming up, {now - begun:.0f} s: {reason}")
        session.clock.sleep(_PAUSE)


def _warming_up(response: Response) -> bool:
    return response.status in _WARMING_UP or (response.status >= 400 and response.text().strip() == _UNREACHABLE)


def judge(service: Service, answer: Answer, output: Any, options: Mapping[str, Any]) -> None:
    """Compare status, output and latency with what the options ask for.

    Raises:
        MmsError: C(ScoringFailed), C(WrongAnswer) or C(TooSlow).
    """
    response = answer.response
    if not 200 <= response.status < 300:
        advice = " Check the key with mms_service_keys." if response.status == 401 else ""
        raise MmsError(
            f"Service {service.name!r} answered with {response.status}: {sentence(_words(response))}{advice}",
            code="ScoringFailed",
            status=response.status,
            request_id=response.ids.request_id,
        )
    if options["expected"] is not None:
        difference = first_difference(output, wanted(options["expected"], output), options["tolerance"])
        if difference:
            shown = json.dumps(output)
            shown = shown if len(shown) <= _LONGEST_OUTPUT else shown[:_LONGEST_OUTPUT] + " ..."
            raise MmsError(
                f"Service {service.name!r} gave a wrong answer: {difference}. The whole answer: {shown}",
                code="WrongAnswer",
                request_id=response.ids.request_id,
            )
    if options["max_latency"] is not None and answer.seconds > options["max_latency"]:
        raise MmsError(
            f"Service {service.name!r} took {answer.seconds:.3f} s; max_latency is {options['max_latency']:g} s.",
            code="TooSlow",
            request_id=response.ids.request_id,
        )


def _words(response: Response) -> str:
    """Return what an answer says for people: its message, where it is an object that has one."""
    try:
        message = json.loads(response.body)["message"]
    except (ValueError, TypeError, KeyError, RecursionError):
        message = None
    if isinstance(message, str) and message.strip():
        response = replace(response, body=message.encode())
    return response.text() or "no body"


def _log(session: Session, service: Service) -> str:
    """Return the end of the service's log; nothing where it cannot be read."""
    try:
        found = session.client.service_log(service.name or "", _LOG_LINES)
    except MmsError:
        return ""
    return found.content if found else ""
