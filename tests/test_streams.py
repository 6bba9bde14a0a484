"""The sockets of 1.x that are awaited, against servers on 127.0.0.1."""

import asyncio
import inspect
import json
import threading

import pytest

from binance_legacy.async_client import AsyncClient
from binance_legacy.engine.settings import Times, times, use_times
from binance_legacy.enums import ContractType, FuturesType
from binance_legacy.exceptions import ReadLoopClosed
from binance_legacy.reconnecting_websocket import ReconnectingWebsocket
from binance_legacy.streams import BinanceSocketManager
from binance_legacy.threaded_stream import ThreadedWebsocketManager
from binance_legacy.ws.constants import WSListenerState

from .engine.stream_server import StreamServer
from .rest_server import rest  # noqa: F401 - a fixture
from .test_many_lines import Exchange
from .test_websockets import trade

COIN = FuturesType.COIN_M


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


def manager(server, client=None, **options):
    bm = BinanceSocketManager(client or AsyncClient(), **options)
    bm.STREAM_URL = bm.FSTREAM_URL = bm.DSTREAM_URL = server.url
    return bm


async def soon(awaitable, seconds=5):
    return await asyncio.wait_for(awaitable, seconds)


async def line_of(server, count=1):
    """The newest open line, once there are `count`."""
    return (await asyncio.to_thread(server.wait_open, count))[-1]


def run(body):
    """Runs a test's coroutine function with its fixtures."""
    return asyncio.run(body)


# -- reading -----------------------------------------------------------------------------------------------


def test_a_socket_is_entered_read_iterated_and_left(server):
    server.greeting = lambda path: [trade(1), trade(2), trade(3)]

    async def read():
        socket = manager(server).trade_socket("BNBBTC")
        assert socket.ws_state is WSListenerState.INITIALISING
        async with socket as entered:
            assert entered is socket and socket.ws_state is WSListenerState.STREAMING
            first = await soon(socket.recv())
            rest = [message async for message in take(entered, 2)]
        assert [m["t"] for m in (first, *rest)] == [1, 2, 3]
        await asyncio.to_thread(server.wait, lambda: not server.open_lines())
        with pytest.raises(ReadLoopClosed, match="is not open"):
            await socket.recv()
        assert [message async for message in socket] == []

    run(read())
    assert server.requests == ["/ws/bnbbtc@trade"]


async def take(messages, count):
    async for message in messages:
        yield message
        count -= 1
        if not count:
            return


def test_a_socket_may_be_entered_and_left_by_hand_and_entered_again(server):
    server.greeting = lambda path: [trade(1)]

    async def read():
        socket = manager(server).trade_socket("BNBBTC")
        for _ in range(2):
            await socket.__aenter__()
            assert (await soon(socket.recv()))["t"] == 1
            await socket.__aexit__(None, None, None)
        await socket.close()

    run(read())


def test_two_readers_of_one_stream_share_a_line_and_each_has_every_message(server):
    async def read():
        bm = manager(server)
        async with bm.trade_socket("BNBBTC") as one, bm.trade_socket("BNBBTC") as two, one as three:
            line = await line_of(server)
            for number in range(50):
                line.send(trade(number))
            for reader in (one, two, three):
                assert [(await soon(reader.recv()))["t"] for _ in range(50)] == list(range(50))
            assert len(server.requests) == 1 and three is not one
            assert list(bm.status()) == ["bnbbtc@trade"]
        await asyncio.to_thread(server.wait, lambda: not server.open_lines())
        assert bm.status() == {}

    run(read())


def test_a_socket_is_read_in_the_loop_that_opened_it(server):
    async def read():
        socket = await manager(server).trade_socket("BNBBTC").__aenter__()
        with pytest.raises(RuntimeError, match="opened in another event loop"):
            await asyncio.to_thread(asyncio.run, socket.recv())
        await socket.close()

    run(read())


def test_a_socket_whose_loop_is_closed_lets_its_line_go(server):
    async def read():
        await manager(server).trade_socket("BNBBTC").__aenter__()
        await line_of(server)

    run(read())
    server.broadcast(trade(1))
    server.wait(lambda: not server.open_lines())


