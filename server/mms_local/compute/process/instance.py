# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""One gunicorn with its workers: one generation of a service on process compute."""

from __future__ import annotations

import asyncio
import math
import os
import re
import socket
from collections import deque
from pathlib import Path

import aiohttp

from mms_local.children import Child, spawn
from mms_local.compute.environment import service_environment
from mms_local.compute.process.log import ServiceLog
from mms_local.compute.quantity import quantity
from mms_local.core.ports import JobFailed, ServiceSpec
from mms_local.images.laid_out import ENTRY_SCRIPT, LaidOut

_BACKLOG = 512  # connections that may wait for a worker
_GRACE = 70.0  # seconds; gunicorn itself waits 65 for requests in progress
_REMEMBERED = 200  # lines of output kept for the error message
_SHOWN_LINES = 40  # of them in the details of an error
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR")
_THREAD_POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class StartFailed(Exception):
    """The processes ended, or did not answer in time.

    Args:
        summary: one line: what went wrong.
        output: the last lines that they printed.
    """

    def __init__(self, summary: str, output: str) -> None:
        super().__init__(summary)
        self.summary = summary
        self.output = output

    def reported(self, service: str) -> JobFailed:
        """The failure as the protocol has it."""
        shown = "\n".join(self.output.splitlines()[-_SHOWN_LINES:])
        return JobFailed(
            "KubernetesDeploymentFailed",
            f"The service {service!r} does not start: {self.summary}",
            details=(("CrashLoopBackOff", shown or self.summary),),
        )


class Instance:
    """The processes of a service, started at most once.

    Args:
        spec: the service.
        python: the interpreter that its image was built for.
        keys_file: where its keys are.
        log: takes what the processes print.
    """

    def __init__(self, spec: ServiceSpec, *, python: str, keys_file: Path, log: ServiceLog) -> None:
        self._spec = spec
        self._python = python
        self._keys_file = keys_file
        self._log = log
        self._child: Child | None = None
        self._end: asyncio.Task[int] | None = None
        self._output: deque[str] = deque(maxlen=_REMEMBERED)
        self.url = ""

    async def start(self, session: aiohttp.ClientSession, time_limit: float) -> None:
        """Start the processes and return when the first worker is healthy.

        Raises:
            StartFailed: with the reason; nothing is left running.
        """
        try:
            with socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG) as listener:
                self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
                self._child = await self._spawned(listener.fileno())
        except OSError as error:
            raise StartFailed(f"cannot be started: {error}", "") from error
        self._end = asyncio.create_task(self._run(self._child))
        try:
            await self._healthy(session, time_limit)
        except BaseException:
            await self.end(grace=0)
            raise

    async def ended(self) -> int:
        """Wait for the end of the processes; returns the exit status of their leader."""
        assert self._end is not None
        return await asyncio.shield(self._end)

    async def end(self, grace: float = _GRACE) -> None:
        """End the processes: requests in progress are finished first, for at most `grace` seconds."""
        if self._child is not None and self._end is not None:
            await self._child.end(grace)
            await self._end

    async def _spawned(self, listener: int) -> Child:
        image = self._spec.image
        laid_out = LaidOut.load(image.directory)
        if not (image.directory / "deps").is_dir():
            raise FileNotFoundError(f"the packages of image {image.location} were deleted; build the image again")
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        environment |= {
            "PYTHONPATH": os.pathsep.join(str((image.directory / part).resolve()) for part in ("deps", "runtime")),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "AML_APP_ROOT": str(image.directory / "app"),
            "AZUREML_ENTRY_SCRIPT": str(image.directory / "runtime" / ENTRY_SCRIPT),
            "MMS_DRIVER": laid_out.entry_script,
            "MMS_SCHEMA_FILE": laid_out.schema,
            "AZUREML_MODEL_DIR": str(image.directory / "app" / laid_out.model_dir),
            "SCORING_TIMEOUT_MS": "60000",
            **service_environment(self._spec),
            "MMS_BIND": f"fd://{listener}",
            "MMS_KEYS_FILE": str(self._keys_file),
            "WORKER_COUNT": str(replicas(self._spec)),
            **_resources(self._spec),
        }
        # -S: the packages of the image and the standard library, but nothing that happens to be installed here.
        command = (laid_out.python or self._python, "-S", "-m", "gunicorn", "-c", "python:mms_runtime.gunicorn_conf")
        return await spawn(
            (*command, "mms_runtime.wsgi:scoring_app()"),
            environment=environment,
            directory=image.directory / "app",
            descriptors=(listener,),
        )

    async def _run(self, child: Child) -> int:
        """See the processes through to their end; returns the exit status of their leader."""
        pump = asyncio.create_task(self._pump(child.output))
        try:
            status = await child.ended()
            await asyncio.wait({pump}, timeout=5)  # a daemon that the driver left behind may keep the pipe open
            return status
        finally:
            pump.cancel()

    async def _pump(self, output: asyncio.StreamReader) -> None:
        """Copy what the processes print to the log, and remember the last lines."""
        unfinished = b""
        while chunk := await output.read(1 << 16):
            self._log.write(chunk)
            *lines, unfinished = (unfinished[-4096:] + chunk).split(b"\n")
            self._output.extend(line.decode("utf-8", "replace") for line in lines)

    async def _healthy(self, session: aiohttp.ClientSession, time_limit: float) -> None:
        """Wait for the first answer. The connection is accepted at once and answered by the first worker that is up."""
        assert self._end is not None
        answer = asyncio.ensure_future(_status(session, self.url + "/"))
        try:
            await asyncio.wait({answer, self._end}, timeout=time_limit, return_when=asyncio.FIRST_COMPLETED)
            if answer.done() and answer.result() == 200:
                return
            if answer.done() and answer.result() is None:
                await asyncio.wait({self._end}, timeout=5)  # the connection breaks just before the process ends
            raise self._failure(answer, time_limit)
        finally:
            answer.cancel()
            await asyncio.gather(answer, return_exceptions=True)

    def _failure(self, answer: asyncio.Future[int | None], time_limit: float) -> StartFailed:
        output = "\n".join(self._output)
        if self._end is not None and self._end.done():
            return StartFailed(cause_of_end(output) or f"its processes ended with status {self._end.result()}", output)
        if answer.done():
            return StartFailed(f"its health check answered {answer.result() or 'nothing'}", output)
        return StartFailed(f"it was not healthy after {time_limit:.0f} s; is init() slow?", output)


