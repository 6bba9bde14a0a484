"""The box says once what is wrong with what it is asked for, where the real exchange would just stay silent."""

import logging

import pytest

from binance_legacy.exchange.doors.advice import MOST, Advice
from binance_legacy.exchange.doors.serve import Box
from binance_legacy.exchange.market.market import Market

START = 1_700_000_000_000


@pytest.fixture(scope="module")
def live():
    return Market(seed=1, start=START)


@pytest.fixture
def taped(capture):
    return Market(start=START, tapes=[capture(10)])


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("bnbbtc@foo", "there is no stream of the kind 'foo'"),
        ("BNBBTC@trade", "lower case"),
        ("!ticker@arr", "off on 2026-03-26"),
        ("!miniTicker@arr@77ms", "@1000ms or @3000ms"),
        ("moonbtc@trade", "MOONBTC is not listed here: 'moonbtc@trade' stays silent"),
        ("bnbbtc@ticker_1h", "'bnbbtc@ticker_1h' is alive on Binance, but not served by this exchange yet"),
        ("bnbbtc@kline_1d@+08:00", "not served by this exchange yet"),
        ("!ticker_4h@arr", "not served by this exchange yet"),
    ],
)
def test_a_stream_that_will_stay_silent_is_told_of_once(live, name, says):
    advice = Advice(live)
    (sentence,) = advice.on_streams([name, name])
    assert says in sentence
    assert advice.on_streams([name]) == []


@pytest.mark.parametrize(
    "name", ["bnbbtc@trade", "!miniTicker@arr", "btcusdt@depth5@100ms", "ethusdt@kline_1h"]
)
def test_there_is_nothing_to_say_of_a_stream_that_is_served(live, name):
    assert Advice(live).on_streams([name]) == []


def test_a_symbol_that_is_listed_but_not_on_the_tape_is_told_of_once_however_it_is_asked_for(taped):
    advice = Advice(taped)
    (sentence,) = advice.on_streams(["bnbbtc@trade", "ethusdt@trade", "bnbbtc@ticker"])
    assert sentence == "BNBBTC is not on the tape, which holds ETHUSDT: it is simulated beside it"
    assert advice.on_symbol("BNBBTC") == advice.on_symbol("ETHUSDT") == []
    assert Advice(taped).on_symbol("BNBBTC") == [sentence]


def test_without_a_tape_a_symbol_needs_no_word(live):
    assert Advice(live).on_symbol("BNBBTC") == []


def test_a_client_that_asks_for_a_thousand_wrong_names_does_not_fill_the_log(live):
    said = Advice(live).on_streams([f"s{i}btc@trade" for i in range(1000)])
    assert len(said) == MOST + 1
    assert said[-1].startswith("more streams than these stay silent")


def test_a_stream_that_is_not_served_yet_is_silent_and_harms_no_other(live):
    for name in ("bnbbtc@ticker_1h", "bnbbtc@kline_1d@+08:00", "!ticker_4h@arr", "bnbbtc@kline_1s"):
        live.subscribe(name)
    pushed = {name for name, _ in live.advance(live.now + 5000)}
    assert pushed == {"bnbbtc@kline_1s"}
    for name in ("bnbbtc@ticker_1h", "bnbbtc@kline_1d@+08:00", "!ticker_4h@arr", "bnbbtc@kline_1s"):
        live.unsubscribe(name)


def test_the_box_says_it_in_its_log(taped, caplog):
    box = Box(taped)
    with caplog.at_level(logging.WARNING, "binance_legacy.exchange"):
        box.asked_for(["moonbtc@trade"])
        box.asked_of("symbol=BNBBTC&limit=5")
    assert [record.name for record in caplog.records] == ["binance_legacy.exchange"] * 2
    assert "MOONBTC is not listed here" in caplog.messages[0]
    assert "BNBBTC is not on the tape" in caplog.messages[1]
