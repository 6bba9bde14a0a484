"""USD-margined futures. (Binance, *Derivatives: USDS-M Futures*.)"""

from __future__ import annotations

from typing import Any

from .algo import ConditionalOrders
from .declare import Answer, Moved, Params, Steps, asks, endpoint, open_steps, retired
from .market import MarketEndpoints

_DESK = "_futures"
_V1_ENDED = "2023-07-15"
_SAPI_ENDED = "2024-10-02"
_PAGE = 100
_WAYS = {"1": "MAIN_UMFUTURE", "2": "UMFUTURE_MAIN", "3": "MAIN_CMFUTURE", "4": "CMFUTURE_MAIN"}
_OLD_WAYS = {way: number for number, way in _WAYS.items()}


def _way(params: Params) -> Params:
    kind = params.get("type")
    return {**params, "type": _WAYS.get(str(kind), kind)} if kind is not None else params


def _balance(answer: Any, params: Params) -> Any:
    return [{"withdrawAvailable": row.get("maxWithdrawAmount"), **row} for row in answer]


def _transfer_row(row: dict[str, Any]) -> dict[str, Any]:
    names = ("asset", "tranId", "amount", "type", "timestamp", "status")
    changed = {**row, "type": _OLD_WAYS.get(row.get("type", ""), row.get("type"))}
    return {name: changed.get(name) for name in names}


