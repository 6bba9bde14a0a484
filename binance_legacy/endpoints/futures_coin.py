"""Coin-margined futures. (Binance, *Derivatives: COIN-M Futures*.)"""

from __future__ import annotations

from typing import Any

from .algo import ConditionalOrders
from .declare import Answer, Steps, asks, endpoint, open_steps, retired

_DESK = "_futures_coin"


class FuturesCoinEndpoints(ConditionalOrders[Answer]):
    """Coin-margined futures: their market, account and orders; a key is needed for all but the market."""

    @endpoint("GET", "/dapi/v1/ping")
    def futures_coin_ping(self) -> Answer:
        """Test whether the coin-margined exchange answers; ``{}``."""

    @endpoint("GET", "/dapi/v1/time")
    def futures_coin_time(self) -> Answer:
        """Ask for the time of the coin-margined exchange: ``{'serverTime': milliseconds}``."""

    @endpoint("GET", "/dapi/v1/exchangeInfo")
    def futures_coin_exchange_info(self) -> Answer:
        """Ask for the rules of trading and the contracts."""

    @endpoint("GET", "/dapi/v1/depth", weight=2)
    def futures_coin_order_book(self, **params: Any) -> Answer:
        """Ask for the order book of `symbol`: ``{'lastUpdateId', 'bids', 'asks', 'pair', 'E', 'T'}``."""

    @endpoint("GET", "/dapi/v1/trades", weight=5)
    def futures_coin_recent_trades(self, **params: Any) -> Answer:
        """Ask for the latest trades on `symbol`, 500 or `limit` of at most 1000."""

    @endpoint("GET", "/dapi/v1/historicalTrades", weight=200)
    def futures_coin_historical_trades(self, **params: Any) -> Answer:
        """Ask for older trades on `symbol`, from the id `fromId` on; a key is needed."""

    @endpoint("GET", "/dapi/v1/aggTrades", weight=20)
    def futures_coin_aggregate_trades(self, **params: Any) -> Answer:
        """Ask for aggregate trades on `symbol`; Binance keeps those of 48 hours."""

    @endpoint("GET", "/dapi/v1/klines")
    def futures_coin_klines(self, **params: Any) -> Answer:
        """Ask for the candles of `symbol` by `interval`, 500 or `limit` of at most 1500."""

    @endpoint("GET", "/dapi/v1/continuousKlines")
    def futures_coin_continous_klines(self, **params: Any) -> Answer:
        """Ask for the candles of the contract of `pair` and `contractType` by `interval`."""

    @endpoint("GET", "/dapi/v1/indexPriceKlines")
    def futures_coin_index_price_klines(self, **params: Any) -> Answer:
        """Ask for the candles of the index price of `pair` by `interval`."""

    @endpoint("GET", "/dapi/v1/markPriceKlines")
    def futures_coin_mark_price_klines(self, **params: Any) -> Answer:
        """Ask for the candles of the mark price of `symbol` by `interval`."""

    @endpoint("GET", "/dapi/v1/premiumIndex", weight=10)
    def futures_coin_mark_price(self, **params: Any) -> Answer:
        """Ask for the index and mark price of `symbol` or `pair`, or of each."""

    @endpoint("GET", "/dapi/v1/fundingRate")
    def futures_coin_funding_rate(self, **params: Any) -> Answer:
        """Ask for past funding rates of `symbol`."""

    @endpoint("GET", "/dapi/v1/ticker/24hr")
    def futures_coin_ticker(self, **params: Any) -> Answer:
        """Ask how `symbol` or `pair`, or each contract, moved in 24 hours."""

    @endpoint("GET", "/dapi/v1/ticker/price")
    def futures_coin_symbol_ticker(self, **params: Any) -> Answer:
        """Ask for the latest price of `symbol` or `pair`, or of each."""

    @endpoint("GET", "/dapi/v1/ticker/bookTicker", weight=2)
    def futures_coin_orderbook_ticker(self, **params: Any) -> Answer:
        """Ask for the best prices of `symbol` or `pair`, or of each."""

    @retired(
        "GET /dapi/v1/allForceOrders",
        since="2021-04-27",
        nearest="the stream !forceOrder@arr tells the market's, "
        "and call('GET', '/dapi/v1/forceOrders', signed=True) one's own",
    )
    def futures_coin_liquidation_orders(self, **params: Any) -> Answer:
        """Ask which positions were liquidated; Binance tells that by a stream alone."""

    @endpoint("GET", "/dapi/v1/openInterest")
    def futures_coin_open_interest(self, **params: Any) -> Answer:
        """Ask for the open interest of `symbol`."""

    @endpoint("GET", "/futures/data/openInterestHist", host="dapi")
    def futures_coin_open_interest_hist(self, **params: Any) -> Answer:
        """Ask for the open interest of `pair` by `period` over at most 30 days."""

    @endpoint("GET", "/dapi/v2/leverageBracket", signed=True)
    def futures_coin_leverage_bracket(self, **params: Any) -> Answer:
        """Ask for the leverage that each notional of `symbol` allows."""

    # -- orders, of which the conditional ones are algo orders since Binance moved them; see `algo` --

    @endpoint("POST", "/dapi/v1/order", signed=True)
    def _futures_coin_order_place(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("POST", "/dapi/v1/algoOrder", signed=True)
    def _futures_coin_algo_place(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/dapi/v1/order", signed=True)
    def _futures_coin_order(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/dapi/v1/algoOrder", signed=True)
    def _futures_coin_algo(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/dapi/v1/openOrders", signed=True)
    def _futures_coin_open_orders(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/dapi/v1/openAlgoOrders", signed=True)
    def _futures_coin_open_algos(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/dapi/v1/allOrders", signed=True, weight=5)
    def _futures_coin_all_orders(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/dapi/v1/allAlgoOrders", signed=True, weight=5)
    def _futures_coin_all_algos(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("DELETE", "/dapi/v1/order", signed=True)
    def _futures_coin_order_cancel(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("DELETE", "/dapi/v1/algoOrder", signed=True)
    def _futures_coin_algo_cancel(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("DELETE", "/dapi/v1/allOpenOrders", signed=True)
    def _futures_coin_cancel_all(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("DELETE", "/dapi/v1/algoOpenOrders", signed=True)
    def _futures_coin_cancel_all_algos(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("DELETE", "/dapi/v1/batchOrders", signed=True)
    def _futures_coin_cancel_many(self, **params: Any) -> Answer:
        """As Binance answers."""

    @open_steps
    @asks("_futures_coin_order_place", "_futures_coin_algo_place")
    def futures_coin_create_order(self, **params: Any) -> Steps[Any]:
        """Place an order.

        Parameters:
            symbol, side, type, quantity: required; `enums` has the types.
            price, timeInForce, stopPrice, activationPrice, callbackRate: as the type wants them.
            reduceOnly, closePosition, positionSide, workingType, priceProtect, newClientOrderId: may be given.
            newOrderRespType: ``ACK`` or ``RESULT``.

        Returns:
            ``{'orderId', 'symbol', 'status', 'clientOrderId', 'price', 'avgPrice', 'origQty', 'executedQty', 'cumBase',
            'type', 'side', 'stopPrice', ...}``. Of a conditional order, which is an algo order today, `orderId` is the
            algo order's number; the other methods know it by that.

        Raises:
            BinanceOutcomeUnknown: Binance failed while it placed the order; it may have been placed.
        """
        return (yield from self._place(_DESK, params, False))

    @open_steps
    @asks("_futures_coin_order", "_futures_coin_algo")
    def futures_coin_get_order(self, **params: Any) -> Steps[Any]:
        """Ask for an order of `symbol`, by `orderId` or `origClientOrderId`; answers as `futures_coin_create_order`."""
        return (yield from self._get_one(_DESK, params))

    @open_steps
    @asks("_futures_coin_open_orders", "_futures_coin_open_algos")
    def futures_coin_get_open_orders(self, **params: Any) -> Steps[Any]:
        """Ask for the open orders, of `symbol` or of all, conditional ones among them."""
        return (yield from self._open(_DESK, params))

    @open_steps
    @asks("_futures_coin_all_orders", "_futures_coin_all_algos")
    def futures_coin_get_all_orders(self, **params: Any) -> Steps[Any]:
        """Ask for the orders of `symbol`, conditional ones among them, oldest first; seven days at most at once."""
        return (yield from self._all(_DESK, params))

    @open_steps
    @asks("_futures_coin_order_cancel", "_futures_coin_algo_cancel")
    def futures_coin_cancel_order(self, **params: Any) -> Steps[Any]:
        """Cancel an order of `symbol`, by `orderId` or `origClientOrderId`."""
        return (yield from self._cancel_one(_DESK, params))

    @open_steps
    @asks("_futures_coin_cancel_all", "_futures_coin_cancel_all_algos")
    def futures_coin_cancel_all_open_orders(self, **params: Any) -> Steps[Any]:
        """Cancel every open order of `symbol`, conditional ones too: ``{'code': 200, 'msg': ...}``."""
        return (yield from self._cancel_all(_DESK, params))

    @open_steps
    @asks("_futures_coin_cancel_many", "_futures_coin_algo_cancel")
    def futures_coin_cancel_orders(self, **params: Any) -> Steps[Any]:
        """Cancel the orders of `symbol` that `orderIdList` or `origClientOrderIdList` names, a list or its JSON text.

        Returns:
            an order, or ``{'code', 'msg'}`` where one could not be cancelled, for each in the list's order.
        """
        return (yield from self._cancel_many(_DESK, params))

    @endpoint("GET", "/dapi/v1/balance", signed=True)
    def futures_coin_account_balance(self, **params: Any) -> Answer:
        """Ask for the balances: ``[{'accountAlias', 'asset', 'balance', 'withdrawAvailable', ...}, ...]``."""

    @endpoint("GET", "/dapi/v1/account", signed=True, weight=5)
    def futures_coin_account(self, **params: Any) -> Answer:
        """Ask for the account: ``{'assets': [...], 'positions': [...], 'canTrade', 'feeTier', ...}``."""

    @endpoint("POST", "/dapi/v1/leverage", signed=True)
    def futures_coin_change_leverage(self, **params: Any) -> Answer:
        """Set the `leverage` of `symbol`: ``{'leverage': 21, 'maxQty', 'symbol'}``."""

    @endpoint("POST", "/dapi/v1/marginType", signed=True)
    def futures_coin_change_margin_type(self, **params: Any) -> Answer:
        """Set the `marginType` of `symbol`: ``'ISOLATED'`` or ``'CROSSED'``."""

    @endpoint("POST", "/dapi/v1/positionMargin", signed=True)
    def futures_coin_change_position_margin(self, **params: Any) -> Answer:
        """Add (`type` 1) `amount` to the margin of an isolated position of `symbol`, or take it away (2)."""

    @endpoint("GET", "/dapi/v1/positionMargin/history", signed=True)
    def futures_coin_position_margin_history(self, **params: Any) -> Answer:
        """Ask what was added to and taken from the margin of `symbol`."""

    @endpoint("GET", "/dapi/v1/positionRisk", signed=True)
    def futures_coin_position_information(self, **params: Any) -> Answer:
        """Ask for the positions, of `marginAsset` or `pair` or all."""

    @endpoint("GET", "/dapi/v1/userTrades", signed=True, weight=5)
    def futures_coin_account_trades(self, **params: Any) -> Answer:
        """Ask for the account's trades on `symbol` or `pair`, of three months."""

    @endpoint("GET", "/dapi/v1/income", signed=True, weight=20)
    def futures_coin_income_history(self, **params: Any) -> Answer:
        """Ask what came in and went out: profits, funding fees, commissions, transfers."""

    @endpoint("POST", "/dapi/v1/positionSide/dual", signed=True)
    def futures_coin_change_position_mode(self, **params: Any) -> Answer:
        """Switch to hedge mode (`dualSidePosition` ``'true'``) or one-way mode; holds for USD-margined futures too."""

    @endpoint("GET", "/dapi/v1/positionSide/dual", signed=True, weight=30)
    def futures_coin_get_position_mode(self, **params: Any) -> Answer:
        """Ask for the mode: ``{'dualSidePosition': True}`` in hedge mode."""
