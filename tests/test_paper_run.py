"""Paper trading: prices are the live exchange's, orders are the box's, and no order can get out."""

import json
import re
import threading
import time
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from binance_legacy.client import Client
from binance_legacy.endpoints.declare import catalogue
from binance_legacy.exceptions import BinanceAPIException
from binance_legacy.exchange import Exchange
from binance_legacy.exchange.doors.sessions import METHODS
from binance_legacy.paper import gate
from binance_legacy.wire import signing

from .engine.stream_server import StreamServer
from .interpreters import run

KEY, SECRET = "k" * 64, "s" * 64
SCRIPTS = Path(__file__).parent / "scripts"


@pytest.fixture(scope="module")
def live():
    """A box that stands for the live exchange."""
    with Exchange(seed=5) as running:
        yield running


@pytest.fixture(scope="module")
def box(live):
    with Exchange(paper=live.rest_url) as running:
        running.register(KEY, SECRET, "ann")
        yield running


@pytest.fixture
def client(box, monkeypatch):
    monkeypatch.setenv("BINANCE_LEGACY_BOX", box.rest_url)
    return Client(KEY, SECRET)


def get(exchange, path):
    return requests.get(exchange.rest_url + path, timeout=20).json()


def walked(book, side, qty):
    """What a market order of a quantity costs in a book."""
    left, cost = Decimal(qty), Decimal(0)
    for price, amount in book[side]:
        part = min(left, Decimal(amount))
        left, cost = left - part, cost + part * Decimal(price)
    assert not left
    return cost


def until(wanted, seconds=20):
    """The first true answer, asked for again and again."""
    end = time.monotonic() + seconds
    while not (found := wanted()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


# -- prices -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/api/v3/klines?symbol=BTCUSDT&interval=1d&startTime=1700000000000&limit=3",
        "/api/v3/exchangeInfo?symbol=BTCUSDT",
        "/fapi/v1/exchangeInfo",
        "/fapi/v1/fundingRate?symbol=BTCUSDT&startTime=1700000000000&limit=3",
        "/dapi/v1/klines?symbol=BTCUSD_PERP&interval=1d&startTime=1700000000000&limit=3",
        "/api/v3/ticker/price?symbol=NOSUCH",
    ],
)
def test_what_is_public_is_answered_as_the_live_exchange_answers(live, box, path):
    found, there = get(box, path), get(live, path)
    for told in (found, there):
        if isinstance(told, dict):
            told.pop("serverTime", None)
    assert found == there


def test_streams_come_message_for_message_as_they_come_there(live, box):
    names = "/stream?streams=btcusdt@trade/btcusdt@depth@100ms/btcusdt@bookTicker"
    quick = {"close_timeout": 0.2}
    with connect(live.stream_url + names, **quick) as there, connect(box.stream_url + names, **quick) as here:
        heard = [[], []]
        for line, messages in ((there, heard[0]), (here, heard[1])):
            while len(messages) < 120:
                messages.append(line.recv(20))
    first = next(number for number, message in enumerate(heard[0]) if message == heard[1][0])
    count = len(heard[0]) - first
    assert count > 20 and heard[1][:count] == heard[0][first : first + count]


def test_streams_are_asked_for_on_an_open_line_and_requests_for_anything_else_are_not_passed_on(box):
    with connect(box.stream_url + "/ws") as line:
        line.send(json.dumps({"method": "SUBSCRIBE", "params": ["ethusdt@bookTicker"], "id": 1}))
        assert json.loads(line.recv(20)) == {"result": None, "id": 1}
        assert json.loads(line.recv(20))["s"] == "ETHUSDT"
        line.send(json.dumps({"method": "order.place", "params": {}, "id": 2}))
        while "code" not in (told := json.loads(line.recv(20))):
            pass
        assert "paper trading" in told["msg"]


