"""The `ws_*` methods of both clients: in the exchange in a box, and against a server that does what a test says."""

import asyncio
import inspect
import json
import pickle
import threading
import time
from pathlib import Path

import pytest

from binance_legacy.async_client import AsyncClient
from binance_legacy.client import Client
from binance_legacy.endpoints.declare import catalogue, methods, requests
from binance_legacy.endpoints.websocket_api import WebSocketApiEndpoints
from binance_legacy.engine.reactor import engine
from binance_legacy.exceptions import (
    BinanceAPIException,
    BinanceLimitException,
    BinanceOutcomeUnknown,
    BinanceRequestException,
    BinanceWebsocketUnableToConnect,
)
from binance_legacy.exchange import Exchange
from binance_legacy.exchange.doors.sessions import MARKET
from binance_legacy.exchange.trade.spot_calls import BY_NAME
from binance_legacy.wire import signing, venues

from .engine.api_server import ApiServer, refused
from .interpreters import python
from .rest_server import rest as http  # noqa: F401 - a fixture

SILENCE = ApiServer.SILENCE
SURFACE = json.loads((Path(__file__).parent / "data" / "surface_1_0_37.json").read_text("utf-8"))
NAMES = [name for name in SURFACE["Client"] if name.startswith("ws_")]
FACES = ("blocking", "awaited")

