"""Lending of 0.7 on Simple Earn, on the wire."""

import pytest

from binance_legacy.exceptions import BinanceAPIException, RetiredEndpoint

from .moved import Case, arrived, hold

LIST = "GET /sapi/v1/simple-earn/flexible/list"
FLEXIBLE = "GET /sapi/v1/simple-earn/flexible/position"
LOCKED = "GET /sapi/v1/simple-earn/locked/position"


def product(name, **changed):
    row = {
        "asset": name,
        "latestAnnualPercentageRate": "0.0365",
        "tierAnnualPercentageRate": {},
        "canPurchase": True,
        "canRedeem": True,
        "isSoldOut": False,
        "hot": True,
        "minPurchaseAmount": "0.01000000",
        "productId": f"{name}001",
        "status": "PURCHASING",
    }
    return {**row, **changed}


OLD_PRODUCT = {
    "asset": "BTC",
    "avgAnnualInterestRate": "0.0365",
    "canPurchase": True,
    "canRedeem": True,
    "dailyInterestPerThousand": "0.10000000",
    "featured": True,
    "minPurchaseAmount": "0.01000000",
    "productId": "BTC001",
    "purchasedAmount": "",
    "status": "PURCHASING",
    "upLimit": "",
    "upLimitPerUser": "",
}
PROJECT = {
    "projectId": "Axs*90",
    "detail": {"asset": "AXS", "duration": 90, "apr": "1.2069", "isSoldOut": True, "status": "CREATED"},
    "quota": {"totalPersonalQuota": "2", "minimum": "0.001"},
}
POSITION = {
    "totalAmount": "75.46000000",
    "collateralAmount": "0.46",
    "latestAnnualPercentageRate": "0.0365",
    "asset": "USDT",
    "productId": "USDT001",
    "canRedeem": True,
    "cumulativeTotalRewards": "0.45459183",
}

