"""What calls do to orders: place, cancel, replace, amend, alone and in lists.

Each function takes what a call has read (values by the parameters' names) and gives its answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from .. import refusals
from ..market.listing import Symbol
from ..refusals import Refusal
from . import reports
from .desk import WOULD_TAKE, WOULD_TRIGGER, Desk
from .ledger import Account
from .orders import OrderList, Ticket, UserOrder
from .rules import Batch, prices_and_lots
from .tickets import ROUTED, Names, Values, check_pair, check_relation, check_working, leg, ticket
from .trading import DUPLICATE, AccountStanding, Trading

Answer = dict[str, Any]

_LIMIT_LEG: Final = Names(
    "side", "limitType", "limitTimeInForce", "quantity", "limitQuoteOrderQty", "price", "limitStopPrice",
    "limitTrailingDelta", "limitIcebergQty", "limitClientOrderId", "limitStrategyId", "limitStrategyType",
)  # fmt: skip
_STOP_LEG: Final = Names(
    "side", "stopType", "stopLimitTimeInForce", "quantity", "stopQuoteOrderQty", "stopLimitPrice", "stopPrice",
    "trailingDelta", "stopIcebergQty", "stopClientOrderId", "stopStrategyId", "stopStrategyType",
)  # fmt: skip
_WORKING: Final = leg("working", "workingSide", "workingQuantity")
_PENDING: Final = leg("pending", "pendingSide", "pendingQuantity")
_PENDING_ABOVE: Final = leg("pendingAbove", "pendingSide", "pendingQuantity")
_PENDING_BELOW: Final = leg("pendingBelow", "pendingSide", "pendingQuantity")

_REASONS: Final[Mapping[str, str]] = {
    WOULD_TRIGGER: "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY",
    WOULD_TAKE: "WOULD_MATCH_IMMEDIATELY",
    refusals.no_funds().message: "INSUFFICIENT_BALANCES",
}


# -- one order ----------------------------------------------------------------------------------------------


def place(trading: Trading, account: Account, sent: Values) -> Answer:
    """``POST /api/v3/order``."""
    desk = trading.desk(sent["symbol"])
    order = _prepare(trading, desk, account, sent)
    _admit(trading, desk, order)
    answer = _enter(trading, desk, order)
    desk.finish(trading.now)
    return answer


def place_routed(trading: Trading, account: Account, sent: Values) -> Answer:
    """``POST /api/v3/sor/order``: an order by way of smart order routing."""
    return place(trading, account, {**sent, ROUTED: _is_routable(sent)})


def test_routed(trading: Trading, account: Account, sent: Values) -> Answer:
    """``POST /api/v3/sor/order/test``."""
    return test(trading, account, {**sent, ROUTED: _is_routable(sent)})


def _is_routable(sent: Values) -> bool:
    if sent["type"] not in ("LIMIT", "MARKET"):
        raise refusals.unsupported(f"SOR takes LIMIT and MARKET orders, not {sent['type']}")
    return True


def test(trading: Trading, account: Account, sent: Values) -> Answer:
    """``POST /api/v3/order/test``: an order is checked, and not placed."""
    desk = trading.desk(sent["symbol"])
    _admit(trading, desk, _prepare(trading, desk, account, sent))
    if not sent.get("computeCommissionRates"):
        return {}
    standard = reports.rates(account)
    none = {"maker": reports.ZERO, "taker": reports.ZERO}
    return {
        "standardCommissionForOrder": {key: standard[key] for key in none},
        "specialCommissionForOrder": none,
        "taxCommissionForOrder": dict(none),
        "discount": reports.discount(account),
    }


def _prepare(trading: Trading, desk: Desk, account: Account, sent: Values) -> UserOrder:
    order = desk.prepare(account, ticket(desk.symbol, sent, trading.new_id), trading.now)
    if order.ticket.quote_qty:
        desk.size(order)
    return order


def _admit(trading: Trading, desk: Desk, order: UserOrder) -> None:
    """Everything that is checked before the matching engine sees an order."""
    trading.check(desk, order.account, Batch([order]))
    trading.admit(desk, [order])
    trading.count(order.account).check(1, trading.now)


def _enter(trading: Trading, desk: Desk, order: UserOrder) -> Answer:
    """Takes an order and lets it trade; the step is not ended yet.

    Raises:
        Refusal: the matching engine does not take it.
    """
    now, account = trading.now, order.account
    desk.check(order)
    trading.clearing.lock(desk.need(order), order)
    trading.count(account).add(1, now)
    desk.accept(order, now)
    traded, prevented = len(desk.trades_of(account)), len(desk.prevented)
    desk.enter(order, now)
    fills = [one for one in desk.trades_of(account)[traded:] if one.order is order]
    return reports.placed(order, now, fills, desk.prevented[prevented:])


# -- canceling ----------------------------------------------------------------------------------------------


def cancel(trading: Trading, account: Account, sent: Values) -> Answer:
    """``DELETE /api/v3/order``; an order of a list takes the whole list with it."""
    desk = trading.desk(sent["symbol"])
    answer = _cancel(trading, desk, _cancelable(desk, account, sent), sent)
    desk.finish(trading.now)
    return answer


def cancel_all(trading: Trading, account: Account, sent: Values) -> list[Answer]:
    """``DELETE /api/v3/openOrders``: every order on a symbol, then every list."""
    desk = trading.desk(sent["symbol"])
    orders = desk.open_of(account)
    if not orders:
        raise refusals.unknown_order()
    alone = [order for order in orders if order.order_list is None]
    lists = dict.fromkeys(order.order_list for order in orders if order.order_list is not None)
    answers = [_cancel(trading, desk, order, sent) for order in alone]
    answers += [_cancel(trading, desk, _first_open(one), sent) for one in lists]
    desk.finish(trading.now)
    return answers


def cancel_list(trading: Trading, account: Account, sent: Values) -> Answer:
    """``DELETE /api/v3/orderList``."""
    number, name = sent.get("orderListId"), sent.get("listClientOrderId")
    if number is None and name is None:
        raise refusals.neither("orderListId", "listClientOrderId")
    desk = trading.desk(sent["symbol"])
    found = (
        one
        for one in trading.open_lists(account)
        if one.symbol.name == desk.symbol.name
        and (number is None or one.id == number)
        and (name is None or one.client_id == name)
    )
    one = next(found, None)
    if one is None:
        raise refusals.unknown_order()
    answer = _cancel(trading, desk, _first_open(one), sent)
    desk.finish(trading.now)
    return answer


def _first_open(one: OrderList) -> UserOrder:
    return next(order for order in one.orders if order.open)


def _cancelable(
    desk: Desk, account: Account, sent: Values, number_as: str = "orderId", name_as: str = "origClientOrderId"
) -> UserOrder:
    """The open order that a call wants to cancel.

    Raises:
        Refusal: there is none, or it is not in the state that the call wants.
    """
    number, name = sent.get(number_as), sent.get(name_as)
    if number is None and name is None:
        raise refusals.neither(name_as, number_as)
    order = desk.find_open(account, number, name)
    if order is None:
        raise refusals.unknown_order()
    if name is not None and order.client_id != name:
        raise refusals.wrong_name()
    wanted = {"ONLY_NEW": "NEW", "ONLY_PARTIALLY_FILLED": "PARTIALLY_FILLED"}.get(
        sent.get("cancelRestrictions", "")
    )
    if wanted is not None and order.status != wanted:
        raise refusals.Refusal(-2011, "Order was not canceled due to cancel restrictions.")
    return order


def _cancel(
    trading: Trading, desk: Desk, order: UserOrder, sent: Values, name_as: str = "newClientOrderId"
) -> Answer:
    """Cancels; the step is not ended yet."""
    name, now = sent.get(name_as) or trading.new_id(), trading.now
    one = order.order_list
    members = [order] if one is None else [member for member in one.orders if member.open]
    desk.cancel(order, name, now)
    answers = [reports.canceled(member, name, now) for member in members]
    return answers[0] if one is None else reports.list_answer(one, answers)


# -- replacing ----------------------------------------------------------------------------------------------


def cancel_replace(trading: Trading, account: Account, sent: Values) -> Answer:
    """``POST /api/v3/order/cancelReplace``.

    Raises:
        Refusal: -2022 where both failed or nothing was tried, -2021 (HTTP 409) where one did.
    """
    desk = trading.desk(sent["symbol"])
    order = _prepare(trading, desk, account, sent)
    old, failure = _found(desk, account, sent)
    full = _admit_replacement(trading, desk, order, sent)
    canceled = (
        failure.error() if failure else _cancel(trading, desk, _known(old), sent, "cancelNewClientOrderId")
    )
    if failure and sent["cancelReplaceMode"] == "STOP_ON_FAILURE":
        trading.count(account).add(1, trading.now)
        raise _replace_failed(-2022, "FAILURE", "NOT_ATTEMPTED", canceled, None)
    desk.end_step(trading.now)
    placed, refusal = _try_enter(trading, desk, order, full, told=failure is None)
    desk.finish(trading.now)
    if failure is None and refusal is None:
        return _replaced("SUCCESS", "SUCCESS", canceled, placed)
    new = placed if refusal is None else refusal.error()
    code = -2022 if failure and refusal else -2021
    raise _replace_failed(code, _result(failure), _result(refusal), canceled, new)


def _result(failure: Refusal | None) -> str:
    return "SUCCESS" if failure is None else "FAILURE"


def _found(desk: Desk, account: Account, sent: Values) -> tuple[UserOrder | None, Refusal | None]:
    """The order to be canceled, or why it cannot be."""
    if sent.get("cancelOrderId") is None and sent.get("cancelOrigClientOrderId") is None:
        raise refusals.neither("cancelOrigClientOrderId", "cancelOrderId")
    try:
        return _cancelable(desk, account, sent, "cancelOrderId", "cancelOrigClientOrderId"), None
    except Refusal as refusal:
        return None, refusal


def _known(order: UserOrder | None) -> UserOrder:
    assert order is not None
    return order


def _admit_replacement(trading: Trading, desk: Desk, order: UserOrder, sent: Values) -> Refusal | None:
    """Filters and the count of orders; the latter is given back where the call wants to cancel all the same."""
    trading.check(desk, order.account, Batch([order]))
    try:
        trading.count(order.account).check(1, trading.now)
    except Refusal as refusal:
        if sent.get("orderRateLimitExceededMode") != "CANCEL_ONLY":
            raise
        return refusal
    return None


def _try_enter(
    trading: Trading, desk: Desk, order: UserOrder, full: Refusal | None, told: bool
) -> tuple[Answer, Refusal | None]:
    """Places the new order; one that is refused after a cancelation is told of as rejected."""
    if full is not None:
        return {}, full
    try:
        trading.admit(desk, [order])
        return _enter(trading, desk, order), None
    except Refusal as refusal:
        if told:
            desk.reject(order, _REASONS.get(refusal.message, "NONE"), trading.now)
        return {}, refusal


def _replaced(canceled: str, placed: str, old: Any, new: Any) -> Answer:
    return {
        "cancelResult": canceled,
        "newOrderResult": placed,
        "cancelResponse": old,
        "newOrderResponse": new,
    }


def _replace_failed(code: int, canceled: str, placed: str, old: Any, new: Any) -> Refusal:
    text = "Order cancel-replace failed." if code == -2022 else "Order cancel-replace partially failed."
    return Refusal(code, text, 400 if code == -2022 else 409, data=_replaced(canceled, placed, old, new))


# -- amending -----------------------------------------------------------------------------------------------


def amend(trading: Trading, account: Account, sent: Values) -> Answer:
    """``PUT /api/v3/order/amend/keepPriority``."""
    desk = trading.desk(sent["symbol"])
    order = _amendable(desk, account, sent)
    qty = prices_and_lots(desk.symbol, "newQty", sent["newQty"], False)
    _check_amend(trading, desk, order, qty)
    name = sent.get("newClientOrderId") or trading.new_id()
    if name != order.client_id and desk.named(account, name) is not None:
        raise refusals.rejected(DUPLICATE)
    done = desk.amend(order, qty, name, trading.now)
    answer = reports.amended(order, done)
    desk.finish(trading.now)
    return answer


def _amendable(desk: Desk, account: Account, sent: Values) -> UserOrder:
    number, name = sent.get("orderId"), sent.get("origClientOrderId")
    if number is None and name is None:
        raise refusals.neither("origClientOrderId", "orderId")
    order = desk.find_open(account, number, name)
    if order is None:
        raise refusals.no_such_order()
    if name is not None and order.client_id != name:
        raise refusals.wrong_name()
    return order


def _check_amend(trading: Trading, desk: Desk, order: UserOrder, qty: int) -> None:
    """Whether an order's quantity may become `qty`."""
    if qty == order.qty:
        raise refusals.amend_rejected("The requested action would change no state; rejecting.")
    if qty > order.qty:
        raise refusals.amend_rejected("Order amend (quantity increase) is not supported.")
    followers = [] if order.order_list is None else order.order_list.rivals(order)
    if any(qty <= one.filled + one.prevented for one in (order, *followers)):
        raise refusals.malformed("Invalid quantity.")
    rules = trading.rules(desk.symbol)
    most = rules.most_amends()
    if most is not None and len(order.amends) >= most:
        raise refusals.amend_rejected("Filter failure: MAX_NUM_ORDER_AMENDS")
    rules.check_amended(replace(order, qty=qty), AccountStanding(trading, desk, order.account))


