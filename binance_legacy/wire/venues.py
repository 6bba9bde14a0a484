"""The addresses of each exchange, and which of them an embedded exchange stands in for.

A *venue* is an exchange's set of addresses. The live ones follow a top-level domain (``tld``), as in 0.7.
The embedded venue is an exchange in a box on a loopback port: once one is in use, every address of a known
Binance host is answered there, and every other address outside this machine is refused.
"""

from __future__ import annotations

import functools
import ipaddress
import os
from urllib.parse import urlsplit, urlunsplit

BOX_VARIABLE = "BINANCE_LEGACY_BOX"
"""Environment variable that names the box, ``http://127.0.0.1:PORT``; child processes inherit it."""

TOKEN_VARIABLE = "BINANCE_LEGACY_BOX_TOKEN"
"""Environment variable that lets clients make their keys known to the box."""

SPOT_REST = "https://api.binance.{}/api"
SPOT_STREAM = "wss://stream.binance.com:9443/"
FUTURES_STREAM = "wss://fstream.binance.com/"
OPTIONS_STREAM = "wss://vstream.binance.com/"
OPTIONS_TESTNET_STREAM = "wss://testnetws.binanceops.com/"

_BINANCE_DOMAINS = (
    "binancefuture.com",
    "binanceops.com",
    "binance.charity",
)
_BINANCE_TLDS = ("com", "us", "je", "sg", "info", "cc", "me", "kr", "co.th", "vision")

# Streams of these hosts share their paths with the spot host's, so in the box each has a folder of its own.
_STREAM_FOLDERS = ("fstream", "dstream", "vstream", "nbstream", "margin-stream")

_box: str | None = None
_token: str | None = None


class OfflineError(ConnectionError):
    """An address outside this machine was asked for while an embedded exchange is in use."""


def use_box(url: str | None, token: str | None = None) -> None:
    """Answer every Binance address from the box at `url` (``http://127.0.0.1:PORT``) from now on.

    None goes back to the live addresses. Holds for this process, and through the environment for the
    processes that it starts. With the box's `token` clients make their own keys known to it.
    """
    global _box, _token
    _box, _token = url, token
    for variable, value in ((BOX_VARIABLE, url), (TOKEN_VARIABLE, token)):
        if value is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = value


def box() -> str | None:
    """The box in use, ``http://127.0.0.1:PORT``, or None when addresses are the live ones."""
    return _box or os.environ.get(BOX_VARIABLE) or None


def token() -> str | None:
    """What lets a client make its key known to the box in use; None where it cannot."""
    return _token or os.environ.get(TOKEN_VARIABLE) or None


@functools.lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Whether `host` is this machine: ``localhost``, ``127.0.0.0/8`` or ``::1``."""
    host = host.lower().strip("[]")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_binance_host(host: str) -> bool:
    """Whether `host` is one of Binance's, of any era: api, stream, futures, testnet, demo or web site."""
    labels = host.lower().rstrip(".").split(".")
    if "binance" in labels[-3:-1]:
        return ".".join(labels[labels.index("binance") + 1 :]) in _BINANCE_TLDS
    return ".".join(labels[-2:]) in _BINANCE_DOMAINS


def reroute(url: str) -> str:
    """The address to use instead of `url` while a box is in use; `url` itself when none is, or on loopback.

    The box speaks plain HTTP and WebSocket on one port. Paths stay as they are; streams of hosts other than
    the spot one lie in a folder named after the host's first label (``/fstream/market/stream``).

    Raises:
        OfflineError: a box is in use and the host is neither Binance's nor this machine.
    """
    embedded = box()
    if embedded is None:
        return url
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host):
        return url
    if not is_binance_host(host):
        raise OfflineError(
            f"offline: {host or url!r} was not contacted; only Binance's addresses are answered, by the "
            f"exchange in the box at {embedded}"
        )
    streams = parts.scheme in ("ws", "wss")
    label = host.split(".")[0].lower()
    folder = "/" + label if streams and label in _STREAM_FOLDERS else ""
    scheme = "ws" if streams else "http"
    path = parts.path if parts.path.startswith("/") else "/" + parts.path
    return urlunsplit((scheme, urlsplit(embedded).netloc, folder + path, parts.query, parts.fragment))
