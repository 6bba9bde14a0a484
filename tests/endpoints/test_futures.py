"""Futures of both kinds but for their orders, on the wire."""

import pytest

from binance_legacy.endpoints.declare import catalogue
from binance_legacy.endpoints.futures import FuturesEndpoints
from binance_legacy.endpoints.futures_coin import FuturesCoinEndpoints
from binance_legacy.exceptions import RetiredEndpoint

from .moved import Case, arrived, hold

TRANSFER = "POST /sapi/v1/asset/transfer"
BALANCE = {
    "accountAlias": "SgsR",
    "asset": "USDT",
    "balance": "122607.35137903",
    "maxWithdrawAmount": "23.72469206",
    "availableBalance": "23.72469206",
    "updateTime": 1617939110373,
}

MOVED = [
    Case(
        "futures_open_interest",
        {"symbol": "BTCUSDT"},
        "GET /fapi/v1/openInterest",
        {"symbol": "BTCUSDT"},
        {"openInterest": "10659.509", "symbol": "BTCUSDT", "time": 1589437530011},
        {"openInterest": "10659.509", "symbol": "BTCUSDT", "time": 1589437530011},
    ),
    Case(
        "futures_account_balance",
        {},
        "GET /fapi/v2/balance",
        {},
        [BALANCE],
        [{"withdrawAvailable": "23.72469206", **BALANCE}],
    ),
    Case("futures_account_balance", {}, "GET /fapi/v2/balance", {}, [], []),
    Case("futures_account", {}, "GET /fapi/v2/account", {}, {"assets": []}, {"assets": []}),
    Case(
        "futures_position_information",
        {"symbol": "BTCUSDT"},
        "GET /fapi/v2/positionRisk",
        {"symbol": "BTCUSDT"},
        [{"positionAmt": "0.000"}],
        [{"positionAmt": "0.000"}],
    ),
    *(
        Case(
            "futures_account_transfer",
            {"asset": "USDT", "amount": 0.00001, "type": kind},
            TRANSFER,
            {"asset": "USDT", "amount": "0.00001", "type": way},
            {"tranId": 100000001},
            {"tranId": 100000001},
        )
        for kind, way in {
            1: "MAIN_UMFUTURE",
            "2": "UMFUTURE_MAIN",
            3: "MAIN_CMFUTURE",
            4: "CMFUTURE_MAIN",
            "MAIN_UMFUTURE": "MAIN_UMFUTURE",
        }.items()
    ),
]


@pytest.mark.parametrize("case", MOVED, ids=str)
def test_a_moved_call_is_made_where_it_is_today_and_answers_as_it_did(legacy, case):
    hold(case, legacy)


def simple(family):
    rows = catalogue()
    return [
        name
        for name in vars(family)
        if name in rows and not name.startswith("_") and rows[name].moved is None
    ]


@pytest.mark.parametrize("name", simple(FuturesEndpoints) + simple(FuturesCoinEndpoints))
def test_what_is_alive_is_asked_at_its_own_host_signed_where_it_must_be_and_answers_as_it_is(legacy, name):
    row = catalogue()[name]
    legacy.server.answers[f"{row.method} {row.path}"] = {"answered": name}
    params = {} if name.endswith(("ping", "time", "exchange_info")) else {"symbol": "BTCUSDT", "limit": "5"}
    assert getattr(legacy, name)(**params) == {"answered": name}
    assert arrived(legacy.server.last) == params and ("signature" in legacy.server.last.params) is row.signed
    assert row.host == ("dapi" if name.startswith("futures_coin") else "fapi")
    assert not legacy.server.last.body, "as in 0.7, the parameters go into the query whatever the method"


def test_the_two_hosts_of_futures_statistics_are_told_apart(legacy, server):
    legacy.FUTURES_DATA_URL, legacy.FUTURES_COIN_DATA_URL = server.url + "/usd", server.url + "/coin"
    server.answers["/usd/openInterestHist"], server.answers["/coin/openInterestHist"] = ["usd"], ["coin"]
    assert legacy.futures_open_interest_hist(symbol="BTCUSDT", period="5m") == ["usd"]
    assert legacy.futures_coin_open_interest_hist(pair="BTCUSD", period="5m") == ["coin"]


