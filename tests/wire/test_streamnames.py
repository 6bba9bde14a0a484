"""Stream names: what is written can be read, and what is read was written so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_legacy.wire import streamnames
from binance_legacy.wire.streamnames import Stream, read, write

symbols = st.from_regex(r"[A-Z0-9_.\-\u4e00-\u9fff]{1,12}", fullmatch=True)  # Binance lists Chinese ones too
windows = [f"ticker_{window}" for window in streamnames.WINDOWS]
single = st.sampled_from(["trade", "aggTrade", "miniTicker", "ticker", "bookTicker", "avgPrice", *windows])
for_all = st.sampled_from(["miniTicker", "ticker", *windows])
streams = st.one_of(
    st.builds(Stream, single, symbols),
    st.builds(
        lambda s, interval, zone: Stream("kline", s, interval=interval, zone=zone),
        symbols, st.sampled_from(streamnames.INTERVALS), st.sampled_from([None, "+08:00"]),
    ),
    st.builds(
        lambda s, levels, speed: Stream("depth", s, None, levels, speed),
        symbols, st.sampled_from([None, 5, 10, 20]), st.sampled_from([None, 100, 1000]),
    ),
    st.builds(lambda k, n: Stream(k, speed=n), for_all, st.sampled_from([None, 1000, 3000])),
    st.just(Stream("bookTicker")),
)  # fmt: skip


@given(streams)
def test_a_written_name_reads_back_as_what_it_was_written_from(stream):
    assert read(write(stream)) == stream


@given(st.text(max_size=30))
def test_any_text_is_read_or_is_no_stream(name):
    stream = read(name)
    assert stream is None or stream.kind


@pytest.mark.parametrize(
    "name",
    [
        "BNBBTC@trade",
        "bnbbtc@trades",
        "bnbbtc@kline_7m",
        "bnbbtc@depth7",
        "bnbbtc",
        "",
        "bnbbtc@depth@50ms",
        "!x@arr",
        "!miniTicker",
        "!ticker@1000ms",
        "!bookTicker@arr",
        "!bookTicker@1000ms",
        "!miniTicker@arr@77ms",
        "bnbbtc@ticker_2h",
        "bnbbtc@kline_1d@+09:00",
    ],
)
def test_names_that_binance_does_not_know_are_no_streams(name):
    assert read(name) is None
    assert repr(name) in streamnames.fault(name)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("BNBBTC@trade", "lower case"),
        ("bnbbtc@foo", "no stream of the kind 'foo'; there are trade, aggTrade, kline_<interval>, "),
        ("bnbbtc@trade@100ms", "no stream of the kind 'trade@100ms'"),
        ("bnbbtc@kline_7m", "kline_ and one of 1s, 1m, 3m"),
        ("bnbbtc@depth7", "depth, depth5, depth10 and depth20"),
        ("!miniTicker@arr@77ms", "@1000ms or @3000ms may follow"),
        ("!foo", "!miniTicker@arr"),
        ("bnbbtc", "<symbol>@<kind>, such as 'bnbbtc@trade'"),
        ("@trade", "<symbol>@<kind>"),
        ("!ticker@arr", "off on 2026-03-26: it stays silent; alive: <symbol>@ticker"),
        ("!bookTicker", "off on 2022-12-07"),
    ],
)
def test_what_is_wrong_with_a_name_is_said_with_what_would_be_right(name, right):
    assert right in streamnames.fault(name)


@given(streams)
def test_there_is_nothing_wrong_with_what_is_alive(stream):
    name = write(stream)
    assert (streamnames.fault(name) is None) == (name not in streamnames.RETIRED)


def test_there_is_nothing_wrong_with_a_listen_key():
    assert streamnames.fault("a1B2c3" * 10) is None


@pytest.mark.parametrize("kind", streamnames.KINDS)
def test_the_kinds_named_are_streams(kind):
    assert read("bnbbtc@" + kind.replace("<interval>", "1m"))


@pytest.mark.parametrize(
    ("name", "door"),
    [
        ("btcusdt@aggTrade", "market"), ("btcusdt@markPrice@1s", "market"), ("!markPrice@arr", "market"),
        ("btcusdt@kline_1m", "market"), ("btcusdt@ticker", "market"), ("!ticker@arr", "market"),
        ("btcusdt@bookTicker", "public"), ("!bookTicker", "public"), ("btcusdt@depth10@100ms", "public"),
        ("btcusdt@rpiDepth@500ms", "public"), ("a1b2c3" * 10, "private"),
    ],
)  # fmt: skip
def test_futures_names_are_asked_for_at_the_door_that_pushes_them(name, door):
    assert streamnames.futures_category(name) == door
