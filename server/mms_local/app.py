# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The composition root: builds every part of a server from its settings, and starts and stops them in order."""

from __future__ import annotations

import errno
import json
import os
import secrets
import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import quote

from aiohttp import web

from mms_local import __version__
from mms_local.api import discovery, middleware
from mms_local.api.arm import ArmService
from mms_local.api.artifacts import Artifacts
from mms_local.api.blob import ACCOUNT, BlobService, account_key
from mms_local.api.front import Fronts
from mms_local.api.guard.control import control_for_owner
from mms_local.api.guard.fetching import files_for_fetchers
from mms_local.api.guard.origins import keep_apart
from mms_local.api.guard.pages import ALWAYS, from_no_other_site
from mms_local.api.guard.tokens import AnyToken, FixedToken, TokenChecker
from mms_local.api.identity import DEFAULT_AUDIENCES, IdentityService
from mms_local.api.logs import BuildLogs
from mms_local.api.mms.dataplane import DataPlane
from mms_local.api.mms.registry import GENERATIONS, with_registration_status
from mms_local.compute.front import Front
from mms_local.compute.traffic import Traffic
from mms_local.config import Config, warning_of, written
from mms_local.control.faults import Faults
from mms_local.control.journal import RequestJournal
from mms_local.control.room import ControlRoom, State
from mms_local.control.state import StateDocument
from mms_local.core.hosts import Hosts, address_of
from mms_local.core.jobs import Engines
from mms_local.core.mms import Mms
from mms_local.core.ports import Builder, Compute
from mms_local.core.world import World
from mms_local.data_directory import CONTROL_TOKEN, DataDirectory, known_environment, write_private
from mms_local.page.routes import PageRoutes
from mms_local.store.blob_store import BlobStore
from mms_local.store.database import Database
from mms_local.store.logs import LogFiles

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
RESOURCE_GROUP = "local"
ACCOUNT_NAME = "local"
ANY_TOKEN = "any-token"
_GRACE = 5.0  # seconds that open requests have when the server stops


Origins = Callable[[], Collection[str]]
EngineChoice = Callable[[Config, Traffic, Origins], tuple[Builder, Compute]]


def engines_of(config: Config, traffic: Traffic, own: Origins) -> tuple[Builder, Compute]:
    """What builds and runs, as `--compute` says. What is not chosen is not imported.

    Args:
        own: where this server answers, as soon as that is known.
    """
    if config.compute == "none":
        from mms_local.compute.null import NullBuilder, NullCompute

        return NullBuilder(config.data_dir), NullCompute()
    from mms_local.images import ImageBuilder, Limits, OciMode, OciSettings, Places, Policy

    registries = frozenset(filter(None, (config.insecure_registries or "").split(",")))
    builder = ImageBuilder(
        config.data_dir,
        pythons=Places(config.python, tuple(filter(None, (config.pythons or "").split(",")))),
        strict_python=config.strict_python,
        policy=Policy(config.allow_sdists, config.allow_direct_urls),
        index_url=config.index_url,
        oci=OciSettings(OciMode(config.oci), config.base_image, registries),
        dependencies=config.dependency_cache,
        limits=Limits(
            Hosts.of(config.fetch_hosts.split(",")) if config.fetch_hosts else None,
            config.fetch_size,
            config.fetch_timeout,
            own,
        ),
    )
    if config.compute == "kubernetes":
        from mms_local.compute.kubernetes.compute import KubernetesCompute

        return builder, KubernetesCompute.configured(config)
    from mms_local.compute.process.compute import ProcessCompute

    return builder, ProcessCompute(config.data_dir, python=config.python, traffic=traffic)


