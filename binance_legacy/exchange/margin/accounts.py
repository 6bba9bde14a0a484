"""Accounts that may owe: cross margin accounts, isolated ones of one symbol, and what happens to their debts.

They trade in the same books as spot does. What is lent comes from the exchange, interest goes to its fees, and what a
liquidation leaves unpaid its insurance bears, so that nothing appears or vanishes. (Binance, *Margin Trading*; the
rates and the limits are the box's own.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ..market.bars import HOUR
from ..market.listing import ASSETS
from ..trade.ledger import UNIT, Account

CROSS: Final = ""
"""Stands for the symbol of a cross margin account."""

NO_DEBT: Final = 999 * UNIT
"""The margin level of who owes nothing."""

_DAY_RATES: Final = {"money": 25_000, "large": 20_000, "other": 50_000}
"""Interest of a day, in 1e-8: 0.025% of money, 0.02% of the largest coins, 0.05% of others."""

_LARGE: Final = frozenset(("BTC", "ETH", "BNB"))
_HOURS: Final = 24


def day_rate(asset: str) -> int:
    """The interest of a day on an asset, in 1e-8 of what is owed."""
    if asset in _LARGE:
        return _DAY_RATES["large"]
    return _DAY_RATES["money" if not ASSETS[asset].market else "other"]


def hour_interest(asset: str, borrowed: int) -> int:
    """The interest of an hour, in 1e-8 of the asset, rounded up."""
    return -(-borrowed * day_rate(asset) // (_HOURS * UNIT))


@dataclass(slots=True)
class Debt:
    """What an account owes of an asset, in 1e-8: what it borrowed, and the interest on it; when that is due next."""

    borrowed: int = 0
    interest: int = 0
    due: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.borrowed + self.interest


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan or a repayment; `interest` is the part of `amount` that paid interest."""

    id: int
    kind: str
    asset: str
    amount: int
    interest: int
    time: int
    symbol: str


@dataclass(frozen=True, slots=True)
class Interest:
    """Interest that was charged."""

    id: int
    asset: str
    principal: int
    amount: int
    kind: str
    time: int
    symbol: str


@dataclass(slots=True)
class Forced:
    """An order by which the exchange sold what an account had: number, symbol, side, quantities and price as texts."""

    order: dict[str, str | int]
    time: int


@dataclass(slots=True)
class Pledge:
    """What is to be repaid when orders that were placed together trade, or end.

    Attributes:
        symbol: that they trade.
        repays: what they get repays debts.
        orders: their numbers.
        got: what each has got when it was last looked at, in 1e-8.
        asset: what was lent for them, or "".
        lent: how much of it, in 1e-8; 0 where it is not given back when they are canceled.
        need: how much of it they could have spent.
    """

    symbol: str
    repays: bool
    orders: list[int] = field(default_factory=list)
    got: list[int] = field(default_factory=list)
    asset: str = ""
    lent: int = 0
    need: int = 0


class MarginAccount(Account):
    """A cross margin account, or the isolated one of a symbol.

    Attributes:
        owner: whose it is.
        symbol: of an isolated account, else `CROSS`.
        debts: by asset.
        loans: loans and repayments, oldest first, as all.
        charges: the interest charged.
        forced: what the exchange sold.
        pledges: what its open orders will repay.
        enabled: an isolated account may be switched off while it is empty.
        lender: lends what an order that is being placed lacks; None where it may not borrow.
    """

    __slots__ = ("charges", "debts", "enabled", "forced", "lender", "loans", "owner", "pledges", "symbol")

    def __init__(self, owner: Account, symbol: str, opened: int) -> None:
        kind = f"isolated {symbol}" if symbol else "margin"
        super().__init__(f"{owner.name} {kind}", owner.uid, opened)
        self.owner: Final = owner
        self.symbol: Final = symbol
        self.debts: Final[dict[str, Debt]] = {}
        self.loans: Final[list[Loan]] = []
        self.charges: Final[list[Interest]] = []
        self.forced: Final[list[Forced]] = []
        self.pledges: Final[list[Pledge]] = []
        self.enabled = True
        self.lender: Callable[[str, int], object] | None = None
        self.maker_rate, self.taker_rate = owner.maker_rate, owner.taker_rate

    @property
    def is_isolated(self) -> bool:
        """It is of one symbol alone."""
        return self.symbol != CROSS

    def lacks(self, asset: str, amount: int) -> None:
        if self.lender is not None:
            self.lender(asset, amount)

    def debt(self, asset: str) -> Debt:
        """What it owes of an asset."""
        return self.debts.setdefault(asset, Debt())

    def owed(self, asset: str) -> int:
        """All that it owes of an asset."""
        debt = self.debts.get(asset)
        return 0 if debt is None else debt.total

    def held(self, asset: str) -> int:
        """What it has of an asset, free and locked."""
        balance = self.balances.get(asset)
        return 0 if balance is None else balance.free + balance.locked

    def assets(self) -> Iterator[str]:
        """What it has or owes."""
        yield from dict.fromkeys([*self.balances, *self.debts])

    @property
    def owes(self) -> bool:
        """It owes anything."""
        return any(debt.total for debt in self.debts.values())


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be borrowed, and when it is too much.

    Attributes:
        borrow: the margin level, in 1e-8, that must be left after borrowing.
        withdraw: the one that must be left after taking out.
        lost: the one at which everything is sold.
    """

    borrow: int
    withdraw: int
    lost: int


CROSS_TERMS: Final = Terms(borrow=150_000_000, withdraw=200_000_000, lost=110_000_000)
"""Three times what is one's own may be traded with; at a margin level of 1.1 the account is closed."""

ISOLATED_TERMS: Final = Terms(borrow=125_000_000, withdraw=200_000_000, lost=110_000_000)
"""Of an isolated account: five times."""


MARGIN_CALL: Final = 130_000_000
"""The margin level at which Binance warns a cross account."""


@dataclass(slots=True)
class Owner:
    """One user's margin accounts: the cross one, and isolated ones by symbol."""

    accounts: dict[str, MarginAccount] = field(default_factory=dict)


def next_hour(at: int) -> int:
    """The first whole hour after a time."""
    return (at // HOUR + 1) * HOUR
