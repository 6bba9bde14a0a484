"""Market time: never backwards, never beyond the end, standing still where it is held."""

from hypothesis import given
from hypothesis import strategies as st

from binance_legacy.exchange.market.clock import MarketClock, Settling


def test_it_runs_at_its_speed_to_its_end():
    clock = MarketClock(1000, 20, wall=5.0, end=50_000)
    assert [clock.at(wall) for wall in (5.0, 5.1, 6.0, 60.0)] == [1000, 3000, 21_000, 50_000]


@given(st.lists(st.tuples(st.floats(0, 100), st.sampled_from(["run", "hold", "release"])), max_size=30))
def test_it_never_goes_backwards_and_stands_while_held(steps):
    clock, wall, before = MarketClock(0, 3.0, 0.0), 0.0, 0
    for later, what in steps:
        held = clock.held
        wall += later
        now = clock.at(wall)
        assert now >= before and (not held or now == before)
        if what == "hold":
            clock.hold(now)
        elif what == "release" and held:
            clock.release(wall)
        before = now


def test_a_tape_begins_half_a_second_after_the_last_arrival():
    settling = Settling()
    settling.arrived(1.0, subscribed=False)
    assert not settling.over(100.0)  # nobody listens yet
    settling.arrived(100.0, subscribed=True)
    settling.arrived(100.4, subscribed=False)
    assert not settling.over(100.8)
    assert settling.over(100.95)


def test_arrivals_without_end_delay_it_three_seconds_at_most():
    settling = Settling()
    for tenth in range(31):
        settling.arrived(tenth / 10, subscribed=True)
    assert settling.over(3.0)
