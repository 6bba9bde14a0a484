"""The market as its doors see it: what is pushed, what can be asked, and that both tell the same."""

import gzip
import json
from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_legacy.exchange.market.listing import LISTING
from binance_legacy.exchange.market.market import MAJORS, Market, UnknownSymbol
from binance_legacy.wire import messages

START = 1_723_161_254_321
MINUTE = 60_000
KINDS = (
    "trade", "aggTrade", "bookTicker", "depth", "depth@100ms", "depth5", "depth20@100ms", "kline_1s",
    "kline_1m", "kline_1h", "ticker", "miniTicker", "avgPrice",
)  # fmt: skip


def run(market, seconds, step=250):
    """Everything pushed in so many seconds, by stream."""
    found = defaultdict(list)
    end = market.now + seconds * 1000
    while market.now < end:
        for name, data in market.advance(min(end, market.now + step)):
            found[name].append(data)
    return found


def listening(symbol="BTCUSDT", kinds=KINDS, start=START, seed=1):
    market = Market(seed=seed, start=start)
    for kind in kinds:
        market.subscribe(f"{symbol.lower()}@{kind}")
    return market


def number(text):
    """A price or quantity text of eight decimals as an integer."""
    whole, decimals = text.split(".")
    assert len(decimals) == 8
    return int(whole + decimals)


@pytest.fixture(scope="module")
def minutes():
    """Two and a half minutes of one symbol, with what was pushed."""
    market = listening()
    return market, run(market, 150)


def test_every_stream_speaks(minutes):
    _, pushed = minutes
    assert {f"btcusdt@{kind}" for kind in KINDS} == pushed.keys()


def test_trades_are_numbered_without_a_hole_and_asked_trades_are_the_pushed_ones(minutes):
    market, pushed = minutes
    trades = pushed["btcusdt@trade"]
    assert len(trades) > 75
    assert all(after["t"] == before["t"] + 1 for before, after in pairwise(trades))
    assert all(after["T"] >= before["T"] for before, after in pairwise(trades))
    rows = market.trades("BTCUSDT", len(trades))
    assert [(r["id"], r["price"], r["qty"], r["time"], r["isBuyerMaker"]) for r in rows] == [
        (t["t"], t["p"], t["q"], t["T"], t["m"]) for t in trades
    ]


def test_live_trades_go_on_where_the_pasts_end(minutes):
    market, pushed = minutes
    first = pushed["btcusdt@trade"][0]
    rows = market.historical_trades("BTCUSDT", 400, first["t"] - 300)
    assert [row["id"] for row in rows[:300]] == list(range(first["t"] - 300, first["t"]))
    assert all(after["time"] >= before["time"] for before, after in pairwise(rows))
    prices = [float(row["price"]) for row in rows]
    assert abs(prices[300] / prices[299] - 1) < 0.002
    assert all(abs(after / before - 1) < 0.02 for before, after in pairwise(prices))


def test_aggregate_trades_cover_every_trade_once_across_the_join(minutes):
    market, pushed = minutes
    joined = pushed["btcusdt@aggTrade"]
    for before, after in pairwise(joined):
        assert (after["a"], after["f"]) == (before["a"] + 1, before["l"] + 1)
    rows = market.agg_trades("BTCUSDT", limit=1000)
    assert len(rows) == 1000
    for before, after in pairwise(rows):
        assert (after["a"], after["f"]) == (before["a"] + 1, before["l"] + 1)
    assert rows[-len(joined) :] == [{key: one[key] for key in "apqflTmM"} for one in joined]


def test_aggregate_trades_are_found_by_number_and_by_time(minutes):
    market, _ = minutes
    rows = market.agg_trades("BTCUSDT", limit=1000)
    assert market.agg_trades("BTCUSDT", from_id=rows[100]["a"], limit=50) == rows[100:150]
    start, end = rows[200]["T"], rows[-3]["T"]
    within = [row for row in rows if start <= row["T"] <= end]
    assert market.agg_trades("BTCUSDT", start=start, end=end, limit=1000) == within
    assert market.agg_trades("BTCUSDT", start=start, limit=10) == within[:10]
    assert market.agg_trades("BTCUSDT", end=end, limit=10) == within[-10:]


