# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tiers that the changes since BASE touch, and asks for a changelog fragment where users see them.

    changed.py           since the branch left origin/main, or main; on that branch itself, since the last commit
    changed.py v1.0.0    since this commit, branch or tag
    changed.py --list    no run, only the names of the tiers

What is changed and not committed counts, too. A change that users do not see says so with a fragment of the section
`trivial`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRAGMENTS = "changelogs/fragments/"

TOUCHES: dict[str, tuple[str, ...]] = {
    "plugins/": ("lint", "unit(2.19)", "modules", "sanity(2.19)", "contract"),
    "plugins/module_utils/_time/": ("faults",),
    "plugins/module_utils/_transport/": ("faults",),
    "plugins/module_utils/_storage/": ("counterparts",),
    "plugins/module_utils/_auth/": ("counterparts",),
    "roles/": ("lint", "unit(2.19)", "roles(2.19)"),
    "playbooks/": ("lint", "roles(2.19)", "demo"),
    "server/": ("lint", "server-3.11", "contract", "security"),
    "server/mms_local/images/": ("cases",),
    "server/mms_local/runtime/": ("cases",),
    "server/mms_local/api/mms/": ("workspace-sdk",),
    "docs/": ("lint", "guides"),
    "README.md": ("guides", "certification"),
    "galaxy.yml": ("certification",),
    "meta/": ("certification", "unit(2.19)"),
    "changelogs/": ("lint",),
    "requirements.txt": ("certification",),
    "requirements/": ("lint", "unit(2.19)"),
    "tests/bench/": ("lint",),
    "tests/cases/": ("lint", "cases"),
    "tests/certification/": ("lint", "certification"),
    "tests/contract/": ("lint", "contract"),
    "tests/counterparts/": ("lint", "counterparts"),
    "tests/demo/": ("lint", "demo"),
    "tests/docs/": ("lint", "guides"),
    "tests/faults/": ("lint", "faults"),
    "tests/integration/": ("lint", "integration(2.19)"),
    "tests/kubernetes/": ("lint",),
    "tests/roles/": ("lint", "roles(2.19)"),
    "tests/security/": ("lint", "security"),
    "tests/server/": ("lint", "server-3.11"),
    "tests/unit/": ("lint", "unit(2.19)", "modules"),
    "tests/workspace_sdk/": ("lint", "workspace-sdk"),
}
"""The tiers of what lies below a path, beside those of the paths above it."""
ALWAYS = ("lint", "unit(2.19)")
"""The tiers of every other file."""
SEEN_BY_USERS = ("plugins/", "roles/", "playbooks/", "server/mms_local/", "requirements.txt", "meta/")


def git(*arguments: str) -> str:
    """Standard output of git; nothing when it fails."""
    ran = subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
    return ran.stdout if ran.returncode == 0 else ""


def base() -> str:
    """The commit since which changes count."""
    head = git("rev-parse", "HEAD").strip()
    for branch in ("origin/main", "main"):
        parting = git("merge-base", "HEAD", branch).strip()
        if parting and parting != head:
            return parting
    return "HEAD~1"


def changed_files(since: str) -> list[str]:
    """Paths of what was changed, added or deleted since a commit."""
    listed = git("diff", "--name-only", "-z", since) + git("ls-files", "-z", "--others", "--exclude-standard")
    return sorted({name for name in listed.split("\0") if name})


def touched(files: Iterable[str]) -> list[str]:
    """The tiers that these files touch, in the order of the table."""
    names: dict[str, None] = {}
    for file in files:
        found = [tier for path, tiers in TOUCHES.items() if file.startswith(path) for tier in tiers]
        names.update(dict.fromkeys(found or ALWAYS))
    return list(names)


def untold(files: Iterable[str]) -> list[str]:
    """What users see of a change that has no fragment."""
    files = list(files)
    if any(file.startswith(FRAGMENTS) for file in files):
        return []
    return [file for file in files if file.startswith(SEEN_BY_USERS)]


def main(arguments: list[str]) -> int:
    """Runs what was changed; returns the exit status."""
    listing = "--list" in arguments
    since = next((argument for argument in arguments if not argument.startswith("-")), None) or base()
    if not git("rev-parse", "--verify", "--quiet", f"{since}^{{commit}}"):
        sys.exit(f"{since!r} is no commit of this repository.")
    files = changed_files(since)
    tiers = touched(files)
    print(f"{len(files)} files changed since {since[:12]}. Tiers: {' '.join(tiers) or 'none'}", flush=True)
    missing = untold(files)
    if missing:
        named = ", ".join(missing[:5]) + (" and others" if len(missing) > 5 else "")
        advice = "Write one; of the section `trivial`, if they see nothing of it."
        print(f"NO FRAGMENT in {FRAGMENTS} tells users of the change of {named}. {advice}", flush=True)
    if listing or not tiers:
        return 1 if missing else 0
    ran = subprocess.run([sys.executable, str(ROOT / ".ci/tiers.py"), *tiers], check=False)
    return ran.returncode or (1 if missing else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
