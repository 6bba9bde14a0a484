"""python-binance 1.x, a client that we did not write, on the exchange in a box: only its addresses are changed."""

import asyncio
import gc
import queue
import warnings
from itertools import pairwise

import pytest

from binance_legacy.exchange import Exchange

binance = pytest.importorskip(
    "binance", reason="python-binance is not installed (pip install python-binance)"
)

pytestmark = [
    pytest.mark.skipif(
        not hasattr(binance, "ThreadedWebsocketManager"), reason="this binance is not python-binance 1.x"
    ),
    pytest.mark.filterwarnings("default"),  # its warnings are its own
]

HOUR = 3_600_000


KEYS = ("k" * 64, "s" * 64)


@pytest.fixture(scope="module")
def exchange():
    with Exchange(seed=1, balances={"USDT": "1000000", "BTC": "10"}) as running:
        running.register(*KEYS)
        yield running


@pytest.fixture
def pointed(exchange, monkeypatch):
    """Its classes, with the exchange's addresses."""
    for face in (binance.Client, binance.AsyncClient):
        monkeypatch.setattr(face, "API_URL", exchange.rest_url + "/api")
        monkeypatch.setattr(face, "MARGIN_API_URL", exchange.rest_url + "/sapi")
        monkeypatch.setattr(face, "WS_API_URL", exchange.ws_api_url)
    monkeypatch.setattr(binance.BinanceSocketManager, "STREAM_URL", exchange.stream_url + "/")
    loop = asyncio.new_event_loop()  # or it makes one of its own and leaves it open
    asyncio.set_event_loop(loop)
    yield binance
    asyncio.set_event_loop(None)
    loop.close()
    with warnings.catch_warnings(action="ignore"):
        gc.collect()  # sockets and loops that it leaves open


def test_its_client_reads_candles_books_and_prices(pointed):
    client = pointed.Client()
    try:
        candles = client.get_klines(symbol="BTCUSDT", interval="1h", limit=500)
        assert [row[0] for row in candles] == list(range(candles[0][0], candles[0][0] + 500 * HOUR, HOUR))
        book = client.get_order_book(symbol="BTCUSDT", limit=20)
        assert float(book["bids"][0][0]) < float(book["asks"][0][0])
        assert client.get_symbol_info("BTCUSDT")["quoteAsset"] == "USDT"
        assert len(client.get_all_tickers()) > 300
        assert client.get_ticker(symbol="ETHBTC")["symbol"] == "ETHBTC"
    finally:
        client.close_connection()


def test_its_client_pages_through_years_of_history(pointed):
    client = pointed.Client()
    try:
        rows = list(client.get_historical_klines_generator("ETHUSDT", "1d", "1 Jan, 2018", "1 Jan, 2021"))
    finally:
        client.close_connection()
    assert len(rows) == 3 * 365 + 1 + 1
    assert all(after[0] - before[0] == 24 * HOUR for before, after in pairwise(rows))


def test_it_raises_its_own_exception_with_binances_code(pointed):
    client = pointed.Client()
    try:
        with pytest.raises(pointed.BinanceAPIException) as refused:
            client.get_klines(symbol="NOSUCH", interval="1h")
    finally:
        client.close_connection()
    assert (refused.value.code, refused.value.message) == (-1121, "Invalid symbol.")


def test_its_async_sockets_stream_trades_that_follow_one_another(pointed):
    async def listen():
        client = await pointed.AsyncClient.create()
        try:
            async with pointed.BinanceSocketManager(client).trade_socket("BTCUSDT") as socket:
                return [await asyncio.wait_for(socket.recv(), 20) for _ in range(10)]
        finally:
            await client.close_connection()

    trades = asyncio.run(listen())
    assert [trade["t"] for trade in trades] == list(range(trades[0]["t"], trades[0]["t"] + 10))


def test_its_threaded_manager_calls_back_with_trades_and_candles(pointed):
    messages = queue.Queue()
    manager = pointed.ThreadedWebsocketManager()
    manager.start()
    try:
        manager.start_multiplex_socket(messages.put, ["btcusdt@trade", "ethusdt@kline_1m"])
        seen = set()
        while len(seen) < 2:
            message = messages.get(timeout=20)
            seen.add((message["stream"], message["data"]["e"]))
    finally:
        manager.stop()
        manager.join(20)
    assert seen == {("btcusdt@trade", "trade"), ("ethusdt@kline_1m", "kline")}


# -- trading ------------------------------------------------------------------------------------------------


def below(price, share):
    """A price a share below another, on a tick of BTCUSDT."""
    return f"{float(price) * (1 - share):.2f}"