@pytest.mark.parametrize("kind", ["depth", "depth@100ms"])
def test_a_book_kept_from_depth_and_differences_is_the_markets(kind):
    market = listening(kinds=[kind])
    run(market, 3)
    snapshot = market.depth("BTCUSDT", 5000)
    sides = {"b": dict(snapshot["bids"]), "a": dict(snapshot["asks"])}
    last = snapshot["lastUpdateId"]
    for update in run(market, 20)[f"btcusdt@{kind}"]:
        assert update["U"] <= last + 1
        last = update["u"]
        for side, levels in sides.items():
            levels.update(dict(update[side]))
    market.advance(market.now - market.now % 1000 + 1000)
    final = market.depth("BTCUSDT", 5000)
    for side, key in (("b", "bids"), ("a", "asks")):
        kept = {price: qty for price, qty in sides[side].items() if float(qty)}
        if last == final["lastUpdateId"]:
            assert kept == dict(final[key])
        assert len(kept) > 100


def test_differences_follow_one_another_on_each_stream_also_across_quiet_times(minutes):
    _, pushed = minutes
    for kind in ("depth", "depth@100ms"):
        ranges = [messages.numbers(update) for update in pushed[f"btcusdt@{kind}"]]
        assert all(after[0] == before[1] + 1 for before, after in pairwise(ranges))
        assert all(first <= last for first, last in ranges)


def test_best_prices_are_pushed_when_they_change_and_only_then(minutes):
    market, pushed = minutes
    tickers = pushed["btcusdt@bookTicker"]
    assert all([b[k] for k in "bBaA"] != [a[k] for k in "bBaA"] for a, b in pairwise(tickers))
    assert all(after["u"] > before["u"] for before, after in pairwise(tickers))
    assert all(number(ticker["b"]) < number(ticker["a"]) for ticker in tickers)
    asked = market.book_ticker(["BTCUSDT"])[0]
    assert [asked[k] for k in ("bidPrice", "bidQty", "askPrice", "askQty")] == [
        tickers[-1][k] for k in "bBaA"
    ]


@pytest.mark.parametrize(("interval", "length"), [("1s", 1000), ("1m", MINUTE)])
def test_each_candle_is_closed_once_and_equals_the_asked_candle_and_its_trades(minutes, interval, length):
    market, pushed = minutes
    candles = [message["k"] for message in pushed[f"btcusdt@kline_{interval}"]]
    closed = [candle for candle in candles if candle["x"]]
    assert [c["t"] for c in closed] == list(range(closed[0]["t"], closed[-1]["t"] + 1, length))
    rows = {row[0]: row for row in market.klines("BTCUSDT", interval, start=closed[0]["t"], limit=1000)}
    trades = market.trades("BTCUSDT", 1000)
    for candle in closed:
        assert candle["T"] == candle["t"] + length - 1
        assert [candle[key] for key in "tohlcvTqnVQB"] == rows[candle["t"]]
        within = [row for row in trades if candle["t"] <= row["time"] <= candle["T"]]
        assert candle["n"] == len(within)
        if within:
            assert (candle["f"], candle["L"]) == (within[0]["id"], within[-1]["id"])
            assert (candle["o"], candle["c"]) == (within[0]["price"], within[-1]["price"])
            assert number(candle["v"]) == sum(number(row["qty"]) for row in within)
            assert number(candle["q"]) == sum(number(row["quoteQty"]) for row in within)
        else:
            assert (candle["f"], candle["L"]) == (-1, -1)


