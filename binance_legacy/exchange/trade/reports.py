"""Orders, lists, trades and accounts as Binance writes them: answers of calls, and events of user data.

Keys stand in the order in which Binance sends them. (Binance, *Public REST API*, *User Data Streams*.)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from .commissions import BNB, DISCOUNT
from .ledger import Account, text
from .orders import Amend, OrderList, OwnTrade, PreventedMatch, UserOrder, cost

ZERO: Final = "0.00000000"
_RATE_TO_OLD: Final = 10_000
"""Commission in 1e-8, divided by this, is in the basis points of ``makerCommission``."""


# -- answers to orders --------------------------------------------------------------------------------------


EXCHANGE_FLOOR: Final = "EXCHANGE"
"""Where a routed order works: in its symbol's own book."""


def acknowledged(order: UserOrder, at: int) -> dict[str, Any]:
    """An order's answer of type ACK."""
    return {
        "symbol": order.ticket.symbol.name,
        "orderId": order.id,
        "orderListId": _list_id(order),
        "clientOrderId": order.client_id,
        "transactTime": at,
    }


def result(order: UserOrder, at: int) -> dict[str, Any]:
    """An order's answer of type RESULT."""
    return {
        **acknowledged(order, at),
        **_state(order),
        **_stop(order),
        "workingTime": order.working_since,
        **_labels(order),
        "selfTradePreventionMode": order.ticket.mode,
        **_ending(order),
    }


def full(
    order: UserOrder, at: int, fills: Iterable[OwnTrade], prevented: Iterable[PreventedMatch] = ()
) -> dict[str, Any]:
    """An order's answer of type FULL."""
    answer = result(order, at)
    rest = {key: answer.pop(key) for key in ("selfTradePreventionMode", *_ending(order))}
    answer["fills"] = [_fill(order, one) for one in fills]
    matches = [_prevented_at_once(order, one) for one in prevented]
    if matches:
        answer["preventedMatches"] = matches
    return {**answer, **rest}


def placed(
    order: UserOrder, at: int, fills: Iterable[OwnTrade] = (), prevented: Iterable[PreventedMatch] = ()
) -> dict[str, Any]:
    """An order's answer of the type that was asked for."""
    if order.ticket.answer_as == "ACK":
        return acknowledged(order, at)
    return full(order, at, fills, prevented) if order.ticket.answer_as == "FULL" else result(order, at)


def canceled(order: UserOrder, client_id: str, at: int) -> dict[str, Any]:
    """The answer to a cancelation, which `client_id` names."""
    return {
        "symbol": order.ticket.symbol.name,
        "origClientOrderId": order.client_id,
        "orderId": order.id,
        "orderListId": _list_id(order),
        "clientOrderId": client_id,
        "transactTime": at,
        **_state(order),
        **_stop(order),
        **_labels(order),
        "selfTradePreventionMode": order.ticket.mode,
        **_prevention(order),
    }


def row(order: UserOrder) -> dict[str, Any]:
    """An order as it is told of when asked for."""
    state = _state(order)
    quote_qty = state.pop("origQuoteOrderQty")
    ticket = order.ticket
    labels = _labels(order)
    labels.pop("icebergQty", None)
    return {
        "symbol": ticket.symbol.name,
        "orderId": order.id,
        "orderListId": _list_id(order),
        "clientOrderId": order.client_id,
        **state,
        "stopPrice": ticket.symbol.price_text(ticket.stop),
        **_trail(order),
        "icebergQty": ticket.symbol.qty_text(ticket.iceberg),
        "time": order.created,
        "updateTime": order.updated,
        "isWorking": order.working,
        **labels,
        "workingTime": order.working_since,
        "origQuoteOrderQty": quote_qty,
        "selfTradePreventionMode": ticket.mode,
        **_ending(order),
    }


