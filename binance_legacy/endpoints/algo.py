"""Conditional futures orders, which Binance took out of the order endpoint and into the algo endpoints.

Since 2025-12-09 (coin-margined: 2026-06-30) ``POST /order`` refuses stops, take-profits and trailing stops (-4120).
Here they are placed, asked for, listed and cancelled as algo orders, under the names that 0.7 knew: an algo order's
number stands as `orderId`, its trigger as `stopPrice`; once it has triggered, what its real order says is what is told.
(Binance, *Derivatives: New Algo Order*.)

Nothing is placed twice: an order goes to the second endpoint only where the first has refused its kind.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ..exceptions import BinanceAPIException
from .declare import Answer, Endpoints, Params, Steps

CONDITIONAL = ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET")

_NOT_HERE = -4120
_UNKNOWN = (-2011, -2013)
_NOT_FOUND = 404
_MOST_KNOWN = 10_000
_MOST_ROWS = 500
_RENAMED = {
    "stopPrice": "triggerPrice",
    "activationPrice": "activatePrice",
    "newClientOrderId": "clientAlgoId",
}
_IDS = {"orderId": "algoId", "origClientOrderId": "clientAlgoId"}
_OF_ANY_CALL = ("recvWindow", "requests_params")
_LISTS = {"orderIdList": "orderId", "origClientOrderIdList": "origClientOrderId"}
_STATUS = {"TRIGGERING": "NEW", "TRIGGERED": "NEW", "FINISHED": "FILLED"}
"""0.7's words; the last two only where the real order cannot be found."""


# -- pure translation --------------------------------------------------------------------------------------


def asked(params: Params) -> dict[str, Any]:
    """An order of 0.7 as the algo endpoint takes it."""
    return {"algoType": "CONDITIONAL", **{_RENAMED.get(name, name): value for name, value in params.items()}}


def named(params: Params) -> dict[str, Any]:
    """Which algo order is meant, in today's names."""
    kept = _IDS | {name: name for name in _OF_ANY_CALL}
    return {kept[name]: value for name, value in params.items() if name in kept}


def shaped(
    algo: Mapping[str, Any], order: Mapping[str, Any] | None = None, total: str = "cumQuote"
) -> dict[str, Any]:
    """An algo order as 0.7 knew it.

    Parameters:
        algo: as the algo endpoints give it.
        order: the real order that it became, where it has triggered.
        total: the name of the sum that was paid: ``cumQuote``, coin-margined ``cumBase``.
    """
    status = str(algo.get("algoStatus", "NEW"))
    told: dict[str, Any] = {
        "symbol": algo.get("symbol"),
        "status": _STATUS.get(status, status),
        "price": algo.get("price", "0"),
        "avgPrice": "0.00000",
        "origQty": algo.get("quantity", "0"),
        "executedQty": "0",
        total: "0",
        "timeInForce": algo.get("timeInForce", "GTC"),
        "type": algo.get("orderType"),
        "reduceOnly": algo.get("reduceOnly", False),
        "closePosition": algo.get("closePosition", False),
        "side": algo.get("side"),
        "positionSide": algo.get("positionSide", "BOTH"),
        "workingType": algo.get("workingType", "CONTRACT_PRICE"),
        "priceProtect": algo.get("priceProtect", False),
        "time": algo.get("createTime"),
        "updateTime": algo.get("updateTime", algo.get("createTime")),
        **(order or {}),
        "orderId": algo.get("algoId"),
        "clientOrderId": algo.get("clientAlgoId"),
        "origType": algo.get("orderType"),
        "stopPrice": algo.get("triggerPrice") or "0",
    }
    for name, old in (("activatePrice", "activatePrice"), ("callbackRate", "priceRate")):
        if algo.get(name):
            told[old] = algo[name]
    return told


def real(algo: Mapping[str, Any]) -> Any:
    """The number of the order that an algo order became; None where it has not triggered."""
    number = algo.get("actualOrderId")
    return None if number in (None, "", 0, "0") else number


def merged(
    orders: Iterable[Mapping[str, Any]], algos: Iterable[Mapping[str, Any]], total: str
) -> list[Mapping[str, Any]]:
    """Both kinds, oldest first; an algo order and the order that it became are one."""
    by_number = {str(order["orderId"]): order for order in orders}
    rows = [shaped(algo, by_number.pop(str(real(algo)), None), total) for algo in algos]
    return sorted([*by_number.values(), *rows], key=lambda row: row.get("time") or row.get("updateTime") or 0)


