# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Settings of a server: one table of flags, each of which is an environment variable too."""

from __future__ import annotations

import argparse
import difflib
import hashlib
import ipaddress
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from mms_local.core.hosts import Hosts, is_open

MIB = 1024 * 1024


def default_data_dir() -> Path:
    """Where state lives unless told otherwise: `$XDG_DATA_HOME/mms-local`, or `~/.local/share/mms-local`."""
    base = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return Path(base) / "mms-local"


@dataclass(frozen=True)
class Config:
    """Everything that decides how a server behaves."""

    host: str = "127.0.0.1"
    port: int = 8780
    allowed_hosts: str | None = None
    tls_port: int | None = None
    data_dir: Path = field(default_factory=default_data_dir)
    compute: str = "process"
    python: str = sys.executable
    pythons: str | None = None
    strict_python: bool = False
    dependency_cache: Path | None = None
    allow_sdists: bool = False
    allow_direct_urls: bool = False
    index_url: str | None = None
    fetch_hosts: str | None = None
    fetch_size: int = 65536 * MIB
    fetch_timeout: float = 3600
    oci: str = "auto"
    base_image: str | None = None
    insecure_registries: str | None = None
    kubeconfig: Path | None = None
    kubernetes_exposure: str = "proxy"
    kubernetes_ingress_host: str = "{name}.localhost"
    kubernetes_callers: str | None = None
    kubernetes_cpu_limit: str = "2"
    kubernetes_memory_limit: str = "4Gi"
    kubernetes_tmp_size: str = "2Gi"
    kubernetes_rollout_timeout: float = 600
    kubernetes_scheduling_timeout: float = 30
    auth: str = "any"
    token: str | None = field(default=None, repr=False)
    control_token: str | None = field(default=None, repr=False)
    allow_anonymous: bool = False
    token_lifetime: float = 3600
    token_audiences: str | None = None
    ready_file: Path | None = None
    model_post_status: int | None = None
    operation_location: str = "relative"
    strict_accounts: bool = False
    control_anywhere: bool = False
    storage_suffix: str = "localhost"
    max_body: int = 4 * MIB
    log_level: str = "info"


@dataclass(frozen=True)
class Flag:
    """One flag of `mms-local serve` and `start`."""

    name: str
    help: str
    read: Callable[[str], Any] = str
    choices: tuple[Any, ...] | None = None
    metavar: str | None = None
    secret: bool = False
    """Whether its value is shown nowhere: in no help, and in no list of processes."""

    @property
    def attribute(self) -> str:
        """Its name in :class:`Config`."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable that does the same."""
        return "MMS_LOCAL_" + self.attribute.upper()


