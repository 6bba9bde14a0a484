"""Trading on a simulated market: accounts, their orders, and everything that Binance does with them.

A door asks with the rows of `spot_calls`; they call what is here. Nothing here knows of doors, keys or clocks: the
time is the market's, which the caller has moved on to the present.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from .. import refusals
from ..market.listing import ASSETS, Symbol, filters
from ..market.live import LiveFloor
from ..market.market import Market
from . import reports
from .clearing import Clearing
from .counts import WINDOWS, OrderCount, Window
from .desk import Desk
from .ledger import Account, Ledger, decimal, units
from .numbers import Numbers
from .orders import OrderList, UserOrder, amount_of
from .paper import TapeDesk, TapePlace
from .rules import Batch, Row, Rules

_ID_LETTERS: Final = string.ascii_letters + string.digits
_ID_PAIRS: Final = [first + second for first in _ID_LETTERS for second in _ID_LETTERS]
_ID_LENGTH: Final = 22
_FIRST_UID: Final = 354_937_868
CLOSED: Final = "Market is closed."
DUPLICATE: Final = "Duplicate order sent."


class Trading:
    """Everybody who trades on a market, and what they have.

    Args:
        market: where; nobody else lets users trade on it.
        seed: for the names of orders that clients do not name.
        windows: how many unfilled orders an account may place.

    Attributes:
        ledger: who owns what.
        clearing: moves it.
        lists: every list of orders by its number.
        list_ids: their numbers.
    """

    def __init__(self, market: Market, seed: int = 1, windows: tuple[Window, ...] = WINDOWS) -> None:
        self.market: Final = market
        self.ledger: Final = Ledger()
        self.clearing: Final = Clearing(self.ledger, market.last_price)
        self.lists: Final[dict[int, OrderList]] = {}
        self._windows: Final = windows
        self._random = random.Random(f"{seed} orders")
        self._desks: Final[dict[str, Desk]] = {}
        self._rules: Final[dict[str, Rules]] = {}
        self._asset_rules: Final[dict[str, Rules]] = {}
        self._exchange_rules = Rules(market.exchange_filters)
        self._counts: Final[dict[str, OrderCount]] = {}
        self.list_ids: Final = Numbers(0)
        self._halted: Final[set[str]] = set()

    @property
    def now(self) -> int:
        """Market time, milliseconds."""
        return self.market.now

    def begin_again(self, word: str) -> None:
        """Names that are made up from now on are others than those of another word."""
        self._random = random.Random(f"{word} orders")

    def new_id(self) -> str:
        """A name for an order that its client has not named."""
        return "".join(self._random.choices(_ID_PAIRS, k=_ID_LENGTH // 2))

    # accounts

    def open_account(self, balances: Mapping[str, Decimal | str | int], name: str | None = None) -> Account:
        """Opens an account with what it has at the beginning.

        Args:
            balances: by asset.
            name: unique; None for one that is made up.

        Raises:
            ValueError: the name is taken, or a balance is no amount.
        """
        uid = _FIRST_UID + len(self.ledger.accounts)
        name = str(uid) if name is None else name
        if name in self.ledger.accounts:
            raise ValueError(f"there is an account {name!r} already")
        amounts = {asset: units(amount) for asset, amount in balances.items()}
        account = self.ledger.accounts[name] = Account(name, uid, self.now)
        self._counts[name] = OrderCount(self._windows)
        self.ledger.marks.account(account)
        for asset, amount in amounts.items():
            self.ledger.deposit(account, asset, amount)
        return account

    def open_wallet(self, wallet: Account) -> None:
        """Lets a wallet of somebody who has an account trade too; it has a name of its own."""
        self.ledger.wallets[wallet.name] = wallet
        self._counts[wallet.name] = OrderCount(self._windows)

    def deposit(self, account: Account, asset: str, amount: Decimal | str) -> None:
        """An amount comes in from outside; the account is told.

        Raises:
            ValueError: it is no amount.
        """
        self.move(account, asset, units(amount))

    def withdraw(self, account: Account, asset: str, amount: Decimal | str) -> None:
        """An amount goes out; the account is told.

        Raises:
            Refusal: the account has less of it free.
            ValueError: it is no amount.
        """
        self.move(account, asset, -units(amount))

    def move(self, account: Account, asset: str, change: int, tell: bool = True) -> None:
        """An amount in 1e-8 comes from outside or, below zero, goes there.

        Raises:
            Refusal: the account has less of it free.
        """
        if change < 0:
            self.ledger.withdraw(account, asset, -change)
        else:
            self.ledger.deposit(account, asset, change)
        if tell:
            self._tell_change(account, asset, change)

    def tell_position(self, account: Account, assets: Iterable[str]) -> None:
        """Tells an account what it has of some assets."""
        account.updated = self.now
        account.tell(reports.position(account, dict.fromkeys(assets), self.now))

    def changes_by_trades(self, account: Account) -> Iterator[tuple[int, str, int]]:
        """What an account's trades have changed: when, of which asset, by how much in 1e-8."""
        for desk in self._desks.values():
            symbol = desk.symbol
            for trade in desk.trades_of(account):
                sign = 1 if trade.order.ticket.is_buy else -1
                yield trade.time, symbol.base, sign * amount_of(symbol, trade.qty)
                yield trade.time, symbol.quote, -sign * trade.cost
                yield trade.time, trade.commission_asset, -trade.commission

    def _tell_change(self, account: Account, asset: str, change: int) -> None:
        self.tell_position(account, (asset,))
        account.tell(reports.balance_update(asset, change, self.now))

    def balance(self, account: Account, asset: str) -> tuple[Decimal, Decimal]:
        """What an account has of an asset: free, locked."""
        held = account.balances.get(asset)
        return (decimal(held.free), decimal(held.locked)) if held else (decimal(0), decimal(0))

    def balances(self, account: Account) -> dict[str, tuple[Decimal, Decimal]]:
        """What an account has: free and locked by asset, where there is any."""
        held = {asset: self.balance(account, asset) for asset in account.balances}
        return {asset: both for asset, both in held.items() if any(both)}

    def assets(self) -> Iterable[str]:
        """Every asset that is traded here."""
        return ASSETS

    # counts of orders

    def count(self, account: Account) -> OrderCount:
        """An account's unfilled orders."""
        return self._counts[account.name]

    def order_counts(self, account: Account) -> list[tuple[str, int]]:
        """How many unfilled orders an account has placed, as headers name them: ``[("10S", 3), ("1D", 12)]``."""
        return self.count(account).short(self.now)

    def order_limits(self, account: Account) -> list[dict[str, Any]]:
        """The same as rows of ``GET /api/v3/rateLimit/order``."""
        return self.count(account).rows(self.now)

    def _first_filled(self, account: Account, as_maker: bool, at: int) -> None:
        self._counts[account.name].traded(as_maker, at)

    # symbols

    def desk(self, name: str) -> Desk:
        """Where users trade a symbol, live or beside a tape.

        Raises:
            UnknownSymbol: it is not listed.
        """
        place = self.market.place(name)  # awake
        desk = self._desks.get(name)
        if desk is None:
            desk = self._desks[name] = self._on_tape(name) if place is None else self._live_desk(place)
        return desk

    def _live_desk(self, place: LiveFloor) -> Desk:
        desk = place.guests = Desk(place, self.clearing, self._first_filled)
        return desk

    def _on_tape(self, name: str) -> Desk:
        floor = self.market.tape_place(name)
        assert floor is not None
        place = floor.watcher = TapePlace(floor)
        return TapeDesk(place, self.clearing, self._first_filled)

    def _place(self, name: str) -> LiveFloor:
        place = self.market.place(name)
        if place is None:
            raise refusals.unsupported(
                f"{name} is played from a tape: orders trade beside what is recorded, and nothing changes it"
            )
        return place

    def desks(self) -> Iterable[Desk]:
        """Every symbol on which users have traded."""
        return self._desks.values()

    def open_desk(self, name: str) -> Desk | None:
        """Where users trade a symbol, if any has."""
        return self._desks.get(name)

    def settings(self) -> dict[str, Any]:
        """What whoever steers the exchange has changed of symbols, as numbers and texts."""
        market = self.market
        own = {name: [dict(row) for row in market.symbol(name).more_filters] for name in self._rules}
        return {
            "filters": {name: found for name, found in own.items() if found},
            "exchange": [dict(row) for row in self._exchange_rules.rows],
            "assets": {name: [dict(row) for row in one.rows] for name, one in self._asset_rules.items()},
            "halted": sorted(self._halted),
            "moved": market.moves(),
        }

    def set_settings(self, settings: Mapping[str, Any]) -> None:
        """Gives it the `settings` of another."""
        self.market.moved.update(settings.get("moved", {}))
        for name, rows in settings.get("filters", {}).items():
            self.set_filters(name, *rows)
        if settings.get("exchange"):
            self.set_exchange_filters(*settings["exchange"])
        for name, rows in settings.get("assets", {}).items():
            self.set_asset_filters(self.ledger.accounts[name], *rows)
        for name in settings.get("halted", ()):
            self.halt(name)

    @property
    def awaited(self) -> bool:
        """Whether anybody's order waits for what the crowd does."""
        return any(desk.open_count for desk in self._desks.values())

    def halt(self, name: str) -> None:
        """Stops trading on a symbol; orders can be canceled.

        Raises:
            UnknownSymbol: it is not listed.
            Refusal: a tape plays it.
        """
        place = self._place(name)
        if name not in self._halted:
            place.halt(self.now)
        self.market.relist(replace(self.market.symbol(name), status="BREAK"))
        self._halted.add(name)

    def resume(self, name: str) -> None:
        """Lets trading go on on a symbol.

        Raises:
            UnknownSymbol: it is not listed.
            Refusal: a tape plays it.
        """
        place = self._place(name)
        if name in self._halted:
            place.resume(self.now)
        self.market.relist(replace(self.market.symbol(name), status="TRADING"))
        self._halted.discard(name)

    # rules

    def set_filters(self, name: str, *rows: Row) -> None:
        """Gives a symbol filters beside its usual ones, or instead of those of the same type.

        Raises:
            UnknownSymbol: it is not listed.
            ValueError: there is no filter of that type.
        """
        Rules(rows)  # as a check, before anything is changed
        symbol = replace(self.market.symbol(name), more_filters=tuple(rows))
        self._rules[name] = Rules(filters(symbol))
        self.market.relist(symbol)

    def set_exchange_filters(self, *rows: Row) -> None:
        """Sets the filters of all symbols together.

        Raises:
            ValueError: there is no filter of that type.
        """
        self._exchange_rules = Rules(rows)
        self.market.exchange_filters[:] = [dict(row) for row in rows]

    def set_asset_filters(self, account: Account, *rows: Row) -> None:
        """Sets the filters of an account's assets, which ``GET /api/v3/myFilters`` shows.

        Raises:
            ValueError: there is no filter of that type.
        """
        self._asset_rules[account.name] = Rules(rows)

    def rules(self, symbol: Symbol) -> Rules:
        """A symbol's rules."""
        rules = self._rules.get(symbol.name)
        if rules is None:
            rules = self._rules[symbol.name] = Rules(filters(symbol))
        return rules

    def exchange_rules(self) -> Rules:
        """The rules of all symbols together."""
        return self._exchange_rules

    def asset_rules(self, account: Account) -> Rules | None:
        """The rules of an account's assets."""
        return self._asset_rules.get(account.name)

    def check(self, desk: Desk, account: Account, asked: Batch) -> None:
        """Whether the filters allow orders.

        Raises:
            Refusal: -1013 with the name of the first filter that does not.
        """
        standing = AccountStanding(self, desk, account)
        self.rules(desk.symbol).check(asked, standing)
        if self._exchange_rules.rows:
            self._exchange_rules.check(asked, standing)
        if (rules := self._asset_rules.get(account.name)) is not None:
            rules.check(asked, standing)

    def admit(self, desk: Desk, orders: Sequence[UserOrder]) -> None:
        """Whether the market takes orders now, and their names are not in use.

        Raises:
            Refusal: -2010 where it does not, or one is.
        """
        if desk.symbol.name in self._halted:
            raise refusals.rejected(CLOSED)
        names = {order.client_id for order in orders}
        if len(names) < len(orders) or any(desk.named(orders[0].account, name) for name in names):
            raise refusals.rejected(DUPLICATE)

    # lists of orders

    def open_lists(self, account: Account) -> list[OrderList]:
        """An account's lists to which something may still happen, oldest first."""
        return [one for one in self.lists.values() if one.account is account and one.open]

    def new_list(self, account: Account, symbol: Symbol, contingency: str, client_id: str) -> OrderList:
        """A list that is taken, still without orders."""
        one = OrderList(next(self.list_ids), account, symbol, contingency, client_id, self.now)
        self.lists[one.id] = one
        self.ledger.marks.list(one)
        return one

    # steering

    def trade(
        self, name: str, is_buy: bool, amount: Decimal | str, limit: Decimal | str | None = None
    ) -> int:
        """Lets one of the crowd buy or sell now, with users too.

        Args:
            name: the symbol.
            is_buy: the side.
            amount: how much of the base asset, cut to the symbol's step.
            limit: the worst price; None for any.

        Returns:
            how much was traded, in quantity units.

        Raises:
            UnknownSymbol: it is not listed.
            Refusal: a tape plays it.
            ValueError: an amount is none.
        """
        self._place(name)
        desk = self.desk(name)
        symbol = desk.symbol
        qty = units(amount) // amount_of(symbol, 1) // symbol.step * symbol.step
        price = None if limit is None else units(limit) // 10 ** (8 - symbol.price_places)
        return desk.crowd_takes(is_buy, qty, price, self.now)

    def move_price(self, name: str, price: Decimal | str) -> None:
        """Moves a symbol's price: from now on the crowd trades around it. Orders that it runs over are filled.

        Raises:
            UnknownSymbol: it is not listed.
            Refusal: a tape plays it.
            ValueError: the price is no amount, or no whole number of ticks.
        """
        place = self._place(name)
        symbol = place.symbol
        wanted, rest = divmod(units(price), 10 ** (8 - symbol.price_places))
        if rest or wanted <= 0 or wanted % symbol.tick:
            raise ValueError(f"price is {price}; {name} moves by {symbol.price_text(symbol.tick)}")
        place.move(wanted, self.now)