ONE = {"symbol": "BTCUSDT"}
LIMIT = {**ONE, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": 0.001}


class Face:
    """One client, asked the same way whether it blocks or is awaited; it knows which methods it was asked."""

    def __init__(self, kind, *arguments, **options):
        self.awaited = kind == "awaited"
        made = AsyncClient if self.awaited else Client
        self.client = made(*arguments, **options, **({} if self.awaited else {"ping": False}))
        self.names = set()

    def __getattr__(self, name):
        self.names.add(name)
        method = getattr(self.client, name)
        return lambda **params: asyncio.run(method(**params)) if self.awaited else method(**params)


@pytest.fixture(params=FACES)
def kind(request):
    return request.param


# -- the surface -------------------------------------------------------------------------------------------


def test_the_58_methods_of_1_x_are_there_on_both_clients_and_each_ends_in_requests():
    assert len(NAMES) == 58
    for name in NAMES:
        method = methods()[name]
        assert method.status == "alive" and method.asks and set(method.asks) <= set(requests())
        assert inspect.signature(getattr(Client, name)) == inspect.signature(getattr(AsyncClient, name))
        assert set(SURFACE["Client"][name]) <= set(inspect.signature(getattr(Client, name)).parameters)
    ours = {name for name in vars(WebSocketApiEndpoints) if name.startswith("ws_")}
    assert ours == set(NAMES) and not ours & set(catalogue())


@pytest.mark.parametrize("row", requests().values(), ids=lambda row: row.name)
def test_what_is_declared_agrees_with_the_endpoint_of_rest(row):
    call = BY_NAME.get(row.method)
    if row.host == "ws-fapi" or (call is None and row.method not in MARKET):
        assert row.host == "ws-fapi"
        return
    path = call.path if call else f"/api/v3/{MARKET[row.method]}"
    method = call.method if call else "GET"
    assert row.signed is (call is not None)
    assert row.changes is (method != "GET" and not path.endswith("/test"))
    weights = {one.weight for one in catalogue().values() if (one.method, one.path) == (method, path)}
    assert not weights or min(weights) <= row.weight <= max(weights)


def test_addresses_are_those_of_the_venue():
    assert Client(ping=False).WS_API_URL == "wss://ws-api.binance.com/ws-api/v3"
    assert Client(ping=False, tld="us").WS_API_URL == "wss://ws-api.binance.us/ws-api/v3"
    assert Client(ping=False, testnet=True).WS_API_URL == "wss://ws-api.binance.com/ws-api/v3", (
        "as in 0.7: options only"
    )
    assert Client(ping=False, demo=True).WS_API_URL == "wss://demo-ws-api.binance.com/ws-api/v3"
    test = AsyncClient(testnet=True)
    assert test.WS_API_URL == "wss://ws-api.testnet.binance.vision/ws-api/v3"
    assert test.WS_FUTURES_URL == "wss://testnet.binancefuture.com/ws-fapi/v1"
    assert AsyncClient().WS_FUTURES_URL == "wss://ws-fapi.binance.com/ws-fapi/v1"


def test_twisted_is_imported_by_the_first_request_only():
    python("""
        import sys
        from binance_legacy.async_client import AsyncClient
        from binance_legacy.client import Client
        Client("key", "secret", ping=False).close_connection()
        assert not [name for name in sys.modules if name.startswith(("twisted", "autobahn"))]
    """)


# -- spot, in the box --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def box():
    """An exchange whose market stands still, so that two answers about it are one."""
    with Exchange(seed=1, speed=1e-4) as running:
        yield running


@pytest.fixture
def used(box):
    before = venues.box(), venues.token()
    venues.use_box(box.rest_url, box._token)
    yield box
    box.heal()
    venues.use_box(*before)


@pytest.fixture
def rest(used):
    client = Client("k" * 64, "s" * 64, ping=False, legacy_answers=False)
    yield client
    client.close_connection()


@pytest.fixture
def face(used, kind):
    face = Face(kind, "k" * 64, "s" * 64)
    yield face
    face.close_connection()


def price(rest, factor):
    return round(float(rest.get_symbol_ticker(**ONE)["price"]) * factor)


def over_rest(rest, name, **params):
    """What REST answers to the same."""
    row = requests()[name]
    if row.method in MARKET:
        return rest.call("GET", f"/api/v3/{MARKET[row.method]}", **params)
    call = BY_NAME[row.method]
    return rest.call(call.method, call.path, signed=True, **params)


ABOUT_THE_MARKET = {
    "ws_get_order_book": {**ONE, "limit": 5},
    "ws_get_recent_trades": {**ONE, "limit": 3},
    "ws_get_historical_trades": {**ONE, "limit": 3},
    "ws_get_aggregate_trades": {**ONE, "limit": 3},
    "ws_get_klines": {**ONE, "interval": "1h", "limit": 3},
    "ws_get_uiKlines": {**ONE, "interval": "1h", "limit": 3},
    "ws_get_avg_price": ONE,
    "ws_get_ticker": ONE,
    "ws_get_trading_day_ticker": ONE,
    "ws_get_symbol_ticker_window": {**ONE, "windowSize": "1h"},
    "ws_get_symbol_ticker": ONE,
    "ws_get_orderbook_ticker": ONE,
    "ws_ping": {},
    "ws_get_time": {},
    "ws_get_exchange_info": ONE,
}
ABOUT_THE_ACCOUNT = {
    "ws_get_open_orders": ONE,
    "ws_get_oco_open_orders": {},
    "ws_get_account": {"omitZeroBalances": True},
    "ws_get_account_rate_limits_orders": {},
    "ws_get_all_orders": ONE,
    "ws_get_my_trades": ONE,
    "ws_get_prevented_matches": {**ONE, "preventedMatchId": 1},
    "ws_get_allocations": ONE,
    "ws_get_commission_rates": ONE,
}


def told(name, answer):
    """An answer without what differs from one moment to the next."""
    moving = {"serverTime"} if name in ("ws_get_time", "ws_get_exchange_info") else set()
    return {key: answer[key] for key in answer if key not in moving} if isinstance(answer, dict) else answer


@pytest.mark.parametrize("name", [*ABOUT_THE_MARKET, *ABOUT_THE_ACCOUNT])
def test_what_is_asked_is_answered_as_over_rest(face, rest, name):
    params = {**ABOUT_THE_MARKET, **ABOUT_THE_ACCOUNT}[name]
    answer = getattr(face, name)(**params)
    assert told(name, answer) == told(name, over_rest(rest, name, **params))
    assert answer or name in ("ws_ping", *ABOUT_THE_ACCOUNT)


def test_orders_are_placed_asked_for_and_cancelled_as_over_rest(face, rest):
    low = price(rest, 0.9)
    model = rest.create_order(**LIMIT, price=low)
    for placed in (
        face.ws_create_order(**LIMIT, price=low),
        face.ws_order_limit(**ONE, side="BUY", quantity=0.001, price=low),
        face.ws_order_limit_buy(**ONE, quantity=0.001, price=low),
        face.ws_order_limit_sell(**ONE, quantity=0.001, price=price(rest, 1.1)),
        face.ws_create_sor_order(**LIMIT, price=low),
    ):
        assert placed.keys() >= model.keys() and placed["status"] == "NEW"
        number = placed["orderId"]
        asked = face.ws_get_order(**ONE, orderId=number)
        assert asked == rest.get_order(**ONE, orderId=number)
    cancelled = face.ws_cancel_order(**ONE, orderId=number)
    assert cancelled.keys() >= rest.cancel_order(**ONE, orderId=model["orderId"]).keys()
    assert cancelled["status"] == "CANCELED"
    assert len(face.ws_cancel_all_open_orders(**ONE)) == 4
    assert face.ws_get_open_orders() == []


def test_market_orders_are_filled(face, rest):
    bought = face.ws_order_market_buy(**ONE, quantity=0.001)
    sold = face.ws_order_market_sell(**ONE, quantity="0.001")
    again = face.ws_order_market(**ONE, side="BUY", quoteOrderQty=100)
    assert [one["status"] for one in (bought, sold, again)] == ["FILLED"] * 3
    trades = face.ws_get_my_trades(**ONE, orderId=bought["orderId"])
    assert trades == rest.get_my_trades(**ONE, orderId=bought["orderId"]) and trades[0]["isBuyer"] is True


def test_an_order_is_tested_without_being_placed(face, rest):
    assert face.ws_create_test_order(**LIMIT, price=price(rest, 0.9)) == {}
    assert face.ws_create_test_sor_order(**LIMIT, price=price(rest, 0.9)) == {}
    rates = face.ws_create_test_order(**LIMIT, price=price(rest, 0.9), computeCommissionRates=True)
    assert "standardCommissionForOrder" in rates
    assert face.ws_get_open_orders(**ONE) == []


def test_an_order_is_replaced(face, rest):
    first = face.ws_create_order(**LIMIT, price=price(rest, 0.9))
    second = face.ws_cancel_and_replace_order(
        **LIMIT, price=price(rest, 0.91), cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=first["orderId"]
    )
    assert (second["cancelResult"], second["newOrderResult"]) == ("SUCCESS", "SUCCESS")
    with pytest.raises(BinanceAPIException) as caught:
        face.ws_cancel_and_replace_order(
            **LIMIT,
            price=price(rest, 0.9),
            cancelReplaceMode="STOP_ON_FAILURE",
            cancelOrderId=first["orderId"],
        )
    assert (caught.value.code, caught.value.status_code) == (-2022, 400)
    assert caught.value.response.json()["data"]["cancelResult"] == "FAILURE"
    face.ws_cancel_all_open_orders(**ONE)


def test_lists_of_orders_are_placed_asked_for_and_cancelled(face, rest):
    sides = {"aboveType": "LIMIT_MAKER", "belowType": "STOP_LOSS", "belowStopPrice": price(rest, 0.9)}
    oco = face.ws_create_oco_order(**ONE, side="SELL", quantity=0.001, abovePrice=price(rest, 1.1), **sides)
    working = {
        "workingType": "LIMIT",
        "workingSide": "BUY",
        "workingTimeInForce": "GTC",
        "workingQuantity": 0.001,
    }
    working |= {"workingPrice": price(rest, 0.9)}
    pending = {"pendingSide": "SELL", "pendingQuantity": 0.001}
    oto = face.ws_create_oto_order(**ONE, **working, **pending, pendingType="MARKET")
    above = {"pendingAboveType": "LIMIT_MAKER", "pendingAbovePrice": price(rest, 1.1)}
    below = {"pendingBelowType": "STOP_LOSS", "pendingBelowStopPrice": price(rest, 0.8)}
    otoco = face.ws_create_otoco_order(**ONE, **working, **pending, **above, **below)
    assert [len(one["orders"]) for one in (oco, oto, otoco)] == [2, 2, 3]
    numbers = [one["orderListId"] for one in (oco, oto, otoco)]
    assert sorted(one["orderListId"] for one in face.ws_get_oco_open_orders()) == numbers
    for number in numbers:
        assert face.ws_get_oco_order(orderListId=number) == rest.v3_get_order_list(orderListId=number)
        assert face.ws_cancel_oco_order(**ONE, orderListId=number)["listOrderStatus"] == "ALL_DONE"


def test_the_tests_above_ask_every_spot_method():
    source = Path(__file__).read_text("utf-8")
    spot = [name for name in NAMES if not name.startswith("ws_futures")]
    assert (
        len(spot) == 43
        and [name for name in spot if f".{name}(" not in source and f'"{name}":' not in source] == []
    )


def test_an_error_is_that_of_rest(face, rest):
    errors = []
    for ask in (face.ws_get_order, rest.get_order):
        with pytest.raises(BinanceAPIException) as caught:
            ask(**ONE, orderId=10**9)
        errors.append((type(caught.value), caught.value.code, caught.value.message, caught.value.status_code))
    assert errors[0] == errors[1] == (BinanceAPIException, -2013, "Order does not exist.", 400)


def test_parameters_that_are_none_are_left_out_and_options_are_no_parameters(face):
    asked = face.ws_get_symbol_ticker(**ONE, symbols=None, requests_params={"timeout": 3})
    assert asked["symbol"] == "BTCUSDT"
    several = face.ws_get_symbol_ticker(symbols=["BTCUSDT", "ETHUSDT"])
    assert [row["symbol"] for row in several] == ["BTCUSDT", "ETHUSDT"]


def test_what_is_used_of_the_limits_is_known_unless_it_is_not_wanted(face, rest):
    face.ws_get_exchange_info(**ONE, returnRateLimits=False)
    assert face.client.limits.used_weight == {}
    face.ws_create_order(**LIMIT, price=price(rest, 0.9))
    assert face.client.limits.used_weight["1m"] > 20 and set(face.client.limits.order_count) >= {"10s", "1d"}
    face.ws_cancel_all_open_orders(**ONE)


@pytest.mark.parametrize(("status", "what"), [(429, BinanceLimitException), (418, BinanceLimitException)])
def test_a_passed_limit_says_how_long_to_wait(face, used, status, what):
    used.fail(status, path="order.place", retry_after=7)
    with pytest.raises(what) as caught:
        face.ws_create_order(**LIMIT, price=1)
    assert caught.value.retry_after == 7 and caught.value.code == -1003


def test_a_failure_of_the_exchange_leaves_open_whether_an_order_was_placed(face, used):
    used.fail(503, path="order.place")
    with pytest.raises(BinanceOutcomeUnknown, match="outcome unknown"):
        face.ws_create_order(**LIMIT, price=1)
    used.fail(503, path="order.status")
    with pytest.raises(BinanceAPIException) as caught:
        face.ws_get_order(**ONE, orderId=1)
    assert type(caught.value) is BinanceAPIException and caught.value.status_code == 503


def test_a_clock_that_is_off_is_set_again_once_and_the_request_made_again(face):
    face.client.timestamp_offset = -60_000
    assert face.ws_get_account()["canTrade"] is True
    assert abs(face.client.timestamp_offset) < 30_000


def test_after_the_exchange_has_cut_every_line_the_next_request_is_answered(face, used):
    for code in (None, 1001):
        face.ws_ping()
        used.disconnect(code)
        begun = time.monotonic()
        while True:
            try:
                assert face.ws_ping() == {}
                break
            except BinanceWebsocketUnableToConnect:  # it was on its way when the line's end came
                assert time.monotonic() - begun < 2
        assert time.monotonic() - begun < 2


def test_a_line_that_the_exchange_refuses_is_told_with_the_status(kind, used):
    face = Face(kind)
    used.refuse(status=503)
    with pytest.raises(BinanceWebsocketUnableToConnect, match="HTTP 503"):
        face.ws_ping()
    assert face.ws_ping() == {}
    face.close_connection()


def test_times_are_microseconds_where_that_is_asked_for(kind, used):
    face = Face(kind, time_unit="MICROSECOND")
    assert face.ws_get_time()["serverTime"] > 10**15
    face.close_connection()


def test_a_client_of_a_box_that_has_ended_does_not_go_on_with_binance(face, used):
    venues.use_box(None)
    with pytest.raises(venues.OfflineError, match="made for an exchange in a box"):
        face.ws_ping()
    venues.use_box(used.rest_url, used._token)


# -- a server that does what a test says -------------------------------------------------------------------


@pytest.fixture
def server():
    server = ApiServer()
    yield server
    server.close()


def of(server, kind, *keys, **options):
    """A face whose WebSocket APIs are the server's."""
    face = Face(kind, *(keys or ("the key", "the secret")), **options)
    face.client.WS_API_URL, face.client.WS_FUTURES_URL = server.url + "ws-api/v3", server.url + "ws-fapi/v1"
    return face


@pytest.fixture
def asking(server, kind):
    face = of(server, kind)
    yield face
    face.close_connection()


@pytest.mark.parametrize("row", requests().values(), ids=lambda row: row.name)
def test_each_request_names_its_method_to_its_host_and_is_signed_if_it_must_be(server, row):
    client = of(server, "blocking").client
    getattr(client, row.name)(symbol="BTCUSDT", quantity=0.00001)
    ((line, sent),) = server.asked
    assert sent["method"] == row.method and isinstance(sent["id"], int)
    assert line.path == {"ws-api": "/ws-api/v3", "ws-fapi": "/ws-fapi/v1"}[row.host]
    params = sent["params"]
    assert (params["symbol"], params["quantity"]) == ("BTCUSDT", "0.00001")
    if row.signed:
        assert params["apiKey"] == "the key" and abs(params["timestamp"] - time.time() * 1000) < 10_000
        assert signing.verify_request("the secret", params)
    else:
        assert params.keys() == {"symbol", "quantity"}
    client.close_connection()


@pytest.mark.parametrize(
    ("keys", "lacking"),
    [((None, None), "api_key and api_secret"), (("key", None), "api_secret"), ((None, "secret"), "api_key")],
)
def test_a_request_that_must_be_signed_names_what_the_client_lacks(server, kind, keys, lacking):
    face = of(server, kind, *keys)
    with pytest.raises(BinanceRequestException, match=rf"order.place must be signed, .* without {lacking}$"):
        face.ws_create_order(symbol="BTCUSDT")
    assert server.requests == []


ORDER = {
    "symbol": "BTCUSDT",
    "orderId": 7,
    "status": "NEW",
    "executedQty": "0",
    "avgPrice": "0.00",
    "cumQuote": "0",
}
ALGO = {
    "symbol": "BTCUSDT",
    "algoId": 21,
    "clientAlgoId": "mine",
    "algoStatus": "NEW",
    "orderType": "STOP_MARKET",
}
STOP = {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "quantity": 1, "stopPrice": 9000.5}


def asked(server):
    return [request["method"] for _, request in server.asked]


def test_a_conditional_futures_order_is_the_algo_order_that_it_is(server, asking, http):  # noqa: F811
    server.answers = {
        "order.place": ORDER,
        "algoOrder.place": ALGO,
        "algoOrder.cancel": {"algoId": 21, "code": "200"},
    }
    assert asking.ws_futures_create_order(symbol="BTCUSDT", side="BUY", type="LIMIT") == ORDER
    placed = asking.ws_futures_create_order(**STOP)
    assert asked(server) == ["order.place", "algoOrder.place"]
    sent = server.asked[1][1]["params"]
    assert (sent["algoType"], sent["triggerPrice"], sent["type"]) == ("CONDITIONAL", "9000.5", "STOP_MARKET")
    assert placed == ALGO if asking.awaited else placed["orderId"] == 21
    asking.client.FUTURES_URL = http.url + "/fapi"
    http.answers["/fapi/v1/algoOrder"] = ALGO
    cancelled = asking.ws_futures_cancel_order(symbol="BTCUSDT", orderId=21)
    assert cancelled["algoId"] == 21 if asking.awaited else cancelled["status"] == "CANCELED"
    assert asked(server)[2:] == ["algoOrder.cancel"]
    assert server.asked[2][1]["params"]["algoId"] == 21


def test_a_kind_that_the_order_request_refuses_goes_to_the_algo_request_and_nothing_is_placed_twice(
    server, asking
):
    server.answers = {"order.place": refused(400, -4120, "Use the Algo Order API."), "algoOrder.place": ALGO}
    asking.ws_futures_create_order(**{**STOP, "type": "NEWEST_STOP"})
    assert asked(server) == ["order.place", "algoOrder.place"]
    server.answers["order.place"] = refused(503, -1000, "Oh.")
    with pytest.raises(BinanceOutcomeUnknown):
        asking.ws_futures_create_order(symbol="BTCUSDT", type="LIMIT")
    assert asked(server)[2:] == ["order.place"]


def test_a_futures_order_is_cancelled_where_it_is_found(server, asking):
    server.answers = {"order.cancel": ORDER, "algoOrder.cancel": {"algoId": 21}}
    assert asking.ws_futures_cancel_order(symbol="BTCUSDT", orderId=7) == ORDER
    assert asking.ws_futures_cancel_order(algoId=21) == {"algoId": 21}
    assert asked(server) == ["order.cancel", "algoOrder.cancel"]


def test_a_conditional_order_placed_over_rest_is_known_here(server, asking):
    server.answers = {"algoOrder.cancel": {"algoId": 21}}
    asking.client._remember("_futures", ALGO)
    asking.client.legacy_answers = False
    assert asking.ws_futures_cancel_order(symbol="BTCUSDT", orderId=21) == {"algoId": 21}
    assert asked(server) == ["algoOrder.cancel"]


def test_a_request_that_times_out_says_so_within_the_time_that_it_was_given(server, asking):
    server.answers["order.place"] = SILENCE
    begun = time.monotonic()
    with pytest.raises(BinanceWebsocketUnableToConnect, match=r"Request timed out.* may have been done"):
        asking.ws_create_order(symbol="BTCUSDT", requests_params={"timeout": 0.5})
    assert time.monotonic() - begun < 2
    assert asking.ws_get_time()["method"] == "time" and len(server.requests) == 1


def test_the_time_that_a_request_is_given_is_that_of_the_client(server, kind):
    face = of(server, kind, requests_params={"timeout": 0.05})
    server.answers["time"] = SILENCE
    with pytest.raises(BinanceWebsocketUnableToConnect, match=r"no answer within 0.05 s$"):
        face.ws_get_time()
    face.client._requests_params, face.client.REQUEST_TIMEOUT = None, 0.06
    with pytest.raises(BinanceWebsocketUnableToConnect, match=r"no answer within 0.06 s$"):
        face.ws_get_time()
    face.close_connection()


def test_a_passed_limit_is_waited_for_where_that_is_wanted(server, kind):
    face = of(server, kind, wait_when_limited=True)
    answers = [
        refused(429, -1003, "Too much.", serverTime=1000, retryAfter=1050),
        lambda line, request: "done",
    ]
    server.answers["time"] = lambda line, request: answers.pop(0)(line, request)
    assert face.ws_get_time() == "done" and len(server.asked) == 2
    face.close_connection()


def test_a_private_key_signs(server, kind):
    from .exchange.test_sessions import EDWARDS

    face = of(server, kind, "the key", private_key=EDWARDS)
    face.ws_get_account()
    key = signing.PrivateKey(EDWARDS)
    assert signing.verify_request(key.public, server.asked[0][1]["params"])
    face.close_connection()


# -- threads, loops, callbacks -----------------------------------------------------------------------------


def test_the_blocking_client_asks_from_many_threads_at_once_over_one_line(server):
    client = of(server, "blocking").client
    answers = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append((n, client.ws_get_order_book(n=n)["params"]["n"])))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(answers) == [(n, n) for n in range(20)] and len(server.requests) == 1
    client.close_connection()


