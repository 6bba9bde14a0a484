"""Candles: their times, their sums, and the live ones that follow the past."""

import gzip
import itertools
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_legacy.exchange.market.bars import (
    Bar,
    Trade,
    bar_end,
    bar_start,
    bar_starts,
    kline_row,
    merge,
    still,
)
from binance_legacy.exchange.market.candles import Candles
from binance_legacy.exchange.market.listing import LISTING
from binance_legacy.exchange.market.past import Past
from binance_legacy.exchange.market.walk import Walk
from binance_legacy.wire.streamnames import INTERVALS

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TIMES = st.integers(1_499_990_400_000, 2_208_988_800_000)
SYMBOL = LISTING["BTCUSDT"]
LIVE_FROM = 1_600_000_020_000 // MINUTE * MINUTE


@given(st.sampled_from(INTERVALS), TIMES)
def test_every_time_lies_in_exactly_one_candle(interval, at):
    start = bar_start(interval, at)
    end = bar_end(interval, start)
    assert start <= at < end
    assert bar_start(interval, start) == bar_start(interval, end - 1) == start
    assert bar_start(interval, end) == end


@given(TIMES)
def test_weeks_begin_on_monday_and_months_on_the_first(at):
    week = datetime.fromtimestamp(bar_start("1w", at) / 1000, UTC)
    month = datetime.fromtimestamp(bar_start("1M", at) / 1000, UTC)
    assert (week.weekday(), week.hour, week.minute, week.second) == (0, 0, 0, 0)
    assert (month.day, month.hour, month.minute, month.second) == (1, 0, 0, 0)


def test_an_unknown_interval_is_told():
    with pytest.raises(ValueError, match=r"'2m' is no candle interval; there are 1s, 1m"):
        bar_start("2m", 0)


def test_candles_begin_and_look_as_recorded_ones_do(realdata):
    routes = json.loads(gzip.decompress((realdata / "rest_recordings.json.gz").read_bytes()))["routes"]
    ours = kline_row(SYMBOL, still(0, 1), "1m")
    seen = 0
    for recording in routes["/api/v3/klines"]["GET"]:
        interval = parse_qs(recording["queryString"])["interval"][0]
        for row in recording["data"]:
            assert bar_start(interval, row[0]) == row[0]
            assert bar_end(interval, row[0]) - 1 == row[6]
            assert [type(value) for value in row] == [type(value) for value in ours]
            seen += 1
    assert seen > 2000


def test_a_row_tells_the_candle_in_texts():
    bar = Bar(
        LIVE_FROM,
        4_500_000,
        4_500_100,
        4_499_900,
        4_500_050,
        1_500_000,
        6_750_000_000_000,
        3,
        500_000,
        2_250_000_000_000,
        7,
        9,
    )
    assert kline_row(SYMBOL, bar, "1m") == [
        LIVE_FROM, "45000.00000000", "45001.00000000", "44999.00000000", "45000.50000000", "1.50000000",
        LIVE_FROM + 59_999, "67500.00000000", 3, "0.50000000", "22500.00000000", "0",
    ]  # fmt: skip


@st.composite
def trade_rows(draw, first=0, least=0):
    """Trades at growing times, from LIVE_FROM on."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 400_000), st.integers(1, 50), st.integers(1, 9), st.booleans()),
            min_size=least,
            max_size=60,
        )
    )
    at, trades = LIVE_FROM, []
    for index, (gap, price, qty, maker) in enumerate(rows):
        at += gap
        trades.append(Trade(first + index, at, 4_500_000 + price, qty, maker))
    return trades


def added(trades, open_time):
    bar = still(open_time, 0)
    for trade in trades:
        bar.add(trade)
    return bar


@given(trade_rows(least=1), st.data())
def test_merged_candles_equal_the_candle_of_all_trades(trades, data):
    cut = data.draw(st.integers(0, len(trades)))
    parts = [added(part, index) for index, part in enumerate((trades[:cut], trades[cut:]))]
    assert merge(parts, 5) == added(trades, 5)


def test_candles_without_trades_merge_to_their_close_and_none_cannot_be_merged():
    assert merge([still(0, 5), still(60, 5)], 0) == still(0, 5)
    with pytest.raises(ValueError, match="no candles"):
        merge([], 0)


PAST = Past(Walk(1), SYMBOL)


def reference(interval, start, end, trades):
    """The candles from the past's minutes and the trades, added up one by one."""
    bars, close = [], None
    for at in bar_starts(interval, start, end):
        until = bar_end(interval, at)
        parts = PAST.bars("1m", at, min(until, LIVE_FROM)) if at < LIVE_FROM else []
        live = [trade for trade in trades if at <= trade.time < until]
        if live:
            parts.append(added(live, at))
        if not parts:
            earlier = [trade for trade in trades if trade.time < at]
            close = earlier[-1].price if earlier else PAST.close_at(LIVE_FROM)
        bars.append(merge(parts, at) if parts else still(at, close))
    return bars


