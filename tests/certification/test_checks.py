# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What certification itself runs: Galaxy's importer with ansible-lint, and the checks of the community.

`ansible-test sanity` and ansible-lint of the whole repository are tiers of their own, `sanity` and `lint`.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from commands import ROOT, ran

NOX = ROOT / ".venv/bin/nox"  # the one of `make tools`: Galaxy's importer wants an older attrs than nox
NOXFILE = "import antsibull_nox\n\nantsibull_nox.load_antsibull_nox_toml()\n"


@pytest.mark.case("galaxy-importer takes the tarball, without a warning", "importer")
def test_galaxy_takes_the_tarball(tarball: Path, tmp_path: Path) -> None:
    settings = {"GALAXY_IMPORTER_CONFIG": str(ROOT / ".ci/galaxy-importer.cfg")}
    # It leaves its working files where it is called.
    importer = ran("python", "-m", "galaxy_importer.main", tarball, cwd=tmp_path, **settings)
    said = importer.stdout + importer.stderr
    assert "Importer processing completed successfully" in said
    assert re.findall(r"^(?:WARNING|ERROR).*", said, re.MULTILINE) == []
    result = json.loads((tmp_path / "importer_result.json").read_text(encoding="utf-8"))
    found = {entry["content_type"] for entry in result["contents"]}
    assert {"module", "role", "playbook", "lookup", "filter", "inventory"} <= found


@pytest.mark.case("antsibull-nox: files, action groups, white space and characters", "checks of the community")
def test_the_checks_of_the_community_pass(tree: Path) -> None:
    shutil.copy(ROOT / ".ci/antsibull-nox.toml", tree)
    (tree / "noxfile.py").write_text(NOXFILE, encoding="utf-8")
    ran(NOX, "--session", "extra-checks", cwd=tree)
