# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Image references: `[host[:port]/]repository[:tag|@digest]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DOCKER_HUB = "docker.io"
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"^(?P<repository>{_COMPONENT}(?:/{_COMPONENT})*)(?::(?P<tag>\w[\w.-]{{0,127}}))?(?:@(?P<digest>sha256:[0-9a-f]{{64}}))?$"
)


@dataclass(frozen=True)
class Reference:
    """Where an image is in a registry."""

    host: str
    repository: str
    version: str  # a tag or a digest

    def __str__(self) -> str:
        separator = "@" if self.version.startswith("sha256:") else ":"
        return f"{self.host}/{self.repository}{separator}{self.version}"

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read a reference as container tools do: no host means Docker Hub, no tag means `latest`.

        Raises:
            ValueError: not a reference.
        """
        host, slash, rest = text.partition("/")
        if not slash or not ("." in host or ":" in host or host == "localhost"):
            host, rest = _DOCKER_HUB, text
        match = _REFERENCE.match(rest)
        if match is None:
            raise ValueError(f"{text!r} is no image reference: write for example registry.example.org/python:3.11-slim")
        repository = match["repository"]
        if host == _DOCKER_HUB and "/" not in repository:
            repository = f"library/{repository}"
        return cls(host, repository, match["digest"] or match["tag"] or "latest")

    @property
    def api_host(self) -> str:
        """The host that speaks the registry API; Docker Hub's is another than its name."""
        return "registry-1.docker.io" if self.host == _DOCKER_HUB else self.host
