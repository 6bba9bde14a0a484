"""Orders that wait for a price.

(Binance, *Spot Trailing Stop order FAQ*: a trailing order follows the best price since it was placed, or since its
stop price was met, and is triggered when the price turns back by its delta.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .orders import Ticket, UserOrder

_WHOLE: Final = 10_000
"""Basis points of a whole."""


def reached(ticket: Ticket, price: int) -> bool:
    """Whether a price meets an order's stop price."""
    return price >= ticket.stop if ticket.rises else price <= ticket.stop


class Triggers:
    """One symbol's orders that wait for a price, oldest first."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: Final[dict[int, UserOrder]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[UserOrder]:
        return iter(self._waiting.values())

    def add(self, order: UserOrder, last: int, now: int) -> None:
        """An order begins to wait; a trailing one without a stop price follows the price from `last` on."""
        self._waiting[order.id] = order
        if order.ticket.trailing and not order.ticket.stop:
            order.trailing_since = now
            order.extreme = last

    def back(self, order: UserOrder) -> None:
        """An order that waited before waits again, as far as it had come."""
        self._waiting[order.id] = order

    def discard(self, order: UserOrder) -> None:
        """An order waits no longer, if it did."""
        self._waiting.pop(order.id, None)

    def take(self, price: int, now: int) -> list[UserOrder]:
        """The orders that a trade at this price triggers; they wait no longer."""
        hit = [order for order in self._waiting.values() if _is_hit(order, price, now)]
        for order in hit:
            del self._waiting[order.id]
        return hit


def _is_hit(order: UserOrder, price: int, now: int) -> bool:
    ticket = order.ticket
    if not ticket.trailing:
        return reached(ticket, price)
    if order.trailing_since < 0:
        if reached(ticket, price):
            order.trailing_since = now
            order.extreme = price
        return False
    if ticket.is_buy:
        order.extreme = min(order.extreme, price)
        return price * _WHOLE >= order.extreme * (_WHOLE + ticket.trailing)
    order.extreme = max(order.extreme, price)
    return price * _WHOLE <= order.extreme * (_WHOLE - ticket.trailing)
