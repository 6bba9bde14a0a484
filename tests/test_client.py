"""The client of 0.7 against a real HTTP server on 127.0.0.1."""

import subprocess
import sys
import types
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binance_legacy import client as client_module
from binance_legacy.client import Client
from binance_legacy.exceptions import (
    BinanceAPIException,
    BinanceLimitException,
    BinanceOutcomeUnknown,
    BinanceRequestException,
    RetiredEndpoint,
)
from binance_legacy.wire import signing, venues

from .rest_server import rest  # noqa: F401 - a fixture

KEY, SECRET = "the-api-key", "the-api-secret"


@pytest.fixture
def client(rest, monkeypatch):  # noqa: F811
    monkeypatch.setattr(Client, "API_URL", rest.url + "/api")
    return Client(KEY, SECRET)


# -- construction ------------------------------------------------------------------------------------------


def test_the_constructor_pings_and_sets_the_clock_s_offset_as_in_0_7(rest, client, monkeypatch):  # noqa: F811
    assert [asked.path for asked in rest.asked] == ["/api/v3/ping", "/api/v3/time"]
    assert rest.last.headers["X-MBX-APIKEY"] == KEY
    monkeypatch.setattr(client_module, "time", types.SimpleNamespace(time=lambda: 1_599_999_999.0))
    assert Client().timestamp_offset == 1000, (
        "time is looked up when it is needed, so a script may replace it"
    )


def test_addresses_follow_the_tld_and_stay_templates_on_the_class(rest, monkeypatch):  # noqa: F811
    monkeypatch.setattr(Client, "ping", lambda self: {})
    monkeypatch.setattr(Client, "get_server_time", lambda self: {"serverTime": 0})
    client = Client(tld="us")
    assert client.API_URL == "https://api.binance.us/api" and client.tld == "us"
    assert client.FUTURES_COIN_DATA_URL == "https://dapi.binance.us/futures/data"
    assert Client.API_URL == "https://api.binance.{}/api"


def test_an_address_set_on_the_instance_after_construction_counts_from_then_on(rest, client):  # noqa: F811
    rest.answers["/elsewhere/v3/ping"] = {"here": True}
    client.API_URL = rest.url + "/elsewhere"
    assert client.ping() == {"here": True}


def test_a_replaced_constructor_needs_to_set_no_more_than_in_0_7(rest, monkeypatch):  # noqa: F811
    class Quiet(Client):
        def __init__(self, api_key, api_secret):
            self.API_KEY, self.API_SECRET = api_key, api_secret
            self.session = self._init_session()
            self._requests_params = None

    quiet = Quiet("k", "s")
    assert quiet._create_api_uri("ping", False, "v3") == "https://api.binance.com/api/v3/ping"
    monkeypatch.setattr(Quiet, "API_URL", rest.url + "/api")
    assert quiet.get_server_time() == {"serverTime": 1_600_000_000_000}


def test_the_session_introduces_itself_as_0_7_s_did(rest, client):  # noqa: F811
    assert rest.last.headers["Accept"] == "application/json"
    assert rest.last.headers["User-Agent"].startswith("Mozilla/5.0 (X11; Linux x86_64) ")
    mine = types.MethodType(Client._init_session, types.SimpleNamespace(API_KEY=None))
    assert "X-MBX-APIKEY" not in mine().headers


# The addresses that 0.7.11 makes, as observed; but the options', whose host is gone.
ADDRESSES = {
    "_create_api_uri": "https://api.binance.us/api/v3/p",
    "_create_withdraw_api_uri": "https://api.binance.us/wapi/v3/p",
    "_create_margin_api_uri": "https://api.binance.us/sapi/v1/p",
    "_create_website_uri": "https://www.binance.us/p",
    "_create_futures_api_uri": "https://fapi.binance.us/fapi/v1/p",
    "_create_futures_data_api_uri": "https://fapi.binance.us/futures/data/p",
    "_create_futures_coin_api_url": "https://dapi.binance.us/dapi/v1/p",
    "_create_futures_coin_data_api_url": "https://dapi.binance.us/futures/data/p",
    "_create_options_api_uri": "https://eapi.binance.us/eapi/v1/p",
}


