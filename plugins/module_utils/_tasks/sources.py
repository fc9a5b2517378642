# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users mean by a file: a local path, which is uploaded under a name made of its content, or a URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .._errors import InputError
from .._masking import has_credentials, without_query
from .._options.files import is_url
from .._session import Session
from .._storage.content import Content, content_of

_URL_SCHEMES = ("http", "https", "wasb", "wasbs")


@dataclass(frozen=True)
class Source:
    """A file or folder for the service to fetch.

    Args:
        url: Where it is, or where it will be; what was given as URL may carry a SAS signature.
        name: File name.
        content: What is on the local disk; None for what was given as URL.
    """

    url: str = field(repr=False)
    name: str
    content: Content | None = None

    @property
    def unpack(self) -> bool | None:
        """Whether the service must unpack it; None when only the user can know."""
        return None if self.content is None else self.content.is_folder

    def uploaded(self, session: Session) -> str:
        """Return a URL that the service can read, after uploading what is not there yet."""
        return self.url if self.content is None else session.upload(self.content)


def source_from(option: str, value: str, session: Session) -> Source:
    """Return what an option that takes a path or a URL means. Reads the file; sends nothing.

    Raises:
        InputError: the file cannot be read or is empty, or the URL cannot work; names the option.
    """
    if is_url(value):
        return Source(checked_url(option, value), without_query(value).rstrip("/").rpartition("/")[2])
    try:
        content = content_of(Path(value))
    except InputError as error:
        raise InputError(f"{option}: {error.message}") from error
    return Source(session.storage.url_of(content), content.path.name, content)


def checked_url(option: str, url: str) -> str:
    """Return the URL.

    Raises:
        InputError: it is none that the service could fetch, or carries a password.
    """
    if has_credentials(url):
        raise InputError(f"{option} holds a user name or a password. Use a SAS URL, or a local path.")
    scheme = url.partition("://")[0].lower()
    if scheme not in _URL_SCHEMES:
        raise InputError(f"{option} is a {scheme} URL; the service fetches {', '.join(_URL_SCHEMES)} only.")
    return url