def test_the_documentation_s_ticker_socket_hands_each_message_to_a_callable(server):
    class Listing(AsyncClient):
        async def call(self, method, path, /, **params):
            return [{"symbol": "BNBBTC", "price": "1"}]

        def __getattribute__(self, name):
            return super().__getattribute__(name)

    async def read():
        got = asyncio.Queue()
        socket = manager(server, Listing()).ticker_socket(got.put_nowait)
        await asyncio.to_thread(server.wait, lambda: any(server.heard(line) for line in server.open_lines()))
        server.push("bnbbtc@ticker", {"e": "24hrTicker", "s": "BNBBTC"})
        assert await soon(got.get()) == [{"e": "24hrTicker", "s": "BNBBTC"}]
        await socket.close()

    run(read())


def test_a_socket_may_be_made_of_an_address_by_hand(server):
    server.greeting = lambda path: [trade(1)]
    left = []

    async def exits(path):
        left.append(path)

    async def read():
        async with ReconnectingWebsocket(server.url, "bnbbtc@trade", exit_coro=exits) as socket:
            assert (await soon(socket.recv()))["t"] == 1

    run(read())
    assert server.requests == ["/ws/bnbbtc@trade"] and left == ["bnbbtc@trade"]


# -- what happens to a line --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (lambda line: line.close(1000), "BinanceWebsocketClosed"),
        (lambda line: line.close(1001), "BinanceWebsocketClosed"),
        (lambda line: line.abort(), "ConnectionClosedError"),
        (lambda line: (line.sock.sendall(b"\x81\x7d{"), line.abort()), "IncompleteReadError"),
    ],
)
def test_a_lost_line_is_told_once_by_its_documented_type_and_the_stream_goes_on(server, end, kind):
    async def read():
        async with manager(server).trade_socket("BNBBTC") as socket:
            line = await line_of(server)
            await asyncio.to_thread(end, line)
            told = await soon(socket.recv())
            assert (told["e"], told["type"]) == ("error", kind) and told["m"]
            await asyncio.to_thread(server.wait, lambda: len(server.requests) == 2 and server.open_lines())
            server.broadcast(trade(7))
            assert await soon(socket.recv()) == trade(7)

    run(read())


@pytest.mark.parametrize("status", [451, 403, 429])
def test_a_server_that_refuses_is_told_within_a_second_with_its_status_and_reached_when_it_accepts(
    server, status
):
    server.status = status

    async def read():
        async with manager(server).trade_socket("BNBBTC") as socket:
            told = await soon(socket.recv(), 1)
            assert (told["type"], told["status"]) == ("BinanceWebsocketUnableToConnect", status)
            assert str(status) in told["m"]
            await asyncio.to_thread(server.wait, lambda: len(server.requests) > 6, 20)
            server.status = 101
            await line_of(server)
            server.broadcast(trade(1))
            told = await soon(socket.recv())
            assert (told["type"], told["m"]) == (
                "BinanceWebsocketUnableToConnect",
                "Max reconnect retries reached",
            )
            assert await soon(socket.recv()) == trade(1), "told twice in all, however long it refused"

    run(read())


def test_an_outage_beyond_the_retries_is_told_by_two_messages_in_all(server):
    async def read():
        async with manager(server).trade_socket("BNBBTC") as socket:
            line = await line_of(server)
            server.stop_listening()
            await asyncio.to_thread(line.abort)
            kinds = [(await soon(socket.recv(), 10))["type"] for _ in range(2)]
            assert kinds == ["ConnectionClosedError", "BinanceWebsocketUnableToConnect"]
            server.listen()
            await line_of(server)
            server.broadcast(trade(1))
            assert await soon(socket.recv()) == trade(1)

    run(read())


def test_a_host_that_has_no_address_is_told_as_gaierror():
    async def read():
        bm = BinanceSocketManager(AsyncClient())
        bm.STREAM_URL = "ws://nowhere.invalid:1/"
        async with bm.trade_socket("BNBBTC") as socket:
            assert (await soon(socket.recv(), 20))["type"] == "gaierror"

    run(read())


def test_messages_that_are_no_json_are_told_once_until_one_is_and_the_next_is_read(server):
    server.greeting = lambda path: [b"{no json", b"nor this", trade(1)]

    async def read():
        async with manager(server).trade_socket("BNBBTC") as socket:
            assert (await soon(socket.recv()))["type"] == "JSONDecodeError"
            assert await soon(socket.recv()) == trade(1)
            (await line_of(server)).send(b"{no json")
            assert (await soon(socket.recv()))["type"] == "JSONDecodeError"

    run(read())


