"""How much margin an account of futures needs, has, and may still use. (Binance, *Derivatives: account information*.)

What an order could open counts as if it were open already: of the orders of a contract those of one side alone can all
be filled, so the larger side counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ..trade.orders import UserOrder
from .contracts import Contract
from .positions import BOTH, FuturesAccount, Position, closes, ticket_of

Mark = Callable[[str], int]
"""The mark price of a contract, in 1e-8."""

Orders = Callable[[str], Iterable[UserOrder]]
"""An account's open orders of a contract."""


@dataclass(slots=True)
class Standing:
    """An account's margin in one asset, in 1e-8.

    Attributes:
        wallet: what it has, without the gains of its positions.
        crossed: of that, what is not set aside for isolated positions.
        gain: of all positions, if they were closed at their mark prices.
        crossed_gain: of those whose margin is crossed.
        of_positions: the initial margin of all positions.
        of_crossed: of those whose margin is crossed.
        of_orders: what open orders need besides.
        maintenance: of all positions.
        crossed_maintenance: of those whose margin is crossed.
    """

    wallet: int = 0
    crossed: int = 0
    gain: int = 0
    crossed_gain: int = 0
    of_positions: int = 0
    of_crossed: int = 0
    of_orders: int = 0
    maintenance: int = 0
    crossed_maintenance: int = 0

    @property
    def balance(self) -> int:
        """The margin balance."""
        return self.wallet + self.gain

    @property
    def available(self) -> int:
        """What new orders may use."""
        return max(0, self.crossed + self.crossed_gain - self.of_crossed - self.of_orders)

    @property
    def withdrawable(self) -> int:
        """What may leave the wallet: gains that are not realized may not."""
        return max(0, self.crossed + min(0, self.crossed_gain) - self.of_crossed - self.of_orders)

    @property
    def is_lost(self) -> bool:
        """The positions whose margin is crossed must be closed."""
        return self.crossed_maintenance > 0 and self.crossed + self.crossed_gain <= self.crossed_maintenance


class Risk:
    """What the accounts of one margin need.

    Args:
        contracts: all of them.
        mark: their mark prices.
        orders: open orders of an account and contract.
    """

    def __init__(
        self,
        contracts: Iterable[Contract],
        mark: Mark,
        orders: Callable[[FuturesAccount, str], Iterable[UserOrder]],
    ) -> None:
        self._contracts: Final = {one.name: one for one in contracts}
        self._mark: Final = mark
        self._orders: Final = orders

    def standing(self, account: FuturesAccount, asset: str, more: UserOrder | None = None) -> Standing:
        """An account's margin in one asset; `more` is an order that it has not placed yet."""
        found = Standing(account.wallet(asset), account.wallet(asset) - account.set_aside(asset))
        for one in account.open():
            if one.contract.margin_asset == asset:
                self._add(found, account, one)
        for name in self._concerned(account, asset, more):
            found.of_orders += self.of_orders(account, self._contracts[name], more)
        return found

    def _add(self, found: Standing, account: FuturesAccount, one: Position) -> None:
        mark = self._mark(one.contract.name)
        notional, gain = one.notional(mark), one.gain(mark)
        initial, maintained = notional // account.leverage(one.contract), one.contract.maintenance(notional)
        found.gain += gain
        found.of_positions += initial
        found.maintenance += maintained
        if one.contract.name not in account.isolated:
            found.crossed_gain += gain
            found.of_crossed += initial
            found.crossed_maintenance += maintained

    def _concerned(self, account: FuturesAccount, asset: str, more: UserOrder | None) -> list[str]:
        """The contracts on which an account has orders, or would have."""
        mine = (one.name for one in self._contracts.values() if one.margin_asset == asset)
        return [
            name
            for name in mine
            if any(True for _ in self._orders(account, name)) or (more and more.ticket.symbol.name == name)
        ]

    def of_orders(self, account: FuturesAccount, contract: Contract, more: UserOrder | None = None) -> int:
        """What the open orders of a contract need besides what its positions have."""
        orders = list(self._orders(account, contract.name))
        if more is not None and more.ticket.symbol.name == contract.name:
            orders.append(more)
        mark = self._mark(contract.name)
        need = sum(self._of_side(account, contract, orders, side, mark) for side in _sides(account))
        return need // account.leverage(contract)

    def _of_side(
        self, account: FuturesAccount, contract: Contract, orders: list[UserOrder], side: str, mark: int
    ) -> int:
        bought = sold = 0
        for order in orders:
            ticket = ticket_of(order)
            if ticket.side_of != side or ticket.reduce_only or closes(ticket.is_buy, side):
                continue
            value = contract.value(contract.scaled(ticket.price) if ticket.price else mark, order.left)
            if ticket.is_buy:
                bought += value
            else:
                sold += value
        held = account.positions.get((contract.name, side))
        notional = 0 if held is None else held.notional(mark) * (1 if held.qty > 0 else -1)
        return max(abs(notional + bought), abs(notional - sold)) - abs(notional)

    def exposure(self, account: FuturesAccount, contract: Contract, more: UserOrder) -> int:
        """The notional that a contract's positions have where an order and all on its side are filled."""
        mark = self._mark(contract.name)
        orders = [*self._orders(account, contract.name), more]
        held = sum(one.notional(mark) for one in account.of(contract.name))
        return held + sum(self._of_side(account, contract, orders, side, mark) for side in _sides(account))

    def liquidation_price(self, account: FuturesAccount, one: Position) -> int:
        """The mark price in 1e-8 at which a position would be closed by force, all else being as it is; 0 for none."""
        contract, mark = one.contract, self._mark(one.contract.name)
        if not one.qty:
            return 0
        left = self._left_of(account, one) - contract.maintenance(one.notional(mark))
        # how much the balance changes, less what must be maintained, where the price changes by its whole
        sign = 1 if one.qty > 0 else -1
        rate = contract.bracket(one.notional(mark)).rate
        notional = one.notional(mark)
        slope = sign * notional - notional * rate // 10**8
        if not contract.is_linear:
            slope = sign * notional + notional * rate // 10**8
        if not slope:
            return 0
        if contract.is_linear:
            price = mark - left * mark // slope
        else:
            whole = slope + left  # of a coin-margined position the gain runs with one over the price
            price = mark * slope // whole if whole * slope > 0 else 0
        return max(0, price)

    def _left_of(self, account: FuturesAccount, one: Position) -> int:
        """What a position has to lose until nothing is left."""
        mark = self._mark(one.contract.name)
        if one.contract.name in account.isolated:
            return one.margin + one.gain(mark)
        standing = self.standing(account, one.contract.margin_asset)
        others = standing.crossed_maintenance - one.contract.maintenance(one.notional(mark))
        return standing.crossed + standing.crossed_gain - others


def _sides(account: FuturesAccount) -> tuple[str, ...]:
    return ("LONG", "SHORT") if account.dual else (BOTH,)
