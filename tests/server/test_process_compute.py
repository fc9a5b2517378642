# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Process compute with real images and real gunicorn processes."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from heard import Heard
from image_factory import ImageFactory
from process_table import eventually, processes_with

from mms_local.compute.process.compute import ProcessCompute
from mms_local.core.ports import AutoScaler, BuiltImage, JobFailed, Keys, ServiceSpec

pytestmark = pytest.mark.slow

KEYS = Keys("primary-key", "secondary-key")


class Compute:
    """A process compute and a client of its services."""

    def __init__(self, compute: ProcessCompute, data_dir: Path, session: aiohttp.ClientSession) -> None:
        self.port = compute
        self.data_dir = data_dir
        self.log: list[str] = []
        self._session = session

    async def deploy(self, spec: ServiceSpec) -> None:
        await self.port.deploy(spec, self.log.append)

    async def score(self, body: str = "1", key: str = "primary-key", service: str = "service-1") -> tuple[int, str]:
        endpoint = await self.port.endpoint(service)
        assert endpoint is not None
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        with self.port.traffic.counted(endpoint):
            async with self._session.post(f"{endpoint}/score", data=body, headers=headers) as answer:
                return answer.status, await answer.text()

    async def up(self, service: str = "service-1") -> str:
        """The endpoint, once there is one."""

        async def found() -> str:
            while (endpoint := await self.port.endpoint(service)) is None:
                await asyncio.sleep(0.02)
            return endpoint

        return await asyncio.wait_for(found(), 30)

    def processes(self) -> set[int]:
        return processes_with(f"{self.data_dir}/services/")


@pytest.fixture
async def compute(tmp_path: Path) -> AsyncIterator[Compute]:
    port = ProcessCompute(tmp_path / "data")
    async with aiohttp.ClientSession() as session:
        one = Compute(port, tmp_path / "data", session)
        yield one
        await port.stop()
    assert one.processes() == set()


def service(image: BuiltImage, **changes: Any) -> ServiceSpec:
    return replace(ServiceSpec("service-1", "iris", image, KEYS), **changes)


async def test_a_deployed_service_scores_with_either_key_and_keys_can_change(
    compute: Compute, images: ImageFactory
) -> None:
    await compute.deploy(service(await images.image()))
    assert await compute.score('{"a": 1}') == (200, '{"you said": {"a": 1}}')
    assert (await compute.score(key="secondary-key"))[0] == 200
    assert (await compute.score(key="other"))[0] == 401
    await compute.port.set_keys("service-1", Keys("new-key", "secondary-key"))
    assert (await compute.score(key="primary-key"))[0] == 401
    assert (await compute.score(key="new-key"))[0] == 200
    keys_file = compute.data_dir / "services" / "service-1" / "keys.json"
    assert keys_file.stat().st_mode & 0o777 == 0o600
    assert keys_file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.security
async def test_a_service_listens_on_loopback_only(compute: Compute, images: ImageFactory) -> None:
    await compute.deploy(service(await images.image()))
    port = int((await compute.up()).rpartition(":")[2])
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)}
    for address in addresses - {"127.0.0.1"}:
        with socket.socket() as other:
            other.settimeout(2)
            assert other.connect_ex((str(address), port)) != 0
    lines = Path("/proc/net/tcp").read_text().splitlines()
    assert [
        line.split()[1] for line in lines if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
    ] == [f"0100007F:{port:04X}"]


async def test_replicas_are_worker_processes_and_the_log_tells_what_they_print(
    compute: Compute, images: ImageFactory
) -> None:
    driver = """
import os, time
def init(): print("model loaded")
def run(raw_data):
    time.sleep(0.2)
    return os.getpid()
"""
    await compute.deploy(service(await images.image(driver), replicas=3))
    await eventually(lambda: len(compute.processes()) == 4)
    workers = {pid for _round, pid in await asyncio.gather(*(compute.score() for _round in range(9)))}
    assert 1 < len(workers) <= 3
    log = await compute.port.logs("service-1", 500)
    assert "model loaded" in log
    assert len((await compute.port.logs("service-1", 2)).splitlines()) == 2
    assert "primary-key" not in log


