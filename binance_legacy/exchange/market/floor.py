"""Where one symbol is traded: its trades, its candles, its last 24 hours, and what is pushed of them.

A floor is either live (a crowd trades there) or taped (a recording plays there). Both continue a simulated past.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Final

from . import answers
from .bars import DAY, HOUR, LENGTH, MINUTE, Bar, Trade, merge, zone_end, zone_start
from .candles import Candles
from .history import Aggregate, History
from .listing import Symbol
from .past import GENESIS, Past
from .publisher import Levels, Publisher, Push


class Floor(ABC):
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
        self._averages: dict[int, tuple[int, int, int]] = {}

    @property
    @abstractmethod
    def levels(self) -> Levels:
        """The book."""

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

    def average_price(self, minutes: int, at: int) -> int:
        """The average price of the last minutes by volume, the last price for 0 minutes; in 1e-8."""
        unit: int = 10 ** (8 - self.symbol.price_places)
        if not minutes:
            return self.last_trade().price * unit
        minute = at // MINUTE * MINUTE
        known = self._averages.get(minutes)
        if known is None or known[:2] != (minute, self.history.count):
            bar = self._span(minute - (minutes - 1) * MINUTE, minute + MINUTE)
            average = bar.quote * unit // bar.volume if bar.volume else bar.close * unit
            known = self._averages[minutes] = minute, self.history.count, average
        return known[2]

    def bars(self, interval: str, start: int, end: int, zone: int = 0) -> list[Bar]:
        """The candles that begin from `start` to before `end`, as they are in a time zone."""
        if not zone or not zone % LENGTH.get(interval, DAY):
            return self.candles.bars(interval, start, end)
        found = []
        at = zone_start(interval, start, zone)
        while at < end:
            after = zone_end(interval, at, zone)
            if at >= start and after > GENESIS:
                found.append(self._span(max(at, GENESIS), min(after, self.now // MINUTE * MINUTE + MINUTE)))
                found[-1].open_time = at
            at = after
        return found

    def span(self, start: int) -> Bar:
        """All from a whole minute until now as one bar."""
        return self._span(max(start, GENESIS), self.now // MINUTE * MINUTE + MINUTE)

    def _span(self, start: int, end: int) -> Bar:
        """The whole minutes from `start` to before `end` as one bar, made of the coarsest that fit."""
        return merge(self._pieces(start, end, (("1d", DAY), ("1h", HOUR), ("1m", MINUTE))), start)

    def _pieces(self, start: int, end: int, sizes: tuple[tuple[str, int], ...]) -> list[Bar]:
        """Bars of the first size where whole ones fit, of the others around them."""
        (interval, length), *finer = sizes
        first, last = -(-start // length) * length, end // length * length
        if not finer:
            return self.candles.bars(interval, start, end)
        if first >= last:
            return self._pieces(start, end, tuple(finer))
        before = self._pieces(start, first, tuple(finer)) if start < first else []
        after = self._pieces(last, end, tuple(finer)) if last < end else []
        return [*before, *self.candles.bars(interval, first, last), *after]


def alone(number: int, trade: Trade) -> Aggregate:
    """A trade as an aggregate of its own."""
    return Aggregate(number, trade.time, trade.price, trade.qty, trade.id, trade.id, trade.buyer_is_maker)


def join(aggregates: list[Aggregate], trade: Trade) -> bool:
    """Adds a trade to the last aggregate where it belongs to it; whether it did."""
    last = aggregates[-1]
    if (last.time, last.price, last.buyer_is_maker) != (trade.time, trade.price, trade.buyer_is_maker):
        return False
    aggregates[-1] = last._replace(qty=last.qty + trade.qty, last=trade.id)
    return True
