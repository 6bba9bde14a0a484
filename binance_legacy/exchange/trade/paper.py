"""Where users trade on a recorded market: their orders meet what was recorded, and change nothing of it.

A recording tells how much stood at each price and what traded, not what would have happened had somebody else been
there. So an order gets no more than the recording allows:

* an order that takes walks the recorded levels. What it has taken from one stays taken for later orders until the
  level is gone;
* an order that rests waits its turn: what stands at its price when it comes must trade, or be withdrawn, first. Of
  what is withdrawn all is taken to have stood behind it, until the level holds less than is still ahead of it;
* of a recorded trade at its price it gets what is left when those ahead of it have had theirs; of one beyond its
  price, as if that trade had met it first. Orders of users share what there is;
* a recorded offer that comes to lie at its price or beyond trades with it, at its price.

Trades of users have numbers of their own, from `FIRST_TRADE` on: no recorded trade is theirs.
"""

from __future__ import annotations

import logging
from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from ..market.bars import Trade
from ..market.book import Fill, Order
from ..market.listing import Symbol
from ..market.tape import RecordedBook
from ..market.taped import TapeFloor
from .clearing import Clearing
from .desk import Desk, FirstFilled

log = logging.getLogger("binance_legacy.exchange")

FIRST_TRADE: Final = 8_000_000_000_000_000
"""Recorded numbers are far below it; a program of 53-bit numbers can still read it."""


class _Offer:
    """What stands at one recorded price, as far as no user has taken it."""

    __slots__ = ("hidden", "id", "is_buy", "owner", "price", "qty")

    def __init__(self, is_buy: bool, price: int, qty: int) -> None:
        self.is_buy, self.price, self.qty = is_buy, price, qty
        self.id, self.owner, self.hidden = 0, None, 0

    def __iter__(self) -> Iterator[_Offer]:
        yield self  # it is a level of one order


class _Offers:
    """One side of the recorded book, less what users have taken from it."""

    def __init__(self, recorded: RecordedBook, is_buy: bool) -> None:
        self._recorded: Final = recorded
        self._is_buy: Final = is_buy
        self._taken: Final[dict[int, int]] = {}

    def in_line(self) -> Iterator[_Offer]:
        """The levels, best first."""
        for price, qty in self._recorded.in_line(self._is_buy):
            left = qty - self._taken.get(price, 0)
            if left > 0:
                yield _Offer(self._is_buy, price, left)

    def within(self, limit: int | None) -> Iterator[_Offer]:
        """Those that a taker with this limit (None: any price) meets."""
        for offer in self.in_line():
            if limit is not None and (offer.price < limit if self._is_buy else offer.price > limit):
                return
            yield offer

    def take(self, price: int, qty: int) -> None:
        self._taken[price] = self._taken.get(price, 0) + qty

    def forget(self) -> None:
        """What was taken from levels that are gone does not matter any more."""
        for price in [price for price in self._taken if not self._recorded.quantity(self._is_buy, price)]:
            del self._taken[price]


@dataclass(slots=True, eq=False)
class _Waiting:
    """A user's order that rests.

    Attributes:
        ahead: how much at its price has its turn before it; None while the recording does not tell.
    """

    order: Order
    left: int
    ahead: int | None = field(default=None)

    def __lt__(self, other: _Waiting) -> bool:
        """Better prices first, then older orders."""
        mine, its = self.order, other.order
        if mine.price != its.price:
            return mine.price > its.price if mine.is_buy else mine.price < its.price
        return mine.id < its.id


