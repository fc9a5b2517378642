# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""gunicorn's settings for the scoring app; read by `gunicorn -c python:mms_runtime.gunicorn_conf`.

In a container the defaults hold. The process compute of the local MMS sets the variables below.
"""

from __future__ import annotations

import importlib
import mmap
import os
import resource
from pathlib import Path
from typing import Protocol

from . import lifeline

bind = os.environ.get("MMS_BIND", "0.0.0.0:5001")
workers = int(os.environ.get("WORKER_COUNT", "1"))
worker_class = "sync"  # the scoring time limit needs SIGALRM, which only sync workers deliver
timeout = int(os.environ.get("WORKER_TIMEOUT", "300"))  # seconds; covers a slow init() as well as a stuck request
graceful_timeout = 65  # seconds; longer than the time limit of one request
control_socket_disable = True  # its default place is shared by all servers of a user
errorlog = "-"
accesslog = None
if Path("/dev/shm").is_dir():
    worker_tmp_dir = "/dev/shm"  # a heart-beat file on a slow disk would block the worker


_initialised = mmap.mmap(-1, 1)  # shared by the master and its workers: 1 once an init() has come to its end


class Master(Protocol):
    """What is used of gunicorn's arbiter."""

    LISTENERS: list[object]


def on_starting(server: Master) -> None:
    """In the master, before it forks: tie the group to the server that started it."""
    lifeline.hold()


def post_fork(server: Master, worker: object) -> None:
    """In each worker, before the driver is loaded: threads do not survive a fork, limits are per worker."""
    lifeline.hold()
    limit = os.environ.get("MMS_MEMORY_LIMIT")
    if limit:
        resource.setrlimit(resource.RLIMIT_DATA, (int(limit), int(limit)))


def post_worker_init(worker: object) -> None:
    """In a worker that is ready to serve."""
    _initialised[0] = 1


def child_exit(server: Master, worker: object) -> None:
    """In the master, when a worker is gone. One that dies (not merely fails) in init() would be started for ever."""
    if not _initialised[0] and server.LISTENERS:
        raise importlib.import_module("gunicorn.errors").HaltServer("A worker died before it was ready.", 3)
