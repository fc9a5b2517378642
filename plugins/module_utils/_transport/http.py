# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP and nothing else: TLS, proxy, time-outs, retries, request ids, the bearer token. Knows nothing of MMS.

One C(requests) session serves modules, the action shell and the inventory plugin. The library is imported when the
first request is sent, so that a task which fails before that, or never sends one, does not need it.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .._errors import InputError, MissingLibraryError, MmsError, ResponseFormatError, TransportError
from .._text import parsed_json
from .._time.repeats import RULE, Doing, Fault, Next, Patience, Repeats, asked_pause, doing, fault_of_status

if TYPE_CHECKING:
    import requests

    from .token import Credential, Token

_IDS_KEPT = 20
_TEXT_KEPT = 300


@dataclass(frozen=True)
class HttpSettings:
    """How to reach a server.

    Args:
        validate_certs: Whether the server's certificate must be valid.
        ca_path: File or folder with the certificate authorities to trust, instead of the system's.
        proxy: URL of a proxy; without one, the environment (C(HTTPS_PROXY), C(NO_PROXY), ...) decides.
        timeout: Seconds to wait for a connection, and again for each piece of the answer.
        patience: How long a request is repeated that failed for a passing reason.
        allow_insecure_http: Whether a token may be sent over plain http to another machine, where others can read it.
    """

    validate_certs: bool = True
    ca_path: str | None = None
    proxy: str | None = field(default=None, repr=False)  # may carry a password
    timeout: float = 30.0
    patience: Patience = field(default_factory=Patience)
    allow_insecure_http: bool = False


@dataclass(frozen=True)
class RequestIds:
    """The two ids by which the service's operators find one exchange (protocol 4.5)."""

    request: str
    status: int
    request_id: str | None
    client_request_id: str

    def to_result(self) -> dict[str, Any]:
        return {
            "request": self.request,
            "status": self.status,
            "request_id": self.request_id,
            "client_request_id": self.client_request_id,
        }


