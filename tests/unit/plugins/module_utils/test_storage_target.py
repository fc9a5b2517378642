# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known about an upload before anything is sent."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import (
    AuthError,
    InputError,
    MissingLibraryError,
    UploadError,
)
from ansible_collections.azureml.model_management.plugins.module_utils._options.storage import STORAGE_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._storage.access import ENVIRONMENT
from ansible_collections.azureml.model_management.plugins.module_utils._storage.content import content_of
from ansible_collections.azureml.model_management.plugins.module_utils._storage.target import storage_from

WITH_KEY = {"storage_account_url": "https://example.blob.core.windows.net", "storage_account_key": "a2V5"}
WITH_TOKEN = {
    "storage_account_url": "https://example.blob.core.windows.net",
    "client_id": "c",
    "secret": "s",
    "tenant": "t",
}


def test_the_url_of_content_needs_no_library_and_carries_no_signature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "azure.storage.blob", None)
    (tmp_path / "mein modell+#1~.pkl").write_bytes(b"x")
    content = content_of(tmp_path / "mein modell+#1~.pkl")
    assert storage_from(WITH_KEY, {}).url_of(content) == (
        f"https://example.blob.core.windows.net/mms-assets/{content.sha256}/mein%20modell%2B%231~.pkl"
    )


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.storage.blob", None)
    (tmp_path / "m").write_bytes(b"x")
    with pytest.raises(MissingLibraryError) as caught:
        storage_from(WITH_KEY, {}).ensure(content_of(tmp_path / "m"))
    assert caught.value.library == "azure-storage-blob"


@pytest.mark.parametrize(
    ("options", "lifetime", "words"),
    [
        (WITH_KEY, 0, "at least 1"),
        (WITH_KEY, -5, "at least 1"),
        (WITH_TOKEN, 604801, "between 1 and 604800"),
    ],
)
def test_a_lifetime_that_cannot_be_had_is_refused(options: dict[str, Any], lifetime: int, words: str) -> None:
    with pytest.raises(
        InputError, match=rf"storage_sas_lifetime is {lifetime}\. The number of seconds must be {words}"
    ):
        storage_from({**options, "storage_sas_lifetime": lifetime}, {})


def test_a_lifetime_is_refused_where_no_signature_can_be_made() -> None:
    options = {"storage_account_url": WITH_KEY["storage_account_url"], "storage_sas_token": "sv=1&sig=x"}
    with pytest.raises(InputError, match="storage_sas_lifetime cannot be had with storage_sas_token"):
        storage_from({**options, "storage_sas_lifetime": 60}, {})


def test_the_longest_lifetimes_are_accepted() -> None:
    assert storage_from({**WITH_KEY, "storage_sas_lifetime": 10**8}, {})
    assert storage_from({**WITH_TOKEN, "storage_sas_lifetime": 604800}, {})


@pytest.mark.security
def test_a_token_is_never_sent_without_tls() -> None:
    with pytest.raises(InputError, match=r"http://127\.0\.0\.1:1/a is not https"):
        storage_from({**WITH_TOKEN, "storage_account_url": "http://127.0.0.1:1/a"}, {})


def test_without_any_secret_the_message_says_what_a_token_is_wanted_for() -> None:
    options = {"storage_account_url": WITH_KEY["storage_account_url"], "access_token": "for MMS only"}
    with pytest.raises(AuthError, match="neither storage_account_key nor storage_sas_token") as caught:
        storage_from(options, {"HOME": "/nonexistent", "PATH": "/nonexistent"})
    assert "AZUREML_MMS_ACCESS_TOKEN" not in caught.value.message


class Conflict(BaseHTTPRequestHandler):
    """A blob service without the container, whose deletion is not over yet."""

    def do_HEAD(self) -> None:
        self.answer(404, "ContainerNotFound")

    def do_PUT(self) -> None:
        self.answer(409, "ContainerBeingDeleted")

    def answer(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("x-ms-error-code", code)
        self.send_header("x-ms-request-id", "request-1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def conflict() -> Iterator[str]:
    """The URL of a running service of that kind."""
    with HTTPServer(("127.0.0.1", 0), Conflict) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/account"
        server.shutdown()
        thread.join()


def test_a_container_that_is_being_deleted_is_not_taken_for_one_that_exists(conflict: str, tmp_path: Path) -> None:
    pytest.importorskip("azure.storage.blob")
    (tmp_path / "m").write_bytes(b"x")
    options = {"storage_account_url": conflict, "storage_account_key": "a2V5", "retries": 0}
    with pytest.raises(UploadError, match=r"mms-assets answered 409 ContainerBeingDeleted\.") as caught:
        storage_from(options, {}).ensure(content_of(tmp_path / "m"))
    assert (caught.value.service_code, caught.value.request_id) == ("ContainerBeingDeleted", "request-1")


def test_every_variable_belongs_to_an_option() -> None:
    assert set(ENVIRONMENT) <= set(STORAGE_OPTIONS)
