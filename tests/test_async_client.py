"""The awaitable client against a real HTTP server on 127.0.0.1."""

import asyncio
import inspect
import logging
import re
import threading
import time
import types

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binance_legacy import async_client as async_client_module
from binance_legacy.async_client import AsyncClient
from binance_legacy.client import Client
from binance_legacy.endpoints.declare import methods
from binance_legacy.engine.http_async import LANES
from binance_legacy.enums import HistoricalKlinesType
from binance_legacy.exceptions import (
    BinanceAPIException,
    BinanceLimitException,
    BinanceOutcomeUnknown,
    BinanceRequestException,
    RetiredEndpoint,
)
from binance_legacy.wire import signing, venues

from .engine.http_server import HttpServer, hang
from .interpreters import python
from .rest_server import rest  # noqa: F401 - a fixture
from .test_client import FIRST, MINUTE, ROWS, candles, trades

KEY, SECRET = "the-api-key", "the-api-secret"


@pytest.fixture(autouse=True)
def here(rest, monkeypatch):  # noqa: F811
    """Every address of every client is the local server."""
    for name in dir(AsyncClient):
        if name.endswith("_URL") and "{}" in getattr(AsyncClient, name):
            door = getattr(AsyncClient, name).split("{}", 1)[1]
            monkeypatch.setattr(AsyncClient, name, rest.url + door)
    return rest


def use(work, *args, **kwargs):
    """Run `work`, given a client that is closed afterwards; what it returns."""

    async def within():
        async with AsyncClient(KEY, SECRET, *args, **kwargs) as client:
            return await work(client)

    return asyncio.run(within())


def call(name, *args, **kwargs):
    """What one call of a client of its own answers."""
    return use(lambda client: getattr(client, name)(*args, **kwargs))


# -- construction ------------------------------------------------------------------------------------------

OF_1_0_37 = [
    ("api_key", None), ("api_secret", None), ("requests_params", None), ("tld", "com"), ("base_endpoint", ""),
    ("testnet", False), ("demo", False), ("loop", None), ("session_params", None), ("private_key", None),
    ("private_key_pass", None), ("https_proxy", None), ("time_unit", None), ("verbose", False),
]  # fmt: skip


