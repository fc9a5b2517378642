# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every request: paths, versions, tokens, ids, letter case (protocol 7.1, rows 1 to 5)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
import requests
from api_client import ACCOUNT, GENERATIONS, HOSTING, SUBSCRIPTION, Api, Generation

from mms_local.testing import ServerProcess

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HEX = re.compile(r"[0-9a-f]{32}")


@pytest.mark.parametrize("generation", GENERATIONS, ids=lambda one: one.marker)
@pytest.mark.parametrize(
    "change",
    [str.lower, str.upper, lambda path: path.replace("resourceGroups", "resourcegroups"), lambda path: f"{path}/"],
    ids=["lower", "upper", "resourcegroups", "trailing slash"],
)
def test_paths_are_matched_without_regard_to_case_and_trailing_slashes(
    server: ServerProcess, generation: Generation, change: Callable[[str], str]
) -> None:
    api = Api(server.url, generation)
    model = api.new_model()
    assert api.items(change(f"{api.path}/models")) == [model]
    assert api.get(change(f"{api.path}/models/{model['id']}")) == model


def test_a_blank_behind_a_segment_is_ignored(hosting: Api) -> None:
    assert hosting.items(hosting.path.replace("resourceGroups", "resourceGroups%20") + "/models/") == []


def test_the_two_generations_are_separate_namespaces(hosting: Api, account: Api) -> None:
    model = hosting.new_model()
    assert account.call("GET", f"models/{model['id']}").status_code == 404
    assert account.items("models") == []


def test_two_accounts_are_separate_namespaces(server: ServerProcess, account: Api) -> None:
    other = Api(server.url, ACCOUNT, name="other")
    model = account.new_model()
    assert other.new_model()["version"] == 1
    assert other.call("GET", f"models/{model['id']}").status_code == 404


@pytest.mark.parametrize("version", ["2017-09-01-preview", "2018-04-01-preview", "2017-09-01-PREVIEW"])
def test_known_versions_are_accepted(account: Api, version: str) -> None:
    account.session.params = {"api-version": version}
    assert account.call("GET", "models").status_code == 200


def test_generation_account_requires_a_version(account: Api) -> None:
    account.session.params = {}
    answer = account.call("GET", "models")
    assert (answer.status_code, answer.json()["code"]) == (400, "ApiVersionUnspecified")
    assert "2017-09-01-preview" in answer.json()["message"]


def test_generation_hosting_account_does_without_a_version(hosting: Api) -> None:
    hosting.session.params = {}
    assert hosting.call("GET", "models").status_code == 200


@pytest.mark.parametrize("generation", GENERATIONS, ids=lambda one: one.marker)
def test_other_versions_are_refused(server: ServerProcess, generation: Generation) -> None:
    api = Api(server.url, generation)
    api.session.params = {"api-version": "2016-01-01"}
    answer = api.call("GET", "models")
    assert (answer.status_code, answer.json()["code"]) == (400, "UnsupportedApiVersion")


def test_two_different_versions_at_once_are_refused(account: Api) -> None:
    answer = account.call("GET", "models?api-version=2018-04-01-preview")
    assert answer.status_code == 400


@pytest.mark.security
@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic dTpw", "some-token"])
def test_a_bearer_token_is_demanded(account: Api, header: str | None) -> None:
    account.session.headers.pop("Authorization")
    answer = account.call("GET", "models", headers={"Authorization": header} if header is not None else {})
    assert answer.status_code == 401
    body = answer.json()
    assert (body["code"], body["statusCode"]) == ("Unauthorized", 401)
    assert body["details"][0]["code"] == "EmptyOrInvalidToken"


def test_without_auth_no_token_is_needed(start_server: Callable[..., ServerProcess]) -> None:
    api = Api(start_server("--auth", "off").url, ACCOUNT)
    api.session.headers.pop("Authorization")
    assert api.items("models") == []


@pytest.mark.security
def test_in_checked_mode_the_fixed_token_is_the_one(start_server: Callable[..., ServerProcess]) -> None:
    server = start_server("--auth", "checked", "--token", "right")
    assert Api(server.url, ACCOUNT, token="right").items("models") == []
    assert Api(server.url, ACCOUNT, token="wrong").call("GET", "models").status_code == 401
    assert server.environment["AZUREML_MMS_ACCESS_TOKEN"] == "right"
    assert "right" not in server.log.read_text()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "models", 200), ("GET", "models/none", 404), ("POST", "models", 400), ("PATCH", "models", 405)],
)
def test_every_answer_has_both_request_ids(account: Api, method: str, path: str, status: int) -> None:
    answer = account.call(method, path)
    assert answer.status_code == status
    assert GUID.fullmatch(answer.headers["x-ms-request-id"])
    assert HEX.fullmatch(answer.headers["x-ms-client-request-id"])


