"""The margin accounts of an exchange: who has which, what they may borrow, interest, and liquidation."""

from __future__ import annotations

import functools
import random
import string
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from .. import refusals
from ..market.listing import ASSETS, Symbol
from ..refusals import Refusal
from ..trade import placing, reports
from ..trade.ledger import UNIT, Account, text
from ..trade.numbers import Numbers
from ..trade.orders import UserOrder, amount_of
from ..trade.trading import Trading
from ..trade.wallet import Wallet
from .accounts import (
    CROSS,
    CROSS_TERMS,
    ISOLATED_TERMS,
    NO_DEBT,
    Forced,
    Interest,
    Loan,
    MarginAccount,
    Owner,
    Pledge,
    Terms,
    day_rate,
    hour_interest,
    next_hour,
)

QUOTES: Final = ("USDT", "BTC", "ETH", "BNB", "BUSD")
"""In which margin pairs are paid."""

LARGEST_LOAN: Final = 1_000_000
"""What an account may owe of one asset at most, in US dollars by its usual worth."""

_FIRST_NUMBER: Final = 100_000_001
_REPAYS: Final = ("AUTO_REPAY", "AUTO_BORROW_REPAY")
_BORROWS: Final = ("MARGIN_BUY", "AUTO_BORROW_REPAY")
_ROOM: Final = 101
"""A forced sale sells so many hundredths of what is needed, for fees and the spread."""

_MOST_SALES: Final = 20

_OF_LARGEST: Final = 100
"""A market order is at most the hundredth part of the largest order (`MARKET_LOT_SIZE`)."""

Enter = Callable[[Trading, Account, Mapping[str, Any]], dict[str, Any]]
"""Places an order, or a list of orders."""


