"""Futures at the wire: the doors of their streams, users' events by listen key, weights, the client of old bots."""

import json
import threading

import pytest
import requests

from binance_legacy.client import Client
from binance_legacy.exchange import Exchange

KEY, SECRET = "k" * 64, "s" * 64


@pytest.fixture(scope="module")
def box():
    with Exchange(seed=3) as running:
        running.register(KEY, SECRET)
        yield running


@pytest.fixture
def client(box, monkeypatch):
    monkeypatch.setenv("BINANCE_LEGACY_BOX", box.rest_url)
    return Client(KEY, SECRET)


@pytest.fixture
def line(box, stream):
    """Open a stream connection: `line("/market/stream?streams=...")`; closed after the test."""
    return lambda path: stream(path, box, close_timeout=0.2)  # many messages are left unread


def receive(line, wanted=lambda message: True):
    while True:
        message = json.loads(line.recv(20))
        if wanted(message):
            return message


def silent(line, number=1):
    """Whether nothing but the answer to a question comes."""
    line.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": number}))
    return json.loads(line.recv(20)).get("id") == number


@pytest.mark.parametrize("root", ["", "/fstream"])
def test_each_door_pushes_its_own_streams_and_acknowledges_the_others_in_silence(line, root):
    market = line(f"{root}/market/stream?streams=btcusdt@markPrice@1s/btcusdt@bookTicker")
    public = line(f"{root}/public/ws/btcusdt@bookTicker/btcusdt@depth@100ms")
    assert receive(public)["e"] in ("bookTicker", "depthUpdate")
    kinds = {receive(market)["stream"] for _ in range(2)}
    assert kinds == {"btcusdt@markPrice@1s"}
    assert silent(line(f"{root}/public/ws/btcusdt@markPrice@1s"))


def test_the_bare_address_acknowledges_and_pushes_nothing(line):
    bare = line("/fstream/stream?streams=btcusdt@markPrice@1s/btcusdt@bookTicker")
    bare.send(json.dumps({"method": "SUBSCRIBE", "params": ["btcusdt@aggTrade"], "id": 7}))
    assert json.loads(bare.recv(20)) == {"result": None, "id": 7}
    assert silent(bare, 8)


def test_coin_margined_streams_have_one_door_for_all(line):
    coin = line(
        "/dstream/stream?streams=btcusd_perp@bookTicker/btcusd@indexPrice@1s/btcusd_perp@markPrice@1s"
    )
    wanted = {"btcusd_perp@bookTicker", "btcusd@indexPrice@1s", "btcusd_perp@markPrice@1s"}
    while wanted:
        wanted.discard(receive(coin)["stream"])


def test_subscribing_on_an_open_line(line):
    public = line("/public/ws")
    public.send(json.dumps({"method": "SUBSCRIBE", "params": ["ethusdt@bookTicker"], "id": 1}))
    assert json.loads(public.recv(20)) == {"result": None, "id": 1}
    assert receive(public)["s"] == "ETHUSDT"
    public.send(json.dumps({"method": "UNSUBSCRIBE", "params": ["ethusdt@bookTicker"], "id": 2}))
    receive(public, lambda message: message.get("id") == 2)
    assert silent(public, 3)


@pytest.mark.parametrize(
    "path",
    ["/private/ws/{}", "/private/ws?listenKey={}", "/private/stream?listenKey={}", "/fstream/private/ws/{}"],
)
def test_a_listen_key_s_events_come_at_the_private_door(client, line, path):
    key = client.futures_stream_get_listen_key()
    private = line(path.format(key))
    wrong = line(f"/public/ws/{key}")
    order = client.futures_create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01")
    message = receive(private)
    if "/stream?" in path:
        assert message["stream"] == key
        message = message["data"]
    assert (message["e"], message["o"]["i"]) == ("ORDER_TRADE_UPDATE", order["orderId"])
    assert silent(wrong)


def test_only_the_events_that_are_asked_for_come(client, line):
    key = client.futures_stream_get_listen_key()
    private = line(f"/private/ws?listenKey={key}&events=ACCOUNT_UPDATE")
    client.futures_create_order(symbol="BTCUSDT", side="SELL", type="MARKET", quantity="0.01")
    assert receive(private)["e"] == "ACCOUNT_UPDATE"


