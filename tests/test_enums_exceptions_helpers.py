"""Constants, errors and dates: what 0.7.11 gave, as it was observed, and what it should have given."""

import decimal
import pickle
import time
from datetime import UTC, datetime, timedelta, timezone

import dateparser
import pytest
import pytz
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_legacy import enums, exceptions, helpers
from binance_legacy.helpers import date_to_milliseconds, interval_to_milliseconds
from binance_legacy.wire.streamnames import DEPTH_LEVELS, INTERVALS


def response(content, status=400):
    answer = requests.Response()
    answer.status_code, answer._content = status, content
    return answer


# -- constants ---------------------------------------------------------------------------------------------


def test_a_star_import_brings_the_constants_and_nothing_else():
    names = {}
    exec("from binance_legacy.enums import *", names)
    brought = {name: names[name] for name in names if name[0].isalpha()}
    kinds = {"HistoricalKlinesType", "FuturesType", "ContractType"}
    assert kinds <= set(brought) and "Enum" not in brought
    assert all(n.isupper() and type(value) is str for n, value in brought.items() if n not in kinds)


def test_intervals_and_depths_are_such_as_streams_have():
    values = {name: value for name, value in vars(enums).items() if name.isupper()}
    assert {value for name, value in values.items() if name.startswith("KLINE_")} == set(INTERVALS)
    assert {value for name, value in values.items() if name.startswith("WEBSOCKET_")} == set(DEPTH_LEVELS)


# -- exceptions --------------------------------------------------------------------------------------------


def test_an_error_of_binance_says_its_code_and_text():
    answer = response(b'{"code":-1121,"msg":"Invalid symbol."}')
    answer.request = requests.Request("GET", "https://api.binance.com/").prepare()
    error = exceptions.BinanceAPIException(answer)
    assert str(error) == "APIError(code=-1121): Invalid symbol."
    assert (error.code, error.message, error.status_code) == (-1121, "Invalid symbol.", 400)
    assert error.response is answer and error.request is answer.request


@pytest.mark.parametrize(
    "content", [b"<html>x</html>", b"", b"[1]", b"null", b'"abc"', b'{"a": 1}', b'{"code']
)
def test_an_error_that_binance_did_not_write_has_code_0_and_its_text(content):
    error = exceptions.BinanceAPIException(response(content, 502))
    assert (error.code, error.status_code, error.request) == (0, 502, None)
    assert str(error) == f"APIError(code=0): Invalid JSON error message from Binance: {content.decode()}"


def test_of_a_long_page_the_beginning_is_shown_and_the_rest_kept():
    error = exceptions.BinanceAPIException(response(b"<html>" + b"x" * 5000, 403))
    assert len(error.message) < 300 and len(error.response.text) == 5006


@pytest.mark.parametrize(
    ("content", "code", "message"), [(b'{"msg":"only"}', 0, "only"), (b'{"code":5}', 5, "")]
)
def test_half_an_error_is_read_as_far_as_it_goes(content, code, message):
    error = exceptions.BinanceAPIException(response(content))
    assert (error.code, error.message) == (code, message)


ORDER_TEXTS = {
    "BinanceOrderMinAmountException": "Amount must be a multiple of v",
    "BinanceOrderMinPriceException": "Price must be at least v",
    "BinanceOrderMinTotalException": "Total must be at least v",
    "BinanceOrderUnknownSymbolException": "Unknown symbol v",
    "BinanceOrderInactiveSymbolException": "Attempting to trade an inactive symbol v",
}


@pytest.mark.parametrize("name", ORDER_TEXTS)
def test_order_errors_have_0_7_s_code_and_texts(name):
    error = getattr(exceptions, name)("v")
    assert isinstance(error, exceptions.BinanceOrderException)
    assert (error.code, error.message) == (-1013, ORDER_TEXTS[name])
    assert str(error) == f"BinanceOrderException(code=-1013): {ORDER_TEXTS[name]}"


def test_other_errors_say_their_class_and_message():
    for name in ("BinanceRequestException", "BinanceWithdrawException"):
        error = getattr(exceptions, name)("boo")
        assert str(error) == f"{name}: boo" and error.message == "boo"


def test_a_retired_endpoint_names_its_day_and_what_is_nearest():
    error = exceptions.RetiredEndpoint("get_margin_symbol", "2021-08-01", "get_margin_all_pairs lists them")
    assert isinstance(error, exceptions.BinanceRequestException)
    assert error.message == (
        "get_margin_symbol was switched off by Binance on 2021-08-01; get_margin_all_pairs lists them"
    )


