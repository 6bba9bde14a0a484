"""A recorded market played back: its messages at their time, and the book that they tell of."""

from __future__ import annotations

import logging
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ...wire.streamnames import read as read_name
from .book import Changes
from .capture import CaptureError, Record, read_all
from .publisher import Kind, kind_of

log = logging.getLogger("binance_legacy.exchange")

PLACES: Final = 8
"""Prices and quantities of a tape are integers of this many decimals, as Binance writes them."""

_MICROSECONDS_FROM: Final = 10**14


def units(text: str) -> int:
    """A recorded price or quantity in units of 1e-8: ``"2683.80000000"`` is 268380000000."""
    if text[-PLACES - 1 : -PLACES] == ".":
        return int(text[: -PLACES - 1] + text[-PLACES:])
    whole, _, decimals = text.partition(".")
    return int(whole + decimals.ljust(PLACES, "0")[:PLACES])


@lru_cache(4096)
def kind_named(name: str) -> Kind | None:
    """The kind of the stream of this name, or None where it is no spot market stream."""
    stream = read_name(name)
    return None if stream is None else kind_of(stream)


@dataclass(slots=True)
class Recorded:
    """What a tape holds of one symbol.

    Attributes:
        kinds: the kinds of streams recorded.
        snapshot: the first depth answer.
        first_trade: number of the first trade, also where only aggregate trades were recorded.
        first_aggregate: number of the first aggregate trade.
        first_price: of the first trade, in units of 1e-8.
    """

    kinds: set[Kind] = field(default_factory=set)
    snapshot: Record | None = None
    first_trade: int | None = None
    first_aggregate: int | None = None
    first_price: int | None = None

    @property
    def price(self) -> int | None:
        """The first price known: the first trade's, or the middle of the first depth answer."""
        if self.first_price is not None or self.snapshot is None:
            return self.first_price
        sides = self.snapshot.data["bids"], self.snapshot.data["asks"]
        best = [units(side[0][0]) for side in sides if side]
        return sum(best) // len(best) if best else None

    def note(self, record: Record) -> None:
        if not record.stream:
            self.snapshot = self.snapshot or record
            return
        if (kind := kind_named(record.stream)) is None:
            return
        self.kinds.add(kind)
        data = record.data
        if kind.kind == "trade" and self.first_trade is None:
            self.first_trade, self.first_price = data["t"], units(data["p"])
        elif kind.kind == "aggTrade" and self.first_aggregate is None:
            self.first_aggregate = data["a"]
            if self.first_trade is None:
                self.first_trade, self.first_price = data["f"], units(data["p"])


class Tape:
    """Captures, played one after another as one market.

    A message's time on the tape is the time that Binance put into it (``E``), never going back; one without
    takes the time it arrived, corrected by how far the recorder's clock was off at the message before.

    Args:
        paths: the files, in the order of time.

    Attributes:
        start: time of the first message, milliseconds UTC.
        end: time of the last.
        symbols: what there is of each symbol.

    Raises:
        CaptureError: a file cannot be read, or holds no message.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths: Final = list(paths)
        self.symbols: Final[dict[str, Recorded]] = {}
        self._skew = self._first_skew()
        self.start = self.end = -1
        for time, record in self._timed():
            self.start, self.end = (time if self.start < 0 else self.start), time
            symbol = record.symbol or record.stream.partition("@")[0].upper()
            self.symbols.setdefault(symbol, Recorded()).note(record)
        if self.start < 0:
            raise CaptureError(f"{', '.join(map(str, paths))}: no message in it")
        self._records: Final = self._timed()
        self._ahead = next(self._records, None)

    def advance(self, now: int) -> Iterator[tuple[int, Record]]:
        """The records that are due up to `now`, each once, in the order recorded, with their times."""
        while self._ahead is not None and self._ahead[0] <= now:
            due = self._ahead
            self._ahead = next(self._records, None)
            yield due

    def _first_skew(self) -> int:
        """How far the recorder's clock lies behind Binance's at the first message that tells, microseconds."""
        for record in read_all(self._paths):
            if (event := _event_time(record)) is not None:
                return event * 1000 - record.at
        return 0

    def _timed(self) -> Iterator[tuple[int, Record]]:
        time, skew = 0, self._skew
        for record in read_all(self._paths):
            event = _event_time(record)
            if event is None:
                event = (record.at + skew) // 1000
            else:
                skew = event * 1000 - record.at
            time = max(time, event)
            yield time, record


def _event_time(record: Record) -> int | None:
    """The time in a message, milliseconds."""
    if not record.stream or not isinstance(record.data, dict):
        return None
    time = record.data.get("E")
    if not isinstance(time, int):
        return None
    return time if time < _MICROSECONDS_FROM else time // 1000


class _Rungs:
    """One side of a recorded book: quantities by price, the best price last in line."""

    __slots__ = ("_line", "_sign", "changed", "quantities")

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._line: list[int] = []
        self.quantities: dict[int, int] = {}
        self.changed: set[int] = set()

    def set(self, price: int, qty: int) -> None:
        """Sets a level's quantity; 0 removes it."""
        known = self.quantities.get(price, 0)
        if qty == known:
            return
        self.changed.add(price)
        if qty and not known:
            insort(self._line, price * self._sign)
        elif not qty:
            del self._line[bisect_left(self._line, price * self._sign)]
            del self.quantities[price]
            return
        self.quantities[price] = qty

    def replace(self, levels: dict[int, int]) -> None:
        """Sets all levels to these."""
        for price in self.quantities.keys() - levels.keys():
            self.set(price, 0)
        for price, qty in levels.items():
            self.set(price, qty)

    def first(self, count: int) -> list[tuple[int, int]]:
        prices = [key * self._sign for key in self._line[: -count - 1 : -1]]
        return [(price, self.quantities[price]) for price in prices]

    def in_line(self) -> Iterator[tuple[int, int]]:
        """The levels, best first."""
        return ((key * self._sign, self.quantities[key * self._sign]) for key in reversed(self._line))

    def take_changed(self) -> dict[int, int]:
        taken = {price: self.quantities.get(price, 0) for price in self.changed}
        self.changed.clear()
        return taken


