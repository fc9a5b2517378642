# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same play several times at the same instant: all end well, and there is one of each."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from test_plays import PLAY, PROGRAM, environment, there

from mms_local.testing import ServerProcess


@pytest.mark.parametrize("machines", ["one", "many"])
@pytest.mark.parametrize("plays", [2, 8])
def test_plays_at_the_same_instant_make_one_of_each(
    server: ServerProcess, tmp_path: Path, plays: int, machines: str
) -> None:
    name = f"together-{machines}-{plays}"
    started = []
    for number in range(plays):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "model.bin").write_text(name, encoding="utf-8")
        (folder / "score.py").write_text(f"'{name}'\n\ndef init(): pass\n\ndef run(data): return data\n", "utf-8")
        (folder / "play.yml").write_text(PLAY % {"name": name}, encoding="utf-8")
        # A machine's locks lie in its folder for temporary files: with one of its own, a play is on another machine.
        own = {"TMPDIR": str(folder)} if machines == "many" else {}
        log = (folder / "log").open("w", encoding="utf-8")
        started.append(
            subprocess.Popen(
                [PROGRAM, "play.yml"],
                cwd=folder,
                env={**environment(server, server.url), **own},
                stdout=log,
                stderr=log,
            )
        )
    ended = [process.wait(600) for process in started]
    logs = [(tmp_path / str(number) / "log").read_text(encoding="utf-8")[-3000:] for number in range(plays)]
    assert ended == [0] * plays, "\n\n".join(log for log, status in zip(logs, ended) if status)
    assert there(server, name) == {"models": 1, "manifests": 1, "images": 1, "services": 1}
