"""The spot account: its orders, its trades, its standing. (Binance, *REST API: Trading and Account endpoints*.)"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .. import enums
from .declare import Answer, Endpoints, Moved, Params, Steps, asks, endpoint, open_steps

WAPI_ENDED = "2021-08-01"
"""The day on which Binance switched ``/wapi`` off."""


def wapi(name: str, *, method: str = "GET", withdraw: bool = False) -> Moved:
    """What 0.7 called where it called ``/wapi``; `withdraw` as of `Moved`."""
    return Moved(f"{method} /wapi/v3/{name}.html", WAPI_ENDED, withdraw)


def number(value: Any) -> Any:
    """A number that comes as a text today and came as a number then; anything else as it is."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def day_and_time(milliseconds: int) -> str:
    """``2018-05-03 17:07:04``, UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


# -- old answers -------------------------------------------------------------------------------------------


def _account_status(answer: Any, params: Params) -> Any:
    return {"msg": answer["data"], "success": True}


def _trading_status(answer: Any, params: Params) -> Any:
    status = dict(answer["data"])
    conditions = status.get("triggerCondition", {})
    status["triggerCondition"] = {name.lower(): value for name, value in conditions.items()}
    return {"success": True, "status": {"indicators": {}, **status}}


def _dust_log(answer: Any, params: Params) -> Any:
    rows = [_dust_row(row) for row in answer["userAssetDribblets"]]
    return {"success": True, "results": {"total": answer["total"], "rows": rows}}


def _dust_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "transfered_total": row["totalTransferedAmount"],
        "service_charge_total": row["totalServiceChargeAmount"],
        "tran_id": row["transId"],
        "logs": [_dust_detail(detail) for detail in row["userAssetDribbletDetails"]],
        "operate_time": day_and_time(row["operateTime"]),
    }


def _dust_detail(detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "tranId": detail["transId"],
        "serviceChargeAmount": detail["serviceChargeAmount"],
        "uid": "",  # not told any more
        "amount": detail["amount"],
        "operateTime": day_and_time(detail["operateTime"]),
        "transferedAmount": detail["transferedAmount"],
        "fromAsset": detail["fromAsset"],
    }


def _trade_fees(answer: Any, params: Params) -> Any:
    fees = [
        {
            "symbol": row["symbol"],
            "maker": number(row["makerCommission"]),
            "taker": number(row["takerCommission"]),
        }
        for row in answer
    ]
    return {"success": True, "tradeFee": fees}


def _asset_details(answer: Any, params: Params) -> Any:
    amounts = ("minWithdrawAmount", "withdrawFee")
    details = {
        asset: {**row, **{name: number(row[name]) for name in amounts if name in row}}
        for asset, row in answer.items()
    }
    return {"success": True, "assetDetail": details}


class AccountEndpoints(Endpoints[Answer]):
    """Orders, trades and standing of the spot account; a key is needed."""

    @endpoint("POST", "/api/v3/order", signed=True)
    def create_order(self, **params: Any) -> Answer:
        """Place an order.

        Parameters:
            symbol, side, type: required; `enums` has the sides and types.
            timeInForce, quantity, quoteOrderQty, price, stopPrice, trailingDelta, icebergQty: as the type wants them.
                Numbers may be texts, `decimal.Decimal`, int or float; none is sent in exponent form.
            newClientOrderId: the order's name; Binance makes one up where there is none.
            newOrderRespType: ``ACK``, ``RESULT`` or ``FULL``, which is the default of market and limit orders.
            recvWindow: milliseconds for which the call is good; default 5000.

        Returns:
            ``{'symbol', 'orderId', 'clientOrderId', 'transactTime', 'price', 'origQty', 'executedQty', 'status',
            'fills': [{'price', 'qty', 'commission', 'commissionAsset', 'tradeId'}], ...}``, as much of it as
            `newOrderRespType` says.

        Raises:
            BinanceOutcomeUnknown: Binance failed while it placed the order; it may have been placed.
        """

    @asks("create_order")
    def order_limit(self, timeInForce: str = enums.TIME_IN_FORCE_GTC, **params: Any) -> Answer:
        """Place a limit order; parameters and answer as `create_order`."""
        limit = {"type": enums.ORDER_TYPE_LIMIT, "timeInForce": timeInForce}
        return self.create_order(**{**params, **limit})

    @asks("create_order")
    def order_limit_buy(self, timeInForce: str = enums.TIME_IN_FORCE_GTC, **params: Any) -> Answer:
        """Place a limit order to buy; parameters and answer as `create_order`."""
        return self.order_limit(timeInForce=timeInForce, **{**params, "side": enums.SIDE_BUY})

    @asks("create_order")
    def order_limit_sell(self, timeInForce: str = enums.TIME_IN_FORCE_GTC, **params: Any) -> Answer:
        """Place a limit order to sell; parameters and answer as `create_order`."""
        return self.order_limit(timeInForce=timeInForce, **{**params, "side": enums.SIDE_SELL})

    @asks("create_order")
    def order_market(self, **params: Any) -> Answer:
        """Place a market order; parameters and answer as `create_order`."""
        return self.create_order(**{**params, "type": enums.ORDER_TYPE_MARKET})

    @asks("create_order")
    def order_market_buy(self, **params: Any) -> Answer:
        """Place a market order to buy; parameters and answer as `create_order`."""
        return self.order_market(**{**params, "side": enums.SIDE_BUY})

    @asks("create_order")
    def order_market_sell(self, **params: Any) -> Answer:
        """Place a market order to sell; parameters and answer as `create_order`."""
        return self.order_market(**{**params, "side": enums.SIDE_SELL})

    @endpoint("POST", "/api/v3/order/oco", signed=True)
    def create_oco_order(self, **params: Any) -> Answer:
        """Place two orders of which one cancels the other.

        Parameters:
            symbol, side, quantity: required.
            price: of the limit order; above the market to sell, below it to buy.
            stopPrice: of the other; on the other side of the market.
            stopLimitPrice, stopLimitTimeInForce: where the other is a limit order too.
            listClientOrderId, limitClientOrderId, stopClientOrderId, limitIcebergQty, stopIcebergQty: may be given.

        Returns:
            ``{'orderListId', 'contingencyType', 'listStatusType', 'listOrderStatus', 'listClientOrderId',
            'transactionTime', 'symbol', 'orders', 'orderReports'}``.
        """

    @asks("create_oco_order")
    def order_oco_buy(self, **params: Any) -> Answer:
        """Place an OCO to buy; parameters and answer as `create_oco_order`."""
        return self.create_oco_order(**{**params, "side": enums.SIDE_BUY})

    @asks("create_oco_order")
    def order_oco_sell(self, **params: Any) -> Answer:
        """Place an OCO to sell; parameters and answer as `create_oco_order`."""
        return self.create_oco_order(**{**params, "side": enums.SIDE_SELL})

    @endpoint("POST", "/api/v3/order/test", signed=True)
    def create_test_order(self, **params: Any) -> Answer:
        """Test an order without placing it; parameters as `create_order`.

        Returns:
            ``{}``.
        """

    @endpoint("GET", "/api/v3/order", signed=True, weight=4)
    def get_order(self, **params: Any) -> Answer:
        """Ask for an order.

        Parameters:
            symbol: required.
            orderId, origClientOrderId: one of them is required.

        Returns:
            ``{'symbol', 'orderId', 'clientOrderId', 'price', 'origQty', 'executedQty', 'cummulativeQuoteQty',
            'status', 'timeInForce', 'type', 'side', 'stopPrice', 'icebergQty', 'time', 'updateTime', 'isWorking',
            ...}``.
        """

    @endpoint("GET", "/api/v3/allOrders", signed=True, weight=20)
    def get_all_orders(self, **params: Any) -> Answer:
        """Ask for the orders of `symbol`, open, cancelled and filled.

        Parameters:
            symbol: required.
            orderId: the first one; the latest where it is not given.
            startTime, endTime: milliseconds, at most 24 hours apart.
            limit: default 500, at most 1000.

        Returns:
            rows as `get_order` gives them.
        """

    @endpoint("DELETE", "/api/v3/order", signed=True)
    def cancel_order(self, **params: Any) -> Answer:
        """Cancel an order.

        Parameters:
            symbol: required.
            orderId, origClientOrderId: one of them is required.
            newClientOrderId: names the cancellation.

        Returns:
            ``{'symbol', 'origClientOrderId', 'orderId', 'clientOrderId', 'status': 'CANCELED', ...}``.
        """

    @endpoint("GET", "/api/v3/openOrders", signed=True, weight=6)
    def get_open_orders(self, **params: Any) -> Answer:
        """Ask for the open orders of `symbol`, or of all symbols, which weighs 80.

        Returns:
            rows as `get_order` gives them.
        """

    @endpoint("GET", "/api/v3/account", signed=True, weight=20)
    def get_account(self, **params: Any) -> Answer:
        """Ask for the account.

        Returns:
            ``{'makerCommission', 'takerCommission', 'canTrade', 'canWithdraw', 'canDeposit', 'updateTime',
            'balances': [{'asset': 'BTC', 'free': '4723846.89208129', 'locked': '0.00000000'}, ...], ...}``.
        """

    @open_steps
    @asks("get_account")
    def get_asset_balance(self, asset: str, **params: Any) -> Steps[Any]:
        """Ask for the balance of one asset.

        Parameters:
            asset: e.g. ``'BTC'``, in either case.

        Returns:
            ``{'asset': 'BTC', 'free': '4723846.89208129', 'locked': '0.00000000'}``, or None where there is none.
        """
        account = yield self.get_account(**params)
        wanted = asset.lower()
        return next((row for row in account.get("balances", ()) if row["asset"].lower() == wanted), None)

    @endpoint("GET", "/api/v3/myTrades", signed=True, weight=20)
    def get_my_trades(self, **params: Any) -> Answer:
        """Ask for the account's trades on `symbol`.

        Parameters:
            symbol: required.
            startTime, endTime: milliseconds, at most 24 hours apart.
            fromId: the first one; the latest where it is not given.
            limit: default 500, at most 1000.

        Returns:
            ``[{'symbol', 'id', 'orderId', 'price', 'qty', 'quoteQty', 'commission', 'commissionAsset', 'time',
            'isBuyer', 'isMaker', 'isBestMatch'}, ...]``.
        """

    @endpoint("GET", "/sapi/v1/system/status", moved=wapi("systemStatus"))
    def get_system_status(self) -> Answer:
        """Ask whether Binance is being maintained.

        Returns:
            ``{'status': 0, 'msg': 'normal'}``; 1 while it is.
        """

    @endpoint(
        "GET",
        "/sapi/v1/account/status",
        signed=True,
        moved=wapi("accountStatus", withdraw=True),
        shape=_account_status,
    )
    def get_account_status(self, **params: Any) -> Answer:
        """Ask how the account stands.

        Returns:
            ``{'msg': 'Normal', 'success': True}``.

        Raises:
            BinanceWithdrawException: Binance refused.
        """

    @endpoint(
        "GET",
        "/sapi/v1/account/apiTradingStatus",
        signed=True,
        moved=wapi("apiTradingStatus", withdraw=True),
        shape=_trading_status,
    )
    def get_account_api_trading_status(self, **params: Any) -> Answer:
        """Ask whether the account's API trading is locked.

        Returns:
            ``{'success', 'status'}``; the status has `isLocked`, `plannedRecoverTime`, `triggerCondition` (`gcr`,
            `ifer`, `ufr`) and `updateTime`. Binance tells no indicators any more.

        Raises:
            BinanceWithdrawException: Binance refused.
        """

    @endpoint(
        "GET",
        "/sapi/v1/asset/dribblet",
        signed=True,
        moved=wapi("userAssetDribbletLog", withdraw=True),
        shape=_dust_log,
    )
    def get_dust_log(self, **params: Any) -> Answer:
        """Ask which small amounts were turned into BNB: the latest 100, none before 2020-12.

        Returns:
            ``{'success', 'results'}``; the results have `total` and `rows`, each with `transfered_total`,
            `service_charge_total`, `tran_id`, `operate_time` (``'2018-05-03 17:07:04'``) and `logs`.

        Raises:
            BinanceWithdrawException: Binance refused.
        """

    @endpoint(
        "GET",
        "/sapi/v1/asset/tradeFee",
        signed=True,
        moved=wapi("tradeFee", withdraw=True),
        shape=_trade_fees,
    )
    def get_trade_fee(self, **params: Any) -> Answer:
        """Ask for the account's fees on `symbol`, or on each.

        Returns:
            ``{'success': True, 'tradeFee': [{'symbol': 'ADABNB', 'maker': 0.001, 'taker': 0.001}, ...]}``.

        Raises:
            BinanceWithdrawException: Binance refused.
        """

    @endpoint(
        "GET",
        "/sapi/v1/asset/assetDetail",
        signed=True,
        moved=wapi("assetDetail", withdraw=True),
        shape=_asset_details,
    )
    def get_asset_details(self, **params: Any) -> Answer:
        """Ask for the withdrawal rules of `asset`, or of each.

        Returns:
            ``{'success', 'assetDetail'}``; the second has for each asset `minWithdrawAmount`, `withdrawFee`
            (numbers), `depositStatus`, `withdrawStatus` and maybe `depositTip`.

        Raises:
            BinanceWithdrawException: Binance refused.
        """
