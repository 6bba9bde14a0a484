"""Margin, on the wire."""

import pytest

from binance_legacy.endpoints.declare import catalogue
from binance_legacy.exceptions import BinanceAPIException, RetiredEndpoint
from binance_legacy.wire import signing

from .conftest import SECRET
from .moved import Case, arrived, hold

TRANSFER = "POST /sapi/v1/asset/transfer"
LOAN = "POST /sapi/v1/margin/borrow-repay"
RECORDS = "GET /sapi/v1/margin/borrow-repay"
BNB = {
    "assetFullName": "Binance coin",
    "assetName": "BNB",
    "isBorrowable": False,
    "isMortgageable": True,
    "userMinBorrow": "0.00000000",
    "userMinRepay": "0.00000000",
}
PAIR = {"id": 351637150141315861, "symbol": "BTCUSDT", "base": "BTC", "quote": "USDT", "isMarginTrade": True}
BORROWED = {
    "type": "AUTO",
    "isolatedSymbol": "BNBUSDT",
    "amount": "14.00000000",
    "asset": "BNB",
    "interest": "0.01866667",
    "principal": "13.98133333",
    "status": "CONFIRMED",
    "timestamp": 1563438204000,
    "txId": 2970933056,
}

MOVED = [
    Case("get_margin_asset", {"asset": "BNB"}, "GET /sapi/v1/margin/allAssets", {"asset": "BNB"}, [BNB], BNB),
    Case(
        "get_margin_asset",
        {"asset": "bnb"},
        "GET /sapi/v1/margin/allAssets",
        {"asset": "bnb"},
        [{**BNB, "assetName": "BTC"}, BNB],
        BNB,
    ),
    Case(
        "get_margin_symbol",
        {"symbol": "BTCUSDT"},
        "GET /sapi/v1/margin/allPairs",
        {"symbol": "BTCUSDT"},
        [PAIR],
        PAIR,
    ),
    Case(
        "get_isolated_margin_symbol",
        {"symbol": "BTCUSDT"},
        "GET /sapi/v1/margin/isolated/allPairs",
        {"symbol": "BTCUSDT"},
        [{**PAIR, "symbol": "BNBUSDT"}, PAIR],
        PAIR,
    ),
    Case(
        "transfer_margin_to_spot",
        {"asset": "BTC", "amount": "1.1"},
        TRANSFER,
        {"asset": "BTC", "amount": "1.1", "type": "MARGIN_MAIN"},
        {"tranId": 100000001},
        {"tranId": 100000001},
    ),
    Case(
        "transfer_spot_to_margin",
        {"asset": "BTC", "amount": "1.1", "type": 1},
        TRANSFER,
        {"asset": "BTC", "amount": "1.1", "type": "MAIN_MARGIN"},
        {"tranId": 100000001},
        {"tranId": 100000001},
    ),
    Case(
        "transfer_isolated_margin_to_spot",
        {"asset": "BTC", "symbol": "BTCUSDT", "amount": 0.00001},
        TRANSFER,
        {"asset": "BTC", "fromSymbol": "BTCUSDT", "amount": "0.00001", "type": "ISOLATED_MARGIN_MAIN"},
        {"tranId": 1},
        {"tranId": 1},
    ),
    Case(
        "transfer_spot_to_isolated_margin",
        {"asset": "BTC", "symbol": "BTCUSDT", "amount": "1.1"},
        TRANSFER,
        {"asset": "BTC", "toSymbol": "BTCUSDT", "amount": "1.1", "type": "MAIN_ISOLATED_MARGIN"},
        {"tranId": 1},
        {"tranId": 1},
    ),
    Case(
        "create_margin_loan",
        {"asset": "BTC", "amount": "1.1"},
        LOAN,
        {"asset": "BTC", "amount": "1.1", "type": "BORROW", "isIsolated": "FALSE"},
        {"tranId": 100000001},
        {"tranId": 100000001},
    ),
    Case(
        "create_margin_loan",
        {"asset": "BTC", "amount": "1.1", "isIsolated": "TRUE", "symbol": "ETHBTC"},
        LOAN,
        {"asset": "BTC", "amount": "1.1", "type": "BORROW", "isIsolated": "TRUE", "symbol": "ETHBTC"},
        {"tranId": 100000001},
        {"tranId": 100000001},
    ),
    Case(
        "repay_margin_loan",
        {"asset": "BTC", "amount": "1.1"},
        LOAN,
        {"asset": "BTC", "amount": "1.1", "type": "REPAY", "isIsolated": "FALSE"},
        {"tranId": 100000001},
        {"tranId": 100000001},
    ),
    Case(
        "get_margin_loan_details",
        {"asset": "BNB", "txId": 2970933056, "archived": "true"},
        RECORDS,
        {"asset": "BNB", "txId": "2970933056", "type": "BORROW"},
        {"rows": [{**BORROWED, "principal": None}], "total": 1},
        {
            "rows": [
                {
                    "isolatedSymbol": "BNBUSDT",
                    "txId": 2970933056,
                    "asset": "BNB",
                    "principal": "14.00000000",
                    "timestamp": 1563438204000,
                    "status": "CONFIRMED",
                }
            ],
            "total": 1,
        },
    ),
    Case(
        "get_margin_repay_details",
        {"asset": "BNB", "startTime": 1563438204000},
        RECORDS,
        {"asset": "BNB", "startTime": "1563438204000", "type": "REPAY"},
        {"rows": [BORROWED], "total": 1},
        {"rows": [{name: BORROWED[name] for name in BORROWED if name != "type"}], "total": 1},
    ),
    Case(
        "get_margin_repay_details",
        {"asset": "BNB"},
        RECORDS,
        {"asset": "BNB", "type": "REPAY"},
        {"rows": [], "total": 0},
        {"rows": [], "total": 0},
    ),
]


