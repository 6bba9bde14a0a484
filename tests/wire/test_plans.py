"""What is asked of Binance today for a stream that a program names."""

import pytest

from binance_legacy.wire import plans, streamnames

UM, CM = plans.USD_M, plans.COIN_M


@pytest.mark.parametrize(
    ("asked", "name", "how", "period"),
    [
        ("bnbbtc@trade", "bnbbtc@trade", "stream", 0),
        ("!miniTicker@arr", "!miniTicker@arr", "stream", 0),
        ("!miniTicker@arr@1000ms", "!miniTicker@arr", "stream", 1),
        ("!miniTicker@arr@5000ms", "!miniTicker@arr", "slow", 5),
        ("!ticker@arr", "ticker", "board", 1),
        ("!ticker@arr@1000ms", "ticker", "board", 1),
        ("!bookTicker", "bookTicker", "board", 0),
        ("k" * 60, "k" * 60, "account", 0),
        ("x" * 60, "x" * 60, "stream", 0),
    ],
)
def test_a_spot_stream_is_asked_for_as_it_is_alive(asked, name, how, period):
    plan = plans.spot(asked, lambda key: key == "k" * 60)
    assert (plan.asked, plan.name, plan.how, plan.period) == (asked, name, how, period)


@pytest.mark.parametrize(
    ("asked", "door"),
    [
        ("btcusdt@aggTrade", "market"),
        ("btcusdt@markPrice@1s", "market"),
        ("!markPrice@arr@1s", "market"),
        ("btcusdt@ticker", "market"),
        ("!ticker@arr", "market"),
        ("btcusdt_perpetual@continuousKline_1m", "market"),
        ("!forceOrder@arr", "market"),
        ("btcusdt@bookTicker", "public"),
        ("!bookTicker", "public"),
        ("btcusdt@depth", "public"),
        ("btcusdt@depth5@100ms", "public"),
        ("btcusdt@rpiDepth@500ms", "public"),
        ("k" * 64, "private"),
    ],
)
def test_a_futures_stream_is_asked_for_at_the_door_that_pushes_it(asked, door):
    assert plans.futures(asked).door == door
    assert plans.futures(asked, CM).door == "", "the COIN-M host has one door"


def test_of_all_contracts_rows_only_those_of_the_margin_asked_for_are_handed_on():
    rows = [{"s": "BTCUSDT", "st": 1}, {"s": "BTCUSD_PERP", "st": 2}, {"s": "OLD"}]
    assert plans.futures("!markPrice@arr").change(rows) == [rows[0], rows[2]]
    assert plans.futures("!ticker@arr", CM).change(rows) == rows[1:]
    book = plans.futures("!bookTicker").change
    assert (
        book({"s": "BTCUSDT", "st": 1}) and book({"s": "X"}) and book({"s": "BTCUSD_PERP", "st": 2}) is None
    )
    assert plans.futures("!markPrice@arr").change([rows[1]]) is None, "an empty list is no message"


@pytest.mark.parametrize(
    ("asked", "name", "door"),
    [
        ("btc-271231-100000-c@ticker", "btc-271231-100000-c@optionTicker", "public"),
        ("btc-271231-100000-c@trade", "btc-271231-100000-c@optionTrade", "public"),
        ("btc-271231-100000-c@kline_1m", "btc-271231-100000-c@kline_1m", "market"),
        ("btc-271231-100000-c@depth10", "btc-271231-100000-c@depth10@500ms", "public"),
        ("btc-271231-100000-c@depth10@100ms", "btc-271231-100000-c@depth10@100ms", "public"),
    ],
)
def test_an_options_stream_of_0_7_is_asked_for_by_its_name_of_today(asked, name, door):
    plan = plans.options(asked)
    assert (plan.asked, plan.name, plan.door) == (asked, name, door)


@pytest.mark.parametrize(
    ("asked", "name", "door"),
    [
        ("btc@optionTicker@271231", "btc@optionTicker@271231", "public"),
        ("btc@optionTrade", "btc@optionTrade", "public"),
        ("btc@bookTicker", "btc@bookTicker", "public"),
        ("btc@openInterest@271231", "btc@openInterest@271231", "market"),
        ("btc@optionOpenInterest@271231", "btc@openInterest@271231", "market"),
        ("btcusdt@optionMarkPrice", "btcusdt@optionMarkPrice", "market"),
        ("!index@arr", "!index@arr", "market"),
        ("!optionSymbol", "!optionSymbol", "market"),
    ],
)
def test_an_options_stream_of_1_x_goes_to_the_door_that_pushes_it(asked, name, door):
    plan = plans.options(asked, legacy=False)
    assert (plan.name, plan.door) == (name, door)


def test_an_option_s_messages_hold_what_0_7_s_held():
    ticker = plans.options("x@ticker").change({"e": "24hrTicker", "v": "1", "q": "2"})
    assert (ticker["V"], ticker["A"]) == ("1", "2")
    assert plans.options("x@kline_1m").change({"k": {"f": 7}}) == {"k": {"f": 7, "F": 7}}


def test_messages_of_a_combined_line_bear_the_names_that_were_asked_for():
    change = plans.in_envelope([plans.options("x@ticker"), plans.futures("!markPrice@arr")])
    renamed = change({"stream": "x@optionTicker", "data": {"v": "1", "q": "2"}})
    assert renamed == {"stream": "x@ticker", "data": {"v": "1", "q": "2", "V": "1", "A": "2"}}
    assert change({"stream": "!markPrice@arr", "data": [{"st": 2}]}) is None
    other = {"stream": "y@trade", "data": {}}
    assert change(other) is other


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("BTCUSDT@trade", "lower case"),
        ("btcusdt", "a stream's name is <symbol>@<kind>"),
        ("btcusdt@nothing", "no futures stream of the kind 'nothing'"),
        ("!nothing@arr", "no such futures stream of all symbols"),
        ("btcusdt@markPrice@1s", None),
        ("btcusdt_perpetual@continuousKline_1m", None),
        ("!ticker@arr", None),
        ("!contractInfo", None),
    ],
)
def test_a_futures_name_on_which_binance_stays_silent_is_told(name, says):
    fault = plans.futures_fault(name)
    assert (fault is None) if says is None else says in fault


def test_every_retired_spot_stream_is_put_together_again():
    assert {plans.spot(name).how for name in streamnames.RETIRED} == {"board"}