@given(
    trade_rows(first=PAST.id_at(LIVE_FROM)),
    st.sampled_from(["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h"]),
)
@settings(max_examples=60, deadline=None)
def test_live_candles_follow_the_past_without_a_seam(trades, interval):
    candles = Candles(PAST, LIVE_FROM)
    for trade in trades:
        candles.add(trade)
        candles.bar(interval, bar_start(interval, trade.time))  # what a stream asks for in between
    now = trades[-1].time if trades else LIVE_FROM
    start = bar_start(interval, LIVE_FROM) - 3 * (bar_end(interval, 0))
    bars = candles.bars(interval, start, now + 1)
    assert bars == reference(interval, start, now + 1, trades)
    assert candles.bar(interval, bars[-1].open_time) == bars[-1]
    for before, after in itertools.pairwise(bars):
        if bar_end(interval, after.open_time) <= LIVE_FROM:
            assert before.close == after.open


@given(trade_rows(first=PAST.id_at(LIVE_FROM), least=1))
@settings(max_examples=30, deadline=None)
def test_seconds_without_trades_stand_at_the_close_before(trades):
    candles = Candles(PAST, LIVE_FROM)
    for trade in trades:
        candles.add(trade)
    last = trades[-1].time // 1000 * 1000
    bars = candles.bars("1s", last - 30_000, last + 5000)
    assert [bar.open_time for bar in bars] == list(range(last - 30_000, last + 5000, 1000))
    assert bars[-1] == still(last + 4000, trades[-1].price)


def test_long_candles_hold_the_past_and_the_live_trades():
    candles = Candles(PAST, LIVE_FROM)
    trade = Trade(PAST.id_at(LIVE_FROM), LIVE_FROM + 5000, 9_999_999, 4, False)
    candles.add(trade)
    for interval in ("1d", "3d", "1w", "1M"):
        start = bar_start(interval, LIVE_FROM)
        bar = candles.bar(interval, start)
        past = merge(PAST.span(start, LIVE_FROM), start)
        assert (bar.open, bar.close, bar.high) == (past.open, trade.price, trade.price)
        assert (bar.count, bar.volume, bar.last_id) == (past.count + 1, past.volume + 4, trade.id)
        assert bar.quote == past.quote + 4 * trade.price
        assert candles.bars(interval, start, start + 1) == [bar]


def test_the_past_can_be_counted_backwards_from_a_given_number():
    candles = Candles(PAST, LIVE_FROM, first_id=5_000_000_000)
    assert candles.bars("1m", LIVE_FROM - MINUTE, LIVE_FROM)[0].last_id == 4_999_999_999


def test_old_live_seconds_are_forgotten_but_not_the_minutes():
    candles = Candles(PAST, LIVE_FROM)
    for second in range(10_000):
        candles.add(Trade(second, LIVE_FROM + second * 1000, 4_500_000, 1, True))
    bars = candles.bars("1s", LIVE_FROM, LIVE_FROM + 10_000_000)
    assert 7_200 <= len(bars) < 10_000
    assert sum(bar.count for bar in candles.bars("1m", LIVE_FROM, LIVE_FROM + 10_000_000)) == 10_000
