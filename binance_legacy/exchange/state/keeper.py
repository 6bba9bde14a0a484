"""Keeps an exchange's state: everything that a client may have been told is in the file before he is told.

Whoever lets an exchange do something calls `Keeper.keep` before it gives control back to the reactor, which alone lets
bytes leave. What has changed is marked where it changes (`trade.numbers.Marks`); only that is written.

The market is not kept: it is simulated anew from the seed, at the present. What users have in its books is: open
orders go back in their turn, and those that cross the market as it is then trade with it.

Whoever adds something that must be kept gives it a kind, writes it in a method that `_rows` calls, and reads it in one
that `load` calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from ..futures.calls import Exchange
from ..futures.keys import ListenKey
from ..futures.positions import FuturesAccount, Income
from ..margin.accounts import MarginAccount
from ..margin.margin import Margin
from ..margin.tokens import ListenToken, ListenTokens
from ..market.market import Market
from ..trade.desk import Desk
from ..trade.ledger import Account, Ledger
from ..trade.numbers import Marks, Numbers
from ..trade.office import ApiKey
from ..trade.orders import Lock, UserOrder
from ..trade.trading import Trading
from ..trade.wallet import Wallet
from . import rows
from .file import Row, StateError, StateFile

SPOT: Final = "spot"
Stored = tuple[str, str, int, Any]
"""A row with the exchange, the symbol and the number of its key."""

_BOOKS: Final = ("outside", "crowd", "fees", "loans", "insurance")


class Offices(Protocol):
    """Everything behind the doors of an exchange."""

    @property
    def market(self) -> Market: ...
    @property
    def trading(self) -> Trading: ...
    @property
    def wallet(self) -> Wallet: ...
    @property
    def margin(self) -> Margin: ...
    @property
    def tokens(self) -> ListenTokens: ...
    @property
    def futures(self) -> dict[str, Exchange]: ...
    @property
    def keys(self) -> dict[str, ApiKey]: ...
    @property
    def openings(self) -> dict[str, dict[str, int]]: ...


class Keeper:
    """Writes down what changes behind the doors, and puts it back at the beginning.

    Args:
        office: everything behind the doors.
        file: where.
        seed: of the market; it belongs to the state.
    """

    def __init__(self, office: Offices, file: StateFile, seed: int) -> None:
        self._office: Final = office
        self._file: Final = file
        self._seed: Final = seed
        self._starts = 0
        self._written: Final[dict[str, Any]] = {}
        self._counted: Final[dict[tuple[str, str, str], int]] = {}

    # -- writing -------------------------------------------------------------------------------------------

    def keep(self, settings: bool = False) -> None:
        """Writes down all that has changed.

        Args:
            settings: what only whoever steers the exchange changes may have changed too.

        Raises:
            StateError: it cannot be written; nobody may be told of it then.
        """
        rows = [*self._rows(), *(self._settings() if settings else ())]
        if rows:
            rows.append(("meta", "meta", self._meta()))
            self._file.write(rows)
        for marks in self._all_marks():
            marks.forget()

    def _worlds(self) -> Iterator[tuple[str, Ledger, Callable[[str], Desk | None]]]:
        """Spot and the futures exchanges: their names, ledgers, and where each symbol is traded."""
        trading = self._office.trading
        yield SPOT, trading.ledger, trading.open_desk
        for margin, exchange in self._office.futures.items():
            yield margin, exchange.trading.ledger, exchange.trading.open_desk

    def _all_marks(self) -> list[Marks]:
        return [ledger.marks for _, ledger, _ in self._worlds()]

    def _rows(self) -> Iterator[Row]:
        for world, ledger, desk_of in self._worlds():
            marks = ledger.marks
            for order in self._with_their_lists(marks, desk_of):
                yield "order", _key(world, order.ticket.symbol.name, order.id), rows.order_row(order)
            for order in marks.orders:
                desk = desk_of(order.ticket.symbol.name)
                if desk is not None:
                    yield from self._trades(world, desk, order)
            for one in marks.lists:
                yield "list", f"{one.id:012d}", rows.list_row(one)
            for account in marks.accounts:
                yield from self._account(world, account)
            if marks.accounts:
                yield "books", world, {name: dict(getattr(ledger, name)) for name in _BOOKS}
        yield from self._trailing()
        for margin, exchange in self._office.futures.items():
            yield from self._algos(margin, exchange)
        yield from self._small()

    @staticmethod
    def _with_their_lists(marks: Marks, desk_of: Callable[[str], Desk | None]) -> list[UserOrder]:
        """The orders that changed, and those that share something with them; not those that never were on record."""
        found = dict(marks.orders)
        for order in marks.orders:
            if order.order_list is not None:
                found.update(dict.fromkeys(order.order_list.orders))
        desks = {order: desk_of(order.ticket.symbol.name) for order in found}
        return [
            order for order, desk in desks.items() if desk is not None and desk.orders.get(order.id) is order
        ]

    def _trades(self, world: str, desk: Desk, order: UserOrder) -> Iterator[Row]:
        """What an order's account has traded on its desk since, and what was prevented there."""
        name, account = desk.symbol.name, order.account.name
        traded, prevented = desk.trades_of(order.account), desk.prevented
        for number in self._since("trade", f"{world} {name}", account, len(traded)):
            yield "trade", f"{_key(world, name, number)} {account}", rows.trade_row(traded[number])
        for number in self._since("prevented", f"{world} {name}", "", len(prevented)):
            yield "prevented", f"{_key(world, name, number)} ", rows.prevented_row(prevented[number])

    def _since(self, kind: str, place: str, account: str, count: int) -> range:
        """Which of so many have not been written yet."""
        begin = self._counted.get((kind, place, account), 0)
        self._counted[kind, place, account] = count
        return range(begin, count)

    def _account(self, world: str, account: Account) -> Iterator[Row]:
        if isinstance(account, MarginAccount):
            yield "margin", account.name, {**rows.margin_row(account), "count": self._count(account)}
            yield from self._histories(account)
            return
        if isinstance(account, FuturesAccount):
            count = self._office.futures[world].trading.count(account).state
            yield "futures", f"{world} {account.name}", {**rows.futures_row(account), "count": count}
            yield from self._income(world, account)
            return
        opening = self._office.openings.get(account.name, {})
        row = {**rows.account_row(account), "opening": opening, "count": self._count(account)}
        yield "account", account.name, row
        yield "record", account.name, rows.record_row(self._office.wallet.record(account))

    def _count(self, account: Account) -> list[list[int]]:
        return self._office.trading.count(account).state

    def _income(self, world: str, account: FuturesAccount) -> Iterator[Row]:
        for number in self._since("income", world, account.name, len(account.income)):
            yield "income", f"{world} {account.name} {number:012d}", rows.income_row(account.income[number])

    def _histories(self, account: MarginAccount) -> Iterator[Row]:
        for kind, history in rows.histories(account).items():
            for number in self._since(kind, SPOT, account.name, len(history)):
                yield kind, f"{account.name} {number:012d}", rows.plain(history[number])

    def _trailing(self) -> Iterator[Row]:
        """Orders that follow the price, as far as they have come: no report tells of that."""
        for desk in self._office.trading.desks():
            for order in desk.following():
                yield from self._if_new(
                    "order", _key(SPOT, desk.symbol.name, order.id), rows.order_row(order)
                )

    def _algos(self, margin: str, exchange: Exchange) -> Iterator[Row]:
        trading = exchange.trading
        following = [algo for desk in trading.desks() for algo in desk.waiting if algo.extreme]
        for algo in {**trading.changed_algos, **dict.fromkeys(following)}:
            yield from self._if_new("algo", f"{margin} {algo.id}", rows.algo_row(algo))
        trading.changed_algos.clear()

    def _small(self) -> Iterator[Row]:
        """What is small and seldom changes."""
        keys = {name: [key.secret, key.account.name] for name, key in self._office.keys.items()}
        yield from self._if_new("small", "keys", keys)
        tokens = [[one.text, one.account.name, one.until] for one in self._office.tokens.alive()]
        yield from self._if_new("small", "listen tokens", tokens)
        for margin, exchange in self._office.futures.items():
            trading = exchange.trading
            alive = [[one.text, one.account.name, one.until] for one in exchange.keys.alive()]
            yield from self._if_new("small", f"listen keys {margin}", alive)
            deadlines = [[account.name, name, at] for (account, name), at in trading.countdowns.items()]
            yield from self._if_new("small", f"countdowns {margin}", deadlines)
            changes = [
                [account.name, one.contract.name, one.side, change, at]
                for account, one, change, at in trading.margin_changes
            ]
            yield from self._if_new("small", f"margin changes {margin}", changes)

    def _settings(self) -> Iterator[Row]:
        trading = self._office.trading
        yield from self._if_new("small", "settings", trading.settings())

    def _if_new(self, kind: str, key: str, value: Any) -> Iterator[Row]:
        place = f"{kind} {key}"
        if self._written.get(place) != value:
            self._written[place] = value
            yield kind, key, value

    def _meta(self) -> dict[str, Any]:
        return {
            "seed": self._seed,
            "time": self._office.market.now,
            "starts": self._starts,
            "numbers": {name: one.next for name, one in self._numbers().items()},
        }

    def _numbers(self) -> dict[str, Numbers]:
        """Every number that must not be given twice."""
        office = self._office
        found = {
            "executions": office.trading.clearing.executions,
            "lists": office.trading.list_ids,
            "wallet": office.wallet.numbers,
            "margin": office.margin.numbers,
        }
        for margin, exchange in office.futures.items():
            trading = exchange.trading
            found[f"{margin} executions"] = trading.clearing.executions
            found[f"{margin} numbers"] = trading.clearing.numbers
            found[f"{margin} algos"] = trading.algo_ids
            found[f"{margin} liquidations"] = trading.liquidation.numbers
        return found

    # -- reading -------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Puts everything back, and lets it go on at the market's present.

        Raises:
            StateError: the file does not fit together.
        """
        meta = meta_of(self._file)
        try:
            if meta is not None:
                self._read(meta)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StateError(f"the box's state does not fit together: {error!r}") from None
        for _, ledger, _ in self._worlds():
            ledger.marks.on = True
            for account in ledger.everybody():
                ledger.marks.account(account)
        self._go_on()
        self.keep(settings=True)

    def _read(self, meta: dict[str, Any]) -> None:
        office = self._office
        self._starts = meta["starts"] + 1
        for name, one in self._numbers().items():
            one.next = meta["numbers"][name]
        word = f"{self._seed} {self._starts}"
        office.trading.begin_again(word)
        office.wallet.begin_again(word)
        for exchange in office.futures.values():
            exchange.trading.begin_again(word)
        self._read_accounts()
        small = dict(self._file.read("small"))
        stored = [(*_unkey(key), row) for key, row in self._file.read("order")]
        traded = [(*_unkey(key), row) for key, row in self._file.read("trade")]
        self._skip_ids(stored, traded)
        for name, (secret, owner) in small.get("keys", {}).items():
            office.keys[name] = ApiKey(name, secret, office.trading.ledger.accounts[owner])
        self._read_tokens(small.get("listen tokens", []))
        office.trading.set_settings(small.get("settings", {}))
        self._read_orders(stored, traded)
        for margin, exchange in office.futures.items():
            self._read_futures(margin, exchange, small)
        for world, ledger, _ in self._worlds():
            for name, amounts in dict(self._file.read("books")).get(world, {}).items():
                getattr(ledger, name).update(amounts)

    def _read_accounts(self) -> None:
        office, records = self._office, dict(self._file.read("record"))
        for name, row in sorted(self._file.read("account"), key=lambda found: found[1]["uid"]):
            account = office.trading.open_account({}, name)
            assert account.uid == row["uid"]
            rows.fill_account(account, row)
            office.trading.count(account).state = row["count"]
            office.openings[name] = row["opening"]
            rows.fill_record(office.wallet.record(account), records[name])
        for _, row in self._file.read("margin"):
            account = rows.margin_account(office.trading.ledger.accounts[row["owner"]], row)
            office.margin.adopt(account)
            office.trading.count(account).state = row["count"]
        self._read_histories()
        for margin, exchange in office.futures.items():
            self._read_futures_accounts(margin, exchange)

    def _read_histories(self) -> None:
        accounts = {account.name: account for account in self._office.margin.accounts()}
        for kind, made in rows.HISTORIES.items():
            for key, row in self._file.read(kind):
                account = accounts[key.rpartition(" ")[0]]
                rows.histories(account)[kind].append(made(**row))
        for account in accounts.values():
            for kind, history in rows.histories(account).items():
                self._counted[kind, SPOT, account.name] = len(history)

    def _read_futures_accounts(self, margin: str, exchange: Exchange) -> None:
        trading, owners = exchange.trading, self._office.trading.ledger.accounts
        opening = dict(trading.opening)
        trading.opening.clear()
        for key, row in self._file.read("futures"):
            world, _, name = key.partition(" ")
            if world == margin:
                account = trading.account(owners[name])
                rows.fill_futures(account, row, trading.market.contracts)
                trading.count(account).state = row["count"]
        trading.opening.update(opening)
        for key, row in self._file.read("income"):
            world, rest = key.split(" ", 1)
            if world == margin:
                account = trading.account(owners[rest.rpartition(" ")[0]])
                account.income.append(Income(**row))
        for account in trading.accounts():
            self._counted["income", margin, account.name] = len(account.income)

    def _read_orders(self, stored: list[Stored], traded: list[Stored]) -> None:
        """Orders of all exchanges, what they traded, and the lists that they belong to."""
        office = self._office
        found: dict[str, dict[str, dict[int, UserOrder]]] = {}
        locks: dict[str, dict[str, Lock]] = {}
        for world, name, _, row in stored:
            desk = self._desk(world, name)
            account = self._owner(world, row["account"])
            order = rows.order(row, desk.symbol, account, locks.setdefault(world, {}))
            desk.restore(order)
            found.setdefault(world, {}).setdefault(name, {})[order.id] = order
        for world, name, _, row in traded:
            desk = self._desk(world, name)
            one = rows.trade(row, desk.orders)
            desk.trades.setdefault(one.order.account.name, []).append(one)
        for key, row in self._file.read("prevented"):
            world, name, _ = _unkey(key)
            desk = self._desk(world, name)
            desk.prevented.append(rows.prevented(row, desk.orders))
        for _, row in self._file.read("list"):
            desk = office.trading.desk(row["symbol"])
            account = self._owner(SPOT, row["account"])
            office.trading.lists[row["id"]] = rows.order_list(row, account, desk.symbol, desk.orders)
        self._count_trades()

    def _skip_ids(self, stored: list[Stored], traded: list[Stored]) -> None:
        """Orders and trades go on with numbers that were not given before, those of the crowd too."""
        for kept, of in ((stored, "first_orders"), (traded, "least_ids")):
            for world, name, _, row in kept:
                spot = world == SPOT
                market: Any = self._office.market if spot else self._office.futures[world].trading.market
                taken: dict[str, int] = getattr(market, of)
                taken[name] = max(taken.get(name, 0), row["id"] + 1)

    def _count_trades(self) -> None:
        for world, _, _ in self._worlds():
            for desk in self._desks(world):
                place = f"{world} {desk.symbol.name}"
                for account, trades in desk.trades.items():
                    self._counted["trade", place, account] = len(trades)
                self._counted["prevented", place, ""] = len(desk.prevented)

    def _desks(self, world: str) -> list[Desk]:
        if world == SPOT:
            return list(self._office.trading.desks())
        return list(self._office.futures[world].trading.desks())

    def _desk(self, world: str, name: str) -> Desk:
        return (
            self._office.trading.desk(name)
            if world == SPOT
            else self._office.futures[world].trading.desk(name)
        )

    def _owner(self, world: str, name: str) -> Account:
        ledger = self._office.trading.ledger if world == SPOT else self._office.futures[world].trading.ledger
        found = ledger.accounts.get(name) or ledger.wallets.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def _read_futures(self, margin: str, exchange: Exchange, small: dict[str, Any]) -> None:
        trading = exchange.trading
        for key, row in self._file.read("algo"):
            if key.startswith(margin + " "):
                contract = trading.market.contract(row["symbol"])
                desk = trading.desk(contract.name)
                account = self._owner(margin, row["account"])
                assert isinstance(account, FuturesAccount)
                desk.bring_back(rows.algo(row, account, contract, desk.orders))
        trading.go_on()
        for text, name, until in small.get(f"listen keys {margin}", []):
            account = self._owner(margin, name)
            assert isinstance(account, FuturesAccount)
            exchange.keys.bring_back(ListenKey(text, account, until))
        for name, contract_name, at in small.get(f"countdowns {margin}", []):
            account = self._owner(margin, name)
            assert isinstance(account, FuturesAccount)
            trading.countdowns[account, contract_name] = at
        for name, contract_name, side, change, at in small.get(f"margin changes {margin}", []):
            account = self._owner(margin, name)
            assert isinstance(account, FuturesAccount)
            position = account.position(trading.market.contract(contract_name), side)
            trading.margin_changes.append((account, position, change, at))

    def _read_tokens(self, tokens: list[tuple[str, str, int]]) -> None:
        for text, name, until in tokens:
            account = self._owner(SPOT, name)
            assert isinstance(account, MarginAccount)
            self._office.tokens.bring_back(ListenToken(text, account, until))

    def _go_on(self) -> None:
        """Open orders meet the market as it is now."""
        for world, _, _ in self._worlds():
            for desk in self._desks(world):
                desk.go_on(self._office.market.now)


def meta_of(file: StateFile) -> dict[str, Any] | None:
    """What a file says of itself; None where it is new."""
    return next((value for _, value in file.read("meta")), None)


def _key(world: str, name: str, number: int) -> str:
    return f"{world} {name} {number:020d}"


def _unkey(key: str) -> tuple[str, str, int]:
    world, name, number = key.split(" ", 3)[:3]
    return world, name, int(number)
