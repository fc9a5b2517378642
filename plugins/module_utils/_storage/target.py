# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring content to a container of blob storage, once, and give out URLs to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import quote

from .._auth.chain import credential_from
from .._auth.clouds import STORAGE_AUDIENCE
from .._auth.network import Network
from .._errors import AuthError, InputError, MissingLibraryError, UploadError
from .._masking import masked
from .._time.repeats import Repeats
from .._transport.token import Credential
from .access import Access, access_from
from .content import Content, opened
from .repeating import repeating

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken
    from azure.core.exceptions import AzureError
    from azure.storage.blob import BlobServiceClient

Progress = Callable[[int, int], None]
"""Takes the bytes sent so far and the bytes to send; called from several threads, never from two at once."""

_CONCURRENCY = 4
_SMALLEST_BLOCK = 8 << 20
_MOST_BLOCKS = 45_000  # a blob may have 50,000; the archive of a folder can be a little larger than its files
_DAY = 86400
_LIFETIME_WITH_KEY = 30 * _DAY
_LIFETIME_WITH_TOKEN = 7 * _DAY
"""Longest life of a user delegation key, so of every signature made with it."""


def storage_from(
    options: Mapping[str, Any], environ: Mapping[str, str], repeats: Repeats | None = None
) -> StorageTarget:
    """Return the place for uploads that options and environment name. Nothing is sent.

    Args:
        options: The task's options by name: those of storage, of the credential and of the connection.
        environ: The environment variables.
        repeats: Paces and counts what is repeated, and has the time.

    Raises:
        InputError: Nothing is named, or what is named cannot work.
        AuthError: A token is needed, and no credential source can be used.
    """
    access, repeats = access_from(options, environ), repeats or Repeats()
    credential = None
    if not access.key and not access.sas:
        if not access.account_url.startswith("https://"):
            raise InputError(f"{access.account_url} is not https, so no token is sent there. Set storage_account_key.")
        try:
            credential = credential_from(
                options, environ, audience=STORAGE_AUDIENCE, clock=repeats.clock.time, repeats=repeats
            )
        except AuthError as error:
            raise AuthError(
                f"{access.account_url} is to be opened with a token, for neither storage_account_key nor "
                f"storage_sas_token is set. {error.message}",
                code=error.code,
                details=error.details,
            ) from error
    return StorageTarget(
        access, credential, Network.from_options(options), options.get("storage_sas_lifetime"), repeats
    )