def test_the_websocket_api_tells_the_live_market_too(live, box):
    with connect(box.ws_api_url) as line:
        asked = {"symbol": "BTCUSDT", "interval": "1d", "startTime": 1700000000000, "limit": 2}
        line.send(json.dumps({"id": 7, "method": "klines", "params": asked}))
        told = json.loads(line.recv(20))
    path = "/api/v3/klines?symbol=BTCUSDT&interval=1d&startTime=1700000000000&limit=2"
    assert (told["id"], told["status"], told["result"]) == (7, 200, get(live, path))


# -- orders -----------------------------------------------------------------------------------------------------


def test_a_market_order_costs_what_the_live_book_walked_by_hand_costs(live, client):
    client.create_order(symbol="LTCUSDT", side="BUY", type="MARKET", quantity="0.1")
    for _ in range(10):
        before = get(live, "/api/v3/depth?symbol=LTCUSDT&limit=1000")
        order = client.create_order(symbol="LTCUSDT", side="BUY", type="MARKET", quantity="3")
        after = get(live, "/api/v3/depth?symbol=LTCUSDT&limit=1000")
        time.sleep(0.5)
        if before["asks"][:10] == after["asks"][:10]:
            break  # nobody has moved the book meanwhile
    costs = [walked(book, "asks", "3") for book in (before, after)]
    assert (
        min(costs) * Decimal("0.9995")
        <= Decimal(order["cummulativeQuoteQty"])
        <= max(costs) * Decimal("1.0005")
    )


def test_a_limit_order_is_filled_only_when_the_live_market_gets_there(live, client):
    price = Decimal(get(live, "/api/v3/ticker/price?symbol=BNBUSDT")["price"])
    near = (price * Decimal("0.99")).quantize(Decimal("0.01"))
    order = client.create_order(
        symbol="BNBUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.5", price=str(near)
    )
    assert order["status"] == "NEW"
    time.sleep(0.5)
    assert client.get_order(symbol="BNBUSDT", orderId=order["orderId"])["status"] == "NEW"
    live.move_price("BNBUSDT", (price * Decimal("0.98")).quantize(Decimal("0.01")))
    told = until(lambda: [
        row for row in [client.get_order(symbol="BNBUSDT", orderId=order["orderId"])] if row["status"] == "FILLED"
    ])[0]  # fmt: skip
    assert Decimal(told["cummulativeQuoteQty"]) <= near * Decimal("0.5")


def test_the_user_hears_of_his_fills_and_the_live_exchange_of_nothing(live, client, box):
    client.create_order(symbol="ETHUSDT", side="BUY", type="MARKET", quantity="0.1")
    assert live.accounts() == []
    (row,) = [one for one in box.accounts() if one["name"] == "ann"]
    assert row["orders"] >= 1


def test_what_is_no_spot_trading_says_so(client):
    for call in (client.futures_account_balance, client.get_margin_account):
        with pytest.raises(BinanceAPIException, match="paper trading is spot trading") as refused:
            call()
        assert refused.value.code == -1020


def test_an_unknown_symbol_is_refused_as_everywhere(client):
    with pytest.raises(BinanceAPIException) as refused:
        client.create_order(symbol="NOSUCH", side="BUY", type="MARKET", quantity="1")
    assert refused.value.code in (-1121, -1020)


def test_while_the_live_exchange_is_silent_nothing_is_filled_and_afterwards_it_goes_on():
    with (
        Exchange(seed=9) as live,
        Exchange(paper=live.rest_url) as box,
        pytest.MonkeyPatch.context() as patch,
    ):
        box.register(KEY, SECRET)
        patch.setenv("BINANCE_LEGACY_BOX", box.rest_url)
        client = Client(KEY, SECRET)
        client.create_order(symbol="ETHUSDT", side="BUY", type="MARKET", quantity="0.1")
        live.fail(503, times=-1, path="/api/v3/depth")
        live.disconnect()
        until(lambda: _refused(client))
        live.heal()
        until(lambda: not _refused(client))


