# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""OCI images: written, pushed, looked at by skopeo, and run by podman."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port
from image_factory import ECHO, FileServer, ImageFactory
from process_table import eventually
from registry_process import PASSWORD, USER, RegistryProcess, missing, skopeo

from mms_local.core.ports import JobFailed, Registry
from mms_local.images import ImageBuilder, OciMode, OciSettings
from mms_local.images.oci_layer import Blobs

ALWAYS = OciSettings(OciMode.ALWAYS)


def needs(*tools: str) -> pytest.MarkDecorator:
    """Skips, and says what to install."""
    packages = {"htpasswd": "apache2-utils"}
    absent = [packages.get(tool, tool) for tool in missing(*tools)]
    return pytest.mark.skipif(bool(absent), reason=f"not installed: apt-get install {' '.join(absent)}")


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(platform.system() != "Linux", reason="OCI images are made from a Linux Python"),
]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryProcess]:
    with RegistryProcess(tmp_path_factory.mktemp("registry")) as one:
        yield one


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared by the tests of this module, for its cache of layers."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def factory(data_dir: Path, tmp_path: Path, files: FileServer, dependency_cache: Path) -> ImageFactory:
    return ImageFactory(files, ImageBuilder(data_dir, dependencies=dependency_cache, oci=ALWAYS))


def layout_of(directory: Path) -> tuple[str, dict[str, object]]:
    """The digest of the one image in a layout, and its config."""

    def blob(digest: str) -> dict[str, object]:
        found: dict[str, object] = json.loads((directory / "blobs" / digest.replace(":", "/")).read_bytes())
        return found

    index = json.loads((directory / "index.json").read_bytes())
    digest = index["manifests"][0]["digest"]
    config = blob(digest)["config"]
    assert isinstance(config, dict)
    return digest, blob(config["digest"])


async def test_an_image_is_made_only_when_it_is_wanted(
    tmp_path: Path, files: FileServer, dependency_cache: Path
) -> None:
    builder = ImageBuilder(tmp_path / "data", dependencies=dependency_cache)
    assert not ((await ImageFactory(files, builder).image()).directory / "oci").exists()
    never = OciSettings(OciMode.NEVER)
    builder = ImageBuilder(tmp_path / "other", dependencies=dependency_cache, oci=never)
    spec = ImageFactory(files, builder).spec(registry=Registry("127.0.0.1:9", USER, PASSWORD))
    image = await builder.build(spec, print)
    assert not (image.directory / "oci").exists()
    assert image.location == "127.0.0.1:9/iris:1"


async def test_an_image_starts_as_the_container_contract_says(factory: ImageFactory) -> None:
    image = await factory.builder.build(factory.spec(models={"iris": b"weights"}, number=1), factory.log.append)
    digest, config = layout_of(image.directory / "oci")
    assert image.digest == digest
    started = config["config"]
    assert isinstance(started, dict)
    assert started["User"] == "1000:1000"
    assert started["WorkingDir"] == "/var/azureml-app"
    assert started["ExposedPorts"] == {"5001/tcp": {}}
    environment = dict(entry.split("=", 1) for entry in started["Env"])
    assert environment["MMS_DRIVER"] == "score.py"
    assert environment["AZUREML_ENTRY_SCRIPT"] == "/opt/mms/runtime/mms_runtime/entry.py"
    assert environment["AZUREML_MODEL_DIR"] == "/var/azureml-app/azureml-models/iris/3"
    assert "/usr/local/bin" in environment["PATH"]
    assert not any("MMS_BIND" in name or "KEY" in name for name in environment)


async def test_equal_inputs_give_an_equal_image_from_nothing_and_from_the_cache(
    factory: ImageFactory, tmp_path: Path, dependency_cache: Path
) -> None:
    spec = factory.spec(models={"iris": b"weights"}, number=2)
    first = await factory.builder.build(spec, factory.log.append)
    factory.log.clear()
    again = await factory.builder.build(factory.spec(models={"iris": b"weights"}, number=3), factory.log.append)
    assert not [line for line in factory.log if "layer" in line]
    elsewhere = ImageBuilder(tmp_path / "data", dependencies=dependency_cache, oci=ALWAYS)
    fresh = await elsewhere.build(spec, factory.log.append)
    assert len([line for line in factory.log if "layer" in line]) == 2
    assert first.digest == again.digest == fresh.digest
    other = await factory.builder.build(factory.spec(ECHO + "#", models={"iris": b"weights"}, number=4), print)
    assert other.digest != first.digest


