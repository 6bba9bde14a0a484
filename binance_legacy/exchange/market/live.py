"""A floor where a crowd trades."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol

from .bars import HOUR, MINUTE, Trade, merge
from .book import Book, Fill, Side, Until
from .candles import Candles
from .crowd import Crowd, Pace
from .floor import Floor, alone, join
from .history import Aggregate, History
from .listing import Symbol
from .past import Past
from .publisher import Publisher
from .walk import Walk

GAP: Final = 3 * MINUTE
"""A floor that has stood still for longer is not traded through: what happened meanwhile is taken from the past."""

FILLED: Final = 6 * HOUR
"""Up to here what was shown before stays as it was; after longer (a machine that slept) all of it is past."""

WAITED: Final = 15 * MINUTE
"""Where users' orders wait, a gap up to this long is traded through after all."""

_BOOK_EPOCH: Final = 1_500_000_000_000


class Guests(Protocol):
    """Those who trade on a floor beside its crowd."""

    open_count: int

    def crowd_traded(self, fills: list[Fill], number: int, at: int, follow: bool = True) -> None:
        """The crowd has traded, with them too."""

    def watched(self) -> tuple[int, int]:
        """Between which prices nothing happens to them."""

    def passed(self, price: int, at: int, prepare: Callable[[], None]) -> bool:
        """Others have traded at a price."""


