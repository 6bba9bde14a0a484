"""Readers, callbacks and caches that are slow, change what they get, stop one another or give up waiting."""

import asyncio
import threading
import time

import pytest

from binance_legacy import reconnecting_websocket
from binance_legacy.async_client import AsyncClient
from binance_legacy.depthcache_async import DepthCacheManager, ThreadedDepthCacheManager
from binance_legacy.engine.settings import Times, times, use_times
from binance_legacy.threaded_stream import ThreadedWebsocketManager

from .test_depthcache import AsyncManager, Books, difference, snapshot
from .test_many_lines import Exchange
from .test_streams import line_of, manager, run, soon
from .test_websockets import Inbox, trade, wait_for


@pytest.fixture(autouse=True)
def fast_times():
    before = times()
    use_times(Times().faster(20))
    yield
    use_times(before)


@pytest.fixture
def server():
    server = Exchange()
    yield server
    server.close()


@pytest.fixture
def twm(server):
    """A threaded manager of the server's streams, made with options."""
    made = []

    class Here(ThreadedWebsocketManager):
        async def _before_socket_listener_start(self):
            await super()._before_socket_listener_start()
            self._bsm.STREAM_URL = server.url

    def make(**options):
        made.append(Here(**options))
        made[-1].start()
        return made[-1]

    yield make
    for one in made:
        one.stop()
        one.join(10)


# -- readers of one stream ----------------------------------------------------------------------------------


def test_what_a_reader_does_to_a_message_no_other_reader_sees(server):
    async def read():
        bm = manager(server)
        async with bm.trade_socket("BNBBTC") as one, bm.trade_socket("BNBBTC") as other:
            (await line_of(server)).send(trade(1))
            changed = await soon(one.recv())
            changed.clear()
            assert await soon(other.recv()) == trade(1)

    run(read())


def test_a_reader_that_sleeps_stops_no_other_reader_of_its_stream(server):
    async def read():
        bm = manager(server)
        async with bm.trade_socket("BNBBTC") as asleep, bm.trade_socket("BNBBTC") as awake:
            line = await line_of(server)
            sending = asyncio.create_task(
                asyncio.to_thread(lambda: [line.send(trade(n)) for n in range(3000)])
            )
            for number in range(3000):
                assert (await soon(awake.recv()))["t"] == number
            await sending
            told = await soon(asleep.recv())
            assert told["type"] == "BinanceWebsocketQueueOverflow" and told["lost"] >= 1900

    run(read())


def test_a_reader_that_reads_slowly_and_alone_loses_nothing(server):
    async def read():
        async with manager(server, max_queue_size=10).trade_socket("BNBBTC") as socket:
            line = await line_of(server)
            sending = asyncio.create_task(
                asyncio.to_thread(lambda: [line.send(trade(n)) for n in range(3000)])
            )
            for number in range(3000):
                assert (await soon(socket.recv()))["t"] == number
                if number % 300 == 0:
                    await asyncio.sleep(0.3)
            await sending

    run(read())


def test_a_slow_reader_that_leaves_lets_the_others_read_on(server):
    async def read():
        bm = manager(server, max_queue_size=10)
        async with bm.trade_socket("BNBBTC") as slow:
            line = await line_of(server)
            await asyncio.to_thread(lambda: [line.send(trade(n)) for n in range(1200)])
            while not slow._held:
                await asyncio.sleep(0.01)
            async with bm.trade_socket("BNBBTC") as other:
                await slow.close()
                await asyncio.to_thread(line.send, trade(-1))
                while (await soon(other.recv()))["t"] != -1:
                    pass

    run(read())


def test_an_overflow_drops_no_word_of_what_happened_to_the_line(server, monkeypatch):
    monkeypatch.setattr(reconnecting_websocket, "_ASLEEP", 0.05)

    async def read():
        async with manager(server, max_queue_size=10).trade_socket("BNBBTC") as socket:
            old = await line_of(server)
            old.abort()
            await asyncio.to_thread(server.wait, lambda: any(one is not old for one in server.open_lines()))
            (line,) = [one for one in server.open_lines() if one is not old]
            while not socket._overflow:
                await asyncio.to_thread(lambda: [line.send(trade(n)) for n in range(50)])
                await asyncio.sleep(0.02)
            told = [(await soon(socket.recv())).get("type") for _ in range(2)]
            assert told == ["BinanceWebsocketQueueOverflow", "ConnectionClosedError"]

    run(read())


def test_who_joins_a_line_that_is_down_is_told(server):
    async def read():
        bm = manager(server)
        async with bm.trade_socket("BNBBTC") as first:
            line = await line_of(server)
            server.status = 503
            line.abort()
            assert (await soon(first.recv()))["type"] == "ConnectionClosedError"
            async with bm.trade_socket("BNBBTC") as later:
                assert (await soon(later.recv()))["e"] == "error"

    run(read())


