# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a web service's log tells its owner why it failed: the user's own frames, not those of the runtime. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

LINES_SHOWN = 30

_TRACEBACK = "Traceback (most recent call last):"
_FRAME = re.compile(r'\s*File "(?P<path>[^"]+)", line \d+')
# The runtime inside of every image: it called the user's code, or was called by nobody the user knows.
_RUNTIME = re.compile(
    r"/(azureml_inference_server_http|inference_schema|gunicorn|flask|werkzeug|mms_runtime)/|<frozen "
)


def last_trace(log: str, most: int = LINES_SHOWN) -> str:
    """Return the last traceback with frames of the user's, without the runtime's; if there is none, the last lines.

    Args:
        most: How many lines, at most; of a longer traceback the end is kept.
    """
    lines = log.rstrip().splitlines()
    traces = [trace for trace in map(_without_runtime, _tracebacks(lines)) if len(trace) > 2]
    return "\n".join((traces[-1] if traces else lines)[-most:])


def _tracebacks(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield each traceback, from its first line to the exception."""
    trace: list[str] = []
    for line in lines:
        if line.endswith(_TRACEBACK):
            trace = [_TRACEBACK]
        elif trace:
            trace.append(line)
            if line and not line[0].isspace():
                yield trace
                trace = []


def _without_runtime(trace: Sequence[str]) -> list[str]:
    """Return a traceback without the frames of the runtime; a frame is its line and those that are indented deeper."""
    kept, keeping = [], True
    for line in trace:
        frame = _FRAME.match(line)
        if frame:
            keeping = not _RUNTIME.search(frame["path"])
        elif not line.startswith("    "):
            keeping = True
        if keeping:
            kept.append(line)
    return kept