def test_the_blocking_client_asks_inside_a_running_loop_as_a_notebook_has_one(server):
    client = of(server, "blocking").client

    async def cell():
        first = client.ws_get_time()
        await asyncio.sleep(0)
        return first, await asyncio.to_thread(client.ws_get_time), client.ws_get_time()

    assert [one["method"] for one in asyncio.run(cell())] == ["time"] * 3
    client.close_connection()


def test_the_awaited_client_asks_from_several_loops_and_beside_itself(server):
    client = of(server, "awaited").client

    async def several():
        rows = await asyncio.gather(*(client.ws_get_order_book(n=n) for n in range(10)))
        return [row["params"]["n"] for row in rows]

    assert asyncio.run(several()) == asyncio.run(several()) == list(range(10))
    assert len(server.requests) == 1
    asyncio.run(client.close_connection())


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("ws_create_order", r"client\.create_order\(\)"),
        ("ws_get_uiKlines", "the REST method of the same use"),
    ],
)
def test_inside_a_callback_a_request_that_blocks_is_refused_and_what_to_do_instead_is_said(
    server, name, instead
):
    client = of(server, "blocking").client
    client.ws_ping()
    raised, done = [], threading.Event()

    def callback():
        try:
            getattr(client, name)(symbol="BTCUSDT")
        except RuntimeError as error:
            raised.append(error)
        done.set()

    engine.soon(callback)
    assert done.wait(5)
    with pytest.raises(
        RuntimeError, match=rf"client\.{name}\(\) was called .*{instead}.*isolate_callbacks=True"
    ):
        raise raised[0]
    assert client.ws_ping()["method"] == "ping"
    client.close_connection()


