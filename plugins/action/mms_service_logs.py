# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module mms_service_logs in the controller's own process, where that is the same."""

from __future__ import annotations

from ansible_collections.azureml.model_management.plugins.plugin_utils._in_process import ActionModule

__all__ = ["ActionModule"]
