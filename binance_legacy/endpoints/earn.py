"""What 0.7 called lending, on Simple Earn, which took its place. (Binance, *Simple Earn*.)"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from .declare import Answer, Endpoints, Moved, Params, Steps, asks, endpoint, open_steps, retired

_ENDED = "2023-06-22"
_PAGE = 100
_YEAR = 365


def _lending(path: str, method: str = "GET") -> Moved:
    return Moved(f"{method} /sapi/v1/lending/{path}", _ENDED)


def _without(*names: str) -> Callable[[Params], Params]:
    """How an endpoint is asked that no longer knows some parameters."""

    def ask(params: Params) -> Params:
        return {name: value for name, value in params.items() if name not in names}

    return ask


# -- old answers -------------------------------------------------------------------------------------------


def _per_day(rate: Any, times: int = 1) -> str:
    """A day's share of a yearly rate."""
    try:
        return format((Decimal(str(rate)) * times / _YEAR).quantize(Decimal("1e-8")), "f")
    except InvalidOperation:
        return ""


def _product(row: dict[str, Any]) -> dict[str, Any]:
    rate = row.get("latestAnnualPercentageRate", "")
    return {
        "asset": row.get("asset"),
        "avgAnnualInterestRate": rate,
        "canPurchase": row.get("canPurchase"),
        "canRedeem": row.get("canRedeem"),
        "dailyInterestPerThousand": _per_day(rate, 1000),
        "featured": row.get("hot"),
        "minPurchaseAmount": row.get("minPurchaseAmount"),
        "productId": row.get("productId"),
        "purchasedAmount": "",  # these three are not told any more
        "status": row.get("status"),
        "upLimit": "",
        "upLimitPerUser": "",
    }


def _wanted(row: dict[str, Any], params: Params) -> bool:
    """Whether a product is one that `status` and `featured` of 0.7 asked for."""
    status = str(params.get("status") or "ALL").upper()
    featured = str(params.get("featured") or "ALL").upper()
    by_status = {"SUBSCRIBABLE": True, "UNSUBSCRIBABLE": False}.get(status)
    return (by_status is None or bool(row.get("canPurchase")) is by_status) and (
        featured != "TRUE" or bool(row.get("hot"))
    )


def _quota(answer: Any, params: Params) -> Any:
    asset = re.sub(
        r"\d+$", "", str(params.get("productId", ""))
    )  # a product is named after its asset: USDT001
    return {"asset": asset, "leftQuota": answer["leftPersonalQuota"]}


def _purchase(answer: Any, params: Params) -> Any:
    return {"purchaseId": answer["purchaseId"]}


def _redemption(answer: Any, params: Params) -> Any:
    return {}


def _position(row: dict[str, Any]) -> dict[str, Any]:
    rate = row.get("latestAnnualPercentageRate", "")
    total, locked = row.get("totalAmount", "0"), row.get("collateralAmount") or "0"
    return {
        "annualInterestRate": rate,
        "asset": row.get("asset"),
        "avgAnnualInterestRate": rate,
        "canRedeem": row.get("canRedeem"),
        "dailyInterestRate": _per_day(rate),
        "freeAmount": format(Decimal(total) - Decimal(locked), "f"),
        "freezeAmount": "0",
        "lockedAmount": locked,
        "productId": row.get("productId"),
        "productName": "",
        "redeemingAmount": "0",
        "todayPurchasedAmount": "0",
        "totalAmount": total,
        "totalInterest": row.get("cumulativeTotalRewards"),
    }


def _projects(answer: Any, params: Params) -> Any:
    return [_project(row, params.get("type", "")) for row in answer["rows"]]


def _project(row: dict[str, Any], kind: str) -> dict[str, Any]:
    detail, quota = row.get("detail", {}), row.get("quota", {})
    return {
        "asset": detail.get("asset"),
        "displayPriority": "",
        "duration": detail.get("duration"),
        "interestPerLot": "",  # there are no lots any more
        "interestRate": detail.get("apr"),
        "lotSize": quota.get("minimum"),
        "lotsLowLimit": 1,
        "lotsPurchased": 0,
        "lotsUpLimit": _lots(quota),
        "maxLotsPerUser": _lots(quota),
        "needKyc": False,
        "projectId": row.get("projectId"),
        "projectName": "",
        "status": detail.get("status"),
        "type": kind,
        "withAreaLimitation": False,
    }