@needs("docker-registry", "htpasswd", "skopeo")
async def test_skopeo_finds_the_image_in_the_registry_and_in_the_layout(
    factory: ImageFactory, registry: RegistryProcess, tmp_path: Path
) -> None:
    spec = factory.spec(registry=Registry(registry.host, USER, PASSWORD), number=5)
    image = await factory.builder.build(spec, factory.log.append)
    login = ("--tls-verify=false", "--creds", f"{USER}:{PASSWORD}")
    seen = json.loads(skopeo("inspect", *login, f"docker://{image.location}").stdout)
    assert seen["Digest"] == image.digest
    assert sorted(seen["RepoTags"]) == ["1", "latest"]
    assert (seen["Architecture"], seen["Os"], len(seen["Layers"])) == ("amd64", "linux", 4)
    skopeo("copy", "--preserve-digests", f"oci:{image.directory}/oci:iris:1", f"oci:{tmp_path}/copy:x")
    login = ("--src-tls-verify=false", "--src-creds", f"{USER}:{PASSWORD}")
    skopeo(
        "copy",
        "--preserve-digests",
        *login,
        f"docker://{registry.host}/iris@{image.digest}",
        f"oci:{tmp_path}/pulled:x",
    )
    assert layout_of(tmp_path / "copy") == layout_of(tmp_path / "pulled") == layout_of(image.directory / "oci")
    assert PASSWORD not in "\n".join(factory.log)


@needs("docker-registry", "htpasswd")
async def test_only_blobs_that_the_registry_misses_are_sent(factory: ImageFactory, registry: RegistryProcess) -> None:
    place = Registry(registry.host, USER, PASSWORD)
    await factory.builder.build(factory.spec(registry=place, number=6), factory.log.append)
    before = registry.uploads()
    await factory.builder.build(factory.spec(registry=place, number=7), factory.log.append)
    assert registry.uploads() == before
    await factory.builder.build(factory.spec(ECHO + "# new", registry=place, number=8), factory.log.append)
    assert registry.uploads() == before + 2  # the app layer and the config
    assert factory.log[-3].startswith(f"Pushing {registry.host}/iris:1: 2 of 5 blobs")


@needs("docker-registry", "htpasswd")
async def test_an_image_that_cannot_be_pushed_is_not_there(
    factory: ImageFactory, registry: RegistryProcess, data_dir: Path
) -> None:
    spec = factory.spec(registry=Registry(registry.host, USER, "wrong-secret"), number=9)
    with pytest.raises(JobFailed, match=f"answered 401 for the user '{USER}'") as failed:
        await factory.builder.build(spec, factory.log.append)
    assert "wrong-secret" not in failed.value.message + "".join(factory.log)
    assert not (data_dir / "build" / "images" / "image-9").exists()


@pytest.mark.parametrize("location", ["host.example/UPPER", "host.example/a b", "https:///x"])
async def test_a_registry_location_that_is_none_is_refused(factory: ImageFactory, location: str) -> None:
    with pytest.raises(JobFailed, match="The registry location"):
        await factory.builder.build(factory.spec(registry=Registry(location, "", ""), number=10), print)


async def test_an_image_can_start_from_an_oci_layout(
    factory: ImageFactory, files: FileServer, tmp_path: Path, dependency_cache: Path
) -> None:
    base = await factory.builder.build(factory.spec("from x import *", number=11), factory.log.append)
    settings = OciSettings(OciMode.ALWAYS, f"oci:{base.directory}/oci:iris:1")
    builder = ImageBuilder(tmp_path / "data", dependencies=dependency_cache, oci=settings)
    image = await builder.build(factory.spec(number=12), factory.log.append)
    assert layers(image.directory)[:4] == layers(base.directory)
    wrong = replace(settings, base=f"oci:{base.directory}/oci:other")
    builder = ImageBuilder(tmp_path / "wrong", dependencies=dependency_cache, oci=wrong)
    with pytest.raises(JobFailed, match="holds 0 images named 'other'"):
        await builder.build(factory.spec(number=13), print)


@needs("docker-registry")
async def test_an_image_can_start_from_a_registry_that_is_asked_once(
    factory: ImageFactory, tmp_path: Path, dependency_cache: Path
) -> None:
    with RegistryProcess(tmp_path / "registry", auth={}) as registry:
        spec = factory.spec("from x import *", registry=Registry(registry.host, "", ""), number=14)
        base = await factory.builder.build(spec, factory.log.append)
        settings = OciSettings(OciMode.ALWAYS, base.location)
        builder = ImageBuilder(tmp_path / "data", dependencies=dependency_cache, oci=settings)
        image = await builder.build(factory.spec(number=15), factory.log.append)
    again = await builder.build(factory.spec(number=16), factory.log.append)
    assert layers(image.directory)[:4] == layers(base.directory)
    assert image.digest == again.digest