@pytest.mark.parametrize("made_by", [AsyncClient, AsyncClient.create])
def test_a_client_is_made_with_the_parameters_of_1_0_37(made_by):
    parameters = inspect.signature(made_by).parameters.values()
    taken = [(p.name, p.default) for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert taken == OF_1_0_37


def test_making_a_client_asks_nothing_and_create_pings_and_sets_the_clock_s_offset(rest, monkeypatch):  # noqa: F811
    monkeypatch.setattr(async_client_module, "time", types.SimpleNamespace(time=lambda: 1_599_999_999.0))

    async def create():
        AsyncClient(KEY)
        assert rest.asked == []
        async with await AsyncClient.create(KEY, SECRET, tld="us") as client:
            return client

    client = asyncio.run(create())
    assert [asked.path for asked in rest.asked] == ["/api/v3/ping", "/api/v3/time"]
    assert client.timestamp_offset == 1000 and client.tld == "us" and not client.legacy_answers


def test_a_client_that_could_not_be_created_is_closed(rest):  # noqa: F811
    rest.answers["/api/v3/time"] = (503, "<html>later</html>")
    made = []

    class Mine(AsyncClient):
        def _init_session(self):
            made.append(super()._init_session())
            return made[0]

    with pytest.raises(BinanceAPIException, match="later"):
        asyncio.run(Mine.create())
    assert made[0].closed


def test_what_each_call_is_sent_with(rest):  # noqa: F811
    params = {"headers": {"X-Mine": "1"}, "trust_env": False}
    use(lambda client: client.ping(), session_params=params, time_unit="MICROSECOND")
    sent = {name.lower(): value for name, value in rest.last.headers.items()}
    assert (sent["x-mbx-apikey"], sent["x-mine"], sent["x-mbx-time-unit"]) == (KEY, "1", "MICROSECOND")
    assert sent["accept"] == "application/json"


def test_options_of_aiohttp_s_session_are_refused_by_name():
    with pytest.raises(ValueError, match="session_params has 'connector'; it may have headers and trust_env"):
        AsyncClient(session_params={"connector": None})
    with pytest.raises(ValueError, match=r"the proxy 'socks5://127\.0\.0\.1' cannot be used"):
        AsyncClient(https_proxy="socks5://127.0.0.1")


def test_test_networks_have_their_own_addresses(monkeypatch):
    monkeypatch.undo()
    assert AsyncClient(testnet=True).API_URL == "https://testnet.binance.vision/api"
    assert AsyncClient(testnet=True).FUTURES_URL == "https://testnet.binancefuture.com/fapi"
    assert AsyncClient(demo=True).API_URL == "https://demo-api.binance.com/api"
    assert AsyncClient(base_endpoint="2").API_URL == "https://api2.binance.com/api"


def test_it_is_found_where_1_x_had_it_and_twisted_is_imported_by_the_first_call_only():
    python("""
        import sys
        import binance_legacy.alias.auto
        from binance import AsyncClient, Client
        import binance.async_client, binance.base_client, binance.client
        assert AsyncClient is binance.async_client.AsyncClient and Client is binance.client.Client
        assert issubclass(AsyncClient, binance.base_client.BaseClient)
        from binance.client import AsyncClient as of_1_0_0
        assert of_1_0_0 is AsyncClient
        AsyncClient("key", "secret")
        assert not [name for name in sys.modules if name.startswith(("twisted", "treq"))]
        try:
            from binance import NoSuchThing
        except ImportError:
            pass
    """)


# -- rows --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ROWS)
def test_each_row_is_awaited_for_its_answer(rest, name):  # noqa: F811
    params, path = ROWS[name]
    rest.answers[path] = {"answered": name}
    assert call(name, **params) == {"answered": name}
    assert (rest.last.method, rest.last.path) == ("GET", path)
    assert rest.last.params == {key: str(value) for key, value in params.items()}


def test_every_method_of_the_blocking_client_is_there():
    here = [name for name in methods() if hasattr(Client, name)]
    assert len(here) > 70 and [name for name in here if not callable(getattr(AsyncClient, name, None))] == []


def test_answers_are_binance_s_own_unless_those_of_0_7_are_asked_for(rest):  # noqa: F811
    symbol = {"symbol": "BNBBTC", "filters": [], "permissions": [], "permissionSets": [["SPOT"]]}
    rest.answers["/api/v3/exchangeInfo"] = {"symbols": [symbol]}
    assert call("get_exchange_info")["symbols"] == [symbol]
    (row,) = use(lambda client: client.get_exchange_info(), legacy_answers=True)["symbols"]
    assert row["permissions"] == ["SPOT"]


def test_methods_of_several_calls_are_awaited_for_the_last(rest):  # noqa: F811
    symbol = {"symbol": "BNBBTC", "filters": []}
    rest.answers["/api/v3/exchangeInfo"] = {"symbols": [symbol]}
    assert call("get_symbol_info", "bnbbtc")["symbol"] == "BNBBTC"
    rest.answers["/api/v3/exchangeInfo"] = (400, {"code": -1121, "msg": "Invalid symbol."})
    assert call("get_symbol_info", "NOSUCH") is None


def test_candles_and_trades_come_whole_and_once(rest):  # noqa: F811
    rest.answers["/api/v3/klines"] = candles(2500)
    rows = call("get_historical_klines", "BNBBTC", "1m", FIRST)
    assert [row[0] for row in rows] == [FIRST + i * MINUTE for i in range(2500)]
    begun = len(rest.asked)
    assert call("get_historical_klines", "BNBBTC", "1m", FIRST, limit=1500) == rows[:1500]
    limits = [asked.params.get("limit") for asked in rest.asked[begun:] if asked.path == "/api/v3/klines"]
    assert limits == ["1", "1000", "1000"], "the first candle and two pages: no more than it takes"
    rest.answers["/api/v3/aggTrades"] = trades(2500)

    async def all_trades(client):
        return [row["a"] async for row in client.aggregate_trade_iter("BNBBTC", last_id=41)]

    assert use(all_trades) == list(range(42, 2500))


@pytest.mark.parametrize(
    ("kind", "path", "name"),
    [
        (HistoricalKlinesType.FUTURES, "/fapi/v1/klines", "symbol"),
        (HistoricalKlinesType.FUTURES_MARK_PRICE, "/fapi/v1/markPriceKlines", "symbol"),
        (HistoricalKlinesType.FUTURES_COIN_INDEX_PRICE, "/dapi/v1/indexPriceKlines", "pair"),
    ],
)
def test_candles_of_every_kind_of_1_x_come_from_their_own_endpoint(rest, kind, path, name):  # noqa: F811
    rest.answers[path] = candles(5)

    async def rows(client):
        client.FUTURES_URL, client.FUTURES_COIN_URL = rest.url + "/fapi", rest.url + "/dapi"
        return await client.get_historical_klines("BTCUSDT", "1m", FIRST, klines_type=kind)

    assert len(use(rows)) == 5 and rest.last.params[name] == "BTCUSDT"


def test_items_come_one_by_one_whether_or_not_the_call_is_awaited_first(rest):  # noqa: F811
    rest.answers["/api/v3/klines"] = candles(2500)

    async def three_of_each(client):
        begun = len(rest.asked)
        walk = client.get_historical_klines_generator("BNBBTC", "1m", FIRST)
        first = [(await anext(walk))[0] for _ in range(3)]
        assert len(rest.asked) == begun + 2, "only what is taken"
        second = []
        async for row in await client.get_historical_klines_generator("BNBBTC", "1m", FIRST):
            second.append(row[0])
            if len(second) == 3:
                break
        return first, second

    first, second = use(three_of_each)
    assert first == second == [FIRST, FIRST + MINUTE, FIRST + 2 * MINUTE]


def test_any_endpoint_can_be_called_by_its_path(rest):  # noqa: F811
    rest.answers["/sapi/v1/simple-earn/account"] = {"totalAmountInBTC": "1"}
    answer = use(lambda client: client.call("get", "/sapi/v1/simple-earn/account", signed=True, recvWindow=5))
    assert answer == {"totalAmountInBTC": "1"}
    assert signing.verify(SECRET, rest.last.query) and rest.last.params["recvWindow"] == "5"
    with pytest.raises(RetiredEndpoint):
        use(lambda client: client._refuse(RetiredEndpoint("this", "2021-08-01", "nothing")))


# -- one call ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["_get", "_post", "_put", "_delete"])
def test_a_signed_call_sends_exactly_what_it_signed(rest, method):  # noqa: F811
    rest.answers["/api/v3/order"] = {}
    data = {"mail": "a b@c.de", "none": None, "q": 1e-5, "s": "币~"}
    use(lambda client: getattr(client, method)("order", True, data=data))
    sent = rest.last.query if method == "_get" else rest.last.body
    assert signing.verify(SECRET, sent)
    assert sent.startswith("mail=a%20b%40c.de&q=0.00001&s=%E5%B8%81~&timestamp=1")


values = st.one_of(st.text(max_size=20), st.integers(), st.lists(st.text(max_size=5), min_size=1, max_size=3))


def test_the_bytes_that_are_sent_are_those_that_were_signed_whatever_the_parameters(rest):  # noqa: F811
    rest.answers["/api/v3/order"] = {}
    loop, client = asyncio.new_event_loop(), AsyncClient(KEY, SECRET)
    names = st.text("abcdefgXYZ_.", min_size=1, max_size=8).filter(lambda name: name != "signature")

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(names, values, max_size=4), st.sampled_from(["_get", "_post"]))
    def holds(data, method):
        loop.run_until_complete(getattr(client, method)("order", True, data=data))
        sent = rest.last.query if method == "_get" else rest.last.body
        assert signing.verify(SECRET, sent)

    try:
        holds()
    finally:
        loop.run_until_complete(client.close_connection())
        loop.close()


