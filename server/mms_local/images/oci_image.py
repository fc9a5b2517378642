# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Put an OCI image together: base, dependencies, models and app as layers, with config, manifest and index."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mms_local.images.dependencies import SITE
from mms_local.images.laid_out import ENTRY_SCRIPT, LaidOut
from mms_local.images.layout import MODELS
from mms_local.images.oci_layer import Blobs, Layer, descriptor, members, write_layer

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
PORT = 5001

_APP = "/var/azureml-app"
_RUNTIME = "/opt/mms/runtime"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_EPOCH = "1970-01-01T00:00:00Z"


@dataclass(frozen=True)
class Base:
    """What an image starts from: layers, whose blobs are in `blobs`, and a config to build upon."""

    layers: tuple[Layer, ...]
    config: dict[str, Any]
    blobs: Blobs


def write_image(
    layout: Path,
    *,
    base: Base,
    dependencies: Layer,
    dependency_blobs: Blobs,
    laid_out: LaidOut,
    directory: Path,
    tag: str,
) -> tuple[str, tuple[str, ...]]:
    """Write an OCI layout with one image; returns the digest of its manifest and of all blobs that it names.

    Equal files, base and dependencies give an equal digest; the tag is not part of it.

    Args:
        layout: folder to write to.
        dependencies: the layer with the dependency folder, whose blob is in `dependency_blobs`.
        directory: the laid-out image: `app/`, `models/`, `runtime/`.
        tag: name of the image inside the layout (`skopeo copy oci:LAYOUT:TAG ...`).
    """
    blobs = Blobs(layout / "blobs")
    for layer in base.layers:
        blobs.link(layer.digest, base.blobs)
    blobs.link(dependencies.digest, dependency_blobs)
    models = write_layer(members(directory / "models", f"{_APP}/{MODELS}"), blobs, compressed=False)
    program = [
        *members(directory / "runtime", _RUNTIME),
        *members(directory / "app", _APP, without=frozenset({MODELS})),
    ]
    app = write_layer(program, blobs, compressed=True)
    layers = (*base.layers, dependencies, models, app)
    config = _json(_config(base.config, layers, laid_out))
    config_digest = blobs.add(config)
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(CONFIG, config_digest, len(config)),
        "layers": [layer.descriptor() for layer in layers],
    }
    content = _json(manifest)
    digest = blobs.add(content)
    entry = {**descriptor(MANIFEST, digest, len(content)), "annotations": {"org.opencontainers.image.ref.name": tag}}
    (layout / "index.json").write_bytes(_json({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}))
    (layout / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))
    return digest, (*(layer.digest for layer in layers), config_digest)


def _config(base: dict[str, Any], layers: Sequence[Layer], laid_out: LaidOut) -> dict[str, Any]:
    """The image config: how a container starts (the container contract of docs/images.md)."""
    inherited = base.get("config") or {}
    environment = dict(entry.partition("=")[::2] for entry in inherited.get("Env") or ())
    environment = {"PATH": _PATH, **environment}
    environment |= {
        "AML_APP_ROOT": _APP,
        "AZUREML_ENTRY_SCRIPT": f"{_RUNTIME}/{ENTRY_SCRIPT}",
        "MMS_DRIVER": laid_out.entry_script,
        "MMS_SCHEMA_FILE": laid_out.schema,
        "AZUREML_MODEL_DIR": f"{_APP}/{laid_out.model_dir}",
        "HOME": "/tmp",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": f"{SITE}:{_RUNTIME}",
        "PYTHONUNBUFFERED": "1",
        "SCORING_TIMEOUT_MS": "60000",
    }
    command = ["python3", "-m", "gunicorn", "-c", "python:mms_runtime.gunicorn_conf", "mms_runtime.wsgi:scoring_app()"]
    return {
        "architecture": base["architecture"],
        "os": "linux",
        "created": _EPOCH,
        "config": {
            "Entrypoint": command,
            "Env": [f"{name}={value}" for name, value in sorted(environment.items())],
            "ExposedPorts": {f"{PORT}/tcp": {}},
            "StopSignal": "SIGTERM",
            "User": "1000:1000",
            "WorkingDir": _APP,
        },
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
