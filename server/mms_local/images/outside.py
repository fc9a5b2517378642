# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The one place from which the server goes to addresses that users name: files of images, registries.

Whoever may register an image could otherwise have the server ask for what only this machine reaches. So every address
is looked at, before a request and after each redirect, and once more as the one that is really connected to, for a name
may lead elsewhere a moment later (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import socket
import urllib.request
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import hdrs
from yarl import URL

from mms_local import __version__
from mms_local.core.hosts import FETCHER, Hosts, address_of, is_metadata, leads_to_metadata

_LEADS_TO_METADATA = "its name leads to an address that is for the machine alone (link-local, metadata)"
_LOCAL = Hosts.of(["localhost", "*.localhost"])
_STORED = ("/mmslocal/", "/azureml-artifacts/", "/artifact/")
_MOST_REDIRECTS = 10
_READS = ("GET", "HEAD")


class NotAllowed(OSError):
    """The server does not go there; the text says why, and names nothing but the host."""


@dataclass(frozen=True)
class Limits:
    """Where the owner of the server lets users send it, and for how much.

    Attributes:
        hosts: where files may be fetched from, besides this server's own store; None: from everywhere.
        largest: most bytes of a file.
        seconds: longest time for a file.
        own: the origins of this server, as far as they are known.
    """

    hosts: Hosts | None = None
    largest: int = 64 << 30
    seconds: float = 3600
    own: Callable[[], Collection[str]] = tuple


class Outside:
    """Sends requests; a context manager.

    Nobody's credentials go along: no `.netrc`, no cookies; `Authorization` stays with the host that it is for. The
    proxy of the machine is used, but never for this machine itself.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()

    async def __aenter__(self) -> Outside:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(socket_factory=_checked_socket),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={hdrs.USER_AGENT: f"{FETCHER}/{__version__}"},
        )
        return self

    async def __aexit__(self, *_unused: object) -> None:
        await self._session.close()

    def is_own(self, url: URL) -> bool:
        """Whether this server itself answers there, by its own name or by another one of this machine."""
        own = [URL(origin) for origin in self.limits.own()]
        return url.origin() in own or (_is_local(url.host or "") and url.port in [one.port for one in own])

    @asynccontextmanager
    async def ask(
        self,
        method: str,
        url: URL,
        *,
        headers: Mapping[str, str] | None = None,
        data: Any = None,
        timeout: aiohttp.ClientTimeout,
        hosts: Hosts | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a request, after redirects where it is for reading.

        Args:
            hosts: go to these only, and to this server's own store.

        Raises:
            NotAllowed: the server does not go there, or is sent on too often.
            aiohttp.ClientError: no connection, no sensible answer.
        """
        sent = dict(headers or {})
        for _redirect in range(_MOST_REDIRECTS):
            self._check(url, hosts)
            proxy, login = await asyncio.to_thread(_proxy, url)
            async with self._session.request(
                method,
                url,
                headers={**sent, **login} if url.scheme == "http" else sent,  # else the tunnel has it
                data=data,
                timeout=timeout,
                allow_redirects=False,
                proxy=proxy,
                proxy_headers=login,
            ) as answer:
                place = answer.headers.get(hdrs.LOCATION) if 300 < answer.status < 400 and method in _READS else None
                if place is None:
                    yield answer
                    return
            following = url.join(URL(place, encoded=True))
            if following.origin() != url.origin():
                sent.pop(hdrs.AUTHORIZATION, None)
            url = following
        raise NotAllowed(f"it redirects more than {_MOST_REDIRECTS} times")

    async def demand_allowed(self, url: URL, hosts: Hosts | None = None) -> None:
        """Pass when the server would go to an address, for programs that go there by themselves.

        Raises:
            NotAllowed: it would not.
        """
        self._check(url, hosts)
        if await asyncio.to_thread(leads_to_metadata, url.host or ""):
            raise NotAllowed(_LEADS_TO_METADATA)

    def _check(self, url: URL, hosts: Hosts | None) -> None:
        host = url.host or ""
        if url.scheme not in ("http", "https") or not host:
            raise NotAllowed("only http and https addresses are fetched")
        if self.is_own(url):
            if not url.path.startswith(_STORED):
                raise NotAllowed("it is this server itself, which gives stored files only")
            return
        if is_metadata(host):
            raise NotAllowed(f"{host} is for the machine alone (link-local, metadata)")
        if hosts is not None and host not in hosts:
            raise NotAllowed(f"the owner of the server does not let it fetch from {host} (--fetch-hosts)")


def _checked_socket(
    info: tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]],
) -> socket.socket:
    """A socket for an address that a name has led to just now.

    Raises:
        NotAllowed: nobody connects there.
    """
    family, kind, protocol, _unused, place = info
    if is_metadata(str(place[0])):
        raise NotAllowed(_LEADS_TO_METADATA)
    return socket.socket(family, kind, protocol)


def _is_local(host: str) -> bool:
    """Whether a host is this machine by its name or address alone."""
    address = address_of(host)
    if address is None:
        return host in _LOCAL
    inner = getattr(address, "ipv4_mapped", None) or address
    return bool(inner.is_loopback or inner.is_unspecified)


def _proxy(url: URL) -> tuple[URL | None, Mapping[str, str]]:
    """The machine's proxy for an address, and the header by which it knows its user."""
    host = url.host or ""
    named = (
        None if _is_local(host) or urllib.request.proxy_bypass(host) else urllib.request.getproxies().get(url.scheme)
    )
    if not named:
        return None, {}
    proxy = URL(named if "://" in named else f"http://{named}")
    if not proxy.user:
        return proxy, {}
    login = aiohttp.encode_basic_auth(proxy.user, proxy.password or "")
    return proxy.with_user(None), {hdrs.PROXY_AUTHORIZATION: login}
