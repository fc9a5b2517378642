# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs a server in the foreground until it is told to end."""

from __future__ import annotations

import asyncio
import logging
import os
import shlex
import signal
import sys

from mms_local.api.identity import IdentityUnavailable
from mms_local.app import AddressUnusable, EngineChoice, Server, engines_of
from mms_local.config import SECRETS, Config, warning_of
from mms_local.data_directory import DirectoryInUse, FolderUnusable, make_folder
from mms_local.store.connection import SchemaError

LOG = logging.getLogger(__name__)


def run(config: Config, choose_engines: EngineChoice = engines_of) -> int:
    """Serve until SIGTERM or SIGINT; gives the exit status."""
    logging.basicConfig(
        level=config.log_level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    warning = warning_of(config)
    if warning and not config.allow_anonymous:
        advice = "use --auth checked, or say --allow-anonymous as well"
        print(f"mms-local: {warning.rstrip('.')}; {advice}", file=sys.stderr)
        return 1
    try:
        return asyncio.run(_serve(config, choose_engines))
    except ModuleNotFoundError as error:
        advice = f"install it with {sys.executable} -m pip install {error.name}"
        print(f"mms-local: the chosen flags need the Python package {error.name}; {advice}", file=sys.stderr)
    except (AddressUnusable, DirectoryInUse, FolderUnusable, IdentityUnavailable, SchemaError) as error:
        print(f"mms-local: {error}", file=sys.stderr)
    return 1


async def _serve(config: Config, choose_engines: EngineChoice) -> int:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if config.dependency_cache is not None:
        make_folder(config.dependency_cache, "dependency-cache")
    spare_from_proxies(config.host, config.storage_suffix)
    server = Server(config, choose_engines)
    try:
        await server.start()
        _say_ready(server, config)
        if warning := warning_of(config):
            LOG.warning(warning)
        await ended.wait()
    finally:
        await server.stop()
    return 0


def spare_from_proxies(*hosts: str) -> None:
    """Let nothing in this process, or started by it, reach this machine or these hosts through a proxy."""
    named = {name: os.environ.get(name, "") for name in ("no_proxy", "NO_PROXY")}
    known = named["no_proxy"] or named["NO_PROXY"]
    if known.strip() != "*":
        spared = [*filter(None, known.split(",")), "localhost", "127.0.0.1", "::1", *hosts]
        os.environ.update(dict.fromkeys(named, ",".join(dict.fromkeys(spared))))


def _say_ready(server: Server, config: Config) -> None:
    """Address and variables; the secret ones only by the file that holds them."""
    print(f"mms-local ready: {server.url}")
    for name, value in server.environment().items():
        if name not in SECRETS:
            print(f"export {name}={shlex.quote(value)}")
    print(f". {shlex.quote(str(config.data_dir / 'env'))}", flush=True)