class AddressUnusable(Exception):
    """The server cannot listen where it is told to; the text says why, and which flag to change."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        # Newer Pythons give no number when the machine has none of the addresses.
        elsewhere = isinstance(error, socket.gaierror) or error.errno in (errno.EADDRNOTAVAIL, None)
        reason = error.strerror or os.strerror(errno.EADDRNOTAVAIL)
        super().__init__(f"cannot serve on {host}:{port}: {reason}; try another --{'host' if elsewhere else 'port'}")


@contextmanager
def _listening(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AddressUnusable(host, port, error) from error


class Server:
    """One server: :meth:`start` it, and :meth:`stop` it in the same event loop.

    Args:
        choose_engines: makes what builds images and runs services.
    """

    def __init__(self, config: Config, choose_engines: EngineChoice = engines_of) -> None:
        self.config = config
        self.directory = DataDirectory(config.data_dir)
        self.database = Database(config.data_dir / "mms.db")
        self.faults = Faults()
        self.journal = RequestJournal()
        self.identity = IdentityService(
            config.data_dir / "identity",
            audiences=config.token_audiences.split(",") if config.token_audiences else DEFAULT_AUDIENCES,
            lifetime=int(config.token_lifetime),
        )
        self._logs = LogFiles(config.data_dir / "logs")
        self._front = Front(traffic := Traffic())
        engines = Engines(*choose_engines(config, traffic, self._origins), self.faults)
        self.mms = Mms(World(self.database, self._logs), engines, strict_accounts=config.strict_accounts, sources=self)
        self._checker = _checker(config, self.identity)
        self._blobs = BlobStore(config.data_dir / "blob")
        self.blob = BlobService(self._blobs, account_key(config.data_dir / "blob"), bearer=self._checker)
        key = account_key(config.data_dir / "blob")
        self._arm = ArmService(self.mms.arm, self.database, self._checker, self._data_plane_token, key, SUBSCRIPTION)
        self._artifacts = Artifacts(
            self.mms, self._blobs, self.blob, self._checker, lambda: self._upload_origin, lambda: self.url
        )
        self._build_logs = BuildLogs(self.mms)
        self._fronts = Fronts(self.mms, self._front, self._application, self._listen)
        kept = known_environment(config.data_dir).get(CONTROL_TOKEN)
        self._control_token = config.control_token or kept or secrets.token_urlsafe(32)
        self._storage_name = f"{ACCOUNT}.blob.{config.storage_suffix}"
        self._names = _own_names(config, self._storage_name)
        self._runner: web.AppRunner | None = None
        self.url = ""
        self._upload_origin = ""
        self._tls_environment: dict[str, str] = {}

    def _origins(self) -> Collection[str]:
        return {self.url, self._upload_origin} - {""}

    async def start(self) -> None:
        """Listen, take up what a former server left, and say so.

        Raises:
            AddressUnusable: the address cannot be listened on.
        """
        app = self._application()
        app.add_routes(self._routes())
        with _listening(self.config.host, self.config.port):
            self._runner, port = await self._listen(app, self.config.port)
        host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
        self.url = f"http://{host}:{port}"
        if self.config.tls_port is not None:
            await self._listen_with_tls(self._runner, host, self.config.tls_port)
        await self._fronts.start()
        await self.mms.jobs.resume()
        if self.config.ready_file is not None:
            ready = {
                "url": self.url,
                "pid": os.getpid(),
                "env": self.environment(),
                "managedIdentityEnv": self.identity.managed_identity_environment(self.url),
                "virtualMachineEnv": self.identity.machine_environment(self.url),
            }
            write_private(self.config.ready_file, json.dumps(ready, indent=2) + "\n")
        page = f"{self.url}/#token={quote(self._control_token, safe='')}"
        settings = written(replace(self.config, control_token=self._control_token))
        self.directory.announce(self.url, self.environment(), page, settings)

    async def stop(self) -> None:
        """Stop listening, end jobs and services, close the database."""
        if self._runner is not None:
            await self._runner.cleanup()
        await self._fronts.stop()
        await self.mms.jobs.stop()
        await self._front.close()
        self._blobs.close()
        self.database.close()
        self.directory.release()

    def environment(self) -> dict[str, str]:
        """The variables by which clients find this server. Some of them are secrets."""
        token = self.config.token or ("" if self.config.auth == "checked" else ANY_TOKEN)
        return {
            "AZUREML_MMS_API_URL": self.url,
            "AZUREML_MMS_ARM_URL": self.url,
            **({"AZUREML_MMS_ACCESS_TOKEN": token} if token else {}),
            "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
            "AZURE_RESOURCE_GROUP": RESOURCE_GROUP,
            "AZUREML_MMS_ACCOUNT": ACCOUNT_NAME,
            "AZURE_STORAGE_CONNECTION_STRING": self.blob.connection_string(self.url),
            CONTROL_TOKEN: self._control_token,
            **self._tls_environment,
        }

    def locate(self, account: int, url: str) -> tuple[str, bool]:
        """Implements :class:`~mms_local.core.specs.Sources`, for builds that begin when all parts are there."""
        return self._artifacts.locate(account, url)

    def _data_plane_token(self, origin: str) -> str:
        if self.config.auth == "checked":
            return self.config.token or self.identity.access_token(origin)
        return ANY_TOKEN

    def _application(self) -> web.Application:
        """An application with what every request goes through, and no routes."""
        middlewares = [
            middleware.observed(self.journal),
            middleware.refusals_answered,
            from_no_other_site(self._names),
            files_for_fetchers,
            control_for_owner(self._control_token, anywhere=self.config.control_anywhere),
            middleware.sabotaged(self.faults),
        ]
        app = web.Application(middlewares=middlewares, client_max_size=self.config.max_body)
        app.on_response_prepare.extend((middleware.add_request_ids, keep_apart))
        return app

    def _routes(self) -> list[web.RouteDef]:
        config = self.config
        status = config.model_post_status
        generations = tuple(GENERATIONS.values()) if status is None else with_registration_status(status)
        data_plane = DataPlane(
            self.mms,
            self._checker,
            self.faults,
            self._fronts,
            self._build_logs,
            generations,
            config.operation_location == "absolute",
        )
        state = StateDocument(self.database, self.mms, self._fronts)
        control = ControlRoom(
            self.mms,
            self.journal,
            self.faults,
            State(state.dump, state.load),
            [self._reset],
            {"compute": config.compute, "auth": config.auth, "pid": os.getpid()},
        )
        about = {"version": __version__, "compute": config.compute, "warning": warning_of(config)}
        page = PageRoutes(self.mms, self.journal, self._fronts.origin, lambda: self.url, about)
        return [
            *data_plane.routes(),
            *self._fronts.routes(),
            *control.routes(),
            *page.routes(),
            *self.identity.control_routes(),
            *discovery.routes(self.identity.audiences, config.storage_suffix),
            *self._artifacts.routes(),
            *self._arm.routes(),
            *self._arm.control_routes(),
            *self._build_logs.routes(),
            *self.blob.routes(),
            *self.identity.routes(),
        ]

    async def _listen(self, app: web.Application, port: int) -> tuple[web.AppRunner, int]:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE, auto_decompress=False)
        await runner.setup()
        site = web.TCPSite(runner, self.config.host, port, reuse_address=True)
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        return runner, int(runner.addresses[0][1])

    async def _listen_with_tls(self, runner: web.AppRunner, host: str, port: int) -> None:
        tls = self.identity.tls(self.config.data_dir / "tls", [self.config.host, self._storage_name])
        with _listening(self.config.host, port):
            await web.TCPSite(runner, self.config.host, port, ssl_context=tls.context).start()
        url = f"https://{host}:{runner.addresses[-1][1]}"
        self._upload_origin = f"https://{self._storage_name}:{runner.addresses[-1][1]}"
        self._tls_environment = {"MMS_LOCAL_CA_FILE": str(tls.ca_path), **self.identity.environment(url)}

    async def _reset(self) -> None:
        """Back to the state after the first start."""
        self.faults.clear()
        self.mms.world.pacing.clear()
        await self._fronts.stop()
        await self.mms.jobs.clear()
        self.database.clear()
        self._blobs.clear()
        self.identity.directory.clear()
        self._logs.clear()
        self.journal.clear()


def _own_names(config: Config, storage_name: str) -> Hosts:
    """The names under which the server answers, besides its addresses."""
    listened_on = [config.host] if address_of(config.host) is None else []
    return Hosts.of([*ALWAYS, storage_name, *listened_on, *(config.allowed_hosts or "").split(",")])


def _checker(config: Config, identity: IdentityService) -> TokenChecker | None:
    if config.auth == "off":
        return None
    if config.auth == "any":
        return AnyToken()
    if config.token:
        return FixedToken(config.token, identity)
    identity.demand_libraries()
    return identity