@pytest.mark.parametrize("name", ["futures_liquidation_orders", "futures_coin_liquidation_orders"])
def test_liquidations_are_told_by_a_stream_alone(legacy, name):
    with pytest.raises(RetiredEndpoint, match=r"2021-04-27; the stream !forceOrder@arr"):
        getattr(legacy, name)(symbol="BTCUSDT")


# -- candles -------------------------------------------------------------------------------------------------

FIRST, MINUTE = 1_500_000_000_000, 60_000


def candles(asked):
    start, end = int(asked.params.get("startTime", 0)), int(asked.params.get("endTime", 10**15))
    rows = [[FIRST + i * MINUTE] for i in range(2500) if start <= FIRST + i * MINUTE <= end]
    return rows[: int(asked.params.get("limit", 500))]


def test_candles_of_a_span_of_time_come_whole_and_its_end_is_honoured(legacy):
    legacy.server.answers["/fapi/v1/klines"] = candles
    rows = legacy.futures_historical_klines("BTCUSDT", "1m", 0, FIRST + 1499 * MINUTE)
    assert [row[0] for row in rows] == [FIRST + i * MINUTE for i in range(1500)]
    assert [*legacy.futures_historical_klines_generator("BTCUSDT", "1m", FIRST + 2000 * MINUTE)] == [
        [FIRST + i * MINUTE] for i in range(2000, 2500)
    ]


# -- transfers -----------------------------------------------------------------------------------------------


def moved(number, way, asset="USDT"):
    row = {"asset": asset, "amount": "1", "type": way, "status": "CONFIRMED", "tranId": number}
    return {**row, "timestamp": 1000 * number}


WAYS = ["MAIN_UMFUTURE", "UMFUTURE_MAIN", "MAIN_CMFUTURE", "CMFUTURE_MAIN"]


@pytest.fixture
def transfers(legacy):
    """250 transfers, each way in turn, told by pages as Binance does: newest first, of one way."""
    rows = [moved(i, WAYS[i % 4], "BNB" if i % 10 == 0 else "USDT") for i in range(250)]

    def page(asked):
        number, size = int(asked.params["current"]), int(asked.params["size"])
        kept = [row for row in reversed(rows) if row["type"] == asked.params["type"]]
        assert asked.params["startTime"] == "5" and size <= 100
        return {"total": len(kept), "rows": kept[(number - 1) * size : number * size]}

    legacy.server.answers["GET /sapi/v1/asset/transfer"] = page
    return rows


def test_transfers_of_all_four_ways_are_one_history_newest_first_in_the_old_words(legacy, transfers):
    history = legacy.transfer_history(startTime=5)
    assert history["total"] == 250
    assert [row["tranId"] for row in history["rows"]] == [*range(249, 239, -1)]
    assert history["rows"][0] == {
        "asset": "USDT", "tranId": 249, "amount": "1", "type": "2", "timestamp": 249000, "status": "CONFIRMED"
    }  # fmt: skip


@pytest.mark.parametrize(("current", "size"), [(1, 100), (2, 100), (3, 100), (5, 50), (26, 10)])
def test_each_page_of_it_goes_on_where_the_one_before_ended(legacy, transfers, current, size):
    rows = legacy.transfer_history(startTime=5, current=current, size=size)["rows"]
    everything = [*range(249, -1, -1)]
    assert [row["tranId"] for row in rows] == everything[size * (current - 1) : size * current]


def test_one_asset_s_history_is_picked_out_here(legacy, transfers):
    history = legacy.transfer_history(startTime=5, asset="BNB", size=50)
    assert [row["tranId"] for row in history["rows"]] == [*range(240, -1, -10)] and history["total"] == 25


def test_a_history_without_transfers_is_empty(legacy):
    legacy.server.answers["GET /sapi/v1/asset/transfer"] = {"total": 0}
    assert legacy.transfer_history(asset="USDT", startTime=5) == {"rows": [], "total": 0}
