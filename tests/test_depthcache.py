"""Order books kept from their streams: of 0.7, awaited and threaded, against the exchange in a box and recordings."""

import asyncio
import logging
import queue
import threading
from decimal import Decimal

import pytest

from binance_legacy import depthcache_async
from binance_legacy.async_client import AsyncClient
from binance_legacy.client import Client
from binance_legacy.depthcache import (
    BaseDepthCacheManager,
    DepthCache,
    DepthCacheManager,
    FuturesDepthCacheManager,
    OptionsDepthCacheManager,
    ThreadedDepthCacheManager,
)
from binance_legacy.exchange import Exchange
from binance_legacy.exchange.market import capture
from binance_legacy.kept_book import KeptBook
from binance_legacy.websockets import BinanceSocketManager
from binance_legacy.wire.orderbook import Follower

SYMBOL = "BTCUSDT"
STREAM = "btcusdt@depth@100ms"


@pytest.fixture(scope="module")
def exchange():
    with Exchange(seed=3) as running:
        running.use()
        yield running


class Told:
    """A callback that keeps the best prices it was told, and says when."""

    def __init__(self):
        self.books = queue.Queue()
        self.crossed = 0

    def __call__(self, cache):
        if cache is not None:
            bid, ask = cache.best_bid(), cache.best_ask()
            self.crossed += bid is not None and ask is not None and bid[0] >= ask[0]
        self.books.put(cache)

    def next(self, timeout=10):
        return self.books.get(timeout=timeout)


def ethusdt(realdata):
    return [realdata / "captures" / f"spot_ethusdt_202408{day}.gz" for day in ("08", "09")]


# -- the book itself ---------------------------------------------------------------------------------------


def test_a_book_is_sorted_best_first_and_a_quantity_of_zero_removes_a_level():
    cache = DepthCache(SYMBOL)
    for price in ("1.0", "3.0", "2.0"):
        cache.add_bid([price, "5.0"])
        cache.add_ask([str(float(price) + 10), "6.0"])
    cache.add_bid(["3.0", "0.00000000"])
    cache.add_ask(["11.0", "0"])
    assert cache.get_bids() == [[2.0, 5.0], [1.0, 5.0]]
    assert cache.get_asks() == [[12.0, 6.0], [13.0, 6.0]]
    assert (cache.best_bid(), cache.best_ask()) == ([2.0, 5.0], [12.0, 6.0])
    assert cache.top_bids(1) == [[2.0, 5.0]] and cache.top_asks(1) == [[12.0, 6.0]]
    assert cache.update_time is None and DepthCache("X").best_bid() is None


def test_numbers_may_be_of_another_type():
    cache = DepthCache(SYMBOL, conv_type=Decimal)
    cache.add_bid(["0.1", "0.2"])
    assert cache.get_bids() == [[Decimal("0.1"), Decimal("0.2")]]


def test_levels_are_sorted_as_in_0_7_and_1_x():
    assert DepthCache.sort_depth({"2": "1", "10": "3"}) == [[2.0, 1.0], [10.0, 3.0]]
    assert DepthCache.sort_depth({"2": "1", "10": "3"}, reverse=True) == [[10.0, 3.0], [2.0, 1.0]]
    assert DepthCache.sort_depth([["2", "1"]], conv_type=Decimal) == [[Decimal(2), Decimal(1)]]


def test_a_recorded_book_agrees_with_the_recorded_best_prices_at_every_comparable_update(realdata):
    cache, follower, best, checked = DepthCache("ETHUSDT"), Follower(), {}, 0
    for record in capture.read_all(ethusdt(realdata)):
        data = record.data
        if record.stream and record.stream.endswith("@bookTicker"):
            best[data["u"]] = float(data["b"]), float(data["a"])
            continue
        if data.get("e") == "depthUpdate":
            if not follower.take(data):
                continue
            cache.update(data["b"], data["a"])
        elif "lastUpdateId" in data and follower.snapshot(data["lastUpdateId"]) is not None:
            cache.update(data["bids"], data["asks"], replace=True)
        told = best.pop(follower.last, None)
        if told is not None:
            checked += 1
            assert (cache.best_bid()[0], cache.best_ask()[0]) == told
    assert checked == 1056 and follower.gaps == 0


# -- of 0.7 ------------------------------------------------------------------------------------------------


def agrees(exchange, client, dcm):
    """Whether the book is the exchange's, while its market stands still."""
    import time

    exchange.halt(SYMBOL)
    try:
        book = client.get_order_book(symbol=SYMBOL, limit=5000)
        deadline = time.monotonic() + 5
        while dcm._last_update_id < book["lastUpdateId"] and time.monotonic() < deadline:
            time.sleep(0.01)
        cache = dcm.get_depth_cache()
        return [cache.get_bids(), cache.get_asks()] == [
            [[float(price), float(qty)] for price, qty in book[side]] for side in ("bids", "asks")
        ]
    finally:
        exchange.resume(SYMBOL)