def test_addresses_are_those_of_0_7_11(monkeypatch):
    monkeypatch.setattr(Client, "ping", lambda self: {})
    monkeypatch.setattr(Client, "get_server_time", lambda self: {"serverTime": 0})
    client = Client(tld="us")
    assert {name: getattr(client, name)("p") for name in ADDRESSES} == ADDRESSES
    assert client._create_api_uri("p", False) == "https://api.binance.us/api/v1/p"
    assert client._create_futures_coin_api_url("p", version=2) == "https://dapi.binance.us/dapi/v2/p"
    testnet = Client(tld="us", testnet=True)
    assert testnet._create_options_api_uri("p") == "https://testnet.binanceops.us/eapi/v1/p"


def test_the_signing_internals_give_what_0_7_11_s_gave():
    client = Client.__new__(Client)
    client.API_SECRET = "s"
    signature = "540f49687b2fc2df2b07c3e218abd6db909b5e5dfc65c0d6144f85d42ecd9f8f"
    assert client._generate_signature({"a": 1, "b": 2}) == signature
    assert client._order_params({"b": 1, "signature": "x", "a": 2}) == [
        ("a", 2),
        ("b", 1),
        ("signature", "x"),
    ]


@pytest.mark.parametrize("method", ["_get", "_post", "_put", "_delete"])
def test_a_signed_call_sends_exactly_what_it_signed(rest, client, method):  # noqa: F811
    rest.answers["/api/v3/order"] = {}
    getattr(client, method)("order", True, data={"mail": "a b@c.de", "none": None, "q": 1e-5, "s": "币~"})
    sent = rest.last.query if method == "_get" else rest.last.body
    assert signing.verify(SECRET, sent)
    assert sent.startswith("mail=a%20b%40c.de&q=0.00001&s=%E5%B8%81~&timestamp=1")


def test_a_script_may_sign_in_its_own_way(rest, client):  # noqa: F811
    rest.answers["/api/v3/account"] = {}
    client._generate_signature = lambda data: "mine/" + ",".join(sorted(data))
    client._get("account", True, data={"b": 1})
    assert rest.last.params["signature"] == "mine/b,timestamp"


def test_what_a_script_adds_to_the_parameters_as_it_signs_them_is_sent(rest, client):  # noqa: F811
    rest.answers["/api/v3/order"] = {}

    class Mine(Client):
        def _generate_signature(self, data):
            data["recvWindow"] = 10_000
            return super()._generate_signature(data)

    Mine(KEY, SECRET)._post("order", True, data={"symbol": "BNBBTC"})
    assert rest.last.params["recvWindow"] == "10000" and signing.verify(SECRET, "", rest.last.body)


def test_neither_key_nor_secret_shows_in_a_client_or_an_exception(rest, client):  # noqa: F811
    rest.answers["/api/v3/order"] = (400, {"code": -2010, "msg": "no"})
    with pytest.raises(BinanceAPIException) as caught:
        client._post("order", True, data={"symbol": "BNBBTC"})
    for text in (repr(client), str(client), repr(caught.value), str(caught.value)):
        assert KEY not in text and SECRET not in text


# -- rows --------------------------------------------------------------------------------------------------

ROWS = {
    "get_all_tickers": ({}, "/api/v3/ticker/price"),
    "get_orderbook_tickers": ({}, "/api/v3/ticker/bookTicker"),
    "get_order_book": ({"symbol": "BNBBTC", "limit": 5}, "/api/v3/depth"),
    "get_recent_trades": ({"symbol": "BNBBTC"}, "/api/v3/trades"),
    "get_historical_trades": ({"symbol": "BNBBTC", "fromId": 7}, "/api/v3/historicalTrades"),
    "get_aggregate_trades": ({"symbol": "BNBBTC"}, "/api/v3/aggTrades"),
    "get_klines": ({"symbol": "BNBBTC", "interval": "1h"}, "/api/v3/klines"),
    "get_avg_price": ({"symbol": "BNBBTC"}, "/api/v3/avgPrice"),
    "get_ticker": ({"symbol": "BNBBTC"}, "/api/v3/ticker/24hr"),
    "get_symbol_ticker": ({"symbol": "BNBBTC"}, "/api/v3/ticker/price"),
    "get_orderbook_ticker": ({"symbol": "BNBBTC"}, "/api/v3/ticker/bookTicker"),
    "get_server_time": ({}, "/api/v3/time"),
    "ping": ({}, "/api/v3/ping"),
}


