"""What may leave a paper box: questions about the public market and its streams, nothing else."""

from __future__ import annotations

import functools
import re
from typing import Any
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

SECRET = frozenset(
    ("signature", "timestamp", "recvwindow", "apikey", "x-mbx-apikey", "listenkey", "listentoken", "secret")
)
"""The names, in small letters, of what belongs to an account in a request: none that has one of them leaves."""

_PROPERTIES = (["combined"],)


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


def market_request(door: str, payload: bytes) -> bytes | None:
    """What may leave of a request over a stream connection: its method, names of streams of the public market, its id.

    Returns:
        None where it is about anything else.
    """
    try:
        request = orjson.loads(payload)
        method, params, number = request["method"], request.get("params"), request.get("id")
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None
    if not isinstance(number, int | str | None) or not _may_be_asked(door, method, params):
        return None
    said = {"method": method, "params": params, "id": number}
    return orjson.dumps({name: value for name, value in said.items() if value is not None})


def _may_be_asked(door: str, method: Any, params: Any) -> bool:
    if method == "LIST_SUBSCRIPTIONS":
        return params in (None, [])
    if not isinstance(params, list):
        return False
    if method in ("SUBSCRIBE", "UNSUBSCRIBE"):
        return all(isinstance(name, str) and is_market_stream(door, name) for name in params)
    return (method == "GET_PROPERTY" and params in _PROPERTIES) or (
        method == "SET_PROPERTY" and params[:1] in _PROPERTIES and params[1:] in ([True], [False])
    )