class Margin:
    """Every margin account.

    Args:
        trading: spot's, in whose books they trade.
        wallet: what else happens to balances; it values assets.
        seed: for the texts of tokens.

    Attributes:
        numbers: of loans, repayments and interest.
    """

    def __init__(self, trading: Trading, wallet: Wallet, seed: int = 1) -> None:
        self.trading: Final = trading
        self.wallet: Final = wallet
        self._owners: Final[dict[str, Owner]] = {}
        self.numbers: Final = Numbers(_FIRST_NUMBER)
        self._random: Final = random.Random(f"{seed} margin")

    @property
    def now(self) -> int:
        """Market time, milliseconds."""
        return self.trading.now

    def letters(self, length: int) -> str:
        """A text that nobody guesses."""
        return "".join(self._random.choices(string.ascii_letters + string.digits, k=length))

    # -- accounts ------------------------------------------------------------------------------------------

    def account(self, owner: Account, symbol: str = CROSS, opens: bool = True) -> MarginAccount:
        """A user's cross margin account, or the isolated one of a symbol.

        Args:
            owner: whose.
            symbol: of an isolated account, else `CROSS`.
            opens: it is opened where it is not there yet; an isolated one otherwise has to be.

        Raises:
            Refusal: there is no such pair, or no such account.
            UnknownSymbol: there is no such symbol.
        """
        mine = self._owners.setdefault(owner.name, Owner()).accounts
        found = mine.get(symbol)
        if found is None:
            if symbol and not is_pair(self.trading.market.symbol(symbol)):
                raise Refusal(-3028, "Not a valid margin pair.")
            if symbol and not opens:
                raise Refusal(-11001, "Isolated margin account does not exist.")
            found = mine[symbol] = MarginAccount(owner, symbol, self.now)
            self.trading.open_wallet(found)
            self.trading.ledger.marks.account(found)
        return found

    def adopt(self, account: MarginAccount) -> None:
        """An account that was there before is there again."""
        self._owners.setdefault(account.owner.name, Owner()).accounts[account.symbol] = account
        self.trading.open_wallet(account)

    def of(self, owner: Account) -> dict[str, MarginAccount]:
        """A user's margin accounts that are open, by symbol."""
        found = self._owners.get(owner.name)
        return {} if found is None else found.accounts

    def accounts(self) -> Iterator[MarginAccount]:
        """Every account."""
        for owner in self._owners.values():
            yield from owner.accounts.values()

    def check_asset(self, name: str, asset: str) -> None:
        """Whether the isolated account of a symbol, or the cross one (`CROSS`), can hold an asset.

        Raises:
            Refusal: it is of another pair, or there is none such.
        """
        if asset not in ASSETS:
            raise Refusal(-3027, "Not a valid margin asset.")
        if name:
            symbol = self.trading.market.symbol(name)
            if asset not in (symbol.base, symbol.quote):
                raise Refusal(-3027, "Not a valid margin asset.")

    # -- what they are worth -------------------------------------------------------------------------------

    def worth(self, account: MarginAccount) -> tuple[int, int]:
        """What an account has, and what it owes, in 1e-8 BTC."""
        has = owes = 0
        for asset in account.assets():
            has += self.wallet.worth(asset, account.held(asset), "BTC")
            owes += self.wallet.worth(asset, account.owed(asset), "BTC")
        return has, owes

    def level(self, account: MarginAccount) -> int:
        """The margin level, in 1e-8: what it has by what it owes."""
        has, owes = self.worth(account)
        return min(NO_DEBT, has * UNIT // owes) if owes else NO_DEBT

    def terms(self, account: MarginAccount) -> Terms:
        """What it may borrow."""
        return ISOLATED_TERMS if account.is_isolated else CROSS_TERMS

    def limit(self, asset: str) -> int:
        """What may be owed of an asset at most, in 1e-8."""
        return int(LARGEST_LOAN / ASSETS[asset].usd * UNIT) // UNIT * UNIT or UNIT

    def borrowable(self, account: MarginAccount, asset: str) -> int:
        """What an account may still borrow of an asset, in 1e-8: so that its margin level stays high enough."""
        self.check_asset(account.symbol, asset)
        has, owes = self.worth(account)
        least = self.terms(account).borrow
        room = (has * UNIT - owes * least) // (least - UNIT)
        amount = self.wallet.worth("BTC", max(0, room), asset)
        return max(0, min(amount, self.limit(asset) - account.owed(asset)))

    def transferable(self, account: MarginAccount, asset: str) -> int:
        """What may be taken out of an account of an asset, in 1e-8."""
        free = account.free(asset)
        has, owes = self.worth(account)
        if not owes:
            return free
        room = has - owes * self.terms(account).withdraw // UNIT
        return max(0, min(free, self.wallet.worth("BTC", max(0, room), asset)))

    def has_price(self, asset: str) -> bool:
        """Whether it is known what an asset is worth; one of which that is not is not lent."""
        return self.wallet.worth(asset, 10**6 * UNIT, "BTC") > 0

    # -- loans ---------------------------------------------------------------------------------------------

    def borrow(self, account: MarginAccount, asset: str, amount: int) -> Loan:
        """Borrow an amount in 1e-8; the first hour's interest is charged at once.

        Raises:
            Refusal: -3027, -11008, -3006.
        """
        self.check_asset(account.symbol, asset)
        if not amount:
            raise refusals.invalid("amount")
        if amount > self.borrowable(account, asset):
            raise Refusal(-3006, "Your borrow amount has exceed maximum borrow amount.")
        self.trading.ledger.lend(account, asset, amount)
        debt = account.debt(asset)
        debt.borrowed += amount
        self._charge(account, asset, amount, "ON_BORROW")
        debt.due = debt.due or next_hour(self.now)
        return self._booked(account, "BORROW", asset, amount, 0, amount)

    def repay(self, account: MarginAccount, asset: str, amount: int) -> Loan:
        """Repay an amount in 1e-8: interest first.

        Raises:
            Refusal: -3015 where less is owed, -3041 where less is free.
        """
        owed = account.owed(asset)
        if not amount or amount > owed:
            raise Refusal(-3015, "Repay amount exceeds borrow amount.")
        if amount > account.free(asset):
            raise Refusal(-3041, "Balance is not enough.")
        debt = account.debt(asset)
        interest = min(amount, debt.interest)
        debt.interest -= interest
        debt.borrowed -= amount - interest
        self.trading.ledger.charge(account, asset, interest)
        self.trading.ledger.pay_back(account, asset, amount - interest)
        if not debt.total:
            del account.debts[asset]
        return self._booked(account, "REPAY", asset, amount, interest, -amount)

    def _booked(
        self, account: MarginAccount, kind: str, asset: str, amount: int, interest: int, change: int
    ) -> Loan:
        one = Loan(next(self.numbers), kind, asset, amount, interest, self.now, account.symbol)
        account.loans.append(one)
        self.trading.tell_position(account, (asset,))
        account.tell(reports.balance_update(asset, change, self.now))
        return one

    def _charge(self, account: MarginAccount, asset: str, principal: int, kind: str, at: int = 0) -> None:
        amount = hour_interest(asset, principal)
        account.debt(asset).interest += amount
        self.trading.ledger.marks.account(account)
        account.charges.append(
            Interest(next(self.numbers), asset, principal, amount, kind, at or self.now, account.symbol)
        )

    # -- orders --------------------------------------------------------------------------------------------

    def place(
        self, account: MarginAccount, sent: Mapping[str, Any], enter: Enter = placing.place
    ) -> dict[str, Any]:
        """Place orders, which may borrow what they lack and repay with what they get.

        Raises:
            Refusal: they may not be placed; nothing was borrowed, because that comes after all else is checked.
        """
        effect = sent.get("sideEffectType")
        pledge = Pledge(sent["symbol"], effect in _REPAYS)
        if effect in _BORROWS:
            account.lender = functools.partial(self._lend_for, account, pledge)
        try:
            answer = enter(self.trading, account, sent)
        finally:
            account.lender = None
        pledge.orders = [one["orderId"] for one in answer.get("orders", (answer,))]
        pledge.got = [0] * len(pledge.orders)
        if pledge.lent and answer.keys() & {"fills", "status", "orderReports"}:
            answer |= {"marginBuyBorrowAmount": text(pledge.lent), "marginBuyBorrowAsset": pledge.asset}
        if not sent.get("autoRepayAtCancel", True):
            pledge.lent = 0
        if pledge.repays or pledge.lent:
            account.pledges.append(pledge)
        self.settle(account)
        return answer

    def _lend_for(self, account: MarginAccount, pledge: Pledge, asset: str, lacks: int) -> None:
        """Lends what orders lack; as far as they are canceled before they spend it, it goes back."""
        pledge.need = account.free(asset) + lacks
        self.borrow(account, asset, lacks)
        pledge.asset, pledge.lent = asset, lacks

    def _pledged(self, pledge: Pledge) -> list[UserOrder]:
        desk = self.trading.desk(pledge.symbol)
        return [desk.orders[number] for number in pledge.orders]

    def settle(self, account: MarginAccount) -> None:
        """Repays with what orders have got since, and what was lent for those that were canceled."""
        for pledge in tuple(account.pledges):
            orders = self._pledged(pledge)
            if pledge.repays:
                self._repay_with(account, pledge, orders)
            if not any(order.open for order in orders):
                account.pledges.remove(pledge)
                self.trading.ledger.marks.account(account)
                if pledge.lent and not any(order.status == "FILLED" for order in orders):
                    spent = sum(_spent(order, pledge.asset) for order in orders)
                    self._repay_most(account, pledge.asset, min(pledge.lent, pledge.need - spent))

    def _repay_with(self, account: MarginAccount, pledge: Pledge, orders: list[UserOrder]) -> None:
        for place, order in enumerate(orders):
            asset, got = _got(order)
            new, pledge.got[place] = got - pledge.got[place], got
            if new:
                self._repay_most(account, asset, new)

    def _repay_most(self, account: MarginAccount, asset: str, amount: int) -> None:
        """Repays an amount, or what is owed or free where that is less."""
        amount = min(amount, account.free(asset), account.owed(asset))
        if amount > 0:
            self.repay(account, asset, amount)

    # -- time ----------------------------------------------------------------------------------------------

    @property
    def awaited(self) -> bool:
        """Whether anybody owes, or will repay with orders that wait."""
        return any(account.pledges or account.owes for account in self.accounts())

    def advance(self) -> None:
        """What follows from the market's having moved on: interest, repayments, liquidations."""
        for account in tuple(self.accounts()):
            self._accrue(account)
            self.look_at(account)

    def look_at(self, account: MarginAccount) -> None:
        """Whether an account still bears its debts, after something has happened to it or to prices."""
        if account.pledges:
            self.settle(account)
        if account.owes and self.level(account) <= self.terms(account).lost:
            self._close(account)

    def _accrue(self, account: MarginAccount) -> None:
        for asset, debt in account.debts.items():
            while debt.borrowed and debt.due <= self.now:
                self._charge(account, asset, debt.borrowed, "PERIODIC", debt.due)
                debt.due = next_hour(debt.due)

    # -- liquidation ---------------------------------------------------------------------------------------

    def _close(self, account: MarginAccount) -> None:
        """Sells what an account has until it owes nothing; what is left to pay then the insurance bears."""
        for desk in tuple(self.trading.desks()):
            for order in desk.open_of(account):
                desk.expire(order, self.now)
            desk.finish(self.now)
        account.pledges.clear()
        for asset in tuple(account.debts):
            self._repay_most(account, asset, account.owed(asset))
            for _ in range(_MOST_SALES):
                if not account.owed(asset) or not self._sell_for(account, asset):
                    break
                self._repay_most(account, asset, account.owed(asset))
        for asset in tuple(account.debts):
            self._insure(account, asset)

    def _insure(self, account: MarginAccount, asset: str) -> None:
        """The insurance pays what is still owed, and takes for it what could not be sold."""
        self._repay_most(account, asset, account.owed(asset))
        owed = left = account.owed(asset)
        if not owed:
            return
        self.trading.ledger.insure(account, asset, owed)
        for other in self._others(account, asset):
            taken = min(account.free(other), self.wallet.worth(asset, left, other))
            if taken:
                self.trading.ledger.insure(account, other, -taken)
                self.trading.tell_position(account, (other,))
                left -= min(left, self.wallet.worth(other, taken, asset))
        self.repay(account, asset, owed)

    def _others(self, account: MarginAccount, asset: str) -> list[str]:
        """What an account has beside an asset: what is traded for it first, that of most worth first."""
        others = [one for one in account.balances if one != asset and account.free(one)]
        lists = self.trading.market.lists
        return sorted(
            others,
            key=lambda one: (
                not (lists(one + asset) or lists(asset + one)),
                -self.wallet.worth(one, account.free(one), "BTC"),
            ),
        )

    def _sell_for(self, account: MarginAccount, asset: str) -> bool:
        """Sells other assets to get what is owed; whether anything was sold."""
        return any(self._exchange(account, one, asset) for one in self._others(account, asset))

    def _exchange(self, account: MarginAccount, have: str, want: str) -> bool:
        """Trades one asset for another, directly or by way of a third."""
        lists = self.trading.market.lists
        needed = account.owed(want) * _ROOM // 100
        if lists(have + want):
            qty = min(account.free(have), self.wallet.worth(want, needed, have))
            return self._force(account, have + want, "SELL", qty)
        if lists(want + have):
            return self._force(account, want + have, "BUY", min(needed, self._affords(account, have, want)))
        for third in QUOTES:
            if lists(have + third) and (lists(want + third) or lists(third + want)):
                qty = min(account.free(have), self.wallet.worth(want, needed, have) * _ROOM // 100)
                return self._force(account, have + third, "SELL", qty)
        return False

    def _affords(self, account: MarginAccount, have: str, want: str) -> int:
        return self.wallet.worth(have, account.free(have), want) * 99 // 100

    def _force(self, account: MarginAccount, name: str, side: str, qty: int) -> bool:
        symbol = self.trading.market.symbol(name)
        step = amount_of(symbol, symbol.step)
        qty = min(qty, amount_of(symbol, symbol.max_qty) // _OF_LARGEST) // step * step
        sent = {"symbol": name, "side": side, "type": "MARKET", "quantity": qty, "newOrderRespType": "FULL"}
        try:
            answer = placing.place(self.trading, account, sent)
        except Refusal:
            return False  # too little of it to be traded, or nobody trades
        if Decimal(answer["executedQty"]):
            account.forced.append(Forced(_forced_row(account, answer), self.now))
        return bool(Decimal(answer["executedQty"]))


def _spent(order: UserOrder, asset: str) -> int:
    """What an order has spent of an asset, in 1e-8."""
    symbol = order.ticket.symbol
    if order.ticket.is_buy:
        return order.cost if asset == symbol.quote else 0
    return amount_of(symbol, order.filled) if asset == symbol.base else 0


def _got(order: UserOrder) -> tuple[str, int]:
    """What an order has got: of which asset, how much in 1e-8, commissions not taken off."""
    symbol = order.ticket.symbol
    if order.ticket.is_buy:
        return symbol.base, amount_of(symbol, order.filled)
    return symbol.quote, order.cost


def _forced_row(account: MarginAccount, answer: dict[str, Any]) -> dict[str, str | int]:
    filled = answer["executedQty"]
    qty = Decimal(filled)
    average = Decimal(answer["cummulativeQuoteQty"]) / qty if qty else Decimal(0)
    return {
        "avgPrice": f"{average:.8f}", "executedQty": filled, "orderId": answer["orderId"], "price": answer["price"],
        "qty": answer["origQty"], "side": answer["side"], "symbol": answer["symbol"], "timeInForce": "GTC",
        "isIsolated": account.is_isolated,
    }  # fmt: skip


def is_pair(symbol: Symbol) -> bool:
    """Whether a symbol can be traded on margin."""
    return symbol.quote in QUOTES


__all__ = ["Margin", "day_rate", "is_pair"]