async def test_no_replicas_means_no_process_and_no_endpoint(compute: Compute, images: ImageFactory) -> None:
    image = await images.image()
    await compute.deploy(service(image))
    await compute.deploy(service(image, replicas=0))
    assert await compute.port.endpoint("service-1") is None
    await eventually(lambda: not compute.processes())


async def test_autoscaling_runs_the_lower_bound_and_says_so(compute: Compute, images: ImageFactory) -> None:
    await compute.deploy(service(await images.image(), autoscaler=AutoScaler(2, 10)))
    await eventually(lambda: len(compute.processes()) == 3)
    assert compute.log == [
        "Process compute does not scale: it runs 2 workers throughout.",
        "Starting 2 workers",
        "The service 'iris' runs 2 workers.",
    ]


async def test_the_oldest_gunicorn_that_is_allowed_serves_and_fails_like_the_newest(
    compute: Compute, images: ImageFactory
) -> None:
    oldest = "gunicorn==23.0.0\n"
    await compute.deploy(service(await images.image(requirements=oldest)))
    assert (await compute.score())[0] == 200
    assert (await compute.score(key="other"))[0] == 401
    dies = await images.image("import os\ndef init(): os._exit(9)\ndef run(raw_data): ...", requirements=oldest)
    with pytest.raises(JobFailed, match="exited with code 9"):
        await compute.deploy(service(dies))


@pytest.mark.parametrize(
    ("driver", "told"),
    [
        ("def init(): raise ValueError('no model')\ndef run(raw_data): ...", "ValueError: no model"),
        (
            "import not_there\ndef init(): ...\ndef run(raw_data): ...",
            "ModuleNotFoundError: No module named 'not_there'",
        ),
        ("from json import *\n", "has no init() and no run()"),
        ("import os\ndef init(): os._exit(9)\ndef run(raw_data): ...", "exited with code 9"),
    ],
    ids=["init raises", "import fails", "no init after all", "worker dies"],
)
async def test_a_driver_that_does_not_start_fails_the_deployment_with_its_reason(
    compute: Compute, images: ImageFactory, driver: str, told: str
) -> None:
    with pytest.raises(JobFailed) as failed:
        await compute.deploy(service(await images.image(driver)))
    error = failed.value
    assert (error.code, error.details[0][0], error.status) == ("KubernetesDeploymentFailed", "CrashLoopBackOff", 400)
    assert told in error.message
    assert "azmlinfsrv" in error.details[0][1]
    assert await compute.port.endpoint("service-1") is None
    await eventually(lambda: not compute.processes())
    assert told in await compute.port.logs("service-1", 500)


async def test_a_start_that_takes_too_long_is_given_up(tmp_path: Path, images: ImageFactory) -> None:
    compute = ProcessCompute(tmp_path / "data", start_limit=3)
    image = await images.image("import time\ndef init(): time.sleep(60)\ndef run(raw_data): ...")
    with pytest.raises(JobFailed, match="not healthy after 3 s"):
        await compute.deploy(service(image), print)
    await compute.stop()
    assert processes_with(f"{tmp_path}/data/services/") == set()


async def test_an_update_under_load_refuses_no_request(compute: Compute, images: ImageFactory) -> None:
    slow = "import time\ndef init(): ...\ndef run(raw_data):\n    time.sleep(0.02); return {version}"
    await compute.deploy(service(await images.image(slow.format(version=1)), replicas=2))
    during: list[tuple[int, str]] = []
    updated = asyncio.Event()

    async def caller() -> tuple[int, str]:
        while not updated.is_set():
            during.append(await compute.score())
        return await compute.score()

    callers = [asyncio.create_task(caller()) for _round in range(8)]
    await compute.deploy(service(await images.image(slow.format(version=2)), replicas=2))
    updated.set()
    assert await asyncio.gather(*callers) == [(200, "2")] * 8
    assert {status for status, _unused in during} == {200}
    assert "1" in {body for _unused, body in during}
    await eventually(lambda: len(compute.processes()) == 3)