def _only(params: Params, *names: str) -> dict[str, Any]:
    return {name: params[name] for name in (*names, *_OF_ANY_CALL) if name in params}


def _has_id(params: Params) -> bool:
    return any(name in params for name in _IDS)


def _listed(value: Any) -> list[Any]:
    """The elements of a list, or of its JSON text."""
    if value is None:
        return []
    return list(json.loads(value)) if isinstance(value, str) else list(value)


def _is_none(quantity: Any) -> bool:
    try:
        return Decimal(str(quantity)) == 0
    except InvalidOperation:
        return True


class ConditionalOrders(Endpoints[Answer]):
    """What the order methods of both kinds of futures are made of.

    A *desk* is one of the two, by the beginning of its rows' names: ``_futures`` or ``_futures_coin``.
    """

    _algos_known: dict[tuple[str, str], None] | None = None

    def _row(self, desk: str, name: str) -> Any:
        return getattr(self, f"{desk}_{name}")

    def _total(self, desk: str) -> str:
        return "cumBase" if desk.endswith("coin") else "cumQuote"

    # Numbers of orders and of algo orders are counted apart and may meet: those placed here are remembered.

    def _remember(self, desk: str, algo: Mapping[str, Any]) -> None:
        if self._algos_known is None:
            self._algos_known = {}
        for name in ("algoId", "clientAlgoId"):
            self._algos_known[desk, str(algo.get(name))] = None
        while len(self._algos_known) > _MOST_KNOWN:
            del self._algos_known[next(iter(self._algos_known))]

    def _is_algo(self, desk: str, params: Params) -> bool:
        known = self._algos_known or {}
        return any((desk, str(params[name])) in known for name in _IDS if name in params)

    # -- placing -------------------------------------------------------------------------------------------

    def _place(self, desk: str, params: Params, at_once: bool) -> Steps[Any]:
        """Place an order; `at_once` says that the kinds which the order endpoint refuses are known."""
        if not (at_once and str(params.get("type", "")).upper() in CONDITIONAL):
            try:
                answer = yield self._row(desk, "order_place")(**params)
            except BinanceAPIException as error:
                if error.code != _NOT_HERE:
                    raise
            else:
                return (yield from self._filled_in(desk, answer))
        algo = yield self._row(desk, "algo_place")(**asked(params))
        self._remember(desk, algo)
        return shaped(algo, None, self._total(desk)) if self.legacy_answers else algo

    def _filled_in(self, desk: str, answer: Any) -> Steps[Any]:
        """An order's answer with the two sums that Binance leaves out since 2026-06."""
        total = self._total(desk)
        if not self.legacy_answers or not isinstance(answer, dict) or {"avgPrice", total} <= set(answer):
            return answer
        sums = {"avgPrice": "0.00000", total: "0"}
        if not _is_none(answer.get("executedQty", "0")):
            try:
                order = yield self._row(desk, "order")(symbol=answer["symbol"], orderId=answer["orderId"])
                sums = {name: order.get(name, value) for name, value in sums.items()}
            except BinanceAPIException:
                pass  # the order stands; only its sums are not known
        return {**sums, **answer}

    # -- asking --------------------------------------------------------------------------------------------

    def _told(self, desk: str, algo: dict[str, Any]) -> Steps[Any]:
        """An algo order as the script knows it, with what its real order says once it has triggered."""
        if not self.legacy_answers:
            return algo
        order, number = None, real(algo)
        if number is not None:
            try:
                order = yield self._row(desk, "order")(symbol=algo.get("symbol"), orderId=number)
            except BinanceAPIException as error:
                if error.code not in _UNKNOWN:
                    raise
        return shaped(algo, order, self._total(desk))

    def _get_one(self, desk: str, params: Params) -> Steps[Any]:
        """An order of either kind."""
        if self._is_algo(desk, params):
            algo = yield self._row(desk, "algo")(**named(params))
            return (yield from self._told(desk, algo))
        try:
            return (yield self._row(desk, "order")(**params))
        except BinanceAPIException as error:
            if error.code not in _UNKNOWN or not _has_id(params):
                raise
            refusal = error
        try:
            algo = yield self._row(desk, "algo")(**named(params))
        except BinanceAPIException:
            raise refusal from None
        return (yield from self._told(desk, algo))

    def _algos(self, desk: str, name: str, params: Params) -> Steps[list[Any]]:
        """Algo orders; none where the endpoint is not there."""
        try:
            return list((yield self._row(desk, name)(**params)))
        except BinanceAPIException as error:
            if error.status_code != _NOT_FOUND:
                raise
            return []

    def _open(self, desk: str, params: Params) -> Steps[Any]:
        """The open orders of both kinds."""
        orders = yield self._row(desk, "open_orders")(**params)
        if not self.legacy_answers:
            return orders
        algos = yield from self._algos(desk, "open_algos", _only(params, "symbol"))
        return merged(orders, algos, self._total(desk))

    def _all(self, desk: str, params: Params) -> Steps[Any]:
        """The orders of both kinds, as many as were asked for."""
        orders = yield self._row(desk, "all_orders")(**params)
        if not self.legacy_answers or "symbol" not in params:  # algo orders are told of one symbol alone
            return orders
        span = _only(params, "symbol", "startTime", "endTime", "limit")
        algos = yield from self._algos(desk, "all_algos", span)
        rows = merged(orders, algos, self._total(desk))
        most = int(params.get("limit") or _MOST_ROWS)
        return rows[:most] if "startTime" in params or "orderId" in params else rows[-most:]

    # -- cancelling ----------------------------------------------------------------------------------------

    def _cancel_one(self, desk: str, params: Params) -> Steps[Any]:
        """Cancel an order of either kind."""
        if self._is_algo(desk, params):
            return (yield from self._cancel_algo(desk, params))
        try:
            answer = yield self._row(desk, "order_cancel")(**params)
        except BinanceAPIException as error:
            if error.code not in _UNKNOWN or not _has_id(params):
                raise
            refusal = error
        else:
            return (yield from self._filled_in(desk, answer))
        try:
            return (yield from self._cancel_algo(desk, params))
        except BinanceAPIException:
            raise refusal from None

    def _cancel_algo(self, desk: str, params: Params) -> Steps[Any]:
        """Cancel an algo order, or the order that it became."""
        try:
            answer = yield self._row(desk, "algo_cancel")(**named(params))
        except BinanceAPIException as error:
            refusal = error
        else:
            return (yield from self._cancelled(desk, params, answer))
        algo = yield self._row(desk, "algo")(**named(params))
        if real(algo) is None:
            raise refusal
        order = yield self._row(desk, "order_cancel")(symbol=algo.get("symbol"), orderId=real(algo))
        return shaped(algo, order, self._total(desk)) if self.legacy_answers else order

    def _cancelled(self, desk: str, params: Params, answer: dict[str, Any]) -> Steps[Any]:
        """What a cancelled algo order was; the cancellation itself gives its numbers alone."""
        if not self.legacy_answers:
            return answer
        try:
            algo = yield self._row(desk, "algo")(**named(params))
        except BinanceAPIException:
            algo = {"symbol": params.get("symbol"), **answer}
        return shaped({**algo, "algoStatus": "CANCELED"}, None, self._total(desk))

    def _cancel_all(self, desk: str, params: Params) -> Steps[Any]:
        """Cancel every open order of both kinds."""
        answer = yield self._row(desk, "cancel_all")(**params)
        try:
            yield self._row(desk, "cancel_all_algos")(**_only(params, "symbol"))
        except BinanceAPIException as error:
            if error.status_code != _NOT_FOUND:
                raise
        return answer

    def _cancel_many(self, desk: str, params: Params) -> Steps[Any]:
        """Cancel the orders of a list, of either kind; each gives its own answer or error, in the list's order."""
        name = next((name for name in _LISTS if name in params), "orderIdList")
        try:
            numbers = _listed(params.get(name))
        except ValueError:  # no list: the exchange says so better
            numbers = []
        plain = [number for number in numbers if not self._is_algo(desk, {_LISTS[name]: number})]
        rows: list[Any] = []
        if plain or not numbers:
            rows = yield self._row(desk, "cancel_many")(**{**params, name: plain or params.get(name)})
        if not numbers:
            return rows
        answers = dict(zip(map(str, plain), rows, strict=False))
        result = []
        for number in numbers:
            one = {"symbol": params.get("symbol"), _LISTS[name]: number}
            result.append((yield from self._one_of_many(desk, one, answers.get(str(number)))))
        return result

    def _one_of_many(self, desk: str, one: Params, row: Any) -> Steps[Any]:
        """What a list's cancellation says of one order: `row`, unless that is an algo order."""
        if row is not None and row.get("code") not in _UNKNOWN:
            zeros = {"avgPrice": "0.00000", self._total(desk): "0"}
            return {**zeros, **row} if self.legacy_answers and "orderId" in row else row
        try:
            return (yield from self._cancel_algo(desk, one))
        except BinanceAPIException as error:
            return row or {"code": error.code, "msg": error.message}
