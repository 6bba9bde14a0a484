"""What 1.x named anew of the futures: successors of 0.7's names, and what stands beside them.

Each takes Binance's own parameters and gives Binance's own answer. What has no name here, `BaseClient.call` reaches.
"""

from __future__ import annotations

from typing import Any

from .. import enums
from .declare import Answer, Steps, asks, endpoint, steps
from .futures import FuturesEndpoints


class LaterFuturesEndpoints(FuturesEndpoints[Answer]):
    """Names of 1.x for the USD-margined and the coin-margined futures. (Binance, *Derivatives: REST API*.)"""

    @endpoint("GET", "/fapi/v1/continuousKlines")
    def futures_continuous_klines(self, **params: Any) -> Answer:
        """Ask for the candles of a continuous contract. (`futures_continous_klines` of 0.7.)"""

    @endpoint("GET", "/fapi/v1/indexPriceKlines")
    def futures_index_price_klines(self, **params: Any) -> Answer:
        """Ask for the candles of the index price of `pair`."""

    @endpoint("GET", "/fapi/v1/markPriceKlines")
    def futures_mark_price_klines(self, **params: Any) -> Answer:
        """Ask for the candles of the mark price of `symbol`."""

    @endpoint("GET", "/fapi/v1/premiumIndexKlines")
    def futures_premium_index_klines(self, **params: Any) -> Answer:
        """Ask for the candles of the premium index of `symbol`."""

    @endpoint("GET", "/fapi/v1/indexInfo")
    def futures_index_info(self, **params: Any) -> Answer:
        """Ask what composite indices are made of."""

    @endpoint("GET", "/fapi/v1/constituents", weight=2)
    def futures_index_price_constituents(self, **params: Any) -> Answer:
        """Ask from which prices the index of `symbol` is made."""

    @endpoint("GET", "/futures/data/delivery-price", host="fapi")
    def futures_delivery_price(self, **params: Any) -> Answer:
        """Ask for the delivery prices of `pair`."""

    @endpoint("GET", "/futures/data/basis", host="fapi")
    def futures_basis(self, **params: Any) -> Answer:
        """Ask for the basis of `pair`."""

    @endpoint("GET", "/futures/data/globalLongShortAccountRatio", host="fapi")
    def futures_global_longshort_ratio(self, **params: Any) -> Answer:
        """Ask for the ratio of accounts that are long and short."""

    @endpoint("GET", "/futures/data/topLongShortAccountRatio", host="fapi")
    def futures_top_longshort_account_ratio(self, **params: Any) -> Answer:
        """Ask for that ratio among the greatest accounts."""

    @endpoint("GET", "/futures/data/topLongShortPositionRatio", host="fapi")
    def futures_top_longshort_position_ratio(self, **params: Any) -> Answer:
        """Ask for the ratio of their positions."""

    @endpoint("GET", "/futures/data/takerlongshortRatio", host="fapi")
    def futures_taker_longshort_ratio(self, **params: Any) -> Answer:
        """Ask for the ratio of what takers bought and sold."""

    @endpoint("POST", "/fapi/v1/order/test", signed=True)
    def futures_create_test_order(self, **params: Any) -> Answer:
        """Test an order without placing it."""

    @endpoint("POST", "/fapi/v1/batchOrders", signed=True, weight=5)
    def futures_place_batch_order(self, **params: Any) -> Answer:
        """Place up to five orders, `batchOrders`."""

    @endpoint("PUT", "/fapi/v1/order", signed=True)
    def futures_modify_order(self, **params: Any) -> Answer:
        """Change price or quantity of a limit order."""

    @endpoint("POST", "/fapi/v1/countdownCancelAll", signed=True, weight=10)
    def futures_countdown_cancel_all(self, **params: Any) -> Answer:
        """Cancel every open order of `symbol` after `countdownTime` milliseconds unless called again."""

    @endpoint("POST", "/fapi/v1/algoOrder", signed=True)
    def futures_create_algo_order(self, **params: Any) -> Answer:
        """Place a conditional order. (`futures_create_order` places those of 0.7 so.)"""

    @endpoint("GET", "/fapi/v1/algoOrder", signed=True)
    def futures_get_algo_order(self, **params: Any) -> Answer:
        """Ask for a conditional order, by `algoId` or `clientAlgoId`."""

    @endpoint("DELETE", "/fapi/v1/algoOrder", signed=True)
    def futures_cancel_algo_order(self, **params: Any) -> Answer:
        """Cancel a conditional order."""

    @endpoint("GET", "/fapi/v1/openAlgoOrders", signed=True)
    def futures_get_open_algo_orders(self, **params: Any) -> Answer:
        """Ask for the open conditional orders."""

    @endpoint("GET", "/fapi/v1/allAlgoOrders", signed=True, weight=5)
    def futures_get_all_algo_orders(self, **params: Any) -> Answer:
        """Ask for the conditional orders of `symbol`."""

    @endpoint("DELETE", "/fapi/v1/algoOpenOrders", signed=True)
    def futures_cancel_all_algo_open_orders(self, **params: Any) -> Answer:
        """Cancel every open conditional order of `symbol`."""

    @endpoint("GET", "/fapi/v1/commissionRate", signed=True, weight=20)
    def futures_commission_rate(self, **params: Any) -> Answer:
        """Ask for the account's commission rates on `symbol`."""

    @endpoint("GET", "/fapi/v1/accountConfig", signed=True, weight=5)
    def futures_account_config(self, **params: Any) -> Answer:
        """Ask how the account is set up."""

    @endpoint("GET", "/fapi/v1/symbolConfig", signed=True, weight=5)
    def futures_symbol_config(self, **params: Any) -> Answer:
        """Ask how the account is set up for `symbol`."""

    @endpoint("GET", "/fapi/v1/adlQuantile", signed=True, weight=5)
    def futures_adl_quantile_estimate(self, **params: Any) -> Answer:
        """Ask how near the positions are to being reduced."""

    @endpoint("GET", "/fapi/v1/apiTradingStatus", signed=True)
    def futures_api_trading_status(self, **params: Any) -> Answer:
        """Ask how the account stands to the trading rules."""

    @endpoint("POST", "/fapi/v1/multiAssetsMargin", signed=True)
    def futures_change_multi_assets_mode(self, multiAssetsMargin: bool) -> Answer:
        """Switch the margin in several assets on or off."""

    @endpoint("GET", "/fapi/v1/multiAssetsMargin", signed=True, weight=30)
    def futures_get_multi_assets_mode(self) -> Answer:
        """Ask whether the margin is in several assets."""

    @endpoint("GET", "/dapi/v1/premiumIndexKlines")
    def futures_coin_premium_index_klines(self, **params: Any) -> Answer:
        """Ask for the candles of the premium index of `symbol`."""

    @endpoint("GET", "/futures/data/basis", host="dapi")
    def futures_coin_basis(self, **params: Any) -> Answer:
        """Ask for the basis of `pair`."""

    @endpoint("GET", "/futures/data/globalLongShortAccountRatio", host="dapi")
    def futures_coin_global_longshort_ratio(self, **params: Any) -> Answer:
        """Ask for the ratio of accounts that are long and short."""

    @endpoint("GET", "/futures/data/topLongShortAccountRatio", host="dapi")
    def futures_coin_top_longshort_account_ratio(self, **params: Any) -> Answer:
        """Ask for that ratio among the greatest accounts."""

    @endpoint("GET", "/futures/data/topLongShortPositionRatio", host="dapi")
    def futures_coin_top_longshort_position_ratio(self, **params: Any) -> Answer:
        """Ask for the ratio of their positions."""

    @endpoint("GET", "/futures/data/takerBuySellVol", host="dapi")
    def futures_coin_taker_buy_sell_volume(self, **params: Any) -> Answer:
        """Ask for what takers bought and sold."""

    @endpoint("POST", "/dapi/v1/batchOrders", signed=True, weight=5)
    def futures_coin_place_batch_order(self, **params: Any) -> Answer:
        """Place up to five orders, `batchOrders`."""

    @endpoint("PUT", "/dapi/v1/order", signed=True)
    def futures_coin_modify_order(self, **params: Any) -> Answer:
        """Change price or quantity of a limit order."""

    @endpoint("GET", "/dapi/v1/openOrder", signed=True)
    def futures_coin_get_open_order(self, **params: Any) -> Answer:
        """Ask for one open order."""

    @endpoint("POST", "/dapi/v1/countdownCancelAll", signed=True, weight=10)
    def futures_coin_countdown_cancel_all(self, **params: Any) -> Answer:
        """Cancel every open order of `symbol` after `countdownTime` milliseconds unless called again."""

    @asks("futures_create_order")
    def futures_limit_order(self, **params: Any) -> Answer:
        """Place a limit order; parameters and answer as `futures_create_order`."""
        return self.futures_create_order(
            **{"timeInForce": enums.TIME_IN_FORCE_GTC, **params, "type": enums.FUTURE_ORDER_TYPE_LIMIT}
        )

    @asks("futures_create_order")
    def futures_limit_buy_order(self, **params: Any) -> Answer:
        """Place a limit order to buy; parameters and answer as `futures_create_order`."""
        return self.futures_create_order(
            **{
                "timeInForce": enums.TIME_IN_FORCE_GTC,
                **params,
                "side": enums.SIDE_BUY,
                "type": enums.FUTURE_ORDER_TYPE_LIMIT,
            }
        )

    @asks("futures_create_order")
    def futures_limit_sell_order(self, **params: Any) -> Answer:
        """Place a limit order to sell; parameters and answer as `futures_create_order`."""
        return self.futures_create_order(
            **{
                "timeInForce": enums.TIME_IN_FORCE_GTC,
                **params,
                "side": enums.SIDE_SELL,
                "type": enums.FUTURE_ORDER_TYPE_LIMIT,
            }
        )

    @asks("futures_create_order")
    def futures_market_order(self, **params: Any) -> Answer:
        """Place a market order; parameters and answer as `futures_create_order`."""
        return self.futures_create_order(**{**params, "type": enums.FUTURE_ORDER_TYPE_MARKET})

    @asks("futures_create_order")
    def futures_market_buy_order(self, **params: Any) -> Answer:
        """Place a market order to buy; parameters and answer as `futures_create_order`."""
        return self.futures_create_order(
            **{**params, "side": enums.SIDE_BUY, "type": enums.FUTURE_ORDER_TYPE_MARKET}
        )

    @asks("futures_create_order")
    def futures_market_sell_order(self, **params: Any) -> Answer:
        """Place a market order to sell; parameters and answer as `futures_create_order`."""
        return self.futures_create_order(
            **{**params, "side": enums.SIDE_SELL, "type": enums.FUTURE_ORDER_TYPE_MARKET}
        )

    @endpoint("POST", "/fapi/v1/listenKey")
    def _futures_listen_key(self) -> Answer:
        """As Binance answers."""

    @steps
    @asks("_futures_listen_key")
    def futures_stream_get_listen_key(self) -> Steps[Any]:
        """Begin a stream of the events of the USD-margined futures account.

        Returns:
            the listen key of the stream, a text that is valid for 60 minutes.
        """
        return (yield self._futures_listen_key())["listenKey"]

    @endpoint("PUT", "/fapi/v1/listenKey")
    def futures_stream_keepalive(self, listenKey: str) -> Answer:
        """Keep such a stream for 60 minutes more."""

    @endpoint("DELETE", "/fapi/v1/listenKey")
    def futures_stream_close(self, listenKey: str) -> Answer:
        """End such a stream."""

    @endpoint("POST", "/dapi/v1/listenKey")
    def _futures_coin_listen_key(self) -> Answer:
        """As Binance answers."""

    @steps
    @asks("_futures_coin_listen_key")
    def futures_coin_stream_get_listen_key(self) -> Steps[Any]:
        """Begin a stream of the events of the coin-margined futures account.

        Returns:
            the listen key of the stream, a text that is valid for 60 minutes.
        """
        return (yield self._futures_coin_listen_key())["listenKey"]

    @endpoint("PUT", "/dapi/v1/listenKey")
    def futures_coin_stream_keepalive(self, listenKey: str) -> Answer:
        """Keep such a stream for 60 minutes more."""

    @endpoint("DELETE", "/dapi/v1/listenKey")
    def futures_coin_stream_close(self, listenKey: str) -> Answer:
        """End such a stream."""
