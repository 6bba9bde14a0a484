"""Where users trade one contract: a desk as of spot, and the conditional orders that wait beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..trade.desk import Desk
from ..trade.ledger import Account
from ..trade.orders import UserOrder
from .algos import BY_MARK, Algo, Waiting
from .clearing import FuturesClearing
from .contracts import UNIT
from .floor import FuturesFloor
from .positions import FuturesAccount, closable, owner_of, ticket_of

BY_LAST: Final = "CONTRACT_PRICE"
_PROTECT: Final = UNIT // 20
_EVERY_PRICE: Final = 10**30, 0

Start = Callable[[Algo, int], None]
"""Makes an order of a conditional one whose price has come, at a time in milliseconds."""


def _no_count(account: Account, as_maker: bool, at: int) -> None:
    """Futures count every order alike, filled or not."""


class FuturesDesk(Desk):
    """The users' side of one contract's market.

    Args:
        floor: the market.
        clearing: settles with the accounts, and tells them.
        start: makes an order of a conditional one.

    Attributes:
        floor: as given.
        waiting: the conditional orders that wait for a price.
        algos: every conditional order ever taken, by id.
    """

    def __init__(self, floor: FuturesFloor, clearing: FuturesClearing, start: Start) -> None:
        super().__init__(floor, clearing, _no_count)
        self.floor: Final = floor
        self.contract: Final = floor.contract
        self.waiting: Final = Waiting()
        self.algos: Final[dict[int, Algo]] = {}
        self._positions: Final = clearing
        self._start_algo: Final = start

    # conditional orders

    def wait(self, algo: Algo) -> None:
        """A conditional order is taken."""
        self.algos[algo.id] = algo
        self.waiting.add(algo)
        self.open_count += 1

    def bring_back(self, algo: Algo) -> None:
        """A conditional order that was taken before is on record again, and waits if it did."""
        self.algos[algo.id] = algo
        if algo.waits:
            self.waiting.add(algo)
            self.open_count += 1

    def leave(self, algo: Algo) -> None:
        """One waits no longer."""
        self.waiting.discard(algo)
        self.open_count -= 1

    def marked(self, mark: int, at: int) -> None:
        """The mark price is this now, in 1e-8: orders that wait for it start."""
        if len(self.waiting):
            self._start_hit(mark, BY_MARK, self.contract.scaled(self.last), at)

    def _start_hit(self, price: int, working_type: str, other: int, at: int) -> bool:
        hit = self.waiting.hit(price, working_type, other, _PROTECT)
        for algo in hit:
            self.leave(algo)
            self._start_algo(algo, at)
            self.end_step(at)
        return bool(hit)

    # steps

    def end_step(self, at: int) -> None:
        """Takes back what would open what it may not, and tells the accounts what they have now."""
        changed = self._positions.changed_positions
        while changed:
            account, contract = next(iter(changed))
            del changed[account, contract]
            if contract is self.contract:
                self._trim(account, at)
        super().end_step(at)

    def _trim(self, account: FuturesAccount, at: int) -> None:
        """Orders that may only reduce never wait for more than there is of their position."""
        for order in self.open_of(account):
            ticket = ticket_of(order)
            if not (ticket.reduce_only or ticket.side_of != "BOTH"):
                continue
            if ticket.side_of != "BOTH" and ticket.is_buy == (ticket.side_of == "LONG"):
                continue  # it opens
            most = closable(account, self.contract, ticket.is_buy, ticket.side_of)
            if not most:
                self._end(order, "EXPIRED", at, "EXPIRED")
            elif order.left > most:
                order.qty -= order.left - most
                self._positions.ledger.marks.order(order)
                if order.resting is not None:
                    self._book.reduce(order.id, most)

    def finish(self, at: int) -> None:
        """Ends the step, and makes those that follow from it."""
        self.end_step(at)
        while self._prices:
            price = self.contract.scaled(self._prices.popleft())
            if len(self.waiting):
                self._start_hit(price, BY_LAST, self._positions.mark(self.contract.name), at)

    def watched(self) -> tuple[int, int]:
        """Nothing happens to an open order while trades stay between these prices."""
        low, high = super().watched()
        between = self.waiting.between(BY_LAST)
        if between is None:
            return _EVERY_PRICE
        unit = self.contract.scaled(1)
        return max(low, between[0] // unit), min(high, -(-between[1] // unit))

    def passed(self, price: int, at: int, prepare: Callable[[], None]) -> bool:
        """Others have traded at a price, and what follows from that is done; whether anything was."""
        self.end_step(at)
        prices = [*self._prices, price]
        self._prices.clear()
        mark = self._positions.mark(self.contract.name)
        scaled = [self.contract.scaled(each) for each in prices]
        if not any(self.waiting.hit(each, BY_LAST, mark, _PROTECT) for each in scaled):
            return len(prices) > 1
        prepare()
        for each in scaled:
            self._start_hit(each, BY_LAST, mark, at)
        self.finish(at)
        return True

    # changes

    def modify(self, order: UserOrder, qty: int, price: int, now: int) -> None:
        """Gives an order another quantity and price; it goes behind those that wait already."""
        if order.resting is not None:
            self._book.cancel(order.id)
            order.resting = None
        order.qty, order.ticket.price, order.updated = qty, price, now
        self._clearing.report(order, "REPLACED", now)
        self.enter(order, now)

    def best(self, is_buy: bool) -> int | None:
        """The price, in price units, at which an order of this side would trade first; None where nobody offers."""
        front = self._book.front(is_buy, None)
        return None if front is None else front.price

    def would_take(self, is_buy: bool, price: int) -> bool:
        """Whether an order would trade at once."""
        return self._book.would_take(is_buy, price)

    def own(self, account: FuturesAccount) -> list[UserOrder]:
        """Every order of an account, oldest first."""
        return [order for order in self.orders.values() if owner_of(order) is account]