class RecordedBook:
    """The book that a tape tells of: a depth answer, then the differences after it.

    Args:
        snapshot: the tape's first depth answer of the symbol, or None. It lies somewhat after the tape's start;
            until the differences have reached it, it is the book: a program that buffers differences, asks for
            this and drops what is not newer (as Binance documents it) is in step at once.
    """

    def __init__(self, snapshot: Record | None) -> None:
        self._bids = _Rungs(1)
        self._asks = _Rungs(-1)
        self.update_id = 0
        self._whole = False
        if snapshot is not None:
            self._load(snapshot)
        self._bids.changed.clear()
        self._asks.changed.clear()
        self._drained = self.update_id

    def best(self) -> tuple[int, int, int, int]:
        """Best bid, its quantity, best ask, its quantity; zeros for a side without levels."""
        bid = self._bids.first(1) or [(0, 0)]
        ask = self._asks.first(1) or [(0, 0)]
        return (*bid[0], *ask[0])

    def top(self, count: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """The best `count` levels of bids and of asks as (price, quantity), best first."""
        return self._bids.first(count), self._asks.first(count)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of the book."""
        return not (self._bids.quantities or self._asks.quantities)

    def in_line(self, bids: bool) -> Iterator[tuple[int, int]]:
        """The levels of one side as (price, quantity), best first; to be read before the book changes again."""
        return (self._bids if bids else self._asks).in_line()

    def quantity(self, bids: bool, price: int) -> int:
        """How much stands at a price; 0 for none."""
        return (self._bids if bids else self._asks).quantities.get(price, 0)

    def take_changes(self) -> Changes | None:
        """What has changed since this was last asked, or None."""
        first, last = self._drained + 1, self.update_id
        if last < first:
            return None
        self._drained = last
        return Changes(first, last, self._bids.take_changed(), self._asks.take_changed())

    def update(self, data: dict[str, Any]) -> None:
        """A recorded depth difference; one that the book already holds changes nothing."""
        if data["u"] <= self.update_id:
            return
        if self._whole and data["U"] > self.update_id + 1:
            log.warning("the tape has a hole in %s's book before update %d", data["s"], data["U"])
            self._whole = False
        for rungs, levels in ((self._bids, data["b"]), (self._asks, data["a"])):
            for price, qty in _parsed(levels):
                rungs.set(price, qty)
        self.update_id = data["u"]

    def forget(self) -> None:
        """The next depth answer is taken over, whatever its number."""
        self._whole = False
        self.update_id = 0

    def answered(self, snapshot: Record) -> None:
        """A recorded depth answer: taken over where the book has a hole."""
        if not self._whole and snapshot.data["lastUpdateId"] >= self.update_id:
            self._load(snapshot)

    def quoted(self, data: dict[str, Any]) -> None:
        """A recorded best price, for a tape that holds no depth."""
        self._bids.replace({units(data["b"]): units(data["B"])})
        self._asks.replace({units(data["a"]): units(data["A"])})
        self.update_id = data["u"]

    def _load(self, snapshot: Record) -> None:
        self._bids.replace(dict(_parsed(snapshot.data["bids"])))
        self._asks.replace(dict(_parsed(snapshot.data["asks"])))
        self.update_id = snapshot.data["lastUpdateId"]
        self._whole = True


def _parsed(levels: Iterable[Sequence[str]]) -> Iterator[tuple[int, int]]:
    return ((units(level[0]), units(level[1])) for level in levels)
