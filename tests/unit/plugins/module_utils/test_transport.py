# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import pytest
import requests

from ansible_collections.azureml.model_management.plugins.module_utils._errors import (
    InputError,
    ResponseFormatError,
    TransportError,
)
from ansible_collections.azureml.model_management.plugins.module_utils._transport.http import is_loopback
from ansible_collections.azureml.model_management.tests.unit.plugins.module_utils.scripted import (
    BASE,
    FakeClock,
    FakeCredential,
    Script,
    transport_on,
)

HTML = b"<html><head><style>p {color: red}</style></head><body><h1>502 Bad&nbsp;Gateway</h1></body></html>"


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()
    yield script
    script.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def lost() -> requests.exceptions.ConnectionError:
    return requests.exceptions.ConnectionError("Connection aborted.", ConnectionResetError(104, "reset by peer"))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_what_is_idempotent_is_sent_again_after_a_passing_failure(
    method: str, status: int, script: Script, clock: FakeClock
) -> None:
    script.expect(method, "/models", status)
    script.expect(method, "/models", 200, {})
    assert transport_on(script, clock).send(method, BASE + "/models").status == 200
    assert clock.slept == [0.5]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412])
def test_what_will_not_pass_is_not_sent_again(status: int, script: Script, clock: FakeClock) -> None:
    script.expect("GET", "/models", status)
    assert transport_on(script, clock).send("GET", BASE + "/models").status == status
    assert clock.slept == []


@pytest.mark.parametrize(
    ("status", "headers", "repeated"),
    [(429, {}, True), (503, {"Retry-After": "1"}, True), (503, {}, False), (502, {}, False), (500, {}, False)],
)
def test_a_post_is_sent_again_only_when_the_service_says_that_it_did_nothing(
    status: int, headers: dict[str, str], repeated: bool, script: Script, clock: FakeClock
) -> None:
    script.expect("POST", "/models", status, headers=headers)
    if repeated:
        script.expect("POST", "/models", 200, {})
    answer = transport_on(script, clock).send("POST", BASE + "/models", body={})
    assert answer.status == (200 if repeated else status)


def test_a_post_whose_answer_was_lost_is_not_sent_again(script: Script, clock: FakeClock) -> None:
    script.expect("POST", "/models", error=lost())
    with pytest.raises(TransportError) as caught:
        transport_on(script, clock).send("POST", BASE + "/models", body={})
    assert caught.value.sent
    assert caught.value.code == "ConnectionFailed"


def test_pauses_grow_and_end_with_the_retries(script: Script, clock: FakeClock) -> None:
    for _round in range(4):
        script.expect("GET", "/models", 503)
    assert transport_on(script, clock, retries=3).send("GET", BASE + "/models").status == 503
    assert clock.slept == [0.5, 1.0, 2.0]


def test_no_request_is_sent_again_after_the_deadline(script: Script, clock: FakeClock) -> None:
    script.expect("GET", "/models", 429, headers={"Retry-After": "100"})
    script.expect("GET", "/models", 429, headers={"Retry-After": "100"})
    assert transport_on(script, clock, seconds=120).send("GET", BASE + "/models").status == 429
    assert clock.slept == [100.0]


def test_retry_after_may_be_a_date(script: Script, clock: FakeClock) -> None:
    script.expect("GET", "/models", 503, headers={"Retry-After": formatdate(clock.now + 7, usegmt=True)})
    script.expect("GET", "/models", 200, [])
    transport_on(script, clock).send("GET", BASE + "/models")
    assert clock.slept == [7.0]


@pytest.mark.parametrize("value", ["soon", "", "-5", formatdate(0, usegmt=True)])
def test_an_odd_retry_after_does_no_harm(value: str, script: Script, clock: FakeClock) -> None:
    script.expect("GET", "/models", 503, headers={"Retry-After": value})
    script.expect("GET", "/models", 200, [])
    transport_on(script, clock).send("GET", BASE + "/models")
    assert clock.slept[0] <= 0.5


def test_a_token_that_expired_is_renewed_once(script: Script, clock: FakeClock) -> None:
    script.expect("GET", "/models", 401)
    script.expect("GET", "/models", 200, [])
    transport = transport_on(script, clock, FakeCredential("old", "new"))
    assert transport.send("GET", BASE + "/models").status == 200
    assert [request.headers["Authorization"] for request in script.seen] == ["Bearer old", "Bearer new"]


def test_a_token_is_renewed_again_when_the_next_one_expires(script: Script, clock: FakeClock) -> None:
    transport = transport_on(script, clock, FakeCredential("1", "2", "3"))
    for _round in range(2):
        script.expect("GET", "/models", 401)
        script.expect("GET", "/models", 200, [])
        assert transport.send("GET", BASE + "/models").status == 200


def test_a_second_refusal_in_a_row_is_final(script: Script, clock: FakeClock) -> None:
    script.expect("GET", "/models", 401)
    script.expect("GET", "/models", 401)
    transport = transport_on(script, clock, FakeCredential("old", "also bad", "never tried"))
    assert transport.send("GET", BASE + "/models").status == 401


def test_a_token_that_was_renewed_in_vain_is_not_renewed_with_every_request(script: Script, clock: FakeClock) -> None:
    transport = transport_on(script, clock, FakeCredential("old", "also bad", "never tried"))
    for _request in range(4):  # the first one is sent twice
        script.expect("GET", "/models", 401)
    for _request in range(3):
        assert transport.send("GET", BASE + "/models").status == 401
    sent = [request.headers["Authorization"] for request in script.seen]
    assert sent == ["Bearer old", *["Bearer also bad"] * 3]