def life_of_orders(client, ask):
    """Place, query, cancel and list orders; `ask` waits for each answer."""
    last = ask(client.get_symbol_ticker(symbol="BTCUSDT"))["price"]
    free = float(ask(client.get_asset_balance("BTC"))["free"])
    bought = ask(client.order_market_buy(symbol="BTCUSDT", quantity="0.01"))
    assert (bought["status"], bought["executedQty"]) == ("FILLED", "0.01000000")
    assert sum(float(fill["qty"]) for fill in bought["fills"]) == 0.01
    assert float(ask(client.get_asset_balance("BTC"))["free"]) == pytest.approx(free + 0.01 * 0.999)
    order = ask(client.order_limit_buy(symbol="BTCUSDT", quantity="0.01", price=below(last, 0.05)))
    assert ask(client.get_order(symbol="BTCUSDT", orderId=order["orderId"]))["status"] == "NEW"
    assert [one["orderId"] for one in ask(client.get_open_orders(symbol="BTCUSDT"))] == [order["orderId"]]
    gone = ask(client.cancel_order(symbol="BTCUSDT", orderId=order["orderId"]))
    assert gone["status"] == "CANCELED"
    trades = ask(client.get_my_trades(symbol="BTCUSDT"))
    assert {trade["orderId"] for trade in trades} >= {bought["orderId"]}
    both = [one["orderId"] for one in ask(client.get_all_orders(symbol="BTCUSDT"))][-2:]
    assert both == [bought["orderId"], order["orderId"]]


def test_its_client_trades_and_its_account_shows_it(pointed):
    client = pointed.Client(*KEYS)
    try:
        life_of_orders(client, lambda answer: answer)
        assert client.get_account_status() == {"data": "Normal"}
        with pytest.raises(pointed.BinanceAPIException) as refused:
            client.order_market_buy(symbol="BTCUSDT", quantity="0.0000001")
        assert (refused.value.code, refused.value.message) == (-1013, "Filter failure: LOT_SIZE")
    finally:
        client.close_connection()


def test_its_async_client_trades_as_well(pointed):
    async def trade():
        client = await pointed.AsyncClient.create(*KEYS)
        loop = asyncio.get_running_loop()

        def ask(coroutine):
            return asyncio.run_coroutine_threadsafe(coroutine, loop).result(20)

        try:
            await asyncio.to_thread(life_of_orders, client, ask)
        finally:
            await client.close_connection()

    asyncio.run(trade())


def test_a_wrong_secret_is_refused(pointed):
    client = pointed.Client(KEYS[0], "another secret")
    try:
        with pytest.raises(pointed.BinanceAPIException) as refused:
            client.get_account()
    finally:
        client.close_connection()
    assert (refused.value.code, refused.value.status_code) == (-1022, 400)


def test_its_requests_to_the_websocket_api_place_query_and_cancel_orders(pointed):
    async def trade():
        client = await pointed.AsyncClient.create(*KEYS)
        try:
            last = (await client.ws_get_symbol_ticker(symbol="BTCUSDT"))["price"]
            book = await client.ws_get_order_book(symbol="BTCUSDT", limit=5)
            assert float(book["bids"][0][0]) < float(book["asks"][0][0])
            order = await client.ws_create_order(
                symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.01",
                price=below(last, 0.05),
            )  # fmt: skip
            number = order["orderId"]
            assert (await client.ws_get_order(symbol="BTCUSDT", orderId=number))["status"] == "NEW"
            assert number in [one["orderId"] for one in await client.ws_get_open_orders(symbol="BTCUSDT")]
            gone = await client.ws_cancel_order(symbol="BTCUSDT", orderId=number)
            assert gone["status"] == "CANCELED"
            account = await client.ws_get_account()
            assert account["canTrade"] is True
            with pytest.raises(pointed.BinanceAPIException) as refused:
                await client.ws_get_order(symbol="BTCUSDT", orderId=number + 10**6)
            return refused.value
        finally:
            await client.close_connection()

    error = asyncio.run(trade())
    assert (error.code, error.message) == (-2013, "Order does not exist.")


def test_its_user_socket_hears_of_its_orders_in_binances_order(pointed):
    async def listen():
        client = await pointed.AsyncClient.create(*KEYS)
        try:
            async with pointed.BinanceSocketManager(client).user_socket() as socket:
                await asyncio.wait_for(client.ping(), 20)
                order = await client.order_market_sell(symbol="BTCUSDT", quantity="0.001")
                events = []
                while not events or events[-1]["e"] != "outboundAccountPosition":
                    events.append(await asyncio.wait_for(socket.recv(), 20))
                return order, events
        finally:
            await client.close_connection()

    order, events = asyncio.run(listen())
    reports = events[:-1]
    assert [report["x"] for report in reports] == ["NEW"] + ["TRADE"] * len(order["fills"])
    assert {report["i"] for report in reports} == {order["orderId"]} and reports[-1]["X"] == "FILLED"
    assert {row["a"] for row in events[-1]["B"]} == {"BTC", "BNB", "USDT"}
