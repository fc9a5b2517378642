# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: Apache-2.0
"""Lists of hosts, as settings name them."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass

_NAME = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")

FETCHER = "mms-local-fetch"
"""The user agent of requests that a server sends for its users. Servers give those nothing but stored files."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Hosts:
    """Names (`mms`, `mms.example.com`), all names below one (`*.example.com`), addresses and networks (`10.0.0.0/8`).

    Letter case and a dot at the end do not count.
    """

    names: frozenset[str]
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> Hosts:
        """The list of these entries; empty ones do not count.

        Raises:
            ValueError: an entry is none of what a list can hold.
        """
        names, networks = set[str](), list[Network]()
        for entry in filter(None, (one.strip().lower().rstrip(".") for one in entries)):
            try:
                networks.append(ipaddress.ip_network(entry.strip("[]"), strict=False))
            except ValueError:
                if not _NAME.fullmatch(entry):
                    raise ValueError(f"{entry!r} is no name, no *.NAME, no address and no network") from None
                names.add(entry)
        return cls(frozenset(names), tuple(networks))

    def __contains__(self, host: str) -> bool:
        name = host.lower().rstrip(".")
        address = address_of(name)
        if address is not None:
            return any(address.version == one.version and address in one for one in self.networks)
        parents = (f"*.{name.split('.', count)[-1]}" for count in range(1, name.count(".") + 1))
        return name in self.names or any(parent in self.names for parent in parents)


def is_open(host: str) -> bool:
    """Whether what listens on a host, a name or an address, can be reached from other machines.

    A name that leads nowhere cannot be listened on at all.
    """
    try:
        found = socket.getaddrinfo(host or None, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        return False
    addresses = [address_of(str(one[4][0])) for one in found]
    return not all(address is not None and address.is_loopback for address in addresses)


def address_of(host: str) -> Address | None:
    """The address that is written as a host, with or without brackets; None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


# Link-local, Azure's wire server, and what AWS, Google and Alibaba have besides link-local addresses.
_METADATA = Hosts.of(
    [
        "169.254.0.0/16",
        "fe80::/10",
        "168.63.129.16",
        "fd00:ec2::254",
        "fd20:ce::254",
        "100.100.100.200",
        "metadata",
        "metadata.goog",
        "metadata.google.internal",
        "instance-data",
    ]
)
_CARRIES_IPV4 = ipaddress.IPv6Network("64:ff9b::/96")


def is_metadata(host: str) -> bool:
    """Whether a host is link-local or a cloud's metadata, in whatever way the address is written."""
    address = address_of(host) or _number(host)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _CARRIES_IPV4:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        address = inner or address
    return (str(address) if address else host) in _METADATA


def leads_to_metadata(host: str) -> bool:
    """Whether a host is link-local or a cloud's metadata, or is a name that leads there just now."""
    if is_metadata(host):
        return True
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # behind a proxy names may lead nowhere here
        return False
    return any(is_metadata(str(one[4][0])) for one in found)


def _number(host: str) -> Address | None:
    """The IPv4 address that a resolver makes of a number: `2852039166`, `0xa9fea9fe`, `169.254.43518`."""
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None
