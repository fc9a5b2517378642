# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Push to and pull from a container registry (OCI distribution specification), with basic or token authentication."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from mms_local.core.ports import JobFailed
from mms_local.images.failure import build_failed, shown
from mms_local.images.outside import NotAllowed, Outside

_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=300)
_LONGEST = 1 << 20  # bytes of what says an error or gives a token
_SHOWN = 500  # characters of what a registry says
_CODE = re.compile("[A-Z_]{1,40}")  # of an error, as the specification has them
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Login:
    """User and password of a registry."""

    user: str
    password: str = field(repr=False)


class Repository:
    """One repository of one registry.

    Args:
        outside: carries the requests.
        host: `name[:port]` of the registry.
        name: of the repository.
        login: without it only what is open to all can be done.
        plain: use http. The password crosses the network readable then: for loopback, or when the user says so.
    """

    def __init__(self, outside: Outside, host: str, name: str, *, login: Login | None, plain: bool) -> None:
        self._outside = outside
        self._host = host
        self._login = login
        self._plain = plain
        self._base = URL(f"{'http' if plain else 'https'}://{host}/v2/{name}/")
        self._authorization: str | None = None

    async def has_blob(self, digest: str) -> bool:
        """Whether the registry has a blob already."""
        async with self._answer("HEAD", self._base / "blobs" / digest, accepted=(200, 404)) as answer:
            return answer.status == 200

    async def push_blob(self, digest: str, file: Path) -> None:
        """Upload a blob in one piece."""
        async with self._answer("POST", self._base / "blobs" / "uploads/", accepted=(202,)) as answer:
            upload = answer.url.join(URL(answer.headers.get("Location", ""), encoded=True))
        if upload.origin() != self._base.origin():
            raise self._refused(f"sends uploads to another place, {shown(str(upload))}")
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(file.stat().st_size)}
        target = upload.update_query(digest=digest)
        async with self._answer("PUT", target, accepted=(201,), headers=headers, file=file):
            pass

    async def push_manifest(self, tag: str, content: bytes, media_type: str) -> None:
        """Upload an image manifest under a tag; its blobs must be there."""
        headers = {"Content-Type": media_type}
        url = self._base / "manifests" / tag
        async with self._answer("PUT", url, accepted=(201,), headers=headers, body=content):
            pass

    async def manifest(self, reference: str, media_types: tuple[str, ...]) -> tuple[bytes, str]:
        """A manifest by tag or digest, and its media type."""
        headers = {"Accept": ", ".join(media_types)}
        async with self._answer(
            "GET", self._base / "manifests" / reference, accepted=(200,), headers=headers
        ) as answer:
            return await answer.read(), answer.content_type

    async def pull_blob(self, digest: str, target: Path) -> None:
        """Download a blob. The caller checks its digest."""
        async with self._answer("GET", self._base / "blobs" / digest, accepted=(200,)) as answer:
            with target.open("wb") as file:
                async for chunk in answer.content.iter_chunked(1 << 20):
                    file.write(chunk)

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        url: URL,
        *,
        accepted: tuple[int, ...],
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        file: Path | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a request; authenticates when the registry asks for it, once."""
        challenge = ""
        try:
            for _round in range(2):
                sent = {**(headers or {}), **({"Authorization": self._authorization} if self._authorization else {})}
                data = file.open("rb") if file else body
                async with self._outside.ask(method, url, headers=sent, data=data, timeout=_TIMEOUT) as answer:
                    if answer.status in accepted:
                        yield answer
                        return
                    said = await _errors(answer)
                    challenge = answer.headers.get("WWW-Authenticate", "")
                if answer.status != 401 or not await self._authenticate(challenge):
                    break
        except NotAllowed as refused:
            raise self._refused(f"is not asked: {refused}") from refused
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            kind = error.strerror if isinstance(error, aiohttp.ClientConnectorError) else type(error).__name__
            raise self._refused(f"cannot be reached: {kind}", status=502) from error
        who = f" for the user {self._login.user!r}" if self._login and answer.status in (401, 403) else ""
        raise self._refused(f"answered {answer.status}{who} to {method} {url.path}{said}")

    async def _authenticate(self, challenge: str) -> bool:
        """Get ready to answer a challenge; False when there is nothing (new) to answer with."""
        scheme, _separator, rest = challenge.partition(" ")
        before = self._authorization
        if scheme.lower() == "basic" and self._login:
            self._authorization = _basic(self._login)
        elif scheme.lower() == "bearer":
            self._authorization = f"Bearer {await self._token(dict(_CHALLENGE.findall(rest)))}"
        return self._authorization != before

    async def _token(self, challenge: dict[str, str]) -> str:
        """A token from the place that the challenge names (distribution specification, token authentication)."""
        realm = URL(challenge.get("realm", ""), encoded=True)
        here = is_loopback(realm.host or "") or (self._plain and realm.host == self._base.host)
        if realm.scheme != "https" and not (realm.scheme == "http" and here):
            raise self._refused(f"names a token service that is not safe to send a password to: {shown(str(realm))}")
        asked = {name: value for name, value in challenge.items() if name in ("service", "scope")}
        headers = {"Authorization": _basic(self._login)} if self._login else {}
        place = realm.update_query(asked)
        async with self._outside.ask("GET", place, headers=headers, timeout=_TIMEOUT) as answer:
            if answer.status != 200:
                who = f" the user {self._login.user!r}" if self._login else " anonymous access"
                raise self._refused(f"refuses{who}: its token service answered {answer.status}{await _errors(answer)}")
            try:
                content = json.loads(await _short(answer))
                return str(content.get("token") or content["access_token"])
            except (ValueError, KeyError, AttributeError) as error:
                raise self._refused("has a token service that sends no token", status=502) from error

    def _refused(self, what: str, *, status: int = 400) -> JobFailed:
        return build_failed("RegistryRefused", f"The registry {self._host} {what}.", status=status)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def host_name(host: str) -> str:
    """The name in `name[:port]`."""
    return urlsplit(f"//{host}").hostname or ""


def _basic(login: Login) -> str:
    return "Basic " + base64.b64encode(f"{login.user}:{login.password}".encode()).decode()


async def _short(answer: aiohttp.ClientResponse) -> bytes:
    """The beginning of an answer; what these hold is short."""
    read = b""
    while len(read) < _LONGEST and (chunk := await answer.content.read(_LONGEST - len(read))):
        read += chunk
    return read


async def _errors(answer: aiohttp.ClientResponse) -> str:
    """What the registry says about an error, as far as it keeps to the specification's form."""
    try:
        content: Any = json.loads(await _short(answer))
        errors = [error for error in content["errors"] if _CODE.fullmatch(error["code"])]
        shown = "; ".join(f"{error['code']} {error.get('message', '')}".strip() for error in errors)
        return f": {shown[:_SHOWN]}" if shown else ""
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