async def test_a_request_in_progress_is_answered_by_the_version_that_got_it(
    compute: Compute, images: ImageFactory, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    driver = f"""
import os, time
def init(): ...
def run(raw_data):
    while not os.path.exists({str(gate)!r}):
        time.sleep(0.01)
    return "old"
"""
    await compute.deploy(service(await images.image(driver)))
    waiting = [asyncio.create_task(compute.score()) for _round in range(3)]
    await asyncio.sleep(0.1)
    await compute.deploy(service(await images.image()))
    assert await compute.score("2") == (200, '{"you said": 2}')
    gate.touch()
    assert await asyncio.gather(*waiting) == [(200, '"old"')] * 3
    await eventually(lambda: len(compute.processes()) == 2)


async def test_a_failed_update_keeps_the_old_version_running(compute: Compute, images: ImageFactory) -> None:
    await compute.deploy(service(await images.image()))
    before = await compute.up()
    with pytest.raises(JobFailed, match="ValueError: worse"):
        await compute.deploy(service(await images.image("def init(): raise ValueError('worse')\ndef run(x): ...")))
    assert await compute.up() == before
    assert (await compute.score())[0] == 200


async def test_a_service_that_dies_comes_back_after_a_pause_that_grows(tmp_path: Path, images: ImageFactory) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    port, heard = ProcessCompute(tmp_path / "data", sleep=sleep), Heard()
    port.report_to(heard)
    async with aiohttp.ClientSession() as session:
        compute = Compute(port, tmp_path / "data", session)
        await compute.deploy(service(await images.image()))
        for _round in range(3):
            before = await compute.up()
            master = min(compute.processes())
            os.kill(master, signal.SIGKILL)
            while await port.endpoint("service-1") == before:
                await asyncio.sleep(0.01)
            await compute.up()
            assert (await compute.score())[0] == 200
        await port.stop()
    assert pauses == [1, 2, 4]
    assert heard.repairs == ["the scoring process ended with status -9; it was started again"] * 3
    assert heard.recoveries == 3
    assert compute.processes() == set()


async def test_a_dead_worker_is_replaced(compute: Compute, images: ImageFactory) -> None:
    driver = "import os\ndef init(): ...\ndef run(raw_data): return 1 if raw_data == '1' else os.kill(os.getpid(), 9)"
    await compute.deploy(service(await images.image(driver)))
    with pytest.raises(aiohttp.ClientError):
        await compute.score("die")
    assert (await compute.score())[0] == 200


async def test_services_come_back_after_a_restart_of_the_server(compute: Compute, images: ImageFactory) -> None:
    good = service(await images.image())
    bad = replace(service(await images.image("def init(): 1 / 0\ndef run(x): ...")), id="service-2")
    heard = Heard()
    compute.port.report_to(heard)
    await compute.port.start((good, bad, replace(good, id="service-3", replicas=0)))
    await compute.up()
    assert await compute.score() == (200, '{"you said": 1}')
    assert await compute.port.endpoint("service-2") is None
    assert await compute.port.endpoint("service-3") is None
    await eventually(lambda: "ZeroDivisionError" in (compute.data_dir / "services/service-2/service.log").read_text())
    await eventually(lambda: heard.failures != [])
    assert "ZeroDivisionError" in heard.failures[0]
    assert (heard.repairs, heard.recoveries) == ([], 1)


async def test_a_removed_service_leaves_nothing(compute: Compute, images: ImageFactory) -> None:
    spec = service(await images.image())
    await compute.deploy(spec)
    await compute.port.remove(spec)
    assert compute.processes() == set()
    assert list((compute.data_dir / "services").iterdir()) == []
    assert await compute.port.endpoint("service-1") is None
    assert await compute.port.logs("service-1", 10) == ""
    await compute.port.remove(spec)


@pytest.mark.security
async def test_a_driver_sees_its_image_and_not_the_secrets_or_packages_of_the_server(
    compute: Compute, images: ImageFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "server-secret")
    driver = """
import importlib.util, json, os
def init():
    global model
    model = open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "iris.pkl")).read() + open("iris.pkl").read()
def run(raw_data):
    return {"model": model, "environment": dict(os.environ), "pytest": importlib.util.find_spec("pytest") is not None}
"""
    await compute.deploy(service(await images.image(driver, models={"iris": b"weights"}), cpu="1500m"))
    status, text = await compute.score()
    assert status == 200
    assert "server-secret" not in text
    for expected in (
        '"model": "weightsweights"',
        '"pytest": false',
        '"SERVICE_NAME": "iris"',
        '"SERVICE_PATH_PREFIX": "api/v1/service/iris"',
        '"OMP_NUM_THREADS": "2"',
        '"AML_APP_INSIGHTS_ENABLED": "false"',
    ):
        assert expected in text


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts data that is mapped")
async def test_a_driver_that_needs_more_memory_than_allowed_fails_alone(compute: Compute, images: ImageFactory) -> None:
    driver = "def init(): ...\ndef run(raw_data): return len(bytearray(int(raw_data)))"
    await compute.deploy(service(await images.image(driver), memory="300Mi"))
    assert (await compute.score(str(1 << 20)))[0] == 200
    assert (await compute.score(str(400 << 20)))[0] == 500
    assert "MemoryError" in await compute.port.logs("service-1", 200)
    assert (await compute.score(str(1 << 20)))[0] == 200


async def test_swagger_names_the_service_under_its_public_path(compute: Compute, images: ImageFactory) -> None:
    await compute.deploy(service(await images.image()))
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer primary-key"}) as session:
        async with session.get(f"{await compute.up()}/swagger.json") as answer:
            swagger = await answer.json()
    assert swagger["info"]["title"] == "iris"
    assert "/api/v1/service/iris/score" in swagger["paths"]
    assert "example" in swagger["definitions"]["ServiceInput"]


TRAIN = """
import joblib, sys
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
joblib.dump(LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True)), sys.argv[1])
"""
CLASSIFY = """
import joblib, numpy
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema

def init():
    global model
    model = joblib.load("iris")

@input_schema("data", NumpyParameterType(numpy.array([[5.1, 3.5, 1.4, 0.2]])))
def run(data):
    return model.predict(data).tolist()
"""


async def test_a_trained_model_classifies_and_describes_its_input(
    compute: Compute, images: ImageFactory, tmp_path: Path
) -> None:
    requirements = "scikit-learn\n"
    packages = (await images.image(requirements=requirements)).directory / "deps"
    trained = tmp_path / "iris.joblib"
    subprocess.run(
        [sys.executable, "-S", "-c", TRAIN, str(trained)],
        env={**os.environ, "PYTHONPATH": str(packages.resolve())},
        check=True,
    )
    image = await images.image(CLASSIFY, models={"iris": trained.read_bytes()}, requirements=requirements)
    await compute.deploy(service(image))
    answer = await compute.score('{"data": [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]}')
    assert answer == (200, "[0, 2]")
    assert (await compute.score('{"data": "no numbers"}'))[0] >= 400
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer primary-key"}) as session:
        async with session.get(f"{await compute.up()}/swagger.json") as described:
            swagger = await described.json()
    assert swagger["definitions"]["ServiceInput"]["example"] == {"data": [[5.1, 3.5, 1.4, 0.2]]}


STUCK = "import time\ndef init(): ...\ndef run(raw_data):\n    while True: pass"


async def test_a_killed_server_leaves_no_process_behind(images: ImageFactory, tmp_path: Path) -> None:
    image = await images.image(STUCK)
    program = """
import asyncio, pathlib, sys
from mms_local.compute.process.compute import ProcessCompute
from mms_local.core.ports import BuiltImage, Keys, ServiceSpec
async def main():
    compute = ProcessCompute(pathlib.Path(sys.argv[1]))
    image = BuiltImage("i", "sha256:0", "localhost/iris:1", pathlib.Path(sys.argv[2]))
    keys = Keys("primary-key", "b")
    await compute.deploy(ServiceSpec("service-1", "iris", image, keys, replicas=2), lambda line: None)
    print(await compute.endpoint("service-1"), flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
    arguments = [sys.executable, "-c", program, str(tmp_path / "killed"), str(image.directory)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        endpoint = await asyncio.to_thread(server.stdout.readline)
        await eventually(lambda: len(processes_with(f"{tmp_path}/killed/services/")) == 3)
        with socket.create_connection(("127.0.0.1", int(endpoint.strip().rpartition(":")[2]))) as busy:
            busy.sendall(
                b"POST /score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer primary-key\r\n"
                b"Content-Type: application/json\r\nContent-Length: 1\r\n\r\n1"
            )
            server.kill()
            server.wait()
            try:
                await eventually(lambda: not processes_with(f"{tmp_path}/killed/services/"))
            finally:
                for left in processes_with(f"{tmp_path}/killed/services/"):
                    os.kill(left, signal.SIGKILL)
