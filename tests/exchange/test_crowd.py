"""The crowd makes a believable market around the fair price, the same one for the same seed."""

import math
import random
import statistics
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_legacy.exchange.market.book import Book
from binance_legacy.exchange.market.crowd import Crowd, Pace
from binance_legacy.exchange.market.listing import Symbol

START = 1_723_161_240_000
ETH = Symbol(
    name="ETHUSDT", base="ETH", quote="USDT", status="TRADING", price_places=2, qty_places=4, tick=1, step=1,
    min_qty=1, max_qty=10**12, min_notional=Decimal(5),
)  # fmt: skip
DOGE = replace(
    ETH,
    name="DOGEBTC",
    base="DOGE",
    quote="BTC",
    price_places=8,
    qty_places=0,
    min_notional=Decimal("0.0001"),
)
PACE = Pace(1.5, 2900.0)


def wandering(price, volatility=0.000134):
    """A fair price that moves as ETHUSDT's did where it was recorded: 0.0134% in a second."""
    moves = random.Random(7)
    path = [price]
    for _ in range(4000):
        path.append(path[-1] * math.exp(moves.gauss(0, volatility)))
    return lambda at: path[max(0, (at - START) // 1000)]


def steady(price):
    return lambda at: price


def run(crowd, seconds):
    """Everything traded in so many seconds: (time, fill)."""
    traded = []
    while crowd.next < START + seconds * 1000:
        traded += [(crowd.now, fill) for fill in crowd.act()]
    return traded


def market(symbol=ETH, fair=None, pace=PACE, seed="1", start=START):
    book = Book(step=symbol.step)
    return book, Crowd(symbol, book, fair or wandering(2683.8), pace, seed, start)


def test_the_same_seed_gives_the_same_market_and_another_seed_another():
    (one, first), (two, second), (other, third) = market(), market(), market(seed="2")
    assert run(first, 60) == run(second, 60) != run(third, 60)
    assert one.top(500) == two.top(500) != other.top(500)


def test_bid_and_ask_stand_a_tick_apart_most_of_the_time_and_hundreds_of_levels_deep():
    book, crowd = market()
    spreads = []
    while crowd.next < START + 300_000:
        crowd.act()
        assert book.best_bid < book.best_ask
        spreads.append(book.best_ask - book.best_bid)
    assert statistics.median(spreads) == 1
    assert max(spreads) < 0.002 * 268380
    bids, asks = book.top(5000)
    assert min(len(bids), len(asks)) > 150
    assert asks[19][0] / asks[0][0] - 1 < 0.001, "twenty levels reach no further than 0.1%"
    assert asks[-1][0] / asks[0][0] - 1 > 0.005


def test_quantities_grow_away_from_the_best_price():
    sides = [market(seed=str(seed))[0].top(5000)[1] for seed in range(8)]
    near = statistics.mean(qty for asks in sides for _, qty in asks[:10])
    far = statistics.mean(qty for asks in sides for _, qty in asks[150:200])
    assert far > 1.5 * near


def test_trades_follow_the_fair_price_closely():
    fair = wandering(2683.8)
    _, crowd = market(fair=fair)
    off = [abs(fill.price / 100 / fair(at) - 1) for at, fill in run(crowd, 900)]
    assert statistics.mean(off) < 0.0002


def test_rate_and_size_of_trades_are_those_asked_for_and_sizes_have_a_heavy_tail():
    _, crowd = market()
    qtys = sorted(fill.qty for _, fill in run(crowd, 3000))
    assert 0.75 * 1.5 < len(qtys) / 3000 < 1.25 * 1.5
    assert 0.7 * 2900 < statistics.mean(qtys) < 1.3 * 2900
    assert statistics.mean(qtys) > 2 * statistics.median(qtys)
    assert qtys[len(qtys) * 99 // 100] > 10 * statistics.median(qtys)


def test_the_slowest_symbol_trades_about_every_two_seconds():
    _, crowd = market(DOGE, wandering(0.00000166), Pace(0.6, 3000.0))
    times = [at for at, _ in run(crowd, 600)]
    gaps = [after - before for before, after in pairwise(times)]
    assert len(times) > 600 / 2.5
    assert max(gaps) < 20_000


def test_every_trade_is_large_enough_for_the_symbol_unless_its_maker_had_no_more():
    _, crowd = market(DOGE, steady(0.00000166), Pace(0.6, 3000.0))
    least = math.ceil(0.0001 / 0.00000166)
    qtys = [fill.qty for _, fill in run(crowd, 600)]
    assert statistics.median(qtys) >= least


def test_orders_of_others_are_never_canceled_but_traded_with():
    book, crowd = market(fair=lambda at: 2683.8 if at < START + 10_000 else 2690.0)
    mine = book.limit(False, 268500, 5000, "ann").id
    fills = [fill for _, fill in run(crowd, 60) if fill.maker_id == mine]
    assert sum(fill.qty for fill in fills) == 5000
    assert {(fill.maker_owner, fill.price, fill.buyer_is_maker) for fill in fills} == {("ann", 268500, False)}
    far = book.limit(True, 100000, 5000, "ann").id
    crowd.settle(START + 60_000)
    assert book.orders[far].qty == 5000


def test_settling_quotes_afresh_at_the_price_of_that_moment():
    book, crowd = market(fair=lambda at: 2683.8 if at < START + 3_600_000 else 2500.0)
    crowd.settle(START + 3_600_000)
    assert book.best_bid <= 250_000 <= book.best_ask
    assert abs(book.best_bid / 250_000 - 1) < 0.001
    assert crowd.next >= START + 3_600_000


@settings(max_examples=25, deadline=None)
@given(
    price=st.floats(1e-8, 1e6),
    places=st.integers(0, 8),
    tick=st.sampled_from([1, 5, 10]),
    qty_places=st.integers(0, 8),
    step=st.sampled_from([1, 10]),
    trades=st.floats(0.5, 3),
    worth=st.floats(1, 10_000),
    seed=st.integers(0, 99),
)
def test_whatever_the_symbol_the_book_has_two_sides_whole_ticks_and_whole_steps(
    price, places, tick, qty_places, step, trades, worth, seed
):
    symbol = replace(ETH, price_places=places, tick=tick, qty_places=qty_places, step=step, min_qty=step)
    pace = Pace(trades, worth / price * 10**qty_places)
    book, crowd = market(symbol, wandering(price), pace, str(seed))
    for _ in range(60):
        for fill in crowd.act():
            assert fill.price % tick == 0
            assert fill.qty % step == 0
        assert 0 < book.best_bid < book.best_ask
    bids, asks = book.top(1000)
    assert all(level[0] % tick == 0 and level[1] % step == 0 and level[0] > 0 for level in bids + asks)


@pytest.mark.parametrize("portion", [1, 7, 50])
def test_acting_in_portions_is_acting_at_once(portion):
    (one, first), (two, second) = market(), market()
    run(first, 40)
    for seconds in range(portion, 41, portion):
        run(second, seconds)
    run(second, 40)
    assert one.top(500) == two.top(500)
    assert first.next == second.next
