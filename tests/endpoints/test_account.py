"""The spot account's rows, on the wire."""

import pytest

from binance_legacy.endpoints.declare import catalogue
from binance_legacy.exceptions import BinanceAPIException, BinanceWithdrawException
from binance_legacy.wire import signing

from .conftest import KEY, SECRET
from .moved import Case, arrived, hold

ORDER = {"symbol": "BNBBTC", "quantity": 1}

SUGAR = {
    "order_limit": ({"side": "BUY", "price": "0.1"}, {"type": "LIMIT", "timeInForce": "GTC"}),
    "order_limit_buy": ({"price": "0.1"}, {"type": "LIMIT", "timeInForce": "GTC", "side": "BUY"}),
    "order_limit_sell": (
        {"timeInForce": "IOC", "price": "0.1"},
        {"type": "LIMIT", "timeInForce": "IOC", "side": "SELL"},
    ),
    "order_market": ({"side": "SELL"}, {"type": "MARKET"}),
    "order_market_buy": ({}, {"type": "MARKET", "side": "BUY"}),
    "order_market_sell": ({"side": "BUY"}, {"type": "MARKET", "side": "SELL"}),
}


@pytest.mark.parametrize("name", SUGAR)
def test_the_short_names_of_orders_say_the_type_and_the_side(legacy, name):
    given, added = SUGAR[name]
    legacy.server.answers["POST /api/v3/order"] = {"orderId": 28}
    assert getattr(legacy, name)(**ORDER, **given) == {"orderId": 28}
    assert arrived(legacy.server.last) == {"symbol": "BNBBTC", "quantity": "1", **given, **added}
    assert signing.verify(SECRET, legacy.server.last.query, legacy.server.last.body)
    assert legacy.server.last.headers["X-MBX-APIKEY"] == KEY


@pytest.mark.parametrize(("name", "side"), [("order_oco_buy", "BUY"), ("order_oco_sell", "SELL")])
def test_an_oco_keeps_its_old_parameters_and_its_endpoint(legacy, name, side):
    legacy.server.answers["POST /api/v3/order/oco"] = {"orderListId": 0}
    given = {
        **ORDER,
        "price": "0.2",
        "stopPrice": "0.1",
        "stopLimitPrice": "0.09",
        "stopLimitTimeInForce": "GTC",
    }
    assert getattr(legacy, name)(**given) == {"orderListId": 0}
    assert arrived(legacy.server.last) == {**given, "quantity": "1", "side": side}


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("create_order", {"symbol": "BNBBTC", "side": "BUY", "type": "MARKET", "quoteOrderQty": "5"}),
        ("create_oco_order", {"symbol": "BNBBTC", "side": "BUY"}),
        ("create_test_order", {"symbol": "BNBBTC", "side": "BUY", "type": "MARKET"}),
        ("get_order", {"symbol": "BNBBTC", "orderId": "1"}),
        ("get_all_orders", {"symbol": "BNBBTC", "limit": "10"}),
        ("cancel_order", {"symbol": "BNBBTC", "orderId": "1"}),
        ("get_open_orders", {}),
        ("get_account", {"recvWindow": "6000"}),
        ("get_my_trades", {"symbol": "BNBBTC"}),
    ],
)
def test_what_is_alive_is_asked_as_ever_signed_and_answers_as_it_is(legacy, name, params):
    row = catalogue()[name]
    answer = {"answered": name}
    legacy.server.answers[f"{row.method} {row.path}"] = answer
    assert getattr(legacy, name)(**params) == answer
    assert arrived(legacy.server.last) == params
    assert signing.verify(SECRET, legacy.server.last.query, legacy.server.last.body)


@pytest.mark.parametrize(
    ("asset", "free"), [("BTC", "4723846.89208129"), ("btc", "4723846.89208129"), ("XYZ", None)]
)
def test_one_asset_s_balance_is_found_in_the_account_in_either_case_or_is_none(legacy, asset, free):
    legacy.server.answers["/api/v3/account"] = {
        "balances": [
            {"asset": "LTC", "free": "1", "locked": "0"},
            {"asset": "BTC", "free": "4723846.89208129"},
        ]
    }
    found = legacy.get_asset_balance(asset=asset)
    assert (found and found["free"]) == free


