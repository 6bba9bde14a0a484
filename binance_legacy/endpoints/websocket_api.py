"""What 1.x asked over Binance's WebSocket APIs, under its names.

Each takes Binance's own parameters and gives Binance's own answer, which is that of the REST endpoint of the same use.
(Binance, *WebSocket API*; *Derivatives: WebSocket API*.)
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from .. import enums
from .declare import Answer, Params, Steps, asks, open_steps, request
from .futures import FuturesEndpoints

_DESK = "_ws_futures"
_ALGO_IDS = ("algoId", "clientAlgoId")

_futures = functools.partial(request, host="ws-fapi")


class WebSocketApiEndpoints(FuturesEndpoints[Answer]):
    """Requests over a WebSocket, which a client opens when it first needs one and keeps.

    Beside what a method names, each takes `returnRateLimits`, False to leave the limits out of the answer; each that
    needs a key takes `recvWindow`, the milliseconds for which the request is good, default 5000.
    """

    # -- spot orders ---------------------------------------------------------------------------------------

    @request("order.test", signed=True)
    def ws_create_test_order(self, **params: Any) -> Answer:
        """Test an order without placing it. (Binance, *WebSocket API: Test new order*.)

        Parameters:
            params: as of `ws_create_order`; `computeCommissionRates`, True, asks for the commission too.

        Returns:
            ``{}``, or the commission rates. Weight 1; 20 with them.
        """

    @request("order.place", signed=True, changes=True)
    def ws_create_order(self, **params: Any) -> Answer:
        """Place an order. (Binance, *WebSocket API: Place new order*.)

        Parameters:
            symbol, side, type: required; `enums` has the sides and types.
            timeInForce, quantity, quoteOrderQty, price, stopPrice, trailingDelta, icebergQty: as the type wants them.
                Numbers may be texts, `decimal.Decimal`, int or float; none is sent in exponent form.
            newClientOrderId: the order's name; Binance makes one up where there is none.
            newOrderRespType: ``ACK``, ``RESULT`` or ``FULL``, which is the default of market and limit orders.

        Returns:
            ``{'symbol', 'orderId', 'clientOrderId', 'transactTime', 'price', 'origQty', 'executedQty', 'status',
            'fills': [...], ...}``, as much of it as `newOrderRespType` says. Weight 1.

        Raises:
            BinanceOutcomeUnknown: Binance failed while it placed the order; it may have been placed.
            BinanceWebsocketUnableToConnect: no answer came, and its text says whether the order may have been placed.
        """

    @asks("ws_create_order")
    def ws_order_limit(self, timeInForce: str = enums.TIME_IN_FORCE_GTC, **params: Any) -> Answer:
        """Place a limit order; parameters and answer as `ws_create_order`."""
        limit = {"type": enums.ORDER_TYPE_LIMIT, "timeInForce": timeInForce}
        return self.ws_create_order(**{**params, **limit})

    @asks("ws_create_order")
    def ws_order_limit_buy(self, timeInForce: str = enums.TIME_IN_FORCE_GTC, **params: Any) -> Answer:
        """Place a limit order to buy; parameters and answer as `ws_create_order`."""
        return self.ws_order_limit(timeInForce=timeInForce, **{**params, "side": enums.SIDE_BUY})

    @asks("ws_create_order")
    def ws_order_limit_sell(self, timeInForce: str = enums.TIME_IN_FORCE_GTC, **params: Any) -> Answer:
        """Place a limit order to sell; parameters and answer as `ws_create_order`."""
        return self.ws_order_limit(timeInForce=timeInForce, **{**params, "side": enums.SIDE_SELL})

    @asks("ws_create_order")
    def ws_order_market(self, **params: Any) -> Answer:
        """Place a market order; parameters and answer as `ws_create_order`."""
        return self.ws_create_order(**{**params, "type": enums.ORDER_TYPE_MARKET})

    @asks("ws_create_order")
    def ws_order_market_buy(self, **params: Any) -> Answer:
        """Place a market order to buy; parameters and answer as `ws_create_order`."""
        return self.ws_order_market(**{**params, "side": enums.SIDE_BUY})

    @asks("ws_create_order")
    def ws_order_market_sell(self, **params: Any) -> Answer:
        """Place a market order to sell; parameters and answer as `ws_create_order`."""
        return self.ws_order_market(**{**params, "side": enums.SIDE_SELL})

    @request("order.status", signed=True, weight=4)
    def ws_get_order(self, **params: Any) -> Answer:
        """Ask for an order of `symbol`, by `orderId` or `origClientOrderId`. (Binance, *WebSocket API: Query order*.)

        Returns:
            ``{'symbol', 'orderId', 'clientOrderId', 'status', 'price', 'origQty', 'executedQty', ...}``. Weight 4.
        """

    @request("order.cancel", signed=True, changes=True)
    def ws_cancel_order(self, **params: Any) -> Answer:
        """Cancel an order of `symbol`, by `orderId` or `origClientOrderId`. (Binance, *WebSocket API: Cancel order*.)

        Returns:
            the cancelled order; an order list where it stood in one. Weight 1.
        """

    @request("order.cancelReplace", signed=True, changes=True)
    def ws_cancel_and_replace_order(self, **params: Any) -> Answer:
        """Cancel an order and place another. (Binance, *WebSocket API: Cancel and replace order*.)

        Parameters:
            symbol, side, type: of the new order, and what its type wants, as of `ws_create_order`.
            cancelReplaceMode: ``STOP_ON_FAILURE`` or ``ALLOW_FAILURE``: whether the second is placed where the first
                could not be cancelled.
            cancelOrderId, cancelOrigClientOrderId: one of them, of the first.

        Returns:
            ``{'cancelResult', 'newOrderResult', 'cancelResponse', 'newOrderResponse'}``. Weight 1.

        Raises:
            BinanceAPIException: one of both was not done (status 409) or neither; its ``response.json()['data']`` says.
        """

    @request("openOrders.status", signed=True, weight=6)
    def ws_get_open_orders(self, **params: Any) -> Answer:
        """Ask for the open orders, of `symbol` or of all. (Binance, *WebSocket API: Current open orders*.)

        Returns:
            rows as `ws_get_order` gives them. Weight 6; 80 for all symbols.
        """

    @request("openOrders.cancelAll", signed=True, changes=True)
    def ws_cancel_all_open_orders(self, **params: Any) -> Answer:
        """Cancel every open order of `symbol`. (Binance, *WebSocket API: Cancel open orders*.)

        Returns:
            the cancelled orders and order lists. Weight 1.
        """

    @request("orderList.place.oco", signed=True, changes=True)
    def ws_create_oco_order(self, **params: Any) -> Answer:
        """Place two orders of which one cancels the other. (Binance, *WebSocket API: Place new Order list - OCO*.)

        Parameters:
            symbol, side, quantity: required.
            aboveType, belowType: required: the types of the order above the price and of that below.
            abovePrice, aboveStopPrice, aboveTimeInForce, belowPrice, belowStopPrice, belowTimeInForce: as these want.
            listClientOrderId, newOrderRespType: may be given.

        Returns:
            ``{'orderListId', 'contingencyType', 'listStatusType', 'orders': [...], 'orderReports': [...], ...}``.
            Weight 1.
        """

    @request("orderList.place.oto", signed=True, changes=True)
    def ws_create_oto_order(self, **params: Any) -> Answer:
        """Place an order that places another once it is filled. (Binance, *WebSocket API: Place new Order list - OTO*.)

        Parameters:
            symbol, workingType, workingSide, workingPrice, workingQuantity: required, of the first.
            pendingType, pendingSide, pendingQuantity: required, of the second.
            workingTimeInForce, pendingPrice, pendingStopPrice, pendingTimeInForce: as the types want them.

        Returns:
            as `ws_create_oco_order`. Weight 1.
        """

    @request("orderList.place.otoco", signed=True, changes=True)
    def ws_create_otoco_order(self, **params: Any) -> Answer:
        """Place an order that places an OCO once it is filled.

        (Binance, *WebSocket API: Place new Order list - OTOCO*.)

        Parameters:
            symbol, workingType, workingSide, workingPrice, workingQuantity: required, of the first.
            pendingSide, pendingQuantity, pendingAboveType: required, of the OCO; `pendingBelowType` and prices as
                the types want them.

        Returns:
            as `ws_create_oco_order`. Weight 1.
        """

    @request("orderList.status", signed=True, weight=4)
    def ws_get_oco_order(self, **params: Any) -> Answer:
        """Ask for an order list, by `orderListId` or `origClientOrderId`. (Binance, *WebSocket API: Query Order list*.)

        Returns:
            ``{'orderListId', 'listOrderStatus', 'orders': [...], ...}``. Weight 4.
        """

    @request("orderList.cancel", signed=True, changes=True)
    def ws_cancel_oco_order(self, **params: Any) -> Answer:
        """Cancel an order list of `symbol`, by `orderListId` or `listClientOrderId`.

        (Binance, *WebSocket API: Cancel Order list*.)

        Returns:
            as `ws_create_oco_order`. Weight 1.
        """

    @request("openOrderLists.status", signed=True, weight=6)
    def ws_get_oco_open_orders(self, **params: Any) -> Answer:
        """Ask for the open order lists. (Binance, *WebSocket API: Current open Order lists*.)

        Returns:
            rows as `ws_get_oco_order` gives them. Weight 6.
        """

    @request("sor.order.place", signed=True, changes=True)
    def ws_create_sor_order(self, **params: Any) -> Answer:
        """Place an order that Binance routes over several books. (Binance, *WebSocket API: Place new order using SOR*.)

        Parameters:
            symbol, side, type, quantity: required; the type is ``LIMIT`` or ``MARKET``.

        Returns:
            an order as `ws_create_order` gives it, in a list. Weight 1.
        """

    @request("sor.order.test", signed=True)
    def ws_create_test_sor_order(self, **params: Any) -> Answer:
        """Test such an order without placing it; as `ws_create_test_order`.

        (Binance, *WebSocket API: Test new order using SOR*.)

        Returns:
            ``{}``, or the commission rates. Weight 1; 20 with them.
        """

    # -- spot account --------------------------------------------------------------------------------------

    @request("account.status", signed=True, weight=20)
    def ws_get_account(self, **params: Any) -> Answer:
        """Ask for the account. (Binance, *WebSocket API: Account information*.)

        Parameters:
            omitZeroBalances: True leaves out assets of which there is none.

        Returns:
            ``{'canTrade', 'commissionRates', 'balances': [{'asset', 'free', 'locked'}, ...], ...}``. Weight 20.
        """

    @request("account.rateLimits.orders", signed=True, weight=40)
    def ws_get_account_rate_limits_orders(self, **params: Any) -> Answer:
        """Ask how many unfilled orders count against the account's limits.

        (Binance, *WebSocket API: Unfilled Order Count*.)

        Returns:
            ``[{'rateLimitType': 'ORDERS', 'interval', 'intervalNum', 'limit', 'count'}, ...]``. Weight 40.
        """

    @request("allOrders", signed=True, weight=20)
    def ws_get_all_orders(self, **params: Any) -> Answer:
        """Ask for the orders of `symbol`, open or done. (Binance, *WebSocket API: Account order history*.)

        Parameters:
            orderId: from this one on; startTime, endTime: at most 24 hours apart; limit: default 500, at most 1000.

        Returns:
            rows as `ws_get_order` gives them. Weight 20.
        """

    @request("myTrades", signed=True, weight=20)
    def ws_get_my_trades(self, **params: Any) -> Answer:
        """Ask for the account's trades on `symbol`. (Binance, *WebSocket API: Account trade history*.)

        Parameters:
            orderId: of one order; startTime, endTime, fromId, limit: may be given.

        Returns:
            ``[{'id', 'orderId', 'price', 'qty', 'commission', 'commissionAsset', 'time', ...}, ...]``. Weight 20; 5
            with `orderId`.
        """

    @request("myPreventedMatches", signed=True, weight=2)
    def ws_get_prevented_matches(self, **params: Any) -> Answer:
        """Ask for the matches with itself that were prevented on `symbol`, by `preventedMatchId` or `orderId`.

        (Binance, *WebSocket API: Account prevented matches*.)

        Returns:
            a list. Weight 2; 20 by `orderId`.
        """

    @request("myAllocations", signed=True, weight=20)
    def ws_get_allocations(self, **params: Any) -> Answer:
        """Ask for what orders over several books were allocated on `symbol`.

        (Binance, *WebSocket API: Account allocations*.)

        Returns:
            a list. Weight 20.
        """

    @request("account.commission", signed=True, weight=20)
    def ws_get_commission_rates(self, **params: Any) -> Answer:
        """Ask for the account's commission rates on `symbol`. (Binance, *WebSocket API: Account Commission Rates*.)

        Returns:
            ``{'symbol', 'standardCommission', 'taxCommission', 'discount', ...}``. Weight 20.
        """

    # -- spot market ---------------------------------------------------------------------------------------

    @request("depth", weight=5)
    def ws_get_order_book(self, **params: Any) -> Answer:
        """Ask for the order book of `symbol`. (Binance, *WebSocket API: Order book*.)

        Parameters:
            limit: rows on each side, default 100, at most 5000.

        Returns:
            ``{'lastUpdateId', 'bids': [[price, quantity], ...], 'asks'}``. Weight 5, 25, 50 or 250 up to a limit of
            100, 500, 1000 or 5000.
        """

    @request("trades.recent", weight=25)
    def ws_get_recent_trades(self, **params: Any) -> Answer:
        """Ask for the latest trades on `symbol`, 500 or `limit` of at most 1000.

        (Binance, *WebSocket API: Recent trades*.)

        Returns:
            ``[{'id', 'price', 'qty', 'quoteQty', 'time', 'isBuyerMaker', 'isBestMatch'}, ...]``. Weight 25.
        """

    @request("trades.historical", weight=25)
    def ws_get_historical_trades(self, **params: Any) -> Answer:
        """Ask for older trades on `symbol`, from the id `fromId` on; rows as `ws_get_recent_trades` gives them.

        (Binance, *WebSocket API: Historical trades*.)

        Returns:
            a list. Weight 25.
        """

    @request("trades.aggregate", weight=4)
    def ws_get_aggregate_trades(self, **params: Any) -> Answer:
        """Ask for aggregate trades on `symbol`, by `fromId` or by `startTime` and `endTime`.

        (Binance, *WebSocket API: Aggregate trades*.)

        Returns:
            ``[{'a', 'p', 'q', 'f', 'l', 'T', 'm', 'M'}, ...]``. Weight 4.
        """

    @request("klines", weight=2)
    def ws_get_klines(self, **params: Any) -> Answer:
        """Ask for the candles of `symbol` by `interval`. (Binance, *WebSocket API: Klines*.)

        Parameters:
            startTime, endTime, timeZone: may be given; limit: default 500, at most 1000.

        Returns:
            rows as `get_klines` gives them. Weight 2.
        """

    @request("uiKlines", weight=2)
    def ws_get_uiKlines(self, **params: Any) -> Answer:
        """Ask for candles as `ws_get_klines` does, adjusted for charts. (Binance, *WebSocket API: UI Klines*.)"""

    @request("avgPrice", weight=2)
    def ws_get_avg_price(self, **params: Any) -> Answer:
        """Ask for the average price of `symbol` over some minutes. (Binance, *WebSocket API: Current average price*.)

        Returns:
            ``{'mins': 5, 'price': '9.35751834', 'closeTime'}``. Weight 2.
        """

    @request("ticker.24hr", weight=2)
    def ws_get_ticker(self, **params: Any) -> Answer:
        """Ask how a symbol moved in 24 hours. (Binance, *WebSocket API: 24hr ticker price change statistics*.)

        Parameters:
            symbol: one market.
            symbols: a list of them; all where neither is given.
            type: ``FULL`` or ``MINI``.

        Returns:
            a dictionary for `symbol`, else a list. Weight 2; up to 80 for many.
        """

    @request("ticker.tradingDay", weight=4)
    def ws_get_trading_day_ticker(self, **params: Any) -> Answer:
        """Ask how `symbol` or `symbols`, a list, moved since the trading day began.

        (Binance, *WebSocket API: Trading Day Ticker*.)

        Returns:
            as `ws_get_ticker`. Weight 4 a symbol.
        """

    @request("ticker", weight=4)
    def ws_get_symbol_ticker_window(self, **params: Any) -> Answer:
        """Ask how `symbol` or `symbols`, a list, moved in a window of `windowSize`, such as ``1d``.

        (Binance, *WebSocket API: Rolling window price change statistics*.)

        Returns:
            as `ws_get_ticker`. Weight 4 a symbol.
        """

    @request("ticker.price", weight=2)
    def ws_get_symbol_ticker(self, **params: Any) -> Answer:
        """Ask for the latest price of `symbol`, of `symbols`, a list, or of all.

        (Binance, *WebSocket API: Symbol price ticker*.)

        Returns:
            ``{'symbol', 'price'}``, or a list. Weight 2; 4 for many.
        """

    @request("ticker.book", weight=2)
    def ws_get_orderbook_ticker(self, **params: Any) -> Answer:
        """Ask for the best prices of `symbol`, of `symbols`, a list, or of all.

        (Binance, *WebSocket API: Symbol order book ticker*.)

        Returns:
            ``{'symbol', 'bidPrice', 'bidQty', 'askPrice', 'askQty'}``, or a list. Weight 2; 4 for many.
        """

    @request("ping")
    def ws_ping(self, **params: Any) -> Answer:
        """Test whether Binance answers; ``{}``. Weight 1. (Binance, *WebSocket API: Test connectivity*.)"""

    @request("time")
    def ws_get_time(self, **params: Any) -> Answer:
        """Ask for the time of the exchange. (Binance, *WebSocket API: Check server time*.)

        Returns:
            ``{'serverTime': milliseconds}``. Weight 1.
        """

    @request("exchangeInfo", weight=20)
    def ws_get_exchange_info(self, **params: Any) -> Answer:
        """Ask for the rules of trading and the symbols. (Binance, *WebSocket API: Exchange information*.)

        Parameters:
            symbol: one market.
            symbols, permissions: lists: which ones; all where none is given.

        Returns:
            ``{'timezone', 'serverTime', 'rateLimits', 'exchangeFilters', 'symbols': [...]}``. Weight 20.
        """

    # -- USD-margined futures: market ----------------------------------------------------------------------

    @_futures("depth", weight=2)
    def ws_futures_get_order_book(self, **params: Any) -> Answer:
        """Ask for the order book of the contract `symbol`. (Binance, *Derivatives: WebSocket API: Order Book*.)

        Parameters:
            limit: rows on each side: 5, 10, 20, 50, 100, 500 (the default) or 1000.

        Returns:
            ``{'lastUpdateId', 'E', 'T', 'bids', 'asks'}``. Weight 2, 5, 10 or 20 up to a limit of 50, 100, 500 or 1000.
        """

    @_futures("ticker.price")
    def ws_futures_get_all_tickers(self, **params: Any) -> Answer:
        """Ask for the latest price of the contract `symbol`, or of each.

        (Binance, *Derivatives: WebSocket API: Symbol Price Ticker*.)

        Returns:
            ``{'symbol', 'price', 'time'}``, or a list. Weight 1; 2 for each.
        """

    @_futures("ticker.book", weight=2)
    def ws_futures_get_order_book_ticker(self, **params: Any) -> Answer:
        """Ask for the best prices of the contract `symbol`, or of each.

        (Binance, *Derivatives: WebSocket API: Symbol Order Book Ticker*.)

        Returns:
            ``{'symbol', 'bidPrice', 'bidQty', 'askPrice', 'askQty', 'time', ...}``, or a list. Weight 2; 5 for each.
        """

    # -- USD-margined futures: orders, of which the conditional ones are algo orders; see `algo` -----------

    @_futures("order.place", signed=True, changes=True)
    def _ws_futures_order_place(self, **params: Any) -> Answer:
        """As Binance answers."""

    @_futures("algoOrder.place", signed=True, changes=True)
    def _ws_futures_algo_place(self, **params: Any) -> Answer:
        """As Binance answers."""

    @_futures("order.status", signed=True)
    def _ws_futures_order(self, **params: Any) -> Answer:
        """As Binance answers."""

    @_futures("order.cancel", signed=True, changes=True)
    def _ws_futures_order_cancel(self, **params: Any) -> Answer:
        """As Binance answers."""

    @_futures("algoOrder.cancel", signed=True, changes=True)
    def _ws_futures_algo_cancel(self, **params: Any) -> Answer:
        """As Binance answers."""

    def _ws_futures_algo(self, **params: Any) -> Answer:
        """An algo order; the WebSocket API has no request for it."""
        return self._futures_algo(**params)

    def _remember(self, desk: str, algo: Mapping[str, Any]) -> None:
        super()._remember(_rest(desk), algo)  # one that was placed here may be cancelled over REST

    def _is_algo(self, desk: str, params: Params) -> bool:
        return super()._is_algo(_rest(desk), params)

    @open_steps
    @asks("_ws_futures_order_place", "_ws_futures_algo_place")
    def ws_futures_create_order(self, **params: Any) -> Steps[Any]:
        """Place an order; a conditional one is placed as the algo order that it is today.

        Parameters and answer as of `futures_create_order`. Weight 1. (Binance, *Derivatives: WebSocket API: New Order*;
        *New Algo Order*.)

        Raises:
            BinanceOutcomeUnknown: Binance failed while it placed the order; it may have been placed.
            BinanceWebsocketUnableToConnect: no answer came, and its text says whether the order may have been placed.
        """
        return (yield from self._place(_DESK, params, True))

    @_futures("order.modify", signed=True, changes=True)
    def ws_futures_edit_order(self, **params: Any) -> Answer:
        """Change a limit order of `symbol`, by `orderId` or `origClientOrderId`.

        (Binance, *Derivatives: WebSocket API: Modify Order*.)

        Parameters:
            side, quantity, price: required, as they shall be.

        Returns:
            the order. Weight 1.
        """

    @open_steps
    @asks("_ws_futures_order_cancel", "_ws_futures_algo_cancel")
    def ws_futures_cancel_order(self, **params: Any) -> Steps[Any]:
        """Cancel an order of `symbol`, by `orderId` or `origClientOrderId`; a conditional one as `futures_create_order`
        or `ws_futures_create_order` named it, or by `algoId` or `clientAlgoId`.

        (Binance, *Derivatives: WebSocket API: Cancel Order*; *Cancel Algo Order*.)

        Returns:
            the cancelled order. Weight 1.
        """
        if any(name in params for name in _ALGO_IDS):
            return (yield self._ws_futures_algo_cancel(**params))
        return (yield from self._cancel_one(_DESK, params))

    @_futures("order.status", signed=True)
    def ws_futures_get_order(self, **params: Any) -> Answer:
        """Ask for an order of `symbol`, by `orderId` or `origClientOrderId`; no conditional one.

        (Binance, *Derivatives: WebSocket API: Query Order*.)

        Returns:
            ``{'orderId', 'status', 'price', 'avgPrice', 'origQty', 'executedQty', ...}``. Weight 1.
        """

    @_futures("algoOrder.place", signed=True, changes=True)
    def ws_futures_create_algo_order(self, **params: Any) -> Answer:
        """Place a conditional order. (Binance, *Derivatives: WebSocket API: New Algo Order*.)

        Parameters:
            algoType: ``CONDITIONAL``; symbol, side, type, and as the type wants them triggerPrice, quantity, price,
                activatePrice, callbackRate.

        Returns:
            ``{'algoId', 'clientAlgoId', 'algoStatus', 'triggerPrice', ...}``. Weight 1.
        """

    @_futures("algoOrder.cancel", signed=True, changes=True)
    def ws_futures_cancel_algo_order(self, **params: Any) -> Answer:
        """Cancel a conditional order, by `algoId` or `clientAlgoId`.

        (Binance, *Derivatives: WebSocket API: Cancel Algo Order*.)

        Returns:
            ``{'algoId', 'clientAlgoId', 'code', 'msg'}``. Weight 1.
        """

    # -- USD-margined futures: account ---------------------------------------------------------------------

    @_futures("v2/account.position", signed=True, weight=5)
    def ws_futures_v2_account_position(self, **params: Any) -> Answer:
        """Ask for the positions that are open or have orders, of `symbol` or of all.

        (Binance, *Derivatives: WebSocket API: Position Information V2*.)

        Returns:
            ``[{'symbol', 'positionSide', 'positionAmt', 'entryPrice', 'unRealizedProfit', ...}, ...]``. Weight 5.
        """

    @_futures("account.position", signed=True, weight=5)
    def ws_futures_account_position(self, **params: Any) -> Answer:
        """Ask for every position, of `symbol` or of all; rows as `ws_futures_v2_account_position` gives them, and more.

        (Binance, *Derivatives: WebSocket API: Position Information*.)

        Returns:
            a list. Weight 5.
        """

    @_futures("v2/account.balance", signed=True, weight=5)
    def ws_futures_v2_account_balance(self, **params: Any) -> Answer:
        """Ask for the balances. (Binance, *Derivatives: WebSocket API: Futures Account Balance V2*.)

        Returns:
            ``[{'accountAlias', 'asset', 'balance', 'availableBalance', ...}, ...]``. Weight 5.
        """

    @_futures("account.balance", signed=True, weight=5)
    def ws_futures_account_balance(self, **params: Any) -> Answer:
        """Ask for the balances; rows as `ws_futures_v2_account_balance` gives them.

        (Binance, *Derivatives: WebSocket API: Futures Account Balance*.)

        Returns:
            a list. Weight 5.
        """

    @_futures("v2/account.status", signed=True, weight=5)
    def ws_futures_v2_account_status(self, **params: Any) -> Answer:
        """Ask for the account, with the positions that are open. (Binance, *Derivatives: WebSocket API: Account
        Information V2*.)

        Returns:
            ``{'totalWalletBalance', 'assets': [...], 'positions': [...], ...}``. Weight 5.
        """

    @_futures("account.status", signed=True, weight=5)
    def ws_futures_account_status(self, **params: Any) -> Answer:
        """Ask for the account, with every position; as `ws_futures_v2_account_status`, and more.

        (Binance, *Derivatives: WebSocket API: Account Information*.)

        Returns:
            a dictionary. Weight 5.
        """


def _rest(desk: str) -> str:
    """The desk that knows the same orders over REST."""
    return "_futures" if desk == _DESK else desk
