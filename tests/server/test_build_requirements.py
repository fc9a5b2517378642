# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pip and conda files ask for."""

from __future__ import annotations

import pytest

from mms_local.core.ports import JobFailed
from mms_local.images.requirements import conda_lines, pip_lines

CONDA = """name: project
channels: [conda-forge]
dependencies:
- python{python}
- pip
- pip:
  - scikit-learn==1.7.0
  - numpy
"""


def test_pip_lines_leave_out_comments_and_blanks_and_join_continued_lines() -> None:
    content = b"\xef\xbb\xbf# all\nscikit-learn  # newest\n\nnumpy \\\n    >=1\nx @ https://host/x.whl#sha256=1\n"
    assert pip_lines(content, "r.txt") == ["scikit-learn", "numpy      >=1", "x @ https://host/x.whl#sha256=1"]


@pytest.mark.parametrize(
    "python", ["", "=3.11", "==3.11.9", "=3.11.2=build_0", "=3", " 3.11", ">=3.8,<3.12", "=3.11.*"]
)
def test_a_conda_file_for_this_python_gives_its_pip_list(python: str) -> None:
    assert conda_lines(CONDA.format(python=python).encode(), "c.yml", "3.11.7") == ["scikit-learn==1.7.0", "numpy"]


@pytest.mark.parametrize("python", ["=3.6.2", "==3.12", "=3.1", ">=3.12", "<3.11", "=nonsense"])
def test_a_conda_file_for_another_python_is_refused(python: str) -> None:
    with pytest.raises(JobFailed, match=r"Python 3\.11\.7"):
        conda_lines(CONDA.format(python=python).encode(), "c.yml", "3.11.7")


@pytest.mark.parametrize("entry", ["numpy", "numpy=1.2", "conda-forge::lightgbm", "cudatoolkit>=11", "{other: [x]}"])
def test_a_package_that_only_conda_has_is_refused_by_name(entry: str) -> None:
    with pytest.raises(JobFailed, match="under `pip:`") as failed:
        conda_lines(f"dependencies:\n- {entry}\n".encode(), "c.yml", "3.11.7")
    assert entry.strip("{}").split(":")[0] in failed.value.message


@pytest.mark.parametrize("content", [b"- a list", b"dependencies: python", b"a: [", b"\xff\xfe"])
def test_what_is_no_conda_file_is_refused(content: bytes) -> None:
    with pytest.raises(JobFailed, match=r"c\.yml"):
        conda_lines(content, "c.yml", "3.11.7")
