# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pip and conda files ask for."""

from __future__ import annotations

import pytest

from mms_local.core.ports import JobFailed
from mms_local.images.azureml_family import adapted
from mms_local.images.conda import CondaEnvironment, conda_environment
from mms_local.images.notes import Notes
from mms_local.images.requirements import Policy, Wanted, pip_requirements

CLOSED = Policy()
HASH = "sha256:" + "0a" * 32


def lines(content: bytes | str, policy: Policy = CLOSED) -> list[str]:
    text = content.encode() if isinstance(content, str) else content
    return [str(one) for one in pip_requirements(text, "r.txt", policy)]


def conda(text: str, policy: Policy = CLOSED) -> tuple[CondaEnvironment, list[str]]:
    warnings: list[str] = []
    return conda_environment(text.encode(), "c.yml", policy, warnings.append), warnings


def entries(*written: str) -> list[str]:
    found, _warnings = conda("dependencies:\n" + "".join(f"- {one}\n" for one in written))
    return [str(one) for one in found.packages]


def test_pip_lines_leave_out_comments_and_blanks_and_join_continued_lines() -> None:
    content = b"\xef\xbb\xbf# all\r\nScikit_Learn  # newest\n\nnumpy \\\n    >=1\nx[a, b]==1; python_version < '3'\n"
    assert lines(content) == ["Scikit_Learn", "numpy>=1", 'x[a,b]==1; python_version < "3"']


def test_a_constraint_is_told_from_a_comment_and_is_not_asked_for() -> None:
    assert lines(b"# constraint: numpy<2 # why\n# constraints are fine\n") == ["# constraint: numpy<2"]
    found = pip_requirements(b"# constraint: numpy<2\n", "r.txt", Policy())
    assert [str(one) for one in adapted(found, [], ("numpy",), Notes(print))] == ["# constraint: numpy<2", "numpy"]


@pytest.mark.parametrize("content", ["", "\n", "# nothing\n", "\ufeff"])
def test_a_file_without_packages_is_fine(content: str) -> None:
    assert lines(content) == []


@pytest.mark.parametrize(
    "option",
    [
        "--find-links https://pypi.python.org/simple/index.html",
        "--extra-index-url https://pypi.python.org/simple",
        "--extra-index-url=https://pypi.org/simple/",
    ],
)
def test_what_the_sdk_writes_into_every_file_says_nothing(option: str) -> None:
    assert lines(f"{option}\nsix==1.16.0\n") == ["six==1.16.0"]
    with pytest.raises(JobFailed):
        lines(f"{option}.evil.test\n")


def test_hashes_are_read_as_pip_compile_poetry_and_uv_write_them() -> None:
    content = f"six==1.16.0 \\\n    --hash={HASH} \\\n    --hash={HASH.upper().replace('SHA', 'sha')}  # via x\n"
    assert lines(content) == [f"six==1.16.0 --hash={HASH} --hash={HASH.upper().replace('SHA', 'sha')}"]


@pytest.mark.security
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("-r other.txt", "Put the lines of the other file here"),
        ("--requirement=other.txt", "Put the lines of the other file here"),
        ("-c pins.txt", "Put the lines of the other file here"),
        ("-e .", "add your files as assets"),
        ("--index-url http://host/${MMS_LOCAL_TOKEN}/", "the server uses its own package index"),
        ("--extra-index-url=https://host/simple", "the server uses its own package index"),
        ("-f https://host/", "the server uses its own package index"),
        ("--no-binary :all:", "which only the owner of the server may set"),
        ("--pre", "which only the owner of the server may set"),
        ("./pkg", "a path means nothing on the server"),
        ("/srv/pkg", "a path means nothing on the server"),
        ("C:\\pkg", "a path means nothing on the server"),
        ("pkg.whl", "a path means nothing on the server"),
        ("..", "a path means nothing on the server"),
        ("git+https://host/x.git", "--allow-direct-urls"),
        ("https://host/x-1-py3-none-any.whl", "--allow-direct-urls"),
        ("file:///etc/passwd", "--allow-direct-urls"),
        ("x @ https://user:pass@host/x.tar.gz?sig=secret", "--allow-direct-urls"),
        ("x @ file:///etc/passwd", "--allow-direct-urls"),
        ("numpy = 1.2", "is no package with a version"),
        ("numpy==1.2 --global-option=x", "is no package with a version"),
        ("$(touch x)", "is no package with a version"),
    ],
)
def test_every_other_line_is_refused_with_advice(line: str, told: str) -> None:
    with pytest.raises(JobFailed) as failed:
        lines(f"six\n{line}\n")
    assert failed.value.message.startswith("The file r.txt cannot be used: line 2: ")
    assert told in failed.value.message
    assert "secret" not in failed.value.message
    assert "pass@" not in failed.value.message