async def test_a_base_with_another_python_is_refused(
    factory: ImageFactory, tmp_path: Path, dependency_cache: Path
) -> None:
    config = json.dumps(
        {
            "architecture": "amd64",
            "config": {"Env": ["PYTHON_VERSION=3.6.15"]},
            "rootfs": {"type": "layers", "diff_ids": []},
        }
    ).encode()
    blobs = Blobs(tmp_path / "base" / "blobs")
    manifest = json.dumps({"config": {"digest": blobs.add(config)}, "layers": []}).encode()
    (tmp_path / "base" / "index.json").write_text(json.dumps({"manifests": [{"digest": blobs.add(manifest)}]}))
    settings = OciSettings(OciMode.ALWAYS, f"oci:{tmp_path}/base")
    builder = ImageBuilder(tmp_path / "data", dependencies=dependency_cache, oci=settings)
    with pytest.raises(JobFailed, match=r"has Python 3\.6\.15, but packages are installed for 3\."):
        await builder.build(factory.spec(number=17), print)


CONTAINERS_CONF = """
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]
"""


class Podman:
    """podman with storage and settings of its own, so that it runs in plain containers and on old kernels too."""

    def __init__(self, folder: Path) -> None:
        (folder / "containers.conf").write_text(CONTAINERS_CONF)
        (folder / "policy.json").write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
        self._environment = {**os.environ, "CONTAINERS_CONF": str(folder / "containers.conf")}
        self._base = ["podman", "--root", f"{folder}/root", "--runroot", f"{folder}/run", "--tmpdir", f"{folder}/tmp"]
        self._policy = ("--signature-policy", str(folder / "policy.json"))

    def __call__(self, *arguments: str) -> str:
        if arguments[0] == "pull":
            arguments = ("pull", *self._policy, *arguments[1:])
        done = subprocess.run(
            [*self._base, *arguments], env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def podman() -> Iterator[Podman]:
    with tempfile.TemporaryDirectory(prefix="pm-") as short:  # podman allows no long paths
        yield Podman(Path(short))


@needs("docker-registry", "htpasswd", "podman", "runc")
@pytest.mark.skipif(os.getuid() != 0, reason="podman is tried as root only: containers of users need set-up by root")
async def test_a_container_of_the_image_scores_under_the_strictest_settings(
    factory: ImageFactory, registry: RegistryProcess, tmp_path: Path, podman: Podman
) -> None:
    driver = """
import os, ssl, tempfile
def init():
    global model
    model = open("iris.pkl").read() + open("azureml-models/iris/3/iris.pkl").read()
def run(raw_data):
    ssl.create_default_context()
    tempfile.TemporaryFile()
    return [model, os.getuid(), os.access(".", os.W_OK)]
"""
    spec = factory.spec(driver, models={"iris": b"w"}, registry=Registry(registry.host, USER, PASSWORD), number=18)
    image = await factory.builder.build(spec, factory.log.append)
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "keys.json").write_text('{"primary": "primary-key", "secondary": "secondary-key"}')
    podman("pull", "--quiet", "--tls-verify=false", "--creds", f"{USER}:{PASSWORD}", image.location)
    port = unused_port()
    strict = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "all", "--security-opt", "no-new-privileges")
    settings = ("-e", "MMS_KEYS_FILE=/run/mms/keys/keys.json", "-e", f"MMS_BIND=127.0.0.1:{port}")
    mount = ("-v", f"{keys}:/run/mms/keys:ro")
    podman("run", "--detach", "--name", "iris", "--network", "host", *strict, *settings, *mount, image.location)
    try:
        await eventually(lambda: scored(port, None, "/") == (200, "Healthy"))
        assert scored(port, None)[0] == 401
        assert scored(port, "secondary-key") == (200, '["ww", 1000, false]')
        assert "Worker with pid" in podman("logs", "iris")
    finally:
        podman("rm", "--force", "--time", "5", "iris")
        podman("rmi", "--all", "--force")


def scored(port: int, key: str | None, path: str = "/score") -> tuple[int, str]:
    """Status and body of a request; status 0 when nobody answers."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
    data = None if path == "/" else b"1"
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def layers(image: Path) -> list[str]:
    """Digests of the layers of an image folder's OCI image, from the base up."""
    digest, _unused = layout_of(image / "oci")
    manifest = json.loads((image / "oci" / "blobs" / digest.replace(":", "/")).read_bytes())
    return [layer["digest"] for layer in manifest["layers"]]