# -- lists of orders ----------------------------------------------------------------------------------------


def place_old_oco(trading: Trading, account: Account, sent: Values) -> Answer:
    """``POST /api/v3/order/oco``: a limit order, and a stop that is known by its parameters."""
    kind = "STOP_LOSS" if sent.get("stopLimitPrice") is None else "STOP_LOSS_LIMIT"
    sent = {**sent, "limitType": "LIMIT_MAKER", "stopType": kind}
    desk = trading.desk(sent["symbol"])
    limit, stop = (_list_ticket(trading, desk.symbol, sent, names) for names in (_LIMIT_LEG, _STOP_LEG))
    above, below = (stop, limit) if limit.is_buy else (limit, stop)
    return _place_pair(trading, desk, account, sent, above, below)


def place_oco(trading: Trading, account: Account, sent: Values) -> Answer:
    """``POST /api/v3/orderList/oco``: one order above the last price, and one below."""
    desk = trading.desk(sent["symbol"])
    above, below = (_list_ticket(trading, desk.symbol, sent, leg(side)) for side in ("above", "below"))
    return _place_pair(trading, desk, account, sent, above, below)


def _place_pair(
    trading: Trading, desk: Desk, account: Account, sent: Values, above: Ticket, below: Ticket
) -> Answer:
    check_pair(above, below)
    orders = [desk.prepare(account, one, trading.now) for one in _stop_first(above, below)]
    _admit_list(trading, desk, account, orders, sent)
    check_relation(above, below, desk.last)
    for order in orders:
        desk.check(order)
    trading.clearing.lock(max(map(desk.need, orders)), *orders)
    one = _new_list(trading, account, desk, "OCO", sent)
    one.legs = orders
    return _take_list(trading, desk, one, orders, 0)


