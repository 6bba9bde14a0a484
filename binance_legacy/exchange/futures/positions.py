"""What an account of futures has: its wallet, its positions, the leverage of each contract, what came in and went out.

Amounts are whole numbers of 1e-8 of the margin asset. What a position gains its account gets from the crowd, what it
loses the crowd gets, so that nothing appears or vanishes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from ..refusals import Refusal
from ..trade.ledger import UNIT, Account, Ledger
from ..trade.orders import OwnTrade, Ticket, UserOrder
from .contracts import Contract

BOTH: Final = "BOTH"
SIDES: Final = (BOTH, "LONG", "SHORT")

USUAL_LEVERAGE: Final = 20
MAKER_RATE: Final = 20_000
TAKER_RATE: Final = 50_000
"""Commissions, in 1e-8: 0.02% and 0.05%."""


class Traded(NamedTuple):
    """What a fill did to a position: what it closed and what it opened, in quantity units, and the gain in 1e-8."""

    closed: int
    opened: int
    gain: int


class Position:
    """A position in one contract.

    Attributes:
        contract: which.
        side: ``BOTH`` in one-way mode, else ``LONG`` or ``SHORT``.
        qty: in quantity units, below zero where it is short.
        cost: what its quantity was worth when it was opened, in 1e-8, with the sign of `qty`.
        fees: what opening its quantity cost in fees, in 1e-8.
        margin: what is set aside for it alone, in 1e-8; 0 where its margin is crossed.
        realized: gains so far.
        updated: when it last changed, milliseconds.
    """

    __slots__ = ("contract", "cost", "fees", "margin", "qty", "realized", "side", "updated")

    def __init__(self, contract: Contract, side: str) -> None:
        self.contract: Final = contract
        self.side: Final = side
        self.qty = self.cost = self.fees = self.margin = self.realized = self.updated = 0

    def __repr__(self) -> str:
        return f"<Position {self.contract.name} {self.side} {self.qty}>"

    @property
    def entry(self) -> int:
        """The average price at which it was opened, in 1e-8."""
        return self._price_of(abs(self.cost))

    @property
    def break_even(self) -> int:
        """The price at which closing it gains what opening it cost in fees, in 1e-8.

        What closing costs, and funding, are not in it. (Binance, *How to Visualize the Breakeven Price*.)
        """
        gains_above = (self.qty > 0) == self.contract.is_linear
        return self._price_of(abs(self.cost) + (self.fees if gains_above else -self.fees))

    def _price_of(self, value: int) -> int:
        """The price at which its quantity is worth so much."""
        if not self.qty:
            return 0
        if self.contract.is_linear:
            return int(value * 10**self.contract.qty_places // abs(self.qty))
        return abs(self.qty) * self.contract.size * UNIT * UNIT // max(1, value)

    def notional(self, mark: int) -> int:
        """What it is worth, without sign."""
        return self.contract.value(mark, abs(self.qty))

    def gain(self, mark: int) -> int:
        """What closing it at a price would gain."""
        return self._gain(self.contract.value(mark, abs(self.qty)), abs(self.cost))

    def _gain(self, value: int, cost: int) -> int:
        """The gain of closing what has cost `cost` at `value`."""
        grown = value - cost if self.contract.is_linear else cost - value
        return grown if self.qty > 0 else -grown

    def trade(self, is_buy: bool, price: int, qty: int, fee: int = 0) -> Traded:
        """Adds a fill, at a price in 1e-8, for a fee."""
        sign = 1 if is_buy else -1
        closed = min(qty, abs(self.qty)) if self.qty * sign < 0 else 0
        value = self.contract.value(price, qty)
        closing = self.contract.value(price, closed)
        gain = 0
        if closed:
            cost = abs(self.cost) * closed // abs(self.qty)
            gain = self._gain(closing, cost)
            self.fees -= self.fees * closed // abs(self.qty)
            self.cost += sign * cost
            self.qty += sign * closed
        if opened := qty - closed:
            self.fees += fee * opened // qty
            self.cost += sign * (value - closing)
            self.qty += sign * opened
        self.realized += gain
        return Traded(closed, opened, gain)


@dataclass(frozen=True, slots=True)
class Income:
    """An amount that came in or went out.

    Attributes:
        kind: ``REALIZED_PNL``, ``COMMISSION``, ``FUNDING_FEE``, ``TRANSFER``, ``INSURANCE_CLEAR``.
        symbol: of the contract; "" for a transfer.
        amount: in 1e-8 of `asset`, below zero where it went out.
        number: Binance's tranId.
        trade: the number of the trade, or "".
    """

    kind: str
    symbol: str
    asset: str
    amount: int
    time: int
    number: int
    trade: str = ""


class FuturesAccount(Account):
    """One user's account of futures of one margin.

    Attributes:
        positions: by contract and side, in the order in which they were first opened.
        leverages: by contract, where it is not the usual one.
        isolated: the contracts whose margin is isolated.
        dual: it holds long and short positions of a contract apart (hedge mode).
        income: oldest first.
    """

    __slots__ = ("dual", "income", "isolated", "leverages", "positions")

    def __init__(self, name: str, uid: int, opened: int) -> None:
        super().__init__(name, uid, opened)
        self.maker_rate, self.taker_rate = MAKER_RATE, TAKER_RATE
        self.positions: Final[dict[tuple[str, str], Position]] = {}
        self.leverages: Final[dict[str, int]] = {}
        self.isolated: Final[set[str]] = set()
        self.dual = False
        self.income: Final[list[Income]] = []

    def position(self, contract: Contract, side: str) -> Position:
        """Its position of a contract and side."""
        found = self.positions.get((contract.name, side))
        if found is None:
            found = self.positions[contract.name, side] = Position(contract, side)
        return found

    def of(self, name: str) -> list[Position]:
        """Its positions of a contract, those of no quantity among them."""
        return [one for one in self.positions.values() if one.contract.name == name]

    def open(self) -> list[Position]:
        """Its positions that have a quantity."""
        return [one for one in self.positions.values() if one.qty]

    def leverage(self, contract: Contract) -> int:
        """The leverage of a contract."""
        return self.leverages.get(contract.name) or min(USUAL_LEVERAGE, contract.brackets[0].leverage)

    def wallet(self, asset: str) -> int:
        """What it has of an asset, set aside or not, without the gains of its positions."""
        return self.free(asset)

    def set_aside(self, asset: str) -> int:
        """What is set aside for isolated positions."""
        return sum(one.margin for one in self.positions.values() if one.contract.margin_asset == asset)


class FuturesLedger(Ledger):
    """The accounts of futures of one margin."""

    def win(self, account: Account, asset: str, amount: int) -> None:
        """The crowd pays an account, or gets from it what is below zero."""
        self.marks.account(account)
        account.balance(asset).free += amount
        self.crowd[asset] -= amount


@dataclass(slots=True)
class FuturesTicket(Ticket):
    """An order of futures as it is asked for.

    Attributes:
        side_of: the position that it changes: ``BOTH``, ``LONG`` or ``SHORT``.
        reduce_only: it may not open anything.
        close_position: it closes all of its position.
        working_type: the price that started it: ``CONTRACT_PRICE`` or ``MARK_PRICE``.
        price_protect: the start was checked against the other price.
        asked_kind: Binance's type as asked for; `kind` is what it became.
        asked_until: its timeInForce as asked for: ``GTX``, ``GTD`` too.
        good_till: when it ends by itself, milliseconds, or 0.
        is_liquidation: the exchange itself closes a position.
    """

    side_of: str = BOTH
    reduce_only: bool = False
    close_position: bool = False
    working_type: str = "CONTRACT_PRICE"
    price_protect: bool = False
    asked_kind: str = "LIMIT"
    asked_until: str = "GTC"
    good_till: int = 0
    is_liquidation: bool = False


@dataclass(frozen=True, slots=True)
class FuturesTrade(OwnTrade):
    """One account's half of a trade of a contract; `gain` is what it realized, in 1e-8."""

    gain: int = 0