def test_an_order_can_be_canceled_while_the_live_exchange_is_silent_and_a_frozen_line_fills_nothing():
    with (
        Exchange(seed=9) as live,
        Exchange(paper=live.rest_url) as box,
        pytest.MonkeyPatch.context() as patch,
    ):
        box.register(KEY, SECRET)
        patch.setenv("BINANCE_LEGACY_BOX", box.rest_url)
        client = Client(KEY, SECRET)
        waiting = client.order_limit_buy(symbol="ETHUSDT", quantity="0.1", price="1000")
        live.fail(503, times=-1, path="/api/v3/depth")
        live.freeze()
        time.sleep(2.5)
        assert _refused(client), "nobody can tell whether the book is still the live one"
        assert client.cancel_order(symbol="ETHUSDT", orderId=waiting["orderId"])["status"] == "CANCELED"
        live.heal()
        until(lambda: not _refused(client))


def _refused(client):
    """Whether a market order is refused because the live market is not known."""
    try:
        client.create_order(symbol="ETHUSDT", side="BUY", type="MARKET", quantity="0.01")
    except BinanceAPIException as error:
        assert error.code == -1001
        return True
    return False


# -- nothing gets out -------------------------------------------------------------------------------------------


class Witness(BaseHTTPRequestHandler):
    """Stands for every live host, and remembers everything that it is asked."""

    def answer(self):
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        size = int(self.headers.get("Content-Length") or 0)
        if size:
            self.server.bodies.append(self.rfile.read(size))
        body = b"{}"
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Retry-After", str(self.server.wait))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer

    def log_message(self, *arguments):
        pass


@pytest.fixture
def witness():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Witness)
    server.seen, server.bodies = [], []
    server.status, server.wait = 200, 1
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def signed(params):
    return signing.signed(SECRET, {"timestamp": int(time.time() * 1000), **params}.items())


def test_of_every_call_there_is_only_questions_about_the_public_market_get_out(witness):
    url = f"http://127.0.0.1:{witness.server_port}"
    rows = {(row.method, row.path) for row in catalogue().values()}
    params = {
        "symbol": "BTCUSDT",
        "asset": "BTC",
        "amount": "1",
        "side": "BUY",
        "type": "MARKET",
        "quantity": "1",
    }
    with Exchange(paper=url) as box:
        box.register(KEY, SECRET)
        session = requests.Session()
        for method, path in sorted(rows):
            for query in ("symbol=BTCUSDT", signed(params)):
                session.request(
                    method, f"{box.rest_url}{path}?{query}", headers={"X-MBX-APIKEY": KEY}, timeout=30,
                    data=query if method != "GET" else None,
                )  # fmt: skip
        with connect(box.ws_api_url) as line:
            for number, method in enumerate(METHODS):
                asked = {**params, "apiKey": KEY, "timestamp": int(time.time() * 1000)}
                line.send(
                    json.dumps(
                        {"id": number, "method": method, "params": signing.signed_request(SECRET, asked)}
                    )
                )
            for _ in METHODS:
                line.recv(30)
        for path in (
            "/ws/" + "a" * 60,
            "/private/ws/" + "b" * 64,
            "/dstream/ws/" + "c" * 64,
            "/fstream/private/ws/x",
        ):
            with connect(box.stream_url + path) as line:
                line.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": 1}))
                line.recv(20)
    assert len(witness.seen) > 30 and not witness.bodies
    for method, target, headers in witness.seen:
        parts = urlsplit(target)
        assert method == "GET" and gate.is_public(method, parts.path, parts.query), target
        assert not {name.lower() for name in headers} & {"x-mbx-apikey", "upgrade"}, target
        assert KEY not in target and SECRET not in target
        assert not {name for name, _ in parse_qsl(parts.query)} & {"signature", "timestamp"}


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("/ws/btcusdt@trade?listenKey=KEY&signature=KEY", "/ws/btcusdt@trade"),
        ("/stream?streams=btcusdt@trade/!miniTicker@arr&apiKey=KEY&timeUnit=MICROSECOND",
         "/stream?streams=btcusdt@trade/!miniTicker@arr&timeUnit=MICROSECOND"),
        ("/fstream/market/ws/btcusdt%40markPrice?x=KEY", "/fstream/market/ws/btcusdt@markPrice"),
        ("/market/stream?streams=btcusdt@markPrice&x=KEY", "/fstream/market/stream?streams=btcusdt@markPrice"),
        ("/dstream/ws/btcusd_perp@markPrice?KEY", "/dstream/ws/btcusd_perp@markPrice"),
        ("/ws?KEY=1", "/ws"),
    ],
)  # fmt: skip
def test_of_a_stream_s_address_and_requests_nothing_leaves_but_names_of_streams(streams, asked, left):
    server, box = streams
    futures = "usd" in left and "markPrice" in left
    name = "ethusdt@markPrice" if futures else "ethusdt@trade"
    good = {"method": "SUBSCRIBE", "params": [name], "id": 7}
    bad = (
        {"method": "SUBSCRIBE", "params": ["KEY" * 20], "id": 1},
        {"method": "SUBSCRIBE", "params": {name: "KEY"}, "id": 2},
        {"method": "SUBSCRIBE", "params": [name, ["KEY"]], "id": 3},
        {"method": "SET_PROPERTY", "params": ["combined", "KEY"], "id": 4},
        {"method": "GET_PROPERTY", "params": ["KEY"], "id": 5},
        {"method": "LIST_SUBSCRIPTIONS", "params": ["KEY"], "id": 6},
        {"method": "order.place", "params": {"apiKey": "KEY"}, "id": 8},
        {"method": "SUBSCRIBE", "params": [name], "id": {"KEY": 1}},
        ["KEY"],
    )
    with connect(box.stream_url + asked) as line:
        for request in (*bad, {**good, "apiKey": "KEY"}):
            line.send(json.dumps(request))
        line.send('{"method": "order.place", "KEY": 1, "method": "LIST_SUBSCRIPTIONS", "id": 9}')
        for _ in bad:
            assert "paper trading" in json.loads(line.recv(10))["msg"]
        there = server.wait_open(1)[-1]
        server.wait(lambda: sum(opcode == 1 for opcode, _ in there.frames) == 2)
    sent = [json.loads(payload) for opcode, payload in there.frames if opcode == 1]
    assert sent == [good, {"method": "LIST_SUBSCRIPTIONS", "id": 9}]
    assert there.path == left