class AccountStanding:
    """What rules ask about an account and one symbol's market.

    Args:
        trading: everything.
        desk: of the symbol.
        account: whose orders are asked for.
    """

    __slots__ = ("_account", "_desk", "_trading")

    def __init__(self, trading: Trading, desk: Desk, account: Account) -> None:
        self._trading: Final = trading
        self._desk: Final = desk
        self._account: Final = account

    def _open(self, everywhere: bool) -> Iterable[UserOrder]:
        desks = self._trading.desks() if everywhere else (self._desk,)
        for desk in desks:
            yield from desk.open.get(self._account.name, {}).values()

    def orders(self, everywhere: bool) -> int:
        """How many open orders it has."""
        desks = self._trading.desks() if everywhere else (self._desk,)
        return sum(len(desk.open.get(self._account.name, ())) for desk in desks)

    def algos(self, everywhere: bool) -> int:
        """How many of them wait for a price."""
        return sum(order.ticket.conditional for order in self._open(everywhere))

    def icebergs(self, everywhere: bool) -> int:
        """How many of them show only a part."""
        return sum(order.ticket.iceberg > 0 for order in self._open(everywhere))

    def lists(self, everywhere: bool) -> int:
        """How many open lists of orders it has."""
        lists = self._trading.open_lists(self._account)
        return sum(everywhere or one.symbol.name == self._desk.symbol.name for one in lists)

    def position(self) -> int:
        """What it has of the base asset, and what it is about to buy, in 1e-8."""
        symbol = self._desk.symbol
        balance = self._account.balance(symbol.base)
        bought = sum(order.left for order in self._open(False) if order.ticket.is_buy)
        return balance.free + balance.locked + amount_of(symbol, bought)

    def average(self, minutes: int) -> int:
        """The average price of the last minutes, in 1e-8."""
        return self._desk.average(minutes, self._trading.now)
