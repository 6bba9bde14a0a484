"""What may leave a paper box: questions about the public market and its streams, nothing else."""

from __future__ import annotations

import functools
import re
from urllib.parse import parse_qsl

import orjson

from binance_legacy.endpoints import legacy as _rows  # noqa: F401 - so that the catalogue has them all
from binance_legacy.endpoints.declare import catalogue
from binance_legacy.exchange.doors import (
    rest_futures,  # noqa: F401 - so that the table of the public market is whole
    rest_market,  # noqa: F401
)
from binance_legacy.exchange.doors.push import SPOT
from binance_legacy.exchange.doors.rest import DOORS
from binance_legacy.wire.futuresnames import read as read_futures
from binance_legacy.wire.streamnames import RETIRED
from binance_legacy.wire.streamnames import read as read_spot

PUBLIC = ("api", "fapi", "dapi", "eapi")
"""The first parts of paths under which the public market lies."""

SECRET = frozenset(("signature", "timestamp", "recvwindow", "apikey", "listenkey", "listentoken"))
"""The names, in small letters, of what belongs to an account in a request: none that has one of them leaves."""

_ABOUT_STREAMS = frozenset(("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS"))
_ABOUT_LINES = frozenset(("SET_PROPERTY", "GET_PROPERTY"))


@functools.cache
def _public_rows() -> frozenset[str]:
    """The paths of the public market that are asked with GET: those of the catalogue, and those that the box knows."""
    rows = {row.path for row in catalogue().values() if row.method == "GET" and not row.signed}
    rows |= {path for path, methods in DOORS.items() if "GET" in methods}
    return frozenset(path for path in rows if path.split("/", 2)[1] in PUBLIC)


def is_public(method: str, path: str, query: str) -> bool:
    """Whether a request asks the public market, and nothing else: the only ones that leave."""
    names = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    return method in ("GET", "HEAD") and path in _public_rows() and not names & SECRET


def is_market_stream(door: str, name: str) -> bool:
    """Whether a name is that of a stream of the public market, and not an account's: the only ones that leave."""
    if door == SPOT:
        return name in RETIRED or read_spot(name) is not None
    return (
        read_futures(name) is not None
        or name.startswith("!")
        or bool(re.fullmatch(r"[a-z0-9_]+@\w+(@\w+)?", name))
    )


def is_market_request(door: str, payload: bytes) -> bool:
    """Whether what is asked over a stream connection is about streams of the public market alone."""
    try:
        request = orjson.loads(payload)
        names = [name for name in request.get("params") or () if isinstance(name, str)]
        method = request["method"]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return False
    if method in _ABOUT_LINES:
        return True
    return method in _ABOUT_STREAMS and all(is_market_stream(door, name) for name in names)