ERRORS = {
    "refused": ((400, {"code": -1121, "msg": "Invalid symbol."}), BinanceAPIException, "code=-1121"),
    "page": ((404, "<html>nothing</html>"), BinanceAPIException, "<html>nothing</html>"),
    "limit": ((429, {"code": -1003, "msg": "Way too many."}, {"Retry-After": "7"}), BinanceLimitException, "7 s"),
    "html": ((200, "<html>maintenance</html>"), BinanceRequestException, "<html>maintenance</html>"),
    "empty": ((200, ""), BinanceRequestException, "Invalid Response: "),
    "cut": ((200, '{"symbol":"BNB'), BinanceRequestException, '{"symbol":"BNB'),
}  # fmt: skip


@pytest.mark.parametrize("error", ERRORS)
def test_each_bad_answer_is_raised_where_the_call_is_awaited(rest, error):  # noqa: F811
    rest.answers["/api/v3/depth"], kind, text = ERRORS[error]
    with pytest.raises(kind, match=re.escape(text)):
        call("get_order_book", symbol="X")


def test_an_order_that_the_server_failed_over_is_of_unknown_outcome(rest):  # noqa: F811
    rest.answers["/api/v3/order"] = (503, {"code": -1006, "msg": "An unexpected response was received."})
    with pytest.raises(BinanceOutcomeUnknown):
        call("_post", "order", True, data={"symbol": "X"})