@pytest.mark.parametrize("name", ROWS)
def test_each_row_asks_its_path_with_its_parameters_and_gives_the_answer(rest, client, name):  # noqa: F811
    params, path = ROWS[name]
    rest.answers[path] = {"answered": name}
    assert getattr(client, name)(**params) == {"answered": name}
    assert (rest.last.method, rest.last.path) == ("GET", path)
    assert rest.last.params == {key: str(value) for key, value in params.items()}


HOOKS = ["_get", "_request_api", "_request", "session"]


def put_hook(target, hook, seen):
    """Replace one station of a call's way out by one that answers itself."""
    if hook == "session":
        answer = types.SimpleNamespace(
            status_code=200, text="{}", is_redirect=False, json=lambda: {"hook": hook}
        )
        target.session = types.SimpleNamespace(get=lambda url, **options: seen.append(url) or answer)
    else:
        setattr(target, hook, lambda *args, **kwargs: seen.append(args) or {"hook": hook})


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("name", ROWS)
def test_replacing_a_station_on_the_instance_affects_every_row(rest, client, hook, name):  # noqa: F811
    seen, before = [], len(rest.asked)
    put_hook(client, hook, seen)
    assert getattr(client, name)(**ROWS[name][0]) == {"hook": hook}
    assert len(seen) == 1 and len(rest.asked) == before


@pytest.mark.parametrize("hook", HOOKS[:-1])
def test_overriding_a_station_in_a_subclass_affects_every_row(rest, client, hook):  # noqa: F811
    mine = type("Mine", (Client,), {hook: lambda self, *args, **kwargs: {"serverTime": 5, "hook": hook}})()
    for name, (params, _) in ROWS.items():
        assert getattr(mine, name)(**params)["hook"] == hook


def test_exchange_info_carries_what_scripts_of_0_7_look_for(rest, client):  # noqa: F811
    notional = {"filterType": "NOTIONAL", "minNotional": "5.0", "applyMinToMarket": True, "avgPriceMins": 5}
    symbol = {
        "symbol": "BNBBTC",
        "filters": [notional],
        "permissions": [],
        "permissionSets": [["SPOT", "MARGIN"]],
    }
    rest.answers["/api/v3/exchangeInfo"] = {"symbols": [symbol]}
    (row,) = client.get_exchange_info()["symbols"]
    assert row["permissions"] == ["SPOT", "MARGIN"]
    assert row["filters"][1] == {
        "filterType": "MIN_NOTIONAL", "minNotional": "5.0", "applyToMarket": True, "avgPriceMins": 5,
    }  # fmt: skip
    assert client.get_symbol_info("bnbbtc") == row
    assert rest.last.params == {"symbol": "BNBBTC"}, "not megabytes of all symbols"


def test_the_rules_of_an_unknown_symbol_are_none_and_other_errors_are_raised(rest, client):  # noqa: F811
    for code in (-1121, -1100):
        rest.answers["/api/v3/exchangeInfo"] = (400, {"code": code, "msg": "Invalid symbol."})
        assert client.get_symbol_info("NOSUCH") is None
    rest.answers["/api/v3/exchangeInfo"] = (429, {"code": -1003, "msg": "Too many requests."})
    with pytest.raises(BinanceAPIException, match="-1003"):
        client.get_symbol_info("NOSUCH")


