# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may have a token: registered applications and users. Kept in one file that only its owner can read."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from mms_local.data_directory import write_private

TOKEN_EXCHANGE_AUDIENCE = "api://AzureADTokenExchange"


@dataclass(frozen=True)
class FederatedCredential:
    """Tokens of another issuer that stand for the application.

    Attributes:
        keys: the issuer's public keys as a JSON Web Key Set.
    """

    issuer: str
    subject: str
    keys: Mapping[str, Any]
    audience: str = TOKEN_EXCHANGE_AUDIENCE


@dataclass(frozen=True)
class Application:
    """A client that may have tokens, and the ways in which it proves who it is.

    Attributes:
        certificates: PEM; the private keys stay with the client.
    """

    tenant: str
    client_id: str
    secrets: tuple[str, ...] = field(default=(), repr=False)
    certificates: tuple[str, ...] = ()
    federated: tuple[FederatedCredential, ...] = ()

    @property
    def object_id(self) -> str:
        """The id of the application's service principal: the `oid` of its tokens."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"application:{self.client_id}"))


@dataclass(frozen=True)
class User:
    """Somebody who signs in with a password."""

    tenant: str
    name: str
    password: str = field(repr=False)

    @property
    def object_id(self) -> str:
        """The `oid` of the user's tokens."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"user:{self.tenant}:{self.name.casefold()}"))


class Directory:
    """The registered applications and users.

    A first application is made when there is none: with it, clients work out of the box.

    Args:
        folder: made when missing. Holds `directory.json`.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "directory.json"
        self._applications: dict[str, Application] = {}
        self._users: dict[tuple[str, str], User] = {}
        if self._path.exists():
            self._load()
        else:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.register(Application(str(uuid.uuid4()), str(uuid.uuid4()), (secrets.token_urlsafe(30),)))
        self.managed_identity_header = secrets.token_urlsafe(30)
        """What callers of the managed identity endpoints must show. New at every start."""

    @property
    def default(self) -> Application:
        """The application that was registered first; also what a managed identity without a client id means."""
        return next(iter(self._applications.values()))

    def applications(self) -> list[Application]:
        """All applications, oldest first."""
        return list(self._applications.values())

    def application(self, client_id: str) -> Application | None:
        """The application of that client id."""
        return self._applications.get(client_id.lower())

    def user(self, tenant: str, name: str) -> User | None:
        """The user of that name; names do not differ by letter case."""
        return self._users.get((tenant.lower(), name.casefold()))

    def register(self, application: Application) -> None:
        """Add the application, in place of one with its client id; the default one keeps tenant and first secret."""
        client_id = application.client_id.lower()
        if self._applications and client_id == self.default.client_id.lower():
            kept = (*self.default.secrets[:1], *application.secrets)
            application = replace(application, tenant=self.default.tenant, secrets=tuple(dict.fromkeys(kept)))
        self._applications[client_id] = application
        self._save()

    def unregister(self, client_id: str) -> bool:
        """Remove an application. False when there is none, or when it is the default one, which stays."""
        if client_id.lower() == self.default.client_id.lower():
            return False
        found = self._applications.pop(client_id.lower(), None)
        self._save()
        return found is not None

    def register_user(self, user: User) -> None:
        """Add the user, in place of one of that name."""
        self._users[user.tenant.lower(), user.name.casefold()] = user
        self._save()

    def clear(self) -> None:
        """Forget everybody but the default application, and all but its first secret."""
        default = Application(self.default.tenant, self.default.client_id, self.default.secrets[:1])
        self._applications, self._users = {default.client_id.lower(): default}, {}
        self._save()

    def _load(self) -> None:
        kept = json.loads(self._path.read_text("utf-8"))
        for entry in kept["applications"]:
            federated = tuple(FederatedCredential(**credential) for credential in entry["federated"])
            application = Application(
                entry["tenant"], entry["client_id"], tuple(entry["secrets"]), tuple(entry["certificates"])
            )
            self._applications[application.client_id.lower()] = replace(application, federated=federated)
        for entry in kept["users"]:
            user = User(**entry)
            self._users[user.tenant.lower(), user.name.casefold()] = user

    def _save(self) -> None:
        kept = {
            "applications": [asdict(application) for application in self._applications.values()],
            "users": [asdict(user) for user in self._users.values()],
        }
        write_private(self._path, json.dumps(kept, indent=2))
