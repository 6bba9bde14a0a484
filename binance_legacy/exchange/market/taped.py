"""A floor where a recording plays."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import gcd
from typing import Any, Final, Protocol

from .bars import MINUTE, Trade
from .candles import Candles
from .capture import Record
from .floor import Floor, alone, join
from .history import Aggregate, History
from .listing import ASSETS, Symbol
from .past import Past
from .publisher import Kind, Publisher, Push
from .tape import PLACES, Recorded, RecordedBook, kind_named, units
from .walk import Walk

SETTLING: Final = 400
"""Milliseconds after which no recorded trade of a past moment is expected any more (0.2 s were measured)."""


class Watcher(Protocol):
    """Who trades beside a tape, and must know what it plays."""

    def traded(self, trade: Trade, at: int) -> None:
        """A trade was played."""

    def changed(self, at: int) -> None:
        """A change of the book was played."""


class TapeFloor(Floor):
    """A floor where a tape plays.

    Args:
        symbol: what is traded, with prices and quantities of eight decimals.
        recorded: what the tape holds of it.
        walk: gives the past, whose prices end at the tape's first.
        start: when the tape begins.
        pushed: where messages go; tape floors share one list, so that the recorded order is kept.

    Attributes:
        has_depth: differences of the book are recorded, not its best prices alone.
        watcher: the users who trade here, once one has asked to.
    """

    def __init__(
        self, symbol: Symbol, recorded: Recorded, walk: Walk, start: int, pushed: list[Push]
    ) -> None:
        super().__init__(symbol, Past(walk, symbol), pushed)
        self.recorded: Final = recorded
        self._built_trades: Final = not any(kind.kind == "trade" for kind in recorded.kinds)
        self._built_aggregates: Final = not any(kind.kind == "aggTrade" for kind in recorded.kinds)
        self.has_depth: Final = any(kind.kind == "depth" and not kind.levels for kind in recorded.kinds)
        self.watcher: Watcher | None = None
        self.book: Final = RecordedBook(recorded.snapshot)
        self.publisher = Publisher(self, pushed, frozenset(recorded.kinds), SETTLING)
        self._open_aggregate: tuple[int, Aggregate] | None = None
        self._opened(start)
        self.now = start

    @property
    def levels(self) -> RecordedBook:
        return self.book

    @property
    def has_book(self) -> bool:
        """Whether anything of the book is recorded."""
        kinds = {kind.kind for kind in self.recorded.kinds}
        return self.has_depth or "bookTicker" in kinds or self.recorded.snapshot is not None

    def _opened(self, start: int) -> None:
        """Lets the past reach up to the tape's first trade: its last, broken minute as if it were live."""
        minute = start // MINUTE * MINUTE
        broken = [trade for trade in self.past.trades(minute, minute + MINUTE) if trade.time < start]
        first, first_aggregate = self.recorded.first_trade, self.recorded.first_aggregate
        if first is None:
            first = self.past.id_at(minute) + len(broken)
        if first_aggregate is None:
            first_aggregate = first
        self.history = History(self.past, minute, first - len(broken), first_aggregate - len(broken))
        self.candles = Candles(self.past, minute, first - len(broken))
        for trade in broken:
            trade = replace(trade, id=self.history.next_id)
            self.history.add(trade)
            self.candles.add(trade)
            self.history.add_aggregate(alone(self.history.next_aggregate, trade))

    def tick(self, at: int) -> None:
        """What is due on the beat at `at`."""
        self._complete_aggregate(at)
        beat = self.publisher.beat
        if beat and at % beat == 0:
            self.publisher.tick(at)

    def play(self, record: Record, at: int) -> None:
        """A record of the tape: pushed as it is, where its kind is subscribed, and its contents booked."""
        if not record.stream:
            self.book.answered(record)
            self._changed(at)
            return
        self._complete_aggregate(at)
        kind = kind_named(record.stream)
        if kind is None:
            return
        for name in self.publisher.names(kind):
            self.pushed.append((at, name, record.data))
        self._book(kind, record.data, at)

    def _book(self, kind: Kind, data: dict[str, Any], at: int) -> None:
        if kind.kind == "trade":
            self._traded(Trade(data["t"], _ms(data["T"]), units(data["p"]), units(data["q"]), data["m"]), at)
        elif kind.kind == "aggTrade":
            self._aggregated(data, at)
        elif kind.kind == "depth" and not kind.levels:
            self.book.update(data)
            self.publisher.moved(at)
            self._changed(at)
        elif kind.kind == "bookTicker" and not self.has_depth:
            self.book.quoted(data)
            self._changed(at)

    def _changed(self, at: int) -> None:
        if self.watcher is not None:
            self.watcher.changed(at)

    def _traded(self, trade: Trade, at: int) -> None:
        if trade.id < self.history.next_id:
            return  # two recorders' files that overlap
        self.history.add(trade)
        self.candles.add(trade)
        self.publisher.traded(trade, at)
        if self.watcher is not None:
            self.watcher.traded(trade, at)
        if not self._built_aggregates:
            return
        joined = [self._open_aggregate[1]] if self._open_aggregate else []
        if joined and join(joined, trade):
            self._open_aggregate = at, joined[0]
        else:
            self._complete_aggregate(at, at_once=True)
            self._open_aggregate = at, alone(self.history.next_aggregate, trade)

    def _complete_aggregate(self, at: int, at_once: bool = False) -> None:
        """An aggregate trade is complete when no other trade has joined it for a while."""
        if self._open_aggregate is not None and (at_once or at > self._open_aggregate[0] + 20):
            one = self._open_aggregate[1]
            self._open_aggregate = None
            self.history.add_aggregate(one)
            self.publisher.aggregated(one, at)

    def _aggregated(self, data: dict[str, Any], at: int) -> None:
        """A recorded aggregate trade; it stands for its trades where those are not recorded themselves."""
        if data["a"] < self.history.next_aggregate:
            return
        price, qty, time = units(data["p"]), units(data["q"]), _ms(data["T"])
        first, last, buyer_is_maker = data["f"], data["l"], data["m"]
        self.history.add_aggregate(Aggregate(data["a"], time, price, qty, first, last, buyer_is_maker))
        if not self._built_trades:
            return
        share = qty // (last - first + 1)
        for number in range(first, last):
            self._traded(Trade(number, time, price, share, buyer_is_maker), at)
        rest = qty - share * (last - first)
        self._traded(Trade(last, time, price, rest, buyer_is_maker), at)


