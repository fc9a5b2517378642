# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signed texts, version by version, against the forms that the Azure Storage documentation prints."""

from __future__ import annotations

import base64

import pytest
from azure.storage.blob import BlobSasPermissions, UserDelegationKey, generate_blob_sas

from mms_local.api.blob import signature

pytestmark = pytest.mark.security

KEY = base64.b64encode(b"k" * 64).decode()
BASE = {"sp": "r", "st": "2030-01-01T00:00:00Z", "se": "2030-01-02T00:00:00Z", "sip": "10.0.0.1", "spr": "https"}


@pytest.mark.parametrize(
    ("version", "lines"),
    [
        ("2015-04-05", ["", "10.0.0.1", "https", "2015-04-05", "", "", "", "", "text/plain"]),
        ("2018-11-09", ["", "10.0.0.1", "https", "2018-11-09", "b", "", "", "", "", "", "text/plain"]),
        ("2020-12-06", ["", "10.0.0.1", "https", "2020-12-06", "b", "", "", "", "", "", "", "text/plain"]),
    ],
)
def test_the_text_of_a_service_signature_grows_with_the_version(version: str, lines: list[str]) -> None:
    query = {**BASE, "sv": version, "sr": "b", "rsct": "text/plain"}
    text = signature.service_sas_text("acct", "box/a b", query)
    assert text.split("\n") == ["r", BASE["st"], BASE["se"], "/blob/acct/box/a b", *lines]


@pytest.mark.parametrize(
    ("version", "end"), [("2018-11-09", "https\n2018-11-09\n"), ("2020-12-06", "https\n2020-12-06\nscope\n")]
)
def test_the_text_of_an_account_signature_has_the_scope_from_2020_12_06_on(version: str, end: str) -> None:
    query = {**BASE, "sv": version, "ss": "b", "srt": "o", "ses": "scope"}
    start = f"acct\nr\nb\no\n{BASE['st']}\n{BASE['se']}\n10.0.0.1\n"
    assert signature.account_sas_text("acct", query) == start + end


def test_the_text_of_an_old_delegation_signature_has_no_later_fields() -> None:
    key = {"skoid": "oid", "sktid": "tid", "skt": "s", "ske": "e", "sks": "b", "skv": "2018-11-09"}
    query = {**BASE, "sv": "2018-11-09", "sr": "c", **key}
    text = signature.delegation_sas_text("acct", "box", query, {}, query)
    assert text.split("\n") == [
        *("r", BASE["st"], BASE["se"], "/blob/acct/box"),
        *("oid", "tid", "s", "e", "b", "2018-11-09"),
        *("10.0.0.1", "https", "2018-11-09", "c", ""),
        *("", "", "", "", ""),
    ]


def test_the_sdk_signs_the_same_text_with_a_delegation_key_and_demanded_headers() -> None:
    key = UserDelegationKey()
    key.signed_oid, key.signed_tid = "oid", "tid"
    key.signed_start, key.signed_expiry = BASE["st"], BASE["se"]
    key.signed_service, key.signed_version = "b", "2026-04-06"
    names = {"skoid": "oid", "sktid": "tid", "skt": BASE["st"], "ske": BASE["se"], "sks": "b", "skv": "2026-04-06"}
    key.value = signature.delegation_key(KEY, names)
    signed: list[str] = []
    sas = generate_blob_sas(
        "acct",
        "box",
        "a/b",
        user_delegation_key=key,
        permission=BlobSasPermissions(read=True),
        expiry=BASE["se"],
        request_headers={"x-team": "blue", "x-run": "7"},
        request_query_params={"batch": "3"},
        sts_hook=signed.append,
    )
    query = {name: value.replace("%3A", ":") for name, value in (part.split("=", 1) for part in sas.split("&"))}
    query["srh"], query["srq"] = "x-team,x-run", "batch"
    text = signature.delegation_sas_text("acct", "box/a/b", query, {"x-team": "blue", "x-run": "7"}, {"batch": "3"})
    assert [text] == signed


def test_a_shared_key_signature_may_follow_either_order_of_headers() -> None:
    headers = {"x-ms-date": "d", "x-ms-meta-a1": "1", "x-ms-meta-a_c": "2", "Content-Length": "0", "Date": "ignored"}
    texts = list(signature.shared_key_texts("PUT", "/acct/box", {"comp": ["x"], "a": ["2", "1"]}, headers, "acct"))
    resource = "/acct/acct/box\na:1,2\ncomp:x"
    by_culture, by_code = "x-ms-meta-a_c:2\nx-ms-meta-a1:1\n", "x-ms-meta-a1:1\nx-ms-meta-a_c:2\n"
    assert texts == ["PUT\n" + "\n" * 11 + "x-ms-date:d\n" + order + resource for order in (by_culture, by_code)]


@pytest.mark.parametrize("given", ["", "AAAA", "not base64!", "\u00e9", "="])
def test_a_signature_that_is_none_never_matches(given: str) -> None:
    assert signature.matches(KEY, "text", signature.sign(KEY, "text"))
    assert not signature.matches(KEY, "text", given)
