# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking a service that may still be warming up, and judging its answer."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from ansible_collections.azureml.model_management.plugins.module_utils._errors import MmsError
from ansible_collections.azureml.model_management.plugins.module_utils._masking import Gate
from ansible_collections.azureml.model_management.plugins.module_utils._resources.service import Service
from ansible_collections.azureml.model_management.plugins.module_utils._session import Session
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.score import Answer, judge, warm_answer
from ansible_collections.azureml.model_management.plugins.module_utils._transport.http import Body
from ansible_collections.azureml.model_management.tests.unit.plugins.module_utils.scripted import (
    FakeClock,
    FakeCredential,
    Script,
    transport_on,
)

URI = "http://192.0.2.1:80/api/v1/service/iris/score"
SERVICE = Service(name="iris", id="1", scoring_uri=URI)


class Asked:
    """One task that scores, on a scripted wire."""

    def __init__(self, *tokens: str, wait_timeout: int = 60) -> None:
        self.script, self.clock, self.told = Script(), FakeClock(), list[str]()
        self.session = Session({"wait_timeout": wait_timeout}, self.clock, Gate(self.told.append, self.told.append))
        credential = FakeCredential(*(tokens or ("key",)))
        self.transport = transport_on(self.script, self.clock, credential, retries=0, allow_insecure_http=True)

    def answer(self) -> Answer:
        return warm_answer(self.session, self.transport, SERVICE, {"data": [1]})


def test_a_service_that_warms_up_is_asked_until_it_answers() -> None:
    asked = Asked()
    asked.script.expect("POST", URI, error=requests.ConnectionError("NewConnectionError: refused"))
    asked.script.expect("POST", URI, status=502, body=b"<html>Bad Gateway</html>")
    asked.script.expect("POST", URI, status=503)
    asked.script.expect("POST", URI, status=500, body=b"ehostunreach")
    asked.script.expect("POST", URI, body=["setosa"])
    answer = asked.answer()
    asked.script.close()
    assert (answer.attempts, answer.response.json()) == (5, ["setosa"])
    assert asked.clock.slept == [1.0] * 4
    assert asked.script.bodies() == [{"data": [1]}] * 5
    assert "answered 502 Bad Gateway" in asked.told[1]


def test_only_the_last_answer_counts_for_the_latency() -> None:
    asked = Asked()
    asked.script.expect("POST", URI, status=503)
    asked.script.expect("POST", URI, body=[])
    assert asked.answer().seconds == 0.0


def test_an_error_of_the_driver_is_an_answer() -> None:
    asked = Asked()
    asked.script.expect("POST", URI, status=500, body={"message": "An unexpected error occurred"})
    assert asked.answer().attempts == 1


def test_a_key_that_was_regenerated_is_read_again_once() -> None:
    asked = Asked("old", "new")
    asked.script.expect("POST", URI, status=401)
    asked.script.expect("POST", URI, body=[])
    assert asked.answer().response.status == 200
    assert [request.headers["Authorization"] for request in asked.script.seen] == ["Bearer old", "Bearer new"]


def test_a_service_that_does_not_get_warm_is_given_up_with_its_last_words() -> None:
    asked = Asked(wait_timeout=2)
    for _round in range(3):
        asked.script.expect("POST", URI, status=503, body=b"no replica is ready")
    with pytest.raises(MmsError) as raised:
        asked.answer()
    asked.script.close()
    assert raised.value.code == "NotReady"
    assert "after 3 attempts" in raised.value.message
    assert "no replica is ready" in raised.value.message


@pytest.mark.parametrize(
    ("status", "output", "options", "code", "words"),
    [
        (500, {}, {}, "ScoringFailed", ["500"]),
        (500, {"message": "it broke. " * 200}, {}, "ScoringFailed", ["answered with 500: it broke. it broke.", " ..."]),
        (401, {}, {}, "ScoringFailed", ["401", "mms_service_keys"]),
        (200, ["a"], {"expected": ["b"]}, "WrongAnswer", ["output[0] is 'a' instead of 'b'", '["a"]']),
        (200, [1.5], {"expected": [1.0], "tolerance": 0.4}, "WrongAnswer", ["1.5"]),
        (200, [], {"max_latency": 0.5}, "TooSlow", ["0.700 s", "0.5 s"]),
    ],
)
def test_a_bad_answer_is_told_with_its_reason(
    status: int, output: Any, options: dict[str, Any], code: str, words: list[str]
) -> None:
    asked = Asked()
    asked.script.expect("POST", URI, status=status, body=output)
    answer = Answer(asked.answer().response, 0.7, 1)
    with pytest.raises(MmsError) as raised:
        judge(SERVICE, answer, output, {"expected": None, "tolerance": 0.0, "max_latency": None, **options})
    assert raised.value.code == code
    assert all(word in raised.value.message for word in words)


def test_a_good_answer_passes_the_judgement() -> None:
    asked = Asked()
    asked.script.expect("POST", URI, body=[1.02])
    judge(SERVICE, asked.answer(), [1.02], {"expected": [1], "tolerance": 0.05, "max_latency": 1.0})


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_status_of_success_is_an_answer(status: int) -> None:
    asked = Asked()
    asked.script.expect("POST", URI, status=status, body=b"made")
    judge(SERVICE, asked.answer(), "made", {"expected": "made", "tolerance": 0.0, "max_latency": None})


def test_a_certificate_that_cannot_be_trusted_gets_no_better_by_waiting() -> None:
    asked = Asked()
    asked.script.expect("POST", URI, error=requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED"))
    with pytest.raises(MmsError) as raised:
        asked.answer()
    asked.script.close()
    assert raised.value.code == "TlsFailed"
    assert asked.clock.slept == []


def test_bytes_are_sent_with_their_own_type() -> None:
    asked = Asked()
    asked.script.expect("POST", URI, body=[])
    warm_answer(asked.session, asked.transport, SERVICE, Body(b"\x00\xff", "image/png"))
    (request,) = asked.script.seen
    assert (request.body, request.headers["Content-Type"], request.headers["Accept"]) == (
        b"\x00\xff",
        "image/png",
        "*/*",
    )
