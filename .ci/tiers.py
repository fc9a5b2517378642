# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs test tiers two at a time and sums them up; the last line is `N passed, N failed, N skipped`.

    tiers.py                 the tiers of `make test`
    tiers.py lint server     these tiers only; a name also stands for all its variants, such as `sanity`
    tiers.py --summary       no run, only the summary of the tiers that ran last

A tier is a nox session (see noxfile.py). It counts with the tests in its JUnit report, or as one when it has none. A
tier is skipped, with a line that says so, when its Python is not installed. With CI=true a test that was skipped inside
a tier fails the tier.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache"
NOX = [str(ROOT / ".venv/bin/nox"), "-f", str(ROOT / ".ci/noxfile.py"), "--no-error-on-missing-interpreters"]
TIME_LIMIT = 30 * 60.0
"""Seconds after which a tier is ended and has failed."""
LINES_SHOWN = 40
"""Lines of a failed tier's log that the summary repeats."""


@dataclass(frozen=True)
class Tier:
    """A nox session: its full name, the one without variant, its Python, and its tags.

    Of the tags, `tier` says that it is part of `make test`, `ansible-test` what runs it, and `python3.X` that it needs
    one more Python.
    """

    name: str
    session: str
    python: str
    tags: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        """The Pythons that it needs and this machine has not."""
        needed = (f"python{self.python}", *(tag for tag in self.tags if tag.startswith("python")))
        return [python for python in needed if not shutil.which(python)]

    @property
    def log(self) -> Path:
        return CACHE / "logs" / f"{self.name}.log"

    @property
    def reports(self) -> Path:
        return CACHE / "reports" / self.name


@dataclass(frozen=True)
class Result:
    """How a tier ended; `seconds` is wall clock, `notes` says in whole lines what was left out and why."""

    tier: str
    verdict: str
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    notes: list[str] = field(default_factory=list)


LEFT_OUT = Result(
    "kubernetes",
    "skipped",
    skipped=1,
    notes=["SKIPPED TIER: kubernetes because it needs a cluster; to run it: make test-kubernetes"],
)
"""What `make test` says of the tier that is a command of its own."""


async def all_tiers() -> list[Tier]:
    """The sessions of the noxfile, in its order."""
    listing = await asyncio.create_subprocess_exec(*NOX, "--list", "--json", stdout=asyncio.subprocess.PIPE)
    output = (await listing.communicate())[0]
    return [
        Tier(entry["session"], entry["name"], entry["python"], tuple(entry["tags"])) for entry in json.loads(output)
    ]


def chosen(tiers: Iterable[Tier], names: list[str]) -> list[Tier]:
    """The tiers that these names mean; those of `make test` when there is no name. An unknown name ends the program."""
    if not names:
        return [tier for tier in tiers if "tier" in tier.tags]
    tiers = list(tiers)
    unknown = set(names) - {name for tier in tiers for name in (tier.name, tier.session)}
    if unknown:
        known = ", ".join(tier.name for tier in tiers)
        sys.exit(f"No such tier: {', '.join(sorted(unknown))}. There are: {known}")
    return [tier for tier in tiers if tier.name in names or tier.session in names]


async def results_of(tiers: list[Tier]) -> list[Result]:
    """Runs the tiers, two at a time, and returns how they ended, in their order.

    Of those that ansible-test runs, one worker takes all: they share virtual environments.
    """
    results: dict[str, Result] = {}
    exclusive = deque(tier for tier in tiers if "ansible-test" in tier.tags)
    others = deque(tier for tier in tiers if "ansible-test" not in tier.tags)

    async def work_off(*queues: deque[Tier]) -> None:
        for queue in queues:
            while queue:
                tier = queue.popleft()
                results[tier.name] = await run(tier)

    await asyncio.gather(work_off(exclusive, others), work_off(others))
    return [results[tier.name] for tier in tiers]


async def run(tier: Tier) -> Result:
    """Runs the tier if its Pythons are here, and keeps the result on disk for `--summary`."""
    if tier.missing:
        names = " and ".join(tier.missing)
        remedy = f"put {names} on PATH and call .ci/run -s '{tier.name}'"
        note = f"SKIPPED TIER: {tier.name} because there is no {names} here; to run it: {remedy}"
        print(note, flush=True)
        result = Result(tier.name, "skipped", skipped=1, notes=[note])
    else:
        result = await outcome(tier)
    path = CACHE / "results" / f"{tier.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(result), indent=1), encoding="utf-8")
    return result


