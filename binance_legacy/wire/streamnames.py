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

_SYMBOL = r"(?P<symbol>[a-z0-9_\-.\u0080-\U0010ffff]+)"
_KINDS = r"(?P<kind>aggTrade|trade|miniTicker|ticker|bookTicker|avgPrice)"
_ONE = re.compile(rf"{_SYMBOL}@{_KINDS}")
_KLINE = re.compile(rf"{_SYMBOL}@kline_(?P<interval>{'|'.join(INTERVALS)})")
_DEPTH = re.compile(rf"{_SYMBOL}@depth(?P<levels>{'|'.join(DEPTH_LEVELS)})?(?:@(?P<speed>100|1000)ms)?")
_ALL = re.compile(
    r"!(?P<kind>(?:miniTicker|ticker)(?=@arr)|bookTicker(?!@))(?:@arr)?(?:@(?P<speed>[0-9]+)ms)?"
)


@dataclass(frozen=True, slots=True)
class Stream:
    """What a spot stream's name says.

    Attributes:
        kind: ``trade``, ``aggTrade``, ``kline``, ``miniTicker``, ``ticker``, ``bookTicker``, ``avgPrice``, or
            ``depth`` (differences, or the best levels where `levels` is set).
        symbol: upper case, or None for a stream of all symbols.
        interval: of a kline stream, one of `INTERVALS`.
        levels: of a partial depth stream: 5, 10 or 20.
        speed: milliseconds between messages where the name says so (depth: 100 or 1000).
    """

    kind: str
    symbol: str | None = None
    interval: str | None = None
    levels: int | None = None
    speed: int | None = None


def write(stream: Stream) -> str:
    """The name of `stream`, as it stands in an address or a SUBSCRIBE request."""
    if stream.symbol is None:
        name = f"!{stream.kind}" if stream.kind == "bookTicker" else f"!{stream.kind}@arr"
    elif stream.kind == "kline":
        name = f"{stream.symbol.lower()}@kline_{stream.interval}"
    else:
        name = f"{stream.symbol.lower()}@{stream.kind}{stream.levels or ''}"
    return name if stream.speed is None else f"{name}@{stream.speed}ms"


def read(name: str) -> Stream | None:
    """What the name says, or None where it is no spot market stream (Binance stays silent on such a one)."""
    if match := _ONE.fullmatch(name):
        return Stream(match["kind"], match["symbol"].upper())
    if match := _KLINE.fullmatch(name):
        return Stream("kline", match["symbol"].upper(), interval=match["interval"])
    if match := _DEPTH.fullmatch(name):
        levels, speed = _number(match["levels"]), _number(match["speed"])
        return Stream("depth", match["symbol"].upper(), None, levels, speed)
    if match := _ALL.fullmatch(name):
        return Stream(match["kind"], speed=_number(match["speed"]))
    return None


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
