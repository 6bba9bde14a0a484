"""One symbol's order book: orders matched by price, then by time.

Everything is an integer (prices in units of the symbol's smallest price, quantities in units of its smallest
quantity), so nothing is ever rounded. A level is a queue of orders threaded through the orders themselves, so
that any order leaves it in constant time; levels are kept sorted, and the best of each side is at hand.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple


class Until(Enum):
    """How long a limit order waits (Binance's timeInForce)."""

    CANCELED = "GTC"
    IMMEDIATE = "IOC"
    FILLED_WHOLE = "FOK"


class Order:
    """An order that rests in the book.

    Attributes:
        id: unique in its book, rising with time.
        owner: whose it is; None for the crowd.
        is_buy: the side.
        price: its limit.
        qty: what is left of it, as far as it is shown.
        hidden: what is left of it besides; only an `Iceberg` has any.
    """

    hidden = 0

    __slots__ = ("after", "before", "id", "is_buy", "level", "owner", "price", "qty")

    def __init__(self, number: int, owner: str | None, is_buy: bool, price: int, qty: int) -> None:
        self.id = number
        self.owner = owner
        self.is_buy = is_buy
        self.price = price
        self.qty = qty
        self.level: Level | None = None
        self.before: Order | None = None
        self.after: Order | None = None


class Iceberg(Order):
    """An order that shows `part` of itself at a time; each new part goes to the end of its level's queue."""

    hidden: int
    part: int

    __slots__ = ("hidden", "part")

    def __init__(self, number: int, owner: str | None, is_buy: bool, price: int, qty: int, part: int) -> None:
        super().__init__(number, owner, is_buy, price, min(qty, part))
        self.hidden = qty - self.qty
        self.part = part

    def show_next(self) -> None:
        """Shows the next part."""
        self.qty = min(self.part, self.hidden)
        self.hidden -= self.qty


class Level:
    """All orders at one price of one side, oldest first."""

    __slots__ = ("first", "last", "price", "total")

    def __init__(self, price: int) -> None:
        self.price = price
        self.total = 0
        self.first: Order | None = None
        self.last: Order | None = None

    def append(self, order: Order) -> None:
        order.level = self
        order.before = self.last
        if self.last is None:
            self.first = order
        else:
            self.last.after = order
        self.last = order
        self.total += order.qty

    def remove(self, order: Order) -> None:
        before, after = order.before, order.after
        if before is None:
            self.first = after
        else:
            before.after = after
        if after is None:
            self.last = before
        else:
            after.before = before
        self.total -= order.qty
        order.level = order.before = order.after = None

    def __iter__(self) -> Iterator[Order]:
        order = self.first
        while order is not None:
            after = order.after
            yield order
            order = after


class Fill(NamedTuple):
    """One match: the maker's order gives its price; the maker bought where `buyer_is_maker`."""

    maker_id: int
    maker_owner: str | None
    taker_id: int
    taker_owner: str | None
    price: int
    qty: int
    buyer_is_maker: bool


class Outcome(NamedTuple):
    """What became of an order when it came in: `left` was not filled, and either `rests` or has lapsed."""

    id: int
    fills: list[Fill]
    left: int
    rests: bool


class Changes(NamedTuple):
    """Final quantities of the levels that changed in updates `first` to `last`; 0 where a level is gone."""

    first: int
    last: int
    bids: dict[int, int]
    asks: dict[int, int]


class Side:
    """The levels of one side; `best` is the price next in line, or None.

    The levels' prices are kept in a plain list, best last (asks negated): near the best price, where nearly
    all changes happen, an insertion moves a few machine words, which no tree of Python objects can match.
    """

    __slots__ = ("_line", "_sign", "best", "changed", "is_buy", "levels")

    def __init__(self, is_buy: bool) -> None:
        self.is_buy = is_buy
        self.levels: dict[int, Level] = {}
        self.best: int | None = None
        self.changed: set[int] = set()
        self._sign = 1 if is_buy else -1
        self._line: list[int] = []

    def add(self, order: Order) -> None:
        price = order.price
        level = self.levels.get(price)
        if level is None:
            level = self.levels[price] = Level(price)
            insort(self._line, price * self._sign)
            self.best = self._line[-1] * self._sign
        level.append(order)
        self.changed.add(price)

    def drop(self, price: int) -> None:
        """Forgets a level that has become empty."""
        del self.levels[price]
        line = self._line
        if price == self.best:
            line.pop()
            self.best = line[-1] * self._sign if line else None
        else:
            del line[bisect_left(line, price * self._sign)]

    def in_line(self) -> Iterator[Level]:
        """The levels, best first."""
        levels, sign = self.levels, self._sign
        return (levels[key * sign] for key in reversed(self._line))

    def reaches(self, limit: int | None) -> bool:
        """Whether a taker with this limit (None: any price) would find somebody."""
        best = self.best
        return best is not None and (limit is None or (best >= limit if self.is_buy else best <= limit))

    def total_within(self, limit: int, enough: int) -> int:
        """How much a taker with this limit would find; stops counting at `enough`."""
        found = 0
        for level in self.in_line():
            if found >= enough or (level.price < limit if self.is_buy else level.price > limit):
                break
            found += level.total
        return found

    def take_changed(self) -> dict[int, int]:
        """The changed prices with their final quantities, best first; forgets them."""
        levels = self.levels
        prices = sorted(self.changed, reverse=self.is_buy)
        self.changed.clear()
        return {price: levels[price].total if price in levels else 0 for price in prices}


class Book:
    """A price-time-priority order book.

    Args:
        update_id: number of the last update before this book's first; each call that changes the book counts
            one further, as Binance's ``u`` does.
        step: smallest tradable quantity, in quantity units; a market order by quote amount is cut to it.
        first_order: the id of the first order.
    """

    __slots__ = ("_drained", "_next", "asks", "bids", "orders", "step", "update_id")

    def __init__(self, update_id: int = 0, step: int = 1, first_order: int = 1) -> None:
        self.bids: Final = Side(True)
        self.asks: Final = Side(False)
        self.orders: Final[dict[int, Order]] = {}
        self.update_id = update_id
        self.step: Final = step
        self._drained = update_id
        self._next = first_order

    @property
    def best_bid(self) -> int | None:
        """The highest price bid, or None."""
        return self.bids.best

    @property
    def best_ask(self) -> int | None:
        """The lowest price asked, or None."""
        return self.asks.best

    def best(self) -> tuple[int, int, int, int]:
        """Best bid, its quantity, best ask, its quantity; zeros for a side without orders."""
        bid, ask = self.bids.best, self.asks.best
        return (
            bid or 0,
            0 if bid is None else self.bids.levels[bid].total,
            ask or 0,
            0 if ask is None else self.asks.levels[ask].total,
        )

    def top(self, count: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """The best `count` levels of bids and of asks as (price, total quantity), best first."""
        return _first(self.bids, count), _first(self.asks, count)

    def would_take(self, is_buy: bool, price: int) -> bool:
        """Whether a limit order would match at once."""
        return (self.asks if is_buy else self.bids).reaches(price)

    def limit(
        self,
        is_buy: bool,
        price: int,
        qty: int,
        owner: str | None = None,
        until: Until = Until.CANCELED,
        post_only: bool = False,
    ) -> Outcome:
        """A limit order.

        Args:
            is_buy: the side.
            price: worst acceptable price, above zero.
            qty: quantity, above zero.
            owner: whose it is; None for the crowd.
            until: good till canceled, immediate or cancel, fill or kill.
            post_only: lapse whole rather than take (Binance's LIMIT_MAKER).

        Raises:
            ValueError: price or quantity is not above zero.
        """
        if price <= 0 or qty <= 0:
            raise ValueError(f"an order needs a price and a quantity above zero, not {price} and {qty}")
        number = self._number()
        against = self.asks if is_buy else self.bids
        fills: list[Fill] = []
        left = qty
        if against.reaches(price):
            if post_only or (until is Until.FILLED_WHOLE and against.total_within(price, qty) < qty):
                return Outcome(number, fills, qty, False)
            left = self._take(against, number, owner, qty, price, fills)
        rests = left > 0 and until is Until.CANCELED
        if rests:
            order = Order(number, owner, is_buy, price, left)
            (self.bids if is_buy else self.asks).add(order)
            self.orders[number] = order
        if rests or fills:
            self.update_id += 1
        return Outcome(number, fills, left, rests)

    def market(self, is_buy: bool, qty: int, owner: str | None = None) -> Outcome:
        """Takes `qty` at whatever price stands there; what the book does not hold lapses.

        Raises:
            ValueError: the quantity is not above zero.
        """
        if qty <= 0:
            raise ValueError(f"an order needs a quantity above zero, not {qty}")
        number = self._number()
        fills: list[Fill] = []
        left = self._take(self.asks if is_buy else self.bids, number, owner, qty, None, fills)
        self.update_id += bool(fills)
        return Outcome(number, fills, left, False)

    def market_quote(self, is_buy: bool, quote: int, owner: str | None = None) -> Outcome:
        """Spends (or earns) up to `quote` (price units times quantity units) at whatever prices stand there.

        Returns:
            The outcome; its `left` is the amount not used: the book ended, or it buys less than
            one step of quantity.

        Raises:
            ValueError: the amount is not above zero.
        """
        if quote <= 0:
            raise ValueError(f"an order needs an amount above zero, not {quote}")
        number = self._number()
        against = self.asks if is_buy else self.bids
        fills: list[Fill] = []
        while (price := against.best) is not None:
            qty = quote // price // self.step * self.step
            if qty == 0:
                break
            before = len(fills)
            self._take(against, number, owner, qty, price, fills)
            quote -= sum(fill.price * fill.qty for fill in fills[before:])
        self.update_id += bool(fills)
        return Outcome(number, fills, quote, False)

    def cancel(self, number: int) -> Order | None:
        """Takes an order out; returns it, or None where no such order rests (any more)."""
        order = self.orders.pop(number, None)
        if order is not None:
            self._leave(order)
            self.update_id += 1
        return order

    # for those who look at each order that they meet

    def number(self) -> int:
        """An id for an order that will `rest`, or has been matched elsewhere."""
        return self._number()

    def front(self, is_buy: bool, limit: int | None) -> Order | None:
        """The order that a taker with this limit (None: any price) would meet first."""
        against = self.asks if is_buy else self.bids
        if not against.reaches(limit):
            return None
        assert against.best is not None
        return against.levels[against.best].first

    def hit(self, maker: Order, qty: int) -> None:
        """Takes up to what it shows from a resting order."""
        level = maker.level
        assert level is not None and 0 < qty <= maker.qty
        side = self.bids if maker.is_buy else self.asks
        side.changed.add(maker.price)
        self.update_id += 1
        if qty < maker.qty:
            maker.qty -= qty
            level.total -= qty
            return
        level.remove(maker)
        if maker.hidden:
            self._show_next(level, maker)
            return
        del self.orders[maker.id]
        maker.qty = 0
        if level.first is None:
            side.drop(maker.price)

    def rest(self, order: Order) -> None:
        """Puts an order that meets nobody (any more) into its line."""
        (self.bids if order.is_buy else self.asks).add(order)
        self.orders[order.id] = order
        self.update_id += 1

    def reduce(self, number: int, left: int) -> None:
        """Leaves `left` of a resting order, hidden part included; it keeps its place."""
        order = self.orders[number]
        level = order.level
        assert level is not None and 0 < left <= order.qty + order.hidden
        shown = min(order.qty, left)
        level.total -= order.qty - shown
        order.qty = shown
        if isinstance(order, Iceberg):
            order.hidden = left - shown
        (self.bids if order.is_buy else self.asks).changed.add(order.price)
        self.update_id += 1

    def take_changes(self) -> Changes | None:
        """What has changed since this was last asked, or None; the next answer starts after this one."""
        first, last = self._drained + 1, self.update_id
        if last < first:
            return None
        self._drained = last
        return Changes(first, last, self.bids.take_changed(), self.asks.take_changed())

    def skip_to(self, number: int) -> None:
        """Numbers below this one are taken."""
        self._next = max(self._next, number)

    def _number(self) -> int:
        number = self._next
        self._next = number + 1
        return number

    def _leave(self, order: Order) -> None:
        side = self.bids if order.is_buy else self.asks
        level = order.level
        assert level is not None
        level.remove(order)
        side.changed.add(order.price)
        if level.first is None:
            side.drop(order.price)

    def _show_next(self, level: Level, maker: Order) -> None:
        assert isinstance(maker, Iceberg)
        maker.show_next()
        level.append(maker)

    def _take(
        self, against: Side, number: int, owner: str | None, qty: int, limit: int | None, fills: list[Fill]
    ) -> int:
        """Matches up to `qty` against one side, the best level's oldest orders first; returns the rest."""
        while qty and against.reaches(limit):
            price = against.best
            assert price is not None
            level = against.levels[price]
            maker = level.first
            while maker is not None and qty:
                amount = min(qty, maker.qty)
                fills.append(Fill(maker.id, maker.owner, number, owner, price, amount, against.is_buy))
                qty -= amount
                if amount == maker.qty:
                    level.remove(maker)
                    if maker.hidden:
                        self._show_next(level, maker)
                    else:
                        del self.orders[maker.id]
                        maker.qty = 0
                else:
                    maker.qty -= amount
                    level.total -= amount
                maker = level.first
            against.changed.add(price)
            if maker is None:
                against.drop(price)
        return qty


def _first(side: Side, count: int) -> list[tuple[int, int]]:
    return [(level.price, level.total) for level, _ in zip(side.in_line(), range(count), strict=False)]
