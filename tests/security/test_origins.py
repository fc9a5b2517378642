# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others wrote shares an address with the page, and must share nothing else with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
import requests
from aiohttp import web
from aiohttp.test_utils import TestServer
from api_client import ACCOUNT, SUBSCRIPTION, Api
from azure.storage.blob import BlobServiceClient, ContentSettings
from yarl import URL

from mms_local.api.guard.origins import keep_apart
from mms_local.compute.front import Front
from mms_local.testing import ServerProcess

PAGE = b"<script>fetch('/_mms/page/summary')</script>"
NAVIGATION = {"Sec-Fetch-Dest": "document", "Accept": "text/html,*/*"}
WORKSPACE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"


@pytest.fixture
def store(server: ServerProcess) -> Iterator[BlobServiceClient]:
    with BlobServiceClient.from_connection_string(server.environment["AZURE_STORAGE_CONNECTION_STRING"]) as client:
        yield client


def demand_sandbox(headers: Any) -> None:
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "allow-" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize("disposition", [None, "inline", "inline; filename=x.html", "attachment; filename=x.html"])
def test_a_page_that_was_uploaded_is_saved_and_has_an_origin_of_its_own(
    store: BlobServiceClient, disposition: str | None
) -> None:
    container = store.get_container_client("pages")
    container.create_container(public_access="blob")
    settings = ContentSettings(content_type="text/html", content_disposition=disposition)
    blob = container.upload_blob("x.html", PAGE, content_settings=settings)
    for method in ("GET", "HEAD"):
        answer = requests.request(method, blob.url, headers=NAVIGATION, timeout=30)
        demand_sandbox(answer.headers)
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert blob.download_blob().readall() == PAGE
    assert blob.get_blob_properties().content_settings.content_disposition == disposition


def test_an_artifact_is_saved_and_has_an_origin_of_its_own(server: ServerProcess) -> None:
    headers = {"Authorization": "Bearer t", **NAVIGATION}
    place = f"{server.url}/artifact/v2.0{WORKSPACE}/artifacts/content/LocalUpload/box/x.html"
    assert requests.post(place, data=PAGE, headers=headers, timeout=30).status_code == 200
    answer = requests.get(place, headers=headers, timeout=30)
    assert answer.content == PAGE
    demand_sandbox(answer.headers)
    assert answer.headers["Content-Disposition"] == "attachment"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/service/none/score",
        "/mmslocal/none/x.html",
        "/logs/images/none/key.txt",
        f"{Api('', ACCOUNT).path}/models?api-version={ACCOUNT.version}",
        f"/subscriptions/{SUBSCRIPTION}",
        "/tenant/v2.0/.well-known/openid-configuration",
        "/nothing",
    ],
)
def test_whatever_else_is_answered_is_no_page_either(server: ServerProcess, path: str) -> None:
    headers = {"Authorization": "Bearer t", **NAVIGATION}
    demand_sandbox(requests.get(server.url + path, headers=headers, timeout=30).headers)


@pytest.fixture
async def front() -> AsyncIterator[URL]:
    """A front with a service behind it that answers with a page."""

    async def answer(request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": "default-src 'self'", "Content-Type": "text/html"}
        return web.Response(body=PAGE, headers=headers)

    service = web.Application()
    service.router.add_route("*", "/{path:.*}", answer)
    front = Front()
    async with TestServer(service, host="127.0.0.1") as behind:
        endpoint = str(behind.make_url("")).rstrip("/")

        async def forward(request: web.Request) -> web.StreamResponse:
            return await front.forward(request, endpoint, "score")

        app = web.Application()
        app.router.add_route("*", "/api/v1/service/iris/score", forward)
        app.on_response_prepare.append(keep_apart)
        async with TestServer(app, host="127.0.0.1") as server:
            yield server.make_url("/api/v1/service/iris/score")
    await front.close()


async def test_a_service_that_answers_with_a_page_has_an_origin_of_its_own(front: URL) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(front, headers=NAVIGATION) as answer:
            assert await answer.read() == PAGE
            assert answer.headers.getall("Content-Security-Policy") == ["default-src 'self'", "sandbox"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "Content-Disposition" not in answer.headers


def test_the_page_itself_is_in_no_sandbox(server: ServerProcess) -> None:
    for path in ("/", "/_mms/page/files/app.js"):
        headers = requests.get(server.url + path, timeout=30).headers
        assert "sandbox" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