def place_oto(trading: Trading, account: Account, sent: Values) -> Answer:
    """``POST /api/v3/orderList/oto``: one order that starts when another is filled."""
    desk = trading.desk(sent["symbol"])
    working = _list_ticket(trading, desk.symbol, sent, _WORKING)
    pending = _list_ticket(trading, desk.symbol, sent, _PENDING)
    return _place_pending(trading, desk, account, sent, working, [pending])


def place_otoco(trading: Trading, account: Account, sent: Values) -> Answer:
    """``POST /api/v3/orderList/otoco``: an OCO that starts when another order is filled."""
    desk = trading.desk(sent["symbol"])
    working = _list_ticket(trading, desk.symbol, sent, _WORKING)
    if sent.get("pendingBelowType") is None:
        raise refusals.missing("pendingBelowType")
    above, below = (
        _list_ticket(trading, desk.symbol, sent, names) for names in (_PENDING_ABOVE, _PENDING_BELOW)
    )
    check_pair(above, below)
    check_relation(above, below, None)
    return _place_pending(trading, desk, account, sent, working, _stop_first(above, below))


def _place_pending(
    trading: Trading, desk: Desk, account: Account, sent: Values, working: Ticket, pending: list[Ticket]
) -> Answer:
    check_working(working)
    orders = [desk.prepare(account, one, trading.now) for one in (working, *pending)]
    _admit_list(trading, desk, account, orders, sent)
    desk.check(orders[0])
    trading.clearing.lock(desk.need(orders[0]), orders[0])
    one = _new_list(trading, account, desk, "OTO", sent)
    one.working, one.legs = orders[0], orders[1:]
    return _take_list(trading, desk, one, orders, len(pending))


