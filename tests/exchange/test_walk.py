"""The fair values: seeded, continuous, bounded, and one for each asset."""

import itertools
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from binance_legacy.exchange.market.listing import ASSETS, LISTING
from binance_legacy.exchange.market.walk import HOURS, MINUTES, QUARTERS, REACH, Walk, power_of_e

DAY = 86_400_000
TIMES = st.integers(1_499_990_400_000, 2_208_988_800_000)  # 2017-07-14 to 2040
NAMES = st.sampled_from(sorted(LISTING))
WALK = Walk(7)
PINNED = ["0x1.b9d2c6f902043p+15", "0x1.3da427430c94fp-5", "0x1.38e47ba0bab03p+0"]


@given(st.lists(st.tuples(NAMES, TIMES), min_size=2, max_size=6))
@settings(max_examples=40, deadline=None)
def test_the_order_of_questions_changes_nothing(questions):
    one, other = Walk(3), Walk(3)
    forth = [one.fair(LISTING[name], at) for name, at in questions]
    back = [other.fair(LISTING[name], at) for name, at in reversed(questions)]
    assert forth == back[::-1]


def test_another_seed_gives_another_market():
    symbol = LISTING["BTCUSDT"]
    assert Walk(1).fair(symbol, 1_600_000_000_000) != Walk(2).fair(symbol, 1_600_000_000_000)


def test_a_seed_gives_the_same_prices_for_ever():
    """On any platform and any version of Python: a bot's owner may compare runs."""
    prices = [Walk(1).fair(LISTING[name], 1_600_000_012_345) for name in ("BTCUSDT", "ETHBTC", "EURUSDT")]
    assert [price.hex() for price in prices] == PINNED


@given(st.sampled_from(sorted(ASSETS)), TIMES)
@settings(max_examples=60, deadline=None)
def test_a_value_stays_within_reach_of_its_usual_worth(asset, at):
    ratio = WALK.usd(asset, at) / ASSETS[asset].usd
    kind = ASSETS[asset]
    if not kind.market:
        assert abs(ratio - 1) <= 60 * kind.move
    elif kind.market == 1:
        assert 0.04 < ratio < 25


@given(NAMES, TIMES, st.sampled_from([1000, 60_000, 900_000, 3_600_000, DAY, 256 * DAY]))
@settings(max_examples=60, deadline=None)
def test_the_price_is_continuous_where_spans_meet(name, at, length):
    joint = at // length * length
    before, on = (WALK.fair(LISTING[name], moment) for moment in (joint - 1, joint))
    assert abs(before / on - 1) < 0.01 * (ASSETS[LISTING[name].base].move + 0.001)


@given(TIMES)
@settings(max_examples=40, deadline=None)
def test_prices_of_pairs_agree(at):
    eth_btc, btc, eth = (WALK.fair(LISTING[name], at) for name in ("ETHBTC", "BTCUSDT", "ETHUSDT"))
    assert math.isclose(eth_btc * btc, eth, rel_tol=1e-12)


@given(st.sampled_from(["BTCUSDT", "ETHBTC", "NEOBTC", "EURUSDT"]), TIMES)
@settings(max_examples=30, deadline=None)
def test_within_an_hour_and_a_quarter_the_walk_keeps_near_the_straight_line(name, at):
    course = WALK.course(LISTING[name])
    for level, parent, length in ((QUARTERS, HOURS, 3_600_000), (MINUTES, QUARTERS, 900_000)):
        number = at // length
        parts = {HOURS: 24, QUARTERS: 4}[parent]
        move = course.bridge(parent, number // parts).moves[number % parts]
        points = course.bridge(level, number).points
        slope = (points[-1] - points[0]) / (len(points) - 1)
        for index, point in enumerate(points):
            assert abs(point - points[0] - slope * index) <= REACH * move * (1 + 1e-9)


def test_assets_move_together_and_by_believable_amounts():
    def moves(name):
        prices = [WALK.fair(LISTING[name], 1_500_000_000_000 + day * DAY) for day in range(1500)]
        return [math.log(b / a) for a, b in itertools.pairwise(prices)]

    def spread(values):
        return math.sqrt(math.fsum(v * v for v in values) / len(values))

    btc, neo = moves("BTCUSDT"), moves("NEOUSDT")
    assert 0.02 < spread(btc) < 0.045 < 1.6 * spread(neo) < 0.13
    assert spread(moves("EURUSDT")) < 0.01
    together = math.fsum(a * b for a, b in zip(btc, neo, strict=True)) / len(btc) / spread(btc) / spread(neo)
    assert together > 0.4


def test_a_shifted_symbol_has_the_price_and_the_other_pairs_follow():
    walk, at = Walk(1), 1_723_161_254_000
    eth, btc, eth_btc = LISTING["ETHUSDT"], LISTING["BTCUSDT"], LISTING["ETHBTC"]
    walk.shift(eth, at, 2683.8)
    walk.shift(btc, at, 61_500.0)
    assert math.isclose(walk.fair(eth, at), 2683.8, rel_tol=1e-12)
    assert math.isclose(walk.fair(eth_btc, at), 2683.8 / 61_500, rel_tol=1e-12)
    walk.shift(eth_btc, at, 0.0437)
    assert math.isclose(walk.fair(eth_btc, at), 0.0437, rel_tol=1e-12)
    assert math.isclose(walk.fair(eth, at), 2683.8, rel_tol=1e-12)


@given(st.floats(-8, 8))
def test_power_of_e_is_the_exponential(x):
    assert math.isclose(power_of_e(x), math.exp(x), rel_tol=1e-6)
