"""The past: coarse candles are the sum of fine ones, down to single trades; nothing breaks off."""

import gzip
import itertools
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_legacy.exchange.market.bars import (
    DAY,
    HOUR,
    LENGTH,
    MINUTE,
    Trade,
    bar_end,
    bar_start,
    kline_row,
    merge,
    still,
)
from binance_legacy.exchange.market.listing import LISTING
from binance_legacy.exchange.market.past import GENESIS, Past
from binance_legacy.exchange.market.walk import Walk
from binance_legacy.wire.streamnames import INTERVALS

WALK = Walk(5)
NAMES = st.sampled_from(
    [
        "BTCUSDT",
        "ETHBTC",
        "NEOBTC",
        "DOGEBTC",
        "BTTBTC",
        "USDCUSDT",
        "BTCIDRT",
        "BCCBTC",
        "BTCBBTC",
        "SHIBUSDT",
    ]
) | st.sampled_from(sorted(LISTING))
TIMES = st.integers(GENESIS, 2_000_000_000_000)
FINER = {
    "1w": "1d", "3d": "1d", "1d": "4h", "12h": "1h", "8h": "2h", "6h": "1h", "4h": "30m", "2h": "15m", "1h": "15m",
    "30m": "3m", "15m": "5m", "5m": "1m", "3m": "1m", "1m": "1s",
}  # fmt: skip


@given(NAMES, st.sampled_from(sorted(FINER)), TIMES)
@settings(max_examples=150, deadline=None)
def test_a_coarse_candle_is_the_sum_of_the_fine_ones(name, interval, at):
    past = Past(WALK, LISTING[name])
    start = bar_start(interval, at)
    (coarse,) = (
        past.bars(interval, start, start + 1) or past.bars(interval, GENESIS, bar_end(interval, GENESIS))[:1]
    )
    start = coarse.open_time
    fine = Past(WALK, LISTING[name]).bars(FINER[interval], start, bar_end(interval, start))
    assert merge(fine, start) == coarse


def test_a_month_is_the_sum_of_its_minutes():
    past = Past(WALK, LISTING["ETHBTC"])
    start = bar_start("1M", 1_614_600_000_000)
    end = bar_end("1M", start)
    (month,) = past.bars("1M", start, start + 1)
    assert merge(past.bars("1d", start, end), start) == month
    day = past.bars("1d", end - DAY, end)[0]
    assert merge(past.bars("1m", end - DAY, end), end - DAY) == day


@given(NAMES, TIMES)
@settings(max_examples=100, deadline=None)
def test_single_trades_add_up_to_the_minute(name, at):
    symbol = LISTING[name]
    past = Past(WALK, symbol)
    start = at // MINUTE * MINUTE
    bar = past.minute(start)
    trades = past.trades(start, start + MINUTE)
    added = still(start, 0)
    for trade in trades:
        added.add(trade)
    assert added == bar
    assert [trade.id for trade in trades] == list(range(bar.first_id, bar.last_id + 1))
    times = [trade.time for trade in trades]
    assert times == sorted(times) and start <= times[0] and times[-1] < start + MINUTE
    assert all(trade.qty > 0 and trade.qty % symbol.step == 0 for trade in trades)
    assert all(trade.price > 0 and trade.price % symbol.tick == 0 for trade in trades)


@given(NAMES, st.sampled_from(INTERVALS), TIMES)
@settings(max_examples=80, deadline=None)
def test_candles_follow_one_another_without_a_break(name, interval, at):
    start = bar_start(interval, at)
    length = LENGTH.get(interval, 7 * DAY if interval == "1w" else 31 * DAY)
    bars = Past(WALK, LISTING[name]).bars(interval, start, start + 5 * length)
    assert len(bars) >= 4
    traded = [bar for bar in bars if bar.count]
    for before, after in itertools.pairwise(bars):
        assert after.open_time == bar_end(interval, before.open_time)
        assert interval == "1s" or after.open == before.close
    for before, after in itertools.pairwise(traded):
        assert after.first_id == before.last_id + 1


@given(NAMES, st.sampled_from(["1m", "5m", "1h", "1d"]), TIMES)
@settings(max_examples=80, deadline=None)
def test_a_candle_makes_sense_in_itself(name, interval, at):
    start = bar_start(interval, max(at, GENESIS + DAY))
    bar = Past(WALK, LISTING[name]).bars(interval, start, start + 1)[0]
    assert 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
    assert 0 < bar.taker_volume < bar.volume
    sold, sold_quote = bar.volume - bar.taker_volume, bar.quote - bar.taker_quote
    for volume, quote in ((bar.taker_volume, bar.taker_quote), (sold, sold_quote)):
        assert bar.low * volume <= quote <= bar.high * volume
    assert bar.count == bar.last_id - bar.first_id + 1


