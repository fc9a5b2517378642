# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the server goes by itself: not to metadata, not into its own rooms, with nobody's keys, and not for ever."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from api_client import ACCOUNT, KUBECONFIG, Api
from yarl import URL

from mms_local.compute.kubernetes.cluster import Cluster
from mms_local.compute.kubernetes.credentials import credentials
from mms_local.core.hosts import Hosts, is_metadata
from mms_local.core.ports import ImageSpec, JobFailed, SourceFile
from mms_local.images import ImageBuilder
from mms_local.images.fetch import fetch
from mms_local.images.outside import Limits, NotAllowed, Outside
from mms_local.images.registry import Repository
from mms_local.testing import ServerProcess

TIMEOUT = aiohttp.ClientTimeout(total=10)
FORBIDDEN = """
169.254.169.254 169.254.0.1 168.63.129.16 100.100.100.200 fe80::1 fd00:ec2::254 fd20:ce::254
::ffff:169.254.169.254 2002:a9fe:a9fe::1 64:ff9b::a9fe:a9fe
"""
ALLOWED = "127.0.0.1 10.0.0.1 ::1 fd00::1 ::ffff:10.0.0.1 2002:a00:1::1 192.0.2.7"
SPELLINGS = """
169.254.169.254 [fe80::1] [fd00:ec2::254] [::ffff:a9fe:a9fe] [::ffff:169.254.169.254] 2852039166 0xa9fea9fe
0xa9.254.43518 0251.0376.0251.0376 169.254.43518 metadata.google.internal METADATA.google.internal. metadata
"""


def _content(_request: web.Request) -> web.Response:
    return web.Response(body=b"content")


