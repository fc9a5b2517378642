# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers for attacks on them, with the settings that they have by themselves, but no compute."""

from __future__ import annotations

from server_fixtures import server, shared_server, start_server

__all__ = ["server", "shared_server", "start_server"]