ERRORS = [
    exceptions.BinanceAPIException(response(b'{"code":-1121,"msg":"Invalid symbol."}')),
    exceptions.BinanceLimitException(response(b'{"code":-1003,"msg":"Way too much."}', 418)),
    exceptions.BinanceOutcomeUnknown(response(b'{"code":-1007,"msg":"Timeout."}', 504)),
    exceptions.BinanceWithdrawAPIException(response(b'{"code":-4026,"msg":"Not enough."}')),
    exceptions.BinanceRequestException(message="boo"),
    exceptions.RetiredEndpoint(endpoint="a", since="2021-08-01", nearest="b"),
    exceptions.BinanceOrderException(code=-2010, message="no"),
    *(getattr(exceptions, name)(value="v") for name in ORDER_TEXTS),
    exceptions.BinanceWithdrawException(message="boo"),
    exceptions.NotImplementedException(value="x"),
    exceptions.BinanceWebsocketUnableToConnect("x"),
    exceptions.UnknownDateFormat("x"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_comes_whole_out_of_another_process(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and str(copy) == str(error)
    assert {k: v for k, v in vars(copy).items() if k != "response"} == {
        k: v for k, v in vars(error).items() if k != "response"
    }


def test_the_drawn_tree_is_the_tree_there_is():
    drawn = {}
    branch = []
    for line in exceptions.__doc__.splitlines():
        before, mark, after = line.partition("── ")
        if mark:
            depth = (len(before) - 5) // 4
            branch[depth:] = [after.split()[0]]
            drawn[branch[depth]] = branch[depth - 1] if depth else "Exception"
    assert drawn.pop("ValueError") == "Exception"
    there = {
        name: thing.__base__.__name__
        for name, thing in vars(exceptions).items()
        if isinstance(thing, type) and issubclass(thing, Exception)
    }
    assert drawn == there


# -- helpers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1 Jan, 2018", 1514764800000),
        ("January 01, 2018 UTC", 1514764800000),
        ("2018-01-01 00:00:00+09:00", 1514732400000),
        ("1 Jan 2018 12:00 EST", 1514826000000),
        ("2021-03-04T05:06:07.891Z", 1614834367891),
        ("1514764800000", 1514764800000),
        ("1514764800", 1514764800000),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_dates_are_utc_where_they_name_no_zone_wherever_the_machine_stands(
    text, milliseconds, zone, monkeypatch
):
    in_zone(zone, monkeypatch)
    assert date_to_milliseconds(text) == milliseconds


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("now UTC", 0),
        ("now", 0),
        ("1 day ago UTC", 86_400),
        ("11 hours ago", 39_600),
        ("1 week ago UTC", 604_800),
    ],
)
def test_relative_dates_count_from_now_with_or_without_utc(text, ago, zone, monkeypatch):
    in_zone(zone, monkeypatch)
    before = int(time.time() * 1000)
    found = date_to_milliseconds(text) + ago * 1000
    assert before - 1 <= found <= time.time() * 1000 + 1


def in_zone(zone, monkeypatch):
    if not hasattr(time, "tzset"):
        pytest.skip("this system sets a process's zone in another way")
    monkeypatch.setenv("TZ", zone)
    time.tzset()


@pytest.fixture(autouse=True)
def zone_back(monkeypatch):
    yield
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()


offsets = st.sampled_from([0, 9, -5, 5.5, -3.5]).map(lambda hours: timezone(timedelta(hours=hours)))


@settings(max_examples=50, deadline=None)
@given(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=offsets))
def test_a_date_written_by_isoformat_is_read_to_its_millisecond(moment):
    exact = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert date_to_milliseconds(moment.isoformat()) == exact


@pytest.mark.parametrize("text", ["garbage", "31 Febtember"])
def test_what_is_no_date_is_named_with_examples_of_what_is(text):
    with pytest.raises(exceptions.UnknownDateFormat, match=f"'{text}' is no date; dates look like"):
        date_to_milliseconds(text)


@pytest.mark.parametrize(
    ("interval", "milliseconds"),
    [
        ("1m", 60_000), ("3h", 10_800_000), ("1d", 86_400_000), ("1w", 604_800_000), ("12h", 43_200_000),
        ("1s", 1_000), ("1M", None), ("xm", None), ("m", None), ("15", None), ("1.5h", None), ("", None), (None, None),
        (5, None),
    ],
)  # fmt: skip
def test_intervals_have_their_length_or_none(interval, milliseconds):
    assert interval_to_milliseconds(interval) == milliseconds


def test_the_modules_that_0_7_s_helpers_imported_are_there():
    assert (helpers.dateparser, helpers.pytz, helpers.datetime) == (dateparser, pytz, datetime)


@pytest.mark.parametrize(
    ("quantity", "step", "rounded"),
    [
        (0.123456, "0.00100000", 0.123),
        (5, 0.1, 5.0),
        ("0.3", 0.1, 0.3),
        (1e-8, "0.00000001", 1e-8),
        (9.99, 10, 0.0),
    ],
)
def test_a_quantity_is_rounded_down_to_its_step_exactly(quantity, step, rounded):
    assert helpers.round_step_size(quantity, step) == rounded


def test_a_step_of_zero_is_refused():
    with pytest.raises(decimal.InvalidOperation):
        helpers.round_step_size(1, 0)
