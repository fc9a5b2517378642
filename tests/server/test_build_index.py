# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installers get the index that the machine's owner means, and nothing else of the server's surroundings."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from image_factory import FileServer, ImageFactory

from mms_local.core.ports import JobFailed
from mms_local.images import ImageBuilder
from mms_local.images.index import Index
from mms_local.images.installers import Installer, NotInstalled, uv_program
from mms_local.images.pythons import Interpreter
from mms_local.images.requirements import Wanted

pytestmark = pytest.mark.security

SECRETS = {"MMS_LOCAL_TOKEN": "token-secret", "AZURE_STORAGE_CONNECTION_STRING": "AccountKey=key-secret"}


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A pip configuration of the user's own, and secrets in the environment."""
    for name in ("PIP_FIND_LINKS", "PIP_CERT", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "pip.conf"
    file.write_text(
        "[global]\nindex-url = https://host/global/simple\nextra-index-url =\n  https://host/a\n  https://host/b\n"
        "trusted-host = host\ntimeout = 7.5\nuser = true\ntarget = /tmp/elsewhere\nconstraint = /etc/pins.txt\n"
        "[install]\nindex-url = https://me:word@host/install/simple\nno-binary = :all:\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return file


async def test_a_pip_that_is_to_be_quiet_says_where_the_index_is(configured: Path) -> None:
    before = await Index.configured(None)
    configured.write_text(configured.read_text().replace("[global]\n", "[global]\nquiet = 3\n"))
    assert await Index.configured(None) == before


async def test_of_pips_configuration_only_what_concerns_the_index_is_taken(configured: Path) -> None:
    environment = (await Index.configured(None)).environment_for_pip()
    settings = {name: value for name, value in environment.items() if name.startswith("PIP_")}
    assert settings["PIP_INDEX_URL"] == "https://me:word@host/install/simple"
    assert settings["PIP_EXTRA_INDEX_URL"] == "https://host/a https://host/b"
    assert settings["PIP_TRUSTED_HOST"] == "host"
    assert settings["PIP_CONFIG_FILE"] == "/dev/null"
    assert not {"PIP_USER", "PIP_TARGET", "PIP_CONSTRAINT", "PIP_NO_BINARY", "PIP_PREFIX"} & set(settings)


async def test_uv_gets_the_same_index_under_its_own_names(configured: Path) -> None:
    environment = (await Index.configured(None)).environment_for_uv()
    assert environment["UV_DEFAULT_INDEX"] == "https://me:word@host/install/simple"
    assert environment["UV_INDEX"] == "https://host/a https://host/b"
    assert environment["UV_INSECURE_HOST"] == "host"
    assert environment["UV_HTTP_TIMEOUT"] == "7"
    assert environment["UV_NO_CONFIG"] == "1"


async def test_a_variable_stands_above_files_and_the_owners_flag_above_all(
    configured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://host/variable")
    assert (await Index.configured(None)).options["index-url"] == "https://host/variable"
    own = await Index.configured("https://host/own")
    assert own.options["index-url"] == "https://host/own"
    assert "extra-index-url" not in own.options
    assert own.options["trusted-host"] == "host"


async def test_no_secret_of_the_server_reaches_an_installer(configured: Path) -> None:
    index = await Index.configured(None)
    for environment in (index.environment_for_pip(), index.environment_for_uv()):
        assert not any("secret" in value for value in environment.values())
        assert not set(SECRETS) & set(environment)


@pytest.mark.slow
@pytest.mark.parametrize("with_uv", [True, False], ids=["uv", "pip"])
async def test_settings_of_the_users_account_do_not_break_a_build(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, with_uv: bool
) -> None:
    for name, value in {"PIP_USER": "1", "PIP_PREFIX": str(tmp_path / "p"), "PIP_REQUIRE_VIRTUALENV": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("UV_SYSTEM_PYTHON", "1")
    monkeypatch.setenv("UV_EXCLUDE_NEWER", "2001-01-01")
    installer = Installer(await Index.configured(None), allow_sdists=False, uv=uv_program() if with_uv else None)
    log: list[str] = []
    await installer.install([Wanted.of("six==1.16.0")], Interpreter.at(sys.executable), tmp_path, log.append)
    assert (tmp_path / "site" / "six.py").is_file()
    assert not (tmp_path / "p").exists()


@pytest.mark.slow
@pytest.mark.parametrize("with_uv", [True, False], ids=["uv", "pip"])
async def test_an_index_that_needs_a_name_is_asked_with_it_and_never_shown(
    tmp_path: Path, files: FileServer, with_uv: bool
) -> None:
    address = files.put("simple/six/index.html", "<html></html>").partition("?")[0].rpartition("/six/")[0]
    index = Index({"index-url": address.replace("http://", "http://me:index-secret@")}, {})
    installer = Installer(index, allow_sdists=False, uv=uv_program() if with_uv else None)
    log: list[str] = []
    with pytest.raises(NotInstalled) as failed:
        await installer.install([Wanted.of("six==1.16.0")], Interpreter.at(sys.executable), tmp_path, log.append)
    assert "index-secret" not in json.dumps([str(failed.value), failed.value.output, *log])
    assert any("/simple/six" in request for request in files.requests)


@pytest.mark.slow
async def test_a_line_of_a_user_never_sends_a_variable_of_the_server_anywhere(
    images: ImageFactory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MMS_LOCAL_TOKEN", "token-secret")
    server = images.files.put("x", "").partition("/x?")[0]
    images.builder = ImageBuilder(tmp_path / "fresh")
    for line in (
        f"--index-url {server}/${{MMS_LOCAL_TOKEN}}/",
        f"x @ {server}/${{MMS_LOCAL_TOKEN}}/x-1-py3-none-any.whl",
    ):
        with pytest.raises(JobFailed):
            await images.image(requirements=line + "\n")
    with pytest.raises(JobFailed) as failed:
        await images.image(requirements="-r /proc/self/environ\n")
    assert "token-secret" not in failed.value.message
    assert not any("token-secret" in request for request in images.files.requests)
