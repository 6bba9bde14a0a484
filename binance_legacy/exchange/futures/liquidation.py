"""What happens when an account's margin no longer bears its positions.

Its orders are canceled first, then its positions are closed at the market, the greatest loss first, until the rest is
borne again. What a closed account still owes, the insurance pays, and that is on record. (Binance, *Liquidation
Protocols*; closing at the market and the fee are the box's own simplification.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..trade.numbers import Numbers
from . import messages
from .contracts import UNIT
from .positions import FuturesAccount, Position
from .reports import average

if TYPE_CHECKING:
    from .trading import FuturesTrading

FEE: Final = UNIT * 15 // 1000
"""What a forced close costs of its worth, as long as the account has it: 1.5%, which goes to the insurance."""


class Liquidation:
    """Watches over the accounts of one margin.

    Args:
        trading: theirs.

    Attributes:
        numbers: of forced closes.
    """

    def __init__(self, trading: FuturesTrading) -> None:
        self._trading: Final = trading
        self.numbers: Final = Numbers(1)

    def check(self, now: int) -> None:
        """Closes what is no longer borne, of all accounts."""
        for account in tuple(self._trading.accounts()):
            for asset, positions in self._trading.positions_by_asset(account).items():
                for one in positions:
                    if one.contract.name in account.isolated and self._is_lost(one):
                        self._close_isolated(account, one, now)
                if self._trading.standing(account, asset).is_lost:
                    self._close_crossed(account, asset, now)
            self._settle_debts(account, now)

    def _is_lost(self, one: Position) -> bool:
        mark = self._trading.market.mark(one.contract.name)
        return one.margin + one.gain(mark) <= one.contract.maintenance(one.notional(mark))

    def _close_isolated(self, account: FuturesAccount, one: Position, now: int) -> None:
        """Closes a position; what it loses beyond its own margin, the insurance bears."""
        trading, asset = self._trading, one.contract.margin_asset
        trading.cancel_all(account, trading.desk(one.contract.name))
        if not one.qty:
            return
        crossed = account.wallet(asset) - account.set_aside(asset)
        self._force(account, one, now)
        if not one.qty:
            lost = crossed - (account.wallet(asset) - account.set_aside(asset))
            if lost > 0:
                self._insure(account, one, asset, lost, now)

    def _close_crossed(self, account: FuturesAccount, asset: str, now: int) -> None:
        trading = self._trading
        crossed = [
            one
            for one in trading.positions_by_asset(account)[asset]
            if one.contract.name not in account.isolated
        ]
        for desk in trading.desks():
            if desk.contract.margin_asset == asset and desk.open_of(account):
                trading.cancel_all(account, desk)
        crossed.sort(key=lambda one: one.gain(trading.market.mark(one.contract.name)))
        for one in crossed:
            if not trading.standing(account, asset).is_lost:
                return
            self._force(account, one, now)

    def _settle_debts(self, account: FuturesAccount, now: int) -> None:
        """What an account without positions owes, the insurance pays; it is on record."""
        held = self._trading.positions_by_asset(account)
        for asset, balance in account.balances.items():
            if balance.free < 0 and asset not in held:
                last = max(account.positions.values(), key=lambda one: one.updated)
                self._insure(account, last, asset, -balance.free, now)

    def _force(self, account: FuturesAccount, one: Position, now: int) -> None:
        trading, asset = self._trading, one.contract.margin_asset
        order = trading.force(account, one, next(self.numbers))
        contract = one.contract
        told = messages.force_order(
            contract.name, now, order.ticket.side, contract.qty_text(order.qty),
            contract.price_text(trading.desk(contract.name).last), average(order), order.status,
            contract.qty_text(order.filled),
        )  # fmt: skip
        trading.market.liquidated(contract.name, told)
        left = account.wallet(asset) - account.set_aside(asset)
        fee = min(order.cost * FEE // UNIT, max(0, left))
        if fee:
            self._insure(account, one, asset, -fee, now)

    def _insure(self, account: FuturesAccount, one: Position, asset: str, amount: int, now: int) -> None:
        trading = self._trading
        trading.ledger.insure(account, asset, amount)
        trading.clearing.book(account, "INSURANCE_CLEAR", one.contract.name, asset, amount, now)
        trading.clearing.changed_account(account, "INSURANCE_CLEAR", one.contract)
        trading.clearing.tell(now)