def _list_ticket(trading: Trading, symbol: Symbol, sent: Values, names: Names) -> Ticket:
    one = ticket(symbol, sent, trading.new_id, names)
    one.answer_as = sent.get("newOrderRespType") or "RESULT"
    return one


def _stop_first(above: Ticket, below: Ticket) -> list[Ticket]:
    """The legs in the order in which Binance tells of them."""
    return sorted((below, above), key=lambda one: not one.kind.startswith("STOP_LOSS"))


def _admit_list(
    trading: Trading, desk: Desk, account: Account, orders: list[UserOrder], sent: Values
) -> None:
    trading.check(desk, account, Batch(orders, 1))
    trading.admit(desk, orders)
    name = sent.get("listClientOrderId")
    if name is not None and any(one.client_id == name for one in trading.open_lists(account)):
        raise refusals.rejected(DUPLICATE)
    trading.count(account).check(len(orders), trading.now)


def _new_list(trading: Trading, account: Account, desk: Desk, contingency: str, sent: Values) -> OrderList:
    name = sent.get("listClientOrderId") or trading.new_id()
    return trading.new_list(account, desk.symbol, contingency, name)


def _take_list(trading: Trading, desk: Desk, one: OrderList, orders: list[UserOrder], pending: int) -> Answer:
    """Takes a list's orders, of which the last ones may have to wait, and lets the others trade."""
    now = trading.now
    trading.count(one.account).add(len(orders), now)
    one.orders = orders
    started = orders[: len(orders) - pending]
    for order in orders:
        order.order_list = one
        desk.accept(order, now, pending=order not in started)
    trading.clearing.changed(one, now)
    traded = len(desk.trades_of(one.account))
    for order in started:
        desk.enter(order, now)
    fills = desk.trades_of(one.account)[traded:]
    each = [reports.placed(order, now, [fill for fill in fills if fill.order is order]) for order in orders]
    answer = reports.list_answer(one, each)
    desk.finish(now)
    return answer
