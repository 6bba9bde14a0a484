"""What calls do to orders of futures: place, modify and cancel them, plain and conditional.

Each function takes what a call has read (values by the parameters' names) and gives its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from .. import refusals
from ..parameters import text_of
from ..refusals import Refusal
from ..trade.orders import UserOrder
from . import reports
from .algos import BY_MARK, KINDS, TRAILING, Algo
from .contracts import FARTHEST, MOST_ALGOS, MOST_ORDERS, UNIT, Contract, most_at_once
from .desk import BY_LAST, FuturesDesk
from .positions import BOTH, FuturesAccount, FuturesTicket, refused, ticket_of
from .trading import FuturesTrading

Sent = Mapping[str, Any]
Answer = Any
Read = Callable[[Mapping[str, str]], dict[str, Any]]

_MOST_AT_ONCE: Final = 5
_MOST_CANCELED: Final = 10
_LEAST_RATE: Final = 1
_MOST_RATE: Final = 100
_LEAST_LIFE: Final = 600_000
_CLOSING: Final = ("STOP_MARKET", "TAKE_PROFIT_MARKET")
_DONE: Final = {"code": 200, "msg": "The operation of cancel all open order is done."}


# -- steps and limits ---------------------------------------------------------------------------------------


def price_units(contract: Contract, amount: int) -> int:
    """A price in 1e-8 in the contract's units.

    Raises:
        Refusal: -1111, -4001, -4014.
    """
    if amount <= 0:
        raise refused(-4001, "Price less than 0.")
    units, rest = divmod(amount, contract.scaled(1))
    if rest:
        raise refused(-1111, "Precision is over the maximum defined for this asset.")
    if units % contract.tick:
        raise refused(-4014, "Price not increased by tick size.")
    return units


def qty_units(contract: Contract, amount: int, is_market: bool = False) -> int:
    """A quantity in 1e-8 in the contract's units.

    Raises:
        Refusal: -1111, -4003, -4004, -4005, -4023.
    """
    if amount <= 0:
        raise refused(-4003, "Quantity less than or equal to zero.")
    units, rest = divmod(amount, int(UNIT // 10**contract.qty_places))
    if rest:
        raise refused(-1111, "Precision is over the maximum defined for this asset.")
    if units < contract.min_qty:
        raise refused(-4004, "Quantity less than min quantity.")
    if units > (most_at_once(contract) if is_market else contract.max_qty):
        raise refused(-4005, "Quantity greater than max quantity.")
    if units % contract.step:
        raise refused(-4023, "Qty not increased by step size.")
    return units


def _check_near(contract: Contract, is_buy: bool, price: int, mark: int) -> None:
    """Whether a limit does not lie too far beyond the mark price."""
    scaled = contract.scaled(price)
    if is_buy and scaled * UNIT > mark * (UNIT + FARTHEST):
        raise refused(-4016, f"Limit price can't be higher than {_limit(contract, mark, FARTHEST)}.")
    if not is_buy and scaled * UNIT < mark * (UNIT - FARTHEST):
        raise refused(-4024, f"Limit price can't be lower than {_limit(contract, mark, -FARTHEST)}.")


def _limit(contract: Contract, mark: int, share: int) -> str:
    return contract.price_text(mark * (UNIT + share) // UNIT // contract.scaled(1))


def _check_worth(contract: Contract, order: FuturesTicket, mark: int) -> None:
    if not contract.is_linear or order.reduce_only or order.close_position:
        return
    value = contract.value(contract.scaled(order.price) if order.price else mark, order.qty)
    if value < contract.min_notional * UNIT:
        raise refused(
            -4164,
            f"Order's notional must be no smaller than {contract.min_notional} (unless you choose reduce only).",
        )


def _side_of(account: FuturesAccount, sent: Sent) -> str:
    side: str = sent.get("positionSide") or BOTH
    if (side != BOTH) != account.dual:
        raise refused(-4061, "Order's position side does not match user's setting.")
    if account.dual and sent.get("reduceOnly"):
        raise refusals.not_required("reduceonly")
    return side


# -- one order ----------------------------------------------------------------------------------------------


def _ticket(
    trading: FuturesTrading, account: FuturesAccount, contract: Contract, sent: Sent
) -> FuturesTicket:
    """The order that a call asks for."""
    kind = sent["type"]
    if kind in KINDS:
        raise refused(
            -4120,
            "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.",
        )
    wanted = ("timeInForce", "quantity", "price") if kind == "LIMIT" else ("quantity",)
    for name in wanted:
        if sent.get(name) is None:
            raise refusals.missing(name)
    if kind == "MARKET" and sent.get("price") is not None:
        raise refusals.not_required("price")
    until = sent.get("timeInForce") or "GTC"
    ticket = FuturesTicket(
        symbol=contract,
        is_buy=sent["side"] == "BUY",
        kind="LIMIT_MAKER" if until == "GTX" else kind,
        until=until if until in ("IOC", "FOK") else "GTC",
        qty=qty_units(contract, sent["quantity"], kind == "MARKET"),
        quote_qty=0,
        price=price_units(contract, sent["price"]) if kind == "LIMIT" else 0,
        stop=0,
        trailing=0,
        iceberg=0,
        mode=sent.get("selfTradePreventionMode") or "EXPIRE_MAKER",
        client_id=sent.get("newClientOrderId") or trading.new_id(),
        answer_as=sent.get("newOrderRespType") or "ACK",
        side_of=_side_of(account, sent),
        reduce_only=bool(sent.get("reduceOnly")),
        asked_kind=kind,
        asked_until=until,
        good_till=_good_till(trading, sent, until),
    )
    mark = trading.market.mark(contract.name)
    if ticket.price:
        _check_near(contract, ticket.is_buy, ticket.price, mark)
    _check_worth(contract, ticket, mark)
    return ticket


def _good_till(trading: FuturesTrading, sent: Sent, until: str) -> int:
    if until != "GTD":
        return 0
    at = sent.get("goodTillDate")
    if at is None:
        raise refusals.missing("goodTillDate")
    if at < trading.now + _LEAST_LIFE:
        raise refused(-1130, "Data sent for parameter 'goodTillDate' is not valid.")
    return int(at) // 1000 * 1000


def place(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``POST /fapi/v1/order``."""
    desk, order = _prepared(trading, account, sent)
    trading.submit(desk, order, trading.now)
    trading.count(account).add(1, trading.now)
    answer = reports.placed(order)
    desk.enter(order, trading.now)
    if order.ticket.answer_as == "RESULT":
        answer = reports.placed(order)
    desk.finish(trading.now)
    return answer


