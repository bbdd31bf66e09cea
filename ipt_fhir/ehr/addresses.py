"""Which server does an address belong to? One strict reading, so that no two parsers can disagree (attack-A04)."""

from __future__ import annotations

import re
from ipaddress import ip_address

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[/?][\x21\x22\x24-\x5b\x5d-\x7e]*)?"  # Printable ASCII without blank, # and backslash.
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def origin(url: str) -> str:
    """``scheme://host`` in lower case, with the port unless it is the scheme's own.

    Raises ValueError for anything but a plain http or https address: user names, fragments, blanks, backslashes,
    control characters and letters beyond ASCII are not in it.
    """
    found = _ADDRESS.fullmatch(url)
    if found is None:
        raise ValueError("not a plain http or https address")
    port = found["port"]
    place = f"{found['scheme']}://{found['host'].lower()}"
    return place if port in {None, _DEFAULT_PORTS[found["scheme"]]} else f"{place}:{int(port)}"


def host(url: str) -> str:
    """The host in lower case, a literal IPv6 address in its brackets. Raises ValueError like ``origin``."""
    found = _ADDRESS.fullmatch(url)
    if found is None:
        raise ValueError("not a plain http or https address")
    return found["host"].lower()


def is_within(url: str, origins: tuple[str, ...]) -> bool:
    """Does the address belong to one of these origins?"""
    try:
        return origin(url) in origins
    except ValueError:
        return False


def is_origin(text: str) -> bool:
    """Is this exactly an origin: scheme, host, perhaps a port, nothing behind it?"""
    found = _ADDRESS.fullmatch(text)
    return found is not None and not found["rest"] and origin(text) == text


def is_protected(url: str, *, insecure_loopback: bool) -> bool:
    """https, or plain http to the machine itself where that was allowed (decision-D13b)."""
    found = _ADDRESS.fullmatch(url)
    if found is None:
        return False
    return found["scheme"] == "https" or (insecure_loopback and is_loopback(found["host"]))


def is_loopback(name: str) -> bool:
    """``localhost`` or a literal loopback address; other spellings of one (octal, decimal) are not (attack-A03)."""
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False