def test_products_are_put_together_from_the_rules_and_the_day(rest, client):  # noqa: F811
    symbol = {"symbol": "BNBBTC", "baseAsset": "BNB", "quoteAsset": "BTC", "status": "TRADING", "filters": []}
    rest.answers["/api/v3/exchangeInfo"] = {"symbols": [symbol]}
    rest.answers["/api/v3/ticker/24hr"] = [{"symbol": "BNBBTC", "lastPrice": "0.01"}]
    (row,) = client.get_products()["data"]
    assert (row["symbol"], row["close"], row["active"]) == ("BNBBTC", "0.01", True)


# -- candles and trades over many calls --------------------------------------------------------------------

MINUTE = 60_000
FIRST = 1_500_000_000_000 - 1_500_000_000_000 % MINUTE


def candles(count):
    """A market of `count` one-minute candles from `FIRST` on, answered as Binance does."""

    def answer(asked):
        params = asked.params
        start, end = int(params.get("startTime", 0)), int(params.get("endTime", 10**15))
        rows = [[FIRST + i * MINUTE, "1", "1", "1", "1"] for i in range(count)]
        rows = [row for row in rows if start <= row[0] <= end]
        return rows[: min(int(params.get("limit", 500)), 1000)]

    return answer


@pytest.mark.parametrize("limit", [1, 3, 500, 1000, 5000])
def test_historical_candles_come_whole_and_once_whatever_the_page_size(rest, client, limit):  # noqa: F811
    rest.answers["/api/v3/klines"] = candles(7 if limit < 500 else 2500)
    rows = client.get_historical_klines("BNBBTC", "1m", FIRST, limit=limit)
    assert [row[0] for row in rows] == [FIRST + i * MINUTE for i in range(len(rows))]
    assert len(rows) == (7 if limit < 500 else 2500)


def test_end_and_limit_are_honoured_which_0_7_11_dropped(rest, client):  # noqa: F811
    rest.answers["/api/v3/klines"] = candles(2500)
    rows = client.get_historical_klines("BNBBTC", "1m", FIRST + MINUTE, FIRST + 5 * MINUTE, limit=2)
    assert [row[0] for row in rows] == [FIRST + i * MINUTE for i in range(1, 6)]
    assert rest.last.params["limit"] == "2" and "endTime" in rest.last.params


def test_months_which_have_no_fixed_length_come_whole_too(rest, client):  # noqa: F811
    months = [
        int(datetime(y, m, 1, tzinfo=UTC).timestamp() * 1000) for y in (2018, 2019) for m in range(1, 13)
    ]
    rest.answers["/api/v3/klines"] = lambda asked: [
        [month, "1"] for month in months if month >= int(asked.params["startTime"])
    ][: int(asked.params["limit"])]
    rows = client.get_historical_klines("BNBBTC", "1M", datetime(2018, 3, 1), limit=5)
    assert [row[0] for row in rows] == months[2:]


def test_a_start_before_the_market_s_first_candle_begins_there(rest, client):  # noqa: F811
    rest.answers["/api/v3/klines"] = candles(3)
    rows = client.get_historical_klines("BNBBTC", "1m", "1 Jan, 2010")
    assert len(rows) == 3


def test_a_market_without_candles_gives_none_and_ends(rest, client):  # noqa: F811
    rest.answers["/api/v3/klines"] = []
    assert client.get_historical_klines("BNBBTC", "1m", "1 Jan, 2018") == []


def test_the_candle_generator_asks_only_for_what_is_taken(rest, client):  # noqa: F811
    rest.answers["/api/v3/klines"] = candles(2500)
    walk = client.get_historical_klines_generator("BNBBTC", "1m", FIRST)
    before = len(rest.asked)
    assert [next(walk)[0] for _ in range(3)] == [FIRST, FIRST + MINUTE, FIRST + 2 * MINUTE]
    assert len(rest.asked) == before + 2  # the first candle of all, and one page


