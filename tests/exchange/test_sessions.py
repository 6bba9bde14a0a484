"""The WebSocket API: sessions, what is asked in them, the user data that follows, and how both end."""

import json
import time

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from binance_legacy.exchange import Exchange
from binance_legacy.exchange.doors.sessions import MARKET, METHODS
from binance_legacy.wire import signing

from .trader import Trader, trading

LIMIT = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


EDWARDS = pem(ed25519.Ed25519PrivateKey.generate())
RIVEST = pem(rsa.generate_private_key(65537, 2048))


@pytest.fixture(scope="module")
def exchange():
    with Exchange(seed=1, balances={"USDT": "100000", "BTC": "5", "BNB": "10"}) as running:
        running.register("k" * 64, "s" * 64, account="hmac")
        running.register("e" * 64, EDWARDS, account="edwards")
        running.register("r" * 64, RIVEST, account="rivest")
        yield running


@pytest.fixture
def trader(exchange):
    with trading(exchange) as one:
        yield one


def now():
    return int(time.time() * 1000)


def signed(secret, key, **params):
    private = signing.PrivateKey(secret) if "BEGIN" in secret else secret
    return signing.signed_request(private, {"apiKey": key, "timestamp": now(), **params})


# -- frames -------------------------------------------------------------------------------------------------


def test_an_answer_has_the_id_of_its_request_whatever_that_is(trader):
    for number in (1, "a-b c", None, 2**60, -5):
        trader.socket.send(json.dumps({"id": number, "method": "ping"}))
        answer = json.loads(trader.socket.recv(10))
        assert list(answer) == ["id", "status", "result", "rateLimits"]
        assert (answer["id"], answer["status"], answer["result"]) == (number, 200, {})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"id":[1],"method":"ping"}',
        '{"id":1}',
        '{"id":1,"method":"ping","params":[]}',
    ],
)
def test_a_request_that_is_none_is_answered_with_an_error_frame(trader, text):
    trader.socket.send(text)
    answer = json.loads(trader.socket.recv(10))
    assert answer["status"] == 400 and answer["error"] == {"code": -1135, "msg": "Invalid JSON request."}


def test_a_method_may_carry_its_version_and_one_that_is_not_there_is_named(trader):
    assert trader.ask("v3/ping") == (200, {})
    status, error = trader.ask("order.plaice")
    assert status == 400 and error["code"] == -1020 and "order.plaice" in error["msg"]


@pytest.mark.parametrize("method", [name for name in MARKET if not name.startswith("referencePrice")])
def test_market_data_is_that_of_rest(trader, method):
    params = {} if method in ("ping", "time", "exchangeInfo", "ticker.24hr") else {"symbol": "BTCUSDT"}
    params |= {"interval": "1h"} if "lines" in method else {}
    params |= {"limit": 2} if method in ("depth", "trades.recent", "klines", "uiKlines") else {}
    status, answer = trader.ask(method, params)
    same = trader.get(MARKET[method], **params)
    assert status == 200 and type(answer) is type(same)
    first, other = (one[0] if isinstance(one, list) else one for one in (answer, same))
    assert len(first) == len(other) and (not isinstance(first, dict) or list(first) == list(other))


def test_parameters_may_be_json_numbers_lists_and_texts(trader):
    assert len(trader.ask("klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": 3})[1]) == 3
    rows = trader.ask("ticker.price", {"symbols": ["BTCUSDT", "ETHUSDT"]})[1]
    assert [row["symbol"] for row in rows] == ["BTCUSDT", "ETHUSDT"]
    status, error = trader.ask("depth", {"symbol": "BTCUSDT", "limit": "x"})
    assert (status, error["code"]) == (400, -1100)