# -- callables that are handed messages ---------------------------------------------------------------------


def test_a_socket_that_is_handed_over_is_left_with_its_block_and_hands_each_message_once(server):
    got = []

    async def read():
        bm = manager(server)
        async with bm.trade_socket("BNBBTC") as socket:
            socket.hand_to(got.append)
            (await line_of(server)).send(trade(1))
            await asyncio.to_thread(wait_for, lambda: got)
        handed = bm.trade_socket("LTCBTC")
        handed.hand_to(got.append)
        async with handed:
            await line_of(server)
        await asyncio.to_thread(server.wait, lambda: not server.open_lines())
        assert bm.status() == {}

    run(read())
    assert got == [trade(1)]


def test_a_coroutine_function_that_is_handed_messages_runs(server):
    async def read():
        came = asyncio.Event()

        async def handle(message):
            await asyncio.sleep(0)
            came.set()

        async with manager(server).trade_socket("BNBBTC") as socket:
            socket.hand_to(handle)
            (await line_of(server)).send(trade(1))
            await soon(came.wait())

    run(read())


def test_a_manager_serves_the_next_loop_too(server):
    server.greeting = lambda path: [trade(1)]
    bm = manager(server)
    socket = bm.trade_socket("BNBBTC")

    async def enter_and_stay():
        await socket.connect()
        assert await soon(socket.recv()) == trade(1)

    async def enter():
        async with socket as entered:
            assert entered is socket and await soon(socket.recv()) == trade(1)

    run(enter_and_stay())
    opener = bm._made_opener
    run(enter())
    server.wait(lambda: not server.open_lines())
    assert bm._made_opener is not opener, "its errands run in the loop that lives"


# -- the threaded manager ----------------------------------------------------------------------------------


def test_a_socket_that_is_started_and_stopped_in_one_callback_is_gone(server, twm):
    manager, names = twm(), []

    def restart(message):
        if not names:
            names.append(manager.start_trade_socket(print, "ETHBTC"))
            manager.stop_socket(names[0])

    manager.start_trade_socket(restart, "BNBBTC")
    server.wait_open(1)[0].send(trade(1))
    wait_for(lambda: names)
    server.wait(lambda: [line.path for line in server.open_lines()] == ["/ws/bnbbtc@trade"])
    assert list(manager.status()) == ["bnbbtc@trade"]


@pytest.mark.parametrize("isolated", [False, True])
@pytest.mark.parametrize("end", ["stop_socket", "stop"])
def test_a_callback_that_stops_its_socket_is_not_called_again(server, twm, end, isolated):
    manager, got, named = twm(isolate_callbacks=isolated), [], threading.Event()

    def once(message):
        got.append(message)
        named.wait(5)
        manager.stop() if end == "stop" else manager.stop_socket(name)

    server.greeting = lambda path: [trade(number) for number in range(50)]
    name = manager.start_trade_socket(once, "BNBBTC")
    named.set()
    wait_for(lambda: got)
    server.wait(lambda: not server.open_lines())
    assert got == [trade(0)]


@pytest.mark.parametrize("isolated", [False, True])
def test_whatever_returns_a_coroutine_is_awaited_and_what_it_raises_is_counted(server, twm, isolated):
    manager, inbox = twm(isolate_callbacks=isolated), Inbox()

    class Handler:
        async def __call__(self, message):
            inbox(message)
            raise SystemExit(1)

    async def handle(message):
        inbox(message)
        raise ValueError("in the bot")

    server.greeting = lambda path: [trade(1)]
    manager.start_trade_socket(Handler(), "BNBBTC")
    manager.start_trade_socket(lambda message: handle(message), "ETHBTC")
    assert [inbox.next()["t"], inbox.next()["t"]] == [1, 1]
    wait_for(lambda: [row["raised"] for row in manager.status().values()] == [1, 1])
    assert manager.is_alive()


def test_no_more_coroutine_callbacks_run_than_may_wait(server, twm):
    manager, running = twm(max_queue_size=7), []

    async def slow(message):
        running.append(message)
        await asyncio.sleep(60)

    server.greeting = lambda path: [trade(number) for number in range(100)]
    manager.start_trade_socket(slow, "BNBBTC")
    wait_for(lambda: len(running) == 7)
    done = threading.Event()
    manager._loop.call_soon_threadsafe(manager._loop.call_later, 0.1, done.set)
    assert done.wait(5) and len(running) == 7


