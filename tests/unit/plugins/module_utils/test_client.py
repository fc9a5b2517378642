# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._client.client import Client, Started
from ansible_collections.azureml.model_management.plugins.module_utils._errors import (
    ApiError,
    RefusedError,
    ResponseFormatError,
)
from ansible_collections.azureml.model_management.plugins.module_utils._generations.account import ACCOUNT
from ansible_collections.azureml.model_management.plugins.module_utils._resources.keys import Keys
from ansible_collections.azureml.model_management.tests.unit.plugins.module_utils.scripted import (
    BASE,
    FakeClock,
    Script,
    transport_on,
)

NEXT = "https://mms.example.com/api/next?%24skipToken=1"


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()
    yield script
    script.close()


@pytest.fixture
def client(script: Script) -> Client:
    return Client(transport_on(script, FakeClock(), retries=0), BASE + "/", ACCOUNT)


def models(*ids: str) -> list[dict[str, Any]]:
    return [{"id": one, "name": "iris"} for one in ids]


def ids(client: Client) -> list[str | None]:
    return [model.id for model in client.models.list()]


@pytest.mark.parametrize("last", [{}, {"nextLink": None}, {"nextLink": ""}])
def test_pages_are_followed_to_the_last_one_however_it_is_marked(last: Any, script: Script, client: Client) -> None:
    script.expect("GET", "/models", 200, {"value": models("1"), "nextLink": NEXT})
    script.expect("GET", NEXT, 200, {"value": models("2"), **last})
    assert ids(client) == ["1", "2"]


def test_a_bare_array_is_a_list_too(script: Script, client: Client) -> None:
    script.expect("GET", "/models", 200, models("1", "2"))
    assert ids(client) == ["1", "2"]


def test_the_next_page_may_be_relative(script: Script, client: Client) -> None:
    script.expect("GET", "/models", 200, {"value": [], "nextLink": "/api/next"})
    script.expect("GET", "https://mms.example.com/api/next", 200, {"value": models("1")})
    assert ids(client) == ["1"]


@pytest.mark.security
@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example.com/x",
        "http://mms.example.com/x",
        "https://mms.example.com:8443/x",
        "https://mms.example.com:port/x",
    ],
)
def test_the_token_does_not_follow_a_page_to_another_origin(link: str, script: Script, client: Client) -> None:
    script.expect("GET", "/models", 200, {"value": models("1"), "nextLink": link})
    with pytest.raises(ResponseFormatError, match="another host"):
        ids(client)


def test_pages_that_go_in_circles_are_an_error(script: Script, client: Client) -> None:
    for url in ("/models", NEXT):
        script.expect("GET", url, 200, {"value": models("1"), "nextLink": NEXT})
    with pytest.raises(ResponseFormatError, match="already"):
        ids(client)


@pytest.mark.parametrize("body", [{"value": {"id": "1"}}, "text", 1])
def test_what_is_no_list_is_an_error_and_not_an_empty_list(body: Any, script: Script, client: Client) -> None:
    script.expect("GET", "/models", 200, body)
    with pytest.raises(ResponseFormatError):
        ids(client)


def test_only_filters_that_the_service_has_are_sent(script: Script, client: Client) -> None:
    script.expect("GET", "/manifests?manifestName=iris", 200, [])
    assert client.manifests.list(name="iris", version="3", model_id=None) == []


def test_not_found_is_the_status_404_and_nothing_else(script: Script, client: Client) -> None:
    script.expect("GET", "/models/1", 404, b"<html>gone</html>")
    assert client.models.get("1") is None
    script.expect("GET", "/models/1", 500, {"code": "NotFound", "message": "not found"})
    with pytest.raises(ApiError):
        client.models.get("1")


@pytest.mark.parametrize("status", [200, 201])
def test_both_statuses_of_a_registration_are_success(status: int, script: Script, client: Client) -> None:
    script.expect("POST", "/models", status, models("1")[0])
    created = client.models.create({"name": "iris", "url": "https://e.com/x", "unknown": 1})
    assert not isinstance(created, Started)
    assert created.id == "1"
    assert script.bodies() == [{"name": "iris", "url": "https://e.com/x"}]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Operation-Location": "/api/x/operations/op"}, None),
        ({"Operation-Location": "https://mms.example.com/api/x/operations/op"}, None),
        ({"Operation-Location": "/api/x/operations/op/"}, None),
        ({"Operation-Location": "/api/x/operations/op?api-version=1"}, None),
        ({"operation-location": "operations/op"}, None),
        ({}, {"operationId": "op"}),
        ({}, {"id": "op"}),
        ({"x-ms-request-id": "op"}, None),
    ],
)
def test_the_operation_is_found_wherever_the_answer_has_it(
    headers: dict[str, str], body: Any, script: Script, client: Client
) -> None:
    script.expect("POST", "/images", 202, body, headers)
    assert client.images.create({"manifest": "1"}) == Started("op")