class FuturesEndpoints(ConditionalOrders[Answer], MarketEndpoints[Answer]):
    """USD-margined futures: their market, account and orders; a key is needed for all but the market."""

    @endpoint("GET", "/fapi/v1/ping")
    def futures_ping(self) -> Answer:
        """Test whether the futures exchange answers; ``{}``."""

    @endpoint("GET", "/fapi/v1/time")
    def futures_time(self) -> Answer:
        """Ask for the time of the futures exchange: ``{'serverTime': milliseconds}``."""

    @endpoint("GET", "/fapi/v1/exchangeInfo")
    def futures_exchange_info(self) -> Answer:
        """Ask for the rules of trading and the contracts."""

    @endpoint("GET", "/fapi/v1/depth", weight=2)
    def futures_order_book(self, **params: Any) -> Answer:
        """Ask for the order book of `symbol`: ``{'lastUpdateId', 'bids', 'asks', 'E', 'T'}``."""

    @endpoint("GET", "/fapi/v1/trades", weight=5)
    def futures_recent_trades(self, **params: Any) -> Answer:
        """Ask for the latest trades on `symbol`, 500 or `limit` of at most 1000."""

    @endpoint("GET", "/fapi/v1/historicalTrades", weight=200)
    def futures_historical_trades(self, **params: Any) -> Answer:
        """Ask for older trades on `symbol`, from the id `fromId` on; a key is needed."""

    @endpoint("GET", "/fapi/v1/aggTrades", weight=20)
    def futures_aggregate_trades(self, **params: Any) -> Answer:
        """Ask for aggregate trades on `symbol`; Binance keeps those of 48 hours."""

    @endpoint("GET", "/fapi/v1/klines")
    def futures_klines(self, **params: Any) -> Answer:
        """Ask for the candles of `symbol` by `interval`, 500 or `limit` of at most 1500; rows as `get_klines` gives
        them.
        """

    @endpoint("GET", "/fapi/v1/continuousKlines")
    def futures_continous_klines(self, **params: Any) -> Answer:
        """Ask for the candles of the contract of `pair` and `contractType` by `interval`. (0.7 spelt it so.)"""

    @endpoint("GET", "/fapi/v1/premiumIndex")
    def futures_mark_price(self, **params: Any) -> Answer:
        """Ask for the mark price and funding rate of `symbol`, or of each."""

    @endpoint("GET", "/fapi/v1/fundingRate")
    def futures_funding_rate(self, **params: Any) -> Answer:
        """Ask for past funding rates of `symbol`."""

    @endpoint("GET", "/fapi/v1/ticker/24hr")
    def futures_ticker(self, **params: Any) -> Answer:
        """Ask how `symbol`, or each contract, moved in 24 hours."""

    @endpoint("GET", "/fapi/v1/ticker/price")
    def futures_symbol_ticker(self, **params: Any) -> Answer:
        """Ask for the latest price of `symbol`, or of each: ``{'symbol', 'price', 'time'}``."""

    @endpoint("GET", "/fapi/v1/ticker/bookTicker", weight=2)
    def futures_orderbook_ticker(self, **params: Any) -> Answer:
        """Ask for the best prices of `symbol`, or of each."""

    @retired(
        "GET /fapi/v1/ticker/allForceOrders",
        since="2021-04-27",
        nearest="the stream !forceOrder@arr tells the market's, "
        "and call('GET', '/fapi/v1/forceOrders', signed=True) one's own",
    )
    def futures_liquidation_orders(self, **params: Any) -> Answer:
        """Ask which positions were liquidated; Binance tells that by a stream alone."""

    @endpoint(
        "GET", "/fapi/v1/openInterest", moved=Moved("GET /fapi/v1/ticker/openInterest", "never existed")
    )
    def futures_open_interest(self, **params: Any) -> Answer:
        """Ask for the open interest of `symbol`: ``{'openInterest', 'symbol', 'time'}``."""

    @endpoint("GET", "/futures/data/openInterestHist", host="fapi")
    def futures_open_interest_hist(self, **params: Any) -> Answer:
        """Ask for the open interest of `symbol` by `period` over at most 30 days."""

    @endpoint("GET", "/fapi/v1/leverageBracket", signed=True)
    def futures_leverage_bracket(self, **params: Any) -> Answer:
        """Ask for the leverage that each notional of `symbol` allows."""

    @asks("futures_klines")
    def futures_historical_klines(
        self, symbol: str, interval: str, start_str: Any, end_str: Any = None, limit: int = 500
    ) -> Answer:
        """Ask for the candles of a span of time; parameters and rows as `get_historical_klines`."""
        return self._historical_klines(symbol, interval, start_str, end_str=end_str, limit=limit, spot=False)

    @asks("futures_klines")
    def futures_historical_klines_generator(
        self, symbol: str, interval: str, start_str: Any, end_str: Any = None
    ) -> Any:
        """Iterate over the candles of a span of time; parameters and rows as `get_historical_klines`."""
        return self._historical_klines_generator(symbol, interval, start_str, end_str=end_str, spot=False)

    # -- transfers -----------------------------------------------------------------------------------------

    @endpoint(
        "POST",
        "/sapi/v1/asset/transfer",
        signed=True,
        weight=300,
        pool="uid",
        moved=Moved("POST /sapi/v1/futures/transfer", _SAPI_ENDED),
        ask=_way,
    )
    def futures_account_transfer(self, **params: Any) -> Answer:
        """Move an asset between the spot and the futures accounts.

        Parameters:
            asset, amount: required.
            type: required: 1 spot to USD-margined, 2 back, 3 spot to coin-margined, 4 back.

        Returns:
            ``{'tranId': 100000001}``. The key must be allowed to make universal transfers.
        """

    @endpoint("GET", "/sapi/v1/asset/transfer", signed=True)
    def _transfers(self, **params: Any) -> Answer:
        """As Binance answers."""

    def _newest(self, kind: str, params: Params, count: int) -> Steps[tuple[list[Any], int]]:
        """The newest transfers of one way, and how many there are."""
        rows: list[Any] = []
        page = 1
        while True:
            answer = yield self._transfers(**{**params, "type": kind, "current": page, "size": _PAGE})
            found = answer.get("rows") or []
            rows += found
            if len(found) < _PAGE or len(rows) >= count:
                return rows, int(answer.get("total") or 0)
            page += 1

    @open_steps
    @asks("_transfers", moved=Moved("GET /sapi/v1/futures/transfer", _SAPI_ENDED))
    def transfer_history(self, **params: Any) -> Steps[Any]:
        """Ask for the transfers between the spot and the futures accounts, of all four ways, newest first.

        Parameters:
            startTime: milliseconds; endTime may be given.
            asset: may be given.
            current, size: the page, from 1, and its rows, default 10.

        Returns:
            ``{'rows': [{'asset', 'tranId', 'amount', 'type': '1', 'timestamp', 'status'}, ...], 'total'}``.
        """
        if not self.legacy_answers:
            return (yield self._transfers(**_way(params)))
        asked = {
            name: value for name, value in params.items() if name not in ("asset", "current", "size", "type")
        }
        size, current = int(params.get("size") or 10), int(params.get("current") or 1)
        asset = params.get("asset")
        rows: list[Any] = []
        total = 0
        for way in _WAYS.values():
            found, count = yield from self._newest(way, asked, size * current if asset is None else 10**9)
            kept = [row for row in found if asset in (None, row.get("asset"))]
            rows += kept
            total += count if asset is None else len(kept)
        rows.sort(key=lambda row: row.get("timestamp") or 0, reverse=True)
        page = rows[size * (current - 1) : size * current]
        return {"rows": [_transfer_row(row) for row in page], "total": total}

    # -- orders, of which the conditional ones are algo orders since Binance moved them; see `algo` --

    @endpoint("POST", "/fapi/v1/order", signed=True)
    def _futures_order_place(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("POST", "/fapi/v1/algoOrder", signed=True)
    def _futures_algo_place(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/fapi/v1/order", signed=True)
    def _futures_order(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/fapi/v1/algoOrder", signed=True)
    def _futures_algo(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/fapi/v1/openOrders", signed=True)
    def _futures_open_orders(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/fapi/v1/openAlgoOrders", signed=True)
    def _futures_open_algos(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/fapi/v1/allOrders", signed=True, weight=5)
    def _futures_all_orders(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/fapi/v1/allAlgoOrders", signed=True, weight=5)
    def _futures_all_algos(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("DELETE", "/fapi/v1/order", signed=True)
    def _futures_order_cancel(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("DELETE", "/fapi/v1/algoOrder", signed=True)
    def _futures_algo_cancel(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("DELETE", "/fapi/v1/allOpenOrders", signed=True)
    def _futures_cancel_all(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("DELETE", "/fapi/v1/algoOpenOrders", signed=True)
    def _futures_cancel_all_algos(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("DELETE", "/fapi/v1/batchOrders", signed=True)
    def _futures_cancel_many(self, **params: Any) -> Answer:
        """As Binance answers."""

    @open_steps
    @asks("_futures_order_place", "_futures_algo_place")
    def futures_create_order(self, **params: Any) -> Steps[Any]:
        """Place an order.

        Parameters:
            symbol, side, type, quantity: required; `enums` has the types.
            price, timeInForce, stopPrice, activationPrice, callbackRate: as the type wants them.
            reduceOnly, closePosition, positionSide, workingType, priceProtect, newClientOrderId: may be given.
            newOrderRespType: ``ACK`` or ``RESULT``.

        Returns:
            ``{'orderId', 'symbol', 'status', 'clientOrderId', 'price', 'avgPrice', 'origQty', 'executedQty',
            'cumQuote', 'type', 'side', 'stopPrice', ...}``. Of a conditional order, which is an algo order today,
            `orderId` is the algo order's number; the other methods know it by that.

        Raises:
            BinanceOutcomeUnknown: Binance failed while it placed the order; it may have been placed.
        """
        return (yield from self._place(_DESK, params, True))

    @open_steps
    @asks("_futures_order", "_futures_algo")
    def futures_get_order(self, **params: Any) -> Steps[Any]:
        """Ask for an order of `symbol`, by `orderId` or `origClientOrderId`; answers as `futures_create_order`."""
        return (yield from self._get_one(_DESK, params))

    @open_steps
    @asks("_futures_open_orders", "_futures_open_algos")
    def futures_get_open_orders(self, **params: Any) -> Steps[Any]:
        """Ask for the open orders, of `symbol` or of all, conditional ones among them."""
        return (yield from self._open(_DESK, params))

    @open_steps
    @asks("_futures_all_orders", "_futures_all_algos")
    def futures_get_all_orders(self, **params: Any) -> Steps[Any]:
        """Ask for the orders of `symbol`, conditional ones among them, oldest first; seven days at most at once."""
        return (yield from self._all(_DESK, params))

    @open_steps
    @asks("_futures_order_cancel", "_futures_algo_cancel")
    def futures_cancel_order(self, **params: Any) -> Steps[Any]:
        """Cancel an order of `symbol`, by `orderId` or `origClientOrderId`."""
        return (yield from self._cancel_one(_DESK, params))

    @open_steps
    @asks("_futures_cancel_all", "_futures_cancel_all_algos")
    def futures_cancel_all_open_orders(self, **params: Any) -> Steps[Any]:
        """Cancel every open order of `symbol`, conditional ones too: ``{'code': 200, 'msg': ...}``."""
        return (yield from self._cancel_all(_DESK, params))

    @open_steps
    @asks("_futures_cancel_many", "_futures_algo_cancel")
    def futures_cancel_orders(self, **params: Any) -> Steps[Any]:
        """Cancel the orders of `symbol` that `orderIdList` or `origClientOrderIdList` names, a list or its JSON text.

        Returns:
            an order, or ``{'code', 'msg'}`` where one could not be cancelled, for each in the list's order.
        """
        return (yield from self._cancel_many(_DESK, params))

    @endpoint(
        "GET",
        "/fapi/v2/balance",
        signed=True,
        weight=5,
        moved=Moved("GET /fapi/v1/balance", _V1_ENDED),
        shape=_balance,
    )
    def futures_account_balance(self, **params: Any) -> Answer:
        """Ask for the balances: ``[{'accountAlias', 'asset', 'balance', 'withdrawAvailable', 'updateTime', ...},
        ...]``.
        """

    @endpoint(
        "GET", "/fapi/v2/account", signed=True, weight=5, moved=Moved("GET /fapi/v1/account", _V1_ENDED)
    )
    def futures_account(self, **params: Any) -> Answer:
        """Ask for the account: ``{'assets': [...], 'positions': [...], 'canTrade', 'feeTier', 'totalWalletBalance',
        ...}``.
        """

    @endpoint("POST", "/fapi/v1/leverage", signed=True)
    def futures_change_leverage(self, **params: Any) -> Answer:
        """Set the `leverage` of `symbol`: ``{'leverage': 21, 'maxNotionalValue', 'symbol'}``."""

    @endpoint("POST", "/fapi/v1/marginType", signed=True)
    def futures_change_margin_type(self, **params: Any) -> Answer:
        """Set the `marginType` of `symbol`: ``'ISOLATED'`` or ``'CROSSED'``."""

    @endpoint("POST", "/fapi/v1/positionMargin", signed=True)
    def futures_change_position_margin(self, **params: Any) -> Answer:
        """Add (`type` 1) `amount` to the margin of an isolated position of `symbol`, or take it away (2)."""

    @endpoint("GET", "/fapi/v1/positionMargin/history", signed=True)
    def futures_position_margin_history(self, **params: Any) -> Answer:
        """Ask what was added to and taken from the margin of `symbol`."""

    @endpoint(
        "GET",
        "/fapi/v2/positionRisk",
        signed=True,
        weight=5,
        moved=Moved("GET /fapi/v1/positionRisk", _V1_ENDED),
    )
    def futures_position_information(self, **params: Any) -> Answer:
        """Ask for the positions: ``[{'symbol', 'positionAmt', 'entryPrice', 'markPrice', 'unRealizedProfit',
        'liquidationPrice', 'leverage', 'marginType', ...}, ...]``.
        """

    @endpoint("GET", "/fapi/v1/userTrades", signed=True, weight=5)
    def futures_account_trades(self, **params: Any) -> Answer:
        """Ask for the account's trades on `symbol`, of three months, at most seven days at once."""

    @endpoint("GET", "/fapi/v1/income", signed=True, weight=30)
    def futures_income_history(self, **params: Any) -> Answer:
        """Ask what came in and went out: profits, funding fees, commissions, transfers."""

    @endpoint("POST", "/fapi/v1/positionSide/dual", signed=True)
    def futures_change_position_mode(self, **params: Any) -> Answer:
        """Switch to hedge mode (`dualSidePosition` ``'true'``) or one-way mode; holds for coin-margined futures
        too.
        """

    @endpoint("GET", "/fapi/v1/positionSide/dual", signed=True, weight=30)
    def futures_get_position_mode(self, **params: Any) -> Answer:
        """Ask for the mode: ``{'dualSidePosition': True}`` in hedge mode."""