def trades(count, per_hour=10):
    """A market of `count` aggregate trades from `FIRST` on, answered as Binance does."""

    def answer(asked):
        params = asked.params
        rows = [{"a": i, "T": FIRST + i * 3_600_000 // per_hour} for i in range(count)]
        if "fromId" in params:
            rows = [row for row in rows if row["a"] >= int(params["fromId"])]
        elif "startTime" in params:
            start, end = int(params["startTime"]), int(params["endTime"])
            assert end - start < 3_600_000
            rows = [row for row in rows if start <= row["T"] <= end]
        else:
            return rows[-int(params.get("limit", 500)) :]
        return rows[: int(params.get("limit", 500))]

    return answer


def test_aggregate_trades_come_once_each_from_an_id_or_a_date_to_the_present(rest, client):  # noqa: F811
    rest.answers["/api/v3/aggTrades"] = trades(2500)
    assert [row["a"] for row in client.aggregate_trade_iter("BNBBTC", last_id=41)] == list(range(42, 2500))
    start = FIRST + 100 * 3_600_000
    assert [row["a"] for row in client.aggregate_trade_iter("BNBBTC", start)] == list(range(1000, 2500))
    assert len(list(client.aggregate_trade_iter("BNBBTC"))) == 2500


def test_a_date_in_a_long_silence_begins_at_the_next_trade(rest, client):  # noqa: F811
    rest.answers["/api/v3/aggTrades"] = trades(5, per_hour=0.05)
    assert [row["a"] for row in client.aggregate_trade_iter("BNBBTC", FIRST + 1)] == [1, 2, 3, 4]
    assert list(client.aggregate_trade_iter("BNBBTC", FIRST + 190 * 3_600_000)) == []
    rest.answers["/api/v3/aggTrades"] = []
    assert list(client.aggregate_trade_iter("BNBBTC", FIRST)) == []


def test_a_date_years_before_the_first_trade_is_found_in_few_calls(rest, client):  # noqa: F811
    rest.answers["/api/v3/aggTrades"] = trades(3000)
    before = len(rest.asked)
    assert next(client.aggregate_trade_iter("BNBBTC", "1 Jan, 2010"))["a"] == 0
    assert len(rest.asked) - before < 20


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(-(10**7), 10**10), per_hour=st.sampled_from([0.001, 0.3, 7, 10**5]))
def test_trades_from_any_date_are_all_those_not_earlier(rest, client, start, per_hour):  # noqa: F811
    rest.answers["/api/v3/aggTrades"] = trades(60, per_hour)
    found = [row["a"] for row in client.aggregate_trade_iter("BNBBTC", FIRST + start)]
    assert found == [i for i in range(60) if i * 3_600_000 // per_hour >= start]


def test_start_and_id_together_are_refused(client):
    with pytest.raises(ValueError, match="may not be simultaneously specified"):
        next(client.aggregate_trade_iter("BNBBTC", "1 Jan, 2018", 5))


# -- options of requests -----------------------------------------------------------------------------------


def test_options_of_requests_hold_per_client_and_per_call(rest, client):  # noqa: F811
    seen = []
    answer = types.SimpleNamespace(status_code=200, is_redirect=False, json=dict)
    client.session = types.SimpleNamespace(get=lambda url, **options: seen.append(options) or answer)
    client.ping()
    client._requests_params = {"verify": False, "timeout": 20}
    client.get_ticker(symbol="BNBBTC", requests_params={"timeout": 3})
    assert seen[0]["timeout"] == 10
    assert (seen[1]["verify"], seen[1]["timeout"], seen[1]["params"]) == (False, 3, "symbol=BNBBTC")


# -- answers -----------------------------------------------------------------------------------------------


def test_an_error_of_binance_is_raised_with_all_it_says(rest, client):  # noqa: F811
    rest.answers["/api/v3/depth"] = (400, {"code": -1121, "msg": "Invalid symbol."})
    with pytest.raises(BinanceAPIException) as caught:
        client.get_order_book(symbol="NOSUCH")
    error = caught.value
    assert (error.code, error.message, error.status_code) == (-1121, "Invalid symbol.", 400)
    assert str(error) == "APIError(code=-1121): Invalid symbol."
    assert error.response.status_code == 400 and error.request.method == "GET"


@pytest.mark.parametrize("text", ["<html>maintenance</html>" + "x" * 500, "", '{"cut": '])
def test_what_is_no_json_is_raised_with_its_beginning(rest, client, text):  # noqa: F811
    rest.answers["/api/v3/depth"] = (200, text)
    with pytest.raises(BinanceRequestException) as caught:
        client.get_order_book(symbol="BNBBTC")
    assert caught.value.message == f"Invalid Response: {text[:200]}"


def test_an_html_error_is_an_api_exception_with_code_0_as_in_0_7(rest, client):  # noqa: F811
    with pytest.raises(
        BinanceAPIException, match=r"APIError\(code=0\): Invalid JSON error message from Binance"
    ):
        client._get("nothing")


# -- where bytes go ----------------------------------------------------------------------------------------


@pytest.fixture
def box(rest):  # noqa: F811
    venues.use_box(rest.url)
    yield rest
    venues.use_box(None)


@pytest.mark.parametrize(
    "address", ["https://api.binance.com/api", "https://api.binance.us/api", "https://api1.binance.com/api"]
)
def test_with_a_box_in_use_every_address_of_binance_is_answered_by_it(box, address):
    client = Client()
    client.API_URL = address
    assert client.get_server_time() == {"serverTime": 1_600_000_000_000}


def test_with_a_box_in_use_no_other_host_is_contacted(box):
    client = Client()
    client.API_URL = "https://example.org/api"
    with pytest.raises(venues.OfflineError, match=r"offline: 'example\.org' was not contacted"):
        client.ping()


def test_with_a_box_in_use_no_redirect_leads_out(box):
    client = Client()
    box.answers["/api/v3/depth"] = (302, "", {"Location": "https://example.org/"})
    with pytest.raises(venues.OfflineError):
        client.get_order_book(symbol="BNBBTC")


def test_a_call_to_this_machine_never_goes_through_a_proxy(rest, client, monkeypatch):  # noqa: F811
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    assert client.ping() == {}
    client._requests_params = {"proxies": {"http": "http://127.0.0.1:9"}}
    assert client.ping() == {}


def test_importing_the_client_brings_no_reactor():
    code = "import binance_legacy.client, sys; assert not [m for m in sys.modules if m.startswith('twisted')]"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# -- signed calls, limits, the generic call ------------------------------------------------------------------


def test_a_clock_that_is_off_is_set_again_once_and_the_call_sent_again_once(rest, client):  # noqa: F811
    refused = (400, {"code": -1021, "msg": "Timestamp for this request is outside of the recvWindow."})
    answers = [refused, {"balances": []}]
    rest.answers["/api/v3/account"] = lambda asked: answers.pop(0)
    rest.answers["/api/v3/time"] = {"serverTime": 1_700_000_000_000}
    assert client.call("GET", "/api/v3/account", signed=True) == {"balances": []}
    first, time_asked, second = rest.asked[-3:]
    assert (
        time_asked.path == "/api/v3/time" and abs(int(second.params["timestamp"]) - 1_700_000_000_000) < 5000
    )
    assert first.params["signature"] != second.params["signature"]

    rest.answers["/api/v3/account"] = refused
    before = len(rest.asked)
    with pytest.raises(BinanceAPIException, match="outside of the recvWindow"):
        client.call("GET", "/api/v3/account", signed=True)
    assert [asked.path for asked in rest.asked[before:]] == [
        "/api/v3/account",
        "/api/v3/time",
        "/api/v3/account",
    ]


def test_an_unsigned_call_is_never_sent_twice(rest, client):  # noqa: F811
    rest.answers["/api/v3/depth"] = (400, {"code": -1021, "msg": "no"})
    before = len(rest.asked)
    with pytest.raises(BinanceAPIException):
        client.get_order_book(symbol="BNBBTC")
    assert len(rest.asked) == before + 1


def test_what_the_answers_say_of_the_limits_is_kept(rest, client):  # noqa: F811
    rest.answers["/api/v3/depth"] = (200, {}, {"X-MBX-USED-WEIGHT-1M": "25", "X-MBX-ORDER-COUNT-10S": "3"})
    client.get_order_book(symbol="BNBBTC")
    assert client.limits.used_weight == {"1m": 25} and client.limits.order_count == {"10s": 3}


def test_a_script_s_own_attribute_named_limits_is_its_own(rest, client):  # noqa: F811
    class Mine(Client):
        def __init__(self):
            self.limits = {"BNBBTC": 5}
            super().__init__()

    assert Mine().limits == {"BNBBTC": 5}
    assert type("Mine", (Client,), {"limits": 5})().limits == 5


def test_a_call_gives_its_own_answer_whatever_another_thread_was_answered_meanwhile(rest, client):  # noqa: F811
    def answer(value):
        return types.SimpleNamespace(status_code=200, headers={}, is_redirect=False, json=lambda: value)

    class Limits:
        def note(self, headers):
            client.response = answer("another thread's")

    client.session = types.SimpleNamespace(get=lambda url, **options: answer("its own"))
    client._used_limits = Limits()
    assert client.ping() == "its own"


def test_a_script_may_read_answers_in_its_own_way(rest, client):  # noqa: F811
    client._handle_response = lambda: client.response.status_code
    assert client.ping() == 200


def test_microseconds_leave_the_clock_s_offset_in_milliseconds(rest, monkeypatch):  # noqa: F811
    monkeypatch.setattr(Client, "API_URL", rest.url + "/api")
    monkeypatch.setattr(client_module, "time", types.SimpleNamespace(time=lambda: 1_599_999_999.0))
    rest.answers["/api/v3/time"] = {"serverTime": 1_600_000_000_000_000}
    assert Client(time_unit="MICROSECOND").timestamp_offset == 1000


TOO_MANY = (429, {"code": -1003, "msg": "Too much request weight used."}, {"Retry-After": "7"})


def test_a_passed_limit_is_raised_with_the_seconds_to_wait_and_nothing_is_sent_again(rest, client):  # noqa: F811
    rest.answers["/api/v3/depth"] = TOO_MANY
    before = len(rest.asked)
    with pytest.raises(BinanceLimitException) as caught:
        client.get_order_book(symbol="BNBBTC")
    assert caught.value.retry_after == 7.0 and len(rest.asked) == before + 1


def test_who_asks_for_it_waits_as_long_as_binance_says_and_gets_the_answer(rest, client, monkeypatch, caplog):  # noqa: F811
    waited, answers = [], [TOO_MANY, (418, *TOO_MANY[1:]), {"bids": []}]
    rest.answers["/api/v3/depth"] = lambda asked: answers.pop(0)
    monkeypatch.setattr(
        client_module, "time", types.SimpleNamespace(time=lambda: 1_600_000_000.0, sleep=waited.append)
    )
    assert Client(wait_when_limited=True).get_order_book(symbol="BNBBTC") == {"bids": []}
    assert waited == [7.0, 7.0] and "no calls for 7 s" in caplog.text


def test_an_order_that_met_a_failing_exchange_may_have_been_placed_and_the_error_says_so(rest, client):  # noqa: F811
    rest.answers["/api/v3/order"] = (503, "Service Unavailable")
    before = len(rest.asked)
    with pytest.raises(BinanceOutcomeUnknown, match="may have been done"):
        client.call("POST", "/api/v3/order", signed=True, symbol="BNBBTC")
    assert len(rest.asked) == before + 1, "an order is never sent twice"


@pytest.mark.parametrize(
    ("path", "station"),
    [
        ("/api/v3/myFilters", "_get"),
        ("/api/v3/myFilters", "_request_api"),
        ("/sapi/v1/simple-earn/account", "_request_margin_api"),
        ("/fapi/v3/account", "_request_futures_api"),
        ("/futures/data/basis", "_request_futures_data_api"),
        ("/dapi/v2/leverageBracket", "_request_futures_coin_api"),
        ("/eapi/v1/position", "_request_options_api"),
        ("/papi/v1/um/account", "_request_papi_api"),
    ],
)
def test_any_endpoint_can_be_called_and_goes_by_its_own_station(rest, client, path, station):  # noqa: F811
    for name in (
        "MARGIN_API_URL",
        "FUTURES_URL",
        "FUTURES_DATA_URL",
        "FUTURES_COIN_URL",
        "OPTIONS_URL",
        "PAPI_URL",
    ):
        door = getattr(Client, name).split("{}", 1)[1]
        setattr(client, name, rest.url + door)
    rest.answers[path] = {"asked": path}
    assert client.call("get", path, signed=True, symbol="BNBBTC") == {"asked": path}
    assert rest.last.headers["X-MBX-APIKEY"] == KEY and signing.verify(SECRET, rest.last.query)
    setattr(client, station, lambda *args, **kwargs: {"hook": station})
    assert client.call("GET", path, signed=True) == {"hook": station}


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("FETCH", "/api/v3/ping", "FETCH.* must be GET, POST, PUT or DELETE"),
        ("GET", "api/v3/ping", r"must begin with one of /api/"),
        ("GET", "https://api.binance.com/api/v3/ping", r"must begin with one of /api/"),
    ],
)
def test_a_generic_call_that_cannot_be_one_says_what_would_be_right(client, method, path, said):
    with pytest.raises(ValueError, match=said):
        client.call(method, path)


