# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The base layer that needs no network: this host's Python and the shared libraries that it and its packages use."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from mms_local.images.bytecode import compile_folder
from mms_local.images.failure import build_failed
from mms_local.images.index import environment_of_tools
from mms_local.images.oci_layer import Member, members
from mms_local.images.pythons import Interpreter

_LEFT_OUT = frozenset(
    (
        "__pycache__",
        "ensurepip",
        "idlelib",
        "lib2to3",
        "site-packages",
        "dist-packages",
        "test",
        "tkinter",
        "turtledemo",
    )
)
_ALWAYS = (
    "libanl.so.1",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libgomp.so.1",
    "libm.so.6",
    "libmvec.so.1",
    "libnss_dns.so.2",
    "libnss_files.so.2",
    "libpthread.so.0",
    "libresolv.so.2",
    "librt.so.1",
    "libstdc++.so.6",
    "libutil.so.1",
)
"""What wheels for manylinux may take for granted, beyond what Python itself links to."""

_CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem")
CERTIFICATES_IN_IMAGE = "/etc/ssl/certs/ca-certificates.crt"
_LINKED = re.compile(r"(?:=>\s*)?(/\S+)\s+\(0x")


async def host_base(interpreter: Interpreter, scratch: Path) -> list[Member]:
    """The members of a base layer made from an interpreter of this host.

    Args:
        scratch: an empty folder; it must live until the layer is written.

    Raises:
        JobFailed: this host is no Linux with glibc.
    """
    if not interpreter.platform.startswith("linux") or "glibc" not in interpreter.platform:
        raise build_failed(
            "NoBase",
            f"A base layer can be made from a Python on Linux with glibc, not on {interpreter.platform}. "
            "Name a base image (--base-image).",
            status=500,
        )
    executable, stdlib = await asyncio.to_thread(_paths, interpreter)
    copy = scratch / "stdlib"
    await asyncio.to_thread(_copy_stdlib, stdlib, copy)
    place = f"/usr/local/lib/python{interpreter.minor}"
    await compile_folder(interpreter, copy, place)
    libraries = await asyncio.to_thread(_libraries, executable, copy)
    return [
        *members(copy, place),
        Member(PurePosixPath(place, "site-packages")),
        Member(PurePosixPath(f"/usr/local/bin/python{interpreter.minor}"), file=executable, mode=0o755),
        Member(PurePosixPath("/usr/local/bin/python3"), link=f"python{interpreter.minor}"),
        Member(PurePosixPath("/usr/local/bin/python"), link=f"python{interpreter.minor}"),
        *(Member(PurePosixPath(place), file=source, mode=0o755) for place, source in libraries.items()),
        *_system_files(),
    ]


def _paths(interpreter: Interpreter) -> tuple[Path, Path]:
    question = (
        "import json, os, sys, sysconfig; "
        "print(json.dumps([os.path.realpath(sys.executable), sysconfig.get_path('stdlib')]))"
    )
    command = (interpreter.path, "-I", "-c", question)
    answer = subprocess.run(command, capture_output=True, check=True, timeout=60, env=environment_of_tools())
    executable, stdlib = json.loads(answer.stdout)
    return Path(executable), Path(stdlib)


def _copy_stdlib(stdlib: Path, target: Path) -> None:
    def left_out(folder: str, names: list[str]) -> set[str]:
        top = Path(folder) == stdlib
        return {
            name for name in names if name == "__pycache__" or (top and (name in _LEFT_OUT or name[:7] == "config-"))
        }

    shutil.copytree(stdlib, target, ignore=left_out)


def _libraries(executable: Path, stdlib: Path) -> dict[str, Path]:
    """Shared libraries by their place in the image: all in the folder of the C library, which the loader searches."""
    objects = [executable, *sorted((stdlib / "lib-dynload").glob("*.so"))]
    command = ("ldd", *map(str, objects))
    listing = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env=environment_of_tools()
    )
    found = {Path(path) for path in _LINKED.findall(listing.stdout)}
    libc = next((path for path in found if path.name == "libc.so.6"), None)
    if libc is None:
        raise build_failed("NoBase", f"ldd does not tell where the C library of {executable} is.", status=500)
    folder = libc.parent
    found |= {folder / name for name in _ALWAYS if (folder / name).exists()}
    return {str(path if path.name.startswith("ld-") else folder / path.name): path for path in found}


def _system_files() -> Iterator[Member]:
    certificates = next((Path(path) for path in _CERTIFICATES if Path(path).is_file()), None)
    if certificates:
        yield Member(PurePosixPath(CERTIFICATES_IN_IMAGE), file=certificates)
    texts = {
        "/etc/passwd": "root:x:0:0:root:/:/sbin/nologin\nmms:x:1000:1000:mms:/tmp:/sbin/nologin\n",
        "/etc/group": "root:x:0:\nmms:x:1000:\n",
        "/etc/nsswitch.conf": "hosts: files dns\n",
    }
    for place, text in texts.items():
        yield Member(PurePosixPath(place), content=text.encode())
    for place in ("/dev", "/proc", "/run/mms/keys", "/sys"):
        yield Member(PurePosixPath(place))
    yield Member(PurePosixPath("/tmp"), mode=0o1777)