def amended(order: UserOrder, amend: Amend) -> dict[str, Any]:
    """The answer to an amendment."""
    symbol, ticket = order.ticket.symbol, order.ticket
    answer = {
        "transactTime": amend.time,
        "executionId": amend.id,
        "amendedOrder": {
            "symbol": symbol.name,
            "orderId": order.id,
            "orderListId": _list_id(order),
            "origClientOrderId": amend.old_client_id,
            "clientOrderId": order.client_id,
            "price": symbol.price_text(ticket.price),
            "qty": symbol.qty_text(order.qty),
            "executedQty": symbol.qty_text(order.filled),
            "preventedQty": symbol.qty_text(order.prevented),
            "quoteOrderQty": text(ticket.quote_qty),
            "cumulativeQuoteQty": text(order.cost),
            "status": order.status,
            "timeInForce": ticket.until,
            "type": ticket.kind,
            "side": ticket.side,
            **_stop(order),
            "workingTime": order.working_since,
            **_labels(order),
            "selfTradePreventionMode": ticket.mode,
        },
    }
    if order.order_list is not None:
        answer["listStatus"] = _list_short(order.order_list)
    return answer


def amendment(order: UserOrder, amend: Amend) -> dict[str, Any]:
    """A row of ``GET /api/v3/order/amendments``."""
    symbol = order.ticket.symbol
    return {
        "symbol": symbol.name,
        "orderId": order.id,
        "executionId": amend.id,
        "origClientOrderId": amend.old_client_id,
        "newClientOrderId": amend.new_client_id,
        "origQty": symbol.qty_text(amend.old_qty),
        "newQty": symbol.qty_text(amend.new_qty),
        "time": amend.time,
    }


def _state(order: UserOrder) -> dict[str, Any]:
    symbol, ticket = order.ticket.symbol, order.ticket
    return {
        "price": symbol.price_text(ticket.price),
        "origQty": symbol.qty_text(order.qty),
        "executedQty": symbol.qty_text(order.filled),
        "origQuoteOrderQty": text(ticket.quote_qty),
        "cummulativeQuoteQty": text(order.cost),
        "status": order.status,
        "timeInForce": ticket.until,
        "type": ticket.kind,
        "side": ticket.side,
    }


def _stop(order: UserOrder) -> dict[str, Any]:
    ticket = order.ticket
    if not ticket.conditional:
        return {}
    return {"stopPrice": ticket.symbol.price_text(ticket.stop), **_trail(order)}


def _trail(order: UserOrder) -> dict[str, Any]:
    if not order.ticket.trailing:
        return {}
    return {"trailingDelta": order.ticket.trailing, "trailingTime": order.trailing_since}


def _labels(order: UserOrder) -> dict[str, Any]:
    ticket = order.ticket
    labels: dict[str, Any] = {}
    if ticket.iceberg:
        labels["icebergQty"] = ticket.symbol.qty_text(ticket.iceberg)
    if ticket.strategy_id is not None:
        labels["strategyId"] = ticket.strategy_id
    if ticket.strategy_type is not None:
        labels["strategyType"] = ticket.strategy_type
    if ticket.routed:
        labels |= {"workingFloor": EXCHANGE_FLOOR, "usedSor": True}
    return labels


def _prevention(order: UserOrder) -> dict[str, Any]:
    if order.prevented_id is None:
        return {}
    qty = order.ticket.symbol.qty_text(order.prevented)
    return {"preventedMatchId": order.prevented_id, "preventedQuantity": qty}


def _ending(order: UserOrder) -> dict[str, Any]:
    ending = _prevention(order)
    if order.expiry:
        ending["expiryReason"] = order.expiry
    return ending


def _list_id(order: UserOrder) -> int:
    return -1 if order.order_list is None else order.order_list.id


def _fill(order: UserOrder, one: OwnTrade) -> dict[str, Any]:
    symbol = order.ticket.symbol
    return {
        "price": symbol.price_text(one.price),
        "qty": symbol.qty_text(one.qty),
        "commission": text(one.commission),
        "commissionAsset": one.commission_asset,
        "tradeId": one.id,
    }


def _prevented_at_once(order: UserOrder, one: PreventedMatch) -> dict[str, Any]:
    symbol = order.ticket.symbol
    match = {
        "preventedMatchId": one.id,
        "makerSymbol": symbol.name,
        "makerOrderId": one.maker.id,
        "price": symbol.price_text(one.price),
    }
    return match | _prevented_quantities(one)


def _prevented_quantities(one: PreventedMatch) -> dict[str, str]:
    symbol = one.taker.ticket.symbol
    quantities = {"takerPreventedQuantity": one.taker_qty, "makerPreventedQuantity": one.maker_qty}
    return {name: symbol.qty_text(qty) for name, qty in quantities.items() if qty is not None}


# -- lists of orders ----------------------------------------------------------------------------------------