def test_what_is_used_of_the_limits_is_told_unless_it_is_not_wanted(exchange, trader):
    trader.ask("ping")
    weight = trader.answer["rateLimits"][-1]
    assert weight["rateLimitType"] == "REQUEST_WEIGHT" and 0 < weight["count"] < weight["limit"] == 6000
    trader.ask("ping", {"returnRateLimits": False})
    assert "rateLimits" not in trader.answer
    with connect(exchange.ws_api_url + "?returnRateLimits=false") as quiet:
        other = Trader(exchange, socket=quiet)
        other.ask("ping")
        assert "rateLimits" not in other.answer
        other.ask("ping", {"returnRateLimits": True})
        assert "rateLimits" in other.answer


def test_a_connection_and_rest_use_the_same_weight(exchange, trader):
    trader.session.get(exchange.rest_url + "/api/v3/exchangeInfo?symbol=BTCUSDT")
    answer = trader.session.get(exchange.rest_url + "/api/v3/ping")
    used = int(answer.headers["X-MBX-USED-WEIGHT-1M"])
    trader.ask("ping")
    assert trader.answer["rateLimits"][-1]["count"] in (used + 1, 1)  # or a new minute began


@pytest.mark.parametrize(
    ("query", "code"), [("?timeUnit=SECOND", b"-1194"), ("?responseFormat=sbe", b"-1020")]
)
def test_what_an_address_asks_for_in_vain_is_refused(exchange, query, code):
    with pytest.raises(InvalidStatus) as refused:
        connect(exchange.ws_api_url + query)
    assert code in refused.value.response.body


def test_answers_and_events_have_microseconds_where_that_is_asked_for(exchange, trader):
    trader.session.headers["X-MBX-TIME-UNIT"] = "MICROSECOND"
    about = time.time() * 1e6
    with connect(exchange.ws_api_url + "?timeUnit=MICROSECOND") as socket:
        fine = Trader(exchange, "k" * 64, "s" * 64, trader.session, socket)
        fine.ws("userDataStream.subscribe.signature")
        _, placed = fine.ws("order.place", **LIMIT, price=fine.price("BTCUSDT", 0.9))
        _, asked = fine.rest("order.status", symbol="BTCUSDT", orderId=placed["orderId"])
        assert placed["transactTime"] == asked["time"] == asked["workingTime"]
        assert abs(placed["transactTime"] - about) < 60e6
        assert heard(fine, 1)[0]["T"] == asked["time"]
        rows = fine.get("klines", symbol="BTCUSDT", interval="1m", limit=2)
        assert rows[1][0] - rows[0][0] == 60_000_000 == rows[0][6] + 1 - rows[0][0]
        assert abs(fine.ask("time")[1]["serverTime"] - about) < 60e6
        assert abs(fine.get("aggTrades", symbol="BTCUSDT", limit=1)[0]["T"] - about) < 120e6
        fine.rest("order.cancel", symbol="BTCUSDT", orderId=placed["orderId"])
    assert trader.ask("time")[1]["serverTime"] < 10**13
    trader.session.headers["X-MBX-TIME-UNIT"] = "SECOND"
    assert trader.get("time")["code"] == -1194


# -- sessions -----------------------------------------------------------------------------------------------


def test_only_an_ed25519_key_logs_a_session_on(trader):
    for key, secret, kind in (("k" * 64, "s" * 64, "HMAC_SHA256"), ("r" * 64, RIVEST, "RSA")):
        status, error = trader.ask("session.logon", signed(secret, key))
        assert (status, error) == (400, {"code": -4056, "msg": f"{kind} API key is not supported."})


def test_a_session_that_is_logged_on_needs_no_key_and_no_signature(trader):
    before = trader.ask("session.status")[1]
    assert before["apiKey"] is None and before["authorizedSince"] is None and before["userDataStream"] is None
    status, session = trader.ask("session.logon", signed(EDWARDS, "e" * 64))
    assert status == 200 and session["apiKey"] == "e" * 64
    assert before["connectedSince"] == session["connectedSince"] <= session["authorizedSince"]
    status, account = trader.ask("account.status", {"timestamp": now()})
    assert status == 200 and account["canTrade"] is True
    status, error = trader.ask("account.status", {"timestamp": now() - 60_000})
    assert (status, error["code"]) == (400, -1021)
    assert trader.ask("account.status", {})[1]["code"] == -1102
    assert trader.ask("session.logout")[1]["apiKey"] is None
    status, error = trader.ask("account.status", {"timestamp": now()})
    assert (status, error["code"]) == (401, -2014)


