# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requirements files are sent, in which form, and what is refused before that."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError
from ansible_collections.azureml.model_management.plugins.module_utils._tasks.requirements import (
    CondaFile,
    flat_requirements,
)


def write(folder: Path, **files: str) -> Path:
    """Write files, named without their suffix; return the first."""
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder / f"{next(iter(files))}.txt"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing but a comment\n\n",
        "numpy\n",
        "numpy==1.26.4 # pinned\r\nscikit-learn[extra, other]>=1.0,<2 ; python_version >= '3.8'\r\n",
        "numpy (>=1.0,<2)\n",
        "pandas~=2.0\nzope.interface===5\nx!=1.0,\n",
        "azureml-defaults==1.0.*\n",
        'uvloop==0.19 ; sys_platform != "win32" and (python_version < "3.13" or extra == "a")\n',
        "numpy==1.26.4 \\\n    --hash=sha256:0123456789abcdef \\\n    --hash=sha256:fedcba9876543210\n",
        "numpy==1.26.4 --hash=sha256:0123456789abcdef\n",
    ],
)
def test_what_names_only_packages_is_sent_as_it_is(text: str, tmp_path: Path) -> None:
    assert flat_requirements(write(tmp_path, requirements=text)) is None


def test_other_files_are_brought_in_where_they_are_named(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    path = write(
        tmp_path,
        requirements="-r base.txt\nscikit-learn>=1\n--requirement=sub/more.txt\n-rbase.txt\n",
        base="numpy==1.26.4 \\\n  --hash=sha256:0123456789abcdef\n-r requirements.txt\n",
    )
    write(tmp_path / "sub", more="pandas # yes\n-r ../base.txt\n-r last.txt\n", last="joblib\n")
    assert flat_requirements(path) == (
        "numpy==1.26.4 --hash=sha256:0123456789abcdef\nscikit-learn>=1\npandas\njoblib\n"
    )


def test_constraints_bind_what_is_named_and_install_nothing(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        requirements="-c constraints.txt\nNumPy\nflask>=2\n",
        constraints="numpy==1.26.4\nwerkzeug<3\n-r more.txt\n",
        more="zope_interface==5\n",
    )
    assert flat_requirements(path) == (
        "numpy==1.26.4\n# constraint: werkzeug<3\n# constraint: zope_interface==5\nNumPy\nflask>=2\n"
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_written_on_windows_is_sent_in_utf_8(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_bytes("numpy==1.26.4\r\npandas\r\n".encode(encoding))
    assert path.read_bytes().startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    assert flat_requirements(path) == "numpy==1.26.4\npandas\n"


@pytest.mark.security
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("-e .", "-e needs files"),
        ("--editable=git+https://h/x", "--editable needs files"),
        ("--index-url https://host/${TOKEN}/", "is an option of pip"),
        ("-i https://h/", "-i is an option of pip"),
        ("--extra-index-url=https://host/", "is an option of pip"),
        ("--no-binary :all:", "--no-binary is an option"),
        ("--pre", "--pre is an option"),
        ("numpy --global-option=x", "is no package"),
        ("git+https://h/x.git@main", "not from a URL"),
        ("x @ https://h/x-1-py3-none-any.whl", "not from a URL"),
        ("x@file:///etc/passwd", "not from a URL"),
        ("https://h/x.tar.gz", "not from a URL"),
        ("./x", "is a path"),
        ("..", "is a path"),
        ("/etc/passwd", "is a path"),
        ("C:\\\\x", "is a path"),
        ("x.whl", "is a path"),
        ("sub/x", "is a path"),
        ("numpy 1.26", "is no package"),
        ("numpy=1.26", "is no package"),
        ("$ANSIBLE", "is no package"),
        ("-r https://h/more.txt", "only files beside it"),
        ("-r ${HOME}/x", "only files beside it"),
        ("-c missing.txt", "there is no file"),
        ("-r", "is an option of pip"),
    ],
)
def test_what_is_no_package_is_refused_with_its_place(line: str, words: str, tmp_path: Path) -> None:
    path = write(tmp_path, requirements="-r base.txt\n", base=f"numpy\n\n{line}\n")
    with pytest.raises(InputError, match=r"base\.txt, line 3: ") as caught:
        flat_requirements(path)
    assert words in caught.value.message


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, requirements="-e .\nnumpy\n-r more.txt\n./x\n", more="--pre\n")
    with pytest.raises(InputError) as caught:
        flat_requirements(path)
    assert len(caught.value.message.splitlines()) == 3


def test_an_encrypted_file_beside_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, requirements="-r more.txt\n", more="$ANSIBLE_VAULT;1.1;AES256\n6162\n")
    with pytest.raises(InputError, match=r"more\.txt is encrypted by ansible-vault"):
        flat_requirements(path)


@pytest.mark.security
def test_the_pip_part_of_a_conda_file_is_checked(tmp_path: Path) -> None:
    path = write(
        tmp_path, conda="name: x\ndependencies:\n- python=3.9\n- pip:\n  - numpy==1.26.4\n  - -r more.txt\n  - ./x\n"
    )
    with pytest.raises(InputError) as caught:
        CondaFile(path).flat()
    assert "'-r more.txt' below pip: there is no file" in caught.value.message
    assert "'./x' below pip: './x' is a path" in caught.value.message


def test_files_that_the_pip_part_names_are_read(tmp_path: Path) -> None:
    text = "name: x\ndependencies:\n- python=3.9\n- pip: [-r file:more.txt, six]\n- pip: [-c pins.txt]\n"
    path = write(tmp_path, conda=text, more="numpy==1.26.4  # the newest 1\n", pins="six<2\nwheel<1\n")
    flat = CondaFile(path).flat()
    assert flat is not None
    assert json.loads(flat) == {
        "name": "x",
        "dependencies": ["python=3.9", {"pip": ["numpy==1.26.4", "six", "six<2", "# constraint: wheel<1"]}],
    }


def test_the_public_index_which_clients_write_into_every_file_says_nothing(tmp_path: Path) -> None:
    line = "--extra-index-url https://pypi.python.org/simple"
    conda = write(tmp_path, conda=f"dependencies:\n- pip:\n  - {line}\n  - six\n", requirements=f"{line}\nsix\n")
    assert CondaFile(conda).flat() is None
    assert flat_requirements(conda.parent / "requirements.txt") is None


@pytest.mark.parametrize(
    "text", ["", "a: [", "dependencies: [python=3.9, {pip: }]", "- x", "dependencies: 1", "a: !!int ''"]
)
def test_what_is_no_conda_file_is_left_to_the_service(text: str, tmp_path: Path) -> None:
    CondaFile(write(tmp_path, conda=text)).flat()