def list_row(one: OrderList) -> dict[str, Any]:
    """A list of orders as it is told of when asked for."""
    return {
        "orderListId": one.id,
        "contingencyType": one.contingency,
        "listStatusType": one.step,
        "listOrderStatus": one.status,
        "listClientOrderId": one.client_id,
        "transactionTime": one.time,
        "symbol": one.symbol.name,
        "orders": [_member(order) for order in one.orders],
    }


def list_answer(one: OrderList, reports: list[dict[str, Any]]) -> dict[str, Any]:
    """The answer to a list of orders that was placed or canceled."""
    return {**list_row(one), "orderReports": reports}


def _list_short(one: OrderList) -> dict[str, Any]:
    return {
        "orderListId": one.id,
        "contingencyType": one.contingency,
        "listOrderStatus": one.status,
        "listClientOrderId": one.client_id,
        "symbol": one.symbol.name,
        "orders": [_member(order) for order in one.orders],
    }


def _member(order: UserOrder) -> dict[str, Any]:
    return {"symbol": order.ticket.symbol.name, "orderId": order.id, "clientOrderId": order.client_id}


# -- trades and accounts ------------------------------------------------------------------------------------


def own_trade(one: OwnTrade) -> dict[str, Any]:
    """A row of ``GET /api/v3/myTrades``."""
    symbol = one.order.ticket.symbol
    return {
        "symbol": symbol.name,
        "id": one.id,
        "orderId": one.order.id,
        "orderListId": _list_id(one.order),
        "price": symbol.price_text(one.price),
        "qty": symbol.qty_text(one.qty),
        "quoteQty": text(one.cost),
        "commission": text(one.commission),
        "commissionAsset": one.commission_asset,
        "time": one.time,
        "isBuyer": one.order.ticket.is_buy,
        "isMaker": one.is_maker,
        "isBestMatch": True,
    }


def prevented_match(one: PreventedMatch) -> dict[str, Any]:
    """A row of ``GET /api/v3/myPreventedMatches``."""
    symbol = one.taker.ticket.symbol
    return {
        "symbol": symbol.name,
        "preventedMatchId": one.id,
        "takerOrderId": one.taker.id,
        "makerSymbol": symbol.name,
        "makerOrderId": one.maker.id,
        "tradeGroupId": -1,
        "selfTradePreventionMode": one.taker.ticket.mode,
        "price": symbol.price_text(one.price),
        **_prevented_quantities(one),
        "transactTime": one.time,
    }


def account_row(account: Account, assets: Iterable[str], omit_zero: bool) -> dict[str, Any]:
    """``GET /api/v3/account``: every asset, or those of which there is any."""
    balances = []
    for asset in dict.fromkeys([*assets, *account.balances]):
        held = account.balances.get(asset)
        free, locked = (held.free, held.locked) if held else (0, 0)
        if free or locked or not omit_zero:
            balances.append({"asset": asset, "free": text(free), "locked": text(locked)})
    return {
        "makerCommission": account.maker_rate // _RATE_TO_OLD,
        "takerCommission": account.taker_rate // _RATE_TO_OLD,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": rates(account),
        "canTrade": True,
        "canWithdraw": True,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": account.updated,
        "accountType": "SPOT",
        "balances": balances,
        "permissions": ["SPOT"],
        "uid": account.uid,
    }


def rates(account: Account) -> dict[str, str]:
    """An account's commission rates."""
    return {
        "maker": text(account.maker_rate), "taker": text(account.taker_rate), "buyer": ZERO, "seller": ZERO,
    }  # fmt: skip


def discount(account: Account) -> dict[str, Any]:
    """What an account saves by paying in BNB."""
    return {
        "enabledForAccount": account.burns_bnb,
        "enabledForSymbol": True,
        "discountAsset": BNB,
        "discount": text(DISCOUNT),
    }


# -- events -------------------------------------------------------------------------------------------------


def position(account: Account, assets: Iterable[str], at: int) -> dict[str, Any]:
    """``outboundAccountPosition``: what an account now has of some assets."""
    rows = []
    for asset in assets:
        held = account.balances.get(asset)
        free, locked = (held.free, held.locked) if held else (0, 0)
        rows.append({"a": asset, "f": text(free), "l": text(locked)})
    return {"e": "outboundAccountPosition", "E": at, "u": at, "B": rows}