def test_closing_hangs_up_and_fails_what_is_on_its_way(server):
    client = of(server, "blocking").client
    server.answers["order.place"] = SILENCE
    failed = []

    def ask():
        try:
            client.ws_create_order(symbol="BTCUSDT")
        except BinanceWebsocketUnableToConnect as error:
            failed.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    server.wait_asked(1)
    client.close_connection()
    thread.join(5)
    assert "the client was closed" in failed[0] and "may have been done" in failed[0]
    server.wait(lambda: not server.open_lines())
    assert client.ws_ping()["method"] == "ping", "a blocking client connects again"
    client.close_connection()
    client.close_connection()


def test_the_awaited_client_hangs_up_and_is_not_used_again(server):
    client = of(server, "awaited").client

    async def main():
        async with client:
            await client.ws_ping()
        server.wait(lambda: not server.open_lines())
        with pytest.raises(RuntimeError, match="this client is closed"):
            await client.ws_ping()

    asyncio.run(main())


def test_a_client_can_still_be_sent_to_another_process(server):
    client = of(server, "blocking").client
    client.ws_ping()
    copy = pickle.loads(pickle.dumps(client))
    assert copy.ws_ping()["method"] == "ping" and len(server.requests) == 2
    copy.close_connection()
    client.close_connection()
