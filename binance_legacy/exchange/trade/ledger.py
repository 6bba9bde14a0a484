"""Who owns what: accounts, and a ledger in which nothing appears or vanishes.

Every amount is a whole number of 1e-8 of an asset. What an account gets, somebody gives: another account, the
crowd, the exchange's own fees, or the world outside (deposits and withdrawals). The books of those three may be
below zero; an account's never are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

from ..parameters import PLACES
from ..refusals import no_funds
from .numbers import Marks

UNIT: Final = 10**PLACES
"""One whole of an asset."""

STANDARD_RATE: Final = 100_000
"""The usual commission, in units of 1e-8: 0.1%."""

_LEAST: Final = Decimal(1).scaleb(-PLACES)

Listener = Callable[[dict[str, Any]], None]


def units(amount: Decimal | str | int) -> int:
    """An amount as a whole number of 1e-8.

    Raises:
        ValueError: it is no number, below zero, or has more than eight decimals.
    """
    try:
        scaled = Decimal(amount) * UNIT
        whole = int(scaled)
    except (ArithmeticError, ValueError):
        raise ValueError(f"an amount is a number such as '1.5', not {amount!r}") from None
    if whole != scaled or whole < 0:
        raise ValueError(f"an amount has at most {PLACES} decimals and is not below zero, unlike {amount}")
    return whole


def decimal(amount: int) -> Decimal:
    """A whole number of 1e-8 as a number of wholes, with eight decimals."""
    return amount * _LEAST


def text(amount: int) -> str:
    """A whole number of 1e-8 as Binance writes amounts: ``1.50000000``; also one below zero."""
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), UNIT)
    return f"{sign}{whole}.{rest:08d}"


class Balance:
    """What an account has of one asset: `free`, and `locked` by its open orders."""

    __slots__ = ("free", "locked")

    def __init__(self) -> None:
        self.free = 0
        self.locked = 0


class Account:
    """Somebody who trades.

    Attributes:
        name: unique on the exchange; the owner of its orders in the books.
        uid: its number on the wire.
        balances: by asset, in the order in which they came.
        maker_rate: commission of an order that waited in the book, in units of 1e-8.
        taker_rate: commission of an order that traded at once.
        burns_bnb: commissions are paid in BNB, at a discount, while there is any.
        opened: when it was, milliseconds.
        updated: when a balance changed last.
        listeners: who gets its events, each as a bare dict.
    """

    __slots__ = (
        "balances", "burns_bnb", "listeners", "maker_rate", "name", "opened", "taker_rate", "uid", "updated",
    )  # fmt: skip

    def __init__(self, name: str, uid: int, opened: int) -> None:
        self.name: Final = name
        self.uid: Final = uid
        self.balances: Final[dict[str, Balance]] = {}
        self.maker_rate = STANDARD_RATE
        self.taker_rate = STANDARD_RATE
        self.burns_bnb = False
        self.opened: Final = opened
        self.updated = opened
        self.listeners: Final[list[Listener]] = []

    def __repr__(self) -> str:
        return f"<Account {self.name}>"

    def balance(self, asset: str) -> Balance:
        """What it has of an asset."""
        balance = self.balances.get(asset)
        if balance is None:
            balance = self.balances[asset] = Balance()
        return balance

    def free(self, asset: str) -> int:
        """What it could spend of an asset."""
        balance = self.balances.get(asset)
        return 0 if balance is None else balance.free

    def lacks(self, asset: str, amount: int) -> None:
        """It needs an amount in 1e-8 more than it has free; one that may borrow does so now.

        Raises:
            Refusal: it may not borrow so much.
        """

    def tell(self, event: dict[str, Any]) -> None:
        """Hand an event to all who listen."""
        for listener in tuple(self.listeners):
            listener(event)


class Ledger:
    """Every account, and where their assets come from and go to.

    Attributes:
        accounts: by name.
        outside: by asset, what was withdrawn less what was deposited.
        crowd: by asset, what the crowd has won less what it has lost to accounts.
        fees: by asset, the commissions and the interest earned.
        loans: by asset, what was paid back less what was lent.
        insurance: by asset, what forced closes brought in less what they left unpaid.
        wallets: accounts of those who have one among `accounts`, by name: of margin.
        marks: who has changed.
    """

    def __init__(self) -> None:
        self.accounts: Final[dict[str, Account]] = {}
        self.wallets: Final[dict[str, Account]] = {}
        self.marks: Final = Marks()
        self.loans: Final[Counter[str]] = Counter()
        self.insurance: Final[Counter[str]] = Counter()
        self.outside: Final[Counter[str]] = Counter()
        self.crowd: Final[Counter[str]] = Counter()
        self.fees: Final[Counter[str]] = Counter()

    def deposit(self, account: Account, asset: str, amount: int) -> None:
        """An amount comes from outside."""
        self.marks.account(account)
        account.balance(asset).free += amount
        self.outside[asset] -= amount

    def withdraw(self, account: Account, asset: str, amount: int) -> None:
        """An amount goes outside.

        Raises:
            Refusal: the account has less of it free.
        """
        self.marks.account(account)
        balance = account.balance(asset)
        if balance.free < amount:
            raise no_funds()
        balance.free -= amount
        self.outside[asset] += amount

    def lock(self, account: Account, asset: str, amount: int) -> None:
        """Sets an amount aside for an order.

        Raises:
            Refusal: the account has less of it free, and does not borrow it.
        """
        self.marks.account(account)
        balance = account.balance(asset)
        if balance.free < amount:
            account.lacks(asset, amount - balance.free)
        if balance.free < amount:
            raise no_funds()
        balance.free -= amount
        balance.locked += amount

    def unlock(self, account: Account, asset: str, amount: int) -> None:
        """Gives back what an order no longer needs."""
        self.marks.account(account)
        balance = account.balance(asset)
        balance.locked -= amount
        balance.free += amount

    def spend(self, account: Account, asset: str, amount: int) -> None:
        """A locked amount leaves the account for the crowd, from which whoever traded with it takes it."""
        self.marks.account(account)
        account.balance(asset).locked -= amount
        self.crowd[asset] += amount

    def earn(self, account: Account, asset: str, amount: int) -> None:
        """The crowd pays an account."""
        self.marks.account(account)
        account.balance(asset).free += amount
        self.crowd[asset] -= amount

    def charge(self, account: Account, asset: str, amount: int) -> None:
        """A commission goes to the exchange; the account has it free."""
        self.marks.account(account)
        account.balance(asset).free -= amount
        self.fees[asset] += amount

    def lend(self, account: Account, asset: str, amount: int) -> None:
        """The exchange lends an amount."""
        self.marks.account(account)
        account.balance(asset).free += amount
        self.loans[asset] -= amount

    def pay_back(self, account: Account, asset: str, amount: int) -> None:
        """The account gives a loan back; it has the amount free."""
        self.marks.account(account)
        account.balance(asset).free -= amount
        self.loans[asset] += amount

    def insure(self, account: Account, asset: str, amount: int) -> None:
        """The insurance pays an account, or gets from it what is below zero."""
        self.marks.account(account)
        account.balance(asset).free += amount
        self.insurance[asset] -= amount

    def everybody(self) -> Iterator[Account]:
        """Every account, and every wallet."""
        yield from self.accounts.values()
        yield from self.wallets.values()

    def sums(self) -> dict[str, int]:
        """By asset, everything that anybody has, all of it together: always zero."""
        total = Counter(self.outside)
        total.update(self.crowd)
        total.update(self.fees)
        total.update(self.loans)
        total.update(self.insurance)
        for account in self.everybody():
            total.update({asset: one.free + one.locked for asset, one in account.balances.items()})
        return dict(total)

    def below_zero(self) -> Iterator[tuple[Account, str]]:
        """Accounts and assets with a balance below zero: always none."""
        for account in self.everybody():
            for asset, balance in account.balances.items():
                if balance.free < 0 or balance.locked < 0:
                    yield account, asset
