"""One symbol's simulated traders: makers who quote around the fair price, takers who cross the spread.

The shape was set against recorded ETHUSDT of 2024: mostly one tick between bid and ask, twenty levels within
0.03%, a hundred within 0.3%, quantities that grow away from the best price, takers with heavy-tailed sizes.
Arrivals are slower than there, on purpose.

Everything happens on the crowd's own schedule in market time: how often it is asked to act changes nothing.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from .book import Book, Fill, Until
from .listing import Symbol

LEVELS: Final = 300
"""How many orders the makers keep on each side."""

_HALF_SPREAD: Final = 0.000002
_REACH: Final = 0.01
_SHAPE: Final = 1.7
_REACH_TICKS: Final = 120
_FARTHEST: Final = 0.6
_SIZE_SPREAD: Final = 1.3
_TAKER_SPREAD: Final = 1.8
_FILLS_PER_TAKER: Final = 1.2


@dataclass(frozen=True, slots=True)
class Pace:
    """How busy a symbol is: its trades each second, and their mean quantity (in quantity units)."""

    trades: float
    qty: float


class _Edges(NamedTuple):
    """The fair price, and the best bid and ask that makers stand behind, one tick apart where ticks are coarse."""

    fair: float
    bid: int
    ask: int


class Crowd:
    """Makers and takers acting on one book, as a function of seed, start and market time.

    Args:
        symbol: what is traded.
        book: where; orders of others in it are traded with, never canceled.
        fair: the fair price (a plain number, not in units) at a time in milliseconds.
        pace: how many trades there are, and how large.
        seed: any text; the same seed and start give the same market.
        start: when trading starts; the book is filled for that moment.

    Attributes:
        least: the smallest order that the symbol allows, in quantity units.
    """

    def __init__(
        self, symbol: Symbol, book: Book, fair: Callable[[int], float], pace: Pace, seed: str, start: int
    ) -> None:
        self._symbol: Final = symbol
        self._book: Final = book
        self._fair: Final = fair
        self._pace: Final = pace
        self._random: Final = random.Random(f"{seed} {symbol.name} {start}")
        self._unit: Final = 10.0**symbol.price_places
        self.least = _smallest_order(symbol, fair(start))
        self._taker_rate: Final = pace.trades / _FILLS_PER_TAKER
        self._maker_rate: Final = min(8.0, 3.0 + 2.0 * pace.trades)
        self._own: list[int] = []
        self._buys = 0.5
        self._second = -1
        self._from = self._to = 0.0
        self.settle(start)

    def settle(self, start: int) -> list[Fill]:
        """Gives up all the crowd's orders and quotes afresh for the market at `start`.

        Returns:
            What was traded with orders of others that the price has run over meanwhile.
        """
        self.give_up()
        self.now = start
        self._next_maker = start + self._gap(self._maker_rate)
        self._next_taker = start + self._gap(self._taker_rate)
        edges = self._edges(self.price(start))
        fills = self._clear_way(edges) + self._close_up(edges)
        for _ in range(LEVELS):
            self._quote(True, edges)
            self._quote(False, edges)
        return fills

    def give_up(self) -> None:
        """Withdraws all the crowd's orders."""
        for number in self._own:
            self._book.cancel(number)
        self._own.clear()

    def restart(self, at: int) -> list[Fill]:
        """Settles anew for a fair price that has jumped; returns what was traded with orders of others."""
        self._second = -1
        self.least = _smallest_order(self._symbol, self._fair(at))
        return self.settle(at)

    @property
    def next(self) -> int:
        """When somebody acts next."""
        return math.ceil(min(self._next_maker, self._next_taker))

    def act(self) -> list[Fill]:
        """Lets the next trader act; returns what was traded, in order."""
        self.now = self.next
        edges = self._edges(self.price(self.now))
        if self._next_maker <= self._next_taker:
            self._next_maker += self._gap(self._maker_rate)
            return self._make(edges)
        self._next_taker += self._gap(self._taker_rate)
        return self._take(edges)

    def price(self, at: int) -> float:
        """The fair price in price units, drawn straight between whole seconds."""
        second = at // 1000
        if second != self._second:
            self._from = self._to if second == self._second + 1 else self._units(second * 1000)
            self._to = self._units(second * 1000 + 1000)
            self._second = second
        return self._from + (self._to - self._from) * (at - second * 1000) / 1000

    def _units(self, at: int) -> float:
        return max(1.5 * self._symbol.tick, self._fair(at) * self._unit)

    def _gap(self, rate: float) -> float:
        """Milliseconds to the next arrival: random, with a part that is sure, so that silences stay short."""
        return (0.3 + 0.7 * self._random.expovariate(1.0)) * 1000 / rate

    # makers

    def _make(self, edges: _Edges) -> list[Fill]:
        """Quotes that the price has run over are withdrawn or taken, gaps close, one order moves."""
        fills = self._clear_way(edges) + self._close_up(edges)
        leave, come = _turnover(len(self._book.orders))
        for _ in range(leave):
            self._withdraw()
        for _ in range(come):
            self._quote(len(self._book.bids.levels) <= len(self._book.asks.levels), edges)
        return fills

    def _edges(self, fair: float) -> _Edges:
        tick = self._symbol.tick
        half = max(0.5 * tick, fair * _HALF_SPREAD)
        bid = max(tick, math.floor((fair - half) / tick + 0.5) * tick)
        ask = math.ceil((fair + half) / tick - 0.5) * tick
        return _Edges(fair, bid, max(ask, bid + tick))

    def _clear_way(self, edges: _Edges) -> list[Fill]:
        fills: list[Fill] = []
        for side, edge in ((self._book.bids, edges.bid), (self._book.asks, edges.ask)):
            while (best := side.best) is not None and (best > edge if side.is_buy else best < edge):
                for number in [order.id for order in side.levels[best] if order.owner is None]:
                    self._book.cancel(number)
                if side.best == best:
                    total = side.levels[best].total
                    fills += self._book.limit(not side.is_buy, best, total, None, Until.IMMEDIATE).fills
        return fills

    def _close_up(self, edges: _Edges) -> list[Fill]:
        """Quotes at the edges where the book has drawn back from them; returns what that met."""
        book, slack = self._book, edges.fair * _HALF_SPREAD
        fills: list[Fill] = []
        if book.best_bid is None or book.best_bid < edges.bid - slack:
            fills += self._place(True, edges.bid, edges.fair)
        if book.best_ask is None or book.best_ask > edges.ask + slack:
            fills += self._place(False, edges.ask, edges.fair)
        return fills

    def _withdraw(self) -> None:
        """One order leaves, whichever it is."""
        own, orders = self._own, self._book.orders
        if len(own) > 4 * LEVELS:  # most are filled or withdrawn since
            own[:] = [number for number in own if number in orders]
        for _ in range(4):
            index = int(self._random.random() * len(own))
            number = own[index]
            own[index] = own[-1]
            own.pop()
            if self._book.cancel(number) is not None:
                break

    def _quote(self, is_buy: bool, edges: _Edges) -> None:
        """A new order at a distance drawn from the shape of the book."""
        fair, bid, ask = edges
        tick = self._symbol.tick
        reach = min(_FARTHEST, max(_REACH, _REACH_TICKS * tick / fair))
        away = fair * reach * self._random.random() ** _SHAPE
        steps = int(away / tick) * tick
        self._place(is_buy, bid - steps if is_buy else ask + steps, fair)

    def _place(self, is_buy: bool, price: int, fair: float) -> list[Fill]:
        if price <= 0:
            return []
        distance = abs(price - fair) / fair
        mean = self._pace.qty * (8.0 + 32.0 * min(1.0, distance / 0.0008))
        qty = mean * math.exp(self._random.gauss(-0.5 * _SIZE_SPREAD**2, _SIZE_SPREAD))
        outcome = self._book.limit(is_buy, price, self._whole(qty))
        if outcome.rests:
            self._own.append(outcome.id)
        return outcome.fills

    # takers

    def _take(self, edges: _Edges) -> list[Fill]:
        """A market order; buyers follow buyers for a while, as they do."""
        self._buys += 0.15 * (0.5 - self._buys) + self._random.gauss(0, 0.08)
        self._buys = min(0.85, max(0.15, self._buys))
        is_buy = self._random.random() < self._buys
        against = self._book.asks if is_buy else self._book.bids
        mean = self._pace.qty * _FILLS_PER_TAKER
        size = mean * math.exp(self._random.gauss(-0.5 * _TAKER_SPREAD**2, _TAKER_SPREAD))
        most = sum(level.total for level, _ in zip(against.in_line(), range(8), strict=False)) * 3 // 4
        best = against.best
        if best is None:
            return []
        qty = self._whole(min(size, float(most)))
        slip = int(edges.fair * 0.001)
        limit = best + slip if is_buy else max(1, best - slip)
        fills = self._book.limit(is_buy, limit, qty, None, Until.IMMEDIATE).fills
        if against.best is None:
            fills += self._close_up(edges)
        return fills

    def _whole(self, qty: float) -> int:
        step = self._symbol.step
        return max(self.least, int(qty / step) * step)


def _turnover(orders: int) -> tuple[int, int]:
    """How many orders leave and come at once, so that about `LEVELS` of each side stay."""
    if orders > 2 * LEVELS:
        return 2, 1
    return (1, 1) if orders > 1.9 * LEVELS else (0, 3)


def _smallest_order(symbol: Symbol, fair: float) -> int:
    """The least quantity that the symbol's minimums allow at this price."""
    notional = float(symbol.min_notional) / max(fair, 1e-12) * 10.0**symbol.qty_places
    return max(symbol.min_qty, math.ceil(notional / symbol.step) * symbol.step, symbol.step)
