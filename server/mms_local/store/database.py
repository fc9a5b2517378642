# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Storage of the core on SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from mms_local.core.accounts import Account, AccountName, ArmKind, ArmName, ArmResource
from mms_local.core.resources import AssetRecord, Deployment, Image, Manifest, Model, Operation, Service
from mms_local.core.storage import Removal
from mms_local.store import schema
from mms_local.store.codec import decoder, encode
from mms_local.store.connection import Connection
from mms_local.store.table import Filter, Layout, Table, id_key

_MANIFEST_OF_SERVICE = (
    "EXISTS (SELECT 1 FROM image i JOIN manifest m ON m.account = i.account AND m.key = i.manifest {more}"
    " WHERE i.account = r.account AND i.key = r.image AND {test} = ?)"
)
_MANIFEST_OF_IMAGE = (
    "EXISTS (SELECT 1 FROM manifest m {more} WHERE m.account = r.account AND m.key = r.manifest AND {test} = ?)"
)
_IMAGE_OF_SERVICE = "EXISTS (SELECT 1 FROM image i WHERE i.account = r.account AND i.key = r.image AND {test} = ?)"
_WITH_LINK = "JOIN manifest_model k ON k.account = m.account AND k.seq = m.seq"
_WITH_MODEL = f"{_WITH_LINK} JOIN model d ON d.account = m.account AND d.key = k.value"

_NAME_HAS = Filter("instr(lower(json_extract(r.body, '$.name')), ?)", normal=str.lower)

_LISTED = Filter("json_extract(r.body, '$.owner') IS NULL AND ? = '1'")


def _pairs(text: str) -> str:
    """`key,key=value` as JSON: each with its value, or null where any will do."""
    parts = (part.strip().partition("=") for part in text.split(",") if part.strip())
    return json.dumps([[key.strip(), value.strip() if equals else None] for key, equals, value in parts])


def _having(path: str) -> Filter:
    """Rows whose map at a path in the body has every one of the wanted pairs."""
    return Filter(
        "NOT EXISTS (SELECT 1 FROM json_each(?) w WHERE NOT EXISTS (SELECT 1 FROM"
        f" json_each(r.body, '{path}') t WHERE t.key = json_extract(w.value, '$[0]')"
        " AND (json_extract(w.value, '$[1]') IS NULL OR t.value = json_extract(w.value, '$[1]'))))",
        normal=_pairs,
    )


def _kept(name: str, normal: Callable[[str], str] = str) -> Filter:
    return Filter(f"json_extract(r.body, '$.kept.{name}') = ?", normal=normal)


_LABELS = {
    "kvTag": _having("$.kept.kvTags"),
    "kvTags": _having("$.kept.kvTags"),
    "properties": _having("$.kept.properties"),
    "runId": _kept("runId"),
}

