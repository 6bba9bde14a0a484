"""European options, which moved from ``/vapi`` to ``/eapi``. (Binance, *Derivatives: Options*.)

The old exchange wrapped every answer, ``{'code': 0, 'msg': 'success', 'data': ...}``; so does what is given here.
"""

from __future__ import annotations

from typing import Any

from .declare import Answer, Endpoints, Moved, Params, endpoint, retired

_ENDED = "2022-10-21"
"""The day on which the old host was first found to be gone."""

_WAYS = {"IN": "MAIN_OPTION", "OUT": "OPTION_MAIN"}
_INFO = ("underlying", "quoteAsset", "symbol", "unit", "minQty", "maxQty", "priceScale", "quantityScale", "side",
         "strikePrice", "expiryDate")  # fmt: skip
_GREEKS = ("delta", "gamma", "theta", "vega")


def _options(path: str, method: str = "GET") -> Moved:
    return Moved(f"{method} /vapi/v1/{path}", _ENDED)


# -- today's questions -------------------------------------------------------------------------------------


def _transfer(params: Params) -> Params:
    asked = {"asset" if name == "currency" else name: value for name, value in params.items()}
    kind = asked.get("type")
    return {**asked, "type": _WAYS.get(kind, kind)} if isinstance(kind, str) else asked


# -- old answers -------------------------------------------------------------------------------------------


def _wrapped(answer: Any, params: Params) -> Any:
    return {"code": 0, "msg": "success", "data": answer}


def _time(answer: Any, params: Params) -> Any:
    return _wrapped(answer["serverTime"], params)


def _info(answer: Any, params: Params) -> Any:
    rows = [{name: row.get(name) for name in _INFO} for row in answer["optionSymbols"]]
    return _wrapped(rows, params)


def _account(answer: Any, params: Params) -> Any:
    greeks = {row.get("underlying"): row for row in answer.get("greek", ())}
    total = greeks.get(None) or (next(iter(greeks.values())) if len(greeks) == 1 else {})
    return _wrapped([_asset(row, total) for row in answer["asset"]], params)


def _asset(row: dict[str, Any], greeks: dict[str, Any]) -> dict[str, Any]:
    return {
        "currency": row.get("asset"),
        "equity": row.get("equity", row.get("marginBalance")),
        "available": row.get("available"),
        "orderMargin": "",  # not told any more
        "positionMargin": row.get("initialMargin"),
        "unrealizedPNL": row.get("unrealizedPNL"),
        "maintMargin": row.get("maintMargin"),
        **{name: greeks.get(name) for name in _GREEKS},
    }


def _moved_funds(answer: Any, params: Params) -> Any:
    return _wrapped(answer["tranId"], params)


def _order(answer: Any, params: Params) -> Any:
    return _wrapped(_with_id(answer), params)


def _orders(answer: Any, params: Params) -> Any:
    return _wrapped([_with_id(row) for row in answer], params)


def _with_id(row: Any) -> Any:
    """An order with its number also as a text under ``id``, as the old exchange gave it."""
    return {"id": str(row["orderId"]), **row} if isinstance(row, dict) and "orderId" in row else row


def _as_it_is(answer: Any, params: Params) -> Any:
    """Of a call whose answer is ``{'code': 0, 'msg': 'success'}`` today too."""
    return answer if isinstance(answer, dict) and "code" in answer else _wrapped(answer, params)


