"""The tickers of symbols that sleep: told now and then, without a simulation of each market.

A program that wants the ticker of every symbol there is would wake some fifteen hundred markets. Of those, as many
wake as a machine bears; the others push what is known of a sleeping symbol, each every ten seconds, until something
wakes it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final

from ...wire import messages
from ...wire.streamnames import Stream

Push = tuple[int, str, Any]

MOST_AWAKE: Final = 60
"""So many markets wake for a ticker's sake."""

KINDS: Final = ("ticker", "miniTicker", "bookTicker")
EVERY: Final = 10
"""Seconds between two pushes of a sleeping symbol."""

_SECOND: Final = 1000
_LONGEST: Final = EVERY * _SECOND


class Dozing:
    """The streams of sleeping symbols.

    Args:
        day: the last 24 hours of a sleeping symbol, as ``GET /api/v3/ticker/24hr`` answers them.
    """

    def __init__(self, day: Callable[[str], dict[str, Any]]) -> None:
        self._day: Final = day
        self._streams: Final[dict[str, dict[str, Stream]]] = {}

    def add(self, name: str, stream: Stream) -> None:
        """Push on a stream of a sleeping symbol; best prices stay as they are until it wakes."""
        self._streams.setdefault(str(stream.symbol), {})[name] = stream

    def remove(self, name: str, stream: Stream) -> None:
        """Push on it no longer."""
        self._streams.get(str(stream.symbol), {}).pop(name, None)

    def wake(self, symbol: str) -> dict[str, Stream]:
        """The streams of a symbol that sleeps no longer."""
        return self._streams.pop(symbol, {})

    def advance(self, before: int, now: int) -> Iterator[Push]:
        """What is pushed between two times, milliseconds."""
        if not self._streams:
            return
        first = max(before, now - _LONGEST) // _SECOND + 1
        for second in range(first, now // _SECOND + 1):
            for symbol, streams in self._streams.items():
                if zlib.crc32(symbol.encode()) % EVERY == second % EVERY:
                    yield from self._rows(symbol, streams, second * _SECOND)

    def _rows(self, symbol: str, streams: dict[str, Stream], at: int) -> Iterator[Push]:
        told = [(name, stream.kind) for name, stream in streams.items() if stream.kind != "bookTicker"]
        day = self._day(symbol) if told else {}
        for name, kind in told:
            yield at, name, messages.ticker(at, day) if kind == "ticker" else _mini(at, day)


def _mini(at: int, day: dict[str, Any]) -> messages.Message:
    return messages.mini_ticker(
        day["symbol"], at, day["lastPrice"], day["openPrice"], day["highPrice"], day["lowPrice"], day["volume"],
        day["quoteVolume"],
    )  # fmt: skip