def _lots(quota: Mapping[str, Any]) -> int:
    """How often the least amount goes into what one may hold."""
    try:
        return int(Decimal(str(quota["totalPersonalQuota"])) // Decimal(str(quota["minimum"])))
    except (KeyError, ArithmeticError):
        return 0


def _purchases(rows: Iterable[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [
        {
            "amount": row.get("amount"),
            "asset": row.get("asset"),
            "createTime": row.get("time"),
            "lendingType": kind,
            "productName": row.get("productId", row.get("projectId", "")),
            "purchaseId": row.get("purchaseId"),
            "status": row.get("status"),
        }
        for row in rows
    ]


def _redemptions(rows: Iterable[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [
        {
            "amount": row.get("amount"),
            "asset": row.get("asset"),
            "createTime": row.get("time"),
            "principal": row.get("amount"),
            "projectId": row.get("projectId"),
            "projectName": row.get("projectId"),
            "status": row.get("status"),
            "type": "FAST",
        }
        for row in rows
    ]


def _interests(rows: Iterable[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [
        {
            "asset": row.get("asset"),
            "interest": row.get("rewards", row.get("amount")),
            "lendingType": kind,
            "productName": row.get("projectId", row.get("positionId", "")),
            "time": row.get("time"),
        }
        for row in rows
    ]


def _held(flexible: Iterable[dict[str, Any]], locked: Iterable[dict[str, Any]]) -> dict[str, Decimal]:
    """What is held of each asset."""
    amounts: dict[str, Decimal] = {}
    for name, rows in (("totalAmount", flexible), ("amount", locked)):
        for row in rows:
            amounts[row["asset"]] = amounts.get(row["asset"], Decimal(0)) + Decimal(row[name])
    return amounts


def _worth(amount: Decimal, asset: str, quote: str, prices: Mapping[str, Decimal]) -> str:
    """An amount in another asset, at the latest price; empty where the two are not traded."""
    if asset == quote:
        price = Decimal(1)
    elif asset + quote in prices:
        price = prices[asset + quote]
    elif prices.get(quote + asset):
        price = 1 / prices[quote + asset]
    else:
        return ""
    return format((amount * price).quantize(Decimal("1e-8")), "f")


class EarnEndpoints(Endpoints[Answer]):
    """Lending of 0.7 on Simple Earn; a key is needed. Today's ids of products differ from the old ones."""

    @endpoint("GET", "/sapi/v1/simple-earn/flexible/list", signed=True, weight=150)
    def _flexible_products(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/sapi/v1/simple-earn/flexible/position", signed=True, weight=150)
    def _flexible_positions(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/sapi/v1/simple-earn/locked/position", signed=True, weight=150)
    def _locked_positions(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/sapi/v1/simple-earn/account", signed=True, weight=150)
    def _earn_account(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/api/v3/ticker/price", weight=4)
    def _prices(self) -> Answer:
        """The latest price of every symbol."""

    def _every_row(self, call: Callable[..., Any], params: Params) -> Steps[list[Any]]:
        """The rows of all pages; of one, where the script asks for it."""
        rows: list[Any] = []
        page = 1
        while True:
            answer = yield call(**{"current": page, "size": _PAGE, **params})
            rows += answer["rows"]
            if "current" in params or not answer["rows"] or len(rows) >= int(answer.get("total") or 0):
                return rows
            page += 1

    @open_steps
    @asks("_flexible_products", moved=_lending("daily/product/list"))
    def get_lending_product_list(self, **params: Any) -> Steps[Any]:
        """Ask for the flexible products.

        Parameters:
            asset: may be given.
            status: ``'ALL'``, ``'SUBSCRIBABLE'`` or ``'UNSUBSCRIBABLE'``.
            featured: ``'ALL'`` or ``'TRUE'``.

        Returns:
            ``[{'asset', 'avgAnnualInterestRate', 'canPurchase', 'canRedeem', 'dailyInterestPerThousand', 'featured',
            'minPurchaseAmount', 'productId', 'status', ...}, ...]``, of all pages.
        """
        asked = _without("status", "featured")(params)
        if not self.legacy_answers:
            return (yield self._flexible_products(**asked))
        rows = yield from self._every_row(self._flexible_products, asked)
        return [_product(row) for row in rows if _wanted(row, params)]

    @endpoint(
        "GET",
        "/sapi/v1/simple-earn/flexible/personalLeftQuota",
        signed=True,
        weight=150,
        moved=_lending("daily/userLeftQuota"),
        shape=_quota,
    )
    def get_lending_daily_quota_left(self, **params: Any) -> Answer:
        """Ask how much more the account may put into `productId`.

        Returns:
            ``{'asset': 'BUSD', 'leftQuota': '50000.00000000'}``.
        """

    @endpoint(
        "POST",
        "/sapi/v1/simple-earn/flexible/subscribe",
        signed=True,
        moved=_lending("daily/purchase", "POST"),
        shape=_purchase,
    )
    def purchase_lending_product(self, **params: Any) -> Answer:
        """Put `amount` into the flexible product `productId`.

        Returns:
            ``{'purchaseId': 40607}``.
        """

    @retired(
        "GET /sapi/v1/lending/daily/userRedemptionQuota",
        since=_ENDED,
        nearest="what get_lending_position says is held can be redeemed",
    )
    def get_lending_daily_redemption_quota(self, **params: Any) -> Answer:
        """Ask how much may be redeemed in a day; such a limit is gone."""

    @endpoint(
        "POST",
        "/sapi/v1/simple-earn/flexible/redeem",
        signed=True,
        moved=_lending("daily/redeem", "POST"),
        ask=_without("type"),
        shape=_redemption,
    )
    def redeem_lending_product(self, **params: Any) -> Answer:
        """Take `amount` out of the flexible product `productId`; `type` of 0.7 has no meaning any more.

        Returns:
            ``{}``.
        """

    @open_steps
    @asks("_flexible_positions", moved=_lending("daily/token/position"))
    def get_lending_position(self, **params: Any) -> Steps[Any]:
        """Ask what is held in flexible products, of `asset` or of all.

        Returns:
            ``[{'asset', 'productId', 'totalAmount', 'freeAmount', 'lockedAmount', 'totalInterest', ...}, ...]``, of all
            pages.
        """
        if not self.legacy_answers:
            return (yield self._flexible_positions(**params))
        rows = yield from self._every_row(self._flexible_positions, params)
        return [_position(row) for row in rows]

    @endpoint(
        "GET",
        "/sapi/v1/simple-earn/locked/list",
        signed=True,
        weight=150,
        moved=_lending("project/list"),
        ask=_without("type", "status", "isSortAsc", "sortBy"),
        shape=_projects,
    )
    def get_fixed_activity_project_list(self, **params: Any) -> Answer:
        """Ask for the locked products.

        Parameters:
            asset, current, size: may be given. What 0.7 took beside them is not known any more.

        Returns:
            ``[{'asset', 'projectId', 'duration', 'interestRate', 'lotSize', 'lotsUpLimit', 'status', ...}, ...]``.
        """

    @open_steps
    @asks(
        "_earn_account",
        "_flexible_positions",
        "_locked_positions",
        "_prices",
        moved=_lending("union/account"),
    )
    def get_lending_account(self, **params: Any) -> Steps[Any]:
        """Ask what is held in Simple Earn.

        Returns:
            ``{'positionAmountVos', 'totalAmountInBTC', 'totalAmountInUSDT', 'totalFixedAmountInBTC',
            'totalFixedAmountInUSDT', 'totalFlexibleInBTC', 'totalFlexibleInUSDT'}``; rows of the first have
            `asset`, `amount`, `amountInBTC` and `amountInUSDT`. What each asset is worth is reckoned with the
            latest prices.
        """
        account = yield self._earn_account(**params)
        if not self.legacy_answers:
            return account
        flexible = yield from self._every_row(self._flexible_positions, {})
        locked = yield from self._every_row(self._locked_positions, {})
        prices = {row["symbol"]: Decimal(row["price"]) for row in (yield self._prices())}
        return {
            "positionAmountVos": [
                {
                    "amount": format(amount, "f"),
                    "amountInBTC": _worth(amount, asset, "BTC", prices),
                    "amountInUSDT": _worth(amount, asset, "USDT", prices),
                    "asset": asset,
                }
                for asset, amount in _held(flexible, locked).items()
            ],
            "totalAmountInBTC": account["totalAmountInBTC"],
            "totalAmountInUSDT": account["totalAmountInUSDT"],
            "totalFixedAmountInBTC": account["totalLockedInBTC"],
            "totalFixedAmountInUSDT": account["totalLockedInUSDT"],
            "totalFlexibleInBTC": account["totalFlexibleAmountInBTC"],
            "totalFlexibleInUSDT": account["totalFlexibleAmountInUSDT"],
        }

    def _records(
        self, flexible: Any, locked: Any, shape: Callable[[list[Any], str], Any], params: Params
    ) -> Steps[Any]:
        """A page of the records of the kind of product that `lendingType` of 0.7 names."""
        kind = str(params.get("lendingType") or "DAILY").upper()
        call = flexible if kind == "DAILY" else locked
        answer = yield call(**_without("lendingType")(params))
        return shape(answer["rows"], kind) if self.legacy_answers else answer

    @endpoint("GET", "/sapi/v1/simple-earn/flexible/history/subscriptionRecord", signed=True, weight=150)
    def _flexible_purchases(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/sapi/v1/simple-earn/locked/history/subscriptionRecord", signed=True, weight=150)
    def _locked_purchases(self, **params: Any) -> Answer:
        """As Binance answers."""

    @open_steps
    @asks("_flexible_purchases", "_locked_purchases", moved=_lending("union/purchaseRecord"))
    def get_lending_purchase_history(self, **params: Any) -> Steps[Any]:
        """Ask what was put into products.

        Parameters:
            lendingType: ``'DAILY'`` (the default) for flexible products, ``'ACTIVITY'`` or ``'CUSTOMIZED_FIXED'`` for
                locked ones.
            asset, startTime, endTime, current, size: may be given.

        Returns:
            ``[{'amount', 'asset', 'createTime', 'lendingType', 'productName', 'purchaseId', 'status'}, ...]``.
        """
        return (
            yield from self._records(self._flexible_purchases, self._locked_purchases, _purchases, params)
        )

    @endpoint("GET", "/sapi/v1/simple-earn/flexible/history/redemptionRecord", signed=True, weight=150)
    def _flexible_redemptions(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/sapi/v1/simple-earn/locked/history/redemptionRecord", signed=True, weight=150)
    def _locked_redemptions(self, **params: Any) -> Answer:
        """As Binance answers."""

    @open_steps
    @asks("_flexible_redemptions", "_locked_redemptions", moved=_lending("union/redemptionRecord"))
    def get_lending_redemption_history(self, **params: Any) -> Steps[Any]:
        """Ask what was taken out of products; parameters as `get_lending_purchase_history`.

        Returns:
            ``[{'amount', 'asset', 'createTime', 'principal', 'projectId', 'projectName', 'status', 'type'}, ...]``.
        """
        return (
            yield from self._records(
                self._flexible_redemptions, self._locked_redemptions, _redemptions, params
            )
        )

    @endpoint("GET", "/sapi/v1/simple-earn/flexible/history/rewardsRecord", signed=True, weight=150)
    def _flexible_rewards(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("GET", "/sapi/v1/simple-earn/locked/history/rewardsRecord", signed=True, weight=150)
    def _locked_rewards(self, **params: Any) -> Answer:
        """As Binance answers."""

    @open_steps
    @asks("_flexible_rewards", "_locked_rewards", moved=_lending("union/interestHistory"))
    def get_lending_interest_history(self, **params: Any) -> Steps[Any]:
        """Ask what products earned; parameters as `get_lending_purchase_history`.

        Returns:
            ``[{'asset', 'interest', 'lendingType', 'productName', 'time'}, ...]``.
        """
        return (yield from self._records(self._flexible_rewards, self._locked_rewards, _interests, params))

    @retired(
        "POST /sapi/v1/lending/positionChanged",
        since=_ENDED,
        nearest="redeem_lending_product and purchase_lending_product move an amount by hand",
    )
    def change_fixed_activity_to_daily_position(self, **params: Any) -> Answer:
        """Turn a locked position into a flexible one; nothing does that any more."""
