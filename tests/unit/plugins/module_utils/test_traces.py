# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown of a web service's log when it failed."""

from __future__ import annotations

from ansible_collections.azureml.model_management.plugins.module_utils._tasks.traces import (
    LINES_SHOWN,
    explained,
    last_trace,
)

FAILED = """\
2026-01-01 00:00:00,000 I [7] azmlinfsrv - Starting
Traceback (most recent call last):
  File "/deps/azureml_inference_server_http/server/user_script.py", line 130, in invoke_run
    return self._wrapped_user_run(request)
           ^^^^^^^^^^^^^^^^^^^^^^^
  File "/var/azureml-app/score.py", line 9, in run
    raise ValueError("wrong shape")
ValueError: wrong shape

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/deps/azureml_inference_server_http/server/routes.py", line 12, in score
    raise UserScriptException(ex) from ex
azureml_inference_server_http.server.user_script.UserScriptException: Caught an unhandled exception
2026-01-01 00:00:01,000 I [7] gunicorn.error - Worker exiting
"""


def test_the_users_own_frame_is_what_is_left_of_a_traceback() -> None:
    assert last_trace(FAILED).splitlines() == [
        "Traceback (most recent call last):",
        '  File "/var/azureml-app/score.py", line 9, in run',
        '    raise ValueError("wrong shape")',
        "ValueError: wrong shape",
    ]


def test_of_several_failures_the_last_one_is_shown() -> None:
    later = FAILED.replace("wrong shape", "wrong type")
    assert "wrong type" in last_trace(FAILED + later)
    assert "wrong shape" not in last_trace(FAILED + later)


def test_without_a_traceback_the_last_lines_are_shown() -> None:
    lines = [f"line {number}" for number in range(100)]
    assert last_trace("\n".join(lines)).splitlines() == lines[-LINES_SHOWN:]


def test_what_the_server_says_at_its_start_is_no_reason() -> None:
    start = (
        "[2026-01-01 10:00:00 +0000] [7] [INFO] Starting gunicorn 23.0.0\n"
        "[2026-01-01 10:00:00 +0000] [7] [INFO] Listening at: http://127.0.0.1:5001 (7)\n"
        "[2026-01-01 10:00:00 +0000] [9] [INFO] Booting worker with pid: 9\n"
    )
    assert last_trace(start) == ""
    assert last_trace(f"{start}the answer is no JSON\n") == "the answer is no JSON"


def test_of_a_long_traceback_the_end_is_shown() -> None:
    frames = "".join(f'  File "/var/azureml-app/deep.py", line {n}, in f\n    f()\n' for n in range(50))
    shown = last_trace(f"Traceback (most recent call last):\n{frames}RecursionError: too deep\n").splitlines()
    assert len(shown) == LINES_SHOWN
    assert shown[-1] == "RecursionError: too deep"


def test_an_empty_log_shows_nothing() -> None:
    assert last_trace("") == ""


TRACE = """\
Traceback (most recent call last):
  File "/var/azureml-app/score.py", line 3, in init
    raise ValueError("worse")
ValueError: worse"""
ADVICE = "Run it again."


def test_a_failure_of_processes_says_what_why_the_trace_and_what_to_do() -> None:
    log = f"starting\n{TRACE}\nWorker (pid:7) exited with code 3.\n{TRACE}\nWorker (pid:8) exited with code 3."
    assert explained("Deploying 'iris' failed", "It does not start: ValueError: worse", [log], ADVICE).splitlines() == [
        "Deploying 'iris' failed.",
        "It does not start: ValueError: worse.",
        *TRACE.splitlines(),
        ADVICE,
    ]


def test_a_failure_of_a_cluster_says_nothing_twice() -> None:
    trouble = "back-off restarting failed container. The container ends as soon as it starts; its log says why."
    why = f"The service did not start: CrashLoopBackOff (pod iris-1). {trouble}"
    reports = [f"{trouble}\n{TRACE}", "Back-off restarting failed container", "Back-off restarting failed container"]
    assert explained("Deploying 'iris' failed", why, reports, ADVICE).splitlines() == [
        "Deploying 'iris' failed.",
        why,
        *TRACE.splitlines(),
        "Back-off restarting failed container",
        ADVICE,
    ]


def test_a_build_log_that_ends_with_the_reason_does_not_say_it_again() -> None:
    why = "numpy 1 or numpy 2, but not both"
    log = f"The last lines of the build log:\nFetching 2 files\nDependencyConflict: {why}\n"
    assert explained("Building failed", why, [why, log], ADVICE).splitlines() == [
        "Building failed.",
        f"{why}.",
        "The last lines of the build log:",
        "Fetching 2 files",
        ADVICE,
    ]


def test_without_a_reason_the_reports_have_to_do() -> None:
    assert explained("Building failed", None, ["exit 1"], ADVICE) == f"Building failed.\nexit 1\n{ADVICE}"