ASSETS = Layout(
    "asset",
    AssetRecord,
    filters={"name": Filter("json_extract(r.body, '$.name') = ?"), "type": _kept("type"), **_LABELS},
)
MODELS = Layout(
    "model",
    Model,
    {"name": lambda model: model.name},
    {"model_tag": lambda model: model.tags},
    {
        "name": Filter("r.name = ?"),
        "tag": Filter(link="model_tag"),
        "nameHas": Filter("instr(lower(r.name), ?)", normal=str.lower),
        "version": Filter("json_extract(r.body, '$.version') = CAST(? AS INTEGER)"),
        "description": Filter("json_extract(r.body, '$.description') = ?"),
        "framework": _kept("framework"),
        "latestVersionOnly": Filter(
            "(? <> 'true' OR r.seq = (SELECT max(seq) FROM model o WHERE o.account = r.account AND o.name = r.name))",
            normal=str.lower,
        ),
        **_LABELS,
    },
)
MANIFESTS = Layout(
    "manifest",
    Manifest,
    {"name": lambda manifest: manifest.name},
    {"manifest_model": lambda manifest: map(id_key, manifest.model_ids)},
    {
        "manifestName": Filter("r.name = ?"),
        "modelId": Filter(link="manifest_model", normal=id_key),
        "nameHas": _NAME_HAS,
    },
)
IMAGES = Layout(
    "image",
    Image,
    {"manifest": lambda image: id_key(image.manifest_id)},
    {},
    {
        "manifestId": Filter("r.manifest = ?", normal=id_key),
        "manifestName": Filter(
            "EXISTS (SELECT 1 FROM manifest m WHERE m.account = r.account AND m.key = r.manifest AND m.name = ?)"
        ),
        "nameHas": _NAME_HAS,
        "name": Filter("json_extract(r.body, '$.name') = ?"),
        "version": Filter("json_extract(r.body, '$.version') = CAST(? AS INTEGER)"),
        "description": Filter("json_extract(r.body, '$.description') = ?"),
        "listed": _LISTED,
        "owner": Filter("json_extract(r.body, '$.owner') = ?"),
        "modelId": Filter(_MANIFEST_OF_IMAGE.format(more=_WITH_LINK, test="k.value"), normal=id_key),
        "modelName": Filter(_MANIFEST_OF_IMAGE.format(more=_WITH_MODEL, test="d.name")),
        **_LABELS,
    },
)
SERVICES = Layout(
    "service",
    Service,
    {
        "name": lambda service: service.name,
        "image": lambda service: id_key(service.wanted.image_id),
        "compute": lambda service: service.compute_id and service.compute_id.casefold(),
    },
    {
        "service_image": lambda service: {
            id_key(settings.image_id) for settings in (service.wanted, service.live) if settings
        }
    },
    {
        "serviceName": Filter("r.name = ?"),
        "imageId": Filter("r.image = ?", normal=id_key),
        "computeResourceId": Filter("r.compute = ?", normal=str.casefold),
        "manifestId": Filter(_MANIFEST_OF_SERVICE.format(more="", test="m.key"), normal=id_key),
        "manifestName": Filter(_MANIFEST_OF_SERVICE.format(more="", test="m.name")),
        "modelId": Filter(_MANIFEST_OF_SERVICE.format(more=_WITH_LINK, test="k.value"), normal=id_key),
        "modelName": Filter(_MANIFEST_OF_SERVICE.format(more=_WITH_MODEL, test="d.name")),
        "imageName": Filter(_IMAGE_OF_SERVICE.format(test="json_extract(i.body, '$.name')")),
        "imageDigest": Filter(_IMAGE_OF_SERVICE.format(test="json_extract(i.body, '$.built.digest')")),
        "computeType": _kept("computeType", str.upper),
        **_LABELS,
        "usesImage": Filter(link="service_image", normal=id_key),
        "nameHas": _NAME_HAS,
    },
)
DEPLOYMENTS = Layout(
    "deployment",
    Deployment,
    {"service": lambda one: id_key(one.service_id), "open": lambda one: int(one.expired is None)},
    {},
    {"serviceId": Filter("r.service = ?", normal=id_key), "open": Filter("r.open = ?")},
)
OPERATIONS = Layout(
    "operation",
    Operation,
    {"resource": lambda one: id_key(one.resource_id), "open": lambda one: int(not one.state.finished)},
    {},
    {"resource": Filter("r.resource = ?", normal=id_key), "open": Filter("r.open = ?")},
)
REMOVALS = Layout("removal", Removal)


