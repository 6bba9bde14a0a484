"""What calls tell of orders, lists, trades and accounts.

Each function takes what a call has read (values by the parameters' names) and gives its answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeVar

from .. import refusals
from ..market.bars import DAY
from . import reports
from .desk import Desk
from .ledger import Account
from .orders import OrderList, OwnTrade, UserOrder
from .tickets import Values
from .trading import Trading

Answer = dict[str, Any]

_LONGEST: Final = DAY
_HOURS: Final = 24

_T = TypeVar("_T")


# -- orders -------------------------------------------------------------------------------------------------


def order(trading: Trading, account: Account, sent: Values) -> Answer:
    """``GET /api/v3/order``."""
    number, name = sent.get("orderId"), sent.get("origClientOrderId")
    if number is None and name is None:
        raise refusals.neither("origClientOrderId", "orderId")
    found = _order(trading.desk(sent["symbol"]), account, number, name)
    if found is None:
        raise refusals.no_such_order()
    if name is not None and found.client_id != name:
        raise refusals.wrong_name()
    return reports.row(found)


def _order(desk: Desk, account: Account, number: int | None, name: str | None) -> UserOrder | None:
    if number is not None:
        found = desk.orders.get(number)
        return found if found is not None and found.account is account else None
    open_one = desk.named(account, name or "")
    if open_one is not None:
        return open_one
    own = (one for one in reversed(desk.orders.values()) if one.account is account)
    return next((one for one in own if one.client_id == name), None)


def open_orders(trading: Trading, account: Account, sent: Values) -> list[Answer]:
    """``GET /api/v3/openOrders``: on one symbol, or on all."""
    symbol = sent.get("symbol")
    desks = trading.desks() if symbol is None else (trading.desk(symbol),)
    return [reports.row(one) for desk in desks for one in desk.open_of(account)]


def all_orders(trading: Trading, account: Account, sent: Values) -> list[Answer]:
    """``GET /api/v3/allOrders``: from a number on, or between two times, or the latest."""
    desk = trading.desk(sent["symbol"])
    number, start, end = sent.get("orderId"), sent.get("startTime"), sent.get("endTime")
    _check_span(start, end)
    own = [one for one in desk.orders.values() if one.account is account]
    if number is not None:
        chosen = [one for one in own if one.id >= number][: sent["limit"]]
    else:
        chosen = _between(own, [one.created for one in own], start, end, sent["limit"])
    return [reports.row(one) for one in chosen]


def amendments(trading: Trading, account: Account, sent: Values) -> list[Answer]:
    """``GET /api/v3/order/amendments``."""
    found = _order(trading.desk(sent["symbol"]), account, sent["orderId"], None)
    if found is None:
        raise refusals.no_such_order()
    first = sent.get("fromExecutionId") or 0
    chosen = [one for one in found.amends if one.id >= first][: sent["limit"]]
    return [reports.amendment(found, one) for one in chosen]


def _between(rows: list[_T], times: list[int], start: int | None, end: int | None, limit: int) -> list[_T]:
    """Rows from a time on, oldest first; or the latest, up to a time."""
    chosen = [
        row
        for row, time in zip(rows, times, strict=True)
        if (start is None or time >= start) and (end is None or time <= end)
    ]
    return chosen[:limit] if start is not None else chosen[-limit:]


def _check_span(start: int | None, end: int | None) -> None:
    if start is None or end is None:
        return
    if end < start:
        raise refusals.bad_combination()
    if end - start > _LONGEST:
        raise refusals.too_far_apart(_HOURS)


# -- lists of orders ----------------------------------------------------------------------------------------


def order_list(trading: Trading, account: Account, sent: Values) -> Answer:
    """``GET /api/v3/orderList``."""
    number, name = sent.get("orderListId"), sent.get("origClientOrderId")
    if number is None and name is None:
        raise refusals.neither("origClientOrderId", "orderListId")
    for one in reversed(_lists(trading, account)):
        if number in (None, one.id) and name in (None, one.client_id):
            return reports.list_row(one)
    raise refusals.no_such_list()


def all_lists(trading: Trading, account: Account, sent: Values) -> list[Answer]:
    """``GET /api/v3/allOrderList``: from a number on, or between two times, or the latest; newest first."""
    first, start, end = sent.get("fromId"), sent.get("startTime"), sent.get("endTime")
    if first is not None and (start is not None or end is not None):
        raise refusals.bad_combination()
    _check_span(start, end)
    own = _lists(trading, account)
    if first is not None:
        chosen = [one for one in own if one.id >= first][: sent["limit"]]
    else:
        chosen = _between(own, [one.time for one in own], start, end, sent["limit"])
    return [reports.list_row(one) for one in reversed(chosen)]


def open_lists(trading: Trading, account: Account, sent: Values) -> list[Answer]:
    """``GET /api/v3/openOrderList``."""
    return [reports.list_row(one) for one in trading.open_lists(account)]


def _lists(trading: Trading, account: Account) -> list[OrderList]:
    return [one for one in trading.lists.values() if one.account is account]


# -- trades -------------------------------------------------------------------------------------------------

_TRADE_COMBINATIONS: Final = frozenset(
    map(
        frozenset,
        (
            (),
            ("orderId",),
            ("startTime",),
            ("endTime",),
            ("fromId",),
            ("startTime", "endTime"),
            ("orderId", "fromId"),
        ),
    )
)


def my_trades(trading: Trading, account: Account, sent: Values) -> list[Answer]:
    """``GET /api/v3/myTrades``: from a number on, or of an order, or between two times, or the latest."""
    desk = trading.desk(sent["symbol"])
    narrowing = ("orderId", "startTime", "endTime", "fromId")
    if frozenset(name for name in narrowing if sent.get(name) is not None) not in _TRADE_COMBINATIONS:
        raise refusals.bad_combination()
    start, end = sent.get("startTime"), sent.get("endTime")
    _check_span(start, end)
    return [reports.own_trade(one) for one in _trades(desk.trades_of(account), sent, start, end)]


def _trades(own: list[OwnTrade], sent: Values, start: int | None, end: int | None) -> list[OwnTrade]:
    number, first, limit = sent.get("orderId"), sent.get("fromId"), sent["limit"]
    if number is not None:
        own = [one for one in own if one.order.id == number]
    if first is not None:
        return [one for one in own if one.id >= first][:limit]
    if number is not None:
        return own[:limit]
    return _between(own, [one.time for one in own], start, end, limit)


def prevented_matches(trading: Trading, account: Account, sent: Values) -> list[Answer]:
    """``GET /api/v3/myPreventedMatches``: one by its number, or those of an order."""
    number, order_id = sent.get("preventedMatchId"), sent.get("orderId")
    if (number is None) == (order_id is None):
        raise refusals.bad_combination()
    own = [one for one in trading.desk(sent["symbol"]).prevented if one.taker.account is account]
    if number is not None:
        chosen = [one for one in own if one.id == number]
    else:
        first = sent.get("fromPreventedMatchId") or 0
        chosen = [one for one in own if order_id in (one.taker.id, one.maker.id) and one.id >= first]
    return [reports.prevented_match(one) for one in chosen[: sent["limit"]]]


def allocations(trading: Trading, account: Account, sent: Values) -> list[Answer]:
    """``GET /api/v3/myAllocations``: none, because no order is routed to several books here."""
    trading.market.symbol(sent["symbol"])
    return []


# -- accounts -----------------------------------------------------------------------------------------------


def account_status(trading: Trading, account: Account, sent: Values) -> Answer:
    """``GET /api/v3/account``."""
    return reports.account_row(account, trading.assets(), bool(sent.get("omitZeroBalances")))


def commission(trading: Trading, account: Account, sent: Values) -> Answer:
    """``GET /api/v3/account/commission``."""
    symbol = trading.market.symbol(sent["symbol"])
    none = dict.fromkeys(("maker", "taker", "buyer", "seller"), reports.ZERO)
    return {
        "symbol": symbol.name,
        "standardCommission": reports.rates(account),
        "specialCommission": none,
        "taxCommission": dict(none),
        "discount": reports.discount(account),
    }


def order_limits(trading: Trading, account: Account, sent: Values) -> list[Answer]:
    """``GET /api/v3/rateLimit/order``."""
    return trading.order_limits(account)


def my_filters(trading: Trading, account: Account, sent: Values) -> Answer:
    """``GET /api/v3/myFilters``."""
    symbol = trading.market.symbol(sent["symbol"])
    assets = trading.asset_rules(account)
    return {
        "exchangeFilters": _rows(trading.exchange_rules().rows),
        "symbolFilters": _rows(trading.rules(symbol).rows),
        "assetFilters": [] if assets is None else _rows(assets.rows),
    }


def _rows(rows: Iterable[Any]) -> list[Answer]:
    return [dict(row) for row in rows]
