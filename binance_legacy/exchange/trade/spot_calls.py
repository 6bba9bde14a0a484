"""Every call about orders and accounts, as one table that both doors read.

A door finds a call by its path or by its WebSocket-API name, reads its parameters, and asks::

    call = BY_PATH["POST", "/api/v3/order"]
    asked = call.read(sent)                          # Refusal -1100 ... -1136
    answer = call.answer(trading, account, asked)    # Refusal, UnknownSymbol

(Binance, *Public REST API*, *WebSocket API*.)
"""

from __future__ import annotations

from typing import Any, Final

from .. import refusals
from ..parameters import (
    END,
    FROM_ID,
    OPTIONAL_SYMBOL,
    START,
    SYMBOL,
    Parameter,
    amount,
    choice,
    client_id,
    flag,
    limit,
    number,
    one_of,
    strategy_type,
)
from . import asking, placing
from .calls import Asked, Call, Weight

# -- parameters ---------------------------------------------------------------------------------------------

_TYPES: Final = (
    "LIMIT", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT", "LIMIT_MAKER",
)  # fmt: skip
_side: Final = choice(refusals.invalid_side, "BUY", "SELL")
_kind: Final = choice(refusals.invalid_order_type, *_TYPES)
_until: Final = choice(refusals.invalid_time_in_force, "GTC", "IOC", "FOK")

_SIDE: Final = Parameter("side", _side, mandatory=True)
_KIND: Final = Parameter("type", _kind, mandatory=True)
_QTY: Final = Parameter("quantity", amount, mandatory=True)
_ORDER_ID: Final = Parameter("orderId", number)
_OLD_NAME: Final = Parameter("origClientOrderId", client_id)
_NEW_NAME: Final = Parameter("newClientOrderId", client_id)
_LIST_NAME: Final = Parameter("listClientOrderId", client_id)
_RESTRICTIONS: Final = Parameter(
    "cancelRestrictions",
    choice(refusals.invalid_cancel_restrictions, "ONLY_NEW", "ONLY_PARTIALLY_FILLED"),
)
_ANSWER_AS: Final = Parameter(
    "newOrderRespType", choice(refusals.invalid_response_type, "ACK", "RESULT", "FULL")
)
_PREVENTION: Final = Parameter(
    "selfTradePreventionMode",
    one_of("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"),
)
_HOW: Final = (_ANSWER_AS, _PREVENTION)
_ROWS: Final = limit(500, 1000)

_ORDER: Final = (
    SYMBOL,
    _SIDE,
    _KIND,
    Parameter("timeInForce", _until),
    Parameter("quantity", amount),
    Parameter("quoteOrderQty", amount),
    Parameter("price", amount),
    _NEW_NAME,
    Parameter("strategyId", number),
    Parameter("strategyType", strategy_type),
    Parameter("stopPrice", amount),
    Parameter("trailingDelta", number),
    Parameter("icebergQty", amount),
    *_HOW,
)


def _leg(prefix: str, kind_mandatory: bool = True) -> tuple[Parameter, ...]:
    """The parameters of one order of a list, with a prefix."""
    return (
        Parameter(f"{prefix}Type", _kind, mandatory=kind_mandatory),
        Parameter(f"{prefix}ClientOrderId", client_id),
        Parameter(f"{prefix}Price", amount),
        Parameter(f"{prefix}StopPrice", amount),
        Parameter(f"{prefix}TrailingDelta", number),
        Parameter(f"{prefix}IcebergQty", amount),
        Parameter(f"{prefix}TimeInForce", _until),
        Parameter(f"{prefix}StrategyId", number),
        Parameter(f"{prefix}StrategyType", strategy_type),
    )


def _sided(prefix: str) -> tuple[Parameter, ...]:
    return (
        Parameter(f"{prefix}Side", _side, mandatory=True),
        Parameter(f"{prefix}Quantity", amount, mandatory=True),
    )


def _working() -> tuple[Parameter, ...]:
    kept = [one for one in _leg("working") if one.name not in ("workingStopPrice", "workingTrailingDelta")]
    price = Parameter("workingPrice", amount, mandatory=True)
    return (*(price if one.name == price.name else one for one in kept), *_sided("working"))


_ROUTED: Final = tuple(
    _QTY if one.name == "quantity" else one
    for one in _ORDER
    if one.name not in ("quoteOrderQty", "stopPrice", "trailingDelta")
)
_OLD_OCO: Final = (
    SYMBOL,
    _LIST_NAME,
    _SIDE,
    _QTY,
    Parameter("limitClientOrderId", client_id),
    Parameter("price", amount, mandatory=True),
    Parameter("limitStrategyId", number),
    Parameter("limitStrategyType", strategy_type),
    Parameter("limitIcebergQty", amount),
    Parameter("trailingDelta", number),
    Parameter("stopClientOrderId", client_id),
    Parameter("stopPrice", amount),
    Parameter("stopStrategyId", number),
    Parameter("stopStrategyType", strategy_type),
    Parameter("stopLimitPrice", amount),
    Parameter("stopIcebergQty", amount),
    Parameter("stopLimitTimeInForce", _until),
    *_HOW,
)
_REPLACE: Final = (
    *_ORDER,
    Parameter("cancelReplaceMode", one_of("STOP_ON_FAILURE", "ALLOW_FAILURE"), mandatory=True),
    Parameter("cancelNewClientOrderId", client_id),
    Parameter("cancelOrigClientOrderId", client_id),
    Parameter("cancelOrderId", number),
    Parameter("orderRateLimitExceededMode", one_of("DO_NOTHING", "CANCEL_ONLY")),
    _RESTRICTIONS,
)


