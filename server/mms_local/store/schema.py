# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""The tables. `body` holds a resource whole; the columns beside it exist to be looked up.

`seq` is the order in which resources were made and the position that pages go on from, so each index that serves a
list ends in it. Secrets live in one table of their own: what reads bodies can never see one.
"""

from __future__ import annotations

VERSION = 2

_TABLES = """
CREATE TABLE account (
    number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL, front_port INTEGER);
CREATE TABLE arm (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, subscription TEXT NOT NULL, resource_group TEXT NOT NULL,
    body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX arm_list ON arm (kind, subscription, key);
CREATE TABLE secret (
    owner TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (owner, name)) WITHOUT ROWID;
CREATE TABLE version (
    account INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (account, kind, name)) WITHOUT ROWID;

CREATE TABLE model (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    name TEXT NOT NULL);
CREATE UNIQUE INDEX model_key ON model (account, key);
CREATE INDEX model_name ON model (account, name, seq);
CREATE INDEX model_list ON model (account, seq);
CREATE TABLE model_tag (
    account INTEGER NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES model ON DELETE CASCADE,
    PRIMARY KEY (account, value, seq)) WITHOUT ROWID;
CREATE INDEX model_tag_owner ON model_tag (seq);

CREATE TABLE manifest (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    name TEXT);
CREATE UNIQUE INDEX manifest_key ON manifest (account, key);
CREATE INDEX manifest_name ON manifest (account, name, seq);
CREATE INDEX manifest_list ON manifest (account, seq);
CREATE TABLE manifest_model (
    account INTEGER NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES manifest ON DELETE CASCADE,
    PRIMARY KEY (account, value, seq)) WITHOUT ROWID;
CREATE INDEX manifest_model_owner ON manifest_model (seq);

CREATE TABLE image (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    manifest TEXT NOT NULL);
CREATE UNIQUE INDEX image_key ON image (account, key);
CREATE INDEX image_manifest ON image (account, manifest, seq);
CREATE INDEX image_list ON image (account, seq);

CREATE TABLE service (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    name TEXT NOT NULL, image TEXT NOT NULL, compute TEXT);
CREATE UNIQUE INDEX service_key ON service (account, key);
CREATE UNIQUE INDEX service_name ON service (account, name);
CREATE INDEX service_list ON service (account, seq);
CREATE TABLE service_image (
    account INTEGER NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES service ON DELETE CASCADE,
    PRIMARY KEY (account, value, seq)) WITHOUT ROWID;
CREATE INDEX service_image_owner ON service_image (seq);

CREATE TABLE deployment (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    service TEXT NOT NULL, open INTEGER NOT NULL);
CREATE UNIQUE INDEX deployment_key ON deployment (account, key);
CREATE INDEX deployment_service ON deployment (account, service, open, seq);
CREATE INDEX deployment_list ON deployment (account, seq);

CREATE TABLE operation (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    resource TEXT NOT NULL, open INTEGER NOT NULL);
CREATE UNIQUE INDEX operation_key ON operation (account, key);
CREATE INDEX operation_resource ON operation (account, resource, seq);
CREATE INDEX operation_open ON operation (open, seq) WHERE open = 1;

CREATE TABLE removal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL);
CREATE UNIQUE INDEX removal_key ON removal (account, key);
"""

_ASSETS = """
CREATE TABLE asset (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL);
CREATE UNIQUE INDEX asset_key ON asset (account, key);
"""

STEPS = (_TABLES, _ASSETS)
"""What makes version 1 from nothing, version 2 from version 1, and so on."""

RESOURCE_TABLES = ("asset", "model", "manifest", "image", "service", "deployment", "operation", "removal")
"""In the order in which rows can be put back."""

LINK_TABLES = ("model_tag", "manifest_model", "service_image")