def test_a_queue_that_overflows_is_told_once_keeps_the_newest_and_goes_on(server, monkeypatch):
    monkeypatch.setattr("binance_legacy.reconnecting_websocket._ASLEEP", 0.5)

    async def read():
        async with manager(server, max_queue_size=10).trade_socket("BNBBTC") as socket:
            line = await line_of(server)
            numbers = iter(range(10**6))

            def sends():
                while not socket._overflow:  # nobody reads meanwhile
                    line.send(trade(next(numbers)))

            await asyncio.to_thread(sends)
            sent = next(numbers)
            told = await soon(socket.recv())
            assert told["type"] == "BinanceWebsocketQueueOverflow"
            assert "exceeded maximum 10" in told["m"] and told["lost"] > 0
            line.send(trade(-1))
            got = [await soon(socket.recv())]
            while got[-1]["t"] != -1:
                got.append(await soon(socket.recv()))
            assert [m["t"] for m in got[:-1]] == list(range(told["lost"], sent)), "the oldest went"

    run(read())


def test_who_reads_in_time_loses_nothing_however_much_comes_at_once(server):
    async def read():
        async with manager(server, max_queue_size=10).trade_socket("BNBBTC") as socket:
            line = await line_of(server)
            sending = asyncio.create_task(
                asyncio.to_thread(lambda: [line.send(trade(n)) for n in range(5000)])
            )
            assert [(await soon(socket.recv()))["t"] for _ in range(5000)] == list(range(5000))
            await sending

    run(read())


def test_a_loop_that_is_busy_holds_the_line_instead_of_piling_up(server, monkeypatch):
    monkeypatch.setattr("binance_legacy.engine.outlet.MOST_UNDERWAY", 4)

    async def read():
        async with manager(server).trade_socket("BNBBTC") as socket:
            line = await line_of(server)
            blocked = threading.Event()

            def sends():
                for number in range(20_000):
                    line.send(trade(number))
                    if number == 2000:
                        blocked.set()

            sender = threading.Thread(target=sends)
            sender.start()
            blocked.wait(10)  # the loop stands still
            assert [(await soon(socket.recv()))["t"] for _ in range(20_000)] == list(range(20_000))
            sender.join()

    run(read())


# -- accounts that still have listen keys ------------------------------------------------------------------


def test_a_futures_account_s_key_is_kept_alive_through_errors_and_a_new_one_moves_the_socket(server, rest):  # noqa: F811
    keys = iter(["one"] * 2 + ["two"] * 100)
    rest.answers["POST /fapi/v1/listenKey"] = lambda asked: {"listenKey": next(keys)}
    answers = iter([(500, {"code": -1000, "msg": "down"}), {}, {}])
    rest.answers["PUT /fapi/v1/listenKey"] = lambda asked: next(answers, {})

    async def read():
        client = AsyncClient("k", "s")
        client.FUTURES_URL = rest.url + "/fapi"
        async with manager(server, client, user_timeout=0.05).futures_user_socket() as socket:
            line = await line_of(server)
            line.send({"e": "ORDER_TRADE_UPDATE", "E": 1})
            assert (await soon(socket.recv()))["E"] == 1
            kept = lambda: [asked for asked in rest.asked if asked.method == "PUT"]  # noqa: E731
            while len(kept()) < 4:
                await asyncio.sleep(0.01)
            line.send({"e": "listenKeyExpired", "E": 2})
            await asyncio.to_thread(server.wait, lambda: "/private/ws/two" in server.requests)
            await asyncio.to_thread(server.wait, lambda: not line.open)
            (new,) = server.open_lines()
            new.send({"e": "ACCOUNT_UPDATE", "E": 3})
            assert (await soon(socket.recv()))["E"] == 3, "the expiry itself is not the user's business"
        await client.close_connection()

    run(read())
    assert server.requests == ["/private/ws/one", "/private/ws/two"]