class OptionsEndpoints(Endpoints[Answer]):
    """European options. Each answer is ``{'code': 0, 'msg': 'success', 'data': ...}``; below, what `data` is."""

    # -- market --------------------------------------------------------------------------------------------

    @endpoint("GET", "/eapi/v1/ping", moved=_options("ping"), shape=_wrapped)
    def options_ping(self) -> Answer:
        """Test whether the options exchange answers; ``{}``."""

    @endpoint("GET", "/eapi/v1/time", moved=_options("time"), shape=_time)
    def options_time(self) -> Answer:
        """Ask for the time of the options exchange, milliseconds."""

    @endpoint("GET", "/eapi/v1/exchangeInfo", moved=_options("optionInfo"), shape=_info)
    def options_info(self) -> Answer:
        """Ask for the contracts.

        ``[{'underlying', 'quoteAsset', 'symbol', 'unit', 'minQty', 'maxQty', 'priceScale', 'quantityScale', 'side',
        'strikePrice', 'expiryDate'}, ...]``. Numbers of contracts, leverage and fee rates are not told any more.
        """

    @endpoint("GET", "/eapi/v1/exchangeInfo", moved=_options("exchangeInfo"), shape=_wrapped)
    def options_exchange_info(self) -> Answer:
        """Ask for the rules: ``{'timezone', 'serverTime', 'optionContracts', 'optionSymbols', ...}``."""

    @endpoint("GET", "/eapi/v1/index", moved=_options("index"), shape=_wrapped)
    def options_index_price(self, **params: Any) -> Answer:
        """Ask for the price of `underlying`, e.g. ``'BTCUSDT'``: ``{'time', 'indexPrice'}``."""

    @endpoint("GET", "/eapi/v1/ticker", weight=5, moved=_options("ticker"), shape=_wrapped)
    def options_price(self, **params: Any) -> Answer:
        """Ask how `symbol`, or each contract, moved in 24 hours: ``[{'symbol', 'priceChange', 'lastPrice', ...}]``."""

    @endpoint("GET", "/eapi/v1/mark", weight=5, moved=_options("mark"), shape=_wrapped)
    def options_mark_price(self, **params: Any) -> Answer:
        """Ask for the mark price of `symbol`, or of each: ``[{'symbol', 'markPrice', 'bidIV', 'askIV', ...}, ...]``."""

    @endpoint("GET", "/eapi/v1/depth", weight=2, moved=_options("depth"), shape=_wrapped)
    def options_order_book(self, **params: Any) -> Answer:
        """Ask for the order book of `symbol`, 100 levels or `limit`: ``{'bids': [[price, quantity]], ...}``."""

    @endpoint("GET", "/eapi/v1/klines", moved=_options("klines"), shape=_wrapped)
    def options_klines(self, **params: Any) -> Answer:
        """Ask for the candles of `symbol` by `interval`; startTime, endTime and limit of at most 1500 may be given."""

    @endpoint("GET", "/eapi/v1/trades", weight=5, moved=_options("trades"), shape=_wrapped)
    def options_recent_trades(self, **params: Any) -> Answer:
        """Ask for the latest trades on `symbol`: ``[{'id', 'symbol', 'price', 'qty', 'quoteQty', 'side', 'time'}]``."""

    @retired(
        "GET /vapi/v1/historicalTrades",
        since="2026-01-19",
        nearest="options_recent_trades gives the latest 500 trades",
    )
    def options_historical_trades(self, **params: Any) -> Answer:
        """Ask for older trades; Binance gives only the latest."""

    # -- account -------------------------------------------------------------------------------------------

    @endpoint(
        "GET", "/eapi/v1/marginAccount", signed=True, weight=3, moved=_options("account"), shape=_account
    )
    def options_account_info(self, **params: Any) -> Answer:
        """Ask for the options account.

        ``[{'currency', 'equity', 'available', 'orderMargin', 'positionMargin', 'unrealizedPNL', 'maintMargin', 'delta',
        'gamma', 'theta', 'vega'}, ...]``; `orderMargin` is not told any more.
        """

    @endpoint(
        "POST",
        "/sapi/v1/asset/transfer",
        signed=True,
        weight=300,
        pool="uid",
        moved=_options("transfer", "POST"),
        ask=_transfer,
        shape=_moved_funds,
    )
    def options_funds_transfer(self, **params: Any) -> Answer:
        """Move funds between the spot and the options account.

        Parameters:
            currency, amount: required.
            type: required: ``'IN'`` or ``'OUT'``.

        Returns:
            the number of the transfer as `data`.
        """

    @endpoint("GET", "/eapi/v1/position", signed=True, weight=5, moved=_options("position"), shape=_wrapped)
    def options_positions(self, **params: Any) -> Answer:
        """Ask for the positions, of `symbol` or of all: ``[{'symbol', 'side', 'quantity', ...}, ...]``."""

    @endpoint("GET", "/eapi/v1/bill", signed=True, moved=_options("bill", "POST"), shape=_wrapped)
    def options_bill(self, **params: Any) -> Answer:
        """Ask for the account's movements in `currency`; recordId, startTime, endTime and limit may be given."""

    # -- orders --------------------------------------------------------------------------------------------

    @endpoint("POST", "/eapi/v1/order", signed=True, moved=_options("order", "POST"), shape=_order)
    def options_place_order(self, **params: Any) -> Answer:
        """Place an order.

        Parameters:
            symbol, side, type, quantity: required; the type is ``'LIMIT'`` or ``'MARKET'``.
            price, timeInForce, reduceOnly, postOnly, newOrderRespType, clientOrderId: may be given.

        Returns:
            ``{'id': '4611875134427365377', 'orderId', 'symbol', 'price', 'quantity', ...}`` as `data`.
        """

    @endpoint(
        "POST",
        "/eapi/v1/batchOrders",
        signed=True,
        weight=5,
        moved=_options("batchOrders", "POST"),
        shape=_orders,
    )
    def options_place_batch_order(self, **params: Any) -> Answer:
        """Place up to five orders: `orders` is a list of such as `options_place_order` takes, or its JSON text."""

    @endpoint("DELETE", "/eapi/v1/order", signed=True, moved=_options("order", "DELETE"), shape=_order)
    def options_cancel_order(self, **params: Any) -> Answer:
        """Cancel an order of `symbol`, by `orderId` or `clientOrderId`."""

    @endpoint(
        "DELETE", "/eapi/v1/batchOrders", signed=True, moved=_options("batchOrders", "DELETE"), shape=_orders
    )
    def options_cancel_batch_order(self, **params: Any) -> Answer:
        """Cancel orders of `symbol`: `orderIds` or `clientOrderIds` are lists, or their JSON texts."""

    @endpoint(
        "DELETE",
        "/eapi/v1/allOpenOrders",
        signed=True,
        moved=_options("allOpenOrders", "DELETE"),
        shape=_as_it_is,
    )
    def options_cancel_all_orders(self, **params: Any) -> Answer:
        """Cancel every open order of `symbol`; the answer is ``{'code': 0, 'msg': 'success'}``."""

    @endpoint("GET", "/eapi/v1/order", signed=True, moved=_options("order"), shape=_order)
    def options_query_order(self, **params: Any) -> Answer:
        """Ask for an order of `symbol`, by `orderId` or `clientOrderId`."""

    @endpoint("GET", "/eapi/v1/openOrders", signed=True, moved=_options("openOrders"), shape=_orders)
    def options_query_pending_orders(self, **params: Any) -> Answer:
        """Ask for the open orders, of `symbol` or of all; orderId, startTime and endTime may be given."""

    @endpoint(
        "GET", "/eapi/v1/historyOrders", signed=True, weight=3, moved=_options("historyOrders"), shape=_orders
    )
    def options_query_order_history(self, **params: Any) -> Answer:
        """Ask for the finished orders of `symbol`; orderId, startTime, endTime and limit may be given."""

    @endpoint(
        "GET", "/eapi/v1/userTrades", signed=True, weight=5, moved=_options("userTrades"), shape=_wrapped
    )
    def options_user_trades(self, **params: Any) -> Answer:
        """Ask for the account's trades on `symbol` of three months; fromId, startTime, endTime, limit may be given."""