def test_refused_tokens_and_unknown_paths_have_both_request_ids(server: ServerProcess) -> None:
    for path in ("/nothing/here", Api(server.url, ACCOUNT).path + "/models"):
        answer = requests.get(server.url + path, timeout=30)
        assert answer.status_code in (401, 404)
        assert GUID.fullmatch(answer.headers["x-ms-request-id"])
        assert HEX.fullmatch(answer.headers["x-ms-client-request-id"])


def test_the_callers_request_id_is_echoed(account: Api) -> None:
    mine = str(uuid.uuid4())
    assert (
        account.call("GET", "models/none", headers={"x-ms-client-request-id": mine}).headers["x-ms-client-request-id"]
        == mine
    )


@pytest.mark.security
@pytest.mark.parametrize("bad", ["a b", "x" * 129, ""])
def test_an_odd_request_id_is_replaced(account: Api, bad: str) -> None:
    answer = account.call("GET", "models", headers={"x-ms-client-request-id": bad})
    assert HEX.fullmatch(answer.headers["x-ms-client-request-id"])


def test_field_names_are_read_without_regard_to_case(account: Api) -> None:
    body = {"NAME": "iris", "Url": "https://files.invalid/a", "mimetypes": "application/json", "UnPack": "true"}
    model = account.post("models", body, 200)
    assert (model["name"], model["unpack"]) == ("iris", True)
    assert set(model) == {
        "id", "name", "version", "description", "url", "tags", "mimeType", "unpack", "createdAt",
    }  # fmt: skip


def test_a_name_that_comes_twice_is_refused_in_any_case(account: Api) -> None:
    body = '{"name": "a", "Name": "b", "url": "https://x.invalid", "mimeType": "a/b"}'
    answer = account.call("POST", "models", None, data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "twice" in answer.json()["message"]


@pytest.mark.parametrize("generation", GENERATIONS, ids=lambda one: one.marker)
def test_the_swagger_document_is_open_and_right(server: ServerProcess, generation: Generation) -> None:
    api = Api(server.url, generation)
    found = requests.get(f"{server.url}{api.path}/swagger.json", timeout=30).json()
    assert found["host"] == server.url.removeprefix("http://")
    assert found["schemes"] == ["http"]
    assert found["basePath"] == api.path
    assert found["info"]["version"] == generation.version
    assert "post" in found["paths"]["/models"]
    assert ("/deployments" in found["paths"]) == (generation is ACCOUNT)


def test_the_swagger_document_names_the_host_that_was_asked(server: ServerProcess) -> None:
    path = Api(server.url, HOSTING).path
    found = requests.get(f"{server.url}{path}/swagger.json", headers={"Host": "192.0.2.7:81"}, timeout=30)
    assert found.json()["host"] == "192.0.2.7:81"


@pytest.mark.parametrize(
    "path",
    [
        "/api/subscriptions",
        f"/api/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/accounts/demo",
        f"/api/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/unknownAccounts/demo/models",
        f"/api/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/accounts/demo/models/a/b",
        f"/api/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/accounts/demo/../other/models",
        f"/api/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/accounts/%2e%2e/models",
        f"/api/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/accounts/a%2Fb/models",
        f"/api/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/accounts/a%00b/models",
        f"/api/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/accounts/%ff/models",
        f"/api/subscriptions/{SUBSCRIPTION}/resourceGroups//accounts/demo/models",
        f"/api/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/accounts/{'x' * 400}/models",
    ],
)
def test_paths_of_any_other_shape_are_not_found(server: ServerProcess, path: str) -> None:
    request = requests.Request("GET", server.url, headers={"Authorization": "Bearer t"}).prepare()
    request.url = f"{server.url}{path}?api-version=2017-09-01-preview"
    with requests.Session() as session:
        answer = session.send(request, timeout=30)
    assert answer.status_code == 404
    assert answer.json()["code"] == "NotFound"


def test_a_wrong_method_is_told_the_right_ones(account: Api) -> None:
    answer = account.call("PUT", "models")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.security
@pytest.mark.parametrize("host", ["a b", "x/y", "", "[::zz]", "a:b:c", "h:999999"])
def test_a_senseless_host_header_is_refused(account: Api, host: str) -> None:
    assert account.call("GET", "models", headers={"Host": host}).status_code == 400


def test_strict_accounts_must_be_created_first(start_server: Callable[..., ServerProcess]) -> None:
    answer = Api(start_server("--strict-accounts").url, ACCOUNT).call("GET", "models")
    assert answer.status_code == 404
    assert "create it first" in answer.json()["message"]


def test_operation_locations_can_be_absolute(start_server: Callable[..., ServerProcess]) -> None:
    api = Api(start_server("--operation-location", "absolute").url, ACCOUNT)
    manifest = api.new_manifest(api.new_model()["id"])
    answer = api.call("POST", "images", ACCOUNT.image(manifest["id"]))
    assert answer.headers["Operation-Location"].startswith(f"{api.origin}{api.path}/operations/")