class PaperBook:
    """The recorded book as users' orders meet it, and their own orders beside it.

    Args:
        recorded: what is recorded of the book.
        step: the symbol's smallest change of a quantity.
        whole: differences of the book are recorded, not its best prices alone, so that a price at which nothing
            stands is known to be empty.
    """

    def __init__(self, recorded: RecordedBook, step: int, whole: bool) -> None:
        self.step: Final = step
        self.bids: Final = _Offers(recorded, True)
        self.asks: Final = _Offers(recorded, False)
        self._recorded: Final = recorded
        self._whole: Final = whole
        self._numbers: Final = count(1)
        self._waiting: Final[dict[bool, list[_Waiting]]] = {True: [], False: []}

    # -- as a book, to who places orders -----------------------------------------------------------------------

    def number(self) -> int:
        """An id for an order."""
        return next(self._numbers)

    def would_take(self, is_buy: bool, price: int) -> bool:
        """Whether an order would meet an offer."""
        return self.front(is_buy, price) is not None

    def front(self, is_buy: bool, limit: int | None) -> _Offer | None:
        """The offer that a taker with this limit (None: any price) would meet first."""
        return next((self.asks if is_buy else self.bids).within(limit), None)

    def hit(self, maker: _Offer, qty: int) -> None:
        """Takes from an offer."""
        (self.bids if maker.is_buy else self.asks).take(maker.price, qty)

    def rest(self, order: Order) -> None:
        """Lets an order wait behind what stands at its price."""
        insort(self._waiting[order.is_buy], _Waiting(order, order.qty + order.hidden, self._at(order)))

    def cancel(self, number: int) -> None:
        """Takes an order that waits away."""
        for line in self._waiting.values():
            line[:] = [one for one in line if one.order.id != number]

    def reduce(self, number: int, left: int) -> None:
        """Leaves `left` of an order; it keeps its turn."""
        for one in (*self._waiting[True], *self._waiting[False]):
            if one.order.id == number:
                one.left = left

    # -- what the recording brings -----------------------------------------------------------------------------

    def traded(self, trade: Trade) -> list[Fill]:
        """A recorded trade; what users get of it."""
        fills: list[Fill] = []
        volume = trade.qty
        for one in self._met_by(trade):
            if one.order.price == trade.price:
                if one.ahead is None:
                    continue
                before = min(one.ahead, volume)
                one.ahead -= before
            else:
                before = 0
            qty = min(one.left, volume - before)
            if qty > 0:
                volume -= qty
                fills.append(self._fill(one, qty))
        self._clear()
        return fills

    def _met_by(self, trade: Trade) -> list[_Waiting]:
        """The orders at a trade's price or beyond, best first: of the side that the taker met, who is known."""
        met = [one for one in self._waiting[trade.buyer_is_maker] if _reaches(one.order, trade.price)]
        if not self._recorded.is_empty:
            return met
        others = self._waiting[
            not trade.buyer_is_maker
        ]  # nothing but trades tells where the other side stands
        return met + [
            one for one in others if one.order.price != trade.price and _reaches(one.order, trade.price)
        ]

    def changed(self) -> list[Fill]:
        """The recorded book has changed; what users get of offers that reach their orders."""
        self.bids.forget()
        self.asks.forget()
        fills: list[Fill] = []
        for line in self._waiting.values():
            for one in line:
                at_price = self._at(one.order)
                if at_price is not None:
                    one.ahead = at_price if one.ahead is None else min(one.ahead, at_price)
                fills += self._reached(one)
        self._clear()
        return fills

    def _reached(self, one: _Waiting) -> Iterator[Fill]:
        """The recorded offers at an order's price or beyond trade with it."""
        offers = self.asks if one.order.is_buy else self.bids
        for offer in offers.within(one.order.price):
            qty = min(one.left, offer.qty)
            if not qty:
                return
            offers.take(offer.price, qty)
            yield self._fill(one, qty)

    def _fill(self, one: _Waiting, qty: int) -> Fill:
        one.left -= qty
        order = one.order
        return Fill(order.id, order.owner, 0, None, order.price, qty, order.is_buy)

    def _clear(self) -> None:
        for line in self._waiting.values():
            line[:] = [one for one in line if one.left]

    def _at(self, order: Order) -> int | None:
        """How much stands at an order's price, on its side; None where that is not known."""
        qty = self._recorded.quantity(order.is_buy, order.price)
        if qty or self._whole:
            return qty
        best = next(self._recorded.in_line(order.is_buy), None)
        if best is None:
            return None
        is_better = order.price > best[0] if order.is_buy else order.price < best[0]
        return 0 if is_better else None


def _reaches(order: Order, price: int) -> bool:
    """Whether a trade at `price` lies at an order's price or beyond it."""
    return order.price >= price if order.is_buy else order.price <= price


class TapePlace:
    """A recorded symbol's market, as a desk sees it.

    Args:
        floor: where the tape plays.
    """

    def __init__(self, floor: TapeFloor) -> None:
        self._floor: Final = floor
        self._numbers = FIRST_TRADE
        self.symbol: Final[Symbol] = floor.symbol
        self.book: Final = PaperBook(floor.book, floor.symbol.step, floor.has_depth)
        if not floor.has_book:
            log.warning(
                "the tape holds no order book of %s: orders that take find nobody, and others are filled by trades "
                "beyond their price; record its @depth or @bookTicker too",
                floor.symbol.name,
            )
        self.desk: TapeDesk | None = None

    def last_trade(self) -> Trade:
        """The latest recorded trade."""
        return self._floor.last_trade()

    def average_price(self, minutes: int, at: int) -> int:
        """The average recorded price of the last minutes, in 1e-8; the last price for 0 minutes."""
        return self._floor.average_price(minutes, at)

    def booked(self, fills: list[Fill], at: int) -> int:
        """Numbers what a user has traded; the recording stays as it is."""
        first = self._numbers
        self._numbers += len(fills)
        return first

    def moved(self, at: int) -> None:
        """The book may have changed: not this one."""

    # what the floor tells

    def traded(self, trade: Trade, at: int) -> None:
        """A trade was played."""
        if self.desk is not None and self.desk.open_count:
            self.desk.tape_traded(trade.price, self.book.traded(trade), at)

    def changed(self, at: int) -> None:
        """A change of the book was played."""
        fills = self.book.changed()
        if fills and self.desk is not None:
            self.desk.crowd_traded(fills, self.booked(fills, at), at)


class TapeDesk(Desk):
    """The users' side of a recorded market, whose prices are the recorded ones alone."""

    def __init__(self, place: TapePlace, clearing: Clearing, first_filled: FirstFilled) -> None:
        super().__init__(place, clearing, first_filled)
        place.desk = self

    def _note_price(self, price: int) -> None:
        """A user's own trade moves no recorded price, and starts no order."""

    def tape_traded(self, price: int, fills: list[Fill], at: int) -> None:
        """A recorded trade: what users got of it, and the orders that its price starts."""
        self._prices.append(price)
        self.crowd_traded(fills, self._place.booked(fills, at), at)
