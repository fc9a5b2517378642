# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control room: health, journal, faults, transitions, reset, seed, state."""

from __future__ import annotations

import json
import socket
import time
import urllib.error
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests
from api_client import ACCOUNT, HOSTING, SUBSCRIPTION, Api

from mms_local.testing import ServerProcess


def refused(server: ServerProcess, method: str, path: str, body: Any) -> str:
    """The message of a 400."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        server.control(method, path, body)
    assert caught.value.code == 400
    message: str = json.load(caught.value)["message"]
    return message


def test_health_says_what_runs(server: ServerProcess) -> None:
    health = server.control("GET", "health")
    assert (health["status"], health["compute"], health["auth"]) == ("healthy", "none", "any")


@pytest.mark.security
def test_the_journal_tells_every_request_and_no_secret(server: ServerProcess, account: Api) -> None:
    model = account.new_model(url="https://files.invalid/m?sig=signature")
    account.call("GET", "models?name=iris", headers={"x-ms-client-request-id": "mine"})
    account.call("DELETE", f"models/{model['id']}")
    requests.get(f"{server.url}/nothing", timeout=30)
    entries = server.control("GET", "requests")
    assert [(one["operation"], one["method"], one["status"], one["write"]) for one in entries] == [
        ("models.create", "POST", 200, True),
        ("models.list", "GET", 200, False),
        ("models.delete", "DELETE", 200, True),
        ("other.get", "GET", 404, False),
    ]
    assert [one["seq"] for one in entries] == sorted({one["seq"] for one in entries})
    assert entries[1]["path"] == f"{account.path}/models"
    assert entries[1]["clientRequestId"] == "mine"
    assert set(entries[0]) == {"seq", "time", "method", "path", "operation", "status", "write", "clientRequestId"}
    assert "signature" not in json.dumps(entries)
    assert "signature" not in server.log.read_text()


def test_the_journal_can_be_cleared_and_read_from_a_point_on(server: ServerProcess, account: Api) -> None:
    account.items("models")
    (first,) = server.control("GET", "requests")
    server.control("DELETE", "requests")
    assert server.control("GET", "requests") == []
    account.items("models")
    (second,) = server.control("GET", f"requests?after={first['seq']}")
    assert second["seq"] == first["seq"] + 1


def test_a_refused_token_is_in_the_journal(server: ServerProcess, account: Api) -> None:
    account.session.headers.pop("Authorization")
    account.call("POST", "models", ACCOUNT.model())
    (entry,) = server.control("GET", "requests")
    assert (entry["status"], entry["write"]) == (401, True)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("throttled", 429), ("error", 500), ("badGateway", 502), ("unavailable", 503), ("expiredToken", 401)],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_fault_strikes_before_or_after_the_effect(
    server: ServerProcess, account: Api, kind: str, status: int, when: str
) -> None:
    server.control("POST", "faults", {"operation": "models.create", "kind": kind, "count": 1, "when": when})
    answer = account.call("POST", "models", ACCOUNT.model())
    assert answer.status_code == status
    assert answer.headers["x-ms-request-id"]
    assert answer.headers["Content-Type"].startswith("text/html" if kind == "badGateway" else "application/json")
    assert len(account.items("models")) == (1 if when == "after" else 0)
    account.new_model()


def test_retry_after_comes_as_seconds_or_date(server: ServerProcess, account: Api) -> None:
    rule = {"operation": "models.*", "kind": "throttled", "count": 1, "retryAfter": 7}
    server.control("POST", "faults", rule)
    assert account.call("GET", "models").headers["Retry-After"] == "7"
    server.control("POST", "faults", {**rule, "kind": "unavailable", "retryAfterForm": "date"})
    moment = parsedate_to_datetime(account.call("GET", "models").headers["Retry-After"])
    assert timedelta(seconds=4) < moment - datetime.now(timezone.utc) <= timedelta(seconds=7)
    server.control("POST", "faults", {"operation": "models.*", "kind": "throttled", "count": 1})
    assert "Retry-After" not in account.call("GET", "models").headers


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_can_be_closed(server: ServerProcess, account: Api, when: str) -> None:
    server.control("POST", "faults", {"operation": "models.create", "kind": "closed", "count": 1, "when": when})
    with pytest.raises(requests.ConnectionError):
        account.call("POST", "models", ACCOUNT.model())
    assert len(account.items("models")) == (1 if when == "after" else 0)


def test_an_answer_can_be_slow_or_cut_short(server: ServerProcess, account: Api) -> None:
    server.control("POST", "faults", {"operation": "models.list", "kind": "slow", "milliseconds": 150, "count": 1})
    began = time.monotonic()
    assert account.items("models") == []
    assert time.monotonic() - began >= 0.15
    server.control("POST", "faults", {"operation": "models.list", "kind": "truncated", "count": 1})
    with pytest.raises(requests.JSONDecodeError):
        account.call("GET", "models").json()


def test_a_rule_strikes_as_often_as_it_says_and_then_is_gone(server: ServerProcess, account: Api) -> None:
    server.control("POST", "faults", {"operation": "*.list", "kind": "error", "count": 2})
    assert [account.call("GET", "models").status_code for _round in range(3)] == [500, 500, 200]
    assert server.control("GET", "faults") == []


def test_a_rule_can_strike_by_chance(server: ServerProcess, account: Api) -> None:
    rule = {"operation": "models.list", "kind": "error", "probability": 0.5, "seed": 1}

    def statuses() -> list[int]:
        server.control("DELETE", "faults")
        server.control("POST", "faults", rule)
        return [account.call("GET", "models").status_code for _round in range(30)]

    first = statuses()
    assert set(first) == {200, 500}
    assert statuses() == first


def test_rules_strike_other_rooms_too(server: ServerProcess) -> None:
    server.control("POST", "faults", {"operation": "blob.get", "kind": "unavailable", "count": 1})
    assert requests.get(f"{server.url}/mmslocal/container/blob", timeout=30).status_code == 503


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"operation": "x", "kind": "error", "cuont": 1}, "known fields are operation, kind, count"),
        ({"operation": "x"}, "kind: is required"),
        ({"operation": "x", "kind": "nonsense"}, "must be one of throttled"),
        ({"operation": "x", "kind": "error", "probability": 2}, "probability"),
        ({"operation": "x", "kind": "error", "count": 0}, "count"),
        ({"operation": "x", "kind": "stuck", "when": "after"}, "when"),
        ([], "must be an object"),
        (None, "must be an object"),
    ],
)
def test_a_bad_rule_is_refused(server: ServerProcess, rule: Any, words: str) -> None:
    assert words in refused(server, "POST", "faults", rule)


def test_transitions_go_by_reads(server: ServerProcess, account: Api) -> None:
    pace = {"notStartedReads": 2, "runningReads": 3}
    assert server.control("PUT", "transitions", pace) == pace
    answer = account.call("POST", "images", ACCOUNT.image(account.new_manifest()["id"]))
    location = answer.headers["Operation-Location"]
    states = [account.get(location)["state"] for _round in range(7)]
    assert states == ["NotStarted"] * 2 + ["Running"] * 3 + ["Succeeded"] * 2


def test_transitions_hold_for_services_and_their_dependents(server: ServerProcess, account: Api) -> None:
    image = account.new_image()
    server.control("PUT", "transitions", {"runningReads": 1})
    answer = account.call("POST", "services", ACCOUNT.service(image["id"]))
    service = account.items("services")[0]
    assert service["state"] == "Running"
    assert account.get(answer.headers["Operation-Location"])["state"] == "Running"
    assert account.get(f"services/{service['id']}")["state"] == "Running"
    assert account.get(answer.headers["Operation-Location"])["state"] == "Succeeded"
    assert account.get(f"services/{service['id']}")["state"] == "Succeeded"


def test_transitions_can_be_taken_back(server: ServerProcess, account: Api) -> None:
    server.control("PUT", "transitions", {"notStartedReads": 1000})
    answer = account.call("POST", "images", ACCOUNT.image(account.new_manifest()["id"]))
    assert account.get(answer.headers["Operation-Location"])["state"] == "NotStarted"
    server.control("DELETE", "transitions")
    assert account.finish(answer)["state"] == "Succeeded"
    assert "known fields are" in refused(server, "PUT", "transitions", {"reads": 1})


def test_a_reset_forgets_everything(server: ServerProcess, account: Api) -> None:
    account.new_service()
    server.control("POST", "faults", {"operation": "*", "kind": "error"})
    server.control("PUT", "transitions", {"runningReads": 1})
    server.reset()
    for kind in ("models", "manifests", "images", "services", "deployments"):
        assert account.items(kind) == []
    server.control("DELETE", "requests")
    assert server.control("GET", "transitions") == {"notStartedReads": 0, "runningReads": 0}
    assert account.new_model()["version"] == 1


def test_a_state_goes_from_one_server_to_another(
    server: ServerProcess, account: Api, start_server: Callable[..., ServerProcess]
) -> None:
    service = account.new_service()
    state = server.control("GET", "state")
    other = start_server()
    Api(other.url, HOSTING).new_model()
    other.control("PUT", "state", state)
    loaded = Api(other.url, ACCOUNT)
    answer = loaded.get(f"services/{service['id']}")
    assert answer["image"]["manifest"] == service["image"]["manifest"]
    assert answer["models"] == service["models"]
    assert Api(other.url, HOSTING).items("models") == []
    assert loaded.items("services", modelName="iris") == [answer]
    assert loaded.new_model()["version"] == 2
    keys = loaded.get(f"services/{service['id']}/keys")
    assert keys != account.get(f"services/{service['id']}/keys")
    assert loaded.get(f"services/{service['id']}/keys") == keys


@pytest.mark.parametrize(
    "damage",
    [
        lambda state: [],
        lambda state: {**state, "version": 99},
        lambda state: {**state, "tables": {}},
        lambda state: {**state, "tables": {**state["tables"], "model": {"columns": ["x"], "rows": []}}},
        lambda state: {**state, "tables": {**state["tables"], "model": {**state["tables"]["model"], "rows": [[1]]}}},
        lambda state: {
            **state,
            "tables": {
                **state["tables"],
                "model": {**state["tables"]["model"], "rows": [[9, 1, "key", "{}", "name"]]},
            },
        },
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(
    server: ServerProcess, account: Api, damage: Callable[[Any], Any]
) -> None:
    model = account.new_model()
    refused(server, "PUT", "state", damage(server.control("GET", "state")))
    assert account.items("models") == [model]


def test_a_seed_is_all_or_nothing(server: ServerProcess, account: Api) -> None:
    name = {"generation": "account", "subscription": SUBSCRIPTION, "resourceGroup": "demo-rg", "name": "demo"}
    bad = [ACCOUNT.model(), ACCOUNT.model(url="nonsense")]
    assert "url" in refused(server, "POST", "seed", {"account": name, "models": bad})
    assert account.items("models") == []
    assert "known fields" in refused(server, "POST", "seed", {"account": name, "models": [], "modles": []})
    assert "generation" in refused(server, "POST", "seed", {"account": {**name, "generation": "x"}, "models": []})
    assert server.control("POST", "seed", {"account": name, "models": bad[:1]}) == {"models": 1}


def own_address() -> str | None:
    """An address of this machine that is not loopback, if it has one. No packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") else address


@pytest.mark.security
@pytest.mark.parametrize(("flags", "status"), [((), 403), (("--control-anywhere",), 200)])
def test_only_this_machine_may_control(
    start_server: Callable[..., ServerProcess], flags: tuple[str, ...], status: int
) -> None:
    address = own_address()
    if address is None:
        pytest.skip("this machine has only a loopback address")
    server = start_server("--host", address, "--allow-anonymous", *flags)
    for path in ("/_mms/health", "/"):
        assert requests.get(f"{server.url}{path}", timeout=30).status_code == status


def test_the_description_lists_every_operation(server: ServerProcess) -> None:
    described = server.control("GET", "openapi.json")
    assert described["openapi"].startswith("3.")
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert len(operations) == 73
    assert len({operation["operationId"] for operation in operations}) == 73
