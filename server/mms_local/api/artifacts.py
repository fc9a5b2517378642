# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The artifact store of generation workspace (protocol 2.3.3): files by origin, container and path, kept as blobs.

Bytes go to the blob service with signed URLs, or through the calls named `content`. Builders find the files behind
`aml://asset/...` and `aml://artifact/...` here.
"""

from __future__ import annotations

import hmac
import re
import tarfile
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from aiohttp import web

from mms_local.api.blob import ARTIFACTS, BlobService
from mms_local.api.errors import ApiError
from mms_local.api.guard.tokens import TokenChecker, demand_token, is_same
from mms_local.api.mms.scene import Json, timestamp
from mms_local.api.mms.workspace import WORKSPACE
from mms_local.api.reading import json_body
from mms_local.core.accounts import Account, AccountName
from mms_local.core.errors import Invalid, Problem
from mms_local.core.mms import Mms
from mms_local.core.ports import JobFailed
from mms_local.store.blob_store import Blob, BlobStore

_MARKER = ("providers", "microsoft.machinelearningservices", "workspaces")
_MOST = 1000
_SECRET = "artifacts"


@dataclass(frozen=True)
class _Call:
    """A request: the workspace, the segments below `artifacts`, and the scheme, host and port that it came to."""

    request: web.Request
    account: Account
    segments: list[str]

    @property
    def origin(self) -> str:
        return f"{self.request.scheme}://{self.request.host}"


class Artifacts:
    """Answers `/artifact/v2.0/...`.

    Args:
        upload_origin: where clients that insist on a name of the form `ACCOUNT.blob.SUFFIX` send bytes; empty: here.
        own_origin: where this server finds itself.
    """

    def __init__(
        self,
        mms: Mms,
        store: BlobStore,
        blobs: BlobService,
        checker: TokenChecker | None,
        upload_origin: Callable[[], str],
        own_origin: Callable[[], str],
    ) -> None:
        self._mms = mms
        self._store = store
        self._blobs = blobs
        self._checker = checker
        self._upload_origin = upload_origin
        self._own_origin = own_origin

    def routes(self) -> list[web.RouteDef]:
        """Two routes: the calls, and folders as archives for builders."""
        return [
            web.get("/artifact/bundles/{account}/{key}.tar", self._bundle),
            web.route("*", "/{artifact:(?i:artifact)}/{version}/{s:(?i:subscriptions)}/{rest:.*}", self._answer),
        ]

    def locate(self, account: int, url: str) -> tuple[str, bool]:
        """Implements :class:`~mms_local.core.specs.Sources`: signed URLs of files, archives of folders."""
        scheme, _separator, place = url.partition("://")
        if scheme.lower() not in ("aml", "azureml"):
            return url, False
        kind, _separator, name = place.partition("/")
        if kind == "artifact":
            return self._file(account, unquote(name), url), False
        asset = self._mms.world.storage.assets.get(account, name) if kind == "asset" else None
        if asset is None:
            raise JobFailed("SourceNotReadable", f"{url} names nothing that is here")
        parts = [unquote(str(one.get("id") or one.get("prefix") or "")) for one in asset.kept.get("artifacts", [])]
        names = [blob.name for part in parts for blob in self._below(account, part)]
        if not names:
            raise JobFailed("SourceNotReadable", f"the files of asset {name} are not in the artifact store")
        if names == [f"{account}/{parts[0]}"]:
            return self._blobs.signed(self._own_origin(), names[0], "r"), False
        key = self._key(account, "\n".join(parts))
        listed = "&".join(f"part={quote(part, safe='')}" for part in parts)
        return f"{self._own_origin()}/artifact/bundles/{account}/{key}.tar?{listed}", True

    def _file(self, account: int, artifact_id: str, url: str) -> str:
        name = f"{account}/{artifact_id}"
        if self._store.blob(ARTIFACTS, name) is None:
            raise JobFailed("SourceNotReadable", f"{url} is not in the artifact store")
        return self._blobs.signed(self._own_origin(), name, "r")

    def _below(self, account: int, prefix: str) -> list[Blob]:
        """The artifact of that id, or all below it as below a folder."""
        whole = f"{account}/{prefix}".rstrip("/")
        found = self._store.blobs(ARTIFACTS, whole, "", _MOST) if self._store.container(ARTIFACTS) else []
        return [blob for blob in found if blob.name == whole or blob.name.startswith(f"{whole}/")]

    async def _bundle(self, request: web.Request) -> web.StreamResponse:
        """A folder of the store as an archive; members are named from below its container."""
        parts, account = request.query.getall("part", []), request.match_info["account"]
        known = account.isdecimal() and account.isascii() and len(account) < 10
        if not known or not is_same(request.match_info["key"], self._key(int(account), "\n".join(parts))):
            raise ApiError(404, "there is nothing at this path")
        with tempfile.TemporaryDirectory() as folder:
            archive = Path(folder) / "bundle.tar"
            with tarfile.open(archive, "w") as tar:
                for blob in (blob for part in parts for blob in self._below(int(account), part)):
                    content = Path(folder) / "content"
                    with content.open("wb") as file:
                        async for chunk in self._content(blob):
                            file.write(chunk)
                    tar.add(content, arcname=blob.name.split("/", 3)[3])
            response = web.StreamResponse(headers={"Content-Type": "application/x-tar"})
            response.content_length = archive.stat().st_size
            await response.prepare(request)
            with archive.open("rb") as file:
                while chunk := file.read(1 << 20):
                    await response.write(chunk)
        return response

    def _content(self, blob: Blob) -> AsyncIterator[bytes]:
        return self._store.content.read(self._store.parts(ARTIFACTS, blob.name), 0, blob.size)

    def _key(self, account: int, text: str) -> str:
        storage = self._mms.world.storage
        kept = storage.secrets(_SECRET)
        if not kept:
            kept = {"key": self._mms.world.new_guid()}
            storage.set_secrets(_SECRET, kept)
        return hmac.new(kept["key"].encode(), f"{account}\n{text}".encode(), sha256).hexdigest()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        demand_token(request, self._checker)
        call = self._parsed(request)
        kind, rest = call.segments[0].lower() if call.segments else "", call.segments[1:]
        if request.method == "POST" and kind == "batch" and len(rest) == 3 and rest[0].lower() == "metadata":
            return await self._upload_places(call, rest[1], rest[2])
        if kind == "content" and len(rest) > 2 and request.method in ("GET", "POST"):
            return await (self._put if request.method == "POST" else self._get)(call, "/".join(rest))
        if request.method != "GET":
            raise ApiError(404, "there is nothing at this path")
        if kind == "contentinfo" and len(rest) > 2:
            return web.json_response(self._info(call, self._existing(call, "/".join(rest)), "r"))
        if kind == "write" and len(rest) > 2:
            return web.json_response(self._place(call, "/".join(rest), "rcw"))
        if kind == "metadata" and len(rest) > 2:
            return web.json_response(_artifact(self._existing(call, "/".join(rest))))
        if kind == "prefix" and len(rest) > 3 and rest[0].lower() == "contentinfo":
            found = self._below(call.account.number, "/".join(rest[1:]))
            return web.json_response({"value": [self._info(call, blob, "r") for blob in found]})
        if len(call.segments) == 2:
            found = self._below(call.account.number, "/".join(call.segments))
            return web.json_response({"value": [_artifact(blob) for blob in found]})
        raise ApiError(404, "there is nothing at this path")

    def _parsed(self, request: web.Request) -> _Call:
        segments = [unquote(part) for part in request.rel_url.raw_path.split("/")[3:]]
        names = [part.lower() for part in segments]
        fits = len(segments) >= 8 and names[2] == "resourcegroups" and tuple(names[4:7]) == _MARKER
        if not fits or len(segments) < 9 or names[8] != "artifacts":
            raise ApiError(404, "there is nothing at this path")
        if any(part in ("", ".", "..") or not part.isprintable() for part in segments):
            raise ApiError(400, "a segment of the path is not a name")
        name = AccountName(WORKSPACE.name, segments[1], segments[3], segments[7])
        return _Call(request, self._mms.accounts.open(name), segments[9:])

    async def _upload_places(self, call: _Call, origin: str, container: str) -> web.Response:
        body = await json_body(call.request)
        paths = body.get("paths") if isinstance(body, dict) else None
        if not isinstance(paths, list) or not all(isinstance(one, dict) and one.get("path") for one in paths):
            raise Invalid(Problem("paths", "must be an array of objects with a path"))
        places: dict[str, Json] = {}
        artifacts: dict[str, Json] = {}
        for path in (str(one["path"]) for one in paths):
            if re.search(r"(^|/)\.{0,2}(/|$)", path) or not path.isprintable():
                raise Invalid(Problem("paths", f"{path!r} is no relative path"))
            places[path] = self._place(call, f"{origin}/{container}/{path}", "rcw")
            artifacts[path] = {
                "artifactId": f"{origin}/{container}/{path}",
                "origin": origin,
                "container": container,
                "path": path,
                "etag": None,
                "createdTime": timestamp(self._mms.world.now()),
                "dataPath": None,
            }
        return web.json_response({"artifacts": artifacts, "artifactContentInformation": places, "errors": {}})

    def _place(self, call: _Call, artifact_id: str, permissions: str) -> Json:
        self._store.create_container(ARTIFACTS, {})
        origin, container, path = artifact_id.split("/", 2)
        host = self._upload_origin() if "w" in permissions else ""
        uri = self._blobs.signed(host or call.origin, f"{call.account.number}/{artifact_id}", permissions)
        return {"contentUri": uri, "origin": origin, "container": container, "path": path}

    def _info(self, call: _Call, blob: Blob, permissions: str) -> Json:
        return self._place(call, blob.name.partition("/")[2], permissions)

    def _existing(self, call: _Call, artifact_id: str) -> Blob:
        blob = self._store.blob(ARTIFACTS, f"{call.account.number}/{artifact_id}")
        if blob is None:
            raise ApiError(404, f"there is no artifact {artifact_id!r} in workspace {call.account.name.name}")
        return blob

    async def _put(self, call: _Call, artifact_id: str) -> web.Response:
        """Keep the body as one artifact, in place of what was there."""
        self._store.create_container(ARTIFACTS, {})
        name = f"{call.account.number}/{artifact_id}"
        async with self._store.content.receive(call.request.content.iter_chunked(1 << 20)) as upload:
            headers: Mapping[str, Any] = {"Content-Type": "application/octet-stream"}
            blob = self._store.commit(ARTIFACTS, name, [self._store.content.keep(upload)], dict(headers), {})
        return web.json_response(_artifact(blob))

    async def _get(self, call: _Call, artifact_id: str) -> web.StreamResponse:
        blob = self._existing(call, artifact_id)
        response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
        response.content_length = blob.size
        await response.prepare(call.request)
        async for chunk in self._content(blob):
            await response.write(chunk)
        return response


def _artifact(blob: Blob) -> Json:
    artifact_id = blob.name.partition("/")[2]
    origin, container, path = artifact_id.split("/", 2)
    return {
        "artifactId": artifact_id,
        "origin": origin,
        "container": container,
        "path": path,
        "etag": blob.etag,
        "createdTime": None,
        "dataPath": None,
    }
