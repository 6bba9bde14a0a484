"""What a test can make an exchange do, as its clients see it."""

import http.client
import json
import threading
import time
from urllib.parse import urlsplit

import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from binance_legacy.client import Client
from binance_legacy.exceptions import BinanceAPIException, BinanceLimitException, BinanceOutcomeUnknown
from binance_legacy.exchange import Exchange, ExchangeError
from binance_legacy.wire import venues

from .trader import trading


@pytest.fixture(scope="module")
def exchange():
    with Exchange(seed=1, balances={"USDT": 100_000, "BTC": "5"}) as running:
        running.register("k" * 64, "s" * 64, account="trader")
        yield running


@pytest.fixture(scope="module")
def leaping():
    """One whose time leaps by days: a market that was moved before has all its trades of those days to make up."""
    with Exchange(seed=1, balances={"USDT": 100_000, "BTC": "5"}) as running:
        running.register("k" * 64, "s" * 64, account="trader")
        yield running


@pytest.fixture
def trader(exchange):
    with trading(exchange) as one:
        yield one
        exchange.heal()


def next_of(socket, kind):
    while True:
        message = json.loads(socket.recv(20))
        if message.get("e") == kind:
            return message


# -- the market ---------------------------------------------------------------------------------------------


def test_somebody_trades_with_an_order_that_waits(exchange, trader):
    price = trader.price("BTCUSDT", 1.0002)
    _, placed = trader.rest(
        "order.place",
        symbol="BTCUSDT",
        side="SELL",
        type="LIMIT",
        timeInForce="GTC",
        quantity="0.01",
        price=price,
    )
    exchange.trade("BTCUSDT", "BUY", "1000", price)
    _, order = trader.rest("order.status", symbol="BTCUSDT", orderId=placed["orderId"])
    assert (order["status"], order["executedQty"]) == ("FILLED", "0.01000000")


def test_a_price_that_is_moved_triggers_what_waits_for_it_and_stays_there(exchange, trader):
    target = trader.price("BTCUSDT", 0.97)
    _, placed = trader.rest(
        "order.place", symbol="BTCUSDT", side="SELL", type="STOP_LOSS", quantity="0.01",
        stopPrice=trader.price("BTCUSDT", 0.98),
    )  # fmt: skip
    with connect(exchange.stream_url + "/ws/btcusdt@trade") as socket:
        exchange.move_price("BTCUSDT", target)
        traded = [next_of(socket, "trade")["p"] for _ in range(2)]
    assert target in traded
    _, order = trader.rest("order.status", symbol="BTCUSDT", orderId=placed["orderId"])
    assert (order["status"], order["isWorking"]) == ("FILLED", True)
    exchange.advance(2)
    assert float(trader.price("BTCUSDT")) == pytest.approx(float(target), rel=0.01)
    exchange.move_price("BTCUSDT", trader.price("BTCUSDT", 1 / 0.97))


def test_time_goes_on_when_it_is_told_to_and_candles_with_it(exchange, trader):
    before = trader.get("time")["serverTime"]
    told = exchange.advance(3600)
    after = trader.get("time")["serverTime"]
    assert before + 3_600_000 <= told <= after < before + 3_600_000 + 60_000
    assert trader.get("klines", symbol="BTCUSDT", interval="1m", limit=1)[0][0] >= after - 60_000
    assert trader.rest("account.status")[0] == 200  # a client whose clock stands where it stood