class StorageTarget:
    """A container that content is uploaded to.

    Args:
        access: Container and secret.
        credential: Gives tokens for blob storage; only needed when C(access) has no secret.
        network: How blob storage is reached.
        lifetime: Seconds that a URL to read can be used; None is 30 days, or 7 where signatures are made with a token.
        repeats: Paces and counts what is repeated, and has the time.

    Raises:
        InputError: The lifetime cannot be had.
    """

    def __init__(
        self,
        access: Access,
        credential: Credential | None,
        network: Network,
        lifetime: int | None = None,
        repeats: Repeats | None = None,
    ) -> None:
        if lifetime is not None and access.sas:
            raise InputError(
                "storage_sas_lifetime cannot be had with storage_sas_token: no other signature can be made from it. "
                "Leave one of them out."
            )
        longest = _LIFETIME_WITH_TOKEN if credential else None
        if lifetime is not None and (lifetime <= 0 or (longest and lifetime > longest)):
            limit = f"between 1 and {longest} (7 days, because a token signs)" if longest else "at least 1"
            raise InputError(f"storage_sas_lifetime is {lifetime}. The number of seconds must be {limit}.")
        self._access = access
        self._credential = credential
        self._network = network
        self._lifetime = timedelta(seconds=lifetime or longest or _LIFETIME_WITH_KEY)
        self._repeats = repeats or Repeats()

    @property
    def secrets(self) -> Sequence[str]:
        """What opens the container. No message may show it."""
        return [secret for secret in (self._access.key, self._access.sas) if secret]

    def url_of(self, content: Content) -> str:
        """Return the URL that content has here, without signature. It may not be there yet. Nothing is sent."""
        return f"{self._access.account_url}/{self._access.container}/{quote(content.blob_name, safe='~/')}"

    def ensure(self, content: Content, progress: Progress | None = None) -> str:
        """Upload the content unless it is there, and return a URL to read it.

        The URL carries a signature that allows nothing but to read this one blob. With a given SAS no other one can be
        made, so the URL carries that.

        Args:
            content: A local file or folder.
            progress: Called with how far an upload is; never called when nothing is sent.

        Raises:
            UploadError: Blob storage refused or could not be reached, or the content has changed since.
            AuthError: No token could be obtained.
            MissingLibraryError: azure-storage-blob is not installed.
        """
        try:
            service = self._service(_block_size(content.size))
        except ImportError as error:
            raise MissingLibraryError("azure-storage-blob", "to upload local files") from error
        from azure.core.exceptions import AzureError

        try:
            with service:
                self._upload_unless_present(service, content, progress)
                return f"{self.url_of(content)}?{self._signature(service, content)}"
        except AzureError as error:
            raise self._error(content, error) from error

    def _service(self, block_size: int) -> BlobServiceClient:
        from azure.storage.blob import BlobServiceClient

        access = self._access
        credential: str | dict[str, str] | _TokenCredential | None = access.sas
        if access.key:
            credential = {"account_name": access.account_name, "account_key": access.key}
        elif self._credential:
            credential = _TokenCredential(self._credential)
        return BlobServiceClient(
            access.account_url,
            credential=credential,
            max_block_size=block_size,
            max_single_put_size=block_size,
            retry_policy=repeating(self._repeats, self._network.patience),
            **self._network.sdk_options(access.account_url),
        )

    def _upload_unless_present(self, service: BlobServiceClient, content: Content, progress: Progress | None) -> None:
        from azure.core.exceptions import ResourceNotFoundError
        from azure.storage.blob import ContentSettings

        blob = service.get_blob_client(self._access.container, content.blob_name)
        damaged = False
        try:
            stored = blob.get_blob_properties().size
            if content.is_folder or stored == content.size:
                return
            damaged = True  # somebody wrote something else under this name
        except ResourceNotFoundError as error:
            if _code_of(error) != "BlobNotFound":
                with _allowed("ContainerAlreadyExists"):
                    service.create_container(self._access.container)
        # It exists after all when another task was faster; the name says that the content is the same.
        with opened(content) as (stream, size), _allowed("BlobAlreadyExists"):
            blob.upload_blob(
                cast(IO[bytes], stream),  # nothing but read() is used
                length=size,
                overwrite=damaged,
                max_concurrency=_CONCURRENCY,
                content_settings=ContentSettings(content_type=content.mime_type),
                progress_hook=lambda sent, _total: progress(sent, size) if progress else None,
            )

    def _signature(self, service: BlobServiceClient, content: Content) -> str:
        """Return a query that allows to read this one blob."""
        from azure.storage.blob import BlobSasPermissions, generate_blob_sas

        access = self._access
        if access.sas:
            return access.sas
        now = datetime.fromtimestamp(self._repeats.clock.time(), timezone.utc)
        expiry = now + self._lifetime
        key = None
        if not access.key:
            # Clocks differ, so it is valid a little earlier, as far as its longest life allows.
            early = min(timedelta(minutes=5), timedelta(seconds=_LIFETIME_WITH_TOKEN) - self._lifetime)
            key = service.get_user_delegation_key(now - early, expiry)
        return generate_blob_sas(
            access.account_name,
            access.container,
            content.blob_name,
            account_key=access.key,
            user_delegation_key=key,
            permission=BlobSasPermissions(read=True),
            expiry=expiry,
        )

    def _error(self, content: Content, error: AzureError) -> UploadError:
        from azure.core.exceptions import HttpResponseError

        access = self._access
        where = f"{access.account_url}/{access.container}"
        if not isinstance(error, HttpResponseError):
            reason = masked(" ".join(str(error).split()), self.secrets)
            return UploadError(
                f"{content.path} was not uploaded: {where} cannot be reached ({reason}). Check the storage options, "
                "proxy and ca_path; a local MMS is started with mms-local serve.",
                code="StorageUnreachable",
            )
        code = _code_of(error) or error.reason or "without a reason"
        hint = ""
        if error.status_code in (401, 403):
            hint = (
                f" Check {_opener(access)}: it must allow to read, write and, if the container is missing, create it."
            )
        headers = getattr(error.response, "headers", {})
        return UploadError(
            f"{content.path} was not uploaded: {where} answered {error.status_code} {code}.{hint}",
            status=error.status_code,
            service_code=_code_of(error),
            request_id=headers.get("x-ms-request-id"),
            client_request_id=headers.get("x-ms-client-request-id"),
        )


class _TokenCredential:
    """One of our credentials, as azure-core wants to see it."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        """Return a token for blob storage: the credential is made for that one audience."""
        from azure.core.credentials import AccessToken

        token = self._credential.token()
        return AccessToken(token.value, int(token.expires_on or 0))


def _code_of(error: AzureError) -> str | None:
    """Return the service's own word for an error; None when it gave none."""
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code)) if code else None


@contextmanager
def _allowed(code: str) -> Iterator[None]:
    """Let pass that something exists already, and no other conflict, such as a container that is being deleted."""
    from azure.core.exceptions import ResourceExistsError

    try:
        yield
    except ResourceExistsError as error:
        if _code_of(error) != code:
            raise


def _opener(access: Access) -> str:
    """Say what opened the account, or did not."""
    if access.key:
        return "the account key"
    return "the shared access signature" if access.sas else "the roles of the identity (Storage Blob Data Contributor)"


def _block_size(size: int) -> int:
    """Return the bytes of the blocks that content is sent in: few, but never more blocks than a blob may have."""
    return max(_SMALLEST_BLOCK, -(-size // _MOST_BLOCKS))