def _switch(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off", ""):
        return False
    raise ValueError("use true or false")


def _number(text: str, lowest: float, highest: float, wanted: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError(wanted) from None
    if not lowest <= number <= highest:
        raise ValueError(wanted)
    return number


def _port(text: str) -> int:
    return int(_number(text, 0, 65535, "use a number from 0 to 65535"))


def _size(text: str) -> int:
    return int(_number(text, 1024, 1 << 40, "use at least 1024 bytes"))


def _seconds(text: str) -> float:
    return _number(text, 0.001, 86400, "use a number of seconds, at most a day")


def _program(text: str) -> str:
    if shutil.which(text) is None:
        raise ValueError("no program is there; name an interpreter, such as /usr/bin/python3.11")
    return text


def _hosts(text: str) -> str:
    Hosts.of(text.split(","))
    return text


def _quantity(text: str) -> str:
    if text in ("", "none"):
        return ""
    if not re.fullmatch(r"[1-9][0-9]*(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?", text):
        raise ValueError("use a quantity of Kubernetes, such as 500m or 4Gi, or none")
    return text


def _callers(text: str) -> str:
    for caller in filter(None, text.split(",")):
        if "/" in caller:
            ipaddress.ip_network(caller)
        elif not re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", caller):
            raise ValueError(f"{caller!r} is no name of a namespace and no network, such as 10.0.0.0/8")
    return text


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


FLAGS = (
    Flag("host", "address to listen on; anything but a loopback address lets others in", metavar="ADDRESS"),
    Flag("port", "port to listen on; 0 takes any free one", _port, metavar="PORT"),
    Flag(
        "allowed-hosts",
        "names under which the server answers, separated by commas, besides localhost, addresses and the name that "
        "--host gives: what callers behind a proxy, in a container or in a cluster write in its URL",
        _hosts,
        metavar="NAME|*.NAME,...",
    ),
    Flag(
        "tls-port",
        "serve over TLS too, on this port (0: any free one), for azure-identity, which insists on it; the certificate "
        "authority is kept in the data directory (needs the extra 'identity')",
        _port,
        metavar="PORT",
    ),
    Flag("data-dir", "where everything is kept; one server at a time uses it", _path, metavar="DIR"),
    Flag(
        "compute",
        "where services run: child processes of this server, the Kubernetes cluster of the request's kubeconfig, "
        "or nowhere (the protocol only; images are recorded, not built)",
        choices=("process", "kubernetes", "none"),
    ),
    Flag(
        "python",
        "the interpreter of images whose conda file asks for none, or for one that it is; on process compute they run "
        "with it",
        _program,
        metavar="FILE",
    ),
    Flag(
        "pythons",
        "further interpreters (python3.N) or folders of them, separated by commas, besides those on PATH, of pyenv and "
        "of uv",
        metavar="FILE|DIR,...",
    ),
    Flag("strict-python", "refuse an image whose Python is not here, instead of taking the nearest one", _switch),
    Flag(
        "dependency-cache",
        "where installed packages are kept by what was asked for, if not in the data directory; servers may share it",
        _path,
        metavar="DIR",
    ),
    Flag("allow-sdists", "install source distributions too, which run code of their own during a build", _switch),
    Flag("allow-direct-urls", "let requirements name packages by URL (NAME @ https://...)", _switch),
    Flag(
        "index-url",
        "the package index of builds; without it the one that pip is configured for on this machine",
        metavar="URL",
    ),
    Flag(
        "fetch-hosts",
        "hosts that models, assets and requirements files may be fetched from, separated by commas, besides this "
        "server; without it every host. Link-local and metadata addresses, and this server's other rooms, never",
        _hosts,
        metavar="NAME|*.NAME|ADDRESS|NETWORK,...",
    ),
    Flag("fetch-size", "most bytes of a file that is fetched for an image", _size, metavar="BYTES"),
    Flag("fetch-timeout", "longest time in which a file is fetched for an image", _seconds, metavar="SECONDS"),
    Flag(
        "oci",
        "make an OCI image of images that come with a registry, and push it; of every image; or of none",
        choices=("auto", "always", "never"),
    ),
    Flag(
        "base-image",
        "what OCI images start from: an OCI layout (oci:DIR[:TAG]) or a reference in a public registry, with the same "
        "Python in it, whose version {python} stands for; without it a Python of this machine and the libraries that "
        "it needs",
        metavar="IMAGE",
    ),
    Flag(
        "insecure-registries",
        "registries to speak plain http to, separated by commas; those on loopback need not be named",
        metavar="HOST[:PORT],...",
    ),
    Flag(
        "kubeconfig",
        "on kubernetes compute, the cluster of services that come without a kubeconfig; needs no other file",
        _path,
        metavar="FILE",
    ),
    Flag(
        "kubernetes-exposure",
        "how requests reach services in a cluster: through the API server, which opens nothing, or by what the "
        "cluster then offers to others too",
        choices=("proxy", "nodeport", "loadbalancer", "ingress"),
    ),
    Flag("kubernetes-ingress-host", "host name of a service with exposure ingress", metavar="NAME"),
    Flag(
        "kubernetes-callers",
        "namespaces and networks from where the pods of services may be called, separated by commas; without it, from "
        "everywhere. Other ports than the one for scoring are closed in any case",
        _callers,
        metavar="NAMESPACE|NETWORK,...",
    ),
    Flag(
        "kubernetes-cpu-limit",
        "most CPU of a replica whose service asks for none; none: no limit",
        _quantity,
        metavar="QUANTITY",
    ),
    Flag(
        "kubernetes-memory-limit",
        "most memory of a replica whose service asks for none; none: no limit",
        _quantity,
        metavar="QUANTITY",
    ),
    Flag("kubernetes-tmp-size", "most that a replica may keep in /tmp", _quantity, metavar="QUANTITY"),
    Flag(
        "kubernetes-rollout-timeout",
        "seconds in which all replicas of a service must become ready",
        _seconds,
        metavar="SECONDS",
    ),
    Flag(
        "kubernetes-scheduling-timeout",
        "seconds in which each replica must find a node; raise it where nodes are added on demand",
        _seconds,
        metavar="SECONDS",
    ),
    Flag(
        "auth",
        "who may call: everybody, everybody with any bearer token, or only tokens that were issued here (or --token)",
        choices=("off", "any", "checked"),
    ),
    Flag(
        "token",
        "a bearer token that --auth checked accepts; better set in the environment",
        metavar="TOKEN",
        secret=True,
    ),
    Flag(
        "control-token",
        "the token of the control room; without it the one in the file env of the data directory, which is made at the "
        "first start. Better set in the environment",
        metavar="TOKEN",
        secret=True,
    ),
    Flag(
        "allow-anonymous",
        "with --auth any or off, listen beyond this machine all the same; whoever reaches the server can run code then",
        _switch,
    ),
    Flag("token-lifetime", "how long tokens that are issued here last, in seconds", _seconds, metavar="SECONDS"),
    Flag(
        "token-audiences",
        "what the tokens that --auth checked accepts may be for, separated by commas; without it the management APIs "
        "of the clouds, and storage",
        metavar="LIST",
    ),
    Flag("ready-file", "write URL, pid and client variables to this file when ready (JSON)", _path, metavar="FILE"),
    Flag(
        "model-post-status",
        "status that answers a registration; without it 200, which is what the published clients accept",
        int,
        (200, 201),
    ),
    Flag(
        "operation-location",
        "whether Operation-Location is a path or a URL",
        choices=("relative", "absolute"),
    ),
    Flag("strict-accounts", "know only accounts that were created through ARM", _switch),
    Flag(
        "storage-suffix",
        "over TLS, clients that take apart the name of a storage account find this one as mmslocal.blob.SUFFIX; that "
        "name must lead to this machine",
        metavar="SUFFIX",
    ),
    Flag("control-anywhere", "answer /_mms/ beyond the loopback interface too", _switch),
    Flag("max-body", "largest JSON request body, in bytes", _size, metavar="BYTES"),
    Flag("log-level", "what the server prints", choices=("debug", "info", "warning", "error")),
)


SECRETS = frozenset(
    {
        "AZUREML_MMS_ACCESS_TOKEN",
        "AZURE_STORAGE_CONNECTION_STRING",
        "AZURE_CLIENT_SECRET",
        *(flag.variable for flag in FLAGS if flag.secret),
    }
)
"""Variables of clients and of settings that nobody else may read."""

_PIPE = "MMS_LOCAL_SECRETS_FROM"


_EXPORTED = frozenset({"MMS_LOCAL_CA_FILE", _PIPE})
"""Variables with the prefix of settings that are none: a server gives them to its clients, or to itself."""


def unknown_setting(environment: Mapping[str, str]) -> str | None:
    """What is wrong with a variable that looks like a setting and is none; it would be ignored otherwise."""
    known = {flag.variable for flag in FLAGS}
    for name in sorted(environment):
        if name.startswith("MMS_LOCAL_") and name not in known | _EXPORTED:
            near = difflib.get_close_matches(name, known, 1)
            return f"${name} is no setting" + (f"; did you mean ${near[0]}?" if near else "")
    return None


def settings_in_environment() -> dict[str, str]:
    """The environment as it was given, after its secrets were taken away from this process.

    Everything that runs as the same user can read what a process was started with as long as it lives
    (`/proc/PID/environ`), the drivers of services among them. So the program is executed once more, without the
    secrets, which come to it through a pipe.
    """
    pipe = os.environ.pop(_PIPE, "")
    if pipe:
        with open(int(pipe), encoding="utf-8") as given:
            return {**os.environ, **json.load(given)}
    others = {name: value for name, value in os.environ.items() if name not in SECRETS}
    if len(others) < len(os.environ):
        _start_again(others)
    return others


def _start_again(others: dict[str, str]) -> NoReturn:
    needed = {flag.variable: os.environ[flag.variable] for flag in FLAGS if flag.secret and flag.variable in os.environ}
    read, written = os.pipe()
    with open(written, "w", encoding="utf-8") as given:
        json.dump(needed, given)  # a token fits into a pipe, for it has to fit into a header
    os.set_inheritable(read, True)
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**others, _PIPE: str(read)})