async def outcome(tier: Tier) -> Result:
    """Runs one tier's nox session with its output in a log file."""
    print(f"start   {tier.name}", flush=True)
    shutil.rmtree(tier.reports, ignore_errors=True)
    tier.log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with tier.log.open("wb") as log:
        nox = await asyncio.create_subprocess_exec(
            *NOX, "-s", tier.name, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        try:
            status = await asyncio.wait_for(nox.wait(), TIME_LIMIT)
        except asyncio.TimeoutError:
            log.write(f"\nEnded after the time limit of {TIME_LIMIT:.0f} s.\n".encode())
            status = 1
        finally:
            if nox.returncode is None:
                os.killpg(nox.pid, signal.SIGTERM)
                await nox.wait()
    result = judged(tier, status == 0, time.monotonic() - started, in_ci=os.environ.get("CI") == "true")
    print(f"{result.verdict:7} {tier.name}  {result.seconds:.0f} s", flush=True)
    return result


def judged(tier: Tier, succeeded: bool, seconds: float, *, in_ci: bool) -> Result:
    """The result of a tier from its exit status and its JUnit reports."""
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for report in tier.reports.glob("*.xml"):
        for case in ElementTree.parse(report).iter("testcase"):
            skipped = case.find("skipped")
            if skipped is not None:
                counts["skipped"] += 1
                reasons[skipped.get("message") or "no reason given"] += 1
            elif case.find("failure") is not None or case.find("error") is not None:
                counts["failed"] += 1
            else:
                counts["passed"] += 1
    notes = [f"SKIPPED TESTS: {number} of tier {tier.name} because: {reason}" for reason, number in reasons.items()]
    if in_ci and counts["skipped"]:
        succeeded = False
    if succeeded and not counts:
        counts["passed"] = 1
    if not succeeded and not counts["failed"]:
        counts["failed"] = 1  # the tier itself: set-up, collection, or a skipped test in CI
    verdict = "passed" if succeeded else "failed"
    return Result(tier.name, verdict, seconds, counts["passed"], counts["failed"], counts["skipped"], notes)


def summary(results: list[Result]) -> str:
    """The table of all tiers, what was left out, and the line of totals, which stands last."""
    width = max(len(result.tier) for result in results)
    lines = [f"{'tier':{width}}  verdict  seconds  passed  failed  skipped"]
    for result in results:
        counts = f"{result.passed:6}  {result.failed:6}  {result.skipped:7}"
        lines.append(f"{result.tier:{width}}  {result.verdict:7}  {result.seconds:7.0f}  {counts}")
    lines += ["", *(note for result in results for note in result.notes)]
    passed, failed, skipped = (
        sum(getattr(result, key) for result in results) for key in ("passed", "failed", "skipped")
    )
    lines.append(f"{passed} passed, {failed} failed, {skipped} skipped")
    return "\n".join(lines)


def end_of(log: Path) -> str:
    """The last lines of a log, under a heading that names it."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LINES_SHOWN:]
    return "\n".join(["", f"--- end of {log.relative_to(ROOT)} ---", *lines, ""])


def last_results() -> list[Result]:
    """The results that earlier runs left, in the order in which they ended."""
    paths = sorted((CACHE / "results").glob("*.json"), key=lambda path: path.stat().st_mtime)
    return [Result(**json.loads(path.read_text(encoding="utf-8"))) for path in paths]


async def main(arguments: list[str]) -> int:
    """Runs what the arguments ask for; returns the exit status: 0 when no tier failed."""
    this = asyncio.current_task()
    if this is not None:  # so that a tier never outlives its runner
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    if arguments == ["--summary"]:
        results = last_results()
    else:
        tiers = chosen(await all_tiers(), arguments)
        results = await results_of(tiers)
        for tier, result in zip(tiers, results):
            if result.verdict == "failed":
                print(end_of(tier.log))
        if not arguments:
            results.append(LEFT_OUT)
    print("\n" + summary(results))
    return 1 if any(result.verdict == "failed" for result in results) else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
