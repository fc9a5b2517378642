# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a release, or nothing: release.py [VERSION].

Everything happens in a clone: versions, changelog, commit, tag, and the files that are published, each checked. Only
when all of it has worked does the repository get commit and tag, and .cache/release the files. Without VERSION it
rehearses with the version of galaxy.yml, and the repository gets nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import yaml
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parents[1]
RELEASE = ROOT / ".cache/release"
COLLECTION = Path("ansible_collections", "azureml", "model_management")
VERSION_LINES = {
    "galaxy.yml": r"(?m)^(version: )\S+$",
    "server/mms_local/__init__.py": r'(?m)^(__version__ = ")[^"]+(?=")',
}
"""Where the version stands: the files, and the text before it as group 1."""


class NotReady(Exception):
    """Why there can be no release now, as a sentence with a remedy."""


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Standard output of a command; its other output is shown as it comes.

    Raises:
        NotReady: it failed.
    """
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    ended = subprocess.run(command, cwd=cwd, env=environment, check=False, stdout=subprocess.PIPE, text=True)
    if ended.returncode:
        raise NotReady(f"{' '.join(map(str, command))}: exit status {ended.returncode}.\n{ended.stdout}")
    return ended.stdout


def checked(text: str, tags: list[str]) -> str:
    """The version that a release may have.

    Raises:
        NotReady: it is no version of three numbers, or not newer than all that were released.
    """
    try:
        version = Version(text)
    except InvalidVersion:
        version = None
    if version is None or str(version) != text or not re.fullmatch(r"\d+\.\d+\.\d+", text):
        raise NotReady(f"{text!r} is not a version. Give three numbers, such as VERSION=1.2.0.")
    newest = max((Version(tag) for tag in tags if re.fullmatch(r"\d+\.\d+\.\d+", tag)), default=None)
    if newest is not None and version <= newest:
        raise NotReady(f"{text} is not newer than {newest}, which is released. Choose a higher number.")
    return text


def prepared(clone: Path, version: str) -> None:
    """Version and changelog of the release, committed and tagged in the clone.

    Raises:
        NotReady: there is nothing to tell about it.
    """
    if not any((clone / "changelogs/fragments").glob("*.y*ml")):
        raise NotReady("There is no fragment in changelogs/fragments. What does the release bring?")
    for name, pattern in VERSION_LINES.items():
        text = (clone / name).read_text(encoding="utf-8")
        changed, count = re.subn(pattern, rf"\g<1>{version}", text)
        if count != 1:
            raise NotReady(f"{name} has {count} lines with a version where one is wanted.")
        (clone / name).write_text(changed, encoding="utf-8")
    run("antsibull-changelog", "release", "--version", version, cwd=clone)
    run("antsibull-changelog", "lint-changelog-yaml", "changelogs/changelog.yaml", cwd=clone)
    run("git", "add", "--all", cwd=clone)
    run("git", *identity(), "commit", "--quiet", "--message", f"Release {version}", cwd=clone)
    run("git", *identity(), "tag", "--annotate", version, "--message", f"azureml.model_management {version}", cwd=clone)


def identity() -> list[str]:
    """Who commits: the one whom the repository knows; somebody on machines that know nobody, as in a rehearsal."""
    known = subprocess.run(["git", "config", "user.email"], cwd=ROOT, check=False, capture_output=True).returncode == 0
    return [] if known else ["-c", "user.name=release", "-c", "user.email=release@localhost"]


def built(clone: Path, dist: Path) -> None:
    """Tarball, wheel, source distribution and bill of materials, in the folder."""
    run("ansible-galaxy", "collection", "build", "--output-path", dist, clone)
    run("uv", "build", "--quiet", "--out-dir", dist, clone / "server")
    run(sys.executable, clone / ".ci/sbom.py", dist / "mms-local.cdx.json")
    (dist / ".gitignore").unlink(missing_ok=True)


def verified(dist: Path, version: str, work: Path) -> None:
    """Install what was built into empty places, and see that it is what it says.

    Raises:
        NotReady: a file says that it is of another version.
    """
    (tarball,), (wheel,), (source,) = (list(dist.glob(kind)) for kind in ("azureml-*.tar.gz", "*.whl", "mms_local*.gz"))
    run("twine", "check", "--strict", wheel, source)
    run("ansible-galaxy", "collection", "install", "--offline", "-p", work / "collections", tarball)
    installed = run("ansible-galaxy", "collection", "list", "-p", work / "collections", "azureml.model_management")
    venv.create(work / "venv", with_pip=True)
    run(work / "venv/bin/python", "-m", "pip", "install", "--quiet", wheel)
    answers = {tarball: installed, wheel: run(work / "venv/bin/mms-local", "--version")}
    for file, said in answers.items():
        if version not in said:
            raise NotReady(f"{file.name} says that it is {said.strip()!r}, not {version}.")


def main(wanted: str | None = None) -> int:
    """Makes the release or rehearses it; returns the exit status."""
    rehearsal = wanted is None
    dirty = run("git", "status", "--porcelain", cwd=ROOT).splitlines()
    if dirty and not rehearsal:
        raise NotReady(f"{len(dirty)} files are changed and not committed. Commit them, or put them aside.")
    version = wanted or yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    tags = [] if rehearsal else run("git", "tag", "--list", cwd=ROOT).split()
    checked(version, tags)
    with tempfile.TemporaryDirectory() as folder:
        clone, dist = Path(folder) / COLLECTION, Path(folder) / "dist"
        run("git", "clone", "--quiet", ROOT, clone)
        prepared(clone, version)
        built(clone, dist)
        verified(dist, version, Path(folder))
        if not rehearsal:
            run("git", "fetch", "--quiet", "--tags", clone, "HEAD", cwd=ROOT)
            run("git", "merge", "--quiet", "--ff-only", "FETCH_HEAD", cwd=ROOT)
        shutil.rmtree(RELEASE, ignore_errors=True)
        shutil.copytree(dist, RELEASE)
    what = "Rehearsed" if rehearsal else "Committed and tagged"
    print(f"{what} {version}; in {RELEASE.relative_to(ROOT)}:", *sorted(path.name for path in RELEASE.iterdir()))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except NotReady as reason:
        sys.exit(f"No release: {reason}")
