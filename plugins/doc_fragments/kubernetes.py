# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - How to reach the cluster. The path of a kubeconfig, several paths separated by colons, its text in YAML or
        JSON, or a mapping.
      - Unset, it is E(K8S_AUTH_KUBECONFIG), or else what C(kubectl) itself would use, namely E(KUBECONFIG),
        C(~/.kube/config), or the service account of the pod that the task runs in.
    type: json
  context:
    description:
      - Name of the context to use, instead of the current one.
      - Unset, it is E(K8S_AUTH_CONTEXT).
    type: str
  host:
    description:
      - URL of the API server, instead of the one in the kubeconfig.
      - Unset, it is E(K8S_AUTH_HOST).
    type: str
  api_key:
    description:
      - Bearer token, instead of the credential in the kubeconfig.
      - Unset, it is E(K8S_AUTH_API_KEY).
    type: str
  client_cert:
    description:
      - Path of a client certificate, instead of the credential in the kubeconfig.
      - Unset, it is E(K8S_AUTH_CERT_FILE).
    type: path
  client_key:
    description:
      - Path of the key of O(client_cert).
      - Unset, it is E(K8S_AUTH_KEY_FILE).
    type: path
  ca_cert:
    description:
      - Path of the certificate of the authority that the cluster's certificate is from.
      - Unset, it is E(K8S_AUTH_SSL_CA_CERT).
    type: path
  validate_certs:
    description:
      - Whether the certificate of the cluster must be valid. Rather set O(ca_cert) than turn this off.
      - Unset, it is E(K8S_AUTH_VERIFY_SSL), or else what the kubeconfig says.
    type: bool
  proxy:
    description:
      - URL of a proxy on the way to the cluster.
      - Unset, it is E(K8S_AUTH_PROXY), or else what the kubeconfig says.
    type: str
  impersonate_user:
    description:
      - User to act as.
      - Unset, it is E(K8S_AUTH_IMPERSONATE_USER).
    type: str
  kubectl:
    description:
      - The program C(kubectl), as a path or as a name to look up.
    type: path
    default: kubectl
  timeout:
    description:
      - Number of seconds to wait for an answer of the cluster.
    type: int
    default: 30
requirements:
  - kubectl
  - PyYAML, for a kubeconfig that is YAML and given as text or changed by other options
"""