def tape_symbol(symbol: Symbol) -> Symbol:
    """The symbol with prices and quantities of eight decimals, as a tape writes them."""
    price, qty = 10 ** (PLACES - symbol.price_places), 10 ** (PLACES - symbol.qty_places)
    return replace(
        symbol,
        price_places=PLACES,
        qty_places=PLACES,
        tick=symbol.tick * price,
        step=symbol.step * qty,
        min_qty=symbol.min_qty * qty,
        max_qty=symbol.max_qty * qty,
    )


def unlisted_symbol(name: str, recorded: Recorded) -> Symbol | None:
    """A recorded symbol that is not listed, with steps as its recorded levels show them.

    Returns:
        None where the name is not made of two known assets.
    """
    splits = [(name[:at], name[at:]) for at in range(1, len(name))]
    pair = next(((base, quote) for base, quote in splits if base in ASSETS and quote in ASSETS), None)
    if pair is None:
        return None
    levels: list[list[str]] = []
    if recorded.snapshot is not None:
        levels = recorded.snapshot.data["bids"] + recorded.snapshot.data["asks"]
    tick = gcd(*(units(level[0]) for level in levels)) or 1
    step = gcd(*(units(level[1]) for level in levels)) or 1
    return Symbol(name, *pair, "TRADING", PLACES, PLACES, tick, step, step, 10**10 * step, Decimal(0))


def _ms(time: int) -> int:
    return time if time < 10**14 else time // 1000
