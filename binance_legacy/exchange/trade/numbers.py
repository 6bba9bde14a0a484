"""Numbers that rise, and what has changed since it was last written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .ledger import Account
    from .orders import OrderList, UserOrder


class Numbers:
    """Whole numbers, each given once, rising; where they are can be seen, and set.

    Args:
        first: the first one.
    """

    __slots__ = ("next",)

    def __init__(self, first: int) -> None:
        self.next = first

    def __next__(self) -> int:
        number, self.next = self.next, self.next + 1
        return number

    def __iter__(self) -> Numbers:
        return self


class Marks:
    """Who and what has changed since it was last written down; nobody, where nothing is written down.

    Attributes:
        on: somebody writes down what changes.
        accounts: in the order in which they changed, as all.
        lists: of orders.
    """

    __slots__ = ("accounts", "lists", "on", "orders")

    def __init__(self) -> None:
        self.on = False
        self.accounts: Final[dict[Account, None]] = {}
        self.orders: Final[dict[UserOrder, None]] = {}
        self.lists: Final[dict[OrderList, None]] = {}

    def account(self, account: Account) -> None:
        """An account has changed."""
        if self.on:
            self.accounts[account] = None

    def order(self, order: UserOrder) -> None:
        """An order has changed, and with it perhaps what its desk and its account have on record."""
        if self.on:
            self.orders[order] = None
            self.accounts[order.account] = None

    def list(self, one: OrderList) -> None:
        """A list of orders has changed."""
        if self.on:
            self.lists[one] = None

    def forget(self) -> None:
        """All of it is written down."""
        self.accounts.clear()
        self.orders.clear()
        self.lists.clear()
