# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key check and the body limit that every image carries, around an app that says what it was given."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from wsgiref.util import setup_testing_defaults

import pytest

from mms_local.runtime.wsgi import BodyLimit, Description, JsonBody, KeyCheck

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Echo:
    """A WSGI app that keeps what it read."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.bodies.append(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        start_response("200 OK", [])
        return [b"answer"]


def call(app: WSGIApplication, path: str = "/score", body: bytes = b"", **environ: str) -> tuple[int, dict[str, str]]:
    seen: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_unused: Any) -> Any:
        seen.append((status, headers))

    environment: WSGIEnvironment = {
        "PATH_INFO": path,
        "REQUEST_METHOD": "POST",
        "wsgi.input": io.BytesIO(body),
        **environ,
    }
    setup_testing_defaults(environment)
    b"".join(app(environment, start_response))
    status, headers = seen[0]
    return int(status[:3]), dict(headers)


def write_keys(path: Path, *keys: str) -> None:
    """As the server does it: a new file in the place of the old one."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(dict(zip(("primary", "secondary"), keys, strict=False))))
    os.replace(new, path)


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    write_keys(path, "first-key", "second-key")
    return path


@pytest.mark.security
@pytest.mark.parametrize("header", ["Bearer first-key", "Bearer second-key", "bearer first-key"])
def test_either_key_opens_the_service(keys_file: Path, header: str) -> None:
    assert call(KeyCheck(Echo(), keys_file), HTTP_AUTHORIZATION=header)[0] == 200


@pytest.mark.security
@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer first", "Basic first-key", "first-key", "Bearer \xff"]
)
def test_anything_else_is_refused_and_told_what_to_send(keys_file: Path, header: str) -> None:
    app = Echo()
    status, headers = call(KeyCheck(app, keys_file), HTTP_AUTHORIZATION=header)
    assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")
    assert not app.bodies


def test_a_key_also_opens_by_the_header_that_api_servers_pass_on(keys_file: Path) -> None:
    app = KeyCheck(Echo(), keys_file)
    assert call(app, HTTP_X_MMS_AUTHORIZATION="Bearer first-key")[0] == 200
    assert call(app, HTTP_X_MMS_AUTHORIZATION="Bearer wrong")[0] == 401
    assert call(app, HTTP_AUTHORIZATION="Bearer wrong", HTTP_X_MMS_AUTHORIZATION="Bearer first-key")[0] == 401


def test_health_needs_no_key_but_swagger_does(keys_file: Path) -> None:
    app = KeyCheck(Echo(), keys_file)
    assert call(app, "/")[0] == 200
    assert call(app, "/swagger.json")[0] == 401


@pytest.mark.security
def test_a_regenerated_key_holds_at_once_and_the_old_one_no_more(keys_file: Path) -> None:
    app = KeyCheck(Echo(), keys_file)
    assert call(app, HTTP_AUTHORIZATION="Bearer first-key")[0] == 200
    write_keys(keys_file, "newer-key", "second-key")
    assert call(app, HTTP_AUTHORIZATION="Bearer first-key")[0] == 401
    assert call(app, HTTP_AUTHORIZATION="Bearer newer-key")[0] == 200
    assert call(app, HTTP_AUTHORIZATION="Bearer second-key")[0] == 200


@pytest.mark.security
@pytest.mark.parametrize("content", [None, "", "no JSON", "[]", '{"primary": ""}', '{"primary": 1}'])
def test_without_a_readable_keys_file_every_request_is_refused(keys_file: Path, content: str | None) -> None:
    if content is None:
        keys_file.unlink()
    else:
        keys_file.write_text(content)
    app = KeyCheck(Echo(), keys_file)
    assert call(app, HTTP_AUTHORIZATION="Bearer first-key")[0] == 401
    assert call(app, HTTP_AUTHORIZATION="Bearer ")[0] == 401
    write_keys(keys_file, "first-key")
    assert call(app, HTTP_AUTHORIZATION="Bearer first-key")[0] == 200


@pytest.mark.security
def test_a_body_up_to_the_limit_reaches_the_app() -> None:
    app = Echo()
    assert call(BodyLimit(app, 10), body=b"0123456789", CONTENT_LENGTH="10")[0] == 200
    assert app.bodies == [b"0123456789"]


@pytest.mark.security
def test_a_larger_body_is_refused_before_the_app_sees_it() -> None:
    app = Echo()
    assert call(BodyLimit(app, 10), body=b"0123456789A", CONTENT_LENGTH="11")[0] == 413
    assert not app.bodies


def test_a_chunked_body_up_to_the_limit_arrives_whole() -> None:
    app = Echo()
    assert call(BodyLimit(app, 10), body=b"0123456789", HTTP_TRANSFER_ENCODING="chunked")[0] == 200
    assert app.bodies == [b"0123456789"]


@pytest.mark.security
def test_a_larger_chunked_body_is_refused_and_not_cut() -> None:
    app = Echo()
    assert call(BodyLimit(app, 10), body=b"0123456789A", HTTP_TRANSFER_ENCODING="chunked")[0] == 413
    assert not app.bodies


@pytest.mark.parametrize(
    "kind", ["", "application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded; charset=x"]
)
def test_a_body_without_a_type_of_its_own_is_taken_for_json(kind: str) -> None:
    seen: list[str] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        seen.append(environ["CONTENT_TYPE"])
        return Echo()(environ, start_response)

    assert call(JsonBody(app), body=b"[1]", CONTENT_LENGTH="3", CONTENT_TYPE=kind)[0] == 200
    assert seen == ["application/json"]


def test_another_type_stays_and_a_form_with_files_is_refused() -> None:
    app = Echo()
    assert call(JsonBody(app), body=b"x", CONTENT_LENGTH="1", CONTENT_TYPE="text/plain")[0] == 200
    assert call(JsonBody(app), body=b"x", CONTENT_LENGTH="1", CONTENT_TYPE="multipart/form-data; boundary=x")[0] == 415
    assert app.bodies == [b"x"]


def test_the_description_of_a_schema_is_served_in_the_place_of_the_servers_own() -> None:
    app = Echo()
    assert call(Description(app, "{}"), "/swagger.json")[1]["Content-Type"] == "application/json"
    assert not app.bodies
    call(Description(app, "{}"), "/swagger.json", QUERY_STRING="version=3")
    call(Description(app, "{}"), "/score")
    assert len(app.bodies) == 2