@given(st.lists(st.tuples(NAMES, st.sampled_from(INTERVALS), TIMES), min_size=2, max_size=5))
@settings(max_examples=30, deadline=None)
def test_the_order_of_questions_changes_nothing(questions):
    def asked(order):
        walk = Walk(9)
        pasts = {name: Past(walk, LISTING[name]) for name, _, _ in questions}
        return [pasts[name].bars(interval, at, at + 2 * MINUTE) for name, interval, at in order]

    assert asked(questions) == asked(questions[::-1])[::-1]


@given(TIMES)
@settings(max_examples=60, deadline=None)
def test_prices_of_pairs_agree_at_the_ends_of_minutes(at):
    at = at // MINUTE * MINUTE
    pasts = [Past(WALK, LISTING[name]) for name in ("ETHBTC", "BTCUSDT", "ETHUSDT")]
    eth_btc, btc, eth = (past.symbol.number(past.minute(at).close) for past in pasts)
    tick = 2 * LISTING["ETHBTC"].number(1) / eth_btc
    assert math.isclose(eth_btc * btc, eth, rel_tol=tick)


@given(NAMES, TIMES)
@settings(max_examples=60, deadline=None)
def test_a_minute_closes_at_the_fair_price(name, at):
    symbol, end = LISTING[name], at // MINUTE * MINUTE + MINUTE
    close = Past(WALK, symbol).minute(end - MINUTE).close
    assert abs(close - WALK.fair(symbol, end) * 10**symbol.price_places) <= symbol.tick


@given(NAMES, TIMES, st.integers(0, 10 * MINUTE))
@settings(max_examples=40, deadline=None)
def test_trades_are_cut_where_asked_and_numbered_through(name, at, length):
    past = Past(WALK, LISTING[name])
    trades = past.trades(at, at + length)
    assert [trade.id for trade in trades] == list(range(past.id_at(at), past.id_at(at + length)))
    assert all(at <= trade.time < at + length for trade in trades)


def test_the_past_begins_on_2017_07_14():
    past = Past(WALK, LISTING["BTCUSDT"])
    assert past.id_at(0) == past.id_at(GENESIS) == 0
    assert past.trades(0, GENESIS) == []
    for interval in INTERVALS:
        first = past.bars(interval, 0, bar_end(interval, GENESIS))[0]
        assert first.open_time == bar_start(interval, GENESIS)
        if first.count:
            assert first.first_id == 0
    assert past.bars("1m", 0, GENESIS) == []


@given(TIMES, st.integers(0, 60 * 24 * 40))
@settings(max_examples=40, deadline=None)
def test_a_span_is_filled_by_few_bars(at, minutes):
    past = Past(WALK, LISTING["ETHUSDT"])
    start = at // MINUTE * MINUTE
    bars = past.span(start, start + minutes * MINUTE)
    assert len(bars) < 150
    if bars:
        whole = merge(bars, start)
        assert (whole.first_id, whole.last_id + 1) == (
            past.id_at(start),
            past.id_at(start + minutes * MINUTE),
        )
        assert whole.close == past.close_at(start + minutes * MINUTE)


def test_a_seed_gives_the_same_past_for_ever():
    """On any platform and any version of Python."""
    past = Past(Walk(1), LISTING["NEOBTC"])
    at = 1_600_041_600_000
    (day,) = past.bars("1d", at, at + 1)
    assert (day.open, day.high, day.low, day.close) == (878, 986, 864, 978)
    assert (day.volume, day.quote, day.count, day.first_id) == (
        11_884_396,
        10_823_222_440,
        34_605,
        41_405_110,
    )
    assert past.trades(at, at + MINUTE)[3] == Trade(41_405_113, 1_600_041_628_890, 877, 49, False)


def test_an_unknown_interval_is_told():
    with pytest.raises(ValueError, match="'7m' is no candle interval"):
        Past(WALK, LISTING["BTCUSDT"]).bars("7m", GENESIS, GENESIS + DAY)


def test_candles_range_as_wide_as_recorded_ones_do(realdata):
    """The mean distance from low to high, measured in standard moves, of a day, an hour and a minute."""
    routes = json.loads(gzip.decompress((realdata / "rest_recordings.json.gz").read_bytes()))["routes"]
    recorded = {}
    for recording in routes["/api/v3/klines"]["GET"]:
        for interval in ("1d", "1h", "1m"):
            if f"interval={interval}&" in recording["queryString"] and "BTCUSDT" in recording["queryString"]:
                recorded.setdefault(interval, []).extend(recording["data"])
    past = Past(Walk(1), LISTING["BTCUSDT"])
    for interval, length, count in (("1d", DAY, 600), ("1h", HOUR, 800), ("1m", MINUTE, 800)):
        bars = past.bars(interval, 1_600_041_600_000, 1_600_041_600_000 + count * length)
        ours = relative_range([kline_row(past.symbol, bar, interval) for bar in bars])
        assert ours == pytest.approx(relative_range(recorded[interval]), rel=0.5)


def relative_range(rows):
    moves = [math.log(float(row[4]) / float(row[1])) for row in rows]
    move = math.sqrt(math.fsum(m * m for m in moves) / len(moves))
    return math.fsum((float(row[2]) - float(row[3])) / float(row[4]) for row in rows) / len(rows) / move
