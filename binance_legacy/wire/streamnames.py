"""Stream names: write one, read one. ``read(write(...))`` gives back what was written.

A market stream is named ``<symbol>@<kind>[...]`` with the symbol in lower case, or ``!<kind>@arr`` for all
symbols at once. (Binance, *WebSocket Streams for Binance*.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

INTERVALS: Final = (
    "1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M",
)  # fmt: skip
DEPTH_LEVELS: Final = ("5", "10", "20")

WINDOWS: Final = ("1h", "4h", "1d")
"""Of the tickers of a rolling window."""

KINDS: Final = (
    "trade", "aggTrade", "kline_<interval>", "miniTicker", "ticker", *(f"ticker_{window}" for window in WINDOWS),
    "bookTicker", "avgPrice", "depth", *(f"depth{levels}" for levels in DEPTH_LEVELS),
)  # fmt: skip
"""What may stand after a symbol, speeds and time zones left out."""

RETIRED: Final = {
    "!ticker@arr": ("2026-03-26", "<symbol>@ticker and !miniTicker@arr"),
    "!bookTicker": ("2022-12-07", "<symbol>@bookTicker"),
}
"""Spot streams that Binance switched off: when, and what is alive instead."""

NAMES_CHECKED: Final = "X-Binance-Legacy-Names-Checked"
"""Header by which a client tells the exchange in a box that it has logged every `fault` itself."""

SYMBOL: Final = re.compile(r"[A-Za-z0-9_.\-\u0080-\U0010ffff]{1,40}")
"""What a symbol may be made of."""

_WINDOW = f"ticker_(?:{'|'.join(WINDOWS)})"
_SYMBOL = r"(?P<symbol>[a-z0-9_\-.\u0080-\U0010ffff]+)"
_ONE = re.compile(rf"{_SYMBOL}@(?P<kind>aggTrade|trade|miniTicker|ticker|{_WINDOW}|bookTicker|avgPrice)")
_KLINE = re.compile(rf"{_SYMBOL}@kline_(?P<interval>{'|'.join(INTERVALS)})(?:@(?P<zone>\+08:00))?")
_DEPTH = re.compile(rf"{_SYMBOL}@depth(?P<levels>{'|'.join(DEPTH_LEVELS)})?(?:@(?P<speed>100|1000)ms)?")
_ALL = re.compile(rf"!(?P<kind>miniTicker|ticker|{_WINDOW})@arr(?:@(?P<speed>1000|3000)ms)?")
_ALL_BEST = "!bookTicker"
_LISTEN_KEY = re.compile("[A-Za-z0-9]{60,}")


@dataclass(frozen=True, slots=True)
class Stream:
    """What a spot stream's name says.

    Attributes:
        kind: ``trade``, ``aggTrade``, ``kline``, ``miniTicker``, ``ticker``, ``ticker_1h`` (and ``4h``, ``1d``),
            ``bookTicker``, ``avgPrice``, or ``depth`` (differences, or the best levels where `levels` is set).
        symbol: upper case, or None for a stream of all symbols.
        interval: of a kline stream, one of `INTERVALS`.
        levels: of a partial depth stream: 5, 10 or 20.
        speed: milliseconds between messages where the name says so (depth: 100 or 1000; all symbols: 1000 or
            3000).
        zone: of a kline stream whose candles follow another day than UTC's: ``+08:00``.
    """

    kind: str
    symbol: str | None = None
    interval: str | None = None
    levels: int | None = None
    speed: int | None = None
    zone: str | None = None


def write(stream: Stream) -> str:
    """The name of `stream`, as it stands in an address or a SUBSCRIBE request."""
    if stream.symbol is None:
        name = f"!{stream.kind}" if stream.kind == "bookTicker" else f"!{stream.kind}@arr"
    elif stream.kind == "kline":
        name = f"{stream.symbol.lower()}@kline_{stream.interval}"
        name += f"@{stream.zone}" if stream.zone else ""
    else:
        name = f"{stream.symbol.lower()}@{stream.kind}{stream.levels or ''}"
    return name if stream.speed is None else f"{name}@{stream.speed}ms"


def read(name: str) -> Stream | None:
    """What the name says, or None where it is no spot market stream (Binance stays silent on such a one)."""
    if match := _ONE.fullmatch(name):
        return Stream(match["kind"], match["symbol"].upper())
    if match := _KLINE.fullmatch(name):
        return Stream("kline", match["symbol"].upper(), interval=match["interval"], zone=match["zone"])
    if match := _DEPTH.fullmatch(name):
        levels, speed = _number(match["levels"]), _number(match["speed"])
        return Stream("depth", match["symbol"].upper(), None, levels, speed)
    if match := _ALL.fullmatch(name):
        return Stream(match["kind"], speed=_number(match["speed"]))
    return Stream("bookTicker") if name == _ALL_BEST else None


def fault(name: str) -> str | None:
    """Why Binance stays silent on a name and what would be right, in one sentence; None for one that is alive."""
    if name in RETIRED:
        since, instead = RETIRED[name]
        return f"Binance switched the stream {name} off on {since}: it stays silent; alive: {instead}"
    if read(name) is not None or _LISTEN_KEY.fullmatch(name):
        return None
    return f"Binance stays silent on {name!r}: {_why(name)}"


def _why(name: str) -> str:
    symbol, at, kind = name.partition("@")
    if symbol.startswith("!"):
        return "streams of all symbols are !miniTicker@arr and !ticker_1h@arr, _4h, _1d; @1000ms or @3000ms may follow"
    if not (symbol and at):
        return "a stream's name is <symbol>@<kind>, such as 'bnbbtc@trade'"
    if symbol != symbol.lower():
        return "the symbol of a stream's name is written in lower case"
    if kind.startswith("kline_"):
        return f"its candles are kline_ and one of {', '.join(INTERVALS)}"
    if kind.startswith("depth"):
        return "its order books are depth, depth5, depth10 and depth20; @100ms or @1000ms may follow"
    return f"there is no stream of the kind {kind!r}; there are {', '.join(KINDS)}"


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def futures_category(name: str) -> str:
    """Which door of today's USD-M stream host pushes `name`: ``public``, ``market`` or ``private``.

    Since 2026-04-23 a name asked for at the wrong door is acknowledged and stays silent.
    """
    kind = name.partition("@")[2] or name
    if kind.startswith(("bookTicker", "depth", "rpiDepth")) or name.startswith("!bookTicker"):
        return "public"
    return "market" if "@" in name or name.startswith("!") else "private"