@pytest.mark.parametrize(
    "params", [[1], "x", 7, {"symbol": 1}, {"symbol": ["BTCUSDT"]}, {"symbol": {"a": None}}]
)
@pytest.mark.parametrize("method", ["depth", "order.place", "ticker.price"])
def test_odd_parameters_over_the_websocket_api_are_refused_and_cost_nothing_else(box, method, params):
    with connect(box.ws_api_url) as line:
        line.send(json.dumps({"id": 1, "method": method, "params": params}))
        told = json.loads(line.recv(20))
        assert told["status"] == 400 and told["error"]["code"] < 0
        line.send(json.dumps({"id": 2, "method": "ping"}))
        assert json.loads(line.recv(20))["status"] == 200


@pytest.fixture(scope="module")
def streams():
    """A server that stands for the live streams, and a paper box before it."""
    server = StreamServer()
    with Exchange(paper=f"http://127.0.0.1:{server.port}") as box:
        yield server, box
    server.close()


@pytest.mark.soak
def test_a_line_to_the_live_exchange_that_is_dead_ends_the_client_s_within_20_seconds(streams):
    server, box = streams
    server.answers_pings = False
    with connect(box.stream_url + "/ws/btcusdt@trade") as line, pytest.raises(ConnectionClosed) as closed:
        line.recv(20)
    assert closed.value.rcvd.code == 1001
    server.answers_pings = True