def test_a_kept_book_is_the_exchange_s_after_holes_repeats_and_cuts(exchange, caplog):
    client, told = Client(), Told()
    with caplog.at_level(logging.WARNING, "binance_legacy.depthcache"):
        dcm = DepthCacheManager(client, SYMBOL, callback=told, ws_interval=100, limit=5000)
        assert isinstance(told.next(), DepthCache) and dcm.get_symbol() == SYMBOL
        assert agrees(exchange, client, dcm)
        exchange.repeat(STREAM, 3)
        exchange.skip(STREAM, 2)
        while not dcm.gaps:
            told.next()
        told.next(), told.next()
        assert agrees(exchange, client, dcm)
        exchange.disconnect()
        told.next(), told.next()
        assert agrees(exchange, client, dcm)
    assert told.crossed == 0
    assert caplog.text.count("differences are missing") == dcm.gaps <= 2
    dcm.close()
    dcm.close(close_socket=True)


def test_a_book_made_inside_a_callback_does_not_wait_there(exchange):
    client, told, made = Client(), Told(), queue.Queue()
    bm = BinanceSocketManager(client)

    def first(message):
        bm.stop_socket("btcusdt@trade")
        made.put(DepthCacheManager(client, SYMBOL, told, bm=bm, ws_interval=100, refresh_interval=0))

    bm.start_trade_socket(SYMBOL, first)
    bm.start()
    dcm = made.get(timeout=10)
    assert told.next() is dcm.get_depth_cache()
    dcm.close(close_socket=True)
    assert not bm._conns


def test_a_new_snapshot_is_taken_in_time_without_a_break(exchange, monkeypatch):
    client, told = Client(), Told()
    dcm = DepthCacheManager(client, SYMBOL, told, refresh_interval=0.2, ws_interval=100, limit=100)
    taken = []
    ask = dcm._ask
    monkeypatch.setattr(dcm, "_ask", lambda: taken.append(threading.current_thread().name) or ask())
    while len(taken) < 2:
        assert told.next() is not None
    assert set(taken) == {f"{SYMBOL} snapshot"} and dcm.gaps == 0
    dcm.close()


def test_a_snapshot_that_is_refused_is_told_by_none_once_and_asked_for_again(exchange):
    client, told = Client(), Told()
    dcm = DepthCacheManager(client, SYMBOL, told, ws_interval=100)
    told.next()
    exchange.fail(503, times=2, path="/api/v3/depth")
    exchange.skip(STREAM, 2)
    while told.next() is not None:
        pass
    assert isinstance(told.next(), DepthCache), "None came once"
    assert agrees(exchange, client, dcm) or dcm._limit < 5000
    dcm.close()


def test_the_first_snapshot_s_refusal_is_raised(exchange):
    from binance_legacy.exceptions import BinanceAPIException

    client = Client()
    exchange.fail(503, times=1, path="/api/v3/depth")
    with pytest.raises(BinanceAPIException):
        DepthCacheManager(client, SYMBOL)


def test_a_second_book_on_the_same_stream_of_a_manager_is_refused_in_one_sentence(exchange):
    bm = BinanceSocketManager(Client())
    one = DepthCacheManager(Client(), SYMBOL, bm=bm)
    with pytest.raises(ValueError, match="is open on this socket manager already"):
        DepthCacheManager(Client(), SYMBOL, bm=bm)
    one.close(close_socket=True)


def test_a_subclass_may_override_what_0_7_s_had_and_call_super(exchange):
    class Mine(DepthCacheManager):
        events = 0

        def _depth_event(self, msg):
            Mine.events += 1
            super()._depth_event(msg)

        def _process_depth_message(self, msg, buffer=False):
            assert (self._client, self._symbol, self._limit) == (client, SYMBOL, 50)
            super()._process_depth_message(msg, buffer)
            assert self._depth_cache is self.get_depth_cache()

    client, told = Client(), Told()
    dcm = Mine(client, SYMBOL, callback=told, limit=50, ws_interval=100)
    told.next()
    assert Mine.events and dcm._last_update_id and dcm._depth_message_buffer == []
    dcm.close()


class Socket:
    """A socket manager that keeps the callback of the last socket."""

    def __init__(self):
        self.stopped = []

    def start_options_depth_socket(self, symbol, callback, depth):
        self.callback = callback
        return f"{symbol}@depth{depth}"

    def is_alive(self):
        return True

    def stop_socket(self, key):
        self.stopped.append(key)


