# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One class per credential source. Each knows which settings it needs and how azure-identity is asked for its tokens.

azure-identity is imported when a token is really wanted, never before.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Union

from .._errors import AuthError, InputError
from .network import Network
from .settings import Settings

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

# The public client of the Azure CLI, which users may sign in to without an application of their own.
_AZURE_CLI_CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


@dataclass(frozen=True)
class Authority:
    """Who issues the tokens.

    Args:
        url: URL of the authority, without a tenant.
        instance_discovery: Whether Microsoft is asked first if the authority is one of its own.
    """

    url: str
    instance_discovery: bool = True

    def sdk_options(self) -> dict[str, Any]:
        """Return the keyword arguments that the credentials of azure-identity take."""
        return {"authority": self.url, "disable_instance_discovery": not self.instance_discovery}


@dataclass(frozen=True)
class ClientSecret:
    """A service principal with a client secret."""

    mark: ClassVar[Sequence[str]] = ("secret",)
    needs: ClassVar[Sequence[str]] = ("client_id", "secret", "tenant")
    issuer: ClassVar[str] = ""

    place: str
    tenant: str
    client_id: str
    secret: str = field(repr=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> ClientSecret:
        """Return the source that complete settings describe."""
        values = settings.values
        return cls(settings.place, values["tenant"], values["client_id"], values["secret"])

    @property
    def words(self) -> str:
        """What the tokens come from."""
        return f"service principal {self.client_id} with a client secret from {self.place}"

    @property
    def identity(self) -> Sequence[str]:
        """Tenant and client."""
        return ("client secret", self.tenant, self.client_id)

    def sdk_credential(self, authority: Authority, network: Network) -> TokenCredential:
        """Return a ClientSecretCredential."""
        from azure.identity import ClientSecretCredential

        return ClientSecretCredential(
            self.tenant, self.client_id, self.secret, **authority.sdk_options(), **network.sdk_options(authority.url)
        )


@dataclass(frozen=True)
class Certificate:
    """A service principal with a certificate and its private key in one PEM file."""

    mark: ClassVar[Sequence[str]] = ("x509_certificate_path", "thumbprint")
    needs: ClassVar[Sequence[str]] = ("client_id", "x509_certificate_path", "tenant")
    issuer: ClassVar[str] = ""

    place: str
    tenant: str
    client_id: str
    path: str
    thumbprint: str | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Certificate:
        """Return the source that complete settings describe.

        Raises:
            InputError: The file cannot be read.
        """
        values = settings.values
        path = readable_file(values["x509_certificate_path"], settings.label("x509_certificate_path"))
        return cls(settings.place, values["tenant"], values["client_id"], path, settings.get("thumbprint"))

    @property
    def words(self) -> str:
        """What the tokens come from."""
        return f"service principal {self.client_id} with the certificate {self.path} from {self.place}"

    @property
    def identity(self) -> Sequence[str]:
        """Tenant and client."""
        return ("certificate", self.tenant, self.client_id)

    def sdk_credential(self, authority: Authority, network: Network) -> TokenCredential:
        """Return a CertificateCredential.

        Raises:
            AuthError: The file holds another certificate than the thumbprint says, or none.
        """
        from azure.identity import CertificateCredential

        if self.thumbprint:
            self._check_thumbprint(self.thumbprint)
        return CertificateCredential(
            self.tenant, self.client_id, self.path, **authority.sdk_options(), **network.sdk_options(authority.url)
        )

    def _check_thumbprint(self, expected: str) -> None:
        from cryptography.hazmat.primitives.hashes import SHA1  # what Azure calls a thumbprint
        from cryptography.x509 import load_pem_x509_certificate

        pem = Path(self.path).read_bytes()
        try:
            certificate = load_pem_x509_certificate(pem[max(pem.find(b"-----BEGIN CERTIFICATE"), 0) :])
        except ValueError as error:
            raise AuthError(
                f"{self.path} holds no certificate in PEM form: {error}", code="InvalidCertificate"
            ) from error
        found = certificate.fingerprint(SHA1()).hex()
        if found != expected.replace(":", "").replace(" ", "").lower():
            raise AuthError(
                f"The certificate in {self.path} has the thumbprint {found.upper()}, but thumbprint says {expected}. "
                "Point x509_certificate_path to the right file, or correct thumbprint.",
                code="InvalidCertificate",
            )


@dataclass(frozen=True)
class FederatedToken:
    """A service principal that trusts another issuer, whose OIDC token stands in for a secret (workload identity)."""

    mark: ClassVar[Sequence[str]] = ("oidc_token", "oidc_token_file")
    needs: ClassVar[Sequence[str]] = ("client_id", "tenant")
    issuer: ClassVar[str] = ""

    place: str
    tenant: str
    client_id: str
    assertion: str | None = field(default=None, repr=False)
    file: str | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> FederatedToken:
        """Return the source that complete settings describe.

        Raises:
            InputError: The file cannot be read.
        """
        values = settings.values
        assertion, file = values.get("oidc_token"), values.get("oidc_token_file")
        if assertion is None and file is not None:
            file = readable_file(file, settings.label("oidc_token_file"))
        return cls(settings.place, values["tenant"], values["client_id"], assertion, file)

    @property
    def words(self) -> str:
        """What the tokens come from."""
        kind = "an OIDC token" if self.assertion else f"the OIDC token in {self.file}"
        return f"service principal {self.client_id} with {kind} from {self.place}"

    @property
    def identity(self) -> Sequence[str]:
        """Tenant and client."""
        return ("federated token", self.tenant, self.client_id)

    def sdk_credential(self, authority: Authority, network: Network) -> TokenCredential:
        """Return a ClientAssertionCredential; a file is read anew for every token, because its owner rotates it."""
        from azure.identity import ClientAssertionCredential

        options = {**authority.sdk_options(), **network.sdk_options(authority.url)}
        return ClientAssertionCredential(self.tenant, self.client_id, self._current_assertion, **options)

    def _current_assertion(self) -> str:
        return self.assertion or Path(self.file or "").read_text(encoding="utf-8").strip()


@dataclass(frozen=True)
class UserPassword:
    """A user with a password. Works only where the directory asks for no second factor."""

    mark: ClassVar[Sequence[str]] = ("ad_user", "password")
    needs: ClassVar[Sequence[str]] = ("ad_user", "password")
    issuer: ClassVar[str] = ""

    place: str
    tenant: str
    client_id: str
    user: str
    password: str = field(repr=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> UserPassword:
        """Return the source that complete settings describe; tenant and client default as in azure.azcollection."""
        values = settings.values
        tenant, client_id = values.get("tenant", "organizations"), values.get("client_id", _AZURE_CLI_CLIENT)
        return cls(settings.place, tenant, client_id, values["ad_user"], values["password"])

    @property
    def words(self) -> str:
        """What the tokens come from."""
        return f"user {self.user} with a password from {self.place}"

    @property
    def identity(self) -> Sequence[str]:
        """Tenant, client and user."""
        return ("password", self.tenant, self.client_id, self.user)

    def sdk_credential(self, authority: Authority, network: Network) -> TokenCredential:
        """Return a UsernamePasswordCredential."""
        from azure.identity import UsernamePasswordCredential

        options = {**authority.sdk_options(), **network.sdk_options(authority.url)}
        return UsernamePasswordCredential(self.client_id, self.user, self.password, tenant_id=self.tenant, **options)


@dataclass(frozen=True)
class ManagedIdentity:
    """The identity of the Azure resource that runs the task: the system's, or one named by its client."""

    issuer: ClassVar[str] = "the managed identity endpoint"

    client_id: str | None = None

    @property
    def words(self) -> str:
        """What the tokens come from."""
        return f"managed identity {self.client_id or 'of this machine'}"

    @property
    def identity(self) -> Sequence[str]:
        """The client; nothing for the system's."""
        return ("managed identity", self.client_id or "")

    def sdk_credential(self, authority: Authority, network: Network) -> TokenCredential:
        """Return a ManagedIdentityCredential. The endpoint is local: neither authority nor proxy matter."""
        from azure.identity import ManagedIdentityCredential

        return ManagedIdentityCredential(client_id=self.client_id)


@dataclass(frozen=True)
class AzureCli:
    """The user who is signed in to the Azure CLI (C(az login))."""

    issuer: ClassVar[str] = "the Azure CLI"

    folder: Path
    tenant: str = ""
    subscription: str = ""

    @property
    def words(self) -> str:
        """What the tokens come from."""
        return "Azure CLI (az login)"

    @property
    def identity(self) -> Sequence[str]:
        """The sign-in: the CLI rewrites its profile at every login, logout and change of subscription."""
        profile = self.folder / "azureProfile.json"
        signed_in = str(profile.stat().st_mtime_ns) if profile.exists() else ""
        return ("cli", str(self.folder), signed_in, self.tenant, self.subscription)

    def sdk_credential(self, authority: Authority, network: Network) -> TokenCredential:
        """Return an AzureCliCredential. The CLI has its own settings for authority and network."""
        from azure.identity import AzureCliCredential

        return AzureCliCredential(tenant_id=self.tenant, subscription=self.subscription or None, process_timeout=60)


Source = Union[ClientSecret, Certificate, FederatedToken, UserPassword, ManagedIdentity, AzureCli]
"""A credential source, complete but unused.

C(words) says what the tokens come from, C(identity) tells it from others of the same authority without a secret,
C(issuer) who is asked instead of the authority, and C(sdk_credential) returns a new azure-identity credential. Those
that settings describe name the settings that show they are meant (C(mark)), and those that they cannot do without
(C(needs)).
"""


def secrets_of(source: Source) -> Sequence[str]:
    """Return the secrets that a source holds: the fields that its repr hides. No message may show them."""
    return [str(getattr(source, item.name)) for item in fields(source) if not item.repr and getattr(source, item.name)]


def readable_file(path: str, option: str) -> str:
    """Return the path with C(~) expanded.

    Raises:
        InputError: No readable file is there.
    """
    expanded = os.path.expanduser(path)
    if not os.path.isfile(expanded):
        raise InputError(f"{option} is {path}, but no such file exists.")
    if not os.access(expanded, os.R_OK):
        raise InputError(f"{option} is {path}, but this user may not read it.")
    return expanded