def test_orders_wait_through_a_day_that_is_leapt_over_and_meet_its_prices(leaping):
    leaping.register("d" * 64, "s" * 64, account="day", balances={"USDT": "5000", "LTC": "10"})
    with trading(leaping, "d" * 64) as one:
        common = {"symbol": "LTCUSDT", "quantity": "1"}
        limit = {**common, "type": "LIMIT", "timeInForce": "GTC"}
        low, high = one.price("LTCUSDT", 0.998), one.price("LTCUSDT", 1.002)
        orders = [
            one.rest("order.place", side="BUY", price=low, **limit)[1],
            one.rest("order.place", side="SELL", price=high, **limit)[1],
            one.rest("order.place", side="SELL", type="STOP_LOSS", stopPrice=low, **common)[1],
            one.rest("order.place", side="SELL", type="STOP_LOSS", trailingDelta=50, **common)[1],
            one.rest("order.place", side="BUY", price=one.price("LTCUSDT", 0.5), **limit)[1],
        ]
        now = leaping.advance(86_400)
        placed = orders[0]["transactTime"]
        ends = [one.rest("order.status", symbol="LTCUSDT", orderId=order["orderId"])[1] for order in orders]
        filled = [end["status"] == "FILLED" for end in ends]
        crossed, touched = (
            (lowest <= float(low), highest >= float(high), lowest <= float(low))
            for lowest, highest in (
                reach(one, "LTCUSDT", placed, now // 60_000 * 60_000),
                reach(
                    one, "LTCUSDT", placed // 60_000 * 60_000
                ),  # with the minute of placing, and the last one
            )
        )
        assert all(
            must <= is_filled <= may for must, is_filled, may in zip(crossed, filled, touched, strict=False)
        )
        assert any(filled[:3]) and filled[3] and not filled[4]
        times = [
            end["updateTime"] - end["time"] for end, is_filled in zip(ends, filled, strict=True) if is_filled
        ]
        assert all(0 < each < 86_400_000 for each in times)
        trades = one.rest("myTrades", symbol="LTCUSDT")[1]
        times = [trade["time"] for trade in trades]
        assert times == sorted(times) and len({trade["id"] for trade in trades}) == len(trades)
        assert {trade["price"] for trade in trades if trade["isMaker"]} <= {low, high}


def reach(trader, symbol, start, end=1 << 62):
    """The lowest and the highest price of the minutes that begin from a time on, and before another."""
    rows = []
    while page := trader.get("klines", symbol=symbol, interval="1m", startTime=start, limit=1000):
        rows += [row for row in page if row[0] < end]
        start = page[-1][0] + 1
    return min(float(row[3]) for row in rows), max(float(row[2]) for row in rows)


def test_a_price_that_was_moved_stays_moved_through_a_leap(leaping):
    with trading(leaping) as trader:
        before = float(trader.price("NEOUSDT"))
        leaping.move_price("NEOUSDT", trader.price("NEOUSDT", 3))
        leaping.advance(12 * 3600)
        assert float(trader.price("NEOUSDT")) == pytest.approx(3 * before, rel=0.3)


def test_commissions_are_set(exchange, trader):
    exchange.set_commission("0.0002", "0.0005", "trader")
    try:
        rates = trader.rest("account.commission", symbol="BTCUSDT")[1]["standardCommission"]
    finally:
        exchange.set_commission("0.001", "0.001", "trader")
    assert (rates["maker"], rates["taker"]) == ("0.00020000", "0.00050000")


# -- accounts -----------------------------------------------------------------------------------------------


def test_accounts_tell_how_they_have_done(exchange):
    exchange.register("t" * 64, "s" * 64, account="told", balances={"USDT": "1000"})
    with trading(exchange, "t" * 64) as one:
        exchange.deposit("USDT", "500", account="told")
        exchange.withdraw("USDT", "100", account="told")
        bought = one.rest("order.place", symbol="ETHUSDT", side="BUY", type="MARKET", quoteOrderQty="200")[1]
        waiting = one.rest("order.place", symbol="ETHUSDT", side="BUY", type="LIMIT", timeInForce="GTC",
                           quantity="0.05", price=one.price("ETHUSDT", 0.5))[1]  # fmt: skip
    (row,) = (one for one in exchange.accounts() if one["name"] == "told")
    assert row["opening"] == {"USDT": "1000.00000000"}
    assert (row["orders"], row["open_orders"], row["trades"]) == (2, 1, len(bought["fills"]))
    assert float(row["balances"]["USDT"][1]) == pytest.approx(float(waiting["price"]) * 0.05)
    assert float(row["worth"]["brought"]) == 1400.0
    assert float(row["worth"]["now"]) == pytest.approx(1400 - 0.2, abs=1.0)
    assert set(row["paid"]) == {"ETH"}


def test_two_keys_may_have_one_account_and_a_key_has_one_secret(exchange):
    assert exchange.register("a" * 64, "s1", account="shared") == "shared"
    assert exchange.register("b" * 64, "s2", account="shared") == "shared"
    assert exchange.register("a" * 64, "s1") == "shared"
    with pytest.raises(ValueError, match="known already, with another secret"):
        exchange.register("a" * 64, "s2")
    with pytest.raises(ValueError, match="neither may be empty"):
        exchange.register("", "s")


def test_clients_of_an_exchange_in_use_make_their_own_keys_known():
    with Exchange(balances={"USDT": "7"}) as exchange:
        exchange.use()
        assert Client("any key", "any secret").get_asset_balance("USDT")["free"] == "7.00000000"
        with pytest.raises(BinanceAPIException, match="-1022"):
            Client("any key", "another").get_account()
        assert len(exchange.accounts()) == 1
        exchange.use(register=False)
        assert venues.token() is None
        with pytest.raises(BinanceAPIException) as refused:
            Client("x" * 64, "secret").get_account()
        assert refused.value.code == -2015
    assert venues.box() is None


def test_threads_that_share_a_new_client_all_sign_with_a_known_key():
    with Exchange() as exchange:
        exchange.use()
        for round_ in range(5):
            client, start, refused = Client(f"key {round_}", "secret"), threading.Barrier(8), []

            def ask(client=client, start=start, refused=refused):
                start.wait(20)
                try:
                    client.get_account()
                except BinanceAPIException as error:
                    refused.append(error)

            threads = [threading.Thread(target=ask) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
            assert refused == []


def test_a_client_that_was_made_for_a_box_never_goes_on_with_binance():
    with Exchange() as exchange:
        exchange.use()
        client = Client("key", "secret")
        with Exchange() as inner:
            inner.use()
            assert client.ping() == {}
        assert client.ping() == {}
    with pytest.raises(venues.OfflineError, match="which has ended"):
        client.get_account()


def test_an_account_is_named_after_its_key(exchange):
    assert exchange.register("grid-bot-key", "s") == "grid-bot"
    assert exchange.register("grid-bot-other", "s").startswith("grid-bot-")


# -- connections --------------------------------------------------------------------------------------------


def test_connections_end_with_the_code_that_was_asked_for(exchange):
    with connect(exchange.stream_url + "/ws/btcusdt@trade") as stream, connect(exchange.ws_api_url) as api:
        assert exchange.disconnect(1001, "maintenance") == 2
        for socket in (stream, api):
            with pytest.raises(ConnectionClosed) as ended:
                while True:
                    socket.recv(20)
            assert (ended.value.rcvd.code, ended.value.rcvd.reason) == (1001, "maintenance")


def test_lines_are_cut_without_a_word(exchange):
    with connect(exchange.stream_url + "/ws/btcusdt@trade") as socket:
        exchange.disconnect()
        with pytest.raises(ConnectionClosed) as ended:
            while True:
                socket.recv(20)
        assert ended.value.rcvd is None


def test_frozen_connections_are_silent_until_they_are_thawed(exchange, trader):
    assert trader.ask("ping") == (200, {})
    assert exchange.freeze() == 1
    trader.socket.send('{"id":99,"method":"ping"}')
    with pytest.raises(TimeoutError):
        trader.socket.recv(0.3)
    exchange.thaw()
    assert trader.ask("ping") == (200, {})


def test_new_connections_are_refused_as_often_as_was_asked_for(exchange):
    exchange.refuse(times=2, status=451)
    for _ in range(2):
        with pytest.raises(InvalidStatus) as refused:
            connect(exchange.stream_url + "/ws/btcusdt@trade")
        assert refused.value.response.status_code == 451
    with connect(exchange.stream_url + "/ws/btcusdt@trade"):
        pass


def test_a_shutdown_is_announced_and_follows(exchange):
    raw, combined = "/ws/btcusdt@trade", "/stream?streams=btcusdt@trade"
    with connect(exchange.stream_url + raw) as one, connect(exchange.stream_url + combined) as other:
        assert exchange.announce_shutdown(seconds=0.2) == 2
        assert next_of(one, "serverShutdown")["E"] > 0
        while (told := json.loads(other.recv(20)))["stream"] != "!serverShutdown":
            pass
        assert told["data"]["e"] == "serverShutdown"
        with pytest.raises(ConnectionClosed):
            while True:
                one.recv(20)


# -- answers and messages -----------------------------------------------------------------------------------

FAILURES = [
    (429, BinanceLimitException, -1003, 1.0),
    (418, BinanceLimitException, -1003, 120.0),
    (503, BinanceOutcomeUnknown, -1008, None),
    (504, BinanceOutcomeUnknown, -1007, None),
]


@pytest.mark.parametrize(("status", "kind", "code", "wait"), FAILURES)
def test_requests_fail_as_was_asked_for_and_are_not_carried_out(exchange, status, kind, code, wait):
    client = pointed(exchange)
    exchange.fail(status, path="/api/v3/order")
    count = exchange.accounts()[0]["orders"]
    with pytest.raises(kind) as failed:
        client.order_market_buy(symbol="BTCUSDT", quantity="0.001")
    assert (failed.value.status_code, failed.value.code) == (status, code)
    assert wait is None or failed.value.retry_after == wait
    assert exchange.accounts()[0]["orders"] == count
    client.order_market_buy(symbol="BTCUSDT", quantity="0.001")
    assert exchange.accounts()[0]["orders"] == count + 1


def pointed(exchange):
    """A client with the exchange's address, which leaves everybody else's as they are."""
    return type("Pointed", (Client,), {"API_URL": exchange.rest_url + "/api"})("k" * 64, "s" * 64)


def test_only_requests_of_one_kind_fail_and_what_no_request_met_is_counted(exchange, trader):
    exchange.fail(503, times=3, path="/api/v3/order", method="post")
    asked = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.001"}
    assert trader.rest("order.status", symbol="BTCUSDT", orderId=1)[0] == 400
    assert trader.rest("order.place", **asked)[0] == 503
    assert exchange.heal() == 2
    assert trader.rest("order.place", **asked)[0] == 200


def test_an_answer_may_be_lost_although_the_order_was_placed(exchange, trader):
    exchange.fail(504, path="/api/v3/order", method="POST", after=True)
    asked = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "MARKET",
        "quantity": "0.001",
        "newClientOrderId": "once",
    }
    status, error = trader.rest("order.place", **asked)
    assert (status, error["code"]) == (504, -1007)
    assert trader.rest("order.status", symbol="BTCUSDT", origClientOrderId="once")[1]["status"] == "FILLED"


def test_answers_may_come_late(exchange):
    client = pointed(exchange)
    exchange.delay(0.3, path="/api/v3/ping")
    began = time.monotonic()
    assert client.ping() == {}
    assert time.monotonic() - began >= 0.3
    exchange.delay(5, path="/api/v3/ping")
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.session.get(exchange.rest_url + "/api/v3/ping", timeout=0.05)
    assert client.ping() == {}


def test_a_halted_symbol_is_silent_and_goes_on_where_it_stood(exchange, trader):
    with connect(exchange.stream_url + "/ws/dogeusdt@trade") as socket:
        next_of(socket, "trade")
        exchange.halt("DOGEUSDT")
        last = trader.get("trades", symbol="DOGEUSDT", limit=1)
        exchange.advance(60)
        assert trader.get("trades", symbol="DOGEUSDT", limit=1) == last
        with pytest.raises(ValueError, match="DOGEUSDT is halted"):
            exchange.trade("DOGEUSDT", "BUY", 10)
        exchange.resume("DOGEUSDT")
        while next_of(socket, "trade")["t"] <= last[0]["id"]:
            pass


def test_an_account_is_known_by_its_key_as_soon_as_a_client_is_made():
    with Exchange(balances={"USDT": 0.1}) as exchange:
        exchange.use()
        client = Client("my key", "my secret")
        exchange.deposit("USDT", 5)
        exchange.deposit("USDT", 0.25, account="my key")
        assert client.get_asset_balance("USDT")["free"] == "5.35000000"


def test_requests_of_the_websocket_api_fail_too(exchange, trader):
    exchange.fail(429, path="order.", retry_after=7)
    status, error = trader.ws("order.place", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.001")
    assert (status, error["code"]) == (429, -1003)
    assert error["data"]["retryAfter"] - error["data"]["serverTime"] == 7000
    assert trader.ws("openOrders.status")[0] == 200


def test_failures_last_until_they_are_healed(exchange, trader):
    exchange.fail(503, times=-1, path="/api/v3/time", code=-1, message="no time")
    url = exchange.rest_url + "/api/v3/time"
    for _ in range(3):
        answer = trader.session.get(url)
        assert (answer.status_code, answer.json()) == (503, {"code": -1, "msg": "no time"})
    exchange.heal()
    assert trader.session.get(url).status_code == 200


def test_messages_of_a_stream_are_skipped_and_repeated(exchange):
    with connect(exchange.stream_url + "/ws/btcusdt@depth@100ms") as socket:
        first = next_of(socket, "depthUpdate")
        exchange.skip("btcusdt@depth@100ms")
        last = first
        while (message := next_of(socket, "depthUpdate"))["U"] == last["u"] + 1:
            last = message
        assert message["U"] > last["u"] + 1
        exchange.repeat("btcusdt@depth@100ms")
        last = message
        while (message := next_of(socket, "depthUpdate"))["U"] == last["u"] + 1:
            last = message
        assert message == last


# -- the door itself ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda box: box.halt("NOSUCH"), "no symbol 'NOSUCH' is listed"),
        (lambda box: box.trade("BTCUSDT", "LONG", 1), "BUY or SELL"),
        (lambda box: box.trade("BTCUSDT", "BUY", "much"), "an amount is a number"),
        (lambda box: box.move_price("BTCUSDT", "1.23456"), "BTCUSDT moves by 0.01000000"),
        (lambda box: box.advance(-1), "0 s to 7 days"),
        (lambda box: box.advance(float("nan")), "not JSON compliant"),
        (lambda box: box.disconnect(5), "from 1000 to 4999"),
        (lambda box: box.fail(200), "from 400 to 599"),
        (lambda box: box.refuse(status=200), "from 400 to 599"),
        (lambda box: box.set_filters("BTCUSDT", {"filterType": "NO_SUCH"}), "no filter is called 'NO_SUCH'"),
        (lambda box: box.set_filters("BTCUSDT", {"filterType": "LOT_SIZE"}), "LOT_SIZE lacks 'minQty'"),
        (lambda box: box.set_filters("BTCUSDT", {}), "no filter is called None"),
        (
            lambda box: box.set_filters("BTCUSDT", {"filterType": "MAX_NUM_ORDERS", "limit": 1}),
            "lacks 'maxNumOrders'",
        ),
        (lambda box: box.move_price("BTCUSDT", "1e400"), "move_price"),
        (lambda box: box.fail(503, times=0), "from 1 on, or -1 until heal"),
        (lambda box: box.fail("x"), "from 400 to 599"),
        (lambda box: box.fail(503, path="api/v3/ping"), "a path such as /api/v3/order"),
        (lambda box: box.fail(503, method="PATCH"), "GET, POST, PUT or DELETE"),
        (lambda box: box.fail(429, retry_after=-1), "seconds from 0 on"),
        (lambda box: box.advance("x"), "0 s to 7 days"),
        (lambda box: box.freeze(-1), "a number from 0"),
        (lambda box: box.announce_shutdown(-1), "a number from 0"),
        (lambda box: box.delay(0), "above 0"),
        (lambda box: box.skip("BTCUSDT@depth"), "lower case"),
        (lambda box: box.repeat("btcusdt@depth", 0), "from 1 on"),
        (lambda box: box.disconnect(1000, "x" * 200), "at most 123 bytes"),
        (lambda box: box.set_commission(1, 2, "trader"), "shares below 1"),
        (lambda box: box.deposit("USDT", 0, "trader"), "above zero"),
        (lambda box: box.register("x", "s", "trader", {"USDT": 7}), "is open already"),
        (lambda box: box.register("x", None), "are texts"),
        (lambda box: box.register("x", "s", balances={"USTD": 7}), "no asset 'USTD'"),
        (lambda box: box.deposit("NOSUCH", 1, "trader"), "no asset 'NOSUCH'"),
        (lambda box: box.deposit("USDT", 1, "nobody"), "no account 'nobody'"),
        (lambda box: box.withdraw("USDT", 10**9, "trader"), "insufficient balance"),
    ],
)
def test_an_order_that_cannot_be_carried_out_says_what_would_be_right(exchange, call, words):
    with pytest.raises(ValueError, match=words):
        call(exchange)