def add_flags(
    parser: argparse.ArgumentParser,
    environment: Mapping[str, str],
    names: tuple[str, ...] = (),
    *,
    only_given: bool = False,
) -> None:
    """Give a parser the flags (or only the named ones), with defaults from the environment.

    Args:
        only_given: what is neither a flag nor a variable is left out of what is parsed.
    """
    defaults = Config()
    for flag in FLAGS:
        if names and flag.name not in names:
            continue
        default = getattr(defaults, flag.attribute)
        text = environment.get(flag.variable)
        if text:
            default = _from_environment(parser, flag, text)
        shown = "" if flag.secret or default is None else f", default {default}"
        default = argparse.SUPPRESS if only_given and not text else default
        options: dict[str, Any] = {"default": default, "help": f"{flag.help} (${flag.variable}{shown})"}
        if flag.read is _switch:
            options["action"] = argparse.BooleanOptionalAction
        else:
            options.update(type=_telling(flag.read), choices=flag.choices, metavar=flag.metavar)
        parser.add_argument(f"--{flag.name}", **options)


def _telling(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same for argparse, which keeps the reason of any other error to itself."""

    def told(text: str) -> Any:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error

    return told


def config_of(arguments: argparse.Namespace) -> Config:
    """The settings that were parsed."""
    known = {flag.attribute for flag in FLAGS}
    return Config(**{name: value for name, value in vars(arguments).items() if name in known})


def written(config: Config) -> dict[str, str]:
    """The settings as texts by which they can be compared; of a secret only its digest."""
    texts = {}
    for flag in FLAGS:
        value = getattr(config, flag.attribute)
        text = "" if value is None else str(value)
        texts[flag.name] = hashlib.sha256(text.encode()).hexdigest() if flag.secret and text else text
    return texts


def warning_of(config: Config) -> str:
    """What is dangerous about the settings, as one sentence; empty when nothing is."""
    if config.auth == "checked" or not is_open(config.host):
        return ""
    return (
        f"The server listens on {config.host}, beyond this machine, and --auth {config.auth} lets everybody in: "
        "whoever reaches it may read, change and run everything on it."
    )


def _from_environment(parser: argparse.ArgumentParser, flag: Flag, text: str) -> Any:
    try:
        value = flag.read(text)
    except ValueError as error:
        parser.error(f"${flag.variable}: {error}")
    if flag.choices and value not in flag.choices:
        parser.error(f"${flag.variable}: use one of {', '.join(map(str, flag.choices))}")
    return value