def replicas(spec: ServiceSpec) -> int:
    """How many workers a service gets: with autoscaling its lower bound, at least one (see process-compute.md)."""
    return max(1, spec.autoscaler.min_replicas) if spec.autoscaler else spec.replicas


def cause_of_end(output: str) -> str | None:
    """Why a service did not start, from what it printed.

    That is the exception line that ends the first traceback, the one that the others came from; without a traceback it
    is what gunicorn says of a worker that died.
    """
    traceback = re.search(r"Traceback \(most recent call last\):\n(.*)", output, re.DOTALL)
    for line in traceback[1].splitlines() if traceback else ():
        if line and not line[0].isspace():
            return line
    died = re.search(r"Worker \(pid:\d+\) ((?:was sent|exited with) .*)", output)
    return f"a worker {died[1]}" if died else None


def _resources(spec: ServiceSpec) -> dict[str, str]:
    found: dict[str, str] = {}
    if spec.memory and (limit := int(quantity(spec.memory))):
        found["MMS_MEMORY_LIMIT"] = str(limit)
    if spec.cpu:
        threads = str(max(1, math.ceil(quantity(spec.cpu))))
        found |= dict.fromkeys(_THREAD_POOLS, threads)
    return found


async def _status(session: aiohttp.ClientSession, url: str) -> int | None:
    """The status of an answer, None when the connection breaks."""
    try:
        async with session.get(url, timeout=aiohttp.ClientTimeout(total=None)) as answer:
            return answer.status
    except aiohttp.ClientError:
        return None