def test_an_open_candle_is_pushed_at_most_every_two_seconds_and_when_it_has_changed(minutes):
    _, pushed = minutes
    open_ones = [message for message in pushed["btcusdt@kline_1m"] if not message["k"]["x"]]
    assert len(open_ones) > 30
    for before, after in pairwise(open_ones):
        assert after["E"] - before["E"] >= 2000
        assert after["k"]["n"] > before["k"]["n"] or after["k"]["t"] > before["k"]["t"]


def test_the_day_is_told_alike_by_ticker_mini_ticker_and_answer():
    market = listening(kinds=["ticker", "miniTicker"])
    pushed = run(market, 30)
    market.advance(market.now // 1000 * 1000 + 1000)
    day = market.ticker_24h(["BTCUSDT"])[0]
    assert day["closeTime"] - day["openTime"] == 86_400_000
    assert day["count"] == day["lastId"] - day["firstId"] + 1
    assert number(day["lowPrice"]) <= number(day["weightedAvgPrice"]) <= number(day["highPrice"])
    change = number(day["lastPrice"]) - number(day["openPrice"])
    assert float(day["priceChange"]) == pytest.approx(change / 1e8, abs=1e-8)
    assert float(day["priceChangePercent"]) == pytest.approx(
        100 * change / number(day["openPrice"]), abs=0.0006
    )
    for name, pairs in (("ticker", "phl"), ("miniTicker", "hl")):
        last = pushed[f"btcusdt@{name}"][-1]
        asked = {"p": "priceChange", "h": "highPrice", "l": "lowPrice"}
        assert all(len(last[key].split(".")[1]) == len(day[asked[key]].split(".")[1]) for key in pairs)
        assert last["E"] % 1000 == 0


def test_a_moving_average_over_500_hours_and_live_candles_is_unbroken():
    market = Market(start=START)
    asked = market.klines("ETHUSDT", "1h", limit=500)
    assert [row[0] for row in asked] == list(range(asked[0][0], asked[0][0] + 500 * 3_600_000, 3_600_000))
    assert asked[-1][0] <= START < asked[-1][6] + 1
    assert all(float(row[8]) > 0 for row in asked)
    market.subscribe("ethusdt@kline_1h")
    live = [message["k"] for message in run(market, 20)["ethusdt@kline_1h"]]
    assert live[0]["t"] == asked[-1][0]
    assert live[0]["o"] == asked[-1][1], "the live candle is the last one asked for, further on"
    assert live[0]["n"] >= asked[-1][8]
    closes = [float(row[4]) for row in asked] + [float(candle["c"]) for candle in live]
    assert all(abs(after / before - 1) < 0.15 for before, after in pairwise(closes))
    assert abs(closes[500] / closes[499] - 1) < 0.005


def test_candles_are_asked_for_as_binance_understands_it():
    market = Market(start=START)
    this = START // MINUTE * MINUTE
    starts = lambda **asked: [row[0] for row in market.klines("BTCUSDT", "1m", **asked)]  # noqa: E731
    assert starts(limit=3) == [this - 2 * MINUTE, this - MINUTE, this]
    assert starts(limit=2, end=this - 1) == [this - 2 * MINUTE, this - MINUTE]
    assert starts(limit=2, end=this) == [this - MINUTE, this]
    assert starts(start=this - 5 * MINUTE, end=this - 3 * MINUTE) == [this - n * MINUTE for n in (5, 4, 3)]
    assert starts(start=this - 5 * MINUTE + 1, limit=2) == [this - 4 * MINUTE, this - 3 * MINUTE]
    assert starts(start=this - MINUTE) == [this - MINUTE, this]
    assert starts(start=this + MINUTE) == []
    assert len(starts()) == 500
    week = market.klines("BTCUSDT", "1w", limit=3)
    assert [row[0] % 604_800_000 for row in week] == [345_600_000] * 3, "weeks begin on Monday"


def test_the_answers_have_the_shape_of_recorded_ones(realdata):
    with gzip.open(realdata / "rest_recordings.json.gz", "rt") as file:
        routes = json.load(file)["routes"]
    market = Market(start=START)

    def shape(value):
        if isinstance(value, dict):
            return {key: shape(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [shape(value[0])] if value and isinstance(value[0], dict) else [shape(v) for v in value]
        decimals = value.partition(".")[2] if isinstance(value, str) else None
        return type(value), None if decimals is None else len(decimals)

    def was(path, which=0):
        return routes[f"/api/v3/{path}"]["GET"][which]["data"]

    assert shape(market.trades("BTCUSDT")) == shape(was("trades"))
    assert shape(market.historical_trades("BTCUSDT", 5)) == shape(was("historicalTrades"))
    assert shape(market.agg_trades("BTCUSDT")) == shape(was("aggTrades"))
    assert shape(market.klines("BTCUSDT", "5m", limit=5)[0]) == shape(was("klines")[0])
    assert shape(market.ticker_24h(["ETHBTC"])[0]) == shape(was("ticker/24hr"))
    assert shape(market.ticker_price(["BTCUSDT"])[0]) == shape(was("ticker/price"))
    assert shape(market.book_ticker(["BTCUSDT"])[0]) == shape(was("ticker/bookTicker"))
    depth = market.depth("BTCUSDT", 1000)
    assert shape(depth["bids"][0]) == shape(was("depth")["bids"][0])
    assert list(depth) == ["lastUpdateId", "bids", "asks"]
    average = market.avg_price("BTCUSDT")
    assert list(average) == ["mins", "price", "closeTime"]
    assert shape(average["price"]) == shape(was("avgPrice")["price"])


def test_depth_lists_as_many_levels_as_asked_best_first():
    market = Market(start=START)
    for limit in (5, 100):
        depth = market.depth("BTCUSDT", limit)
        bids, asks = ([number(price) for price, _ in depth[side]] for side in ("bids", "asks"))
        assert len(bids) == len(asks) == limit
        assert bids == sorted(bids, reverse=True)
        assert asks == sorted(asks)
        assert bids[0] < asks[0]


def test_a_market_before_its_past_is_refused():
    with pytest.raises(ValueError, match="begins in July 2017, not at 1723161254"):
        Market(start=START // 1000)


def test_an_unknown_symbol_is_named():
    market = Market(start=START)
    for ask in (market.depth, market.trades, market.avg_price):
        with pytest.raises(UnknownSymbol, match="NOSUCH"):
            ask("NOSUCH")
    with pytest.raises(UnknownSymbol, match="NOSUCH"):
        market.ticker_price(["BTCUSDT", "NOSUCH"])


def test_unknown_and_dead_streams_are_accepted_and_stay_silent():
    market = Market(start=START)
    names = [
        "!ticker@arr",
        "!bookTicker",
        "nosuch@trade",
        "btcusdt@nothing",
        "whatever",
        "!ticker@arr@3000ms",
    ]
    for name in names:
        market.subscribe(name)
    assert not run(market, 5)
    for name in names:
        market.unsubscribe(name)


def test_all_mini_tickers_come_each_second_as_one_list_of_the_symbols_that_changed():
    market = Market(start=START)
    market.subscribe("!miniTicker@arr")
    lists = run(market, 10)["!miniTicker@arr"]
    assert 8 <= len(lists) <= 11
    seen = set()
    for rows in lists:
        assert {row["e"] for row in rows} == {"24hrMiniTicker"}
        assert len({row["E"] for row in rows}) == 1
        names = [row["s"] for row in rows]
        assert len(names) == len(set(names))
        seen.update(names)
    assert seen >= {name for name in MAJORS if name in LISTING}
    market.unsubscribe("!miniTicker@arr")
    assert not run(market, 5)


def test_the_old_period_in_a_name_is_kept():
    market = Market(start=START)
    market.subscribe("!miniTicker@arr@3000ms")
    lists = run(market, 12)["!miniTicker@arr@3000ms"]
    assert len(lists) == 4
    assert all(rows[0]["E"] % 3000 == 0 for rows in lists)


def test_a_stream_ends_when_it_is_given_up_and_others_go_on():
    market = listening(kinds=["trade", "depth"])
    run(market, 5)
    market.unsubscribe("btcusdt@trade")
    pushed = run(market, 10)
    assert "btcusdt@trade" not in pushed
    assert pushed["btcusdt@depth"]
    market.unsubscribe("btcusdt@depth")
    assert not run(market, 10)


def test_asking_for_all_symbols_wakes_none_and_agrees_with_those_awake():
    market = listening(kinds=["trade"])
    run(market, 5)
    prices = {row["symbol"]: row["price"] for row in market.ticker_price()}
    quotes = {row["symbol"]: row for row in market.book_ticker()}
    assert prices.keys() == quotes.keys() == LISTING.keys()
    assert [{"symbol": "BTCUSDT", "price": prices["BTCUSDT"]}] == market.ticker_price(["BTCUSDT"])
    assert [quotes["BTCUSDT"]] == market.book_ticker(["BTCUSDT"])
    for name in ("ETHUSDT", "LTCBTC"):
        woken = float(market.ticker_price([name])[0]["price"])
        assert float(prices[name]) == pytest.approx(woken, rel=0.005)
        assert float(quotes[name]["bidPrice"]) < float(quotes[name]["askPrice"])


def test_the_same_seed_gives_the_same_messages_and_another_seed_others():
    one, same, other = (run(listening("LTCBTC", seed=seed), 20) for seed in (1, 1, 2))
    assert one == same
    assert one["ltcbtc@trade"] != other["ltcbtc@trade"]


@pytest.mark.parametrize("step", [1, 777, 20_000])
def test_how_often_time_is_moved_on_changes_nothing(step):
    kinds = ["trade", "depth@100ms", "kline_1s", "bookTicker"]
    assert run(listening(kinds=kinds), 20, step) == run(listening(kinds=kinds), 20, 250)


def test_time_never_goes_back():
    market = listening(kinds=["trade"])
    run(market, 2)
    now = market.now
    assert market.advance(now - 1000) == []
    assert market.now == now


def test_after_a_long_gap_the_market_goes_on_from_a_new_past_at_once():
    """A closed laptop: no trade by trade through the night, no repeated numbers, differences without a hole."""
    market = listening(kinds=["trade", "depth", "kline_1m"])
    before = run(market, 30)
    market.advance(market.now + 8 * 3_600_000)
    after = run(market, 70)
    assert after["btcusdt@trade"][0]["t"] > before["btcusdt@trade"][-1]["t"]
    rows = market.trades("BTCUSDT", 500)
    assert all(
        late["id"] == early["id"] + 1 and late["time"] >= early["time"] for early, late in pairwise(rows)
    )
    closes = [float(row[4]) for row in market.klines("BTCUSDT", "1m", limit=600)]
    assert all(abs(late / early - 1) < 0.05 for early, late in pairwise(closes))
    closed = [m["k"]["t"] for m in after["btcusdt@kline_1m"] if m["k"]["x"]]
    assert len(closed) in (1, 2)


@pytest.mark.parametrize("symbol", ["BTCUSDT", "NEOBTC"])
def test_who_asks_every_few_minutes_never_sees_a_closed_candle_or_an_old_trade_change(symbol):
    """A bot that polls, and listens to nothing: what happened between two questions is added, not rewritten."""
    market = Market(seed=1, start=START)
    shown, trades = {}, {}
    for _ in range(8):
        market.advance(market.now + 5 * MINUTE + 7_000)
        rows = market.klines(symbol, "1m", limit=60)
        for row in rows[:-1]:
            assert shown.setdefault(row[0], row) == row
        hour = market.klines(symbol, "1h", limit=1)[0]
        minutes = [row for row in rows if row[0] >= hour[0]]
        if len(minutes) == (market.now - hour[0]) // MINUTE + 1:
            assert hour[8] == sum(row[8] for row in minutes)
        for trade in market.agg_trades(symbol, limit=500):
            assert trades.setdefault(trade["a"], trade) == trade
    numbers = sorted(trades)
    assert all(trades[a]["T"] <= trades[b]["T"] for a, b in pairwise(numbers))
    closes = [float(row[4]) for row in shown.values()]
    assert all(abs(late / early - 1) < 0.02 for early, late in pairwise(closes))


@pytest.mark.parametrize("start", [10**18, 253402300799000, START + 10**9])
def test_candles_of_the_future_are_none(start):
    assert all(Market(start=START).klines("BTCUSDT", name, start) == [] for name in ("1m", "1w", "1M"))


def test_the_stream_of_all_markets_begins_in_the_present():
    """A symbol that was asked for a while ago and left does not tell what happened meanwhile."""
    market = Market(start=START)
    market.depth("YFIBTC", 5)
    market.advance(START + 100_000)
    market.subscribe("!miniTicker@arr")
    lists = [data for _, data in market.advance(START + 103_000)]
    assert 1 <= len(lists) <= 3
    assert all(row["E"] > START + 100_000 for rows in lists for row in rows)
    market.depth("YFIBTC", 5)
    later = [row["s"] for _, rows in market.advance(START + 160_000) for row in rows]
    assert "YFIBTC" in later


def test_differences_lead_over_a_gap_to_the_new_book():
    market = listening(kinds=["depth"])
    snapshot = market.depth("BTCUSDT", 5000)
    sides, last = {"b": dict(snapshot["bids"]), "a": dict(snapshot["asks"])}, snapshot["lastUpdateId"]
    pushed = market.advance((market.now + 3_600_000) // 1000 * 1000)
    pushed += market.advance(market.now + 1000)
    for _, update in pushed:
        assert update["U"] <= last + 1
        last = update["u"]
        for side, levels in sides.items():
            levels.update(dict(update[side]))
    bids = max(float(price) for price, qty in sides["b"].items() if float(qty))
    asks = min(float(price) for price, qty in sides["a"].items() if float(qty))
    assert bids < asks
    assert bids == pytest.approx(float(market.ticker_price(["BTCUSDT"])[0]["price"]), rel=0.002)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    start=st.integers(1_514_764_800_000, 1_893_456_000_000),
    data=st.data(),
    step=st.sampled_from([100, 999, 5000]),
)
def test_whatever_seed_time_and_symbol_the_streams_and_answers_agree(seed, start, data, step):
    symbol = data.draw(st.sampled_from(sorted(LISTING)))
    market = listening(symbol, ["trade", "depth", "bookTicker", "kline_1s"], start, seed)
    pushed = run(market, 10, step)
    low = symbol.lower()
    trades = pushed[f"{low}@trade"]
    rows = market.trades(symbol, 50)
    assert [row["id"] for row in rows[len(rows) - len(trades) :]] == [trade["t"] for trade in trades]
    assert all(late["id"] == early["id"] + 1 for early, late in pairwise(rows))
    assert all(float(row["price"]) > 0 and float(row["qty"]) > 0 for row in rows)
    best = market.book_ticker([symbol])[0]
    assert 0 < number(best["bidPrice"]) < number(best["askPrice"])
    candles = [message["k"] for message in pushed[f"{low}@kline_1s"] if message["k"]["x"]]
    assert len(candles) == (start + 10_000) // 1000 - start // 1000
    assert all(late["t"] == early["t"] + 1000 for early, late in pairwise(candles))
    bars = market.klines(symbol, "1m", limit=5)
    assert all(late[0] == early[0] + MINUTE for early, late in pairwise(bars))
    assert all(number(bar[3]) <= min(number(bar[1]), number(bar[4])) for bar in bars)