def test_an_option_s_book_is_replaced_by_each_message_and_errors_are_told_once():
    bm, told = Socket(), Told()
    dcm = OptionsDepthCacheManager(Client(ping=False), "X", told, bm=bm)
    bm.callback({"e": "depth", "E": 5, "u": 7, "b": [["1", "1"]], "a": [["2", "1"]]})
    bm.callback({"e": "depth", "E": 6, "u": 8, "b": [["3", "1"]], "a": [["4", "1"]]})
    for _ in range(2):
        bm.callback({"e": "error", "m": "Max reconnect retries reached"})
    assert [told.next(), told.next(), told.next()] == [dcm.get_depth_cache()] * 2 + [None]
    assert told.books.empty() and dcm.get_depth_cache().get_bids() == [[3.0, 1.0]]
    dcm.close()
    bm.callback({"e": "depth", "E": 7, "u": 9, "b": [], "a": []})
    assert told.books.empty() and bm.stopped == ["X@depth10"]


# -- of 1.x ------------------------------------------------------------------------------------------------


def snapshot(last, *prices, side="5"):
    """Levels around `prices`: bids at them, asks 10 above."""
    return {
        "lastUpdateId": last,
        "bids": [[str(price), side] for price in sorted(prices, reverse=True)],
        "asks": [[str(price + 10), side] for price in sorted(prices)],
    }


def difference(number, bids=(), asks=()):
    return {"e": "depthUpdate", "E": number, "s": "X", "U": number, "u": number, "b": [*bids], "a": [*asks]}


def test_a_book_whose_best_price_would_lie_beyond_its_snapshot_stays_as_it_was_and_is_out_of_step():
    book = KeptBook(DepthCache("X"), limit=3)
    assert book.put_in(snapshot(7, 1, 2, 3)) and not book.nears_its_end()
    assert book.take(difference(8, bids=[["3", "0"]]))
    assert not book.nears_its_end() and book.take(difference(9, bids=[["2", "0"], ["0.5", "9"]]))
    assert book.nears_its_end() and book.cache.best_bid() == [1.0, 5.0]
    assert not book.take(difference(10, bids=[["1", "0"]])), "whether 0.5 is the best price then nobody knows"
    assert book.cache.best_bid() == [1.0, 5.0] and not book.in_step
    assert book.put_in(snapshot(10, 0.5, 0.6, 0.7)) and book.cache.best_bid() == [0.7, 5.0]


class Books:
    """A client that gives each of its order books once."""

    def __init__(self, *answers):
        self.answers = list(answers)

    async def get_order_book(self, symbol, limit):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def told_by(client, messages, count, **options):
    """So many things that an awaited manager tells: best bids, and errors."""

    async def keep():
        bm = AsyncManager(*messages)
        async with depthcache_async.DepthCacheManager(client, "X", bm=bm, **options) as dcm:
            told = []
            for _ in range(count):
                one = await dcm.recv()
                told.append(one["m"] if isinstance(one, dict) else one.best_bid()[0])
            return told

    return asyncio.run(keep())


def test_an_awaited_book_never_shows_a_best_price_that_is_not_known():
    client = Books(snapshot(7, 1, 2, 3), snapshot(8, 0.5, 0.6, 0.7))
    gone = difference(8, bids=[["3", "0"], ["2", "0"], ["1", "0"], ["0.1", "9"]])
    assert told_by(client, [gone, difference(9)], 2, limit=3) == [0.7, 0.7]


def test_an_awaited_book_goes_on_where_a_snapshot_beside_it_is_refused():
    client = Books(snapshot(7, 1, 2, 3), ConnectionError("no"), snapshot(10, 4))
    messages = [difference(number) for number in (8, 9, 10, 11)]
    assert told_by(client, messages, 4, refresh_interval=1e-9) == [3, 3, 4, 4]


def test_an_awaited_book_whose_snapshot_is_too_old_gets_another_although_the_market_rests():
    class Resting(AsyncSocket):
        async def recv(self):
            return self.messages.pop(0) if self.messages else await asyncio.sleep(3600)

    class Manager:
        def depth_socket(self, symbol, interval):
            return Resting([difference(20)])

    async def keep():
        client = Books(snapshot(7, 1), snapshot(15, 2), snapshot(20, 3))
        async with depthcache_async.DepthCacheManager(client, "X", bm=Manager()) as dcm:
            return (await asyncio.wait_for(dcm.recv(), 5)).best_bid()[0]

    assert asyncio.run(keep()) == 3


def test_a_refused_snapshot_of_an_awaited_book_that_is_out_of_step_is_told_once():
    client = Books(snapshot(7, 1), ConnectionError("no"), ConnectionError("no"), snapshot(20, 4))
    assert told_by(client, [difference(9), difference(21)], 2) == ["no snapshot: no", 4]