def test_a_closed_key_is_heard_no_more(client, line):
    key = client.futures_stream_get_listen_key()
    private = line(f"/private/ws/{key}")
    client.futures_stream_close(key)
    client.futures_create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01")
    assert silent(private)


def test_a_coin_margined_account_has_a_key_of_its_own(client, line):
    key = client.futures_coin_stream_get_listen_key()
    coin = line(f"/dstream/ws/{key}")
    client.futures_coin_create_order(symbol="BTCUSD_PERP", side="BUY", type="MARKET", quantity=3)
    message = receive(coin)
    assert (message["e"], message["o"]["s"], message["o"]["ma"]) == (
        "ORDER_TRADE_UPDATE",
        "BTCUSD_PERP",
        "BTC",
    )


def test_futures_have_weights_of_their_own(box):
    first = requests.get(box.rest_url + "/fapi/v1/ping", timeout=10)
    spot = requests.get(box.rest_url + "/api/v3/time", timeout=10)
    again = requests.get(box.rest_url + "/fapi/v1/ping", timeout=10)
    used = [int(one.headers["X-MBX-USED-WEIGHT-1M"]) for one in (first, again)]
    assert used[1] == used[0] + 1 and spot.ok


def test_an_order_tells_how_many_there_were(box, client):
    client.futures_create_order(symbol="ETHUSDT", side="BUY", type="MARKET", quantity=1)
    headers = client.response.headers
    assert int(headers["X-MBX-ORDER-COUNT-10S"]) >= 1 and int(headers["X-MBX-ORDER-COUNT-1M"]) >= 1


def test_many_users_orders_from_several_threads_are_all_taken(box, client):
    done = []

    def trade(number):
        mine = Client(KEY, SECRET)
        for _ in range(5):
            side = "BUY" if number % 2 else "SELL"
            done.append(
                mine.futures_create_order(symbol="LTCUSDT", side=side, type="MARKET", quantity="1")["orderId"]
            )

    threads = [threading.Thread(target=trade, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(set(done)) == 20
    position = next(row for row in client.futures_position_information(symbol="LTCUSDT"))
    assert float(position["positionAmt"]) == 0


def test_what_is_not_served_of_futures_says_so(box):
    answer = requests.get(box.rest_url + "/fapi/v1/indexInfo", timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, -1020)
    gone = requests.get(box.rest_url + "/fapi/v1/balance", timeout=10)
    assert gone.status_code in (400, 404)


@pytest.mark.parametrize(
    "call",
    [
        "futures_ping", "futures_time", "futures_exchange_info", "futures_mark_price", "futures_funding_rate",
        "futures_ticker", "futures_symbol_ticker", "futures_orderbook_ticker", "futures_account", "futures_coin_ping",
        "futures_coin_exchange_info", "futures_coin_mark_price", "futures_coin_ticker", "futures_coin_account",
        "futures_coin_position_information", "futures_coin_orderbook_ticker", "futures_get_position_mode",
        "futures_income_history", "futures_leverage_bracket", "futures_coin_leverage_bracket",
    ],
)  # fmt: skip
def test_methods_of_old_clients_that_name_no_contract_are_answered(client, call):
    assert getattr(client, call)() is not None


@pytest.mark.parametrize(
    ("call", "params"),
    [
        ("futures_order_book", {}), ("futures_recent_trades", {}), ("futures_historical_trades", {}),
        ("futures_aggregate_trades", {}), ("futures_klines", {"interval": "1m"}), ("futures_open_interest", {}),
        ("futures_get_all_orders", {}), ("futures_get_open_orders", {}), ("futures_account_trades", {}),
        ("futures_position_information", {}), ("futures_position_margin_history", {}),
    ],
)  # fmt: skip
def test_methods_of_old_clients_about_a_contract_are_answered(client, call, params):
    assert getattr(client, call)(symbol="BTCUSDT", **params) is not None
    coin = call.replace("futures_", "futures_coin_", 1)
    assert getattr(client, coin)(symbol="BTCUSD_PERP", **params) is not None
