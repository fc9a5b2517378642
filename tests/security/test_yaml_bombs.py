# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A few hundred bytes of YAML cost neither time nor memory, on the server and on the client."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests
from api_client import HOSTING, Api

from ansible_collections.azureml.model_management.plugins.module_utils._kubernetes.kubeconfig import (
    KubeconfigError,
    read,
)
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.requirements import (
    CondaFile,
)
from mms_local.core import safe_yaml
from mms_local.core.ports import JobFailed
from mms_local.images.conda import conda_environment
from mms_local.images.requirements import Policy
from mms_local.testing import ServerProcess

NINE = "abcdefghi"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{key}: &{key} [{','.join([f'*{before}'] * 9)}]\n" for before, key in zip(NINE, NINE[1:], strict=False)
)
BOMBS = {
    "aliases": BOMB,
    "merged": "a: &a {x: 1}\n"
    + "".join(
        f"{key}: &{key} {{<<: [{','.join([f'*{before}'] * 9)}]}}\n" for before, key in zip(NINE, NINE[1:], strict=False)
    ),
    "deep": "[" * 100_000,
    "deep mapping": "".join(f"{' ' * depth}a:\n" for depth in range(500)),
    "tag": '!!int ""',
    "python": "!!python/object/apply:os.system [id]",
}
LONG = {  # which the client, that knows texts only, may read as well
    "many": "- a\n" * 260_000,
    "large": "a: " + "x" * (2 << 20),
    "number": "a: " + "1" * 900_000,
    "sexagesimal": "a: " + "1:" * 200_000 + "1",
    "date": "a: 2001-99-99",
}


@pytest.mark.parametrize("bomb", [*BOMBS, *LONG])
def test_the_server_refuses_in_no_time(bomb: str) -> None:
    started = time.process_time()
    with pytest.raises(safe_yaml.YamlRefused):
        safe_yaml.load({**BOMBS, **LONG}[bomb])
    assert time.process_time() - started < 2


@pytest.mark.parametrize("bomb", BOMBS)
def test_the_client_refuses_in_no_time(bomb: str) -> None:
    started = time.process_time()
    with pytest.raises(KubeconfigError):
        read(BOMBS[bomb])
    assert time.process_time() - started < 2


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_conda_file_that_is_one_is_left_to_the_server(tmp_path: Path, bomb: str) -> None:
    path = tmp_path / "conda.yml"
    path.write_text(BOMBS[bomb], encoding="utf-8")
    started = time.process_time()
    conda = CondaFile(path)
    conda.flat()
    assert conda.python is None
    assert time.process_time() - started < 2
    with pytest.raises(JobFailed):
        conda_environment(BOMBS[bomb].encode(), "conda.yml", Policy(), print)


@pytest.mark.parametrize("long", LONG)
def test_the_client_reads_long_texts_in_time_that_grows_with_their_length(long: str) -> None:
    started = time.process_time()
    with contextlib.suppress(KubeconfigError):
        read(LONG[long])
    assert time.process_time() - started < 20


PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:]
from pathlib import Path
bomb = sys.stdin.read()
from mms_local.core import safe_yaml
from ansible_collections.azureml.model_management.plugins.module_utils._kubernetes import kubeconfig
for load, refused in ((safe_yaml.load, safe_yaml.YamlRefused), (kubeconfig.read, kubeconfig.KubeconfigError)):
    try:
        load(bomb)
    except refused:
        continue
    raise SystemExit("taken")
"""


def test_neither_needs_memory_for_it() -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))

    command = [sys.executable, "-c", PROGRAM, *sys.path]
    subprocess.run(command, input=BOMB.encode(), preexec_fn=little, check=True, timeout=60)


def test_others_are_answered_meanwhile(server: ServerProcess) -> None:
    """The largest file that may be sent is read beside the loop that answers."""
    api = Api(server.url, HOSTING)
    image = api.new_image()["id"]
    kubeconfig = "a: [" + "b, " * 49_000 + "]\n"
    slowest = 0.0
    done = threading.Event()

    def send() -> None:
        for _again in range(5):
            assert api.call("POST", "services", HOSTING.service(image, kubeConfig=kubeconfig)).status_code == 400
        done.set()

    sender = threading.Thread(target=send)
    sender.start()
    while not done.is_set():
        started = time.monotonic()
        assert requests.get(f"{server.url}/_mms/health", timeout=10).status_code == 200
        slowest = max(slowest, time.monotonic() - started)
    sender.join()
    assert slowest < 1