def test_nobody_steers_without_the_token(exchange):
    line = http.client.HTTPConnection(urlsplit(exchange.rest_url).netloc, timeout=20)
    try:
        for token in ({}, {"Authorization": "Bearer wrong"}):
            line.request("POST", "/steer", '{"order":"heal"}', token)
            answer = line.getresponse()
            assert (answer.status, answer.read()) == (403, b"{}")
    finally:
        line.close()


def test_an_exchange_that_does_not_run_cannot_be_steered():
    with pytest.raises(ExchangeError, match="does not run"):
        Exchange().halt("BTCUSDT")


@pytest.mark.parametrize(
    "balances", [{"USDT": "-1"}, {"usdt": "1"}, {"USDT": "1.123456789"}, {"USDT": "much"}, 5]
)
def test_balances_that_are_none_are_refused_at_once(balances):
    with pytest.raises(ValueError, match="give amounts by asset"):
        Exchange(balances=balances)


def test_an_asset_that_there_is_not_is_found_when_the_exchange_starts():
    with pytest.raises(ExchangeError, match="no asset 'USTD'"):
        Exchange(balances={"USTD": "5"}).start()


def test_an_exchange_may_begin_with_nothing():
    with Exchange(balances={}) as exchange:
        exchange.register("k", "s")
        assert exchange.accounts()[0]["balances"].get("USDT", ["0.00000000"])[0] == "0.00000000"
        assert requests.get(exchange.rest_url + "/api/v3/ping", timeout=20).ok
