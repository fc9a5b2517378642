# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Read a conda environment file, and ask the Python package index for what it names.

Conda's channels are not used. What both worlds have under one name is taken from the index with the same version; what
is no Python package is left out with a warning; the rest is refused, all in one message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from mms_local.core import safe_yaml
from mms_local.images.failure import build_failed
from mms_local.images.pythons import PythonConstraint
from mms_local.images.requirements import Policy, Wanted, read_lines, text_of

_ENTRY = re.compile(
    r"^(?:[\w./-]+::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)\s*(?P<version>[=<>!~*\d][^\[]*)?(?:\[(?P<extra>[^\]]*)\])?$"
)

_OTHER_NAMES = {
    "dask-core": "dask",
    "faiss": "faiss-cpu",
    "geopandas-base": "geopandas",
    "keras-base": "keras",
    "keras-gpu": "keras",
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "opencv": "opencv-python-headless",
    "psycopg2": "psycopg2-binary",
    "py-lightgbm": "lightgbm",
    "py-opencv": "opencv-python-headless",
    "py-xgboost": "xgboost",
    "py-xgboost-cpu": "xgboost",
    "py-xgboost-gpu": "xgboost",
    "pytables": "tables",
    "python-flatbuffers": "flatbuffers",
    "python-graphviz": "graphviz",
    "python-kubernetes": "kubernetes",
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "ruamel_yaml": "ruamel.yaml",
    "seaborn-base": "seaborn",
    "tensorflow-base": "tensorflow",
    "tensorflow-gpu": "tensorflow",
    "tensorflow-mkl": "tensorflow",
    "torchvision-cpu": "torchvision",
    "xgboost-cpu": "xgboost",
}
"""Python packages that conda calls by another name than the index."""

_NO_PYTHON = re.compile(
    r"_.*|lib(?!rosa|cst|sass|pysal|tmux).*|r|r-.*|mkl(?:[-_].*)?|numpy-base|cpuonly|nb_conda.*|pyqt.*|sip|python\.app|"
    r"appnope|icc_rt|pywin32.*|pypiwin32|pywinpty|winpty|win_.*|wincertstore|pyreadline|(?:console|powershell)_shortcut|"
    r".*-(?:hotfix|mutex|activate)|.*_(?:linux|win|osx)-(?:64|32|aarch64)|"
    r"gcc.*|gxx.*|gfortran.*|binutils.*|ld_impl.*|vc|vs20\d\d.*|ucrt|m2w64.*|msys2.*|cuda.*|cudnn|cudatoolkit.*|nccl|"
    r"nvidia-.*|xorg-.*|font-.*|fonts-.*|gst-.*|qt|qt-main|qt5.*|aws-c-.*|aws-crt.*|aws-sdk-cpp|"
    r"openssl|ca-certificates|openjdk|java-.*|sqlite|readline|ncurses|zlib|tk|xz|bzip2|zstd|lz4-c|lzo|yaml|icu|jpeg|"
    r"jpeg-turbo|giflib|freetype|fontconfig|expat|gettext|glib|gmp|mpfr|mpc|krb5|curl|git|git-lfs|nodejs|hdf5|"
    r"openmpi|mpich|mpi|openblas|blas|blas-devel|blis|lapack|nomkl|intel-openmp|llvm-openmp|tbb|snappy|google-cloud-sdk|"
    r"boost|boost-cpp|arrow-cpp|parquet-cpp|thrift-cpp|grpc-cpp|orc|rapidjson|re2|gflags|glog|c-ares|brotli-bin|"
    r"cairo|pango|pixman|harfbuzz|graphite2|poppler|geos|proj|proj4|gdal-data|unixodbc|freetds|postgresql|mysql|"
    r"pcre|pcre2|dbus|zeromq|czmq|nspr|nss|alsa-lib|ffmpeg|x264|x265|openh264|lame|gnutls|nettle|p11-kit|"
    r"fftw|gsl|suitesparse|glpk|pandoc|graphviz|swig|jq|make|gmake|unzip|zip|tar|wget|bash|tzdata|python_abi|conda.*|"
    r"anaconda.*|mamba|menuinst|ruby|perl|rust|go|julia|imagemagick|tesseract|ghostscript|texlive.*|"
    r"pytorch-mutex|pytorch-cuda|magma-cuda.*|eigen|hwloc|jemalloc|gperftools|utf8proc|double-conversion|lerc|"
    r"openjpeg|nasm|yasm|freeglut|mesa.*|sysroot.*|kernel-headers.*|tensorflow-eigen|"
    r"cupti|magma|backports|mscorefonts|nltk_data|spacy-model-.*|pyobjc.*"
)
"""What conda brings besides Python packages: libraries, programs, compilers, build variants; parts of packages that the
index has in one piece, windows of desktops, data, and what exports of other systems name."""


@dataclass(frozen=True)
class CondaEnvironment:
    """What a conda file asks for. `python` is None when it asks for none."""

    python: PythonConstraint | None
    packages: list[Wanted]


