"""How a user's order meets those in the book: what it would find, and what it takes.

The crowd's own way through the book is `Book.limit`; a user's order looks at each maker, because some may be its
owner's. (Binance, *Self Trade Prevention FAQ*.)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from ..market.book import Fill, Order
from .orders import UserOrder, cost


class Maker(Protocol):
    """An order in the book, or what stands for one."""

    @property
    def id(self) -> int: ...
    @property
    def owner(self) -> str | None: ...
    @property
    def price(self) -> int: ...
    @property
    def qty(self) -> int: ...
    @property
    def hidden(self) -> int: ...


class Line(Protocol):
    """The orders at one price, in their turn."""

    @property
    def price(self) -> int: ...
    def __iter__(self) -> Iterator[Maker]: ...


class Lines(Protocol):
    """One side of a book."""

    def in_line(self) -> Iterator[Line]:
        """Best first."""


class OrderBook(Protocol):
    """A book that users' orders meet: a live one, or a recorded one with theirs beside it."""

    @property
    def step(self) -> int: ...
    @property
    def bids(self) -> Lines: ...
    @property
    def asks(self) -> Lines: ...
    def number(self) -> int: ...
    def would_take(self, is_buy: bool, price: int) -> bool: ...
    def front(self, is_buy: bool, limit: int | None) -> Maker | None: ...
    def hit(self, maker: Any, qty: int) -> None: ...
    def rest(self, order: Order) -> None: ...
    def cancel(self, number: int) -> object: ...
    def reduce(self, number: int, left: int) -> None: ...


class Prevented(NamedTuple):
    """A maker of the taker's own owner was met: what each of them loses; None where it loses nothing."""

    maker_id: int
    price: int
    qty: int
    maker_loses: int | None
    taker_loses: int | None


Step = Fill | Prevented


@dataclass(slots=True)
class Plan:
    """What an order would find.

    Attributes:
        qty: how much of it would be used up, traded or prevented.
        traded: how much would be traded.
        cost: what that costs, in 1e-8 of the quote asset.
        dry: the book would be empty (within its limit) before the order is used up.
    """

    qty: int = 0
    traded: int = 0
    cost: int = 0
    dry: bool = True


@dataclass(slots=True)
class Met:
    """What an order has met, in order; `stopped` where the taker has ended because of self-trade prevention."""

    steps: list[Step] = field(default_factory=list)
    stopped: bool = False


def plan(book: OrderBook, order: UserOrder, limit: int | None, qty: int | None, quote: int = 0) -> Plan:
    """What an order would find in the book, which stays as it is.

    Args:
        book: where.
        order: who asks; its owner, side and mode count.
        limit: the worst price, or None for any.
        qty: how much is wanted; None for as much as `quote` pays for.
        quote: price units times quantity units to spend or earn.
    """
    ticket, found = order.ticket, Plan()
    own = None if ticket.mode == "NONE" else order.account.name
    for level in (book.asks if ticket.is_buy else book.bids).in_line():
        price = level.price
        if limit is not None and (price > limit if ticket.is_buy else price < limit):
            break
        line = deque((maker, maker.qty, maker.hidden) for maker in level)
        while line:
            left = qty - found.qty if qty is not None else quote // price // book.step * book.step
            if left <= 0:
                found.dry = False
                return found
            maker, shown, hidden = line.popleft()
            if own is not None and maker.owner == own:
                if ticket.mode == "EXPIRE_MAKER":
                    continue
                if ticket.mode != "DECREMENT":
                    return found
                amount = min(left, shown + hidden)
                shown, hidden = shown + hidden, 0
            else:
                amount = min(left, shown)
                found.traded += amount
                found.cost += cost(ticket.symbol, price, amount)
            found.qty += amount
            quote -= price * amount
            if amount == shown and hidden:
                part = min(maker.part, hidden)  # type: ignore[attr-defined]
                line.append((maker, part, hidden - part))
    found.dry = qty is None or found.qty < qty
    return found


def take(book: OrderBook, order: UserOrder, limit: int | None) -> Met:
    """Matches an order against the book, as far as it goes.

    Args:
        book: which is changed.
        order: the taker, which is not.
        limit: the worst price, or None for any.
    """
    ticket, met = order.ticket, Met()
    is_buy, mode, name = ticket.is_buy, ticket.mode, order.account.name
    left = order.left
    while left and (maker := book.front(is_buy, limit)) is not None:
        if maker.owner == name and mode != "NONE":
            step = _prevent(book, mode, maker.id, maker.price, left, maker.qty + maker.hidden)
            met.steps.append(step)
            left -= step.taker_loses or 0
            if step.taker_loses is not None and (mode != "DECREMENT" or not left):
                met.stopped = True
                break
            continue
        amount = min(left, maker.qty)
        met.steps.append(Fill(maker.id, maker.owner, order.id, name, maker.price, amount, not is_buy))
        book.hit(maker, amount)
        left -= amount
    return met


def _prevent(book: OrderBook, mode: str, maker_id: int, price: int, left: int, maker_left: int) -> Prevented:
    """What becomes of a taker and a maker of one owner; the maker leaves the book, or shrinks."""
    qty = min(left, maker_left)
    if mode == "DECREMENT":
        if qty == maker_left:
            book.cancel(maker_id)
        else:
            book.reduce(maker_id, maker_left - qty)
        return Prevented(maker_id, price, qty, qty, qty)
    if mode in ("EXPIRE_MAKER", "EXPIRE_BOTH"):
        book.cancel(maker_id)
    return Prevented(
        maker_id,
        price,
        qty,
        maker_left if mode != "EXPIRE_TAKER" else None,
        left if mode != "EXPIRE_MAKER" else None,
    )
