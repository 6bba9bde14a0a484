"""Orders, trades and accounts as rows, and back: what is written reads as what it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final, TypeVar

from ..futures.algos import Algo
from ..futures.contracts import Contract
from ..futures.positions import FuturesAccount, FuturesTicket, FuturesTrade, Income
from ..margin.accounts import Debt, Forced, Interest, Loan, MarginAccount, Pledge
from ..market.listing import Symbol
from ..trade.ledger import Account
from ..trade.orders import Amend, Lock, OrderList, OwnTrade, PreventedMatch, Ticket, UserOrder
from ..trade.wallet import Deposit, Dividend, Dusted, Record, Transfer, Withdrawal

Row = dict[str, Any]
_T = TypeVar("_T")

_ORDER: Final = (
    "id", "qty", "created", "updated", "filled", "cost", "status", "working_since", "trailing_since", "extreme",
    "prevented", "prevented_id", "met", "expiry", "client_id",
)  # fmt: skip
_ACCOUNT: Final = ("uid", "opened", "updated", "maker_rate", "taker_rate", "burns_bnb")
HISTORIES: Final = {"loan": Loan, "charge": Interest, "forced": Forced}
"""What a margin account has on record, which only ever grows, by the kind of its rows."""

_POSITION: Final = ("qty", "cost", "fees", "margin", "realized", "updated")
_LIST: Final = ("id", "contingency", "client_id", "time", "status", "step")


def plain(one: Any, *left: str) -> Row:
    """The fields of something that holds nothing but numbers and texts."""
    return {each.name: getattr(one, each.name) for each in fields(one) if each.name not in left}


def made(kind: Callable[..., _T], rows: list[Row]) -> list[_T]:
    """Things of one kind."""
    return [kind(**row) for row in rows]


# -- accounts -----------------------------------------------------------------------------------------------


def account_row(account: Account) -> Row:
    """What every account has."""
    return {
        **{name: getattr(account, name) for name in _ACCOUNT},
        "balances": {asset: [one.free, one.locked] for asset, one in account.balances.items()},
    }


def fill_account(account: Account, row: Row) -> None:
    """Gives an account what it had."""
    for name in _ACCOUNT[2:]:
        setattr(account, name, row[name])
    for asset, (free, locked) in row["balances"].items():
        balance = account.balance(asset)
        balance.free, balance.locked = free, locked


def margin_row(account: MarginAccount) -> Row:
    """A margin account."""
    return {
        **account_row(account),
        "owner": account.owner.name,
        "symbol": account.symbol,
        "enabled": account.enabled,
        "debts": {asset: plain(debt) for asset, debt in account.debts.items()},
        "pledges": [plain(one) for one in account.pledges],
    }


def histories(account: MarginAccount) -> dict[str, list[Any]]:
    """What a margin account has on record, by the kind of its rows."""
    return {"loan": account.loans, "charge": account.charges, "forced": account.forced}


def margin_account(owner: Account, row: Row) -> MarginAccount:
    """A margin account as it was."""
    account = MarginAccount(owner, row["symbol"], row["opened"])
    fill_account(account, row)
    account.enabled = row["enabled"]
    account.debts.update({asset: Debt(**debt) for asset, debt in row["debts"].items()})
    account.pledges.extend(made(Pledge, row["pledges"]))
    return account


def futures_row(account: FuturesAccount) -> Row:
    """An account of futures, without its income."""
    return {
        **account_row(account),
        "dual": account.dual,
        "isolated": sorted(account.isolated),
        "leverages": account.leverages,
        "positions": [
            [one.contract.name, one.side, *(getattr(one, name) for name in _POSITION)]
            for one in account.positions.values()
        ],
    }


def fill_futures(account: FuturesAccount, row: Row, contracts: Mapping[str, Contract]) -> None:
    """Gives an account of futures what it had."""
    fill_account(account, row)
    account.dual = row["dual"]
    account.isolated.update(row["isolated"])
    account.leverages.update(row["leverages"])
    for name, side, *amounts in row["positions"]:
        one = account.position(contracts[name], side)
        for field, amount in zip(_POSITION, amounts, strict=True):
            setattr(one, field, amount)


def income_row(one: Income) -> Row:
    """What came in or went out."""
    return plain(one)


_RECORDS: Final[Mapping[str, Callable[..., Any]]] = {
    "deposits": Deposit, "withdrawals": Withdrawal, "dividends": Dividend, "transfers": Transfer,
}  # fmt: skip


def record_row(record: Record) -> Row:
    """What happened to an account outside trading."""
    return {
        "opened": record.opened,
        **{name: [plain(one) for one in getattr(record, name)] for name in _RECORDS},
        "dusted": [[plain(one) for one in call] for call in record.dusted],
        "taken": record.taken,
        "others": record.others,
    }


def fill_record(record: Record, row: Row) -> None:
    """Gives a record what it had."""
    record.opened = row["opened"]
    for name, kind in _RECORDS.items():
        getattr(record, name).extend(made(kind, row[name]))
    record.dusted.extend(made(Dusted, call) for call in row["dusted"])
    record.taken.extend((at, asset, amount) for at, asset, amount in row["taken"])
    record.others.update(row["others"])


# -- orders -------------------------------------------------------------------------------------------------


def order_row(order: UserOrder) -> Row:
    """An order."""
    lock, one = order.lock, order.order_list
    group = (
        f"list {one.id}" if lock is not None and lock.sharers > 1 and one is not None else f"order {order.id}"
    )
    return {
        **{name: getattr(order, name) for name in _ORDER},
        "account": order.account.name,
        "ticket": plain(order.ticket, "symbol"),
        "list": None if one is None else one.id,
        "lock": None if lock is None else [group, lock.asset, lock.amount, lock.sharers],
        "amends": [plain(each) for each in order.amends],
    }


def order(row: Row, symbol: Symbol, account: Account, locks: dict[str, Lock]) -> UserOrder:
    """An order as it was; those that share a lock are to be given the same `locks`."""
    kind = FuturesTicket if isinstance(symbol, Contract) else Ticket
    found = UserOrder(
        **{name: row[name] for name in _ORDER}, account=account, ticket=kind(symbol=symbol, **row["ticket"])
    )
    found.amends.extend(made(Amend, row["amends"]))
    if row["lock"] is not None:
        group, asset, amount, sharers = row["lock"]
        found.lock = locks.setdefault(f"{symbol.name} {group}", Lock(asset, amount, sharers))
    return found


def trade_row(one: OwnTrade) -> Row:
    """One half of a trade."""
    return {**plain(one, "order"), "order": one.order.id}


def trade(row: Row, orders: Mapping[int, UserOrder]) -> OwnTrade:
    """One half of a trade as it was."""
    kind = FuturesTrade if "gain" in row else OwnTrade
    return kind(**{**row, "order": orders[row["order"]]})


def prevented_row(one: PreventedMatch) -> Row:
    """A trade that did not happen."""
    return {**plain(one, "maker", "taker"), "maker": one.maker.id, "taker": one.taker.id}


def prevented(row: Row, orders: Mapping[int, UserOrder]) -> PreventedMatch:
    """A trade that did not happen, as it was."""
    return PreventedMatch(**{**row, "maker": orders[row["maker"]], "taker": orders[row["taker"]]})


def list_row(one: OrderList) -> Row:
    """A list of orders; which belong to it in which part."""
    return {
        **{name: getattr(one, name) for name in _LIST},
        "account": one.account.name,
        "symbol": one.symbol.name,
        "orders": [each.id for each in one.orders],
        "working": None if one.working is None else one.working.id,
        "legs": [each.id for each in one.legs],
    }


def order_list(row: Row, account: Account, symbol: Symbol, orders: Mapping[int, UserOrder]) -> OrderList:
    """A list of orders as it was, known to its orders."""
    one = OrderList(account=account, symbol=symbol, **{name: row[name] for name in _LIST})
    one.orders = [orders[number] for number in row["orders"]]
    one.working = None if row["working"] is None else orders[row["working"]]
    one.legs = [orders[number] for number in row["legs"]]
    for each in one.orders:
        each.order_list = one
    return one


def algo_row(one: Algo) -> Row:
    """A conditional order."""
    return {
        **plain(one, "account", "contract", "order"),
        "symbol": one.contract.name,
        "account": one.account.name,
        "order": None if one.order is None else one.order.id,
    }


def algo(row: Row, account: FuturesAccount, contract: Contract, orders: Mapping[int, UserOrder]) -> Algo:
    """A conditional order as it was."""
    order = None if row["order"] is None else orders[row["order"]]
    own = {name: value for name, value in row.items() if name != "symbol"}
    return Algo(**{**own, "account": account, "contract": contract, "order": order})
