# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown of a web service's log when it failed."""

from __future__ import annotations

from ansible_collections.azureml.model_management.plugins.module_utils._tasks.traces import LINES_SHOWN, last_trace

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


def test_of_a_long_traceback_the_end_is_shown() -> None:
    frames = "".join(f'  File "/var/azureml-app/deep.py", line {n}, in f\n    f()\n' for n in range(50))
    shown = last_trace(f"Traceback (most recent call last):\n{frames}RecursionError: too deep\n").splitlines()
    assert len(shown) == LINES_SHOWN
    assert shown[-1] == "RecursionError: too deep"


def test_an_empty_log_shows_nothing() -> None:
    assert last_trace("") == ""
