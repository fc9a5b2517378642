# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests know of a running storage service."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# The account that every Azurite has; its key is in Microsoft's documentation.
AZURITE_ACCOUNT = "devstoreaccount1"
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


@dataclass(frozen=True)
class Account:
    """A storage account of a running service."""

    url: str
    name: str
    key: str

    @property
    def connection_string(self) -> str:
        """What the SDK and our options take."""
        scheme = self.url.partition(":")[0]
        return (
            f"DefaultEndpointsProtocol={scheme};AccountName={self.name};AccountKey={self.key};BlobEndpoint={self.url};"
        )


@dataclass(frozen=True)
class Certificates:
    """TLS for 127.0.0.1, under an authority of its own."""

    authority: Path
    chain: Path
    key: Path