def test_a_key_that_is_refused_is_told_and_asked_for_again(server, rest):  # noqa: F811
    answers = iter([(401, {"code": -2015, "msg": "Invalid API-key."}), {"listenKey": "x"}])
    rest.answers["POST /dapi/v1/listenKey"] = lambda asked: next(answers)

    async def read():
        client = AsyncClient("k", "s")
        client.FUTURES_COIN_URL = rest.url + "/dapi"
        async with manager(server, client).coin_futures_socket() as socket:
            told = await soon(socket.recv())
            assert (told["type"], told["status"]) == ("BinanceWebsocketUnableToConnect", 401)
            assert "-2015" in told["m"]
            await line_of(server)
        await client.close_connection()

    run(read())
    assert server.requests == ["/ws/x"]


# -- what is opened where ----------------------------------------------------------------------------------

SPOT = "wss://stream.binance.com:9443"
FUTURES = "wss://fstream.binance.com"
COINS = "wss://dstream.binance.com"

ADDRESSES = [
    ("depth_socket", ("BNBBTC",), {}, f"{SPOT}/ws/bnbbtc@depth"),
    ("depth_socket", ("BNBBTC", "5", 100), {}, f"{SPOT}/ws/bnbbtc@depth5@100ms"),
    ("kline_socket", ("BNBBTC",), {"interval": "30m"}, f"{SPOT}/ws/bnbbtc@kline_30m"),
    ("miniticker_socket", (), {}, f"{SPOT}/ws/!miniTicker@arr"),
    ("miniticker_socket", (5000,), {}, f"{SPOT}/ws/!miniTicker@arr"),
    ("trade_socket", ("BNBBTC",), {}, f"{SPOT}/ws/bnbbtc@trade"),
    ("aggtrade_socket", ("BNBBTC",), {}, f"{SPOT}/ws/bnbbtc@aggTrade"),
    ("symbol_miniticker_socket", ("BNBBTC",), {}, f"{SPOT}/ws/bnbbtc@miniTicker"),
    ("symbol_ticker_socket", ("BNBBTC",), {}, f"{SPOT}/ws/bnbbtc@ticker"),
    ("symbol_book_ticker_socket", ("BNBBTC",), {}, f"{SPOT}/ws/bnbbtc@bookTicker"),
    ("multiplex_socket", (["bnbbtc@aggTrade", "neobtc@ticker"],), {},
     f"{SPOT}/stream?streams=bnbbtc@aggTrade/neobtc@ticker"),
    ("aggtrade_futures_socket", ("BTCUSDT",), {}, f"{FUTURES}/market/stream?streams=btcusdt@aggTrade"),
    ("aggtrade_futures_socket", ("BTCUSD_PERP", COIN), {}, f"{COINS}/stream?streams=btcusd_perp@aggTrade"),
    ("symbol_mark_price_socket", ("BTCUSDT",), {}, f"{FUTURES}/market/stream?streams=btcusdt@markPrice@1s"),
    ("symbol_mark_price_socket", ("BTCUSDT", False), {}, f"{FUTURES}/market/stream?streams=btcusdt@markPrice"),
    ("all_mark_price_socket", (), {}, f"{FUTURES}/market/stream?streams=!markPrice@arr@1s"),
    ("index_price_socket", ("BTCUSD",), {}, f"{COINS}/stream?streams=btcusd@indexPrice@1s"),
    ("symbol_ticker_futures_socket", ("BTCUSDT",), {}, f"{FUTURES}/public/stream?streams=btcusdt@bookTicker"),
    ("individual_symbol_ticker_futures_socket", ("BTCUSDT",), {}, f"{FUTURES}/market/stream?streams=btcusdt@ticker"),
    ("all_ticker_futures_socket", (), {}, f"{FUTURES}/public/stream?streams=!bookTicker"),
    ("all_ticker_futures_socket", ("!ticker@arr",), {}, f"{FUTURES}/market/stream?streams=!ticker@arr"),
    ("futures_ticker_socket", (), {}, f"{FUTURES}/market/stream?streams=!ticker@arr"),
    ("futures_coin_ticker_socket", (), {}, f"{COINS}/stream?streams=!ticker@arr"),
    ("kline_futures_socket", ("BTCUSDT",), {}, f"{FUTURES}/market/ws/btcusdt_perpetual@continuousKline_1m"),
    ("kline_futures_socket", ("BTCUSD", "5m", COIN, ContractType.NEXT_QUARTER), {},
     f"{COINS}/ws/btcusd_next_quarter@continuousKline_5m"),
    ("futures_depth_socket", ("BTCUSDT",), {}, f"{FUTURES}/public/stream?streams=btcusdt@depth10"),
    ("futures_rpi_depth_socket", ("BTCUSDT",), {}, f"{FUTURES}/public/stream?streams=btcusdt@rpiDepth@500ms"),
    ("options_ticker_socket", ("BTC-1-2-C",), {}, f"{FUTURES}/public/ws/btc-1-2-c@optionTicker"),
    ("options_ticker_by_expiration_socket", ("BTC", "271231"), {}, f"{FUTURES}/public/ws/btc@optionTicker@271231"),
    ("options_recent_trades_socket", ("BTC",), {}, f"{FUTURES}/public/ws/btc@optionTrade"),
    ("options_kline_socket", ("BTC-1-2-C",), {}, f"{FUTURES}/market/ws/btc-1-2-c@kline_1m"),
    ("options_depth_socket", ("BTC-1-2-C",), {}, f"{FUTURES}/public/ws/btc-1-2-c@depth10@500ms"),
    ("options_book_ticker_socket", ("BTC-1-2-C",), {}, f"{FUTURES}/public/ws/btc-1-2-c@bookTicker"),
    ("options_open_interest_socket", ("BTC", "271231"), {}, f"{FUTURES}/market/ws/btc@openInterest@271231"),
    ("options_mark_price_socket", ("BTCUSDT",), {}, f"{FUTURES}/market/ws/btcusdt@optionMarkPrice"),
    ("options_index_price_socket", (), {}, f"{FUTURES}/market/ws/!index@arr"),
    ("options_new_symbol_socket", (), {}, f"{FUTURES}/market/ws/!optionSymbol"),
]  # fmt: skip