class Database:
    """Implements :class:`~mms_local.core.storage.Storage` in one file, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        connection = self.connection = Connection(path)
        self.assets = Table(connection, ASSETS, lambda one: (one.account, one.id))
        self.models = Table(connection, MODELS, lambda one: (one.account, one.id))
        self.manifests = Table(connection, MANIFESTS, lambda one: (one.account, one.id))
        self.images = Table(connection, IMAGES, lambda one: (one.account, one.id))
        self.services = Table(connection, SERVICES, lambda one: (one.account, one.id))
        self.deployments = Table(connection, DEPLOYMENTS, lambda one: (one.account, one.id))
        self.operations = Table(connection, OPERATIONS, lambda one: (one.account, one.id))
        self.removals = Table(connection, REMOVALS, lambda one: (one.account, one.id))

    @property
    def revision(self) -> int:
        return self.connection.changes

    def transaction(self) -> AbstractContextManager[None]:
        return self.connection.transaction()

    def next_version(self, account: int, kind: str, name: str) -> int:
        values = (account, kind, name)
        self.connection.execute(
            "INSERT INTO version VALUES (?, ?, ?, 1) ON CONFLICT (account, kind, name) DO UPDATE SET last = last + 1",
            values,
        )
        row = self.connection.one("SELECT last FROM version WHERE account = ? AND kind = ? AND name = ?", values)
        return int(row[0]) if row else 1

    def account(self, name: AccountName) -> Account | None:
        return self._account("WHERE key = ?", name.key)

    def account_number(self, number: int) -> Account | None:
        return self._account("WHERE number = ?", number)

    def add_account(self, name: AccountName) -> Account:
        cursor = self.connection.execute(
            "INSERT INTO account (key, body) VALUES (?, ?)", (name.key, json.dumps(encode(name)))
        )
        return Account(cursor.lastrowid or 0, name)

    def accounts(self) -> list[Account]:
        return [
            _account(row) for row in self.connection.all("SELECT number, body, front_port FROM account ORDER BY number")
        ]

    def set_front_port(self, account: Account, port: int | None) -> None:
        self.connection.execute("UPDATE account SET front_port = ? WHERE number = ?", (port, account.number))

    def arm(self, name: ArmName) -> ArmResource | None:
        row = self.connection.one("SELECT body FROM arm WHERE key = ?", (name.id.casefold(),))
        return None if row is None else _arm(row[0])

    def put_arm(self, resource: ArmResource) -> None:
        name = resource.name
        keys = (name.id.casefold(), name.kind.value, name.subscription.casefold(), name.resource_group.casefold())
        self.connection.execute(
            "INSERT OR REPLACE INTO arm VALUES (?, ?, ?, ?, ?)", (*keys, json.dumps(encode(resource)))
        )

    def delete_arm(self, name: ArmName) -> bool:
        return self.connection.execute("DELETE FROM arm WHERE key = ?", (name.id.casefold(),)).rowcount > 0

    def list_arm(
        self, kind: ArmKind, subscription: str, resource_group: str | None, after: str, limit: int
    ) -> list[ArmResource]:
        group = None if resource_group is None else resource_group.casefold()
        rows = self.connection.all(
            "SELECT body FROM arm WHERE kind = ? AND subscription = ? AND key > ? AND (? IS NULL OR resource_group = ?)"
            " ORDER BY key LIMIT ?",
            (kind.value, subscription.casefold(), after.casefold(), group, group, limit),
        )
        return [_arm(row[0]) for row in rows]

    def subscriptions(self) -> set[str]:
        of_resources = {str(row[0]) for row in self.connection.all("SELECT DISTINCT subscription FROM arm")}
        return of_resources | {account.name.subscription.casefold() for account in self.accounts()}

    def secrets(self, owner: str) -> dict[str, str]:
        return dict(self.connection.all("SELECT name, value FROM secret WHERE owner = ?", (owner,)))

    def set_secrets(self, owner: str, values: Mapping[str, str]) -> None:
        with self.transaction():
            self.connection.execute("DELETE FROM secret WHERE owner = ?", (owner,))
            self.connection.many(
                "INSERT INTO secret VALUES (?, ?, ?)", [(owner, name, value) for name, value in values.items()]
            )

    def clear(self) -> None:
        """Forget everything."""
        with self.transaction():
            for table in (*reversed(schema.RESOURCE_TABLES), "version", "secret", "arm", "account"):
                self.connection.execute(f"DELETE FROM {table}")

    def check(self) -> None:
        """Read everything once, so that a row which cannot be read shows now and not later."""
        for table in (
            self.assets,
            self.models,
            self.manifests,
            self.images,
            self.services,
            self.deployments,
            self.operations,
            self.removals,
        ):
            table.everywhere()
        self.accounts()
        for row in self.connection.all("SELECT body FROM arm"):
            _arm(row[0])

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def _account(self, where: str, value: str | int) -> Account | None:
        row = self.connection.one(f"SELECT number, body, front_port FROM account {where}", (value,))
        return None if row is None else _account(row)


def _account(row: tuple[Any, ...]) -> Account:
    name: AccountName = decoder(AccountName)(json.loads(row[1]))
    if row[2] is not None and not (isinstance(row[2], int) and 0 <= row[2] < 1 << 16):
        raise ValueError(f"{str(row[2])[:80]!r} is no port")
    return Account(row[0], name, row[2])


def _arm(body: str) -> ArmResource:
    resource: ArmResource = decoder(ArmResource)(json.loads(body))
    return resource
