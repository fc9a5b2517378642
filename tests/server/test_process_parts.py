# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small parts of process compute: quantities, logs, traffic, the cause of a crash."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from mms_local.compute.process.instance import cause_of_end
from mms_local.compute.process.log import ServiceLog, log_tail
from mms_local.compute.quantity import quantity
from mms_local.compute.traffic import Traffic


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", "1"),
        (".5", "0.5"),
        ("100m", "0.1"),
        ("1k", "1000"),
        ("1G", "1000000000"),
        ("512Mi", "536870912"),
        ("1Gi", "1073741824"),
        ("1E", "1000000000000000000"),
        ("2e3", "2000"),
    ],
)
def test_quantities_are_read_as_kubernetes_does(text: str, number: str) -> None:
    assert quantity(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "Gi", "-1", "1 Gi", "1gb", "1KiB", "one"])
def test_what_is_no_quantity_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="512Mi"):
        quantity(text)


def test_a_log_is_cut_by_size_and_read_across_the_cut(tmp_path: Path) -> None:
    path = tmp_path / "service.log"
    log = ServiceLog(path, max_bytes=100)
    for number in range(30):
        log.write(f"line {number}\n".encode())
    log.close()
    assert path.stat().st_size < 100
    assert (tmp_path / "service.log.1").stat().st_size <= 110
    assert log_tail(path, 14).splitlines() == [f"line {number}" for number in range(16, 30)]
    assert log_tail(path, 0) == log_tail(tmp_path / "none", 5) == ""


async def test_idle_waits_for_the_last_request_of_its_endpoint_only() -> None:
    traffic = Traffic()
    with traffic.counted("other"), traffic.counted("one"):
        waiting = asyncio.create_task(traffic.idle("one"))
        with traffic.counted("one"):
            await asyncio.sleep(0)
            assert traffic.in_flight("one") == 2
        await asyncio.sleep(0)
        assert not waiting.done()
        await asyncio.wait_for(traffic.idle("never used"), 1)
    await asyncio.wait_for(waiting, 1)
    assert traffic.in_flight("one") == 0


def test_the_cause_of_a_crash_is_the_exception_that_came_first() -> None:
    output = """
starting
Encountered Exception Traceback (most recent call last):
  File "score.py", line 3, in init
    raise ValueError("no model")
ValueError: no model

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "user_script.py", line 1, in x
UserScriptException: (Caught an unhandled exception)
"""
    assert cause_of_end(output) == "ValueError: no model"
    killed = "[2026] [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\nbye"
    assert cause_of_end(killed) == "a worker was sent SIGKILL! Perhaps out of memory?"
    assert cause_of_end("bye") is None