def addresses_of(socket):
    """Where a socket's lines would go; nothing is contacted."""
    made = socket._open(sink=print, on_give_up=print, on_notice=print).trunk.socket
    feeds = made._feeds() if hasattr(made, "_feeds") else [made]
    return [feed.factory.url for feed in feeds]


@pytest.mark.parametrize(("name", "given", "named", "address"), ADDRESSES, ids=lambda value: str(value)[:40])
def test_each_socket_goes_to_today_s_address_of_its_stream(name, given, named, address):
    async def look():
        return addresses_of(getattr(BinanceSocketManager(AsyncClient()), name)(*given, **named))

    assert run(look()) == [address]


def test_every_market_socket_s_address_is_looked_at():
    bare = {"ticker_socket", "book_ticker_socket", "futures_multiplex_socket", "options_multiplex_socket"}
    accounts = {"user_socket", "margin_socket", "isolated_margin_socket", "futures_user_socket", "futures_socket",
                "coin_futures_user_socket", "coin_futures_socket", "portfolio_margin_socket"}  # fmt: skip
    methods = {name for name in vars(BinanceSocketManager) if name.endswith("_socket") and name[0] != "_"}
    assert methods == {row[0] for row in ADDRESSES} | bare | accounts and len(methods) == 43


@pytest.mark.parametrize(
    ("options", "spot", "futures"),
    [
        ({"tld": "us"}, "wss://stream.binance.us:9443/", "wss://fstream.binance.us/"),
        ({"testnet": True}, "wss://stream.testnet.binance.vision/", "wss://fstream.binancefuture.com/"),
        ({"demo": True}, "wss://demo-stream.binance.com/", "wss://fstream.binancefuture.com/"),
    ],
)
def test_the_addresses_follow_the_client_s_venue(options, spot, futures):
    bm = BinanceSocketManager(AsyncClient(**options))
    assert (spot, futures) == (bm.STREAM_URL, bm.FSTREAM_URL)


def test_a_mixed_futures_list_is_split_by_door_and_merged_again(server):
    async def read():
        names = ["btcusdt@aggTrade", "btcusdt@depth5", "!markPrice@arr"]
        async with manager(server).futures_multiplex_socket(names) as socket:
            await line_of(server, 2)
            assert sorted(server.requests) == [
                "/market/stream?streams=btcusdt@aggTrade/!markPrice@arr",
                "/public/stream?streams=btcusdt@depth5",
            ]
            server.push("btcusdt@depth5", {"e": "depthUpdate"})
            server.push("!markPrice@arr", [{"s": "BTCUSDT", "st": 1}, {"s": "BTCUSD_PERP", "st": 2}])
            got = {(await soon(socket.recv()))["stream"]: None for _ in range(2)}
            assert set(got) == {"btcusdt@depth5", "!markPrice@arr"}

    run(read())