def balance_update(asset: str, change: int, at: int) -> dict[str, Any]:
    """``balanceUpdate``: assets came in or went out."""
    return {"e": "balanceUpdate", "E": at, "a": asset, "d": text(change), "T": at}


def list_status(one: OrderList, at: int) -> dict[str, Any]:
    """``listStatus``: a list of orders has changed."""
    return {
        "e": "listStatus",
        "E": at,
        "s": one.symbol.name,
        "g": one.id,
        "c": one.contingency,
        "l": one.step,
        "L": one.status,
        "r": "NONE",
        "C": one.client_id,
        "T": one.time,
        "O": [{"s": order.ticket.symbol.name, "i": order.id, "c": order.client_id} for order in one.orders],
    }


def execution(
    order: UserOrder,
    what: str,
    at: int,
    number: int,
    *,
    trade: OwnTrade | None = None,
    prevented: PreventedMatch | None = None,
    client_id: str = "",
    reason: str = "NONE",
) -> dict[str, Any]:
    """``executionReport``: something has happened to an order.

    Args:
        order: which, as it is now.
        what: Binance's execution type.
        at: when, milliseconds.
        number: of this execution.
        trade: what was traded.
        prevented: what was not traded.
        client_id: the name of the cancelation or amendment, or "".
        reason: why it was rejected.
    """
    ticket, symbol = order.ticket, order.ticket.symbol
    report: dict[str, Any] = {
        "e": "executionReport",
        "E": at,
        "s": symbol.name,
        "c": client_id or order.client_id,
        "S": ticket.side,
        "o": ticket.kind,
        "f": ticket.until,
        "q": symbol.qty_text(order.qty),
        "p": symbol.price_text(ticket.price),
        "P": symbol.price_text(ticket.stop),
    }
    if ticket.trailing:
        report["d"] = ticket.trailing
    report |= {
        "F": symbol.qty_text(ticket.iceberg),
        "g": _list_id(order),
        "C": order.client_id if client_id else "",
        "x": what,
        "X": order.status,
        "r": reason,
        "i": order.id,
    }
    report |= _traded(order, trade, at, number)
    report |= _conditional(order)
    report["V"] = ticket.mode
    if prevented is not None:
        report |= _not_traded(order, prevented)
    if order.expiry:
        report["eR"] = order.expiry
    return report


def _traded(order: UserOrder, trade: OwnTrade | None, at: int, number: int) -> dict[str, Any]:
    symbol = order.ticket.symbol
    return {
        "l": symbol.qty_text(trade.qty) if trade else ZERO,
        "z": symbol.qty_text(order.filled),
        "L": symbol.price_text(trade.price) if trade else ZERO,
        "n": text(trade.commission) if trade else "0",
        "N": trade.commission_asset if trade else None,
        "T": at,
        "t": trade.id if trade else -1,
        "I": number,
        "w": order.working and order.open and (trade is None or _may_rest(order)),
        "m": trade.is_maker if trade else False,
        "M": trade is not None,
        "O": order.created,
        "Z": text(order.cost),
        "Y": text(trade.cost) if trade else ZERO,
        "Q": text(order.ticket.quote_qty),
    }


def _may_rest(order: UserOrder) -> bool:
    return bool(order.ticket.price) and order.ticket.until == "GTC"


def _conditional(order: UserOrder) -> dict[str, Any]:
    ticket = order.ticket
    fields: dict[str, Any] = {}
    if order.trailing_since >= 0:
        fields["D"] = order.trailing_since
    if ticket.strategy_id is not None:
        fields["j"] = ticket.strategy_id
    if ticket.strategy_type is not None:
        fields["J"] = ticket.strategy_type
    if order.working:
        fields["W"] = order.working_since
    if ticket.routed:
        fields |= {"k": EXCHANGE_FLOOR, "uS": True}
    return fields


def _not_traded(order: UserOrder, one: PreventedMatch) -> dict[str, Any]:
    symbol = order.ticket.symbol
    own, counter = (one.taker_qty, one.maker) if order is one.taker else (one.maker_qty, one.taker)
    return {
        "v": one.id,
        "A": symbol.qty_text(order.prevented),
        "B": symbol.qty_text(own or 0),
        "u": -1,
        "U": counter.id,
        "Cs": symbol.name,
        "pl": symbol.qty_text(one.qty),
        "pL": symbol.price_text(one.price),
        "pY": text(cost(symbol, one.price, one.qty)),
    }
