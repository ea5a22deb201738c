"""Who is at the other end, as far as an address tells; and by which name a browser calls us."""

import ipaddress
from collections.abc import Collection, Sequence


def peer_of(address: object) -> str:
    """The address whose connections are counted together: of IPv6 its /64, since one machine has all of those."""
    host = str(address[0]) if isinstance(address, Sequence) and not isinstance(address, str) and address else str(address)
    try:
        parsed = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        if not parsed.is_loopback:
            return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def requester(address: object, forwarded: str, proxies: Collection[str]) -> str:
    """The peer of a request: what a proxy of ours says of it (``X-Forwarded-For``, its last entry), else who connected."""
    peer = peer_of(address)
    if forwarded and peer in proxies:
        return peer_of((forwarded.rpartition(",")[2].strip(),))
    return peer


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_known_host(header: str | None, names: Collection[str]) -> bool:
    """Whether a ``Host`` header names us: an address, a loopback name, or one of ``names``.

    A page of a stranger whose name was made to lead to us (DNS rebinding) has that name here, and never an address.
    """
    host = _without_port((header or "").strip().lower()).rstrip(".")
    if not host:
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host in {name.lower().rstrip(".") for name in names}
    return True


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
