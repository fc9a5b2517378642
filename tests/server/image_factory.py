# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files behind real HTTP, and images built from them, for tests of builders and computes."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

from mms_local.core.ports import BuiltImage, ImageSpec, Registry, SourceFile
from mms_local.images import ImageBuilder

SIGNATURE = "sv=2017&sig=sas-secret"  # what must never be shown
ECHO = "import json\n\ndef init(): pass\n\ndef run(raw_data): return {'you said': json.loads(raw_data)}\n"


class FileServer:
    """Serves a folder on loopback; a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.requests: list[str] = []

    def put(self, name: str, content: bytes | str) -> str:
        """Publish a file; returns its URL, with a signature."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return f"{self.origin}/{name}?{SIGNATURE}"

    @property
    def origin(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> FileServer:
        requests = self.requests

        class Handler(SimpleHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                requests.append(self.path)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(self.folder)))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class ImageFactory:
    """Describes and builds images around one driver.

    Attributes:
        log: every line of every build.
    """

    def __init__(self, files: FileServer, builder: ImageBuilder) -> None:
        self.files = files
        self.builder = builder
        self.log: list[str] = []
        self._numbers = itertools.count(1)

    def spec(
        self,
        driver: str = ECHO,
        *,
        models: Mapping[str, bytes] | None = None,
        requirements: str | None = None,
        registry: Registry | None = None,
        number: int | None = None,
    ) -> ImageSpec:
        """An image of a driver's text, of model files by name, and of requirements. Each has an id of its own."""
        number = number or next(self._numbers)
        put: Callable[[str, bytes | str], str] = self.files.put
        return ImageSpec(
            id=f"image-{number}",
            name="iris",
            version=1,
            driver="driver",
            assets=(SourceFile("driver", put(f"{number}/score.py", driver)),),
            models=tuple(
                SourceFile(f"model-{name}", put(f"{number}/{name}.pkl", content), name=name, version=3)
                for name, content in (models or {}).items()
            ),
            pip_requirements=put(f"{number}/requirements.txt", requirements) if requirements else None,
            registry=registry,
        )

    async def image(
        self, driver: str = ECHO, *, models: Mapping[str, bytes] | None = None, requirements: str | None = None
    ) -> BuiltImage:
        """A built image."""
        return await self.builder.build(self.spec(driver, models=models, requirements=requirements), self.log.append)