@dataclass(frozen=True)
class Response:
    """An answer, whatever its status."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes = field(repr=False)
    ids: RequestIds

    def json(self) -> Any:
        """Return the parsed body. It is parsed once, however often it is asked for.

        Raises:
            ResponseFormatError: the body is not JSON.
        """
        return self._parsed

    @cached_property
    def _parsed(self) -> Any:
        try:
            return parsed_json(self.body)
        except ValueError as error:
            raise ResponseFormatError(
                f"{self.method} {urlsplit(self.url).path} answered {self.status}, but the body is not JSON"
                f" ({error}): {self.text() or 'it is empty'}",
                status=self.status,
                request_id=self.ids.request_id,
                client_request_id=self.ids.client_request_id,
            ) from error

    def text(self) -> str:
        """Return the body as one short line for people; of an HTML page (a proxy's, mostly) only its words."""
        text = self.body.decode("utf-8", errors="replace")
        if "html" in self.headers.get("content-type", "") or text.lstrip()[:1] == "<":
            text = re.sub(r"(?is)<(script|style)\b.*?</\1>|<[^>]*>", " ", text)
            text = unescape(text)
        text = " ".join(text.split())
        return text if len(text) <= _TEXT_KEPT else text[:_TEXT_KEPT].rstrip() + " ..."


@dataclass(frozen=True)
class Body:
    """What a request carries, when it is not a JSON value."""

    content: bytes = field(repr=False)
    content_type: str


class Transport:
    """Sends requests to any server and repeats those that may be repeated (see C(_time.repeats)).

    Args:
        credential: Gives the bearer token. None sends no token, for servers that want none.
        settings: How to reach the server.
        repeats: Paces and counts what is repeated, and has the time.
        session: Does the HTTP; None opens one with the first request.
        hide: Called with each token that is sent, which nobody may see.
    """

    def __init__(
        self,
        credential: Credential | None,
        settings: HttpSettings,
        *,
        user_agent: str = "azureml.model_management",
        repeats: Repeats | None = None,
        session: requests.Session | None = None,
        hide: Callable[[str], None] = lambda _token: None,
    ) -> None:
        self.credential = credential
        self.settings = settings
        self.ids: deque[RequestIds] = deque(maxlen=_IDS_KEPT)
        self._user_agent = user_agent
        self._repeats = repeats or Repeats()
        self._session = session
        self._hide = hide
        self._renewed = False

    def send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        with_token: bool = True,
        does: Doing | None = None,
        read: Callable[[Response], object] | None = None,
    ) -> Response:
        """Send a request and return the answer, whatever its status.

        Args:
            params: Added to the query of C(url).
            body: A JSON value, or a C(Body). None sends none.
            with_token: Whether the server may see the bearer token.
            does: What the request does; None for what its method says.
            read: Reads an answer of success; when it raises ResponseFormatError, the answer came damaged.

        Raises:
            TransportError: no answer; its C(sent) says whether the request may have taken effect.
            ResponseFormatError: C(read) could not read the answer.
            AuthError: no token could be obtained.
            InputError: see C(allow_insecure_http).
        """
        rule = RULE[does or doing(method)]
        attempts = self._repeats.begin(self.settings.patience)
        what = f"{method} {urlsplit(url).path}"
        while True:
            answer, fault, asked = self._outcome(self._attempt(method, url, params, body, with_token), read)
            reason = answer.message if isinstance(answer, MmsError) else f"status {answer.status}"
            if fault is None or rule[fault] is not Next.AGAIN or not attempts.again(what, fault, reason, asked):
                if isinstance(answer, MmsError):
                    raise answer
                return answer

    def _outcome(
        self, answer: Response | TransportError, read: Callable[[Response], object] | None
    ) -> tuple[Response | MmsError, Fault | None, float | None]:
        """Return what came, its fault if another request may fare better, and the seconds that the server asks for."""
        if isinstance(answer, TransportError):
            return answer, None if answer.code in ("TlsFailed", "ServerNotRunning") else answer.fault, None
        asked = asked_pause(answer.headers.get("retry-after", "").strip(), self._repeats.clock.time())
        if read is not None and 200 <= answer.status < 300:
            try:
                read(answer)
            except ResponseFormatError as error:
                return error, error.fault, asked
        return answer, fault_of_status(answer.status, asked), asked

    def _attempt(
        self, method: str, url: str, params: Mapping[str, str] | None, body: Any, with_token: bool
    ) -> Response | TransportError:
        """Send a request once, and once more after a 401 for which there is a fresh token."""
        try:
            response = self._exchange(method, url, params, body, with_token)
            if response.status == 401 and with_token and self._renew():
                response = self._exchange(method, url, params, body, with_token)
        except TransportError as error:
            return error
        return response

    def _renew(self) -> bool:
        """Get a fresh token after a 401, once in a row: a long wait can outlive a token (protocol 7.2.10)."""
        if self.credential is None or self._renewed:
            return False
        self._renewed = True
        return self.credential.renew() is not None

    def _exchange(
        self, method: str, url: str, params: Mapping[str, str] | None, body: Any, with_token: bool
    ) -> Response:
        session, exceptions = self._opened()
        client_request_id = str(uuid.uuid4())
        headers = {
            "Accept": "application/json",
            "User-Agent": self._user_agent,
            "x-ms-client-request-id": client_request_id,
        }
        content = None
        if isinstance(body, Body):
            headers.update({"Content-Type": body.content_type, "Accept": "*/*"})
            content = body.content
        elif body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        token = self._token(url) if with_token else None
        if token is not None:
            self._hide(token.value)
        try:
            answer = session.request(
                method,
                url,
                params=params,
                data=content,
                headers=headers,
                # Not a header: requests would let a .netrc file overwrite that.
                auth=lambda prepared: _with_token(prepared, token),
                timeout=self.settings.timeout,
                verify=self._verify(),
                proxies=self._proxies(url),
                allow_redirects=False,
            )
        except exceptions.RequestException as error:
            raise self._trouble(method, url, error, exceptions, client_request_id) from error
        ids = RequestIds(
            request=f"{method} {urlsplit(url).path}",
            status=answer.status_code,
            request_id=answer.headers.get("x-ms-request-id"),
            client_request_id=answer.headers.get("x-ms-client-request-id") or client_request_id,
        )
        self.ids.append(ids)
        if answer.status_code != 401:
            self._renewed = False
        headers_read = {name.lower(): value for name, value in answer.headers.items()}
        return Response(method, url, answer.status_code, headers_read, answer.content, ids)

    def _token(self, url: str) -> Token | None:
        """Return the token for this URL.

        Raises:
            InputError: it would travel where others can read it.
        """
        if self.credential is None:
            return None
        parts = urlsplit(url)
        if parts.scheme != "https" and not is_loopback(url) and not self.settings.allow_insecure_http:
            raise InputError(
                f"The token (from {self.credential.source}) is not sent to {parts.scheme}://{parts.netloc}: without "
                "https, others on the way can read it. Use an https URL, or set allow_insecure_http to true."
            )
        return self.credential.token()

    def _opened(self) -> tuple[requests.Session, Any]:
        try:
            import requests
            import urllib3
        except ImportError as error:
            raise MissingLibraryError("requests", "to talk to the service") from error
        if self._session is None:
            self._session = requests.Session()
            if not self.settings.validate_certs:
                # The user said so; a warning per request would drown the task's output.
                urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        return self._session, requests.exceptions

    def _verify(self) -> bool | str:
        if not self.settings.validate_certs:
            return False
        return self.settings.ca_path or True

    def _proxies(self, url: str) -> dict[str, str] | None:
        if self.settings.proxy:
            return {"http": self.settings.proxy, "https": self.settings.proxy}
        # A proxy named in the environment cannot reach this machine's own loopback.
        return {"no_proxy": urlsplit(url).hostname or ""} if is_loopback(url) else None

    def _trouble(
        self, method: str, url: str, error: Exception, exceptions: Any, client_request_id: str
    ) -> TransportError:
        """Put a failed exchange into words: what was tried, what happened, what to do."""
        parts = urlsplit(url)
        tried = f"{method} {parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"
        reason = _reason(error)
        code, sent = "ConnectionFailed", True
        if isinstance(error, exceptions.SSLError):
            code, sent = "TlsFailed", False
            advice = "Check the certificate, or name the authority to trust with ca_path."
        elif isinstance(error, exceptions.ProxyError):
            code, sent = "ProxyFailed", False
            advice = "Check the proxy option and the variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY."
        elif isinstance(error, exceptions.Timeout):
            code, sent = "RequestTimedOut", not isinstance(error, exceptions.ConnectTimeout)
            reason = f"no answer within {self.settings.timeout:g} s"
            advice = "Check the network, or give it more time with timeout."
        elif isinstance(error, exceptions.ConnectionError):
            sent = "NewConnectionError" not in repr(error) and "NameResolutionError" not in repr(error)
            advice = "Check api_url and the network."
        else:
            sent = isinstance(error, (exceptions.ChunkedEncodingError, exceptions.ContentDecodingError))
            advice = "Check api_url."
        if is_loopback(url) and not sent and code == "ConnectionFailed":
            code = "ServerNotRunning"
            advice = "Is the local MMS running? `mms-local start` starts it; check api_url if it listens elsewhere."
        return TransportError(
            f"{tried} failed: {reason}. {advice}", sent=sent, code=code, client_request_id=client_request_id
        )


def is_loopback(url: str) -> bool:
    """Tell whether the URL leads to this machine itself."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _with_token(prepared: requests.PreparedRequest, token: Token | None) -> requests.PreparedRequest:
    if token is not None:
        prepared.headers["Authorization"] = f"{token.scheme} {token.value}"
    return prepared


def _reason(error: BaseException) -> str:
    """Return the innermost words of an exception of requests, which wraps those of urllib3 and of the system."""
    seen: set[int] = set()
    current: Any = error
    while id(current) not in seen:
        seen.add(id(current))
        inner = getattr(current, "reason", None) or (current.args[0] if getattr(current, "args", None) else None)
        if isinstance(inner, BaseException):
            current = inner
    return str(getattr(current, "strerror", None) or current).rsplit(
        "Failed to establish a new connection: ", maxsplit=1
    )[-1]
