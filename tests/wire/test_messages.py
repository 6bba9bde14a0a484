"""Pushed events have exactly Binance's keys in Binance's order; numbered ones tell their numbers."""

import gzip
import json

import pytest

from binance_legacy.wire import messages

DAY = {
    "symbol": "BNBBTC", "priceChange": "0.00150000", "priceChangePercent": "250.000",
    "weightedAvgPrice": "0.00180000", "prevClosePrice": "0.00090000", "lastPrice": "0.00250000",
    "lastQty": "10.00000000", "bidPrice": "0.00240000", "bidQty": "10.00000000", "askPrice": "0.00260000",
    "askQty": "100.00000000", "openPrice": "0.00100000", "highPrice": "0.00250000", "lowPrice": "0.00100000",
    "volume": "10000.00000000", "quoteVolume": "18.00000000", "openTime": 0, "closeTime": 86400000,
    "firstId": 0, "lastId": 18150, "count": 18151,
}  # fmt: skip
LEVELS = [["1.00000000", "2.00000000"]]
BUILT = {
    "trade": messages.trade("BNBBTC", 2, 12345, "0.00100000", "100.00000000", 1, True),
    "aggTrade": messages.agg_trade("BNBBTC", 2, 5, "0.00100000", "100.00000000", 100, 105, 1, True),
    "kline": messages.kline(
        "BNBBTC", 2, "1m", 0, 59999, 100, 200, "0.00100000", "0.00200000", "0.00250000", "0.00150000",
        "1000.00000000", 100, False, "1.00000000", "500.00000000", "0.50000000",
    ),
    "24hrMiniTicker": messages.mini_ticker(
        "BNBBTC", 2, "0.00250000", "0.00100000", "0.00250000", "0.00100000", "10000.00000000", "18.00000000"
    ),
    "24hrTicker": messages.ticker(2, DAY),
    "depthUpdate": messages.depth_update("BNBBTC", 2, 157, 160, LEVELS, LEVELS),
    "bookTicker": messages.book_ticker("BNBUSDT", 400900217, "25.3", "31.2", "25.4", "40.7"),
    "partial": messages.partial_depth(160, LEVELS, LEVELS),
    "avgPrice": messages.avg_price("BTCUSDT", 2, "5m", "25776.86000000", 1),
}  # fmt: skip


def shape(value):
    """Keys in their order and the types of what they hold."""
    if isinstance(value, dict):
        return [(key, shape(inner)) for key, inner in value.items()]
    return type(value)


def recorded(realdata):
    """One genuine spot message of each kind."""
    found = {}
    with gzip.open(realdata / "one_of_each_kind.jsonl.gz", "rt") as file:
        for row in map(json.loads, file):
            if row["market"] == "spot":
                raw = json.loads(row["raw"])
                data = raw.get("data", raw) if isinstance(raw, dict) else raw[0]
                found.setdefault(data["e"], data)
    with gzip.open(realdata / "captures/spot_ethusdt_20240809.gz", "rt") as file:
        for line in file:
            data = json.loads(line.partition(" ")[2])["data"]
            if data.get("e") != "trade" or "b" not in data:
                found[data.get("e", "bookTicker")] = data
            if {"trade", "bookTicker", "depthUpdate"} <= found.keys() and "b" not in found["trade"]:
                return found
    return found


@pytest.mark.parametrize(
    "kind", ["trade", "aggTrade", "kline", "24hrMiniTicker", "24hrTicker", "depthUpdate", "bookTicker"]
)
def test_a_built_message_has_the_keys_order_and_types_of_a_recorded_one(realdata, kind):
    assert shape(BUILT[kind]) == shape(recorded(realdata)[kind])


def test_partial_depth_and_average_price_are_as_documented():
    assert list(BUILT["partial"]) == ["lastUpdateId", "bids", "asks"]
    assert BUILT["avgPrice"] == {
        "e": "avgPrice", "E": 2, "s": "BTCUSDT", "i": "5m", "w": "25776.86000000", "T": 1,
    }  # fmt: skip


def test_a_numbered_message_tells_its_first_and_last_number():
    assert messages.numbers(BUILT["trade"]) == (12345, 12345)
    assert messages.numbers(BUILT["aggTrade"]) == (5, 5)
    assert messages.numbers(BUILT["depthUpdate"]) == (157, 160)


@pytest.mark.parametrize(
    "kind", ["kline", "24hrTicker", "24hrMiniTicker", "bookTicker", "partial", "avgPrice"]
)
def test_other_messages_have_no_number(kind):
    assert messages.numbers(BUILT[kind]) is None
    assert messages.numbers([BUILT[kind]]) is None


def test_a_futures_depth_difference_follows_its_pu():
    message = {"e": "depthUpdate", "U": 500, "u": 600, "pu": 450}
    assert messages.numbers(message) == (451, 600)


def test_recorded_differences_and_trades_follow_one_another_without_a_hole(realdata):
    last = {}
    with gzip.open(realdata / "captures/spot_ethusdt_20240808.gz", "rb") as file:
        for line in file:
            message = json.loads(line.partition(b" ")[2])
            found = messages.numbers(message.get("data"))
            if found is not None:
                stream = message["stream"]
                assert found[0] == last.get(stream, found[0] - 1) + 1
                last[stream] = found[1]
    assert len(last) == 2
