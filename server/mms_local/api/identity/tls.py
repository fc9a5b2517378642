# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""A certificate authority of our own and a server certificate, for clients that insist on https. Extra `identity`."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mms_local.data_directory import write_private

_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
_AUTHORITY_LIFETIME = timedelta(days=3650)
_SERVER_LIFETIME = timedelta(days=397)
_RENEW_BEFORE = timedelta(days=30)


@dataclass(frozen=True)
class Tls:
    """What the server needs, and what clients need to trust it."""

    context: ssl.SSLContext
    ca_path: Path


def server_tls(folder: Path, hosts: Iterable[str] = ()) -> Tls:
    """TLS for this machine, under certificates kept in the folder.

    Args:
        folder: made when missing. The authority stays the same over the years, the server certificate is renewed.
        hosts: names and addresses that clients use, besides the loopback ones and the machine's own name.
    """
    names = tuple(dict.fromkeys([*_LOCAL_NAMES, socket.gethostname(), *hosts]))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority = _Authority(folder)
    chain, key = folder / "server.pem", folder / "server.key"
    if not _is_good(chain, names):
        certificate, private = authority.issue(names)
        write_private(key, _private_pem(private))
        write_private(chain, _pem(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(chain, key)
    return Tls(context, authority.path)


class _Authority:
    """The certificate authority in a folder, made when missing."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ca.pem"
        key_path = folder / "ca.key"
        if not self.path.exists() or not key_path.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            write_private(key_path, _private_pem(key))
            write_private(self.path, _pem(_authority_certificate(key)))
        self._certificate = x509.load_pem_x509_certificate(self.path.read_bytes())
        loaded = serialization.load_pem_private_key(key_path.read_bytes(), None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{key_path} is not an elliptic curve key: remove it and {self.path}, new ones are made")
        self._key = loaded

    def issue(self, names: Iterable[str]) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        """A server certificate for these names and addresses, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        own = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        certificate = (
            _builder("mms-local", self._certificate.subject, key, _SERVER_LIFETIME)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signing_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return certificate, key


def _authority_certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = "mms-local certificate authority of this machine"
    return (
        _builder(name, _subject(name), key, _AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signing_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _builder(
    name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(_subject(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _key_usage(*, signing_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signing_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signing_certificates,
        crl_sign=signing_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _is_good(path: Path, names: Iterable[str]) -> bool:
    """Whether the certificate covers the names and lasts for a while."""
    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    covered = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    lasts = certificate.not_valid_after_utc - _RENEW_BEFORE > datetime.now(timezone.utc)
    return lasts and all(_general_name(name) in list(covered) for name in names)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