def test_a_clock_that_is_off_is_set_once_and_the_call_made_again(rest):  # noqa: F811
    refusals = iter([(400, {"code": -1021, "msg": "Timestamp outside."})])
    rest.answers["/api/v3/account"] = lambda asked: next(refusals, {"balances": []})
    assert call("_get", "account", True) == {"balances": []}
    assert [a.path for a in rest.asked] == ["/api/v3/account", "/api/v3/time", "/api/v3/account"]
    assert rest.last.params["timestamp"].startswith("1600000000")
    rest.answers["/api/v3/account"] = (400, {"code": -1021, "msg": "Timestamp outside."})
    with pytest.raises(BinanceAPIException, match="-1021"):
        call("_get", "account", True)
    assert len(rest.asked) == 6


def test_microseconds_leave_the_clock_s_offset_in_milliseconds(rest, monkeypatch):  # noqa: F811
    monkeypatch.setattr(async_client_module, "time", types.SimpleNamespace(time=lambda: 1_599_999_999.0))
    rest.answers["/api/v3/time"] = {"serverTime": 1_600_000_000_000_000}

    async def offset():
        async with await AsyncClient.create(time_unit="MICROSECOND") as client:
            return client.timestamp_offset

    assert asyncio.run(offset()) == 1000


def test_a_passed_limit_is_waited_for_where_that_is_asked_for(rest):  # noqa: F811
    refusals = iter([(429, {"code": -1003, "msg": "Too many."}, {"Retry-After": "0.05"})])
    rest.answers["/api/v3/ping"] = lambda asked: next(refusals, {})
    begun = time.monotonic()
    assert use(lambda client: client.ping(), wait_when_limited=True) == {}
    assert time.monotonic() - begun >= 0.05 and len(rest.asked) == 2


def test_limits_and_the_latest_answer_are_kept(rest):  # noqa: F811
    rest.answers["/api/v3/ping"] = (200, {}, {"X-MBX-USED-WEIGHT-1M": "24", "X-MBX-ORDER-COUNT-10S": "1"})

    async def ping(client):
        await client.ping()
        return client.limits, client.response

    limits, response = use(ping)
    assert limits.used_weight == {"1m": 24} and limits.order_count == {"10s": 1}
    assert response.headers["x-mbx-used-weight-1m"] == "24" and response.status == 200


def test_an_unknown_option_is_named():
    with pytest.raises(TypeError, match="'cert'"):
        use(lambda client: client.ping(), {"cert": "mine.pem"})


def test_neither_key_nor_secret_nor_signature_shows(rest, caplog):  # noqa: F811
    rest.answers["/api/v3/order"] = (400, {"code": -2010, "msg": "no"})

    async def refused(client):
        with pytest.raises(BinanceAPIException) as caught:
            await client._get("order", True, data={"symbol": "BNBBTC"})
        return [repr(client), repr(client.session), repr(caught.value), str(caught.value)]

    with caplog.at_level(logging.DEBUG):
        texts = [*use(refused), caplog.text]
    assert "GET /api/v3/order: 400" in caplog.text
    signature = rest.last.params["signature"]
    for text in texts:
        assert KEY not in text and SECRET not in text and signature not in text


def test_a_verbose_client_logs_its_calls(rest, caplog):  # noqa: F811
    try:
        use(lambda client: client.ping(), verbose=True)
    finally:
        logging.getLogger("binance_legacy.async_client").setLevel(logging.NOTSET)
    assert "GET /api/v3/ping: 200" in caplog.text


def test_with_a_box_binance_s_addresses_are_answered_by_it(rest, monkeypatch):  # noqa: F811
    monkeypatch.setattr(AsyncClient, "API_URL", "https://api.binance.{}/api")
    venues.use_box(rest.url)
    try:
        assert call("get_server_time") == {"serverTime": 1_600_000_000_000}
    finally:
        venues.use_box(None)


# -- tasks, loops ------------------------------------------------------------------------------------------


@pytest.fixture
def counted(monkeypatch):
    """A server that counts its lines."""
    server = HttpServer()
    monkeypatch.setattr(AsyncClient, "API_URL", server.url + "/api")
    yield server
    server.close()


def test_fifty_tasks_at_once_share_a_few_lines_and_each_keeps_its_order(counted):
    counted.answers["/api/v3/depth"] = lambda handler: (200, {}, b'"%s"' % handler.path.encode())

    async def task(client, number):
        return [await client.get_order_book(symbol=f"S{number}", limit=turn) for turn in (5, 10, 20)]

    async def fifty(client):
        return await asyncio.gather(*(task(client, number) for number in range(50)))

    path = "/api/v3/depth?symbol=S{}&limit={}"
    assert use(fifty) == [[path.format(n, turn) for turn in (5, 10, 20)] for n in range(50)]
    assert counted.lines <= LANES and counted.all_lines_closed()


