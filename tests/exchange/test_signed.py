"""When a signed request is in time, also on a market that runs faster than the clock."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_legacy.exchange import Exchange
from binance_legacy.exchange.refusals import Refusal
from binance_legacy.exchange.trade.signed import AHEAD, USUAL_WINDOW, check_time

from .trader import trading

NOW = 1_800_000_000_000
TAPE = 1_700_000_000_000


def passes(stamp, market=NOW, wall=NOW, speed=1.0, **more):
    try:
        check_time({"timestamp": str(stamp), **more}, market, wall, speed)
    except Refusal as refusal:
        assert refusal.code == -1021
        return False
    return True


@given(st.integers(-70_000, 70_000), st.integers(0, 60_000))
def test_at_the_speed_of_time_binances_rule_holds_to_the_millisecond(shift, window):
    within = shift < AHEAD and -shift <= window
    assert passes(NOW + shift, recvWindow=str(window)) == within


@given(st.floats(1, 1000), st.integers(-400_000, 400_000))
def test_on_a_tape_the_window_is_as_many_times_longer_as_the_tape_is_faster(speed, shift):
    within = shift < AHEAD * speed and -shift <= USUAL_WINDOW * speed
    assert passes(TAPE + shift, market=TAPE, speed=speed) == within


@given(st.integers(-10_000, 10_000))
def test_the_real_time_counts_on_a_tape_too_and_is_not_stretched(shift):
    assert passes(NOW + shift, market=TAPE, wall=NOW, speed=50) == (-USUAL_WINDOW <= shift < AHEAD)


def test_on_a_slow_tape_the_window_is_not_made_shorter():
    assert passes(TAPE - USUAL_WINDOW, market=TAPE, speed=0.1)


@pytest.mark.parametrize("stamp", [TAPE * 1000 + 123, str(TAPE * 1000)])
def test_microseconds_are_understood(stamp):
    assert passes(stamp, market=TAPE)


@pytest.mark.parametrize(
    ("sent", "code"),
    [({}, -1102), ({"timestamp": ""}, -1102), ({"timestamp": "now"}, -1100),
     ({"timestamp": str(NOW), "recvWindow": "long"}, -1100),
     ({"timestamp": str(NOW), "recvWindow": "5000.1234"}, -1100)],
)  # fmt: skip
def test_a_time_that_is_none_is_refused(sent, code):
    with pytest.raises(Refusal) as refused:
        check_time(sent, NOW, NOW)
    assert refused.value.code == code


def test_while_a_tape_plays_its_time_and_the_real_one_both_sign(capture):
    with Exchange(replay=capture(1000), speed=20) as exchange:
        exchange.register("k" * 64, "s" * 64)
        with trading(exchange) as one:
            tape = one.get("time")["serverTime"]
            assert tape < NOW - 10**10
            for stamp in (tape, tape - 19 * USUAL_WINDOW, int(time.time() * 1000)):
                assert one.rest("account.status", timestamp=stamp)[0] == 200
                assert one.ws("account.status", timestamp=stamp)[0] == 200
            status, error = one.rest("account.status", timestamp=tape - 21 * USUAL_WINDOW)
            assert (status, error["code"]) == (400, -1021)
            bought = one.rest("order.place", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01")
            assert bought[0] == 200 and bought[1]["transactTime"] < NOW - 10**10
            bought = one.rest("order.place", symbol="ETHUSDT", side="BUY", type="MARKET", quantity="0.01")
            assert bought[0] == 200 and bought[1]["status"] == "EXPIRED", "no book was recorded"
