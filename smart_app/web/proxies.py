"""Whose request it is when proxies stand before the app (decision-D120).

Only the address of the browser is taken from what they say, and only from as many of them as the settings count. Which
scheme and host the app is reached under stands in the settings, so nobody can say otherwise.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

_HOUSEHOLD = 64


def trust(app: Flask, hops: int) -> None:
    """Read the browser's address from the entry of ``X-Forwarded-For`` that the outermost of our proxies made.

    Entries before it were sent along by the browser and are never looked at (attack-A65).
    """
    if hops:
        # The place Flask keeps for middleware is a method to mypy.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=0, x_host=0)  # type: ignore[method-assign]


def network_of(address: str) -> str:
    """What counts as one asker: an IPv4 address, or the first 64 bits of IPv6, of which each line gets that many.

    Some proxies write a port behind the address; it is left out. What is no address reads as "", one asker for all.
    """
    host = address.strip().strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, _HOUSEHOLD), strict=False))


def asker() -> str:
    """The network the present request came from."""
    return network_of(request.remote_addr or "")