def test_a_generic_call_of_what_is_gone_names_the_day_and_the_method_that_answers(rest, client):  # noqa: F811
    before = len(rest.asked)
    with pytest.raises(
        RetiredEndpoint, match=r"GET /api/v1/trades .* 2026-03-25; get_recent_trades answers for it"
    ):
        client.call("GET", "/api/v1/trades", symbol="BNBBTC")
    assert len(rest.asked) == before


def test_a_private_key_signs_instead_of_the_secret(rest, client):  # noqa: F811
    new = ed25519.Ed25519PrivateKey.generate()
    private = new.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = new.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    rest.answers["/api/v3/account"] = {}
    for mine in (Client(KEY, private_key=private), Client(KEY, private)):
        mine.call("GET", "/api/v3/account", signed=True, recvWindow=5000)
        assert signing.verify(public.decode(), rest.last.query)
        assert private not in repr(mine) and private[40:60] not in repr(mine)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@given(
    params=st.dictionaries(
        st.text(min_size=1).filter(
            lambda name: name not in ("signature", "timestamp", "requests_params", "self", "signed")
        ),
        st.one_of(
            st.text(),
            st.integers(),
            st.none(),
            st.booleans(),
            st.decimals(allow_nan=False, allow_infinity=False),
            st.floats(allow_nan=False, allow_infinity=False),
            st.lists(st.text(), max_size=2),
        ),
        max_size=5,
    )
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_the_parameters_the_bytes_sent_are_the_bytes_signed(rest, client, method, params):  # noqa: F811
    rest.answers["/api/v3/anything"] = {}
    client.call(method, "/api/v3/anything", signed=True, **params)
    assert signing.verify(SECRET, rest.last.query, rest.last.body)
    sent = {name: signing.text(value) for name, value in params.items() if value is not None}
    assert {
        name: value for name, value in rest.last.params.items() if name not in ("timestamp", "signature")
    } == sent


def test_a_demo_client_and_another_base_endpoint_have_1_x_s_addresses(monkeypatch):
    demo = Client(demo=True, ping=False)
    assert (demo.API_URL, demo.FUTURES_URL) == (
        "https://demo-api.binance.com/api",
        "https://demo-fapi.binance.com/fapi",
    )
    other = Client(base_endpoint=Client.BASE_ENDPOINT_3, ping=False)
    assert (other.API_URL, other.MARGIN_API_URL) == (
        "https://api3.binance.com/api",
        "https://api3.binance.com/sapi",
    )
    assert other.FUTURES_URL == "https://fapi.binance.com/fapi"
