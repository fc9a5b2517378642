# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of hosts, as settings name them."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass

_NAME = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")

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


def address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that is written as a host, with or without brackets; None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