def ticket_of(order: UserOrder) -> FuturesTicket:
    """An order's ticket, which here is always one of futures."""
    ticket = order.ticket
    assert isinstance(ticket, FuturesTicket)
    return ticket


def contract_of(order: UserOrder) -> Contract:
    """What an order is about, which here is always a contract."""
    symbol = order.ticket.symbol
    assert isinstance(symbol, Contract)
    return symbol


def owner_of(order: UserOrder) -> FuturesAccount:
    """Whose an order is, which here is always an account of futures."""
    account = order.account
    assert isinstance(account, FuturesAccount)
    return account


def closes(is_buy: bool, side_of: str) -> bool:
    """Whether an order of hedge mode makes its position smaller."""
    return side_of == ("SHORT" if is_buy else "LONG")


def closable(account: FuturesAccount, contract: Contract, is_buy: bool, side_of: str) -> int:
    """How much of a position an order of this side can close, in quantity units."""
    held = account.position(contract, side_of).qty
    return max(0, -held if is_buy else held)


def refused(code: int, message: str) -> Refusal:
    """A request about futures that is refused."""
    return Refusal(code, message)


def by_asset(positions: Iterable[Position]) -> dict[str, list[Position]]:
    """Positions by what they are margined in."""
    found: dict[str, list[Position]] = {}
    for one in positions:
        found.setdefault(one.contract.margin_asset, []).append(one)
    return found