class LiveFloor(Floor):
    """A floor where a crowd trades, from the last whole minute before `now` on.

    Args:
        symbol: what is traded.
        walk: its fair price at any time.
        now: the time at which it wakes; it is run forward to there at once.
        least_id: the number that its first live trade has at least; those before it are taken.
        first_order: the number of its first order, its crowd's included.

    Attributes:
        guests: the users who trade here, once one has asked to.
    """

    def __init__(
        self, symbol: Symbol, walk: Walk, seed: int, now: int, least_id: int = 0, first_order: int = 1
    ) -> None:
        super().__init__(symbol, Past(walk, symbol), [])
        self.book: Final = Book((now - _BOOK_EPOCH) // 10, symbol.step, first_order)
        self.publisher = Publisher(self, self.pushed)
        self.guests: Guests | None = None
        self._halted = False
        opened = now // MINUTE * MINUTE
        first = max(self.past.id_at(opened), least_id)
        self._join(opened, first, first)
        self._walk: Final = walk
        self._moved_by = 1.0
        self.crowd: Final = Crowd(symbol, self.book, self._fair, _pace(self.past, opened), str(seed), opened)
        self._trade_until(now + 1)
        self.now = now

    @property
    def levels(self) -> Book:
        return self.book

    @property
    def moved_by(self) -> float:
        """How many times its own fair price the crowd trades around, since the price was moved."""
        return self._moved_by

    def move_by(self, factor: float, at: int) -> None:
        """Trades around so many times its own fair price from now on."""
        self._moved_by = factor
        self._jump_to_fair(at)

    @property
    def busy(self) -> bool:
        """Whether anybody waits for what happens here."""
        return self.publisher.busy or self._awaited

    @property
    def _awaited(self) -> bool:
        return self.guests is not None and self.guests.open_count > 0

    def halt(self, at: int) -> None:
        """Stops all trading here."""
        self._trade_until(at + 1)
        self._halted = True

    def resume(self, at: int) -> None:
        """Lets it go on."""
        self._halted = False
        self._traded(self.crowd.restart(at), at)
        self.publisher.moved(at)

    def advance(self, now: int) -> None:
        """Moves the market to `now`."""
        if self._halted:
            self._stand_still(now)
            return
        if now - self.now > (WAITED if self._awaited else GAP):
            self._reopen(now)
        beat = self.publisher.beat
        tick = (self.now // beat + 1) * beat if beat else now + 1
        while tick <= now:
            self._trade_until(tick)
            self.publisher.tick(tick)
            tick += beat
        self._trade_until(now + 1)
        self.now = now

    def _stand_still(self, now: int) -> None:
        """What is pushed on the beat goes on, although nobody trades."""
        beat = self.publisher.beat
        if beat and now - self.now <= GAP:
            for tick in range((self.now // beat + 1) * beat, now + 1, beat):
                self.publisher.tick(tick)
        self.now = now

    def _join(self, opened: int, first_id: int, first_aggregate: int) -> None:
        """Lets the past reach to `opened`, and live trades begin there with these numbers."""
        self.history = History(self.past, opened, first_id, first_aggregate)
        self.candles = Candles(self.past, opened)
        self._day = None

    def _reopen(self, now: int) -> None:
        """Goes on after a gap; numbers never repeat."""
        opened = now // MINUTE * MINUTE
        if self._awaited or self._moved_by != 1 or now - self.now <= FILLED:
            self._fill(opened)
        else:
            first, before = self.past.id_at(opened), self.history
            self._join(opened, max(first, before.next_id), max(first, before.next_aggregate))
        self._traded(self.crowd.settle(opened), opened)
        self._trade_until(now + 1)
        self.now = now
        self.publisher.restart(now)

    def _fill(self, opened: int) -> None:
        """Trades the minute that was begun to its end, and books the past's trades from there to `opened`."""
        begun = (self.now // MINUTE + 1) * MINUTE
        self._trade_until(begun)
        if self._awaited:
            self.crowd.give_up()
        watched = self.guests.watched() if self._awaited and self.guests else None
        for hour in range(begun, opened, HOUR):
            for trade in self.past.trades(hour, min(hour + HOUR, opened)):
                live = replace(trade, id=self.history.next_id, price=self._moved_price(trade.price))
                self._add(live)
                self.history.add_aggregate(alone(self.history.next_aggregate, live))
                if watched and self.guests and not watched[0] < trade.price < watched[1]:
                    watched = self.guests.watched() if self._pass(self.guests, live) else watched
        self._day = None

    def _pass(self, guests: Guests, trade: Trade) -> bool:
        """One of the past's trades meets users' orders, which it fills or starts; whether it did."""
        for side in (self.book.bids, self.book.asks):
            beyond = [level for price, level in side.levels.items() if _is_beyond(side, price, trade.price)]
            total = sum(
                min(one.total, trade.qty) if one.price == trade.price else one.total for one in beyond
            )
            if total:
                fills = self.book.limit(not side.is_buy, trade.price, total, None, Until.IMMEDIATE).fills
                guests.crowd_traded(fills, self.booked(fills, trade.time), trade.time, follow=False)
        met = guests.passed(trade.price, trade.time, lambda: self._quote_at(trade.time))
        self.crowd.give_up()
        return met

    def _moved_price(self, price: int) -> int:
        """A price of the past, as far from it as the market was moved."""
        tick = self.symbol.tick
        return price if self._moved_by == 1 else max(tick, round(price * self._moved_by / tick) * tick)

    def _quote_at(self, at: int) -> None:
        self._traded(self.crowd.restart(at), at)

    def _trade_until(self, end: int) -> None:
        crowd, publisher = self.crowd, self.publisher
        while (at := crowd.next) < end:
            fills = crowd.act()
            if fills:
                self._traded(fills, at)
            publisher.moved(at)

    def _traded(self, fills: list[Fill], at: int) -> None:
        """Books what one of the crowd has traded, with users too."""
        number = self.booked(fills, at)
        if self.guests is not None and self.guests.open_count:
            self.guests.crowd_traded(fills, number, at)

    def _fair(self, at: int) -> float:
        """The price that the crowd trades around."""
        return self._walk.fair(self.symbol, at) * self._moved_by

    def move(self, price: int, at: int) -> None:
        """Moves the price that the crowd trades around to `price`, and with it what it quotes; trades there once."""
        self._moved_by *= self.symbol.number(price) / self._fair(at)
        self._jump(price, at)

    def _jump(self, price: int, at: int) -> None:
        """The crowd quotes anew around a price that has jumped, and trades there once."""
        self._traded(self.crowd.restart(at), at)
        least = self.crowd.least
        fills = self.book.limit(False, price, least).fills  # trades with a bid that lies there, or rests
        self._traded(fills or self.book.limit(True, price, least, None, Until.IMMEDIATE).fills, at)
        self.publisher.moved(at)

    def _jump_to_fair(self, at: int) -> None:
        """The fair price has jumped."""
        tick, fair = self.symbol.tick, self._fair(at) * 10.0**self.symbol.price_places
        self._jump(max(tick, round(fair / tick) * tick), at)

    def moved(self, at: int) -> None:
        """The book may have changed."""
        self.publisher.moved(at)

    def _add(self, trade: Trade) -> None:
        self.history.add(trade)
        self.candles.add(trade)

    def booked(self, fills: list[Fill], at: int) -> int:
        """Books what one taking order has traded; returns the first trade's number."""
        number = self.history.next_id
        joined: list[Aggregate] = []
        for fill in fills:
            trade = Trade(self.history.next_id, at, fill.price, fill.qty, fill.buyer_is_maker)
            self._add(trade)
            self.publisher.traded(trade, at)
            if not (joined and join(joined, trade)):
                joined.append(alone(self.history.next_aggregate + len(joined), trade))
        for one in joined:
            self.history.add_aggregate(one)
            self.publisher.aggregated(one, at)
        return number


def _is_beyond(side: Side, price: int, traded: int) -> bool:
    """Whether an order at `price` must have met a trade at `traded`."""
    return price >= traded if side.is_buy else price <= traded


def _pace(past: Past, at: int) -> Pace:
    """The last hour's, so that the market goes on as it was; never slower than a trade in two seconds."""
    hour = merge(past.bars("1m", at - HOUR, at), at - HOUR)
    trades = min(3.0, max(0.6, hour.count / (HOUR / 1000)))
    return Pace(trades, hour.volume / max(1, hour.count))
