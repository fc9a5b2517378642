# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command mms-local, as a user types it."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import proxy_bypass

import pytest
import requests

from mms_local.data_directory import running_on
from mms_local.serve import spare_from_proxies

MMS_LOCAL = (sys.executable, "-m", "mms_local")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MMS_LOCAL_")}
    return {**kept, "MMS_LOCAL_DATA_DIR": str(tmp_path / "data"), "MMS_LOCAL_COMPUTE": "none", "MMS_LOCAL_PORT": "0"}


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MMS_LOCAL, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def started(environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """A server in the background, and the variables that its output gives to a shell."""
    result = run(environment, "start")
    assert result.returncode == 0, result.stderr
    shell = subprocess.run(
        ["sh", "-c", f"{result.stdout}\nenv"], env=environment, capture_output=True, text=True, check=True
    )
    yield dict(line.split("=", 1) for line in shell.stdout.splitlines() if "=" in line)
    run(environment, "stop")


def test_start_gives_a_shell_what_clients_need(started: dict[str, str]) -> None:
    assert requests.get(f"{started['AZUREML_MMS_API_URL']}/_mms/health", timeout=30).json()["status"] == "healthy"
    for name in ("AZUREML_MMS_ACCESS_TOKEN", "AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP", "AZUREML_MMS_ACCOUNT"):
        assert started[name]
    assert "BlobEndpoint=http://127.0.0.1:" in started["AZURE_STORAGE_CONNECTION_STRING"]


def test_start_is_done_once(environment: dict[str, str], started: dict[str, str]) -> None:
    again = run(environment, "start")
    assert again.returncode == 0
    assert started["AZUREML_MMS_API_URL"] in again.stdout


def address(result: subprocess.CompletedProcess[str]) -> str:
    """Where a server runs, as a command says."""
    return result.stdout.partition("http://")[2].partition(";")[0]


def test_settings_that_a_running_server_does_not_have_are_refused(
    environment: dict[str, str], started: dict[str, str]
) -> None:
    refused = run(environment, "start", "--strict-accounts", "--log-level", "debug")
    line = told(refused)
    assert "--strict-accounts False, not True" in line
    assert "--log-level info, not debug" in line
    assert "Restart it (--restart)" in line
    assert run({**environment, "MMS_LOCAL_LOG_LEVEL": "info"}, "start", "--no-strict-accounts").returncode == 0


def test_a_secret_that_a_running_server_does_not_have_is_not_shown(
    environment: dict[str, str], started: dict[str, str]
) -> None:
    line = told(run({**environment, "MMS_LOCAL_TOKEN": "another-token"}, "start"))
    assert "--token" in line
    assert "another-token" not in line


def test_a_shell_that_was_pointed_at_a_server_starts_it_again(
    environment: dict[str, str], started: dict[str, str]
) -> None:
    """Among the variables that it exports is one that is a setting, too."""
    pointed = {name: value for name, value in started.items() if name.startswith(("MMS_LOCAL_", "AZURE"))}
    assert run({**environment, **pointed}, "start").returncode == 0


def test_a_server_is_started_anew_where_its_settings_differ(
    environment: dict[str, str], started: dict[str, str]
) -> None:
    same = run(environment, "start", "--restart")
    assert address(same) == started["AZUREML_MMS_API_URL"].removeprefix("http://")
    other = run(environment, "start", "--restart", "--log-level", "debug")
    assert address(other) != address(same)
    again = run(environment, "restart", "--log-level", "debug")
    assert again.returncode == 0
    assert address(again) != address(other)


def test_another_shell_is_pointed_at_the_server_that_runs(environment: dict[str, str], started: dict[str, str]) -> None:
    assert run(environment, "env").stdout in run(environment, "start").stdout
    assert run(environment, "wait").returncode == 0
    run(environment, "stop")
    assert "is not running" in told(run(environment, "env"))
    assert run(environment, "wait", "--wait", "0.1").returncode == 3


def test_status_reset_logs_and_stop(environment: dict[str, str], started: dict[str, str]) -> None:
    status = run(environment, "status")
    assert (status.returncode, started["AZUREML_MMS_API_URL"] in status.stdout) == (0, True)
    base = f"{started['AZUREML_MMS_API_URL']}/api/subscriptions/s/resourceGroups/r/hostingAccounts/a/models"
    token = {"Authorization": "Bearer t"}
    model = {"name": "m", "url": "http://x.invalid", "mimeType": "a/b"}
    assert requests.post(base, json=model, headers=token, timeout=30).status_code == 200
    assert run(environment, "reset").returncode == 0
    assert requests.get(base, headers=token, timeout=30).json() == []
    assert "models.create" in run(environment, "logs").stdout
    assert len(run(environment, "logs", "--lines", "1").stdout.splitlines()) == 1
    assert run(environment, "stop").returncode == 0
    assert run(environment, "status").returncode == 3
    assert run(environment, "stop").returncode == 0
    assert run(environment, "reset").returncode == 1


@pytest.mark.security
def test_files_with_secrets_are_for_their_owner(environment: dict[str, str], started: dict[str, str]) -> None:
    data_dir = Path(environment["MMS_LOCAL_DATA_DIR"])
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    for name in ("env", "mms.db", "server.log", "server.json"):
        assert stat.S_IMODE((data_dir / name).stat().st_mode) == 0o600, name


@pytest.mark.security
def test_the_token_is_not_in_the_process_list(environment: dict[str, str]) -> None:
    environment = {**environment, "MMS_LOCAL_AUTH": "checked"}
    assert run(environment, "start", "--token", "process-secret").returncode == 0
    try:
        data_dir = Path(environment["MMS_LOCAL_DATA_DIR"])
        pid = json.loads((data_dir / "server.json").read_text())["pid"]
        assert b"process-secret" not in Path(f"/proc/{pid}/cmdline").read_bytes()
        assert "process-secret" in (data_dir / "env").read_text()
        assert "process-secret" not in (data_dir / "server.log").read_text()
    finally:
        run(environment, "stop")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_prints_its_address_and_ends_in_good_order(environment: dict[str, str], number: signal.Signals) -> None:
    data_dir = Path(environment["MMS_LOCAL_DATA_DIR"])
    server = subprocess.Popen([*MMS_LOCAL, "serve"], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        while running_on(data_dir) is None:
            assert server.poll() is None
            time.sleep(0.02)
        server.send_signal(number)
        lines = server.communicate(timeout=30)[0].splitlines()
    finally:
        server.kill()
    assert server.returncode == 0
    assert lines[0].startswith("mms-local ready: http://127.0.0.1:")
    assert lines[1] == f"export AZUREML_MMS_API_URL={lines[0].split()[-1]}"
    assert lines[-1] == f". {data_dir / 'env'}"
    assert not [line for line in lines if "AccountKey" in line or "ACCESS_TOKEN" in line]


def test_a_data_directory_has_one_server(environment: dict[str, str], started: dict[str, str]) -> None:
    second = run(environment, "serve")
    assert second.returncode == 1
    assert "another server uses" in second.stderr


def test_a_taken_port_is_said_plainly(environment: dict[str, str], started: dict[str, str], tmp_path: Path) -> None:
    port = started["AZUREML_MMS_API_URL"].rpartition(":")[2]
    second = run(environment, "serve", "--port", port, "--data-dir", str(tmp_path / "other"))
    assert second.returncode == 1
    assert "try another --port" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_database_of_another_version_is_left_alone(environment: dict[str, str], tmp_path: Path) -> None:
    import sqlite3

    data_dir = tmp_path / "data"
    data_dir.mkdir()
    with sqlite3.connect(data_dir / "mms.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    result = run(environment, "serve")
    assert result.returncode == 1
    assert "schema version 99" in result.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [("MMS_LOCAL_PORT", "many"), ("MMS_LOCAL_COMPUTE", "abacus"), ("MMS_LOCAL_STRICT_ACCOUNTS", "perhaps")],
)
def test_a_bad_variable_is_named(environment: dict[str, str], variable: str, value: str) -> None:
    result = run({**environment, variable: value}, "serve")
    assert result.returncode == 2
    assert variable in result.stderr


@pytest.mark.parametrize("command", ["start", "serve"])
def test_a_variable_that_is_no_setting_is_not_ignored(environment: dict[str, str], command: str) -> None:
    result = run({**environment, "MMS_LOCAL_PROT": "8780"}, command)
    assert told(result).endswith(
        "$MMS_LOCAL_PROT is no setting; did you mean $MMS_LOCAL_PORT? (mms-local --help tells more)"
    )
    assert not (Path(environment["MMS_LOCAL_DATA_DIR"]) / "mms.db").exists()


def test_variables_that_a_server_exports_are_no_settings(environment: dict[str, str]) -> None:
    assert run({**environment, "MMS_LOCAL_CA_FILE": "/ca.pem"}, "start").returncode == 0
    assert run({**environment, "MMS_LOCAL_PROT": "8780"}, "stop").returncode == 0


def test_without_a_port_the_next_free_one_is_taken_and_said(environment: dict[str, str]) -> None:
    usual = {name: value for name, value in environment.items() if name != "MMS_LOCAL_PORT"}
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8780))
            taken.listen()
        except OSError:
            pass  # somebody else has it already
        result = run(usual, "start")
        try:
            assert result.returncode == 0, result.stderr
            port = int(result.stdout.partition("http://127.0.0.1:")[2].partition(";")[0])
            assert 8780 < port < 8880
            assert f"port 8780 is taken; using {port}" in result.stderr
        finally:
            run(usual, "stop")


