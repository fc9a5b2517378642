# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The look whether a registry takes a login, at a real one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from registry_process import PASSWORD, USER, RegistryProcess

from ansible_collections.azureml.model_management.plugins.module_utils._errors import AuthError
from ansible_collections.azureml.model_management.plugins.module_utils._masking import Gate
from ansible_collections.azureml.model_management.plugins.module_utils._session import Session
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.registry import verify_login
from ansible_collections.azureml.model_management.plugins.module_utils._time.clock import SystemClock

pytestmark = pytest.mark.skipif(not shutil.which("docker-registry"), reason="docker-registry is not installed")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryProcess]:
    with RegistryProcess(tmp_path_factory.mktemp("registry")) as running:
        yield running


class Look:
    """One look, and what was said to the user."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._session = Session({}, SystemClock(), Gate(print, self.warnings.append))

    def at(self, host: str, password: str = PASSWORD) -> None:
        verify_login(self._session, host, USER, password)


def test_a_good_login_is_taken_without_a_word(registry: RegistryProcess) -> None:
    look = Look()
    look.at(registry.host)
    assert look.warnings == []


def test_a_wrong_password_is_refused_before_anything_is_changed(registry: RegistryProcess) -> None:
    look = Look()
    with pytest.raises(AuthError, match=rf"Registry {registry.host} refuses the login of 'pusher' \(401\)") as caught:
        look.at(registry.host, "wrong-secret")
    assert "wrong-secret" not in caught.value.message


def test_a_registry_that_asks_for_no_login_takes_any(tmp_path: Path) -> None:
    with RegistryProcess(tmp_path / "open", auth={}) as registry:
        look = Look()
        look.at(registry.host, "anything")
    assert look.warnings == []


def test_a_registry_that_cannot_be_reached_from_here_is_a_warning(free_port: int) -> None:
    look = Look()
    look.at(f"127.0.0.1:{free_port}")
    (warning,) = look.warnings
    assert "could not be found out" in warning
