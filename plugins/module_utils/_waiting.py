# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for asynchronous work with as few requests as possible (protocol 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ._errors import NotFoundError, WaitTimeout
from ._time.clock import Clock

_FIRST_PAUSE = 0.5
_GROWTH = 1.5
# The same state is told again after so many seconds: nobody is to wonder whether it still goes on.
_SILENCE = 30.0
# What was just accepted may not be visible yet (protocol 7.2.12).
_GRACE = 30.0


@dataclass(frozen=True)
class Snapshot:
    """What one look at the work showed.

    Args:
        phase: What goes on just now, if the service says so.
    """

    state: str
    ended: bool
    phase: str | None = None


class Pace:
    """Tells lines of progress: what is new at once, what is not every 30 seconds."""

    def __init__(self, clock: Clock, tell: Callable[[str], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._said: str | None = None
        self._last = 0.0

    def tell(self, what: str, line: str) -> None:
        """Tell the line if C(what) is not what was told last, or that is long ago."""
        now = self._clock.monotonic()
        if what != self._said or now - self._last >= _SILENCE:
            self._tell(line)
            self._said, self._last = what, now


@dataclass(frozen=True)
class PendingWork:
    """Something that goes on at the service.

    Args:
        name: For messages.
        look: Looks at it; None when there is nothing to be seen yet.
        resume: What the user can do to wait for it again, continuing "To wait for it again, ...".
        operation_id: For the failure result.
    """

    name: str
    look: Callable[[], Snapshot | None]
    resume: str
    operation_id: str | None = None


@dataclass(frozen=True)
class WaitPolicy:
    """How long and how often.

    Args:
        timeout: Seconds until waiting is given up.
        interval: Longest pause between two looks, in seconds; the first pauses are shorter.
    """

    timeout: float
    interval: float


def wait(works: Iterable[PendingWork], policy: WaitPolicy, clock: Clock, progress: Callable[[str], None]) -> None:
    """Return when all works have ended, well or badly.

    All must end anyway, so only the first that is still running is looked at again; when it has ended, the next one's
    turn comes at once. That takes one request per work and one per pause, however many there are.

    Args:
        progress: Called with each new state and phase, and every 30 seconds with the same one.

    Raises:
        WaitTimeout: with the state seen last.
        NotFoundError: a work did not become visible.
    """
    begun = clock.monotonic()
    pause = min(_FIRST_PAUSE, policy.interval)
    for work in works:
        pace = Pace(clock, progress)
        while True:
            with _interruption_explained(work, progress):
                sight = work.look()
            elapsed = clock.monotonic() - begun
            if sight is None and elapsed > _GRACE:
                raise NotFoundError(f"{work.name} does not exist at the service.", operation_id=work.operation_id)
            state = sight.state if sight else "not visible yet"
            phase = f": {sight.phase}" if sight and sight.phase else ""
            pace.tell(state + phase, f"{work.name}: {state} after {elapsed:.0f} s{phase}")
            if sight is not None and sight.ended:
                break
            if elapsed + pause > policy.timeout:
                raise WaitTimeout(
                    f"{work.name} was still in state {state!r}{phase} when wait_timeout ({policy.timeout:g} s) was "
                    f"over. It goes on at the service. To wait for it again, {work.resume}.",
                    operation_id=work.operation_id,
                    resume=work.resume,
                )
            with _interruption_explained(work, progress):
                clock.sleep(pause)
            pause = min(pause * _GROWTH, policy.interval)


@contextmanager
def _interruption_explained(work: PendingWork, tell: Callable[[str], None]) -> Iterator[None]:
    """Tell whoever presses Ctrl-C that the work goes on, and how to wait for it again."""
    try:
        yield
    except KeyboardInterrupt:
        tell(f"Interrupted. {work.name} goes on at the service. To wait for it again, {work.resume}.")
        raise