def test_a_flag_wins_over_its_variable(environment: dict[str, str]) -> None:
    result = run({**environment, "MMS_LOCAL_PORT": "1"}, "serve", "--port", "2", "--host", "256.0.0.1")
    assert "256.0.0.1:2" in result.stderr


def test_help_teaches(environment: dict[str, str]) -> None:
    assert 'eval "$(mms-local start)"' in run(environment, "--help").stdout
    serve = run(environment, "serve", "--help").stdout
    for words in ("mms-local ready:", "$MMS_LOCAL_DATA_DIR", "process,kubernetes,none", "--model-post-status"):
        assert words in serve
    assert run(environment).returncode == 2


def test_a_light_command_does_not_load_the_server(environment: dict[str, str]) -> None:
    code = "import sys; from mms_local.cli import main; main(['status']); print('aiohttp' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.stdout.splitlines()[-1] == "False"


def test_the_server_does_not_load_what_it_does_not_use(environment: dict[str, str]) -> None:
    code = "import sys, mms_local.serve; print({'kubernetes', 'jwt', 'cryptography', 'yaml'} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.stdout.strip() == "set()"


def test_a_server_that_cannot_start_in_the_background_says_why(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run(environment, "start", "--port", str(taken.getsockname()[1]))
    assert result.returncode == 1
    assert "already in use" in result.stderr
    assert "--port" in result.stderr


def told(result: subprocess.CompletedProcess[str]) -> str:
    """The one line that a command says of what is wrong."""
    (line,) = result.stderr.splitlines()
    assert result.returncode in (1, 2)
    assert line.startswith("mms-local")
    return line


@pytest.mark.parametrize("command", ["start", "serve"])
@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--data-dir", "{file}"], "cannot use the folder {file}: there is a file of that name; name another one by"),
        (["--data-dir", "{file}/below"], "cannot use the folder {file}/below: Not a directory"),
        (["--data-dir", "/proc/none/x"], "cannot use the folder /proc/none/x: No such file or directory"),
        (["--dependency-cache", "{file}"], "cannot use the folder {file}: there is a file of that name"),
        (["--ready-file", "{file}/x"], "{file}/x: Not a directory"),
        (["--port", "70000"], "argument --port: '70000': use a number from 0 to 65535"),
        (["--port", "-1"], "argument --port: '-1': use a number from 0 to 65535"),
        (["--port", "http"], "argument --port: 'http': use a number from 0 to 65535"),
        (["--tls-port", "65536"], "argument --tls-port: '65536': use a number from 0 to 65535"),
        (["--max-body", "1k"], "argument --max-body: '1k': use at least 1024 bytes"),
        (["--token-lifetime", "0"], "argument --token-lifetime: '0': use a number of seconds, at most a day"),
        (["--python", "/nope"], "argument --python: '/nope': no program is there; name an interpreter"),
        (["--host", "192.0.2.7", "--allow-anonymous"], "try another --host"),
        (["--host", "nowhere.invalid"], "try another --host"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_the_machine_does_not_have_is_said_in_one_line(
    environment: dict[str, str], tmp_path: Path, command: str, flags: list[str], said: str
) -> None:
    (tmp_path / "file").touch()
    place = {"file": str(tmp_path / "file")}
    assert said.format(**place) in told(run(environment, command, *(flag.format(**place) for flag in flags)))


def test_a_home_that_cannot_be_written_is_said_in_one_line(environment: dict[str, str]) -> None:
    del environment["MMS_LOCAL_DATA_DIR"]
    environment.pop("XDG_DATA_HOME", None)
    line = told(run({**environment, "HOME": "/proc/none"}, "start"))
    assert "cannot use the folder /proc/none/.local/share/mms-local: No such file or directory" in line


def test_a_file_that_is_no_database_is_said_in_one_line(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mms.db").write_bytes(b"no database, but some text" * 100)
    assert "mms.db cannot be used: file is not a database; use another --data-dir" in told(run(environment, "start"))


def test_a_log_is_read_in_every_locale(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "server.log").write_text("Modell f\u00fcr \u65e5\u672c\n", encoding="utf-8")
    for locale in (
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii"},
    ):
        result = run({**environment, **locale}, "logs")
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith("Modell f")


def test_a_folder_with_any_name_is_used_in_every_locale(environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "f\u00fcr \u65e5\u672c"
    plain = {**environment, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    started = run(plain, "start", "--data-dir", str(folder))
    try:
        assert (started.returncode, started.stderr) == (0, "")
        assert (folder / "env").is_file()
        assert run(plain, "status", "--data-dir", str(folder)).returncode == 0
    finally:
        run(plain, "stop", "--data-dir", str(folder))


def test_a_reader_that_has_enough_is_no_error(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "server.log").write_text("a line\n" * 100000, encoding="utf-8")
    command = f"{sys.executable} -m mms_local logs --lines 100000 | head -1"
    result = subprocess.run(
        ["sh", "-c", command], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (result.stdout, result.stderr) == ("a line\n", "")


def test_nothing_of_this_machine_is_reached_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for known, kept in (("", []), ("10.0.0.0/8,.corp", ["10.0.0.0/8", ".corp"]), ("127.0.0.0/8", ["127.0.0.0/8"])):
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, known)
        spare_from_proxies("192.0.2.7", "store.test")
        for name in ("no_proxy", "NO_PROXY"):
            spared = os.environ[name].split(",")
            assert spared == [*kept, "localhost", "127.0.0.1", "::1", "192.0.2.7", "store.test"]
        for host in ("127.0.0.1:80", "localhost", "192.0.2.7", "mmslocal.blob.store.test:443"):
            assert proxy_bypass(host)
        assert not proxy_bypass("example.org")
    monkeypatch.setenv("no_proxy", "*")
    spare_from_proxies("192.0.2.7")
    assert os.environ["no_proxy"] == "*"
