"""What fills of contracts move, and what the owners of futures accounts are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ..trade.clearing import Clearing
from ..trade.ledger import UNIT, Account
from ..trade.numbers import Numbers
from ..trade.orders import OwnTrade, PreventedMatch, UserOrder
from . import reports
from .contracts import Contract
from .positions import (
    FuturesAccount,
    FuturesLedger,
    FuturesTrade,
    Income,
    Position,
    Traded,
    contract_of,
    owner_of,
    ticket_of,
)
from .risk import Mark

_FIRST_NUMBER: Final = 9_689_322_392


class FuturesClearing(Clearing):
    """Settles every contract's fills of one margin, and tells the accounts.

    Args:
        ledger: of the accounts.
        mark: mark prices.

    Attributes:
        mark: as given.
        numbers: of what came in and went out.
        changed_positions: the accounts whose positions changed in this step, with the contracts.
    """

    def __init__(self, ledger: FuturesLedger, mark: Mark) -> None:
        super().__init__(ledger, lambda symbol: None)
        self.mark: Final = mark
        self._ledger: Final = ledger
        self.numbers: Final = Numbers(_FIRST_NUMBER)
        self.changed_positions: Final[dict[tuple[FuturesAccount, Contract], None]] = {}
        self._to_tell: Final[dict[FuturesAccount, dict[str, dict[Contract, None]]]] = {}

    # what is moved

    def settle(
        self, order: UserOrder, number: int, price: int, qty: int, is_maker: bool, at: int
    ) -> OwnTrade:
        """Adds one fill to a position; what it gains the crowd pays, and the exchange gets its fee."""
        account, contract, ticket = owner_of(order), contract_of(order), ticket_of(order)
        scaled = contract.scaled(price)
        value = contract.value(scaled, qty)
        position = account.position(contract, ticket.side_of)
        before = abs(position.qty)
        fee = value * (account.maker_rate if is_maker else account.taker_rate) // UNIT
        done = position.trade(ticket.is_buy, scaled, qty, fee)
        position.updated = at
        self._set_aside(account, position, done, before, contract.value(scaled, done.opened))
        asset = contract.margin_asset
        self.ledger.charge(account, asset, fee)
        self.book(account, "COMMISSION", contract.name, asset, -fee, at, str(number))
        if done.closed:
            self._ledger.win(account, asset, done.gain)
            self.book(account, "REALIZED_PNL", contract.name, asset, done.gain, at, str(number))
        order.filled += qty
        order.cost += value
        order.updated = at
        self.changed_positions[account, contract] = None
        self.changed_account(account, "ORDER", contract)
        return FuturesTrade(number, order, price, qty, value, fee, asset, at, is_maker, done.gain)

    @staticmethod
    def _set_aside(
        account: FuturesAccount, position: Position, done: Traded, before: int, opened: int
    ) -> None:
        """Moves the margin of an isolated position with what was closed and opened."""
        if position.contract.name not in account.isolated:
            return
        if done.closed:
            freed = position.margin * done.closed // before
            unpaid = max(0, -done.gain - freed)  # a loss is borne by the position's own margin first
            position.margin -= min(position.margin, freed + unpaid)
        position.margin += opened // account.leverage(position.contract)
        if not position.qty:
            position.margin = 0

    def book(
        self,
        account: FuturesAccount,
        kind: str,
        symbol: str,
        asset: str,
        amount: int,
        at: int,
        trade: str = "",
    ) -> int:
        """Puts an amount that came in or went out on record; returns its number."""
        number = next(self.numbers)
        self.ledger.marks.account(account)
        if amount or kind == "TRANSFER":
            account.income.append(Income(kind, symbol, asset, amount, at, number, trade))
        return number

    # what is told

    def report(
        self,
        order: UserOrder,
        what: str,
        at: int,
        *,
        trade: OwnTrade | None = None,
        prevented: PreventedMatch | None = None,
        client_id: str = "",
        reason: str = "NONE",
    ) -> int:
        """Tells an account what has happened to its order."""
        number = next(self.executions)
        self.ledger.marks.order(order)
        if order.account.listeners and (prevented is None or not order.open):
            told = trade if isinstance(trade, FuturesTrade) else None
            order.account.tell(reports.order_update(order, what, at, told))
        return number

    def touch(self, account: Account, *assets: str) -> None:
        """Accounts of futures are told by what changed, not by what may have."""

    def changed_account(self, account: FuturesAccount, why: str, *contracts: Contract) -> None:
        """An account's wallet, and its positions of some contracts, have changed."""
        self._to_tell.setdefault(account, {}).setdefault(why, {}).update(dict.fromkeys(contracts))

    def tell(self, at: int) -> None:
        """Ends a step: what the accounts now have."""
        for account, reasons in tuple(self._to_tell.items()):
            account.updated = at
            for why, contracts in reasons.items():
                if account.listeners:
                    account.tell(self._update(account, why, contracts, at))
        self._to_tell.clear()

    def _update(
        self, account: FuturesAccount, why: str, contracts: Iterable[Contract], at: int
    ) -> dict[str, Any]:
        chosen = list(contracts)
        positions = [one for contract in chosen for one in account.of(contract.name)]
        assets = dict.fromkeys(one.margin_asset for one in chosen) or dict.fromkeys(account.balances)
        return reports.account_update(account, why, assets, positions, self.mark, at)