MOVED = [
    Case(
        "get_lending_product_list",
        {"asset": "BTC", "status": "ALL", "featured": "ALL"},
        LIST,
        {"asset": "BTC", "current": "1", "size": "100"},
        {"rows": [product("BTC")], "total": 1},
        [OLD_PRODUCT],
    ),
    Case(
        "get_lending_daily_quota_left",
        {"productId": "BUSD001"},
        "GET /sapi/v1/simple-earn/flexible/personalLeftQuota",
        {"productId": "BUSD001"},
        {"leftPersonalQuota": "1000"},
        {"asset": "BUSD", "leftQuota": "1000"},
    ),
    Case(
        "purchase_lending_product",
        {"productId": "BUSD001", "amount": 0.00001},
        "POST /sapi/v1/simple-earn/flexible/subscribe",
        {"productId": "BUSD001", "amount": "0.00001"},
        {"purchaseId": 40607, "success": True},
        {"purchaseId": 40607},
    ),
    Case(
        "redeem_lending_product",
        {"productId": "BUSD001", "amount": "1", "type": "FAST"},
        "POST /sapi/v1/simple-earn/flexible/redeem",
        {"productId": "BUSD001", "amount": "1"},
        {"redeemId": 40607, "success": True},
        {},
    ),
    Case(
        "get_lending_position",
        {"asset": "USDT"},
        FLEXIBLE,
        {"asset": "USDT", "current": "1", "size": "100"},
        {"rows": [POSITION], "total": 1},
        [
            {
                "annualInterestRate": "0.0365",
                "asset": "USDT",
                "avgAnnualInterestRate": "0.0365",
                "canRedeem": True,
                "dailyInterestRate": "0.00010000",
                "freeAmount": "75.00000000",
                "freezeAmount": "0",
                "lockedAmount": "0.46",
                "productId": "USDT001",
                "productName": "",
                "redeemingAmount": "0",
                "todayPurchasedAmount": "0",
                "totalAmount": "75.46000000",
                "totalInterest": "0.45459183",
            }
        ],
    ),
    Case(
        "get_fixed_activity_project_list",
        {"type": "ACTIVITY", "status": "ALL", "isSortAsc": True, "sortBy": "START_TIME", "asset": "AXS"},
        "GET /sapi/v1/simple-earn/locked/list",
        {"asset": "AXS"},
        {"rows": [PROJECT], "total": 1},
        [
            {
                "asset": "AXS",
                "displayPriority": "",
                "duration": 90,
                "interestPerLot": "",
                "interestRate": "1.2069",
                "lotSize": "0.001",
                "lotsLowLimit": 1,
                "lotsPurchased": 0,
                "lotsUpLimit": 2000,
                "maxLotsPerUser": 2000,
                "needKyc": False,
                "projectId": "Axs*90",
                "projectName": "",
                "status": "CREATED",
                "type": "ACTIVITY",
                "withAreaLimitation": False,
            }
        ],
    ),
    Case(
        "get_lending_purchase_history",
        {"lendingType": "DAILY", "asset": "BUSD"},
        "GET /sapi/v1/simple-earn/flexible/history/subscriptionRecord",
        {"asset": "BUSD"},
        {
            "rows": [
                {"amount": "1", "asset": "BUSD", "time": 1575018510000, "purchaseId": 26055, "productId": "BUSD001",
                 "status": "SUCCESS"}
            ],
            "total": 1,
        },
        [
            {"amount": "1", "asset": "BUSD", "createTime": 1575018510000, "lendingType": "DAILY",
             "productName": "BUSD001", "purchaseId": 26055, "status": "SUCCESS"}
        ],
    ),
    Case(
        "get_lending_purchase_history",
        {"lendingType": "CUSTOMIZED_FIXED"},
        "GET /sapi/v1/simple-earn/locked/history/subscriptionRecord",
        {},
        {"rows": [], "total": 0},
        [],
    ),
    Case(
        "get_lending_redemption_history",
        {"lendingType": "DAILY"},
        "GET /sapi/v1/simple-earn/flexible/history/redemptionRecord",
        {},
        {
            "rows": [
                {"amount": "10", "asset": "USDT", "time": 1577257222000, "projectId": "USDT001", "redeemId": 40607,
                 "destAccount": "SPOT", "status": "PAID"}
            ],
            "total": 1,
        },
        [
            {"amount": "10", "asset": "USDT", "createTime": 1577257222000, "principal": "10", "projectId": "USDT001",
             "projectName": "USDT001", "status": "PAID", "type": "FAST"}
        ],
    ),
    Case(
        "get_lending_interest_history",
        {"lendingType": "ACTIVITY", "size": 10},
        "GET /sapi/v1/simple-earn/locked/history/rewardsRecord",
        {"size": "10"},
        {"rows": [{"positionId": "123", "time": 1577233578000, "asset": "BUSD", "amount": "0.00006408"}], "total": 1},
        [
            {"asset": "BUSD", "interest": "0.00006408", "lendingType": "ACTIVITY", "productName": "123",
             "time": 1577233578000}
        ],
    ),
    Case(
        "get_lending_interest_history",
        {},
        "GET /sapi/v1/simple-earn/flexible/history/rewardsRecord",
        {},
        {
            "rows": [
                {"asset": "BUSD", "rewards": "0.00006408", "projectId": "BUSD001", "type": "REALTIME",
                 "time": 1577233578000}
            ],
            "total": 1,
        },
        [
            {"asset": "BUSD", "interest": "0.00006408", "lendingType": "DAILY", "productName": "BUSD001",
             "time": 1577233578000}
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", MOVED, ids=str)
def test_a_moved_call_is_made_where_it_is_today_and_answers_as_it_did(legacy, case):
    hold(case, legacy)


def paged(rows):
    def page(asked):
        number, size = int(asked.params["current"]), int(asked.params["size"])
        return {"rows": rows[(number - 1) * size : number * size], "total": len(rows)}

    return page


def test_products_come_from_every_page_unless_one_is_asked_for(legacy):
    names = [f"A{i}" for i in range(250)]
    legacy.server.answers[LIST] = paged([product(name) for name in names])
    assert [row["asset"] for row in legacy.get_lending_product_list()] == names
    assert [row["asset"] for row in legacy.get_lending_product_list(current=2, size=10)] == names[10:20]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["BTC", "ETH", "BNB"]),
        ({"status": "SUBSCRIBABLE"}, ["BTC", "BNB"]),
        ({"status": "UNSUBSCRIBABLE"}, ["ETH"]),
        ({"featured": "TRUE"}, ["BTC", "ETH"]),
    ],
)
def test_status_and_featured_are_honoured_here_since_binance_no_longer_knows_them(legacy, asked, names):
    rows = [product("BTC"), product("ETH", canPurchase=False), product("BNB", hot=False)]
    legacy.server.answers[LIST] = paged(rows)
    assert [row["asset"] for row in legacy.get_lending_product_list(**asked)] == names
    assert arrived(legacy.server.last) == {"current": "1", "size": "100"}


