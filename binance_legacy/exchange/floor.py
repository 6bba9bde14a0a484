"""Where one symbol is traded: its book, its trades, its candles and what is pushed of them.

A floor is either alive (a crowd trades there) or recorded (a tape plays there). Both continue a simulated past.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from ..wire.streamnames import Stream
from ..wire.streamnames import read as read_name
from . import answers
from .book import Book, Fill
from .candles import Bar, Candles, merge
from .capture import Record
from .crowd import Crowd, Pace
from .history import Aggregate, History
from .listing import Symbol
from .past import Past, Trade
from .publisher import Levels, Publisher, Push, kind_of
from .tape import PLACES, Recorded, RecordedBook, units
from .walk import Walk

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
GAP: Final = 3 * MINUTE
"""A floor that has stood still for longer goes on from a newly made past instead of trading it all through."""

_BOOK_EPOCH: Final = 1_500_000_000_000
SETTLING: Final = 400
"""Milliseconds after which no recorded trade of a past moment is expected any more (0.2 s were measured)."""


class Floor:
    """What live and recorded floors share: the past joined with today, candles, the last 24 hours."""

    def __init__(self, symbol: Symbol, past: Past, pushed: list[Push]) -> None:
        self.symbol: Final = symbol
        self.past: Final = past
        self.pushed: Final = pushed
        self.publisher: Publisher
        self.history: History
        self.candles: Candles
        self.now: int
        self._day: tuple[int, Bar] | None = None

    @property
    def levels(self) -> Levels:
        """The book."""
        raise NotImplementedError

    @property
    def trade_count(self) -> int:
        """How many live trades there have been."""
        return self.history.count

    def bar(self, interval: str, start: int) -> Bar:
        """The candle that begins at `start`, as far as it has come."""
        return self.candles.bar(interval, start)

    def last_trade(self) -> Trade:
        """The latest trade, live or past."""
        return self.history.recent(1)[-1]

    def day_bar(self, at: int) -> Bar:
        """The last 24 hours, by whole minutes, as one bar."""
        minute = at // MINUTE * MINUTE
        if self._day is None or self._day[0] != minute:
            self._day = minute, self._span(minute - DAY + MINUTE, minute)
        earlier, now = self._day[1], self.candles.bar("1m", minute)
        return merge([earlier, now], earlier.open_time) if now.count else earlier

    def day(self, at: int) -> dict[str, Any]:
        """The last 24 hours, as ``GET /api/v3/ticker/24hr`` tells them."""
        return answers.day(self.symbol, self.day_bar(at), self.last_trade(), self.levels.best(), at)

    def average(self, at: int) -> tuple[str, int]:
        """The average price of the last five minutes, and the time of the last trade."""
        bar = self._span(at // MINUTE * MINUTE - 4 * MINUTE, at + MINUTE)
        return answers.average(self.symbol, bar), self.last_trade().time

    def _span(self, start: int, end: int) -> Bar:
        """The whole minutes from `start` to before `end` as one bar, from hours where there are whole ones."""
        first_hour, last_hour = -(-start // HOUR) * HOUR, end // HOUR * HOUR
        if first_hour >= last_hour:
            return merge(self.candles.bars("1m", start, end), start)
        bars = self.candles.bars("1m", start, first_hour) + self.candles.bars("1h", first_hour, last_hour)
        return merge(bars + self.candles.bars("1m", last_hour, end), start)


class LiveFloor(Floor):
    """A floor where a crowd trades, from the last whole minute before `now` on.

    Args:
        symbol: what is traded.
        walk: its fair price at any time.
        now: the time at which it wakes; it is run forward to there at once.
    """

    def __init__(self, symbol: Symbol, walk: Walk, seed: int, now: int) -> None:
        super().__init__(symbol, Past(walk, symbol), [])
        self.book: Final = Book((now - _BOOK_EPOCH) // 10, symbol.step)
        self.publisher = Publisher(self, self.pushed)
        opened = now // MINUTE * MINUTE
        first = self.past.id_at(opened)
        self._join(opened, first, first)
        fair: Callable[[int], float] = lambda at: walk.fair(symbol, at)  # noqa: E731
        self.crowd: Final = Crowd(symbol, self.book, fair, _pace(self.past, opened), str(seed), opened)
        self._trade_until(now + 1)
        self.now = now

    @property
    def levels(self) -> Book:
        return self.book

    def advance(self, now: int) -> None:
        """Moves the market to `now`."""
        if now - self.now > GAP:
            self._reopen(now)
        beat = self.publisher.beat
        tick = (self.now // beat + 1) * beat if beat else now + 1
        while tick <= now:
            self._trade_until(tick)
            self.publisher.tick(tick)
            tick += beat
        self._trade_until(now + 1)
        self.now = now

    def _join(self, opened: int, first_id: int, first_aggregate: int) -> None:
        """Lets the past reach to `opened`, and live trades begin there with these numbers."""
        self.history = History(self.past, opened, first_id, first_aggregate)
        self.candles = Candles(self.past, opened)
        self._day = None

    def _reopen(self, now: int) -> None:
        """Goes on after a gap: what happened meanwhile is past; numbers never repeat."""
        opened = now // MINUTE * MINUTE
        first, before = self.past.id_at(opened), self.history
        self._join(opened, max(first, before.next_id), max(first, before.next_aggregate))
        self._traded(self.crowd.settle(opened), opened)
        self._trade_until(now + 1)
        self.now = now
        self.publisher.restart(now)

    def _trade_until(self, end: int) -> None:
        crowd, publisher = self.crowd, self.publisher
        while (at := crowd.next) < end:
            fills = crowd.act()
            if fills:
                self._traded(fills, at)
            publisher.moved(at)

    def _traded(self, fills: list[Fill], at: int) -> None:
        """Books what one taking order has traded."""
        joined: list[Aggregate] = []
        for fill in fills:
            trade = Trade(self.history.next_id, at, fill.price, fill.qty, fill.buyer_is_maker)
            self.history.add(trade)
            self.candles.add(trade)
            self.publisher.traded(trade, at)
            if not (joined and _join(joined, trade)):
                joined.append(_alone(self.history.next_aggregate + len(joined), trade))
        for one in joined:
            self.history.add_aggregate(one)
            self.publisher.aggregated(one, at)


class TapeFloor(Floor):
    """A floor where a tape plays.

    Args:
        symbol: what is traded, with prices and quantities of eight decimals.
        recorded: what the tape holds of it.
        walk: gives the past, whose prices end at the tape's first.
        start: when the tape begins.
        pushed: where messages go; tape floors share one list, so that the recorded order is kept.
    """

    def __init__(
        self, symbol: Symbol, recorded: Recorded, walk: Walk, start: int, pushed: list[Push]
    ) -> None:
        super().__init__(symbol, Past(walk, symbol), pushed)
        self.recorded: Final = recorded
        self._built_trades: Final = not any(kind.kind == "trade" for kind in recorded.kinds)
        self._built_aggregates: Final = not any(kind.kind == "aggTrade" for kind in recorded.kinds)
        self._has_depth: Final = any(kind.kind == "depth" for kind in recorded.kinds)
        self.book: Final = RecordedBook(recorded.snapshot)
        self.publisher = Publisher(self, pushed, frozenset(recorded.kinds), SETTLING)
        self._open_aggregate: tuple[int, Aggregate] | None = None
        self._opened(start)
        self.now = start

    @property
    def levels(self) -> RecordedBook:
        return self.book

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
            self.history.add_aggregate(_alone(self.history.next_aggregate, trade))

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
            return
        self._complete_aggregate(at)
        stream = read_name(record.stream)
        if stream is None:
            return
        for name in self.publisher.names(kind_of(stream)):
            self.pushed.append((at, name, record.data))
        self._book(stream, record.data, at)

    def _book(self, stream: Stream, data: dict[str, Any], at: int) -> None:
        if stream.kind == "trade":
            self._traded(Trade(data["t"], _ms(data["T"]), units(data["p"]), units(data["q"]), data["m"]), at)
        elif stream.kind == "aggTrade":
            self._aggregated(data, at)
        elif stream.kind == "depth" and not stream.levels:
            self.book.update(data)
            self.publisher.moved(at)
        elif stream.kind == "bookTicker" and not self._has_depth:
            self.book.quoted(data)

    def _traded(self, trade: Trade, at: int) -> None:
        if trade.id < self.history.next_id:
            return  # two recorders' files that overlap
        self.history.add(trade)
        self.candles.add(trade)
        self.publisher.traded(trade, at)
        if not self._built_aggregates:
            return
        joined = [self._open_aggregate[1]] if self._open_aggregate else []
        if joined and _join(joined, trade):
            self._open_aggregate = at, joined[0]
        else:
            self._complete_aggregate(at, at_once=True)
            self._open_aggregate = at, _alone(self.history.next_aggregate, trade)

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


def _ms(time: int) -> int:
    return time if time < 10**14 else time // 1000


def _alone(number: int, trade: Trade) -> Aggregate:
    return Aggregate(number, trade.time, trade.price, trade.qty, trade.id, trade.id, trade.buyer_is_maker)


def _join(aggregates: list[Aggregate], trade: Trade) -> bool:
    """Adds a trade to the last aggregate where it belongs to it; whether it did."""
    last = aggregates[-1]
    if (last.time, last.price, last.buyer_is_maker) != (trade.time, trade.price, trade.buyer_is_maker):
        return False
    aggregates[-1] = last._replace(qty=last.qty + trade.qty, last=trade.id)
    return True


def _pace(past: Past, at: int) -> Pace:
    """The last hour's, so that the market goes on as it was; never slower than a trade in two seconds."""
    hour = merge(past.bars("1m", at - HOUR, at), at - HOUR)
    trades = min(3.0, max(0.6, hour.count / (HOUR / 1000)))
    return Pace(trades, hour.volume / max(1, hour.count))
