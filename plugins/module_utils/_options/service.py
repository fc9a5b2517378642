# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service can be described by: argument specification of mms_service."""

from __future__ import annotations

from typing import Any

from .files import kubeconfig_option

_AUTOSCALER = {
    "enabled": {"type": "bool"},
    "min_replicas": {"type": "int"},
    "max_replicas": {"type": "int"},
    "target_utilization": {"type": "int"},
    "refresh_period": {"type": "int"},
}

_DATA_COLLECTION = {
    "storage_enabled": {"type": "bool"},
    "storage_key": {"type": "str", "no_log": True},
    "event_hub_enabled": {"type": "bool"},
    "event_hub_key": {"type": "str", "no_log": True},
}

_LIVENESS_PROBE = {
    "initial_delay": {"type": "int"},
    "period": {"type": "int"},
    "timeout": {"type": "int"},
    "success_threshold": {"type": "int"},
    "failure_threshold": {"type": "int"},
}

_COMPUTE = {"type": {"type": "str", "choices": ["aci", "aks"]}, "name": {"type": "str"}}

SERVICE_OPTIONS: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["absent", "present"], "default": "present"},
    "name": {"type": "str"},
    "id": {"type": "str"},
    "image": {"type": "str"},
    "compute_resource_id": {"type": "str"},
    "compute": {"type": "dict", "options": _COMPUTE},
    # As JSON text: of a mapping, Ansible would censor every single value, "default" and "v1" included.
    "kubeconfig": kubeconfig_option({"type": "json", "no_log": True}),
    "pull_secret": {"type": "str", "no_log": False},
    "replicas": {"type": "int"},
    "autoscaler": {"type": "dict", "options": _AUTOSCALER},
    "resources": {"type": "dict", "options": {"cpu": {"type": "str"}, "memory": {"type": "str"}}},
    "max_concurrent_requests": {"type": "int"},
    "description": {"type": "str"},
    "tags": {"type": "dict"},
    "properties": {"type": "dict"},
    "auth_enabled": {"type": "bool"},
    "token_auth_enabled": {"type": "bool"},
    "scoring_timeout": {"type": "int"},
    "max_queue_wait": {"type": "int"},
    "namespace": {"type": "str"},
    "liveness_probe": {"type": "dict", "options": _LIVENESS_PROBE},
    "app_insights_enabled": {"type": "bool"},
    "app_insights_key": {"type": "str", "no_log": True},
    "data_collection": {"type": "dict", "options": _DATA_COLLECTION},
}
