# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks an image registry whether it takes a user and a password, as its clients do before they pull."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from .._errors import AuthError, MmsError
from .._session import Session
from .._time.repeats import Patience
from .._transport.http import HttpSettings, Response, Transport, is_loopback
from .._transport.token import Login

_TIMEOUT = 10.0
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


def verify_login(session: Session, registry: str, username: str, password: str) -> None:
    """Check that the registry takes the login. What cannot be found out from here is a warning.

    Raises:
        AuthError: the registry refuses the login.
    """
    login = Login(username, password, "the options username and password")
    settings = HttpSettings(timeout=_TIMEOUT, patience=Patience(retries=1))
    transport = Transport(login, settings, repeats=session.repeats, hide=session.hide)
    try:
        answer = _answer(transport, registry)
    except MmsError as error:
        session.warn(
            f"Whether registry {registry} takes the login of {username!r} could not be found out: {error.message}"
        )
        return
    if answer.status in (401, 403):
        raise AuthError(
            f"Registry {registry} refuses the login of {username!r} ({answer.status}). Nothing was changed: with this "
            "login, pods could not pull. Check username and password.",
            status=answer.status,
        )
    if answer.status >= 400:
        session.warn(f"{_unknown(registry, username)}: it answered {answer.status}.")


def _unknown(registry: str, username: str) -> str:
    return f"Whether registry {registry} takes the login of {username!r} could not be found out"


def _answer(transport: Transport, registry: str) -> Response:
    """Return the answer that tells: of the registry itself, or of the token service that it names."""
    base = f"https://{registry}"
    if is_loopback(base):  # registries on this machine mostly speak plain http, as container engines know
        base = f"http://{registry}"
    asked = transport.send("GET", f"{base}/v2/", with_token=False)
    challenge = asked.headers.get("www-authenticate", "")
    scheme = challenge.partition(" ")[0].lower()
    if asked.status != 401 or scheme not in ("basic", "bearer"):
        return asked
    if scheme == "basic":
        return transport.send("GET", f"{base}/v2/")
    named = dict(_PARAMETER.findall(challenge))
    realm = named.get("realm", "")
    if not urlsplit(realm).scheme:
        return asked
    return transport.send("GET", realm, params={"service": named["service"]} if "service" in named else None)