def test(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``POST /fapi/v1/order/test``: an order is checked, and not placed."""
    desk, order = _prepared(trading, account, sent)
    trading.admit(desk, order)
    return reports.placed(order)


def _prepared(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> tuple[FuturesDesk, UserOrder]:
    desk = trading.desk(sent["symbol"])
    order = desk.prepare(account, _ticket(trading, account, desk.contract, sent), trading.now)
    if desk.named(account, order.client_id) is not None:
        raise refused(-4116, "ClientOrderId is duplicated.")
    if len(desk.open_of(account)) >= MOST_ORDERS:
        raise refused(-2025, "Reach max open order limit.")
    trading.count(account).check(1, trading.now)
    if order.ticket.kind == "MARKET" and desk.best(order.ticket.is_buy) is None:
        raise refused(-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit.")
    return desk, order


def modify(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``PUT /fapi/v1/order``: a limit order gets another quantity and price."""
    desk = trading.desk(sent["symbol"])
    order = _open_order(desk, account, sent)
    ticket, contract = ticket_of(order), desk.contract
    if ticket.kind == "MARKET" or (sent["side"] == "BUY") != ticket.is_buy:
        raise refused(-5027, "No need to modify the order.")
    qty = qty_units(contract, sent["quantity"]) if sent.get("quantity") is not None else order.qty
    price = price_units(contract, sent["price"]) if sent.get("price") is not None else ticket.price
    if (qty, price) == (order.qty, ticket.price):
        raise refused(-5027, "No need to modify the order.")
    if qty <= order.filled:
        desk.cancel(order, order.client_id, trading.now)
        desk.finish(trading.now)
        return reports.placed(order)
    _check_near(contract, ticket.is_buy, price, trading.market.mark(contract.name))
    _check_more(trading, account, order, qty, price)
    desk.modify(order, qty, price, trading.now)
    answer = reports.placed(order)
    desk.finish(trading.now)
    return answer


def _check_more(
    trading: FuturesTrading, account: FuturesAccount, order: UserOrder, qty: int, price: int
) -> None:
    """Whether there is margin for an order as it would become; it stays as it is."""
    before = order.qty, order.ticket.price
    order.qty, order.ticket.price = qty, price
    try:
        asset = trading.market.contract(order.ticket.symbol.name).margin_asset
        standing = trading.standing(account, asset)
        if standing.crossed + standing.crossed_gain < standing.of_crossed + standing.of_orders:
            raise refused(-2019, "Margin is insufficient.")
    finally:
        order.qty, order.ticket.price = before


# -- canceling ----------------------------------------------------------------------------------------------


def _open_order(desk: FuturesDesk, account: FuturesAccount, sent: Sent) -> UserOrder:
    number, name = sent.get("orderId"), sent.get("origClientOrderId")
    if number is None and name is None:
        raise refusals.neither("origClientOrderId", "orderId")
    order = desk.find_open(account, number, name)
    if order is None:
        raise refusals.unknown_order()
    return order


def cancel(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``DELETE /fapi/v1/order``."""
    desk = trading.desk(sent["symbol"])
    order = _open_order(desk, account, sent)
    desk.cancel(order, order.client_id, trading.now)
    answer = reports.placed(order)
    desk.finish(trading.now)
    return answer


def cancel_all(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``DELETE /fapi/v1/allOpenOrders``."""
    trading.cancel_all(account, trading.desk(sent["symbol"]))
    return dict(_DONE)


def countdown(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``POST /fapi/v1/countdownCancelAll``: all orders are canceled at the end of a time, unless it is put off."""
    contract = trading.market.contract(sent["symbol"])
    key = account, contract.name
    if sent["countdownTime"]:
        trading.countdowns[key] = trading.now + sent["countdownTime"]
    else:
        trading.countdowns.pop(key, None)
    return {"symbol": contract.name, "countdownTime": str(sent["countdownTime"])}


# -- several at once ----------------------------------------------------------------------------------------


def _each(one: Callable[[Any], Answer], asked: list[Any]) -> list[Answer]:
    """What becomes of each; one that is refused does not keep the others."""
    answers = []
    for each in asked:
        try:
            answers.append(one(each))
        except Refusal as refusal:
            answers.append(refusal.error())
    return answers


def place_many(read: Read) -> Callable[[FuturesTrading, FuturesAccount, Sent], Answer]:
    """``POST /fapi/v1/batchOrders``; `read` reads the parameters of one order."""

    def answer(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
        orders = _list("batchOrders", sent["batchOrders"], _MOST_AT_ONCE)
        return _each(lambda one: place(trading, account, read(_texts(one))), orders)

    return answer


def modify_many(read: Read) -> Callable[[FuturesTrading, FuturesAccount, Sent], Answer]:
    """``PUT /fapi/v1/batchOrders``; `read` reads the parameters of one order."""

    def answer(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
        orders = _list("batchOrders", sent["batchOrders"], _MOST_AT_ONCE)
        return _each(lambda one: modify(trading, account, read(_texts(one))), orders)

    return answer


def cancel_many(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``DELETE /fapi/v1/batchOrders``."""
    for name, each in (("orderIdList", "orderId"), ("origClientOrderIdList", "origClientOrderId")):
        if sent.get(name) is not None:
            listed = _list(name, sent[name], _MOST_CANCELED)
            wanted = [{"symbol": sent["symbol"], each: _id(each, value)} for value in listed]
            return _each(lambda one: cancel(trading, account, one), wanted)
    raise refusals.neither("orderIdList", "origClientOrderIdList")


def _id(name: str, value: Any) -> Any:
    if name != "orderId":
        return str(value)
    if not str(value).isdigit():
        raise refusals.illegal("orderIdList", refusals.NUMBER_RANGE)
    return int(value)


def _list(name: str, text: str, most: int) -> list[Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise refusals.invalid(name) from None
    if not isinstance(found, list) or not found:
        raise refusals.invalid(name)
    if len(found) > most:
        raise refused(-4082, f"Invalid number of batch place orders. {most} is the most.")
    return found


def _texts(one: Any) -> dict[str, str]:
    if not isinstance(one, dict):
        raise refusals.invalid("batchOrders")
    return {str(name): text_of(value) for name, value in one.items()}


# -- conditional orders -------------------------------------------------------------------------------------


def place_algo(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``POST /fapi/v1/algoOrder``."""
    desk = trading.desk(sent["symbol"])
    contract = desk.contract
    _check_algo(sent)
    is_limit = sent["type"] in ("STOP", "TAKE_PROFIT")
    close = bool(sent.get("closePosition"))
    until = sent.get("timeInForce") or "GTC"
    algo = Algo(
        id=trading.next_algo(),
        account=account,
        contract=contract,
        kind=sent["type"],
        is_buy=sent["side"] == "BUY",
        side_of=_side_of(account, sent),
        qty=0 if close else qty_units(contract, sent["quantity"], not is_limit),
        price=price_units(contract, sent["price"]) if is_limit else 0,
        trigger=_trigger(contract, sent),
        rate=_rate(sent),
        until=until,
        good_till=_good_till(trading, sent, until),
        working_type=sent.get("workingType") or BY_LAST,
        price_protect=bool(sent.get("priceProtect")),
        reduce_only=bool(sent.get("reduceOnly")) or close,
        close_position=close,
        mode=sent.get("selfTradePreventionMode") or "EXPIRE_MAKER",
        client_id=sent.get("clientAlgoId") or trading.new_id(),
        created=trading.now,
        updated=trading.now,
    )
    _admit_algo(trading, desk, algo)
    trading.count(account).add(1, trading.now)
    desk.wait(algo)
    trading.tell_algo(algo, trading.now)
    return reports.algo_row(algo)


def _check_algo(sent: Sent) -> None:
    """Whether a conditional order has what its type needs, and nothing that it may not have."""
    kind, close = sent["type"], bool(sent.get("closePosition"))
    if sent.get("algoType") not in (None, "CONDITIONAL"):
        raise refusals.invalid("algoType")
    wanted = ["callbackRate"] if kind == TRAILING else ["triggerPrice"]
    wanted += ["price"] if kind in ("STOP", "TAKE_PROFIT") else []
    wanted += [] if close else ["quantity"]
    for name in wanted:
        if sent.get(name) is None:
            raise refusals.missing(name)
    if close and kind not in _CLOSING:
        raise refused(-4136, f"Target strategy invalid for orderType {kind},closePosition true.")
    if close and (sent.get("quantity") is not None or sent.get("reduceOnly")):
        raise refused(
            -4138, "Reduce only must be true or quantity must be empty where closePosition is true."
        )


def _trigger(contract: Contract, sent: Sent) -> int:
    amount = sent.get("activatePrice") if sent["type"] == TRAILING else sent["triggerPrice"]
    return contract.scaled(price_units(contract, amount)) if amount is not None else 0


def _rate(sent: Sent) -> int:
    """A callback rate in tenths of a percent."""
    if sent["type"] != TRAILING:
        return 0
    rate, rest = divmod(sent["callbackRate"], UNIT // 10)
    if rest or not _LEAST_RATE <= rate <= _MOST_RATE:
        raise refused(-4125, "Invalid callBack rate.")
    return int(rate)


def _admit_algo(trading: FuturesTrading, desk: FuturesDesk, algo: Algo) -> None:
    """Whether a conditional order may begin to wait.

    Raises:
        Refusal: its name is in use, there are too many, or its price is here already.
    """
    account = algo.account
    mine = [one for one in desk.waiting if one.account is account]
    if any(one.client_id == algo.client_id for one in mine):
        raise refused(-4116, "ClientOrderId is duplicated.")
    if len(mine) >= MOST_ALGOS:
        raise refused(-4045, "Reach max stop order limit.")
    trading.count(account).check(1, trading.now)
    price = trading.market.mark(algo.contract.name)
    if algo.working_type != BY_MARK:
        price = algo.contract.scaled(desk.last)
    if algo.kind == TRAILING:
        if algo.trigger and (algo.trigger > price if algo.is_buy else algo.trigger < price):
            raise refused(-2021, "Order would immediately trigger.")
        algo.follow(price)
    elif algo.meets(price):
        raise refused(-2021, "Order would immediately trigger.")


def find_algo(trading: FuturesTrading, account: FuturesAccount, sent: Sent, open_only: bool = False) -> Algo:
    """The conditional order that a call names.

    Raises:
        Refusal: there is none.
    """
    number, name = sent.get("algoId"), sent.get("clientAlgoId")
    if number is None and name is None:
        raise refusals.neither("clientAlgoId", "algoId")
    for desk in trading.desks():
        for one in reversed(desk.algos.values()):
            is_it = one.id == number if number is not None else one.client_id == name
            if one.account is account and is_it and (one.waits or not open_only):
                return one
    raise refusals.unknown_order() if open_only else refusals.no_such_order()


def cancel_algo(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``DELETE /fapi/v1/algoOrder``."""
    algo = find_algo(trading, account, sent, open_only=True)
    trading.cancel_algo(algo, trading.now)
    return reports.algo_canceled(algo)


def cancel_all_algos(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``DELETE /fapi/v1/algoOpenOrders``."""
    for algo in trading.desk(sent["symbol"]).waiting:
        if algo.account is account:
            trading.cancel_algo(algo, trading.now)
    return dict(_DONE)
