"""The connection's own parts: what it stands on, and its back-off on a clock that is passed in."""

import itertools
import random

from twisted.internet.task import Clock

from binance_legacy.engine.connection import StreamFactory


def test_autobahns_native_acceleration_is_active():
    """Without it a large message costs twelve times more."""
    from autobahn.websocket import protocol, xormasker

    assert protocol.Utf8Validator.__module__.startswith("autobahn.nvx")
    assert xormasker.USES_NVX


class Connector:
    """A line that never comes up; says when it was tried."""

    def __init__(self, clock):
        self.clock, self.state, self.tried = clock, "disconnected", []

    def connect(self):
        self.tried.append(self.clock.seconds())


def failing_factory():
    factory = StreamFactory("ws://127.0.0.1:1/ws/bnbbtc@trade")
    factory.clock = Clock()
    factory.initialDelay, factory.maxDelay, factory.maxRetries = 0.1, 10, 5
    factory.forget_retries()
    told = []
    factory.callback = told.append
    return factory, Connector(factory.clock), told


def attempts(factory, connector, count):
    """Fails `count` times; the delays that the factory took."""
    delays = []
    for _ in range(count):
        before = factory.clock.seconds()
        factory.retry(connector)
        while len(connector.tried) == len(delays):
            factory.clock.advance(0.001)
        delays.append(connector.tried[-1] - before)
    return delays


def test_delays_grow_from_a_tenth_of_a_second_to_ten_and_no_further_for_ever():
    random.seed(7)
    factory, connector, _ = failing_factory()
    delays = attempts(factory, connector, 40)
    assert 0.05 < delays[0] < 0.2
    assert all(later > earlier for earlier, later in itertools.pairwise(delays[:5]))
    assert max(delays) <= 10.002 and min(delays[5:]) > 4
    assert len(set(delays[6:])) > 10, "jittered, so that a thousand bots do not come back at once"


def test_the_callback_is_told_once_an_outage_and_anew_in_the_next():
    factory, connector, told = failing_factory()
    attempts(factory, connector, 20)
    assert [message["m"] for message in told] == ["Max reconnect retries reached"]
    factory.received([{"e": "trade"}])
    told.clear()
    attempts(factory, connector, 20)
    assert len(told) == 1


def test_without_max_retries_the_callback_is_never_told():
    factory, connector, told = failing_factory()
    factory.maxRetries = None
    attempts(factory, connector, 20)
    assert told == []


def test_a_callback_that_stops_the_socket_when_told_ends_the_retries():
    factory, connector, _ = failing_factory()
    factory.callback = lambda message: factory.stop()
    for _ in range(6):
        factory.retry(connector)
        factory.clock.advance(20)
    tried = len(connector.tried)
    factory.clock.advance(1000)
    assert len(connector.tried) == tried == 5


def test_reset_delay_never_revives_a_stopped_factory():
    factory, connector, _ = failing_factory()
    factory.stop()
    factory.resetDelay()
    factory.retry(connector)
    factory.clock.advance(1000)
    assert connector.tried == []


def test_a_tuning_of_zero_is_no_storm():
    """Binance bans an address that connects more than 300 times in five minutes."""
    factory, connector, _ = failing_factory()
    factory.initialDelay = factory.maxDelay = 0
    factory.forget_retries()
    delays = attempts(factory, connector, 30)
    assert delays[0] > 0.04 and sum(delays[5:]) / len(delays[5:]) > 0.9


def test_jitter_may_be_switched_off_as_in_twisted():
    factory, connector, _ = failing_factory()
    factory.jitter = None
    assert [round(delay, 2) for delay in attempts(factory, connector, 4)] == [0.1, 0.27, 0.74, 2.01]


def test_a_script_s_own_chance_is_left_alone():
    """A bot that seeded `random` draws the same numbers whether or not a line was lost meanwhile."""
    factory, connector, _ = failing_factory()
    before = random.getstate()
    attempts(factory, connector, 5)
    assert random.getstate() == before