def conda_environment(content: bytes, name: str, policy: Policy, warn: Callable[[str], None]) -> CondaEnvironment:
    """Read a conda environment file.

    Raises:
        JobFailed: the file is no conda environment, or has entries that cannot be had: all of them in one message.
    """
    text = text_of(content, name)
    try:
        document: Any = safe_yaml.load(text)
    except safe_yaml.YamlRefused as error:
        raise build_failed("CondaFileInvalid", f"The conda file {name} {error}.{_advice(text)}") from error
    document = {} if document is None else document
    if not isinstance(document, dict):
        raise build_failed(
            "CondaFileInvalid", f"The conda file {name} needs a list of `dependencies`.{_advice(text) or _REQUIREMENTS}"
        )
    entries = document.get("dependencies") or []
    if not isinstance(entries, list):
        raise build_failed("CondaFileInvalid", f"The conda file {name} needs a list of `dependencies`.")
    if document and "dependencies" not in document:
        there = ", ".join(map(str, list(document)[:8]))
        warn(f"The conda file {name} has no `dependencies`, so nothing is installed for it. It has: {there}.")
    reading = _Reading()
    for entry in entries:
        reading.take(entry)
    packages, problems = read_lines(reading.pip_lines, policy)
    problems = [*reading.problems, *(f"in its list `pip:`, {problem}" for problem in problems)]
    if problems:
        raise build_failed(
            "CondaPackage",
            f"The conda file {name} has entries that cannot be had here. Images get their packages from the Python "
            "package index: write NAME=VERSION of a package there, or leave them out.\n" + "\n".join(problems),
        )
    if reading.left_out:
        left_out = ", ".join(sorted(set(reading.left_out)))
        warn(f"Left out of the conda file {name}, being no Python packages for Linux: {left_out}.")
    if document.get("variables"):
        warn(f"The `variables` of the conda file {name} are not set in the image.")
    return CondaEnvironment(reading.python, reading.packages + packages)


_REQUIREMENTS = " Lines that are packages and nothing else are a pip requirements file: give them as one."


def _advice(text: str) -> str:
    """What to do with what C(conda list) printed for C(conda create)."""
    is_list = re.search(r"^(?:@EXPLICIT\b|# \$ conda create .*--file)", text, re.MULTILINE)
    return " This one is of `conda list`: use `conda env export --from-history`." if is_list else ""


class _Reading:
    """What the entries of a file came to so far."""

    def __init__(self) -> None:
        self.python: PythonConstraint | None = None
        self.packages: list[Wanted] = []
        self.pip_lines: list[str] = []
        self.left_out: list[str] = []
        self.problems: list[str] = []

    def take(self, entry: Any) -> None:
        """Sort one entry in."""
        if entry is None:
            return
        if isinstance(entry, dict):
            self._take_lists(entry)
            return
        if not isinstance(entry, str):
            self.problems.append(f"{entry!r}, which is no name")
            return
        text = re.sub(r"(?:^|\s)#.*$", "", entry).strip()
        if not text:
            return
        match = _ENTRY.match(text)
        if match is None:
            self.problems.append(repr(text))
            return
        try:
            self._take_package(match["name"].lower(), _version(match), text)
        except ValueError:
            self.problems.append(repr(text))

    def _take_lists(self, entry: dict[Any, Any]) -> None:
        for key, lines in entry.items():
            if key == "pip" and (lines is None or isinstance(lines, list)):
                self.pip_lines += [_pip_line(line) for line in lines or () if line is not None]
            elif key == "pip":
                self.problems.append("`pip:` with something below it that is no list")
            elif isinstance(lines, list):
                self.problems.append(f"{key!r} with a list below it")
            else:
                self.problems.append(f"{key}: {lines}, which is written {key}={lines}")

    def _take_package(self, name: str, version: str, text: str) -> None:
        if name == "python":
            self.python = PythonConstraint(version) if self.python is None else self.python.and_also(version)
        elif _NO_PYTHON.fullmatch(name):
            self.left_out.append(name)
        elif name != "pip" or version:  # pip itself is of no use in an image
            self.packages.append(_package(_OTHER_NAMES.get(name, name), version))


def _pip_line(line: Any) -> str:
    """An entry below `pip:` as it was written, also one that YAML takes for a mapping."""
    return ", ".join(f"{key}: {value}" for key, value in line.items()) if isinstance(line, dict) else str(line)


def _version(match: re.Match[str]) -> str:
    """The version part, also where it is written as `numpy[version='>=1.2']`."""
    if match["version"]:
        return match["version"].strip()
    quoted = re.search(r"version\s*=\s*(['\"]?)([^'\"\]]+)\1", match["extra"] or "")
    return quoted[2].strip() if quoted else ""


def _package(name: str, version: str) -> Wanted:
    """A package of the index with the same version as conda's.

    `=1.2` means any 1.2 in conda, `=1.2.3=py36_0` one build of 1.2.3. Of alternatives the last is taken.

    Raises:
        ValueError: the version is none.
    """
    conditions = []
    for part in version.split("|")[-1].split(","):
        part = part.strip()
        exact = re.fullmatch(r"(===?|=)?\s*([^\s=<>!~]+)(?:[\s=]+[^\s=]+)?", part)
        if exact and exact[2] != "*":
            number = exact[2].removesuffix("*").removesuffix(".")
            short = exact[1] == "=" and number.count(".") < 2 and re.fullmatch(r"[\d.]+", number)
            conditions.append(f"=={number}.*" if short or exact[2].endswith("*") else f"=={number}")
        elif part and not exact:
            conditions.append(re.sub(r"(?<=[<>~])(=?\s*[\d.]*\d)\.?\*", r"\1", part))
    try:
        return Wanted(Requirement(name + ",".join(conditions)))
    except InvalidRequirement as error:
        raise ValueError(str(error)) from error
