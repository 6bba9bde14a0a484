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


@pytest.fixture(scope="module")
def exchange():
    with Exchange(seed=1) as running:
        yield running


@pytest.fixture
def pointed(exchange, monkeypatch):
    """Its classes, with the exchange's addresses."""
    for face in (binance.Client, binance.AsyncClient):
        monkeypatch.setattr(face, "API_URL", exchange.rest_url + "/api")
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