# -- bad input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda bm: bm.trade_socket("BNB/BTC"), ValueError, "'BNB/BTC' is no symbol"),
        (lambda bm: bm.kline_socket("BNBBTC", "7m"), ValueError, "interval '7m' is not offered"),
        (lambda bm: bm.depth_socket("BNBBTC", "7"), ValueError, "depth '7' is not offered"),
        (lambda bm: bm.depth_socket("BNBBTC", None, 250), ValueError, "Allowed values are"),
        (lambda bm: bm.miniticker_socket("x"), ValueError, "update_time is 'x'"),
        (lambda bm: bm.multiplex_socket("bnbbtc@trade"), TypeError, "must be a list of stream names"),
        (lambda bm: bm.multiplex_socket([]), ValueError, "streams is empty"),
        (lambda bm: bm.multiplex_socket(["BNBBTC@trade"]), ValueError, "lower case"),
        (lambda bm: bm.multiplex_socket(["bnbbtc@nothing"]), ValueError, "no stream of the kind 'nothing'"),
        (lambda bm: bm.futures_multiplex_socket(["BTCUSDT@ticker"]), ValueError, "lower case"),
        (lambda bm: bm.aggtrade_futures_socket("BTCUSDT", "usd"), ValueError, "futures_type is 'usd'"),
        (lambda bm: bm.ticker_socket(7), TypeError, "the callback must be a function"),
        (lambda bm: bm.user_socket(), ValueError, "needs a key"),
        (lambda bm: bm.futures_user_socket(), ValueError, "needs a key"),
        (lambda bm: bm.isolated_margin_socket("BNBBTC"), ValueError, "needs a key"),
        (lambda bm: BinanceSocketManager(AsyncClient(), max_queue_size=0).trade_socket("X"), ValueError,
         "max_queue_size is 0"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence_at_the_call(call, kind, says):
    with pytest.raises(kind, match=says):
        call(BinanceSocketManager(AsyncClient()))


# -- the threaded manager ----------------------------------------------------------------------------------


@pytest.fixture
def twm(server):
    twm = ThreadedWebsocketManager()
    twm.start()
    twm._bsm.STREAM_URL = twm._bsm.FSTREAM_URL = server.url
    yield twm
    twm.stop()
    twm.join(5)
    assert not twm.is_alive()


def inbox():
    import queue

    got = queue.Queue()
    return got, lambda message: got.put(message)


def test_a_threaded_socket_calls_back_in_the_manager_s_thread_and_is_stopped_by_its_name(server, twm):
    got, threads = inbox()[0], set()

    def handle(message):
        threads.add(threading.current_thread())
        got.put(message)

    name = twm.start_trade_socket(callback=handle, symbol="BNBBTC")
    assert name == "bnbbtc@trade"
    (line,) = server.wait_open(1)
    line.send(trade(1))
    assert got.get(timeout=5) == trade(1) and threads == {twm}
    twm.stop_socket(name)
    twm.stop_socket(name)
    server.wait(lambda: not server.open_lines())
    assert twm.status() == {}


def test_two_callbacks_on_one_stream_each_get_every_message_over_one_line(server, twm):
    (one, first), (two, second) = inbox(), inbox()
    names = [twm.start_trade_socket(first, "BNBBTC"), twm.start_trade_socket(second, "BNBBTC")]
    assert names == ["bnbbtc@trade", "bnbbtc@trade#2"]
    (line,) = server.wait_open(1)
    for number in range(20):
        line.send(trade(number))
    for got in (one, two):
        assert [got.get(timeout=5)["t"] for _ in range(20)] == list(range(20))
    twm.stop_socket(names[0])
    line.send(trade(20))
    assert two.get(timeout=5)["t"] == 20 and one.empty()


def test_a_coroutine_callback_is_run_as_a_task_and_what_it_raises_is_logged(server, twm, caplog):
    got, _ = inbox()

    async def handle(message):
        await asyncio.sleep(0)
        got.put(message["t"])
        raise KeyError("in the bot")

    twm.start_trade_socket(handle, "BNBBTC")
    (line,) = server.wait_open(1)
    line.send(trade(1))
    line.send(trade(2))
    assert [got.get(timeout=5), got.get(timeout=5)] == [1, 2]
    twm.stop()
    twm.join(5)
    assert "in the bot" in caplog.text


def test_a_raising_callback_costs_nothing_else(server, twm, caplog):
    got, _ = inbox()

    def handle(message):
        got.put(message["t"])
        raise KeyError("in the bot")

    twm.start_trade_socket(handle, "BNBBTC")
    (line,) = server.wait_open(1)
    for number in range(5):
        line.send(trade(number))
    assert [got.get(timeout=5) for _ in range(5)] == list(range(5))
    assert len(server.requests) == 1 and "in the bot" in caplog.text


def test_sockets_are_opened_and_stopped_inside_a_callback_and_so_is_the_manager(server):
    got, put = inbox()
    twm = ThreadedWebsocketManager()
    twm.start()
    twm._bsm.STREAM_URL = server.url

    def handle(message):
        put(twm.start_kline_socket(print, "BNBBTC"))
        twm.stop_socket("bnbbtc@trade")
        with pytest.raises(RuntimeError, match="inside a callback"):
            twm.join()
        twm.stop()

    server.greeting = lambda path: [trade(1), trade(2)] if "trade" in path else []
    twm.start_trade_socket(handle, "BNBBTC")
    assert got.get(timeout=5) == "bnbbtc@kline_1m"
    twm.join(5)
    assert not twm.is_alive() and got.empty()


def test_a_manager_that_does_not_run_refuses_sockets_in_one_sentence():
    twm = ThreadedWebsocketManager()
    with pytest.raises(RuntimeError, match=r"call start\(\) before"):
        twm.start_trade_socket(print, "BNBBTC")
    twm.start()
    with pytest.raises(TypeError, match="the callback must be a function"):
        twm.start_trade_socket("BNBBTC", print)
    with pytest.raises(ValueError, match="'BNB/BTC' is no symbol"):
        twm.start_trade_socket(print, "BNB/BTC")
    with pytest.raises(ValueError, match="needs a key"):
        twm.start_user_socket(print)
    twm.stop()
    twm.stop()
    twm.join(5)
    with pytest.raises(RuntimeError, match="was stopped; make a new one"):
        twm.start_trade_socket(print, "BNBBTC")


def test_an_error_is_handed_to_the_callback_and_restarting_in_it_leaves_one_line(server, twm):
    got, put = inbox()

    def handle(message):
        put(message.get("type") or message["t"])
        if message.get("e") == "error":
            twm.stop_socket("bnbbtc@trade")
            twm.start_trade_socket(handle, "BNBBTC")

    twm.start_trade_socket(handle, "BNBBTC")
    (line,) = server.wait_open(1)
    line.close(1000)
    assert got.get(timeout=5) == "BinanceWebsocketClosed"
    server.wait(lambda: len(server.requests) >= 2 and len(server.open_lines()) == 1)
    server.broadcast(trade(1))
    assert got.get(timeout=5) == 1
    assert len(server.open_lines()) == 1


def test_a_starter_stands_for_every_socket_with_the_same_parameters():
    left_out = {"callback", "category", "channel", "speed"}  # as in 1.x
    for name, method in vars(BinanceSocketManager).items():
        if not name.endswith("_socket") or name.startswith("_"):
            continue
        starter = inspect.signature(getattr(ThreadedWebsocketManager, f"start_{name}"))
        _, callback, *own = starter.parameters.values()
        assert callback.name == "callback"
        wanted = list(inspect.signature(method).parameters.values())[1:]
        assert [(p.name, p.default) for p in own] == [
            (p.name, p.default) for p in wanted if p.name not in left_out
        ]


def test_messages_written_by_hand_are_read_back():
    socket = ReconnectingWebsocket("ws://127.0.0.1:1/", "x")
    assert json.loads(socket.json_dumps({"a": 1})) == socket.json_loads('{"a": 1}')
    assert StreamServer is not None