def test_who_is_told_to_wait_by_the_live_exchange_does(witness):
    witness.status, witness.wait = 429, 2
    with Exchange(paper=f"http://127.0.0.1:{witness.server_port}") as box:
        until(lambda: witness.seen)
        before = len(witness.seen)
        for _ in range(5):
            told = requests.get(box.rest_url + "/api/v3/depth?symbol=BTCUSDT", timeout=10)
            assert (told.status_code, told.headers["Retry-After"]) == (429, "2")
        assert len(witness.seen) == before
        witness.status = 200
        until(lambda: requests.get(box.rest_url + "/api/v3/time", timeout=10).status_code == 200)


def test_where_the_live_exchange_sends_on_to_nobody_goes(witness):
    witness.status = 302
    with Exchange(paper=f"http://127.0.0.1:{witness.server_port}") as box:
        told = requests.get(box.rest_url + "/api/v3/time", timeout=10, allow_redirects=False)
        assert told.status_code == 302 and "Location" not in told.headers
    assert not any("elsewhere" in target for _, target, _ in witness.seen)


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("POST", "/api/v3/order", "symbol=BTCUSDT"),
        ("POST", "/api/v3/depth", "symbol=BTCUSDT"),
        ("GET", "/api/v3/account", ""),
        ("GET", "/api/v3/depth", "symbol=BTCUSDT&signature=abc"),
        ("GET", "/api/v3/depth", "symbol=BTCUSDT&TimeStamp=1"),
        ("GET", "/sapi/v1/system/status", ""),
        ("GET", "/api/v3/../../sapi/v1/capital/withdraw/apply", ""),
        ("GET", "/api/v3/depth/", ""),
        ("GET", "/nosuch", ""),
        ("DELETE", "/fapi/v1/ping", ""),
    ],
)
def test_only_known_public_questions_may_leave(method, path, query):
    assert not gate.is_public(method, path, query)


@pytest.mark.parametrize(
    ("door", "name", "may"),
    [
        ("spot", "btcusdt@trade", True), ("spot", "!miniTicker@arr", True), ("spot", "a" * 60, False),
        ("spot", "BTCUSDT", False), ("um/market", "btcusdt@markPrice@1s", True), ("um/market", "A" * 64, False),
        ("um/market", "!contractInfo", True), ("cm", "btcusd@indexPrice", True), ("cm", "0f" * 32, False),
    ],
)  # fmt: skip
def test_only_market_streams_may_leave(door, name, may):
    assert gate.is_market_stream(door, name) is may


# -- as a user runs it ------------------------------------------------------------------------------------------


@pytest.fixture
def busy(live):
    """Somebody trades on the live exchange all the time, so that nobody has to wait for it."""
    over = threading.Event()

    def trade():
        while not over.wait(0.1):
            live.trade("ETHBTC", "BUY", "0.1")

    thread = threading.Thread(target=trade)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.mark.usefixtures("busy")
def test_an_old_bot_runs_on_paper_unchanged_and_run_tells_how_it_did(live):
    done = run(
        "-W",
        "error",
        "-m",
        "binance_legacy",
        "run",
        "--paper",
        "--live",
        live.rest_url,
        SCRIPTS / "trading_bot.py",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("trip ") == 6
    assert re.search(
        rf"^paper: exchange in a box at .* \(the market of {live.rest_url}\)$", done.stderr, re.M
    )
    assert re.search(r"^paper: 13 orders, \d+ trades, 1 order still open$", done.stderr, re.M)
    assert live.accounts() == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--paper", "--offline"], "--offline and --paper do not go together"),
        (["--live", "http://127.0.0.1:1"], "--live can only be used with --paper"),
        (["--paper", "--speed", "2"], "--speed and --paper do not go together"),
        (["--paper", "--live", "https://example.com"], "give the address of a box"),
    ],
)
def test_options_that_do_not_go_together_are_one_sentence(options, sentence):
    done = run("-m", "binance_legacy", "run", *options, SCRIPTS / "trading_bot.py")
    assert done.returncode == 2 and sentence in done.stderr and done.stderr.count("\n") == 1


def test_paper_without_a_network_begins_and_says_what_is_missing():
    with Exchange(paper="http://127.0.0.1:9") as box:
        answer = requests.get(box.rest_url + "/api/v3/time", timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (503, -1001)