# -- weights ------------------------------------------------------------------------------------------------


def _test_weight(asked: Asked) -> int:
    return 20 if asked["computeCommissionRates"] else 1


def _open_weight(asked: Asked) -> int:
    return 80 if asked["symbol"] is None else 6


def _trades_weight(asked: Asked) -> int:
    return 20 if asked["orderId"] is None else 5


def _prevented_weight(asked: Asked) -> int:
    return 20 if asked["preventedMatchId"] is None else 2


# -- the table ----------------------------------------------------------------------------------------------

_V3: Final = "/api/v3/"


def _trade(
    method: str, path: str, name: str, parameters: tuple[Parameter, ...], answer: Any, orders: int = 0
) -> Call:
    return Call(method, _V3 + path, name, "TRADE", parameters, 1, answer, orders, free_if_done=True)


def _ask(path: str, name: str, parameters: tuple[Parameter, ...], weight: Weight, answer: Any) -> Call:
    return Call("GET", _V3 + path, name, "USER_DATA", parameters, weight, answer)


CALLS: Final = (
    _trade("POST", "order", "order.place", _ORDER, placing.place, 1),
    Call(
        "POST", "/api/v3/order/test", "order.test", "TRADE",
        (*_ORDER, Parameter("computeCommissionRates", flag, False)), _test_weight, placing.test,
    ),
    _trade("POST", "sor/order", "sor.order.place", _ROUTED, placing.place_routed, 1),
    Call(
        "POST", "/api/v3/sor/order/test", "sor.order.test", "TRADE",
        (*_ROUTED, Parameter("computeCommissionRates", flag, False)), _test_weight, placing.test_routed,
    ),
    _trade("DELETE", "order", "order.cancel", (SYMBOL, _ORDER_ID, _OLD_NAME, _NEW_NAME, _RESTRICTIONS), placing.cancel),
    _trade("DELETE", "openOrders", "openOrders.cancelAll", (SYMBOL,), placing.cancel_all),
    _trade("POST", "order/cancelReplace", "order.cancelReplace", _REPLACE, placing.cancel_replace, 1),
    Call(
        "PUT", "/api/v3/order/amend/keepPriority", "order.amend.keepPriority", "TRADE",
        (SYMBOL, _ORDER_ID, _OLD_NAME, _NEW_NAME, Parameter("newQty", amount, mandatory=True)), 4, placing.amend,
    ),
    _trade("POST", "order/oco", "orderList.place", _OLD_OCO, placing.place_old_oco, 2),
    _trade(
        "POST", "orderList/oco", "orderList.place.oco",
        (SYMBOL, _LIST_NAME, _SIDE, _QTY, *_leg("above"), *_leg("below"), *_HOW), placing.place_oco, 2,
    ),
    _trade(
        "POST", "orderList/oto", "orderList.place.oto",
        (SYMBOL, _LIST_NAME, *_working(), *_sided("pending"), *_leg("pending"), *_HOW), placing.place_oto, 2,
    ),
    _trade(
        "POST", "orderList/otoco", "orderList.place.otoco",
        (
            SYMBOL, _LIST_NAME, *_working(), *_sided("pending"), *_leg("pendingAbove"),
            *_leg("pendingBelow", kind_mandatory=False), *_HOW,
        ),
        placing.place_otoco, 3,
    ),
    _trade(
        "DELETE", "orderList", "orderList.cancel",
        (SYMBOL, Parameter("orderListId", number), _LIST_NAME, _NEW_NAME), placing.cancel_list,
    ),
    _ask("order", "order.status", (SYMBOL, _ORDER_ID, _OLD_NAME), 4, asking.order),
    _ask("openOrders", "openOrders.status", (OPTIONAL_SYMBOL,), _open_weight, asking.open_orders),
    _ask("allOrders", "allOrders", (SYMBOL, _ORDER_ID, START, END, _ROWS), 20, asking.all_orders),
    _ask(
        "order/amendments", "order.amendments",
        (SYMBOL, Parameter("orderId", number, mandatory=True), Parameter("fromExecutionId", number), _ROWS),
        4, asking.amendments,
    ),
    _ask("orderList", "orderList.status", (Parameter("orderListId", number), _OLD_NAME), 4, asking.order_list),
    _ask("allOrderList", "allOrderLists", (FROM_ID, START, END, _ROWS), 20, asking.all_lists),
    _ask("openOrderList", "openOrderLists.status", (), 6, asking.open_lists),
    _ask("myTrades", "myTrades", (SYMBOL, _ORDER_ID, START, END, FROM_ID, _ROWS), _trades_weight, asking.my_trades),
    _ask(
        "myPreventedMatches", "myPreventedMatches",
        (
            SYMBOL, Parameter("preventedMatchId", number), _ORDER_ID, Parameter("fromPreventedMatchId", number),
            _ROWS,
        ),
        _prevented_weight, asking.prevented_matches,
    ),
    _ask(
        "myAllocations", "myAllocations",
        (SYMBOL, START, END, Parameter("fromAllocationId", number), _ROWS, _ORDER_ID), 20, asking.allocations,
    ),
    _ask("account", "account.status", (Parameter("omitZeroBalances", flag, False),), 20, asking.account_status),
    _ask("account/commission", "account.commission", (SYMBOL,), 20, asking.commission),
    _ask("rateLimit/order", "account.rateLimits.orders", (), 40, asking.order_limits),
    _ask("myFilters", "myFilters", (SYMBOL,), 40, asking.my_filters),
)  # fmt: skip
"""Every call that is served."""

BY_PATH: Final = {(call.method, call.path): call for call in CALLS}
BY_NAME: Final = {call.name: call for call in CALLS}
