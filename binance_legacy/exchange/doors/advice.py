"""What a client should hear about what it asks for: the real exchange, and so this one, would stay silent.

Pure: names go in, sentences come out, each of them once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from ...wire import streamnames
from ..market.publisher import SERVED, Kind, kind_of

MOST: Final = 20
"""Sentences about streams that are said; a client may ask for a thousand."""

_SYMBOLS_NAMED: Final = 5


class Shown(Protocol):
    """The market, as far as advice needs it."""

    def lists(self, symbol: str) -> bool: ...
    def tape_symbols(self) -> list[str]: ...
    def tape_kinds(self, symbol: str) -> frozenset[Kind]: ...


class Advice:
    """What was said already of one exchange.

    Args:
        market: knows what is listed and what was recorded.
    """

    def __init__(self, market: Shown) -> None:
        self._market: Final = market
        self._said: Final[set[str]] = set()

    def on_streams(self, names: Iterable[str], checked: bool = False) -> list[str]:
        """The sentences, not said before, about streams that are asked for; `checked`: not about wrong names."""
        right = [name for name in names if not (checked and streamnames.fault(name))]
        return list(self._new(sentence for name in right for sentence in self._about(name)))

    def on_symbol(self, symbol: str) -> list[str]:
        """The same about a symbol, as a REST request names it."""
        return list(self._new(self._about_tape(symbol)))

    def _new(self, sentences: Iterable[str]) -> Iterator[str]:
        for sentence in sentences:
            if sentence in self._said or len(self._said) > MOST:
                continue
            self._said.add(sentence)
            full = len(self._said) > MOST
            yield "more streams than these stay silent, and are not told of" if full else sentence

    def _about(self, name: str) -> Iterator[str]:
        stream = streamnames.read(name)
        if fault := streamnames.fault(name):
            yield fault
        elif stream is None or stream.symbol is None:
            if stream is not None and stream.kind != "miniTicker":
                yield _later(name)
        elif not self._market.lists(stream.symbol):
            yield f"{stream.symbol} is not listed here: {name!r} stays silent"
        elif not self._serves(stream.symbol, kind_of(stream)):
            yield _later(name)
        else:
            yield from self._about_tape(stream.symbol)

    def _serves(self, symbol: str, kind: Kind) -> bool:
        return kind.kind in SERVED or kind in self._market.tape_kinds(symbol)

    def _about_tape(self, symbol: str) -> Iterator[str]:
        held = self._market.tape_symbols()
        if held and symbol not in held and self._market.lists(symbol):
            more = f" and {len(held) - _SYMBOLS_NAMED} more" if len(held) > _SYMBOLS_NAMED else ""
            yield (
                f"{symbol} is not on the tape, which holds {', '.join(held[:_SYMBOLS_NAMED])}{more}: "
                "it is simulated beside it"
            )


def _later(name: str) -> str:
    return f"{name!r} is alive on Binance, but not served by this exchange yet: it stays silent"
