#!/usr/bin/python
# Copyright: 2026 azureml.model_management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mms_kubeconfig_info
short_description: Get the kubeconfig of a cluster as one line
version_added: 1.0.0
author:
  - azureml.model_management contributors (@azureml-model-management)
description:
  - Gets a kubeconfig from files, from the Azure CLI or from Azure Resource Manager, and returns one context of it as
    one line of JSON that needs no file beside it. M(azureml.model_management.mms_service) and
    M(azureml.model_management.mms_pull_secret) take it as it is.
  - For a kubeconfig that is a text or a mapping already, use the filter
    P(azureml.model_management.to_flat_kubeconfig#filter), which does the same.
  - The result is a credential. Give the task C(no_log), and RV(kubeconfig) is kept out of output and logs.
options:
  source:
    description:
      - Where the kubeconfig comes from.
      - V(file) reads O(path).
      - V(aks) runs C(az aks get-credentials), V(acs) runs C(az acs kubernetes get-credentials) of older Azure CLIs.
        Both use the login of the Azure CLI.
      - V(arm) asks Azure Resource Manager for the credential of an AKS cluster, as whoever the task says. No Azure
        CLI is needed.
    type: str
    choices: [file, aks, acs, arm]
    default: file
  path:
    description:
      - Path of a kubeconfig, or several separated by colons, merged as C(kubectl) merges them. Only for O(source=file).
      - Unset, it is E(KUBECONFIG), or else C(~/.kube/config).
    type: str
  context:
    description:
      - Name of the context to return, instead of the current one.
    type: str
  namespace:
    description:
      - Namespace to put in place of the one of the context.
    type: str
  cluster_name:
    description:
      - Name of the cluster. Needed for every O(source) but V(file).
    type: str
  cluster_resource_group:
    description:
      - Resource group of the cluster. Unset, it is O(resource_group).
    type: str
  admin:
    description:
      - Whether to ask for the administrator's credential of an AKS cluster. The user's may be a program that logs in,
        which cannot travel.
    type: bool
    default: false
  ssh_key_file:
    description:
      - Private key to log in to the cluster's master with. Only for O(source=acs).
    type: path
  az:
    description:
      - The program C(az), as a path or as a name to look up.
    type: path
    default: az
extends_documentation_fragment:
  - azureml.model_management.connection
  - azureml.model_management.auth
  - azureml.model_management.attributes.info
seealso:
  - plugin: azureml.model_management.to_flat_kubeconfig
    plugin_type: filter
  - module: azureml.model_management.mms_pull_secret
"""

EXAMPLES = r"""
- name: Get the current context of what kubectl uses
  azureml.model_management.mms_kubeconfig_info:
  register: cluster
  no_log: true

- name: Get the credential of an AKS cluster by the Azure CLI
  azureml.model_management.mms_kubeconfig_info:
    source: aks
    cluster_name: scoring
    cluster_resource_group: clusters
  register: cluster
  no_log: true

- name: Get the administrator's credential without the Azure CLI
  azureml.model_management.mms_kubeconfig_info:
    source: arm
    cluster_name: scoring
    cluster_resource_group: clusters
    admin: true
  register: cluster
  no_log: true

- name: Use it
  azureml.model_management.mms_pull_secret:
    name: iris-registry
    registry: myregistry.azurecr.io
    username: puller
    password: "{{ vault_registry_password }}"
    kubeconfig: "{{ cluster.kubeconfig }}"
"""

RETURN = r"""
kubeconfig:
  description: The kubeconfig as one line of JSON. A secret.
  returned: success
  type: str
context:
  description: Name of its context.
  returned: success
  type: str
  sample: production
server:
  description: URL of the API server of the cluster.
  returned: success
  type: str
  sample: https://scoring-12345678.hcp.westeurope.azmk8s.io:443
namespace:
  description: Namespace of the context.
  returned: success
  type: str
  sample: default
request_ids:
  description: The latest exchanges with the service, the oldest first, at most 20. Quote them when you ask
    for support.
  returned: always
  type: list
  elements: dict
  contains:
    request:
      description: Method and path.
      returned: always
      type: str
    status:
      description: HTTP status.
      returned: always
      type: int
    request_id:
      description: The service's C(x-ms-request-id).
      returned: always
      type: str
    client_request_id:
      description: The C(x-ms-client-request-id) of both sides.
      returned: always
      type: str
retries:
  description: How often something was sent again, because it failed for a reason that passes. With C(-v),
    what and why.
  returned: always
  type: int
  sample: 0
failure:
  description: Why the task failed, as data. Always all of these keys.
  returned: on failure
  type: dict
  contains:
    code:
      description:
        - One word for the reason. Of answers of the service it is V(Unauthorized) for 401, V(Forbidden) for
          403, V(NotFound) for 404, V(Conflict) for 409, V(InUse) for 412, V(TooManyRequests) for 429, otherwise
          the service's own code.
        - Others are V(InvalidInput), V(NotFound), V(NotSupported), V(NoCredential), V(ServerNotRunning),
          V(ConnectionFailed), V(RequestTimedOut), V(TlsFailed), V(ProxyFailed), V(UnexpectedResponse), V(UploadFailed),
          V(OperationFailed), V(OperationCancelled), V(WaitTimeout), V(MissingLibrary).
      returned: always
      type: str
      sample: WaitTimeout
    message:
      description: The same in words, with what to do next.
      returned: always
      type: str
    status:
      description: HTTP status of the answer, null when there was none.
      returned: always
      type: int
      sample: 409
    service_code:
      description: The service's own word for the reason.
      returned: always
      type: str
      sample: BadRequest
    details:
      description: The service's details, each with C(code) and C(message).
      returned: always
      type: list
      elements: dict
    request_id:
      description: The service's id of the request.
      returned: always
      type: str
    client_request_id:
      description: The id that the client gave to the request.
      returned: always
      type: str
    operation_id:
      description: Id of the asynchronous operation concerned.
      returned: always
      type: str
    resume:
      description: How to go on from here.
      returned: always
      type: str
"""

from ansible_collections.azureml.model_management.plugins.module_utils._options.auth import AUTH_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._options.connection import CONNECTION_OPTIONS
from ansible_collections.azureml.model_management.plugins.module_utils._options.files import (
    PathOption,
    kubeconfig_option,
    program_option,
)
from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task, reporting, run_module
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.kubeconfig import kubeconfig

TASK = Task(
    options={
        "source": {"type": "str", "choices": ["file", "aks", "acs", "arm"], "default": "file"},
        "path": kubeconfig_option({"type": "str"}),
        "context": {"type": "str"},
        "namespace": {"type": "str"},
        "cluster_name": {"type": "str"},
        "cluster_resource_group": {"type": "str"},
        "admin": {"type": "bool", "default": False},
        "ssh_key_file": PathOption({"type": "path", "no_log": False}),
        "az": program_option({"type": "path", "default": "az"}),
        **CONNECTION_OPTIONS,
        **AUTH_OPTIONS,
    },
    run=reporting(kubeconfig),
    verbatim="kubeconfig",
)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