@pytest.mark.security
def test_all_lines_that_cannot_be_used_are_told_at_once() -> None:
    with pytest.raises(JobFailed) as failed:
        lines("-r a\nsix\n./b\n")
    assert "line 1: " in failed.value.message
    assert "line 3: " in failed.value.message


@pytest.mark.security
@pytest.mark.parametrize(
    ("line", "policy"),
    [
        ("x @ https://host/x-1-py3-none-any.whl", Policy(allow_direct_urls=True)),
        ("x @ git+https://host/x.git@1.0", Policy(allow_direct_urls=True, allow_sdists=True)),
        ("x @ https://host/x.tar.gz", Policy(allow_direct_urls=True, allow_sdists=True)),
    ],
)
def test_the_owner_may_open_direct_urls(line: str, policy: Policy) -> None:
    assert lines(line, policy) == [line]


@pytest.mark.security
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("x @ https://host/x.tar.gz", "--allow-sdists"),
        ("x @ git+https://host/x.git", "--allow-sdists"),
        ("x @ https://host/${TOKEN}/x-1-py3-none-any.whl", "environment variables are not expanded"),
        ("x @ file:///srv/x-1-py3-none-any.whl", "only http, https and version control"),
        ("https://host/x-1-py3-none-any.whl", "a URL needs the name of its package"),
    ],
)
def test_open_direct_urls_run_no_code_expand_nothing_and_read_no_files(line: str, told: str) -> None:
    with pytest.raises(JobFailed, match=told):
        lines(line, Policy(allow_direct_urls=True))


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ("numpy", "numpy"),
        ("numpy=1.16.4", "numpy==1.16.4"),
        ("numpy==1.16.4", "numpy==1.16.4"),
        ("numpy=1.16.4=py36h99e49ec_0", "numpy==1.16.4"),
        ("numpy=1.16", "numpy==1.16.*"),
        ("numpy=1.16.*", "numpy==1.16.*"),
        ("numpy 1.16.4", "numpy==1.16.4"),
        ("numpy 1.16.4 py36_0", "numpy==1.16.4"),
        ("numpy >=1.16,<2", "numpy<2,>=1.16"),
        ("numpy>=1.16", "numpy>=1.16"),
        ("'numpy=1.1|1.2.0'", "numpy==1.2.0"),
        ("numpy=*", "numpy"),
        ("'numpy[version=''>=1.16'']'", "numpy>=1.16"),
        ("conda-forge::lightgbm=3.3.2", "lightgbm==3.3.2"),
        ("conda-forge/linux-64::lightgbm", "lightgbm"),
        ("Pillow=9.0.0", "pillow==9.0.0"),
        ("scikit-learn=0.22.1  # old", "scikit-learn==0.22.1"),
        ("xgboost=0.90", "xgboost==0.90.*"),
        ("pytorch=1.13.1", "torch==1.13.1"),
        ("py-xgboost", "xgboost"),
        ("ruamel_yaml", "ruamel.yaml"),
        ("librosa", "librosa"),
        ("pip=20.2.4", "pip==20.2.4"),
        ("wheel", "wheel"),
    ],
)
def test_conda_packages_that_the_index_has_are_taken_from_it_with_the_same_version(entry: str, wanted: str) -> None:
    assert entries(entry) == [wanted]


def test_what_is_no_python_package_is_left_out_with_a_warning() -> None:
    found, warnings = conda(
        "dependencies: [openssl=1.1.1k, ca-certificates, libgcc-ng=9.1.0=hdf63c60_0, mkl=2020.2, cudatoolkit=10.1, six,"
        " _libgcc_mutex=0.1=main, r-base, libsvm, tk, blas=1.0=mkl, git]"
    )
    assert [str(one) for one in found.packages] == ["six"]
    assert warnings == [
        "Left out of the conda file c.yml, being no Python packages for Linux: _libgcc_mutex, blas, ca-certificates, "
        "cudatoolkit, git, libgcc-ng, libsvm, mkl, openssl, r-base, tk."
    ]


def test_everything_that_cannot_be_had_is_told_in_one_message() -> None:
    with pytest.raises(JobFailed) as failed:
        conda("dependencies:\n- '@@@'\n- {npm: [left-pad]}\n- numpy=x y z\n- pip: [-e ., six]\n")
    for told in ("'@@@'", "'npm' with a list below it", "line 1: -e is an option of pip"):
        assert told in failed.value.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name: x\nprefix: /opt/x\nchannels: [defaults]\ndependencies:\n",
        "dependencies:\n- pip\n- pip:\n",
        "dependencies:\n- pip: []\n",
    ],
)
def test_parts_with_nothing_in_them_are_no_error(text: str) -> None:
    found, warnings = conda(text)
    assert (found.python, found.packages, warnings) == (None, [], [])


@pytest.mark.parametrize("text", ["name: x\n", "name: x\ndependancies: [numpy]\n", "package: [{name: numpy}]\n"])
def test_a_file_without_dependencies_is_no_error_but_says_so(text: str) -> None:
    found, warnings = conda(text)
    assert found.packages == []
    [warning] = warnings
    assert "c.yml has no `dependencies`, so nothing is installed for it. It has: " in warning


