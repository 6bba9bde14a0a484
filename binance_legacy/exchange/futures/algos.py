"""Conditional orders of futures: they wait for a price, beside the books, and become orders when it comes.

Since 2025-12-09 the order endpoint refuses them (-4120). (Binance, *Derivatives: New Algo Order*.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..trade.orders import UserOrder
from .contracts import UNIT, Contract
from .positions import FuturesAccount

KINDS: Final = ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET")
TRAILING: Final = "TRAILING_STOP_MARKET"
BY_MARK: Final = "MARK_PRICE"

_ENDED: Final = frozenset(("CANCELED", "FINISHED", "REJECTED", "EXPIRED"))
_RATE: Final = 1000
"""A callback rate in tenths of a percent, as a share: one in so many."""


@dataclass(slots=True, eq=False)
class Algo:
    """A conditional order.

    Attributes:
        id: unique on its exchange.
        account: whose it is.
        contract: what is traded.
        kind: one of `KINDS`.
        is_buy: the side of its order.
        side_of: the position that it changes.
        qty: in quantity units; 0 where it closes all.
        price: the limit of its order, in price units; 0 for a market order.
        trigger: the price that it waits for, in 1e-8; 0 of a trailing one without activation.
        rate: of a trailing one, in tenths of a percent.
        until: timeInForce of its order.
        good_till: when its order ends by itself, or 0.
        working_type: ``CONTRACT_PRICE`` or ``MARK_PRICE``.
        price_protect: the start waits until the other price is near.
        reduce_only: its order may not open anything.
        close_position: its order closes all of the position.
        mode: self-trade prevention of its order.
        client_id: the client's name for it.
        created: milliseconds.
        updated: when it last changed.
        status: ``NEW``, ``TRIGGERING``, ``TRIGGERED``, ``FINISHED``, ``CANCELED``, ``REJECTED``, ``EXPIRED``.
        triggered: when its price came, or 0.
        order: what it became, or None.
        reason: why it was rejected.
        extreme: of a trailing one that is active, the best price since, in 1e-8; else 0.
    """

    id: int
    account: FuturesAccount
    contract: Contract
    kind: str
    is_buy: bool
    side_of: str
    qty: int
    price: int
    trigger: int
    rate: int
    until: str
    good_till: int
    working_type: str
    price_protect: bool
    reduce_only: bool
    close_position: bool
    mode: str
    client_id: str
    created: int
    updated: int
    status: str = "NEW"
    triggered: int = 0
    order: UserOrder | None = None
    reason: str = ""
    extreme: int = 0

    @property
    def side(self) -> str:
        """``BUY`` or ``SELL``."""
        return "BUY" if self.is_buy else "SELL"

    @property
    def open(self) -> bool:
        """Something may still happen to it."""
        return self.status not in _ENDED

    @property
    def waits(self) -> bool:
        """Its price has not come yet."""
        return self.status == "NEW"

    @property
    def rises(self) -> bool:
        """It waits for the price to rise."""
        return self.is_buy == self.kind.startswith("STOP")

    @property
    def order_kind(self) -> str:
        """The type of the order that it becomes."""
        return "LIMIT" if self.kind in ("STOP", "TAKE_PROFIT") else "MARKET"

    def meets(self, price: int) -> bool:
        """Whether a price in 1e-8 is, or lies beyond, the one that it waits for."""
        return price >= self.trigger if self.rises else price <= self.trigger

    def follow(self, price: int) -> bool:
        """A trailing order follows a price; whether that has turned back far enough."""
        if not self.extreme:
            if self.trigger and (price < self.trigger if not self.is_buy else price > self.trigger):
                return False
            self.extreme = price
            return False
        if self.is_buy:
            self.extreme = min(self.extreme, price)
            return price * _RATE >= self.extreme * (_RATE + self.rate)
        self.extreme = max(self.extreme, price)
        return price * _RATE <= self.extreme * (_RATE - self.rate)

    def is_hit(self, price: int) -> bool:
        """Whether a price starts it."""
        return self.follow(price) if self.kind == TRAILING else self.meets(price)


class Waiting:
    """The conditional orders of one contract that wait, oldest first."""

    def __init__(self) -> None:
        self._algos: Final[dict[int, Algo]] = {}

    def __len__(self) -> int:
        return len(self._algos)

    def __iter__(self) -> Iterator[Algo]:
        return iter(tuple(self._algos.values()))

    def add(self, algo: Algo) -> None:
        """One begins to wait."""
        self._algos[algo.id] = algo

    def discard(self, algo: Algo) -> None:
        """One waits no longer."""
        self._algos.pop(algo.id, None)

    def hit(self, price: int, working_type: str, other: int, protect: int) -> list[Algo]:
        """Those that a price starts.

        Args:
            price: in 1e-8.
            working_type: which price it is.
            other: the other one.
            protect: how far apart the two may be for those that are protected, in 1e-8.
        """
        apart = abs(price - other) * UNIT > protect * other
        return [
            one
            for one in self._algos.values()
            if one.working_type == working_type and one.is_hit(price) and not (one.price_protect and apart)
        ]

    def between(self, working_type: str) -> tuple[int, int] | None:
        """The prices in 1e-8 between which none starts, themselves not included; None where one follows the price."""
        low, high = 0, 10**30
        for one in self._algos.values():
            if one.working_type != working_type:
                continue
            if one.kind == TRAILING:
                return None
            if one.rises:
                high = min(high, one.trigger)
            else:
                low = max(low, one.trigger)
        return low, high
