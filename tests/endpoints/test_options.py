"""Options, on the wire."""

import pytest

from binance_legacy.endpoints.declare import catalogue
from binance_legacy.exceptions import BinanceAPIException, RetiredEndpoint
from binance_legacy.wire import signing

from .conftest import SECRET
from .moved import Case, arrived, hold


def wrapped(data):
    return {"code": 0, "msg": "success", "data": data}


CONTRACT = {
    "expiryDate": 1660521600000, "filters": [], "symbol": "BTC-220815-50000-C", "side": "CALL", "strikePrice": "50000",
    "underlying": "BTCUSDT", "unit": 1, "minQty": "0.01", "maxQty": "100", "priceScale": 2, "quantityScale": 2,
    "quoteAsset": "USDT", "initialMargin": "0.15",
}  # fmt: skip
OLD_CONTRACT = {
    "underlying": "BTCUSDT", "quoteAsset": "USDT", "symbol": "BTC-220815-50000-C", "unit": 1, "minQty": "0.01",
    "maxQty": "100", "priceScale": 2, "quantityScale": 2, "side": "CALL", "strikePrice": "50000",
    "expiryDate": 1660521600000,
}  # fmt: skip
INFO = {"timezone": "UTC", "serverTime": 1592387156596, "optionSymbols": [CONTRACT]}
ORDER = {"orderId": 4611875134427365377, "symbol": "BTC-200730-9000-C", "price": "100"}
OLD_ORDER = {"id": "4611875134427365377", **ORDER}
SYMBOL = {"symbol": "BTC-200730-9000-C"}
FAILED = {"code": -1013, "msg": "Filter failure"}

MOVED = [
    Case("options_ping", {}, "GET /eapi/v1/ping", {}, {}, wrapped({})),
    Case("options_time", {}, "GET /eapi/v1/time", {}, {"serverTime": 1592387156596}, wrapped(1592387156596)),
    Case("options_info", {}, "GET /eapi/v1/exchangeInfo", {}, INFO, wrapped([OLD_CONTRACT])),
    Case("options_exchange_info", {}, "GET /eapi/v1/exchangeInfo", {}, INFO, wrapped(INFO)),
    *(
        Case(name, SYMBOL, f"GET /eapi/v1/{path}", SYMBOL, [{"of": path}], wrapped([{"of": path}]))
        for name, path in {
            "options_index_price": "index",
            "options_price": "ticker",
            "options_mark_price": "mark",
            "options_order_book": "depth",
            "options_klines": "klines",
            "options_recent_trades": "trades",
            "options_positions": "position",
            "options_bill": "bill",
            "options_user_trades": "userTrades",
        }.items()
    ),
    Case(
        "options_account_info",
        {"recvWindow": 6000},
        "GET /eapi/v1/marginAccount",
        {"recvWindow": "6000"},
        {
            "asset": [
                {
                    "asset": "USDT",
                    "marginBalance": "1877.52214415",
                    "equity": "617.77711415",
                    "available": "0",
                    "initialMargin": "2084.93",
                    "maintMargin": "2084.93",
                    "unrealizedPNL": "-1259.74",
                }
            ],
            "greek": [
                {"underlying": "BTCUSDT", "delta": "-0.05", "theta": "0.12", "gamma": "0.0", "vega": "-0.4"}
            ],
        },
        wrapped(
            [
                {
                    "currency": "USDT",
                    "equity": "617.77711415",
                    "available": "0",
                    "orderMargin": "",
                    "positionMargin": "2084.93",
                    "unrealizedPNL": "-1259.74",
                    "maintMargin": "2084.93",
                    "delta": "-0.05",
                    "gamma": "0.0",
                    "theta": "0.12",
                    "vega": "-0.4",
                }
            ]
        ),
    ),
    Case(
        "options_funds_transfer",
        {"currency": "USDT", "type": "IN", "amount": 10000},
        "POST /sapi/v1/asset/transfer",
        {"asset": "USDT", "type": "MAIN_OPTION", "amount": "10000"},
        {"tranId": 13526853623},
        wrapped(13526853623),
    ),
    Case(
        "options_funds_transfer",
        {"currency": "USDT", "type": "OUT", "amount": "1"},
        "POST /sapi/v1/asset/transfer",
        {"asset": "USDT", "type": "OPTION_MAIN", "amount": "1"},
        {"tranId": 13526853623},
        wrapped(13526853623),
    ),
    Case("options_place_order", SYMBOL, "POST /eapi/v1/order", SYMBOL, ORDER, wrapped(OLD_ORDER)),
    Case(
        "options_place_batch_order",
        {"orders": [{**SYMBOL, "quantity": 0.00001}]},
        "POST /eapi/v1/batchOrders",
        {"orders": '[{"symbol":"BTC-200730-9000-C","quantity":0.00001}]'},
        [ORDER, FAILED],
        wrapped([OLD_ORDER, FAILED]),
    ),
    Case("options_cancel_order", SYMBOL, "DELETE /eapi/v1/order", SYMBOL, ORDER, wrapped(OLD_ORDER)),
    Case(
        "options_cancel_batch_order",
        {**SYMBOL, "orderIds": [1, 2]},
        "DELETE /eapi/v1/batchOrders",
        {**SYMBOL, "orderIds": "[1,2]"},
        [ORDER],
        wrapped([OLD_ORDER]),
    ),
    Case(
        "options_cancel_all_orders",
        SYMBOL,
        "DELETE /eapi/v1/allOpenOrders",
        SYMBOL,
        {"code": 0, "msg": "success"},
        {"code": 0, "msg": "success"},
    ),
    Case("options_query_order", SYMBOL, "GET /eapi/v1/order", SYMBOL, ORDER, wrapped(OLD_ORDER)),
    Case(
        "options_query_pending_orders",
        SYMBOL,
        "GET /eapi/v1/openOrders",
        SYMBOL,
        [ORDER],
        wrapped([OLD_ORDER]),
    ),
    Case("options_query_order_history", SYMBOL, "GET /eapi/v1/historyOrders", SYMBOL, [], wrapped([])),
]


@pytest.mark.parametrize("case", MOVED, ids=str)
def test_a_moved_call_is_made_where_it_is_today_and_answers_as_it_did(legacy, case):
    asked = hold(case, legacy)
    assert ("signature" in asked.params) is catalogue()[case.name].signed
    if catalogue()[case.name].signed:
        assert signing.verify(SECRET, asked.query, asked.body)


def test_an_error_is_raised_where_the_old_exchange_gave_a_code(legacy):
    legacy.server.answers["/eapi/v1/order"] = (
        400,
        {"code": -2010, "msg": "Account has insufficient balance."},
    )
    with pytest.raises(BinanceAPIException, match="insufficient balance"):
        legacy.options_place_order(symbol="BTC-200730-9000-C")


def test_older_trades_are_gone_and_the_latest_come_nearest(legacy):
    with pytest.raises(RetiredEndpoint, match="options_recent_trades gives the latest 500"):
        legacy.options_historical_trades(symbol="BTC-200730-9000-C")


def test_the_own_answers_are_bare(legacy):
    legacy.legacy_answers = False
    legacy.server.answers["/eapi/v1/mark"] = [{"markPrice": "1"}]
    assert legacy.options_mark_price() == [{"markPrice": "1"}]
    assert arrived(legacy.server.last) == {}
