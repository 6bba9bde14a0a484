"""A symbol's trades are one numbered row, whether past or live."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_legacy.exchange.market.bars import Trade
from binance_legacy.exchange.market.history import Aggregate, History
from binance_legacy.exchange.market.listing import LISTING
from binance_legacy.exchange.market.past import Past
from binance_legacy.exchange.market.walk import Walk

OPENED = 1_723_161_240_000
PAST = Past(Walk(1), LISTING["LTCBTC"])


def filled(count, first=None, first_aggregate=None):
    """A history with so many live trades, two of them to an aggregate."""
    history = History(PAST, OPENED, first, first_aggregate)
    for index in range(count):
        trade = Trade(history.next_id, OPENED + index * 10, 100, 1, False)
        history.add(trade)
        if index % 2:
            number = history.next_aggregate
            history.add_aggregate(Aggregate(number, trade.time, 100, 2, trade.id - 1, trade.id, False))
    return history


@pytest.mark.parametrize("count", [0, 3, 50])
def test_the_latest_trades_reach_back_into_the_past_without_a_hole(count):
    history = filled(count)
    trades = history.recent(40)
    assert [trade.id for trade in trades] == list(range(history.next_id - 40, history.next_id))
    assert sum(trade.time >= OPENED for trade in trades) == min(40, count)


@settings(max_examples=40, deadline=None)
@given(back=st.integers(-30, 3000), limit=st.integers(1, 200), first=st.none() | st.integers(5000, 10**6))
def test_any_number_is_found_with_those_after_it(back, limit, first):
    history = filled(30, first, first)
    number = history.next_id - 30 - back
    trades = history.from_id(number, limit)
    assert [trade.id for trade in trades] == list(range(number, min(number + limit, history.next_id)))
    assert all(late.time >= early.time for early, late in pairwise(trades))


def test_aggregates_are_found_by_time_with_both_ends_included():
    history = filled(20)
    recent = history.recent_aggregates(100)
    start, end = recent[20].time, recent[-2].time
    within = [one for one in recent if start <= one.time <= end]
    assert history.aggregates_since(start, end, 1000) == within
    assert history.aggregates_until(end, 15) == within[-15:]
    assert history.aggregates_since(OPENED + 10**6, None, 5) == []


def test_numbers_never_fall_below_zero_where_a_tape_begins_with_low_ones():
    history = filled(0, 500, 300)
    assert history.recent(1000)[0].id == 200
    assert history.from_id(-50, 3)[0].id == 200
    assert history.recent_aggregates(1000)[0].id == 0


def test_old_live_trades_are_forgotten_and_forty_thousand_kept():
    history = filled(61_000)
    assert history.count == 61_000
    kept = history.live_since(0)
    assert 40_000 <= len(kept) < 61_000
    assert [trade.id for trade in history.recent(1000)] == list(
        range(history.next_id - 1000, history.next_id)
    )