def test_the_account_is_put_together_from_what_is_held_and_what_it_is_worth(legacy):
    legacy.server.answers["GET /sapi/v1/simple-earn/account"] = {
        "totalAmountInBTC": "0.01067982",
        "totalAmountInUSDT": "77.13289230",
        "totalFlexibleAmountInBTC": "0.01",
        "totalFlexibleAmountInUSDT": "70.0",
        "totalLockedInBTC": "0.00067982",
        "totalLockedInUSDT": "7.13289230",
    }
    legacy.server.answers[FLEXIBLE] = paged([POSITION, {**POSITION, "asset": "BTC", "totalAmount": "0.5"}])
    legacy.server.answers[LOCKED] = paged(
        [{"asset": "BTC", "amount": "0.25"}, {"asset": "OLD", "amount": "3"}, {"asset": "BNB", "amount": "2"}]
    )
    legacy.server.answers["/api/v3/ticker/price"] = [
        {"symbol": "BTCUSDT", "price": "50000.00"},
        {"symbol": "BNBBTC", "price": "0.01"},
        {"symbol": "BNBUSDT", "price": "500"},
    ]
    account = legacy.get_lending_account()
    assert account["totalFixedAmountInBTC"] == "0.00067982" and account["totalFlexibleInUSDT"] == "70.0"
    assert account["positionAmountVos"] == [
        {
            "amount": "75.46000000",
            "amountInBTC": "0.00150920",
            "amountInUSDT": "75.46000000",
            "asset": "USDT",
        },
        {"amount": "0.75", "amountInBTC": "0.75000000", "amountInUSDT": "37500.00000000", "asset": "BTC"},
        {"amount": "3", "amountInBTC": "", "amountInUSDT": "", "asset": "OLD"},
        {"amount": "2", "amountInBTC": "0.02000000", "amountInUSDT": "1000.00000000", "asset": "BNB"},
    ]


@pytest.mark.parametrize(
    "name", ["get_lending_daily_redemption_quota", "change_fixed_activity_to_daily_position"]
)
def test_what_has_no_successor_names_its_day(legacy, name):
    before = len(legacy.server.asked)
    with pytest.raises(RetiredEndpoint, match="2023-06-22"):
        getattr(legacy, name)(productId="BUSD001", projectId="x")
    assert len(legacy.server.asked) == before


@pytest.mark.parametrize(
    "name",
    [
        "get_lending_product_list",
        "get_lending_position",
        "get_lending_account",
        "get_lending_interest_history",
    ],
)
def test_today_s_own_answer_is_one_page_as_it_is(legacy, name):
    legacy.legacy_answers = False
    own = {"rows": [], "total": 5}
    for path in ("list", "position", "history/rewardsRecord"):
        legacy.server.answers[f"/sapi/v1/simple-earn/flexible/{path}"] = own
    legacy.server.answers["/sapi/v1/simple-earn/account"] = own
    assert getattr(legacy, name)() == own


def test_a_refusal_is_raised_as_it_is(legacy):
    legacy.server.answers["/sapi/v1/simple-earn/flexible/position"] = (
        400,
        {"code": -6001, "msg": "no such product"},
    )
    with pytest.raises(BinanceAPIException, match="no such product"):
        legacy.get_lending_position(asset="BTC")