@pytest.mark.parametrize(("key", "secret"), [("e" * 64, EDWARDS), ("r" * 64, RIVEST)])
def test_requests_signed_with_a_private_key_are_verified(exchange, key, secret):
    with trading(exchange, key, signing.PrivateKey(secret)) as one:
        assert one.ws("account.status")[0] == 200 and one.rest("account.status")[0] == 200
    other = signing.PrivateKey(pem(ed25519.Ed25519PrivateKey.generate()))
    with trading(exchange, key, other) as one:
        assert one.ws("account.status")[1]["code"] == one.rest("account.status")[1]["code"] == -1022


# -- user data ----------------------------------------------------------------------------------------------


def test_an_account_is_heard_of_once_on_a_connection(trader):
    assert trader.ask("session.subscriptions")[1] == []
    assert trader.ws("userDataStream.subscribe.signature") == (200, {"subscriptionId": 0})
    status, error = trader.ws("userDataStream.subscribe.signature")
    assert (status, error["code"]) == (400, -2035)
    other = trader.ask("userDataStream.subscribe.signature", signed(EDWARDS, "e" * 64))
    assert other == (200, {"subscriptionId": 1})
    assert trader.ask("session.subscriptions")[1] == [{"subscriptionId": 0}, {"subscriptionId": 1}]
    assert trader.ask("userDataStream.unsubscribe", {"subscriptionId": 0}) == (200, {})
    assert trader.ask("session.subscriptions")[1] == [{"subscriptionId": 1}]
    assert trader.ask("userDataStream.unsubscribe", {"subscriptionId": 7})[1]["code"] == -2036
    assert trader.ask("userDataStream.unsubscribe") == (200, {})
    assert trader.ask("userDataStream.unsubscribe")[1]["code"] == -2036
    ends = [one for one in trader.events if one["event"]["e"] == "eventStreamTerminated"]
    assert [one["subscriptionId"] for one in ends] == [0, 1]


def test_a_session_that_is_not_logged_on_subscribes_only_with_a_signature(trader):
    assert trader.ask("userDataStream.subscribe")[1]["code"] == -1002
    trader.ask("session.logon", signed(EDWARDS, "e" * 64))
    assert trader.ask("userDataStream.subscribe") == (200, {"subscriptionId": 0})
    assert trader.ask("session.status")[1]["userDataStream"] is True
    assert trader.ask("session.logout")[1]["userDataStream"] is None
    ended = trader.next(lambda message: "event" in message)
    assert ended["event"]["e"] == "eventStreamTerminated" and ended["subscriptionId"] == 0
    assert trader.ask("session.subscriptions")[1] == []


def test_a_listen_token_that_is_none_is_refused(trader):
    status, error = trader.ask("userDataStream.subscribe.listenToken", {"listenToken": "x"})
    assert (status, error["code"]) == (400, -1209)


def heard(trader, count):
    """The next events, those kept first."""
    while len(trader.events) < count:
        trader.events.append(trader.next(lambda message: "event" in message))
    events = [one["event"] for one in trader.events]
    trader.events.clear()
    return events


def test_an_order_placed_through_one_door_is_heard_of_at_the_other(exchange, trader):
    trader.ws("userDataStream.subscribe.signature")
    price = trader.price("BTCUSDT", 0.9)
    _, placed = trader.rest("order.place", **LIMIT, price=price)
    report, position = heard(trader, 2)
    assert (report["e"], report["x"], report["X"], report["i"]) == (
        "executionReport",
        "NEW",
        "NEW",
        placed["orderId"],
    )
    assert (report["p"], report["q"], report["c"]) == (price, "0.01000000", placed["clientOrderId"])
    locked = {row["a"]: row["l"] for row in position["B"]}["USDT"]
    assert float(locked) == pytest.approx(float(price) * 0.01)
    trader.ws("order.cancel", symbol="BTCUSDT", orderId=placed["orderId"])
    report, position = heard(trader, 2)
    assert (report["x"], report["X"], report["C"]) == ("CANCELED", "CANCELED", placed["clientOrderId"])
    assert {row["a"]: row["l"] for row in position["B"]}["USDT"] == "0.00000000"


