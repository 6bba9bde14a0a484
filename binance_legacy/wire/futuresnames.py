"""Names of futures streams: what one says. (Binance, *Derivatives: WebSocket Market Streams*.)"""

from __future__ import annotations

import re
from typing import Final

from .streamnames import INTERVALS, Stream

_SYMBOL = r"(?P<symbol>[a-z0-9_\-.\u0080-\U0010ffff]+)"
_ONE: Final = re.compile(rf"{_SYMBOL}@(?P<kind>aggTrade|trade|miniTicker|ticker|bookTicker|forceOrder)")
_PRICE: Final = re.compile(rf"{_SYMBOL}@(?P<kind>markPrice|indexPrice)(?P<fast>@1s)?")
_KLINE: Final = re.compile(
    rf"{_SYMBOL}@(?P<kind>kline|continuousKline)_(?P<interval>{'|'.join(INTERVALS[1:])})"
)
_DEPTH: Final = re.compile(rf"{_SYMBOL}@depth(?P<levels>5|10|20)?(?:@(?P<speed>100|250|500)ms)?")
_ALL: Final = re.compile(r"!(?P<kind>markPrice|miniTicker|ticker|forceOrder)@arr(?P<fast>@1s)?|!bookTicker")

_SECOND: Final = 1000
_SLOW: Final = 3 * _SECOND
_BOOK: Final = 250
_SPEEDS: Final = {"bookTicker": 5 * _SECOND, "miniTicker": _SECOND, "ticker": _SECOND, "forceOrder": _SECOND}


def read(name: str) -> Stream | None:
    """What a futures stream's name says; None where it is none, or one of those that few ask for.

    A stream's `speed` is always set where it has one: a mark price every 3 s, or every second.
    """
    if match := _ONE.fullmatch(name):
        return Stream(match["kind"], match["symbol"].upper())
    if match := _PRICE.fullmatch(name):
        return Stream(match["kind"], match["symbol"].upper(), speed=_SECOND if match["fast"] else _SLOW)
    if match := _KLINE.fullmatch(name):
        return Stream(match["kind"], match["symbol"].upper(), interval=match["interval"])
    if match := _DEPTH.fullmatch(name):
        levels = int(match["levels"]) if match["levels"] else None
        return Stream("depth", match["symbol"].upper(), None, levels, int(match["speed"] or _BOOK))
    if match := _ALL.fullmatch(name):
        kind = match["kind"] or "bookTicker"
        fast = _SECOND if match["fast"] else _SLOW
        return Stream(kind, speed=_SPEEDS.get(kind, fast))
    return None
