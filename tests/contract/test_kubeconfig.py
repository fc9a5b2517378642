# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""mms_kubeconfig_info against the Resource Manager of the local MMS, in both shells."""

from __future__ import annotations

import json

import pytest
from conftest import KUBECONFIG, Workbench

from ansible_collections.azureml.model_management.plugins.module_utils._kubernetes.kubeconfig import flat_kubeconfig

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/clusters"
AKS = f"arm{GROUP}/providers/Microsoft.ContainerService/managedClusters/scoring"
TOKEN = "kubernetes-token-that-nobody-may-see"


@pytest.mark.parametrize("admin", [False, True])
def test_the_kubeconfig_of_an_aks_cluster_comes_from_resource_manager(bench: Workbench, admin: bool) -> None:
    bench.server.control("PUT", AKS, {"kubeConfig": KUBECONFIG})
    run = bench.ok(
        "mms_kubeconfig_info",
        source="arm",
        cluster_name="scoring",
        cluster_resource_group="clusters",
        admin=admin,
        namespace="models",
    )
    assert run.result["kubeconfig"] == flat_kubeconfig(KUBECONFIG, namespace="models")
    assert (run.result["context"], run.result["namespace"]) == ("demo", "models")
    assert run.result["server"] == "https://127.0.0.1:6443"
    others = {name: value for name, value in run.result.items() if name != "kubeconfig"}
    assert TOKEN not in json.dumps(others)


def test_a_cluster_that_does_not_exist_is_told(bench: Workbench) -> None:
    failed = bench.run("mms_kubeconfig_info", source="arm", cluster_name="nobody", cluster_resource_group="clusters")
    assert failed.result["failure"]["code"] == "NotFound"
    assert failed.result["failure"]["status"] == 404