def test_an_awaited_book_is_kept_through_a_hole_and_is_never_crossed(exchange):
    async def keep():
        client = await AsyncClient.create()
        manager = DepthCacheManager(client, SYMBOL, ws_interval=100)
        assert isinstance(manager, DepthCacheManager) and isinstance(manager, BaseDepthCacheManager)
        async with manager as dcm:
            books = 0
            while books < 12:
                cache = await asyncio.wait_for(dcm.recv(), 10)
                if isinstance(cache, dict):
                    continue
                books += 1
                assert cache.best_bid()[0] < cache.best_ask()[0]
                if books == 4:
                    exchange.skip(STREAM, 2)
                if books == 8:
                    exchange.disconnect()
            assert dcm.gaps >= 1 and dcm.get_depth_cache() is cache
        await client.close_connection()

    asyncio.run(keep())


def test_a_threaded_book_calls_back_and_is_stopped_by_its_name(exchange):
    manager, told = ThreadedDepthCacheManager(), Told()
    manager.start()
    name = manager.start_depth_cache(callback=told, symbol=SYMBOL, ws_interval=100)
    assert name == "btcusdt@depth10"
    assert isinstance(told.next(), DepthCache)
    manager.stop_socket(name)
    manager.stop()
    manager.join(5)
    assert not manager.is_alive()


class AsyncSocket:
    """A socket of 1.x that gives what it was made with."""

    def __init__(self, messages):
        self.messages = messages

    async def __aenter__(self):
        return self

    async def __aexit__(self, *args):
        self.messages = []

    async def recv(self):
        return self.messages.pop(0) if self.messages else await asyncio.sleep(3600)


class AsyncManager:
    def __init__(self, *messages):
        self.messages = list(messages)

    def futures_depth_socket(self, symbol, depth):
        return AsyncSocket(self.messages)

    def depth_socket(self, symbol, interval):
        return AsyncSocket(self.messages)

    options_depth_socket = futures_depth_socket


@pytest.mark.parametrize("kind", [FuturesDepthCacheManager, OptionsDepthCacheManager])
def test_partial_books_of_1_x_are_replaced_whole_and_errors_are_handed_on(kind):
    one = {"stream": "x", "data": {"E": 1, "b": [["1", "1"]], "a": [["2", "1"]]}}
    two = {"E": 2, "b": [["3", "1"]], "a": [["4", "1"]]}
    error = {"e": "error", "type": "BinanceWebsocketClosed", "m": "Connection closed. Reconnecting..."}

    async def keep():
        async with kind(AsyncClient(), "X", bm=AsyncManager(one, error, two)) as dcm:
            assert (await dcm.recv()).get_bids() == [[1.0, 1.0]]
            assert await dcm.recv() == error
            assert (await dcm.recv()).get_asks() == [[4.0, 1.0]] and dcm.get_symbol() == "X"

    asyncio.run(keep())


def test_which_manager_it_is_the_client_says():
    async_client = AsyncClient()
    assert type(DepthCacheManager(async_client, "X", None)) is depthcache_async.DepthCacheManager
    assert type(OptionsDepthCacheManager(async_client, "X")) is depthcache_async.OptionsDepthCacheManager
    assert issubclass(FuturesDepthCacheManager, depthcache_async.BaseDepthCacheManager)

    class Mine(DepthCacheManager):
        pass

    with pytest.raises(TypeError, match=r"derive it from binance_legacy\.depthcache_async"):
        Mine(async_client, "X")


# -- the real book through the sockets ---------------------------------------------------------------------


@pytest.mark.soak
def test_a_recorded_book_through_the_sockets_agrees_at_every_comparable_update(realdata):
    with Exchange(replay=ethusdt(realdata), speed=20) as box:
        box.use()
        client, best, kept, done = Client(), {}, {}, threading.Event()
        bm = BinanceSocketManager(client)

        def book(cache):
            bid, ask = cache.best_bid(), cache.best_ask()
            kept[dcm._last_update_id] = bid[0], ask[0]

        def ticker(message):
            best[message["u"]] = float(message["b"]), float(message["a"])
            if message["u"] >= end:
                done.set()

        end = max(
            record.data["u"]
            for record in capture.read_all(ethusdt(realdata))
            if "@bookTicker" in (record.stream or "")
        )
        bm.start_symbol_book_ticker_socket("ETHUSDT", ticker)
        dcm = DepthCacheManager(client, "ETHUSDT", book, bm=bm, ws_interval=100, limit=1000)
        assert done.wait(120)
        comparable = best.keys() & kept.keys()
        assert [best[number] for number in comparable] == [kept[number] for number in comparable]
        print(f"{len(comparable)} of {len(comparable)} comparable updates; gaps {dcm.gaps}")
        assert len(comparable) > 1000
        dcm.close(close_socket=True)