def test_cancelling_a_task_cuts_its_call(counted):
    counted.answers["/api/v3/ping"] = hang

    async def cancel(client):
        task = asyncio.create_task(client.ping())
        await asyncio.to_thread(counted.arrived.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(counted.left.wait, 5)
        return await client.get_server_time()

    assert use(cancel) == {}


def test_the_time_out_is_the_client_s_or_the_call_s(counted):
    counted.answers["/api/v3/depth"] = hang
    with pytest.raises(asyncio.TimeoutError, match=r"GET /api/v3/depth: no answer within 0\.05 s"):
        use(lambda client: client.get_order_book(symbol="X"), {"timeout": 0.05})
    own = {"symbol": "X", "requests_params": {"timeout": 0.04}}
    with pytest.raises(asyncio.TimeoutError, match=r"0\.04 s"):
        use(lambda client: client.get_order_book(**own), {"timeout": 20})
    assert counted.asked == ["GET /api/v3/depth?symbol=X"] * 2
    assert AsyncClient.REQUEST_TIMEOUT == 10


def test_one_client_serves_loops_in_two_threads_and_two_clients_one_loop(counted):
    client = AsyncClient(KEY)
    answers = []

    async def twenty():
        answers.extend(await asyncio.gather(*(client.ping() for _ in range(20))))

    threads = [threading.Thread(target=asyncio.run, args=(twenty(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    async def two():
        async with AsyncClient() as one, AsyncClient() as other:
            answers.extend(await asyncio.gather(one.ping(), other.ping(), client.ping()))
        await client.close_connection()
        await client.close_connection()

    asyncio.run(two())
    assert answers == [{}] * 43 and counted.all_lines_closed()


# -- hooks -------------------------------------------------------------------------------------------------

HOOKS = ["_get", "_request_api", "_request", "session"]


def put_hook(target, hook, seen):
    """Replace one station of a call's way out by one that answers itself."""

    async def station(*args, **kwargs):
        seen.append(args)
        return {"hook": hook}

    async def request(method, url, **options):
        seen.append((method, url, options["timeout"]))
        return types.SimpleNamespace(status_code=200, text="{}", headers={}, json=lambda: {"hook": hook})

    async def close():
        pass

    session = types.SimpleNamespace(request=request, close=close)
    setattr(target, hook, session if hook == "session" else station)


@pytest.mark.parametrize("hook", HOOKS)
def test_replacing_a_station_on_the_instance_affects_every_row(rest, hook):  # noqa: F811
    async def replaced(client):
        for name, (params, _) in ROWS.items():
            seen = []
            put_hook(client, hook, seen)
            assert await getattr(client, name)(**params) == {"hook": hook}
            assert len(seen) == 1

    use(replaced)
    assert rest.asked == []


@pytest.mark.parametrize("hook", ["_get", "_post", "_put", "_delete"])
def test_each_method_has_its_station(rest, hook):  # noqa: F811
    async def replaced(client):
        seen = []
        put_hook(client, hook, seen)
        verb = hook[1:].upper()
        assert await client.call(verb, "/api/v3/order", signed=True, a=1) == {"hook": hook}
        return seen

    assert use(replaced) == [("order", True, "v3")]


STATIONS = {
    "_request_margin_api": "/sapi/v1/capital/config/getall",
    "_request_futures_api": "/fapi/v2/account",
    "_request_futures_coin_api": "/dapi/v1/time",
    "_request_futures_data_api": "/futures/data/openInterestHist",
    "_request_options_api": "/eapi/v1/time",
    "_request_papi_api": "/papi/v1/balance",
}


@pytest.mark.parametrize("hook", STATIONS)
def test_overriding_a_host_s_station_in_a_subclass_affects_its_calls(rest, hook):  # noqa: F811
    async def station(self, method, path, *args, **kwargs):
        return await getattr(super(mine, self), hook)(method, path, *args, **kwargs), hook

    mine = type("Mine", (AsyncClient,), {hook: station})
    rest.answers[STATIONS[hook]] = {"here": True}

    async def use_it():
        async with mine(KEY, SECRET) as client:
            return await client.call("GET", STATIONS[hook])

    assert asyncio.run(use_it()) == ({"here": True}, hook)


def test_a_program_may_read_answers_in_its_own_way(rest):  # noqa: F811
    class Mine(AsyncClient):
        async def _handle_response(self, response):
            return response.status, await super()._handle_response(response)

    async def ping():
        async with Mine() as client:
            return await client.ping()

    assert asyncio.run(ping()) == (200, {})


def test_both_clients_have_the_same_way_out():
    for name in ("_get", "_post", "_put", "_delete", "_request_api", "_request_margin_api", "call"):
        assert getattr(AsyncClient, name) is getattr(Client, name)
