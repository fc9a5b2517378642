# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server keeps: for its owner only, and told without secrets."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from api_client import ACCOUNT, Api

from mms_local.data_directory import DataDirectory
from mms_local.testing import ServerProcess

SECRETS = ("sas-secret", "url-password", "amz-secret", "token-secret")
URLS = (
    "https://store.invalid/iris.pkl?sv=2020&sp=r&sig=sas-secret%3D",
    "https://store.invalid/iris.pkl?SIG=sas-secret&sv=2020",
    "https://me:url-password@store.invalid/iris.pkl",
    "https://bucket.invalid/iris.pkl?X-Amz-Credential=id&X-Amz-Signature=amz-secret",
    "https://store.invalid/iris.pkl?access_token=token-secret#part",
)


def opened(folder: Path) -> Iterator[str]:
    """What somebody else than the owner may read."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield str(path.relative_to(folder))


def test_the_data_folder_is_closed_again_at_the_next_start(
    start_server: Callable[..., ServerProcess], tmp_path: Path
) -> None:
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    elsewhere.write_text("not the server's", "utf-8")
    elsewhere.chmod(0o644)
    start_server("--auth", "checked", data_dir=data).stop()
    (data / "identity/link").symlink_to(elsewhere)
    for path in (data, *data.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o777 if path.is_dir() else 0o666)
    server = start_server("--auth", "checked", data_dir=data)
    assert not [*opened(data)]
    assert "others could read" in server.log.read_text("utf-8")
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o644


@pytest.mark.parametrize("foreign", [(), ("mine.txt",)])
def test_what_the_server_did_not_make_stays_as_it_is(tmp_path: Path, foreign: tuple[str, ...]) -> None:
    data = tmp_path / "data"
    modes = {"tls/program": 0o755, "build/images/one/score.py": 0o644, **dict.fromkeys(foreign, 0o644)}
    for name, mode in modes.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).touch()
        (data / name).chmod(mode)
    for folder in (data, data / "build", data / "tls"):
        folder.chmod(0o755)
    DataDirectory(data).release()
    found = {str(path.relative_to(data)): stat.S_IMODE(path.stat().st_mode) for path in (data, *data.rglob("*"))}
    assert (found["tls/program"], found["tls"], found["build"]) == (0o700, 0o700, 0o700)
    assert found["build/images/one/score.py"] == 0o644
    assert found["."] == (0o755 if foreign else 0o700)
    assert [found[name] for name in foreign] == [0o644 for _name in foreign]


@pytest.mark.parametrize("url", URLS)
def test_the_state_holds_no_signature_and_no_password(
    server: ServerProcess, start_server: Callable[..., ServerProcess], url: str
) -> None:
    account = Api(server.url, ACCOUNT)
    account.new_model(url=url)
    asset = {"id": "driver", "url": url.replace(".pkl", ".py"), "mimeType": "application/x-python"}
    account.new_manifest(account.new_model()["id"], assets=[asset])
    state = server.control("GET", "state")
    assert "iris.pkl" in json.dumps(state)
    assert not [secret for secret in SECRETS if secret in json.dumps(state)]
    other = start_server()
    other.control("PUT", "state", state)
    assert len(Api(other.url, ACCOUNT).items("models")) == 2