class Store:
    """A web server of somebody: says what it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answers: dict[str, Callable[[web.Request], Any]] = {}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((str(request.url), dict(request.headers)))
        answer = self.answers.get(request.path, _content)(request)
        found: web.StreamResponse = await answer if asyncio.iscoroutine(answer) else answer
        return found

    def redirect(self, path: str, place: str) -> str:
        """An address that leads to a place."""
        self.answers[path] = lambda _request: web.Response(status=302, headers={"Location": place})
        return self.url + path


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    store = Store()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", store.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        store.url = str(server.make_url("")).rstrip("/")
        yield store


async def fetched(url: str, target: Path, limits: Limits | None = None, largest: int | None = None) -> bytes:
    async with Outside(limits) as outside:
        await fetch(outside, url, target, largest)
    return target.read_bytes()


async def refusal(url: str, target: Path, limits: Limits | None = None) -> str:
    with pytest.raises(JobFailed) as failed:
        await fetched(url, target, limits)
    assert failed.value.details[0][0] == "SourceNotAllowed"
    return failed.value.message


@pytest.mark.parametrize("address", FORBIDDEN.split())
def test_addresses_that_are_for_the_machine_alone(address: str) -> None:
    assert is_metadata(address)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "::1", "fd00::1", "::ffff:10.0.0.1", "2002:a00:1::1", "192.0.2.7"]
)
def test_addresses_that_may_be_somebody_s_store(address: str) -> None:
    assert not is_metadata(address)


@pytest.mark.parametrize("host", SPELLINGS.split())
@pytest.mark.parametrize("proxy", ["", "http://127.0.0.1:9"])
async def test_metadata_is_not_fetched_however_it_is_written(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    place = f"http://{host}/latest/meta-data?sig=secret"
    for url in (place, store.redirect("/model.pkl", place)):
        message = await refusal(url, tmp_path / "file")
        assert "for the machine alone" in message
        assert "secret" not in message


async def test_a_name_is_judged_by_where_it_leads_at_that_moment(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve, led = socket.getaddrinfo, ["127.0.0.1", "169.254.169.254"]

    def rebound(host: Any, *more: Any, **named: Any) -> Any:
        return resolve(led[0] if host == "rebound.example" else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    url = f"http://rebound.example:{URL(store.url).port}/model.pkl"
    assert await fetched(url, tmp_path / "file") == b"content"
    led.pop(0)
    assert "leads to an address that is for the machine alone" in await refusal(url, tmp_path / "file")


@pytest.mark.parametrize("path", ["/_mms/state", "/_mms/health", "/", "/api/v1/service/iris/score", "/subscriptions/s"])
async def test_the_server_does_not_ask_its_own_rooms(store: Store, tmp_path: Path, path: str) -> None:
    limits = Limits(own=lambda: {"http://127.0.0.1:8780"})
    names = ("127.0.0.1", "localhost", "a.localhost", "0.0.0.0", "127.1.2.3", "[::1]", "[::ffff:127.0.0.1]", "[::]")
    places = [f"http://{name}:8780{path}" for name in names]
    for url in (*places, *(store.redirect("/model.pkl", place) for place in places)):
        assert "this server itself" in await refusal(url, tmp_path / "file", limits)


async def test_the_server_s_own_store_needs_no_listing(store: Store, tmp_path: Path) -> None:
    limits = Limits(Hosts.of(["files.example"]), own=lambda: {store.url})
    assert await fetched(f"{store.url}/mmslocal/models/iris.pkl", tmp_path / "file", limits) == b"content"


async def test_a_server_that_comes_back_by_another_name_gets_files_only(server: ServerProcess, tmp_path: Path) -> None:
    alias = server.url.replace("127.0.0.1", "localhost")
    async with Outside() as outside:
        for path in ("/_mms/health", "/", "/tenant/v2.0/.well-known/openid-configuration", "/api/v1/service/a/score"):
            async with outside.ask("GET", URL(alias + path), timeout=TIMEOUT) as answer:
                assert answer.status == 403
                assert "fetches nothing but stored files" in await answer.text()
        async with outside.ask("GET", URL(f"{alias}/mmslocal/box/iris.pkl"), timeout=TIMEOUT) as answer:
            assert answer.headers["x-ms-error-code"]


async def test_files_come_from_listed_hosts_only(store: Store, tmp_path: Path) -> None:
    listed = Limits(Hosts.of(["127.0.0.0/8", "*.files.example"]))
    assert await fetched(f"{store.url}/model.pkl", tmp_path / "file", listed) == b"content"
    for url in ("http://other.example/x", store.redirect("/away", "http://other.example/x")):
        assert "does not let it fetch from other.example" in await refusal(url, tmp_path / "file", listed)


async def test_nobody_s_credentials_go_along(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password netrc-secret\n", "utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    store.answers["/cookie"] = lambda _request: web.Response(headers={"Set-Cookie": "a=b"})
    for path in ("/cookie", "/model.pkl"):
        await fetched(store.url + path, tmp_path / "file")
    assert not [headers for _url, headers in store.asked if {"Authorization", "Cookie"} & set(headers)]
    elsewhere = store.url.replace("127.0.0.1", "localhost")
    async with Outside() as outside:
        url = URL(store.redirect("/blob", f"{elsewhere}/other"))
        async with outside.ask("GET", url, headers={"Authorization": "Basic x"}, timeout=TIMEOUT) as answer:
            assert answer.status == 200
    assert ["Authorization" in headers for _url, headers in store.asked[-2:]] == [True, False]


async def test_a_proxy_is_for_other_machines(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("http_proxy", store.url.replace("http://", "http://me:password@"))
    assert await fetched("http://files.example/model.pkl", tmp_path / "file") == b"content"
    ((url, headers),) = store.asked
    assert (url, "Proxy-Authorization" in headers) == ("http://files.example/model.pkl", True)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    for host in ("127.0.0.1", "localhost"):
        place = f"http://{host}:{URL(store.url).port}/model.pkl"
        assert await fetched(place, tmp_path / "file") == b"content"


async def test_a_file_is_as_long_as_allowed_and_no_longer(store: Store, tmp_path: Path) -> None:
    limits = Limits(largest=7)
    assert await fetched(f"{store.url}/x", tmp_path / "file", limits) == b"content"
    for allowed, largest in ((Limits(largest=6), None), (Limits(), 6)):
        with pytest.raises(JobFailed, match="has more than the 6 bytes allowed"):
            await fetched(f"{store.url}/x", tmp_path / "file", allowed, largest)


async def test_a_file_that_trickles_is_given_up(store: Store, tmp_path: Path) -> None:
    async def trickle(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b"x")
            await asyncio.sleep(0.05)

    store.answers["/slow"] = trickle
    began = time.monotonic()
    with pytest.raises(JobFailed, match="TimeoutError"):
        await fetched(f"{store.url}/slow", tmp_path / "file", Limits(seconds=0.5))
    assert time.monotonic() - began < 5


async def test_redirects_end(store: Store) -> None:
    url = URL(store.redirect("/again", "/again"))
    async with Outside() as outside:
        with pytest.raises(NotAllowed, match="more than 10 times"):
            async with outside.ask("GET", url, timeout=TIMEOUT):
                pass


async def test_what_was_answered_is_not_repeated(store: Store, tmp_path: Path) -> None:
    store.answers["/x"] = lambda _request: web.Response(status=404, reason="inner-secret", text="inner-secret")
    with pytest.raises(JobFailed) as failed:
        await fetched(f"{store.url}/x", tmp_path / "file")
    assert "answered 404" in failed.value.message
    assert "inner-secret" not in f"{failed.value.message} {failed.value.details}"


async def test_packages_by_address_come_from_nowhere_else(tmp_path: Path) -> None:
    async with Outside(Limits(Hosts.of(["files.example"]))) as outside:
        for url in (
            "https://169.254.169.254/a-1-py3-none-any.whl",
            "https://other.example/a.whl",
            "ssh://files.example/a",
        ):
            with pytest.raises(NotAllowed):
                await outside.demand_allowed(URL(url), outside.limits.hosts)
        await outside.demand_allowed(URL("https://files.example/a-1-py3-none-any.whl"), outside.limits.hosts)


@pytest.mark.parametrize(
    "server", ["https://169.254.169.254", "http://metadata.google.internal/", "https://[fe80::1]:6443"]
)
def test_a_kubeconfig_leads_to_no_metadata(server: str) -> None:
    text = KUBECONFIG.replace("https://k.invalid", server)
    with pytest.raises(JobFailed, match="for a machine alone"):
        credentials(text)


@pytest.mark.parametrize(
    ("kind", "content", "where"),
    [
        (
            "pip_requirements",
            "numpy\n<inner-secret>\n--inner-secret x\nhttp://inner-secret/x",
            "line 2, line 3, line 4",
        ),
        ("pip_requirements", b"inner-secret \xff", ""),
        ("conda_file", "dependencies:\n- <inner-secret>\n- pip:\n  - <inner-secret>", "line 1"),
        ("conda_file", "inner-secret", ""),
        ("conda_file", "{inner-secret", "line 2"),
    ],
)
async def test_what_is_in_somebody_s_file_is_not_repeated(
    store: Store, tmp_path: Path, kind: str, content: str | bytes, where: str
) -> None:
    body = content if isinstance(content, bytes) else content.encode()
    store.answers["/file.txt"] = lambda _request: web.Response(body=body)
    builder = ImageBuilder(tmp_path, limits=Limits())
    driver = SourceFile("driver", f"{store.url}/score.py")
    spec = ImageSpec(id="image-1", name="iris", version=1, driver="driver", assets=(driver,), models=())
    url, log = f"{store.url}/file.txt", list[str]()
    is_pip = kind == "pip_requirements"
    given = replace(spec, pip_requirements=url) if is_pip else replace(spec, conda_file=url)
    with pytest.raises(JobFailed) as failed:
        await builder.build(given, log.append)
    assert f"The file file.txt cannot be used{where and f' ({where})'}. It comes from 127.0.0.1" in failed.value.message
    assert "inner-secret" not in "\n".join([failed.value.message, str(failed.value.details), *log])


@pytest.mark.parametrize(
    "body",
    ["inner-secret", '{"message": "inner-secret"}', '{"errors": [{"code": "inner", "message": "inner-secret"}]}'],
)
async def test_what_is_no_registry_and_no_cluster_is_not_quoted(store: Store, tmp_path: Path, body: str) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=403, reason="inner-secret", text=body)

    store.answers = dict.fromkeys(("/v2/x/manifests/1", "/api/v1/namespaces/default/secrets/x"), answer)
    async with Outside() as outside:
        repository = Repository(outside, store.url.removeprefix("http://"), "x", login=None, plain=True)
        with pytest.raises(JobFailed) as refused:
            await repository.manifest("1", ("application/json",))
    cluster = Cluster(credentials(KUBECONFIG.replace("https://k.invalid", store.url)), tmp_path)
    with pytest.raises(JobFailed) as failed:
        await cluster.read("Secret", "x")
    await cluster.close()
    assert len(store.asked) == 2
    assert "inner-secret" not in refused.value.message + failed.value.message


async def test_a_kubeconfig_leads_to_no_metadata_by_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = socket.getaddrinfo("169.254.169.254", 443)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_unused, **_named: found)
    with pytest.raises(JobFailed, match="for a machine alone"):
        await Cluster(credentials(KUBECONFIG), tmp_path).read("Secret", "x")


@pytest.mark.parametrize("path", ["/_mms/health", "/"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_build_reads_nothing_of_the_control_room(
    start_server: Callable[..., ServerProcess], path: str, host: str
) -> None:
    server = start_server("--compute", "process")
    account = Api(server.url, ACCOUNT)
    url = server.url.replace("127.0.0.1", host) + path
    asset = {"id": "driver", "url": url, "mimeType": "application/x-python"}
    manifest = account.new_manifest(account.new_model(url=url)["id"], assets=[asset])
    failed = account.finish(account.call("POST", "images", ACCOUNT.image(manifest["id"])))
    assert failed["state"] == "Failed"
    assert "is not fetched" in str(failed["error"]) or "answered 403" in str(failed["error"])


def test_hosts_to_fetch_from_are_a_setting(start_server: Callable[..., ServerProcess]) -> None:
    account = Api(start_server("--compute", "process", "--fetch-hosts", "files.example,10.0.0.0/8").url, ACCOUNT)
    manifest = account.new_manifest(account.new_model()["id"])
    failed = account.finish(account.call("POST", "images", ACCOUNT.image(manifest["id"])))
    assert "does not let it fetch from files.invalid (--fetch-hosts)" in str(failed["error"])
