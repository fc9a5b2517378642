# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The scoring app: azureml-inference-server-http's, behind a key check and a limit on the size of a request."""

from __future__ import annotations

import hmac
import importlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_MEGABYTE = 1 << 20
_CHUNK = 64 * 1024
_ABSENT = (0, 0, 0)  # the state of a keys file that is not there


def scoring_app() -> WSGIApplication:
    """The app that gunicorn serves. Loads the driver and calls its `init()`; exits with 3 when that fails.

    Without `MMS_KEYS_FILE` the app asks for no key (protocol chapter 6: a bare local container).
    """
    app: WSGIApplication = importlib.import_module("azureml_inference_server_http.server.entry").app
    raw = importlib.import_module("azureml_inference_server_http.api.aml_request")._rawHttpRequested
    if not raw:
        app = JsonBody(app)
    description = importlib.import_module("mms_runtime.driver").swagger()
    if description:
        app = Description(app, description)
    app = BodyLimit(app, int(os.environ.get("MMS_MAX_BODY_BYTES", str(100 * _MEGABYTE))))
    keys_file = os.environ.get("MMS_KEYS_FILE")
    return KeyCheck(app, Path(keys_file)) if keys_file else app


class JsonBody:
    """Takes the body for JSON where the client named no type, or the one that curl and others send by themselves.

    The server would read a form then, and hand an empty text to the driver. What is a form for sure is refused.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            message = "The driver takes no forms. Send the body as it is, with `Content-Type: application/json`."
            return _refusal(start_response, "415 Unsupported Media Type", message)
        if kind in ("", "application/x-www-form-urlencoded"):
            environ["CONTENT_TYPE"] = "application/json"
        return self._app(environ, start_response)


class Description:
    """Answers `/swagger.json` with the description that comes from a schema file."""

    def __init__(self, app: WSGIApplication, text: str) -> None:
        self._app = app
        self._body = text.encode()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        other_version = "version=3" in environ.get("QUERY_STRING", "")
        if environ.get("PATH_INFO") != "/swagger.json" or other_version:
            return self._app(environ, start_response)
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(self._body)))]
        start_response("200 OK", headers)
        return [self._body]


class KeyCheck:
    """Lets a request pass that carries one of the service's keys as a bearer token; `/` (health) is open.

    The keys file is JSON, `{"primary": "...", "secondary": "..."}`. It is read again whenever it changes, so
    regenerated keys hold from the next request on. While it is missing or unreadable no key is right.
    """

    def __init__(self, app: WSGIApplication, keys_file: Path) -> None:
        self._app = app
        self._keys_file = keys_file
        self._state: tuple[int, int, int] | None = None
        self._keys: tuple[bytes, ...] = ()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # Proxies that keep Authorization to themselves, such as Kubernetes' API server, are passed by the second name.
        header = environ.get("HTTP_AUTHORIZATION") or environ.get("HTTP_X_MMS_AUTHORIZATION", "")
        if environ.get("PATH_INFO", "/") in ("", "/") or self._opens(header):
            return self._app(environ, start_response)
        message = "The service key is missing or wrong. Send `Authorization: Bearer <primary or secondary key>`."
        return _refusal(start_response, "401 Unauthorized", message, ("WWW-Authenticate", "Bearer"))

    def _opens(self, header: str) -> bool:
        scheme, _separator, key = header.partition(" ")
        if scheme.lower() != "bearer":
            return False
        given = key.strip().encode("latin-1", "replace")
        # Compare with every key: how long the answer takes must not tell which one came close.
        return sum(hmac.compare_digest(given, known) for known in self._current()) > 0

    def _current(self) -> tuple[bytes, ...]:
        try:
            status = self._keys_file.stat()
            state = (status.st_mtime_ns, status.st_ino, status.st_size)
        except OSError:
            state = _ABSENT
        if state != self._state:
            self._state = state
            self._keys = _keys_in(self._keys_file)
        return self._keys


def _keys_in(path: Path) -> tuple[bytes, ...]:
    try:
        content: Any = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        print(f"no service keys in {path}: {type(error).__name__}; every request is refused", flush=True)
        return ()
    values = content.values() if isinstance(content, dict) else ()
    return tuple(key.encode() for key in values if isinstance(key, str) and key)


class BodyLimit:
    """Answers 413 to a request whose body is larger than `limit` bytes, before the driver sees any of it."""

    def __init__(self, app: WSGIApplication, limit: int) -> None:
        self._app = app
        self._limit = limit

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isascii() and length.isdecimal():
            if int(length) <= self._limit:
                return self._app(environ, start_response)
            return self._too_large(start_response)
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() != "chunked":
            return self._app(environ, start_response)
        # A chunked body tells its size only at its end, so it is taken in before the app gets it.
        with tempfile.SpooledTemporaryFile(max_size=_MEGABYTE) as body:
            size = 0
            while chunk := environ["wsgi.input"].read(_CHUNK):
                size += len(chunk)
                if size > self._limit:
                    return self._too_large(start_response)
                body.write(chunk)
            body.seek(0)
            environ["wsgi.input"] = cast(BinaryIO, body)
            environ["CONTENT_LENGTH"] = str(size)
            del environ["HTTP_TRANSFER_ENCODING"]
            # The body file closes here, so the answer must be complete: the app's answers are small and in memory.
            return list(self._app(environ, start_response))

    def _too_large(self, start_response: StartResponse) -> Iterable[bytes]:
        return _refusal(start_response, "413 Content Too Large", f"The request is larger than {self._limit} bytes.")


def _refusal(start_response: StartResponse, status: str, message: str, *headers: tuple[str, str]) -> Iterable[bytes]:
    body = json.dumps({"status_code": int(status[:3]), "message": message}).encode()
    start_response(
        status,
        [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Connection", "close"), *headers],
    )
    return [body]