def test_both_ids_of_every_answer_are_kept(script: Script, clock: FakeClock) -> None:
    script.expect("GET", "/models", 200, [], {"x-ms-request-id": "theirs", "x-ms-client-request-id": "echoed"})
    script.expect("GET", "/models", 200, [])
    transport = transport_on(script, clock)
    transport.send("GET", BASE + "/models")
    transport.send("GET", BASE + "/models")
    first, second = (ids.to_result() for ids in transport.ids)
    assert (first["request_id"], first["client_request_id"]) == ("theirs", "echoed")
    assert second["request_id"] is None
    assert second["client_request_id"] == script.seen[1].headers["x-ms-client-request-id"]
    assert script.seen[0].headers["x-ms-client-request-id"] != script.seen[1].headers["x-ms-client-request-id"]


@pytest.mark.security
def test_without_leave_the_token_is_not_shown(script: Script, clock: FakeClock) -> None:
    script.expect("GET", "https://elsewhere.example.com/log", 200, b"log")
    transport_on(script, clock).send("GET", "https://elsewhere.example.com/log", with_token=False)
    assert "Authorization" not in script.seen[0].headers


@pytest.mark.security
def test_a_netrc_file_does_not_replace_the_token(
    script: Script, clock: FakeClock, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine mms.example.com login somebody password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    script.expect("GET", "/models", 200, [])
    transport_on(script, clock).send("GET", BASE + "/models")
    assert script.seen[0].headers["Authorization"] == "Bearer token"


@pytest.mark.security
def test_a_redirect_is_not_followed(script: Script, clock: FakeClock) -> None:
    script.expect("GET", "/models", 302, headers={"Location": "https://elsewhere.example.com/"})
    assert transport_on(script, clock).send("GET", BASE + "/models").status == 302


def test_an_html_page_survives_as_short_text(script: Script, clock: FakeClock) -> None:
    script.expect("GET", "/models", 404, HTML, {"Content-Type": "text/html"})
    response = transport_on(script, clock).send("GET", BASE + "/models")
    assert response.text() == "502 Bad Gateway"
    with pytest.raises(ResponseFormatError, match="502 Bad Gateway"):
        response.json()


def test_a_long_body_is_cut(script: Script, clock: FakeClock) -> None:
    script.expect("GET", "/models", 400, b"x" * 5000)
    assert len(transport_on(script, clock).send("GET", BASE + "/models").text()) < 400


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (requests.exceptions.ReadTimeout("read timed out"), "RequestTimedOut", "timeout"),
        (requests.exceptions.SSLError("certificate verify failed"), "TlsFailed", "ca_path"),
        (requests.exceptions.ProxyError("Cannot connect to proxy."), "ProxyFailed", "HTTPS_PROXY"),
        (lost(), "ConnectionFailed", "network"),
    ],
)
def test_each_kind_of_trouble_has_its_own_code_and_advice(
    error: Exception, code: str, word: str, script: Script, clock: FakeClock
) -> None:
    script.expect("GET", "/models?x=secret", error=error)
    with pytest.raises(TransportError) as caught:
        transport_on(script, clock, retries=0).send("GET", BASE + "/models", params={"x": "secret"})
    assert caught.value.code == code
    assert word in caught.value.message
    assert "GET https://mms.example.com/api/" in caught.value.message
    assert "secret" not in caught.value.message


@pytest.mark.security
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8780/x", True),
        ("http://localhost/x", True),
        ("http://[::1]:8780/", True),
        ("https://127.example.com/", False),
        ("https://mms.example.com/", False),
    ],
)
def test_loopback_is_told_from_elsewhere(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


@pytest.mark.security
@pytest.mark.parametrize(
    "url", ["http://mms.example.com/models", "http://192.0.2.1:80/score", "http://127.example.com/"]
)
def test_a_token_is_not_sent_in_the_clear_to_another_machine(url: str, script: Script, clock: FakeClock) -> None:
    with pytest.raises(InputError, match="allow_insecure_http"):
        transport_on(script, clock).send("GET", url)
    script.expect("GET", url)
    script.expect("GET", url)
    transport_on(script, clock).send("GET", url, with_token=False)
    transport_on(script, clock, allow_insecure_http=True).send("GET", url)
    assert ["Authorization" in request.headers for request in script.seen] == [False, True]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8780/x", "http://localhost:8780/x", "http://[::1]:8780/x"])
def test_on_the_loopback_a_token_needs_no_https(url: str, script: Script, clock: FakeClock) -> None:
    script.expect("GET", url)
    transport_on(script, clock).send("GET", url)
    assert script.seen[0].headers["Authorization"] == "Bearer token"


@pytest.mark.security
@pytest.mark.parametrize("depth", [101, 900, 200_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_json_that_nobody_can_mean_is_an_error_and_no_overflow(
    opening: str, closing: str, depth: int, script: Script, clock: FakeClock
) -> None:
    body = (opening * depth + "1" + closing * depth).encode()
    script.expect("GET", "/models", body=body)
    with pytest.raises(ResponseFormatError, match="more than 100 levels deep"):
        transport_on(script, clock).send("GET", BASE + "/models").json()