def test_a_list_of_orders_is_heard_of_after_its_orders_and_before_the_balances(trader):
    trader.ws("userDataStream.subscribe.signature")
    asked = {
        "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.01", "price": trader.price("BTCUSDT", 1.1),
        "stopPrice": trader.price("BTCUSDT", 0.9), "stopLimitPrice": trader.price("BTCUSDT", 0.89),
        "stopLimitTimeInForce": "GTC",
    }  # fmt: skip
    _, placed = trader.rest("orderList.place", **asked)
    kinds = [event["e"] for event in heard(trader, 4)]
    assert kinds == ["executionReport", "executionReport", "listStatus", "outboundAccountPosition"]
    trader.rest("orderList.cancel", symbol="BTCUSDT", orderListId=placed["orderListId"])
    events = heard(trader, 4)
    assert [event["e"] for event in events] == kinds and (events[2]["l"], events[2]["L"]) == (
        "ALL_DONE",
        "ALL_DONE",
    )


def test_what_comes_in_from_outside_is_heard_of(exchange, trader):
    trader.ws("userDataStream.subscribe.signature")
    exchange.deposit("USDT", "5", account="hmac")
    position, update = heard(trader, 2)
    assert position["e"] == "outboundAccountPosition" and [row["a"] for row in position["B"]] == ["USDT"]
    assert {key: update[key] for key in ("e", "a", "d")} == {
        "e": "balanceUpdate",
        "a": "USDT",
        "d": "5.00000000",
    }


def test_a_resting_order_is_filled_by_others_and_heard_of_at_once(exchange, trader):
    trader.ws("userDataStream.subscribe.signature")
    price = trader.price("BTCUSDT", 1.02)
    _, placed = trader.ws("order.place", **{**LIMIT, "side": "SELL"}, price=price)
    heard(trader, 2)
    exchange.move_price("BTCUSDT", trader.price("BTCUSDT", 1.03))
    trade, position = heard(trader, 2)
    assert (trade["x"], trade["X"], trade["m"], trade["L"]) == ("TRADE", "FILLED", True, price)
    assert trade["i"] == placed["orderId"] and position["e"] == "outboundAccountPosition"
    exchange.move_price("BTCUSDT", trader.price("BTCUSDT", 1 / 1.03))


def test_a_connection_that_is_gone_hears_no_more(exchange):
    for _ in range(5):
        with trading(exchange) as one:
            one.ws("userDataStream.subscribe.signature")
    with trading(exchange) as one:
        assert one.rest("order.place", **LIMIT, price=one.price("BTCUSDT", 0.9))[0] == 200
        assert one.rest("openOrders.cancelAll", symbol="BTCUSDT")[0] == 200


def test_a_shutdown_is_announced_without_a_subscription(exchange, trader):
    trader.ask("ping")
    exchange.announce_shutdown()
    told = trader.next(lambda message: "event" in message)
    assert list(told) == ["event"] and told["event"]["e"] == "serverShutdown"


def test_every_method_that_is_served_answers_something_else_than_that_it_is_not(trader):
    for method in METHODS:
        status, answer = trader.ask(method)
        assert status == 200 or answer["code"] != -1020, method


def test_a_connection_whose_address_has_used_its_weight_up_is_ended_with_the_reason():
    with Exchange(seed=1) as own, requests.Session() as session:
        while session.get(f"{own.rest_url}/api/v3/exchangeInfo?symbol=BTCUSDT").status_code == 200:
            pass
        with connect(own.ws_api_url) as line, pytest.raises(ConnectionClosed) as ended:
            line.recv(5)
    assert ended.value.rcvd.code == 1008 and "request weight" in ended.value.rcvd.reason