def test_an_answer_that_names_no_operation_is_an_error(script: Script, client: Client) -> None:
    script.expect("POST", "/images", 202)
    with pytest.raises(ResponseFormatError, match="names no operation"):
        client.images.create({})


@pytest.mark.parametrize(("status", "started"), [(200, None), (202, Started("op")), (204, None), (404, None)])
def test_every_answer_to_a_deletion_is_understood(status: int, started: Any, script: Script, client: Client) -> None:
    script.expect("DELETE", "/services/1", status, None, {"Operation-Location": "/operations/op"})
    assert client.services.delete("1") == started


@pytest.mark.parametrize(("status", "started"), [(200, None), (202, Started("op"))])
def test_every_answer_to_an_update_is_understood(status: int, started: Any, script: Script, client: Client) -> None:
    script.expect("PUT", "/services/1", status, {}, {"Operation-Location": "/operations/op"})
    assert (
        client.services.update("1", {"image": "2", "replicas": 3, "name": "x", "autoscaler.enabled": False}) == started
    )
    assert script.bodies() == [{"imageId": "2", "numReplicas": 3, "autoScaler": {"autoscaleEnabled": False}}]


FLAT = {
    "code": "BadRequest",
    "message": "no",
    "details": [{"code": "EmptyOrInvalidPayload", "message": "name: too long"}],
}


@pytest.mark.parametrize(
    ("body", "service_code", "words"),
    [
        (FLAT, "BadRequest", ["no", "EmptyOrInvalidPayload: name: too long", "name was 'x'"]),
        ({"error": FLAT}, "BadRequest", ["no", "name: too long"]),
        ({"error": {"code": "UnsupportedApiVersion", "message": "which?"}}, "UnsupportedApiVersion", ["which?"]),
        ({"code": "BadRequest", "message": "no", "details": None, "statusCode": None}, "BadRequest", ["no"]),
        (b"<html><body>Proxy says no</body></html>", None, ["Proxy says no"]),
        (b"", None, ["empty body"]),
        ([], None, ["400"]),
    ],
)
def test_every_shape_of_an_error_is_told(
    body: Any, service_code: str | None, words: list[str], script: Script, client: Client
) -> None:
    script.expect("POST", "/models", 400, body, {"x-ms-request-id": "r"})
    with pytest.raises(ApiError) as caught:
        client.models.create({"name": "x"})
    assert caught.value.service_code == service_code
    assert caught.value.request_id == "r"
    for word in ("POST", "/models", "400", *words):
        assert word in caught.value.message


@pytest.mark.parametrize(
    ("status", "code", "word"),
    [
        (401, "Unauthorized", "a test"),
        (403, "Forbidden", "Contributor"),
        (409, "Conflict", "already"),
        (412, "InUse", "in use"),
        (429, "TooManyRequests", "slow down"),
        (418, "Teapot", "418"),
    ],
)
def test_each_status_has_its_own_code_and_advice(
    status: int, code: str, word: str, script: Script, client: Client
) -> None:
    script.expect("GET", "/models", status, {"code": "Teapot", "message": "short"})
    with pytest.raises(ApiError) as caught:
        client.models.list()
    assert caught.value.code == code
    assert caught.value.service_code == "Teapot"
    assert word in caught.value.message


def test_a_log_of_the_service_itself_is_read(script: Script, client: Client) -> None:
    script.expect("GET", "https://mms.example.com/logs/1", 200, b"here")
    assert client.text("/logs/1") == "here"


@pytest.mark.security
@pytest.mark.parametrize(
    "url", ["https://logs.example.com/1?sig=hidden", "http://mms.example.com/logs/1", "//169.254.169.254/metadata"]
)
def test_a_log_of_another_origin_is_not_fetched(url: str, client: Client) -> None:
    with pytest.raises(RefusedError, match="is not fetched by itself") as caught:
        client.text(url)
    assert "hidden" not in caught.value.message


def test_keys_are_read_and_made_anew(script: Script, client: Client) -> None:
    script.expect("GET", "/services/1/keys", 200, {"primaryKey": "p", "secondaryKey": "s"})
    script.expect("POST", "/services/1/regenerateKeys", 200, {"PrimaryKey": "new", "SecondaryKey": "s"})
    assert client.keys("1").primary == "p"
    assert client.regenerate_keys("1", "Primary") == Keys("new", "s")
    assert script.bodies() == [{"keyType": "Primary"}]
