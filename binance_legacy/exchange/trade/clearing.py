"""Between the books and the accounts: what orders lock, what fills move, and what owners are told."""

from __future__ import annotations

from typing import Final

from . import reports
from .commissions import BNB, Price, commission
from .ledger import Account, Ledger
from .numbers import Numbers
from .orders import Lock, OrderList, OwnTrade, PreventedMatch, UserOrder, amount_of, cost

_FIRST_EXECUTION: Final = 1


class Clearing:
    """Settles every symbol's fills in one ledger, and tells the accounts.

    Args:
        ledger: of all accounts.
        price: last prices, for commissions in BNB.

    Attributes:
        ledger: as given.
        executions: the numbers of what has happened to orders.
    """

    def __init__(self, ledger: Ledger, price: Price) -> None:
        self.ledger: Final = ledger
        self._price: Final = price
        self.executions: Final = Numbers(_FIRST_EXECUTION)
        self._touched: Final[dict[Account, dict[str, None]]] = {}
        self._lists: Final[dict[OrderList, None]] = {}

    # what is locked

    def lock(self, need: int, *orders: UserOrder) -> None:
        """Sets an amount aside for one order, or for several of which one will need it.

        Raises:
            Refusal: the account does not have it.
        """
        first = orders[0]
        symbol = first.ticket.symbol
        asset = symbol.quote if first.ticket.is_buy else symbol.base
        self.ledger.lock(first.account, asset, need)
        lock = Lock(asset, need, len(orders))
        for order in orders:
            order.lock = lock

    def resize(self, order: UserOrder, need: int) -> None:
        """Locks more or less for an order that shares its lock with no other any more.

        Raises:
            Refusal: the account does not have what is needed besides; nothing has changed then.
        """
        lock = order.lock
        if lock is None or lock.sharers > 1 or lock.amount == need:
            return
        if need > lock.amount:
            self.ledger.lock(order.account, lock.asset, need - lock.amount)
        else:
            self.ledger.unlock(order.account, lock.asset, lock.amount - need)
        lock.amount = need

    def release(self, order: UserOrder) -> None:
        """An order has ended: nothing is locked for it any longer."""
        lock, order.lock = order.lock, None
        if lock is None:
            return
        lock.sharers -= 1
        if not lock.sharers and lock.amount:
            self.ledger.unlock(order.account, lock.asset, lock.amount)
            lock.amount = 0

    # what is moved

    def settle(
        self, order: UserOrder, number: int, price: int, qty: int, is_maker: bool, at: int
    ) -> OwnTrade:
        """Moves one fill's assets between an account and the crowd; the other half does the same the other way."""
        account, ticket, ledger = order.account, order.ticket, self.ledger
        symbol, lock = ticket.symbol, order.lock
        assert lock is not None
        amount, paid = amount_of(symbol, qty), cost(symbol, price, qty)
        if ticket.is_buy:
            given, got, gained = paid, symbol.base, amount
        else:
            given, got, gained = amount, symbol.quote, paid
        lock.amount -= given
        ledger.spend(account, lock.asset, given)
        ledger.earn(account, got, gained)
        asset, due = commission(account, symbol, ticket.is_buy, is_maker, amount, paid, self._price)
        ledger.charge(account, asset, due)
        order.filled += qty
        order.cost += paid
        order.updated = at
        return OwnTrade(number, order, price, qty, paid, due, asset, at, is_maker)

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
        """Tells an account what has happened to its order; returns the execution's number."""
        number = next(self.executions)
        self.ledger.marks.order(order)
        account = order.account
        symbol = order.ticket.symbol
        self.touch(account, symbol.base, BNB, symbol.quote)
        if account.listeners:
            account.tell(
                reports.execution(
                    order,
                    what,
                    at,
                    number,
                    trade=trade,
                    prevented=prevented,
                    client_id=client_id,
                    reason=reason,
                )
            )
        return number

    def touch(self, account: Account, *assets: str) -> None:
        """An account's balances may have changed."""
        self._touched.setdefault(account, {}).update(dict.fromkeys(assets))

    def changed(self, one: OrderList, at: int) -> None:
        """A list of orders has changed, or has come to its end."""
        one.time = at
        self._lists[one] = None
        self.ledger.marks.list(one)

    def tell(self, at: int) -> None:
        """Ends a step: the lists that have changed, then what the accounts now have."""
        for one in tuple(self._lists):
            one.account.tell(reports.list_status(one, at))
        self._lists.clear()
        for account, assets in tuple(self._touched.items()):
            account.updated = at
            if account.listeners:
                account.tell(reports.position(account, assets, at))
        self._touched.clear()