@pytest.mark.parametrize("case", MOVED, ids=str)
def test_a_moved_call_is_made_where_it_is_today_and_answers_as_it_did(legacy, case):
    hold(case, legacy)


UNKNOWN_TYPE = (
    400,
    {"code": -1102, "msg": "Mandatory parameter 'type' was not sent, was empty/null, or malformed."},
)


@pytest.mark.parametrize(
    ("name", "legs"),
    [
        (
            "transfer_isolated_margin_to_spot",
            [
                {"fromSymbol": "BTCUSDT", "type": "ISOLATED_MARGIN_MAIN"},
                {"fromSymbol": "BTCUSDT", "type": "ISOLATEDMARGIN_MARGIN"},
                {"type": "MARGIN_MAIN"},
            ],
        ),
        (
            "transfer_spot_to_isolated_margin",
            [
                {"toSymbol": "BTCUSDT", "type": "MAIN_ISOLATED_MARGIN"},
                {"type": "MAIN_MARGIN"},
                {"toSymbol": "BTCUSDT", "type": "MARGIN_ISOLATEDMARGIN"},
            ],
        ),
    ],
)
def test_a_way_that_binance_does_not_know_leads_over_cross_margin(legacy, name, legs):
    answers = [UNKNOWN_TYPE, {"tranId": 1}, {"tranId": 2}]
    legacy.server.answers[TRANSFER] = lambda asked: answers.pop(0)
    before = len(legacy.server.asked)
    assert getattr(legacy, name)(asset="BTC", symbol="BTCUSDT", amount="1") == {"tranId": 2}
    assert [arrived(asked) for asked in legacy.server.asked[before:]] == [
        {"asset": "BTC", "amount": "1", **leg} for leg in legs
    ]


@pytest.mark.parametrize(
    "refusal",
    [(400, {"code": -3041, "msg": "Balance is not enough"}), (504, {"code": -1007, "msg": "Timeout"})],
)
def test_nothing_moves_twice_where_a_transfer_was_refused_or_its_outcome_is_unknown(legacy, refusal):
    legacy.server.answers[TRANSFER] = refusal
    before = len(legacy.server.asked)
    with pytest.raises(BinanceAPIException):
        legacy.transfer_isolated_margin_to_spot(asset="BTC", symbol="BTCUSDT", amount="1")
    assert len(legacy.server.asked) == before + 1


def test_a_transfer_that_ends_half_way_says_where_the_amount_lies(legacy):
    answers = [UNKNOWN_TYPE, {"tranId": 1}, (400, {"code": -3041, "msg": "Balance is not enough"})]
    legacy.server.answers[TRANSFER] = lambda asked: answers.pop(0)
    with pytest.raises(BinanceAPIException, match="not enough") as caught:
        legacy.transfer_spot_to_isolated_margin(asset="BTC", symbol="BTCUSDT", amount="1")
    assert "as far as the cross margin account" in caught.value.__notes__[0]


def test_opening_an_isolated_account_is_gone_and_the_first_transfer_does_it(legacy):
    with pytest.raises(RetiredEndpoint, match=r"2021-05-15; transfer_spot_to_isolated_margin opens"):
        legacy.create_isolated_margin_account(base="BTC", quote="USDT")


@pytest.mark.parametrize(
    ("today", "enabled"),
    [
        ({"transferInEnabled": True, "transferOutEnabled": True}, True),
        ({"transferInEnabled": False}, False),
        ({}, True),
    ],
)
def test_the_account_says_whether_transfers_are_open_as_it_did(legacy, today, enabled):
    legacy.server.answers["/sapi/v1/margin/account"] = {"marginLevel": "11.64405625", **today}
    assert legacy.get_margin_account() == {"marginLevel": "11.64405625", "transferEnabled": enabled, **today}


@pytest.mark.parametrize("symbols", ["BTCUSDT,ETHUSDT", ["BTCUSDT", "ETHUSDT"]])
def test_isolated_accounts_are_asked_for_with_commas_that_are_signed_as_they_are_sent(legacy, symbols):
    legacy.server.answers["/sapi/v1/margin/isolated/account"] = {"assets": []}
    legacy.get_isolated_margin_account(symbols=symbols)
    assert "symbols=BTCUSDT%2CETHUSDT" in legacy.server.last.query
    assert signing.verify(SECRET, legacy.server.last.query)


def test_a_cancelled_order_s_number_is_a_number(legacy):
    legacy.server.answers["DELETE /sapi/v1/margin/order"] = {"symbol": "LTCBTC", "orderId": "28"}
    assert legacy.cancel_margin_order(symbol="LTCBTC", orderId=28) == {"symbol": "LTCBTC", "orderId": 28}


@pytest.mark.parametrize(
    "name",
    [
        "get_all_isolated_margin_symbols",
        "toggle_bnb_burn_spot_margin",
        "get_bnb_burn_spot_margin",
        "get_margin_price_index",
        "create_margin_order",
        "get_margin_order",
        "get_open_margin_orders",
        "get_all_margin_orders",
        "get_margin_trades",
        "get_max_margin_loan",
        "get_max_margin_transfer",
    ],
)
def test_what_is_alive_is_asked_as_ever_and_answers_as_it_is(legacy, name):
    row = catalogue()[name]
    legacy.server.answers[f"{row.method} {row.path}"] = {"answered": name}
    assert getattr(legacy, name)(symbol="BTCUSDT", isIsolated="TRUE") == {"answered": name}
    assert arrived(legacy.server.last) == {"symbol": "BTCUSDT", "isIsolated": "TRUE"}
    assert ("signature" in legacy.server.last.params) is row.signed