def test_an_isolated_callback_that_is_slow_has_no_endless_backlog(server, twm, monkeypatch):
    monkeypatch.setattr(
        "binance_legacy.engine.worker.Worker.is_full", property(lambda self: len(self._waiting) >= 5)
    )
    manager, may_go = twm(isolate_callbacks=True), threading.Event()
    server.greeting = lambda path: [trade(number) for number in range(400)]
    manager.start_trade_socket(lambda message: may_go.wait(10), "BNBBTC")
    wait_for(lambda: manager.status()["bnbbtc@trade"]["messages"] == 400)
    time.sleep(0.2)  # it would have taken them all by now
    assert len(manager._workers["bnbbtc@trade"]._waiting) <= 6
    may_go.set()


def test_a_wrong_name_and_a_manager_that_cannot_begin_say_so(twm):
    with pytest.raises(TypeError, match="must be what the starter returned"):
        twm().stop_socket(["bnbbtc@trade"])
    broken = ThreadedWebsocketManager(private_key="no key")
    with pytest.raises(RuntimeError, match=r"the manager cannot begin: .*no key"):
        broken.start()


# -- depth caches ------------------------------------------------------------------------------------------


class SlowBooks(Books):
    """Gives each order book after a while."""

    async def get_order_book(self, symbol, limit):
        await asyncio.sleep(0.2)
        return await super().get_order_book(symbol, limit)


def test_a_cache_that_is_read_under_a_short_timeout_comes_whole_all_the_same():
    async def keep():
        client = SlowBooks(snapshot(7, 1), snapshot(20, 4))
        async with DepthCacheManager(client, "X", bm=AsyncManager(difference(9))) as dcm:
            while True:
                try:
                    return (await asyncio.wait_for(dcm.recv(), 0.05)).best_bid()[0]
                except TimeoutError:
                    continue

    assert asyncio.run(soon(keep())) == 4


def test_a_cache_goes_on_while_a_snapshot_is_taken_beside_it():
    async def keep():
        client = SlowBooks(snapshot(7, 1), snapshot(12, 4))
        messages = [difference(number) for number in (8, 9, 10)]
        async with DepthCacheManager(client, "X", bm=AsyncManager(*messages), refresh_interval=1e-9) as dcm:
            told = []
            while len(told) < 4:
                told.append((await dcm.recv()).best_bid()[0])
            return told

    assert asyncio.run(soon(keep())) == [1, 1, 1, 4]


def test_a_cache_whose_first_snapshot_is_refused_leaves_its_socket(server):
    async def keep():
        bm = manager(server)
        with pytest.raises(ConnectionError, match="no"):
            async with DepthCacheManager(Books(ConnectionError("no")), "BNBBTC", bm=bm):
                pass
        assert bm.status() == {}

    run(keep())


def test_a_cache_is_entered_once(server):
    async def keep():
        async with DepthCacheManager(Books(snapshot(1, 1)), "BNBBTC", bm=manager(server)) as dcm:
            with pytest.raises(RuntimeError, match="is open already"):
                await dcm.__aenter__()

    run(keep())


def test_a_threaded_cache_asks_again_where_the_first_snapshot_is_refused_and_names_faults_at_once(server):
    class Here(ThreadedDepthCacheManager):
        async def _before_socket_listener_start(self):
            await super()._before_socket_listener_start()
            self._bsm.STREAM_URL = server.url
            self._client.get_order_book = Books(ConnectionError("no"), snapshot(1, 1)).get_order_book

    books, told = Here(), Inbox()
    books.start()
    try:
        with pytest.raises(ValueError, match="symbol"):
            books.start_depth_cache(print, None)
        with pytest.raises(ValueError, match="interval"):
            books.start_depth_cache(print, "BNBBTC", ws_interval=250)
        books.start_depth_cache(told, "BNBBTC")
        assert told.next()["m"] == "no snapshot: no"
        assert told.next().best_bid() == [1.0, 5.0]
    finally:
        books.stop()
        books.join(10)


def test_the_package_gives_its_modules_as_that_of_1_x_did():
    import subprocess
    import sys

    from .interpreters import environment

    code = "import binance_legacy as b; print(b.client.Client, b.helpers.interval_to_milliseconds, 'Client' in dir(b))"
    said = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert said.stdout.strip().endswith("True")


def test_an_awaited_client_is_refused_where_waiting_would_stop_the_reactor():
    """`asyncio.run` in a callback of 0.7 would wait for the thread that it stands in."""
    from binance_legacy.engine.reactor import engine

    said, done = [], threading.Event()

    def in_callback():
        client = AsyncClient()
        for call in (client.ping, client.ws_ping):
            try:
                asyncio.run(call())
            except RuntimeError as refusal:
                said.append(str(refusal))
        done.set()

    engine.start()
    engine.soon(in_callback)
    assert done.wait(10)
    assert len(said) == 2 and all("inside a callback" in each for each in said)
