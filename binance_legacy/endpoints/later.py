"""What 1.x named anew of spot, wallet, Simple Earn and margin: successors of 0.7's names, and what stands beside them.

Each takes Binance's own parameters and gives Binance's own answer. What has no name here, `BaseClient.call` reaches.
"""

from __future__ import annotations

from typing import Any

from .declare import Answer, Endpoints, Steps, asks, endpoint, steps


class LaterEndpoints(Endpoints[Answer]):
    """Names of 1.x for the spot account, the wallet, Simple Earn and margin. (Binance, *REST API*.)"""

    @endpoint("DELETE", "/api/v3/openOrders", signed=True)
    def cancel_all_open_orders(self, **params: Any) -> Answer:
        """Cancel every open order of `symbol`; gives the cancelled orders and order lists."""

    @endpoint("POST", "/api/v3/order/cancelReplace", signed=True)
    def cancel_replace_order(self, **params: Any) -> Answer:
        """Cancel an order and place another on the same symbol; `cancelReplaceMode` says whether the second is placed
        where the first could not be cancelled.
        """

    @endpoint("GET", "/api/v3/openOrderList", signed=True, weight=6)
    def get_open_oco_orders(self, **params: Any) -> Answer:
        """Ask for the open order lists."""

    @endpoint("GET", "/api/v3/orderList", signed=True, weight=4)
    def v3_get_order_list(self, **params: Any) -> Answer:
        """Ask for an order list, by `orderListId` or `origClientOrderId`."""

    @endpoint("GET", "/api/v3/allOrderList", signed=True, weight=20)
    def v3_get_all_order_list(self, **params: Any) -> Answer:
        """Ask for order lists, by `fromId` or `startTime` and `endTime`."""

    @endpoint("DELETE", "/api/v3/orderList", signed=True)
    def v3_delete_order_list(self, **params: Any) -> Answer:
        """Cancel an order list of `symbol`, by `orderListId` or `listClientOrderId`."""

    @endpoint("POST", "/api/v3/orderList/oto", signed=True)
    def v3_post_order_list_oto(self, **params: Any) -> Answer:
        """Place an order that places another once it is filled."""

    @endpoint("POST", "/api/v3/orderList/otoco", signed=True)
    def v3_post_order_list_otoco(self, **params: Any) -> Answer:
        """Place an order that places an OCO once it is filled."""

    @endpoint("GET", "/api/v3/account/commission", signed=True, weight=20)
    def v3_get_account_commission(self, **params: Any) -> Answer:
        """Ask for the account's commission rates on `symbol`."""

    @endpoint("GET", "/api/v3/ticker/tradingDay", weight=4)
    def v3_get_ticker_trading_day(self, **params: Any) -> Answer:
        """Ask how `symbol` or `symbols` moved since the trading day began."""

    @endpoint("POST", "/api/v3/sor/order", signed=True)
    def v3_post_sor_order(self, **params: Any) -> Answer:
        """Place an order that Binance routes over several books."""

    @endpoint("POST", "/api/v3/sor/order/test", signed=True)
    def v3_post_sor_order_test(self, **params: Any) -> Answer:
        """Test such an order without placing it."""

    @endpoint("GET", "/api/v3/rateLimit/order", signed=True, weight=40)
    def get_current_order_count(self, **params: Any) -> Answer:
        """Ask how many unfilled orders count against the account's limits."""

    @endpoint("GET", "/api/v3/myPreventedMatches", signed=True, weight=2)
    def get_prevented_matches(self, **params: Any) -> Answer:
        """Ask for the matches with itself that were prevented on `symbol`."""

    @endpoint("GET", "/api/v3/myAllocations", signed=True, weight=20)
    def get_allocations(self, **params: Any) -> Answer:
        """Ask for what orders over several books were allocated on `symbol`."""

    @endpoint("GET", "/api/v3/uiKlines", weight=2)
    def get_ui_klines(self, **params: Any) -> Answer:
        """Ask for candles as `get_klines` does, adjusted for charts."""

    @endpoint("GET", "/api/v3/ticker", weight=4)
    def get_symbol_ticker_window(self, **params: Any) -> Answer:
        """Ask how `symbol` or `symbols` moved in a window of `windowSize`, such as ``1d``."""

    @endpoint("POST", "/sapi/v3/asset/getUserAsset", signed=True, weight=5)
    def get_user_asset(self, **params: Any) -> Answer:
        """Ask for the assets of the spot wallet that are not zero."""

    @endpoint("POST", "/sapi/v1/asset/get-funding-asset", signed=True)
    def funding_wallet(self, **params: Any) -> Answer:
        """Ask for the assets of the funding wallet."""

    @endpoint("GET", "/sapi/v1/account/apiRestrictions", signed=True)
    def get_account_api_permissions(self, **params: Any) -> Answer:
        """Ask what the API key may do."""

    @endpoint("POST", "/sapi/v1/asset/dust-btc", signed=True)
    def get_dust_assets(self, **params: Any) -> Answer:
        """Ask which small amounts can be turned into BNB."""

    @endpoint("POST", "/sapi/v1/sub-account/universalTransfer", signed=True)
    def make_subaccount_universal_transfer(self, **params: Any) -> Answer:
        """Move an asset between the master and its sub-accounts. (`make_universal_transfer` of 0.7.)"""

    @endpoint("GET", "/sapi/v1/simple-earn/account", signed=True, weight=150)
    def get_simple_earn_account(self, **params: Any) -> Answer:
        """Ask for what is held in Simple Earn. (`get_lending_account` of 0.7.)"""

    @endpoint("GET", "/sapi/v1/simple-earn/flexible/list", signed=True, weight=150)
    def get_simple_earn_flexible_product_list(self, **params: Any) -> Answer:
        """Ask for the flexible products. (`get_lending_product_list` of 0.7.)"""

    @endpoint("GET", "/sapi/v1/simple-earn/locked/list", signed=True, weight=150)
    def get_simple_earn_locked_product_list(self, **params: Any) -> Answer:
        """Ask for the locked products. (`get_fixed_activity_project_list` of 0.7.)"""

    @endpoint("GET", "/sapi/v1/simple-earn/flexible/position", signed=True, weight=150)
    def get_simple_earn_flexible_product_position(self, **params: Any) -> Answer:
        """Ask what is held in flexible products. (`get_lending_position` of 0.7.)"""

    @endpoint("GET", "/sapi/v1/simple-earn/locked/position", signed=True, weight=150)
    def get_simple_earn_locked_product_position(self, **params: Any) -> Answer:
        """Ask what is held in locked products."""

    @endpoint("POST", "/sapi/v1/simple-earn/flexible/subscribe", signed=True)
    def subscribe_simple_earn_flexible_product(self, **params: Any) -> Answer:
        """Put `amount` into the flexible product `productId`. (`purchase_lending_product` of 0.7.)"""

    @endpoint("POST", "/sapi/v1/simple-earn/locked/subscribe", signed=True)
    def subscribe_simple_earn_locked_product(self, **params: Any) -> Answer:
        """Put `amount` into the locked product `projectId`."""

    @endpoint("POST", "/sapi/v1/simple-earn/flexible/redeem", signed=True)
    def redeem_simple_earn_flexible_product(self, **params: Any) -> Answer:
        """Take out of the flexible product `productId`. (`redeem_lending_product` of 0.7.)"""

    @endpoint("POST", "/sapi/v1/simple-earn/locked/redeem", signed=True)
    def redeem_simple_earn_locked_product(self, **params: Any) -> Answer:
        """Take the position `positionId` out of its locked product."""

    @endpoint("GET", "/sapi/v1/simple-earn/flexible/personalLeftQuota", signed=True, weight=150)
    def get_personal_left_quota(self, **params: Any) -> Answer:
        """Ask how much more the account may put into `productId`. (`get_lending_daily_quota_left` of 0.7.)"""

    @endpoint("POST", "/sapi/v1/margin/borrow-repay", signed=True, weight=1500, pool="uid")
    def margin_borrow_repay(self, **params: Any) -> Answer:
        """Borrow or repay, as `type` says. (`create_margin_loan`, `repay_margin_loan` of 0.7.)"""

    @endpoint("GET", "/sapi/v1/margin/borrow-repay", signed=True, weight=10)
    def margin_get_borrow_repay_records(self, **params: Any) -> Answer:
        """Ask what was borrowed or repaid. (`get_margin_loan_details`, `get_margin_repay_details` of 0.7.)"""

    @endpoint("GET", "/sapi/v1/margin/allAssets")
    def get_margin_all_assets(self, **params: Any) -> Answer:
        """Ask for the assets of cross margin. (`get_margin_asset` of 0.7.)"""

    @endpoint("GET", "/sapi/v1/margin/allPairs")
    def get_margin_all_pairs(self, **params: Any) -> Answer:
        """Ask for the pairs of cross margin. (`get_margin_symbol` of 0.7.)"""

    @endpoint("POST", "/sapi/v1/margin/isolated/account", signed=True, weight=300, pool="uid")
    def enable_isolated_margin_account(self, **params: Any) -> Answer:
        """Switch the isolated account of `symbol` on again."""

    @endpoint("DELETE", "/sapi/v1/margin/isolated/account", signed=True, weight=300, pool="uid")
    def disable_isolated_margin_account(self, **params: Any) -> Answer:
        """Switch the isolated account of `symbol` off."""

    @endpoint("GET", "/sapi/v1/margin/isolated/accountLimit", signed=True)
    def get_enabled_isolated_margin_account_limit(self, **params: Any) -> Answer:
        """Ask how many isolated accounts there are and may be."""

    @endpoint("GET", "/sapi/v1/margin/transfer", signed=True)
    def get_margin_transfer_history(self, **params: Any) -> Answer:
        """Ask for transfers into and out of cross margin."""

    @endpoint("GET", "/sapi/v1/margin/interestHistory", signed=True)
    def get_margin_interest_history(self, **params: Any) -> Answer:
        """Ask for the interest that was charged."""

    @endpoint("GET", "/sapi/v1/margin/interestRateHistory", signed=True)
    def margin_interest_rate_history(self, **params: Any) -> Answer:
        """Ask for the daily interest rates of `asset`."""

    @endpoint("GET", "/sapi/v1/margin/next-hourly-interest-rate", signed=True, weight=100)
    def margin_next_hourly_interest_rate(self, **params: Any) -> Answer:
        """Ask for the next hour's interest rates of `assets`."""

    @endpoint("GET", "/sapi/v1/margin/forceLiquidationRec", signed=True)
    def get_margin_force_liquidation_rec(self, **params: Any) -> Answer:
        """Ask for orders that liquidated positions."""

    @endpoint("GET", "/sapi/v1/margin/maxBorrowable", signed=True, weight=50)
    def margin_max_borrowable(self, **params: Any) -> Answer:
        """Ask how much of `asset` can be borrowed. (`get_max_margin_loan` of 0.7.)"""

    @endpoint("POST", "/sapi/v1/margin/manual-liquidation", signed=True, weight=3000, pool="uid")
    def margin_manual_liquidation(self, **params: Any) -> Answer:
        """Liquidate the account of `type` by hand."""

    @endpoint("POST", "/sapi/v1/margin/max-leverage", signed=True, weight=3000, pool="uid")
    def set_margin_max_leverage(self, **params: Any) -> Answer:
        """Set the greatest leverage of cross margin."""

    @endpoint("GET", "/sapi/v1/margin/crossMarginData", signed=True)
    def get_cross_margin_data(self, **params: Any) -> Answer:
        """Ask for the limits and rates of cross margin."""

    @endpoint("GET", "/sapi/v1/margin/isolatedMarginData", signed=True)
    def get_isolated_margin_fee_data(self, **params: Any) -> Answer:
        """Ask for the limits and rates of isolated margin."""

    @endpoint("GET", "/sapi/v1/margin/isolatedMarginTier", signed=True)
    def get_isolated_margin_tier_data(self, **params: Any) -> Answer:
        """Ask for the tiers of isolated margin on `symbol`."""

    @endpoint("GET", "/sapi/v1/margin/crossMarginCollateralRatio", weight=100)
    def get_cross_margin_collateral_ratio(self, **params: Any) -> Answer:
        """Ask for the collateral ratios of cross margin."""

    @endpoint("GET", "/sapi/v1/margin/capital-flow", signed=True, weight=100)
    def get_margin_capital_flow(self, **params: Any) -> Answer:
        """Ask for what flowed into and out of the margin account."""

    @endpoint("POST", "/sapi/v1/margin/order/oco", signed=True, weight=6, pool="uid")
    def create_margin_oco_order(self, **params: Any) -> Answer:
        """Place an OCO on margin."""

    @endpoint("DELETE", "/sapi/v1/margin/orderList", signed=True, pool="uid")
    def cancel_margin_oco_order(self, **params: Any) -> Answer:
        """Cancel an OCO on margin."""

    @endpoint("GET", "/sapi/v1/margin/orderList", signed=True, weight=10)
    def get_margin_oco_order(self, **params: Any) -> Answer:
        """Ask for an OCO on margin."""

    @endpoint("GET", "/sapi/v1/margin/openOrderList", signed=True, weight=10)
    def get_open_margin_oco_orders(self, **params: Any) -> Answer:
        """Ask for the open OCOs on margin."""

    @endpoint("DELETE", "/sapi/v1/margin/openOrders", signed=True)
    def cancel_all_open_margin_orders(self, **params: Any) -> Answer:
        """Cancel every open margin order of `symbol`."""

    @endpoint("POST", "/sapi/v1/userListenToken")
    def _margin_listen_token(self, **params: Any) -> Answer:
        """A token that subscribes a WebSocket API connection to the events of a margin account."""

    @steps
    @asks("_margin_listen_token")
    def margin_create_listen_token(
        self, symbol: str | None = None, is_isolated: bool = False, validity: int | None = None
    ) -> Steps[Any]:
        """Make a token that subscribes a WebSocket API connection to the events of a margin account.

        Parameters:
            symbol: of the isolated account.
            is_isolated: whether it is one; else the cross margin account.
            validity: milliseconds, at most 24 hours.

        Returns:
            ``{'token': str, 'expirationTime': milliseconds}``.
        """
        isolated = {"symbol": symbol, "isIsolated": True} if is_isolated else {}
        return (yield self._margin_listen_token(**isolated, validity=validity))
