# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input of every sort ends in a 4xx with the documented error, never in a 5xx."""

from __future__ import annotations

import gzip
import http.client
import json
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from api_client import ACCOUNT, HOSTING, Api, Generation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mms_local.api.blob import documents
from mms_local.api.blob.errors import StorageError
from mms_local.testing import ServerProcess

pytestmark = pytest.mark.security

JSON_TYPE = {"Content-Type": "application/json"}
KINDS = ("models", "manifests", "images", "services")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "not valid JSON"),
        (b"{'a': 1}", "not valid JSON"),
        (b'{"name": NaN}', "NaN"),
        (b'{"name": Infinity}', "Infinity"),
        (b'{"name": "\xff"}', "UTF-8"),
        (b'{"name": "\\ud800"}', "UTF-8"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"b": {"a": 1, "A": 2}}', "twice"),
        (b"[" * 100_000, "nested"),
        (b'{"numReplicas": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b"\x00", "not valid JSON"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_400(account: Api, data: bytes, words: str) -> None:
    answer = account.call("POST", "models", data=data, headers=JSON_TYPE)
    assert answer.status_code == 400
    assert words in answer.json()["message"]
    assert answer.json()["details"][0]["code"] == "EmptyOrInvalidPayload"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense", None]
)
def test_another_content_type_or_none_is_a_415(account: Api, content_type: str | None) -> None:
    data = json.dumps(ACCOUNT.model()).encode()
    headers = {"Content-Type": content_type} if content_type else {}
    answer = account.call("POST", "models", data=data, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "UnsupportedMediaType")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "text/json"])
def test_json_by_other_names_is_read(account: Api, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    answer = account.call("POST", "models", data=json.dumps(ACCOUNT.model()).encode(), headers=headers)
    assert answer.status_code == 200


def test_a_byte_order_mark_is_forgiven(account: Api) -> None:
    data = b"\xef\xbb\xbf" + json.dumps(ACCOUNT.model()).encode()
    assert account.call("POST", "models", data=data, headers=JSON_TYPE).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "identity", "GZIP"])
def test_a_compressed_body_is_read(account: Api, encoding: str) -> None:
    plain = json.dumps(ACCOUNT.model()).encode()
    data = {"gzip": gzip.compress(plain), "deflate": zlib.compress(plain), "identity": plain}[encoding.lower()]
    headers = {**JSON_TYPE, "Content-Encoding": encoding}
    assert account.call("POST", "models", data=data, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("encoding", "data", "status"),
    [
        ("gzip", b"{}", 400),
        ("gzip", gzip.compress(b"{}" * 1000)[:-9], 400),
        ("br", b"{}", 415),
        ("gzip, gzip", gzip.compress(gzip.compress(b"{}")), 415),
        ("gzip", gzip.compress(bytes(100_000_000)), 413),
    ],
    ids=["not compressed", "cut", "unknown", "twice", "bomb"],
)
def test_a_body_that_cannot_be_unpacked_is_refused(account: Api, encoding: str, data: bytes, status: int) -> None:
    headers = {**JSON_TYPE, "Content-Encoding": encoding}
    assert account.call("POST", "models", data=data, headers=headers).status_code == status


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_xml_that_declares_entities_is_refused(encoding: str) -> None:
    bomb = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    with pytest.raises(StorageError, match="not usable XML"):
        documents.parse(bomb.encode(encoding))


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_a_413(start_server: Callable[..., ServerProcess], chunked: bool) -> None:
    api = Api(start_server("--max-body", "2048").url, ACCOUNT)
    data = json.dumps(ACCOUNT.model(description="x" * 4000)).encode()
    body: Any = iter([data]) if chunked else data
    answer = api.call("POST", "models", data=body, headers=JSON_TYPE)
    assert (answer.status_code, answer.json()["code"]) == (413, "RequestEntityTooLarge")
    assert api.items("models") == []


def test_a_kubeconfig_may_be_large(hosting: Api) -> None:
    config = json.loads(Api("", HOSTING).generation.service("")["kubeConfig"])
    config["clusters"][0]["cluster"]["certificate-authority-data"] = "A" * 900_000
    hosting.new_service(kubeConfig=json.dumps(config))


@pytest.mark.parametrize(
    "target",
    [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/api/subscriptions/%00/resourceGroups/%ff/accounts/%fe/models",
        "/logs/images/..%2F..%2Fmms.db/x.txt",
        "/api/v1/service/..%2f..%2f/score",
        "/nothing?" + "a" * 5000,
        "/" + "a" * 5000,
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "TRACE", "BREW"])
def test_path_tricks_are_a_4xx(account: Api, method: str, target: str) -> None:
    parts = urlsplit(account.origin)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.putrequest(method, target, skip_host=False)
    connection.putheader("Authorization", "Bearer t")
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    assert 400 <= status < 500 or (status == 503 and "service" in target)


@pytest.mark.parametrize("query", ["name=%ff", "name=%ed%a0%80", "tag=%00", "count=%F0%9F%98%80", "%24skipToken=%00"])
def test_query_parameters_that_are_no_text_are_no_accident(account: Api, query: str) -> None:
    assert account.call("GET", f"models?{query}").status_code in (200, 400)


@pytest.mark.parametrize("token", ["ä", "x" * 7000, "a b", "\x01", '"quoted"'])
def test_odd_tokens_are_no_accident(start_server: Callable[..., ServerProcess], token: str) -> None:
    api = Api(start_server("--auth", "checked", "--token", "right").url, ACCOUNT)
    api.session.headers["Authorization"] = b"Bearer " + token.encode()
    assert api.call("GET", "models").status_code in (400, 401)


TEXT = st.text(max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=15,
)


def bodies(generation: Generation) -> st.SearchStrategy[tuple[str, Any]]:
    """Bodies that are nearly right: known fields with values of any kind, and whole bodies of any kind."""
    good = {
        "models": generation.model(),
        "manifests": generation.manifest([]),
        "images": generation.image("x"),
        "services": generation.service("x"),
    }

    def damaged(kind: str) -> st.SearchStrategy[tuple[str, Any]]:
        changes = st.dictionaries(st.sampled_from(sorted(good[kind])), JSON, max_size=3)
        return changes.map(lambda change: (kind, {**good[kind], **change})) | JSON.map(lambda body: (kind, body))

    return st.sampled_from(KINDS).flatmap(damaged)


@pytest.mark.parametrize("generation", [HOSTING, ACCOUNT], ids=lambda one: one.marker)
def test_no_body_makes_the_server_fail(shared_server: ServerProcess, generation: Generation) -> None:
    api = Api(shared_server.url, generation)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(bodies(generation))
    def check(case: tuple[str, Any]) -> None:
        kind, body = case
        data = json.dumps(body, ensure_ascii=True)
        answer = api.call("POST", kind, data=data, headers=JSON_TYPE)
        assert answer.status_code < 500, (kind, body)
        if answer.status_code >= 400:
            error = answer.json()
            assert error["statusCode"] == answer.status_code
            assert error["details"]

    check()


def test_no_query_makes_the_server_fail(shared_server: ServerProcess) -> None:
    api = Api(shared_server.url, ACCOUNT)
    names = st.sampled_from(["name", "tag", "count", "$skipToken", "modelId", "serviceName", "api-version", "x"])

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.sampled_from([*KINDS, "deployments", "operations/x"]), st.dictionaries(names, TEXT, max_size=3))
    def check(path: str, query: dict[str, str]) -> None:
        assert api.call("GET", path, params=query).status_code < 500, (path, query)

    check()