@pytest.mark.security
def test_the_pip_list_follows_the_rules_of_requirements_files() -> None:
    found, _warnings = conda("dependencies:\n- python=3.9\n- pip:\n  - scikit-learn==1.7.0\n  - numpy  # any\n")
    assert [str(one) for one in found.packages] == ["scikit-learn==1.7.0", "numpy"]
    assert found.python is not None
    assert found.python.text == "=3.9"


@pytest.mark.security
@pytest.mark.parametrize("content", [b"- a list", b"dependencies: python", b"a: [", b"\xff\xfa", b"a: &x [1]\nb: *x"])
def test_what_is_no_conda_file_is_refused(content: bytes) -> None:
    with pytest.raises(JobFailed, match=r"c\.yml"):
        conda_environment(content, "c.yml", CLOSED, print)


def _adapted(asked: list[str], *imports: str, needed: tuple[str, ...] = ()) -> list[str]:
    return [str(one) for one in adapted(map(Wanted.of, asked), imports, needed, Notes(print))]


def test_what_published_clients_add_is_taken_as_provided() -> None:
    asked = ["azureml-model-management-sdk==1.0.1b6.post1", "azure-ml-api-sdk==0.1.0a11", "azureml-defaults", "six"]
    assert _adapted(asked) == ["six"]


def test_what_came_along_with_them_is_added_where_it_is_imported() -> None:
    assert _adapted(["azureml-defaults"], "numpy", "pandas.DataFrame", "sklearn") == ["numpy", "pandas"]
    assert _adapted(["azureml-defaults", "numpy==1.26.4"], "numpy") == ["numpy==1.26.4"]
    assert _adapted(["scikit-learn"], "numpy") == ["scikit-learn"]


def test_packages_of_the_family_without_a_version_get_a_floor_and_those_with_one_keep_it() -> None:
    assert _adapted(["azureml-core", "azureml-mlflow==1.40"]) == ["azureml-core>=1.48", "azureml-mlflow==1.40"]


@pytest.mark.parametrize(
    ("name", "brought"),
    [
        ("azureml.core.model.Model", []),
        ("azureml.core.Model", []),
        ("azureml.datacollector.ModelDataCollector", []),
        ("azureml.api.schema.dataTypes.DataTypes", []),
        ("azureml.contrib.services.aml_request.rawhttp", []),
        ("inference_schema.schema_decorators.input_schema", []),
        ("azureml.core.Workspace", ["azureml-core>=1.48"]),
        ("azureml.core.run.Run", ["azureml-core>=1.48"]),
        ("pkg_resources", ["setuptools<81"]),
        ("inference_schema.parameter_types.numpy_parameter_type.NumpyParameterType", ["numpy"]),
        ("inference_schema.parameter_types.pandas_parameter_type.PandasParameterType", ["pandas"]),
        ("numpy", []),
    ],
)
def test_imports_bring_what_the_runtime_does_not_have(name: str, brought: list[str]) -> None:
    assert _adapted([], name) == brought


def test_fuse_which_has_no_wheel_is_left_out() -> None:
    assert _adapted(["azureml-dataprep[fuse,pandas]==2.0"]) == ["azureml-dataprep[pandas]==2.0"]


def test_what_the_runtime_has_itself_keeps_its_version_with_a_warning() -> None:
    notes = Notes(print)
    asked = map(Wanted.of, ["inference-schema[numpy-support]==1.0.1", "azureml-inference-server-http", "six==1.16.0"])
    found = [str(one) for one in adapted(asked, (), (), notes)]
    assert found == ["inference-schema[numpy-support]", "azureml-inference-server-http", "six==1.16.0"]
    assert notes.warnings == ("The runtime has versions of its own of: inference-schema[numpy-support]==1.0.1.",)


def test_what_the_runtime_serves_with_is_not_held_back_by_pins_of_another_time() -> None:
    notes = Notes(print)
    asked = [
        "certifi==2019.11.28",
        "flask==1.0.*",
        "werkzeug<1",
        "gunicorn~=20.1",
        "jinja2>=2",
        "click==8.3",
        "six==1.1",
    ]
    found = adapted(map(Wanted.of, asked), [], (), notes)
    assert [str(one) for one in found] == [
        "certifi",
        "flask",
        "werkzeug",
        "gunicorn",
        "jinja2>=2",
        "click==8.3",
        "six==1.1",
    ]
    assert notes.warnings == (
        "The runtime has versions of its own of: certifi==2019.11.28, flask==1.0.*, werkzeug<1, gunicorn~=20.1.",
    )


def test_a_package_that_was_asked_for_is_not_added_again() -> None:
    assert _adapted(["numpy==1.26.4"], needed=("numpy", "pandas")) == ["numpy==1.26.4", "pandas"]
