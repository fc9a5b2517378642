# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a web service's log tells its owner why it failed: the user's own frames, not those of the runtime. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

LINES_SHOWN = 30

_TRACEBACK = "Traceback (most recent call last):"
_FRAME = re.compile(r'\s*File "(?P<path>[^"]+)", line \d+')
# The runtime inside of every image: it called the user's code, or was called by nobody the user knows.
_RUNTIME = re.compile(
    r"/(azureml_inference_server_http|inference_schema|gunicorn|flask|werkzeug|mms_runtime)/|<frozen "
)
# What its server says when it starts, whatever becomes of it.
_START = re.compile(
    r"\[\d+\] \[INFO\] "
    r"(?:Starting gunicorn|Listening at|Using worker|Booting worker|Handling signal|Worker exiting|Shutting down)"
)


def last_trace(log: str, most: int = LINES_SHOWN) -> str:
    """Return the last traceback with frames of the user's, without the runtime's; if there is none, the last lines.

    Args:
        most: How many lines, at most; of a longer traceback the end is kept.
    """
    lines = log.rstrip().splitlines()
    traces = [trace for trace in map(_without_runtime, _tracebacks(lines)) if len(trace) > 2]
    said = traces[-1] if traces else [line for line in lines if not _START.search(line)]
    return "\n".join(said[-most:])


def explained(what: str, why: str | None, reports: Iterable[str], advice: str) -> str:
    """Return the message of a failure: what failed, why, what is known besides, and what to do; nothing twice.

    Args:
        why: In the words of the service, if it said why.
        reports: What comes with it, such as details and logs.
    """
    said = [sentence(what), *([sentence(why.strip())] if why and why.strip() else [])]
    for report in reports:
        rest = _news(report, said)
        if rest:
            said.append(rest)
    return "\n".join([*said, advice])


def _news(report: str, said: Sequence[str]) -> str:
    """Return what of a report was not said before, at most 30 lines of it."""
    known = "\n".join(said)
    lines = report.rstrip().splitlines()
    while lines and lines[0].strip() in known:
        lines.pop(0)
    shown = last_trace("\n".join(lines)).splitlines()
    if shown and shown[0] != _TRACEBACK:
        why = said[-1].splitlines()[0].rstrip(".")
        shown = [line for line in dict.fromkeys(shown) if line.strip() not in known and why not in line]
    news = "\n".join(shown)
    return "" if news in known else news


def sentence(text: str) -> str:
    """Return the text with an end."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


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
