# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mms_kubeconfig_info does: find the kubeconfig of a cluster, and make it fit to travel."""

from __future__ import annotations

import base64
import binascii
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .._client.client import Api
from .._errors import InputError, MmsError, ResponseFormatError
from .._kubernetes.kubeconfig import Kubeconfig, default_source, flatten, parse, read, split_paths
from .._kubernetes.program import run_program
from .._masking import masked
from .._session import Session

_AKS_API_VERSION = "2024-02-01"
_AZ_TIMEOUT = 300  # seconds; az may ask Azure several times, and acs copies the file from a machine of the cluster


class AzError(MmsError):
    """The Azure CLI is not there, or does not give us the kubeconfig."""

    code = "AzureCliFailed"


def kubeconfig(session: Session) -> dict[str, Any]:
    """Return the kubeconfig as one line, and what may be known of it."""
    options = session.options
    found = _SOURCES[options["source"]](session)
    flat = flatten(found, options["context"] or None, options["namespace"] or None)
    content = json.loads(flat)
    return {
        "kubeconfig": flat,
        "context": content["current-context"],
        "server": content["clusters"][0]["cluster"].get("server"),
        "namespace": content["contexts"][0]["context"].get("namespace") or "default",
    }


def _from_files(session: Session) -> Kubeconfig:
    return read(split_paths(session.options["path"] or "") or default_source(os.environ))


def _from_aks_cli(session: Session) -> Kubeconfig:
    options = session.options
    more = [
        *(["--subscription", options["subscription_id"]] if options["subscription_id"] else []),
        *(["--admin"] if options["admin"] else []),
    ]
    return _by_az(["aks", "get-credentials"], options, more)


def _from_acs_cli(session: Session) -> Kubeconfig:
    options = session.options
    more = ["--ssh-key-file", options["ssh_key_file"]] if options["ssh_key_file"] else []
    return _by_az(["acs", "kubernetes", "get-credentials"], options, more)


def _from_resource_manager(session: Session) -> Kubeconfig:
    """Ask Azure Resource Manager itself, with the credential of the task; needs no Azure CLI."""
    options = session.options
    group, cluster = _of_cluster(options)
    if not options["subscription_id"]:
        raise InputError("subscription_id must be set when source is arm.")
    action = "listClusterAdminCredential" if options["admin"] else "listClusterUserCredential"
    path = (
        f"/subscriptions/{options['subscription_id']}/resourceGroups/{group}"
        f"/providers/Microsoft.ContainerService/managedClusters/{cluster}/{action}"
    )
    api = Api(session.transport, session.resource_manager_url, {"api-version": _AKS_API_VERSION})
    answer = api.request("POST", path).json()
    try:
        text = base64.b64decode(answer["kubeconfigs"][0]["value"], validate=True).decode()
    except (KeyError, IndexError, TypeError, binascii.Error, UnicodeDecodeError) as error:
        raise ResponseFormatError(f"{action} of cluster {cluster!r} gave no kubeconfig.") from error
    return _handed_out(text, cluster)


def _handed_out(text: str, cluster: str) -> Kubeconfig:
    """Parse what a service gave us: a text and never a path, which may not name files of this machine."""
    return parse(text, f"the kubeconfig that was handed out for cluster {cluster!r}")


_SOURCES: Mapping[str, Callable[[Session], Kubeconfig]] = {
    "file": _from_files,
    "aks": _from_aks_cli,
    "acs": _from_acs_cli,
    "arm": _from_resource_manager,
}


def _of_cluster(options: Mapping[str, Any]) -> tuple[str, str]:
    """Return resource group and name of the cluster."""
    group, cluster = options["cluster_resource_group"] or options["resource_group"], options["cluster_name"]
    missing = [name for name, value in (("cluster_resource_group", group), ("cluster_name", cluster)) if not value]
    if missing:
        raise InputError(f"{' and '.join(missing)} must be set when source is {options['source']}.")
    return group, cluster


def _by_az(command: Sequence[str], options: Mapping[str, Any], more: Sequence[str]) -> Kubeconfig:
    """Return the kubeconfig that the Azure CLI writes, to a file that nobody else can read and that does not stay."""
    group, cluster = _of_cluster(options)
    with tempfile.TemporaryDirectory(prefix="mms-") as folder:  # readable by its owner only
        file = Path(folder, "kubeconfig")
        arguments = ["--resource-group", group, "--name", cluster, "--file", str(file), *more]
        try:
            ended = run_program([options["az"], *command, *arguments], timeout=_AZ_TIMEOUT)
        except FileNotFoundError:
            advice = "Install the Azure CLI, set the option az to its path, or use source arm, which needs none"
            raise AzError(f"There is no program {options['az']!r}. {advice}.", code="AzureCliNotFound") from None
        except TimeoutError:
            raise AzError(f"az {' '.join(command)} did not end within {_AZ_TIMEOUT} s.") from None
        if ended.status != 0 or not file.exists():
            raise AzError(_complaint(command, cluster, ended.complaint))
        return _handed_out(file.read_text(encoding="utf-8"), cluster)


def _complaint(command: Sequence[str], cluster: str, text: str) -> str:
    said = masked(" ".join(text.split())) or "it said nothing"
    advice = ""
    if command[0] == "acs" and "acs" in said and ("misspelled" in said or "not in the" in said):
        advice = " This Azure CLI knows no Azure Container Service any more. Use source file, or aks for AKS."
    elif "az login" in said:
        advice = " Log in with 'az login' first, or use source arm with a credential of the task."
    return f"az {' '.join(command)} did not give the kubeconfig of cluster {cluster!r}: {said}{advice}"