DUST = {
    "total": 1,
    "userAssetDribblets": [
        {
            "operateTime": 1525367224000,
            "totalTransferedAmount": "0.00132256",
            "totalServiceChargeAmount": "0.00002699",
            "transId": 4359321,
            "userAssetDribbletDetails": [
                {
                    "transId": 4359321,
                    "serviceChargeAmount": "0.000009",
                    "amount": "0.0009",
                    "operateTime": 1525367224000,
                    "transferedAmount": "0.000441",
                    "fromAsset": "USDT",
                }
            ],
        }
    ],
}
OLD_DUST = {
    "success": True,
    "results": {
        "total": 1,
        "rows": [
            {
                "transfered_total": "0.00132256",
                "service_charge_total": "0.00002699",
                "tran_id": 4359321,
                "logs": [
                    {
                        "tranId": 4359321,
                        "serviceChargeAmount": "0.000009",
                        "uid": "",
                        "amount": "0.0009",
                        "operateTime": "2018-05-03 17:07:04",
                        "transferedAmount": "0.000441",
                        "fromAsset": "USDT",
                    }
                ],
                "operate_time": "2018-05-03 17:07:04",
            }
        ],
    },
}
LOCKED = {"isLocked": False, "plannedRecoverTime": 0, "updateTime": 1547630471725}

MOVED = [
    Case(
        "get_system_status",
        {},
        "GET /sapi/v1/system/status",
        {},
        {"status": 0, "msg": "normal"},
        {"status": 0, "msg": "normal"},
    ),
    Case(
        "get_account_status",
        {},
        "GET /sapi/v1/account/status",
        {},
        {"data": "Normal"},
        {"msg": "Normal", "success": True},
    ),
    Case(
        "get_account_api_trading_status",
        {"recvWindow": 6000},
        "GET /sapi/v1/account/apiTradingStatus",
        {"recvWindow": "6000"},
        {"data": {**LOCKED, "triggerCondition": {"GCR": 150, "IFER": 150, "UFR": 300}}},
        {
            "success": True,
            "status": {"indicators": {}, **LOCKED, "triggerCondition": {"gcr": 150, "ifer": 150, "ufr": 300}},
        },
    ),
    Case("get_dust_log", {}, "GET /sapi/v1/asset/dribblet", {}, DUST, OLD_DUST),
    Case(
        "get_trade_fee",
        {"symbol": "ADABNB"},
        "GET /sapi/v1/asset/tradeFee",
        {"symbol": "ADABNB"},
        [{"symbol": "ADABNB", "makerCommission": "0.001", "takerCommission": "0.0010"}],
        {"success": True, "tradeFee": [{"symbol": "ADABNB", "maker": 0.001, "taker": 0.001}]},
    ),
    Case("get_trade_fee", {}, "GET /sapi/v1/asset/tradeFee", {}, [], {"success": True, "tradeFee": []}),
    Case(
        "get_asset_details",
        {},
        "GET /sapi/v1/asset/assetDetail",
        {},
        {
            "CTR": {
                "minWithdrawAmount": "70.00000000",
                "depositStatus": False,
                "withdrawFee": 35,
                "withdrawStatus": True,
                "depositTip": "Delisted",
            }
        },
        {
            "success": True,
            "assetDetail": {
                "CTR": {
                    "minWithdrawAmount": 70.0,
                    "depositStatus": False,
                    "withdrawFee": 35,
                    "withdrawStatus": True,
                    "depositTip": "Delisted",
                }
            },
        },
    ),
]


@pytest.mark.parametrize("case", MOVED, ids=str)
def test_a_moved_call_is_made_where_it_is_today_and_answers_as_it_did(legacy, case):
    hold(case, legacy)


WITHDRAW = [
    "get_account_status",
    "get_account_api_trading_status",
    "get_dust_log",
    "get_trade_fee",
    "get_asset_details",
    "withdraw",
]


@pytest.mark.parametrize("name", WITHDRAW)
@pytest.mark.parametrize("kind", [BinanceWithdrawException, BinanceAPIException])
def test_a_refusal_of_the_six_is_caught_by_its_old_name_and_by_today_s(legacy, name, kind):
    row = catalogue()[name]
    legacy.server.answers[row.path] = (
        400,
        {"code": -4026, "msg": "The user has insufficient balance available."},
    )
    with pytest.raises(kind, match="insufficient balance") as caught:
        getattr(legacy, name)()
    assert caught.value.code == -4026 and caught.value.message.startswith("The user has")


def test_who_does_not_want_the_old_answers_gets_today_s(legacy):
    legacy.legacy_answers = False
    legacy.server.answers["/sapi/v1/account/status"] = {"data": "Normal"}
    assert legacy.get_account_status() == {"data": "Normal"}
