"""The 0.7 socket manager against a real WebSocket server on 127.0.0.1."""

import gzip
import json
import logging
import queue
import sys
import threading
import time

import pytest

from binance_legacy.engine.settings import Times, times, use_times
from binance_legacy.websockets import (
    BinanceClientFactory,
    BinanceClientProtocol,
    BinanceReconnectingClientFactory,
    BinanceSocketManager,
    connectWS,
)

from .engine.stream_server import StreamServer

SPEED = 20


class StandInClient:
    """All that the manager of 0.7 asked of a client before account sockets came."""

    testnet = False


class Inbox:
    """A callback that keeps what it is given."""

    def __init__(self):
        self.messages = queue.Queue()
        self.threads = set()

    def __call__(self, message):
        self.threads.add(threading.current_thread().name)
        self.messages.put(message)

    def next(self, timeout=5):
        return self.messages.get(timeout=timeout)

    def empty_for(self, seconds):
        try:
            return self.messages.get(timeout=seconds) and False
        except queue.Empty:
            return True


def trade(number):
    return {"e": "trade", "s": "BNBBTC", "t": number, "p": "1.0", "q": "1.0"}


@pytest.fixture(autouse=True)
def fast_times():
    before = times()
    use_times(Times().faster(SPEED))
    yield
    use_times(before)


@pytest.fixture
def server():
    server = StreamServer()
    yield server
    server.close()


@pytest.fixture
def bm(server):
    manager = make_manager(server)
    yield manager
    manager.close()
    if manager.is_alive():
        manager.join(5)


def make_manager(server, **options):
    manager = BinanceSocketManager(StandInClient(), **options)
    manager.STREAM_URL = server.url
    return manager


# -- opening ----------------------------------------------------------------------------------------------


def test_a_socket_opened_before_start_waits_for_it_and_then_gets_every_message(server, bm):
    inbox = Inbox()
    server.greeting = lambda path: [trade(1), trade(2), trade(3)]
    assert bm.start_trade_socket("BNBBTC", inbox) == "bnbbtc@trade"
    assert "bnbbtc@trade" in bm._conns
    bm.start()
    assert [inbox.next()["t"] for _ in range(3)] == [1, 2, 3]
    assert server.requests == ["/ws/bnbbtc@trade"]


def test_sockets_opened_after_start_from_any_thread_speak_at_once(server, bm):
    server.greeting = lambda path: [{"path": path}]
    bm.start()
    inboxes = [Inbox() for _ in range(20)]
    threads = [
        threading.Thread(target=bm.start_trade_socket, args=(f"S{i}BTC", inbox))
        for i, inbox in enumerate(inboxes)
    ]
    for thread in threads:
        thread.start()
    for i, inbox in enumerate(inboxes):
        assert inbox.next(2) == {"path": f"/ws/s{i}btc@trade"}
    for thread in threads:
        thread.join()


def test_a_socket_can_be_opened_and_stopped_inside_a_callback(server, bm):
    second = Inbox()
    done = Inbox()

    def first(message):
        done((bm.start_kline_socket("BNBBTC", second), bm.stop_socket("bnbbtc@trade")))

    server.greeting = lambda path: [trade(1), trade(2)] if "trade" in path else [{"k": 1}]
    bm.start_trade_socket("BNBBTC", first)
    bm.start()
    assert done.next() == ("bnbbtc@kline_1m", None)
    assert second.next() == {"k": 1}
    assert done.empty_for(0.1), "nothing after stop_socket, not even from the same read"
    assert list(bm._conns) == ["bnbbtc@kline_1m"]


@pytest.mark.parametrize(
    ("streams", "says"),
    [
        (["BNBBTC@trade"], "lower case"),
        (["bnbbtc@trade", "!Ticker@arr"], "streams of all symbols are !miniTicker@arr"),
        (["bnbbtc@foo"], "no stream of the kind 'foo'"),
        ([], "no streams"),
        (["bnbbtc@trade", "btcusdt@ticker_1h", "!miniTicker@arr", "!miniTicker@arr@77ms"], None),
    ],
)
def test_names_on_which_binance_stays_silent_are_said_in_the_log_and_opened_all_the_same(
    bm, caplog, streams, says
):
    with caplog.at_level(logging.WARNING, "binance_legacy"):
        assert bm.start_multiplex_socket(streams, print) == "streams=" + "/".join(streams)
    assert says in caplog.text if says else caplog.text == ""


def test_the_same_socket_twice_is_false_as_in_0_7(server, bm):
    assert bm.start_trade_socket("BNBBTC", print) == "bnbbtc@trade"
    assert bm.start_trade_socket("bnbbtc", print) is False
    bm.stop_socket("bnbbtc@trade")
    assert bm.start_trade_socket("BNBBTC", print) == "bnbbtc@trade"


@pytest.mark.parametrize(
    ("start", "path"),
    [
        (lambda bm: bm.start_depth_socket("BNBBTC", print), "/ws/bnbbtc@depth"),
        (lambda bm: bm.start_depth_socket("BNBBTC", print, depth="1"), "/ws/bnbbtc@depth"),
        (lambda bm: bm.start_depth_socket("BNBBTC", print, depth=bm.WEBSOCKET_DEPTH_5), "/ws/bnbbtc@depth5"),
        (lambda bm: bm.start_depth_socket("BNBBTC", print, None, 100), "/ws/bnbbtc@depth@100ms"),
        (lambda bm: bm.start_depth_socket("BNBBTC", print, "20", 100), "/ws/bnbbtc@depth20@100ms"),
        (lambda bm: bm.start_depth_socket("BNBBTC", print, interval=0), "/ws/bnbbtc@depth"),
        (lambda bm: bm.start_kline_socket("BNBBTC", print, interval="1M"), "/ws/bnbbtc@kline_1M"),
        (lambda bm: bm.start_trade_socket("BNBBTC", print), "/ws/bnbbtc@trade"),
        (lambda bm: bm.start_aggtrade_socket("BNBBTC", print), "/ws/bnbbtc@aggTrade"),
        (lambda bm: bm.start_symbol_ticker_socket("BNBBTC", print), "/ws/bnbbtc@ticker"),
        (lambda bm: bm.start_symbol_book_ticker_socket("BNBBTC", print), "/ws/bnbbtc@bookTicker"),
        (
            lambda bm: bm.start_multiplex_socket(["bnbbtc@aggTrade", "neobtc@ticker"], print),
            "/stream?streams=bnbbtc@aggTrade/neobtc@ticker",
        ),
        (lambda bm: bm.start_aggtrade_futures_socket("BTCUSDT", print), "/stream?streams=btcusdt@aggTrade"),
        (
            lambda bm: bm.start_symbol_mark_price_socket("BTCUSDT", print),
            "/stream?streams=btcusdt@markPrice@1s",
        ),
        (
            lambda bm: bm.start_symbol_mark_price_socket("BTCUSDT", print, False),
            "/stream?streams=btcusdt@markPrice",
        ),
        (lambda bm: bm.start_all_mark_price_socket(print), "/stream?streams=!markPrice@arr@1s"),
        (
            lambda bm: bm.start_symbol_ticker_futures_socket("BTCUSDT", print),
            "/stream?streams=btcusdt@bookTicker",
        ),
        (
            lambda bm: bm.start_individual_symbol_ticker_futures_socket("BTCUSDT", print),
            "/stream?streams=btcusdt@ticker",
        ),
        (lambda bm: bm.start_all_ticker_futures_socket(print), "/stream?streams=!bookTicker"),
    ],
)
def test_each_starter_asks_for_the_recorded_path_and_returns_the_stream_as_its_key(server, bm, start, path):
    bm.FSTREAM_URL = server.url
    key = start(bm)
    bm.start()
    server.wait_open(1)
    assert server.requests == [path]
    assert path.endswith(key) and list(bm._conns) == [key]


def test_futures_streams_of_the_live_host_are_asked_for_at_the_door_that_pushes_them(bm):
    """A market name at the wrong door is acknowledged and stays silent since 2026-04-23."""
    key = bm.start_aggtrade_futures_socket("BTCUSDT", print)
    assert bm._conns[key].factory.url == "wss://fstream.binance.com/market/stream?streams=btcusdt@aggTrade"
    key = bm.start_symbol_ticker_futures_socket("BTCUSDT", print)
    assert bm._conns[key].factory.url == "wss://fstream.binance.com/public/stream?streams=btcusdt@bookTicker"


# -- bad input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "kind", "says"),
    [
        (lambda bm: bm.start_trade_socket("BNBBTC", None), TypeError, "callback must be a function"),
        (lambda bm: bm.start_trade_socket(print, "BNBBTC"), TypeError, r"\(symbol, callback\)"),
        (lambda bm: bm.start_trade_socket("BNB/BTC", print), ValueError, "'BNB/BTC' is no symbol"),
        (lambda bm: bm.start_trade_socket("", print), ValueError, "is no symbol"),
        (
            lambda bm: bm.start_kline_socket("BNBBTC", print, "7m"),
            ValueError,
            "'7m' is not offered; use one of 1s, 1m",
        ),
        (lambda bm: bm.start_depth_socket("BNBBTC", print, "7"), ValueError, "depth '7' is not offered"),
        (
            lambda bm: bm.start_depth_socket("BNBBTC", print, None, 250),
            ValueError,
            "Allowed values are \\[0, 100\\]",
        ),
        (
            lambda bm: bm.start_multiplex_socket("bnbbtc@trade", print),
            TypeError,
            "must be a list of stream names",
        ),
        (lambda bm: bm.start_miniticker_socket(print, "fast"), ValueError, "update_time is 'fast'"),
        (lambda bm: bm.start_options_kline_socket("X", print, "7m"), ValueError, "'7m' is not offered"),
        (lambda bm: bm.start_options_depth_socket("X", None), TypeError, "callback must be a function"),
    ],
)
def test_bad_input_gets_one_sentence_and_nothing_half_started(bm, start, kind, says):
    with pytest.raises(kind, match=says):
        start(bm)
    assert bm._conns == {}


# -- messages ----------------------------------------------------------------------------------------------


def test_a_raising_callback_is_logged_once_per_place_then_counted_and_costs_nothing_else(server, bm, caplog):
    seen = Inbox()

    def raises(message):
        seen(message)
        raise KeyError("in the bot")

    server.greeting = lambda path: [trade(n) for n in range(1, 101)]
    bm.start_trade_socket("BNBBTC", raises)
    with caplog.at_level(logging.ERROR, "binance_legacy"):
        bm.start()
        assert [seen.next()["t"] for _ in range(100)] == list(range(1, 101))
        wait_for(lambda: bm.status()["bnbbtc@trade"]["raised"] == 100)
    assert len(server.requests) == 1, "the connection stays"
    records = [r for r in caplog.records if "raised" in r.message]
    assert [bool(r.exc_info) for r in records] == [True, False, False], "a traceback, then 10 and 100 times"
    assert "in the bot" in caplog.text


def test_sys_exit_in_a_callback_ends_nothing_and_the_log_says_what_would(server, bm, caplog):
    server.greeting = lambda path: [trade(1)]
    bm.start_trade_socket("BNBBTC", lambda message: sys.exit(3))
    with caplog.at_level(logging.ERROR, "binance_legacy"):
        bm.start()
        wait_for(lambda: bm.status()["bnbbtc@trade"]["raised"] == 1)
    assert "bnbbtc@trade: sys.exit() in a callback ends nothing" in caplog.text
    assert "bm.close()" in caplog.text and bm.is_alive()


def test_messages_that_are_no_json_are_logged_by_stream_and_dropped(server, bm, caplog):
    inbox = Inbox()
    server.greeting = lambda path: [b"{not json", b"", trade(1)]
    bm.start_trade_socket("BNBBTC", inbox)
    with caplog.at_level(logging.WARNING, "binance_legacy"):
        bm.start()
        assert inbox.next()["t"] == 1
    assert caplog.text.count("bnbbtc@trade: unreadable") == 2


def test_binary_frames_are_gunzipped_as_in_0_7(server, bm):
    inbox = Inbox()
    bm.start_trade_socket("BNBBTC", inbox)
    bm.start()
    (line,) = server.wait_open(1)
    line.send_frame(2, gzip.compress(json.dumps(trade(1)).encode()))
    line.send_frame(2, json.dumps(trade(2)).encode())
    assert [inbox.next()["t"], inbox.next()["t"]] == [1, 2]


def test_fragmented_and_large_messages_arrive_whole(server, bm):
    inbox = Inbox()
    bm.start_trade_socket("BNBBTC", inbox)
    bm.start()
    (line,) = server.wait_open(1)
    line.send_frame(1, b'{"t": ', fin=False)
    line.send_frame(9, b"ping between")
    line.send_frame(0, b"1}")
    large = {"data": ["x" * 1000] * 2000}
    line.send(large)
    assert inbox.next() == {"t": 1}
    assert inbox.next() == large
    server.wait(lambda: (10, b"ping between") in line.frames)


def test_all_callbacks_run_in_one_thread_one_at_a_time(server, bm):
    inbox = Inbox()
    running = []
    overlaps = []

    def slow(message):
        running.append(1)
        overlaps.append(len(running))
        time.sleep(0.005)
        running.pop()
        inbox(message)

    server.greeting = lambda path: [trade(n) for n in range(5)]
    for symbol in ("ABTC", "BBTC", "CBTC"):
        bm.start_trade_socket(symbol, slow)
    bm.start()
    for _ in range(15):
        inbox.next()
    assert inbox.threads == {"binance_legacy.reactor"} and set(overlaps) == {1}


def test_holes_and_repeats_are_told_to_who_asks_and_not_to_the_callback(server):
    notices, inbox = Inbox(), Inbox()
    bm = make_manager(server, on_notice=notices)
    server.greeting = lambda path: [trade(1), trade(2), trade(6), trade(6), trade(7)]
    bm.start_trade_socket("BNBBTC", inbox)
    bm.start()
    assert [inbox.next()["t"] for _ in range(5)] == [1, 2, 6, 6, 7]
    hole, repeat = notices.next(), notices.next()
    assert (hole["type"], hole["socket"], hole["after"], hole["missing"]) == ("hole", "bnbbtc@trade", 2, 3)
    assert (repeat["type"], repeat["number"]) == ("repeat", 6)
    status = bm.status()["bnbbtc@trade"]
    assert (status["state"], status["messages"], status["missing"], status["repeated"]) == (
        "connected",
        5,
        3,
        1,
    )
    bm.close()


def test_a_server_that_shuts_down_is_left_at_once_and_the_callback_never_hears_of_it(server, bm):
    inbox = Inbox()
    bm.start_multiplex_socket(["bnbbtc@trade"], inbox)
    bm.start()
    (line,) = server.wait_open(1)
    line.send({"stream": "!serverShutdown", "data": {"e": "serverShutdown", "E": 1}})
    server.wait(lambda: len(server.requests) == 2)
    server.wait_open(1)[0].send({"stream": "bnbbtc@trade", "data": trade(1)})
    assert inbox.next()["data"]["t"] == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"e": "trade"},
        {"e": "trade", "t": "a text"},
        {"e": "depthUpdate", "U": 1},
        {"e": "depthUpdate", "U": None, "u": 2},
        {"stream": "x", "data": None},
        {"stream": "x"},
        {"stream": "x", "data": [1]},
        [],
        7,
        None,
    ],
)
def test_a_message_of_an_unknown_shape_is_delivered_and_costs_nothing(server, bm, odd):
    inbox = Inbox()
    server.greeting = lambda path: [trade(1), odd, odd, trade(2)]
    bm.start_trade_socket("BNBBTC", inbox)
    bm.start()
    assert [inbox.next() for _ in range(4)] == [trade(1), odd, odd, trade(2)]
    assert len(server.requests) == 1


def test_who_stops_a_socket_when_told_of_a_hole_gets_nothing_more(server):
    inbox, told = Inbox(), Inbox()

    def on_notice(notice):
        bm.stop_socket("bnbbtc@trade")
        told(notice["type"])

    bm = make_manager(server, on_notice=on_notice)
    server.greeting = lambda path: [trade(1), trade(5), trade(6)]
    bm.start_trade_socket("BNBBTC", inbox)
    bm.start()
    assert told.next() == "hole"
    assert inbox.next()["t"] == 1 and inbox.empty_for(0.05)
    bm.close()


def test_a_slow_callback_elsewhere_does_not_make_a_healthy_line_look_dead(server, bm):
    """The answer to a ping may wait unread behind it for longer than the patience with a dead line."""
    pinged = threading.Event()

    class Quiet(StreamServer):
        def _changed(self):
            super()._changed()
            if any(
                opcode == 9
                for line in self.lines
                if line.path == "/ws/bbtc@trade"
                for opcode, _ in line.frames
            ):
                pinged.set()

    quiet = Quiet()
    slow = Inbox()

    def blocks(message):
        pinged.wait(5)
        time.sleep(times().ping_wait * 1.2)
        slow(message)

    bm.start_trade_socket("ABTC", blocks)
    bm.start()
    (line,) = server.wait_open(1)
    bm.STREAM_URL = quiet.url
    bm.start_trade_socket("BBTC", Inbox())
    quiet.wait_open(1)
    assert pinged.wait(5)
    line.send(trade(1))
    slow.next()
    flush_reactor()
    time.sleep(times().ping_wait)
    assert len(quiet.requests) == 1
    bm.close()
    quiet.close()


# -- losing the line ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["close 1000", "close 1001", "fin", "reset"])
def test_a_lost_line_is_made_again_and_the_callback_hears_nothing_of_it(server, bm, end):
    inbox = Inbox()
    bm.start_trade_socket("BNBBTC", inbox)
    bm.start()
    (line,) = server.wait_open(1)
    line.send(trade(1))
    assert inbox.next()["t"] == 1
    {"fin": line.drop, "reset": line.abort}.get(end, lambda: line.close(int(end[-4:])))()
    server.wait(lambda: any(other is not line for other in server.open_lines()))
    next(other for other in server.open_lines() if other is not line).send(trade(2))
    assert inbox.next()["t"] == 2
    assert bm.status()["bnbbtc@trade"]["losses"] == 1


def test_at_max_retries_the_callback_is_told_exactly_once_and_the_socket_recovers(server, bm):
    inbox = Inbox()
    bm.start_trade_socket("BNBBTC", inbox)
    bm.start()
    server.wait_open(1)
    server.status = 451
    server.lines[0].abort()
    told = inbox.next(10)
    assert told == {
        "e": "error",
        "type": "BinanceWebsocketUnableToConnect",
        "m": "Max reconnect retries reached",
        "status": 451,
        "reason": told["reason"],
    }
    assert "451" in told["reason"]
    server.wait(lambda: len(server.requests) >= 12), "it goes on trying"
    assert inbox.messages.empty()
    server.status = 101
    server.wait_open(1)
    server.broadcast(trade(1))
    assert inbox.next()["t"] == 1


def test_a_server_that_is_not_there_yet_is_reached_when_it_comes(server, bm):
    inbox = Inbox()
    server.stop_listening()
    server.greeting = lambda path: [trade(1)]
    bm.start_trade_socket("BNBBTC", inbox)
    bm.start()
    wait_for(lambda: bm.status()["bnbbtc@trade"]["losses"] >= 2)
    server.listen()
    assert inbox.next()["t"] == 1


def test_a_line_that_falls_silent_is_found_dead_and_made_again(server, bm):
    """The server answers no ping: a half-open line, which 0.7 never noticed."""
    bm.start_trade_socket("BNBBTC", Inbox())
    server.answers_pings = False
    bm.start()
    server.wait(lambda: len(server.requests) >= 2, timeout=60 / SPEED)


def test_a_quiet_line_that_answers_pings_is_kept(server, bm):
    bm.start_trade_socket("BNBBTC", Inbox())
    bm.start()
    (line,) = server.wait_open(1)
    server.wait(lambda: sum(opcode == 9 for opcode, _ in line.frames) >= 3, timeout=120 / SPEED)
    assert len(server.requests) == 1


def test_a_server_that_never_finishes_the_handshake_is_left(server, bm):
    server.no_handshake = True
    bm.start_trade_socket("BNBBTC", Inbox())
    bm.start()
    server.wait(lambda: len(server.requests) >= 2, timeout=30 / SPEED + 1)
    server.no_handshake = False
    server.wait_open(1)


def test_a_socket_stopped_while_its_line_is_down_stays_stopped(server, bm):
    bm.start_trade_socket("BNBBTC", Inbox())
    bm.start()
    server.wait_open(1)
    server.status = 503
    server.lines[0].abort()
    server.wait(lambda: len(server.requests) >= 2)
    bm.stop_socket("bnbbtc@trade")
    flush_reactor()
    count = len(server.requests)
    server.status = 101
    bm.start_kline_socket("BNBBTC", Inbox())
    server.wait_open(1)
    assert len(server.requests) <= count + 2 and server.open_lines()[0].path == "/ws/bnbbtc@kline_1m"


def test_stop_socket_closes_the_line_politely(server, bm):
    inbox = Inbox()
    server.greeting = lambda path: [trade(1)]
    key = bm.start_trade_socket("BNBBTC", inbox)
    bm.start()
    (line,) = server.wait_open(1)
    assert inbox.next()
    assert bm.stop_socket(key) is None
    assert bm.stop_socket("unknown") is None
    server.wait(lambda: not line.open)
    assert line.frames[-1] == (8, b"\x03\xe8"), "a close frame with code 1000"
    assert bm._conns == {}


# -- what scripts touch ------------------------------------------------------------------------------------


def test_a_connection_is_dropped_for_good_as_0_7_scripts_do_it_by_hand(server, bm):
    """``conn.factory = another; conn.disconnect()`` was how 0.7's stop_socket kept a line from coming back."""
    from autobahn.twisted.websocket import WebSocketClientFactory

    key = bm.start_trade_socket("BNBBTC", Inbox())
    bm.start()
    server.wait_open(1)
    bm._conns[key].factory = WebSocketClientFactory(bm.STREAM_URL + "tmp_path")
    bm._conns[key].disconnect()
    server.wait(lambda: not server.open_lines())
    flush_reactor()
    assert len(server.requests) == 1


def test_disconnect_alone_drops_the_line_and_it_comes_back(server, bm):
    key = bm.start_trade_socket("BNBBTC", Inbox())
    bm.start()
    server.wait_open(1)
    assert bm._conns[key].state == "connected"
    bm._conns[key].disconnect()
    server.wait(lambda: len(server.requests) == 2)


class HandMade(BinanceSocketManager):
    """Overrides `_start_socket` as real scripts of 2019 do."""

    def __init__(self, client, url):
        self.lock = threading.Lock()
        self.client = "mine"
        super().__init__(client)
        self.symbol, self.callback, self.last_message = "x", "y", "z"
        self.STREAM_URL = url

    def _start_socket(self, path, callback, prefix="ws/"):
        if path in self._conns:
            return False
        factory = BinanceClientFactory(self.STREAM_URL + prefix + path)
        factory.protocol = BinanceClientProtocol
        factory.callback = callback
        factory.reconnect = True
        factory.setProtocolOptions(autoPingInterval=30, autoPingTimeout=5)
        self._conns[path] = connectWS(factory, None)
        return path


def test_a_subclass_that_calls_connectws_itself_off_thread_streams_reconnects_and_stops(server):
    inbox = Inbox()
    bm = HandMade(StandInClient(), server.url)
    bm.start()
    wait_for(bm.is_alive)
    time.sleep(0.1)  # the reactor is idle now, which is what the test is about
    key = bm.start_trade_socket("BNBBTC", inbox)
    server.wait_open(1, timeout=2)[0].send(trade(1))
    assert inbox.next()["t"] == 1
    server.lines[0].abort()
    server.wait(lambda: len(server.requests) == 2)
    server.wait_open(1)[-1].send(trade(2))
    assert inbox.next()["t"] == 2
    bm.stop_socket(key)
    server.wait(lambda: not server.open_lines())
    bm.close()
    bm.join(5)
    assert not bm.is_alive() and len(server.requests) == 2
    assert (bm.client, bm.symbol, bm.callback, bm.last_message) == ("mine", "x", "y", "z")


def test_a_subclassed_protocol_may_handle_its_messages_itself(server, bm):
    raw = Inbox()

    class Mine(BinanceClientProtocol):
        def onMessage(self, payload, isBinary):
            raw((payload, isBinary))
            super().onMessage(payload, isBinary)

    factory = BinanceClientFactory(server.url + "ws/x@trade")
    factory.protocol = Mine
    inbox = factory.callback = Inbox()
    server.greeting = lambda path: [trade(1)]
    bm.start()
    bm._conns["x@trade"] = connectWS(factory)
    assert raw.next()[1] is False
    assert inbox.next() == trade(1)


def test_a_protocol_that_overrides_its_hooks_without_super_is_watched_and_closed_like_any_other(server, bm):
    opened, closed = Inbox(), Inbox()

    class Mine(BinanceClientProtocol):
        def onConnect(self, response):
            opened("connect")

        def onOpen(self):
            opened("open")

        def onClose(self, wasClean, code, reason):
            closed(code)

    factory = BinanceClientFactory(server.url + "ws/x@trade")
    factory.protocol = Mine
    inbox = factory.callback = Inbox()
    server.greeting = lambda path: [trade(1)]
    bm.start()
    bm._conns["x@trade"] = connectWS(factory)
    assert [opened.next(), opened.next()] == ["connect", "open"] and inbox.next() == trade(1)
    (line,) = server.lines
    server.wait(lambda: any(opcode == 9 for opcode, _ in line.frames), timeout=60 / SPEED)
    bm.stop_socket("x@trade")
    assert closed.next() == 1000 and factory.line is None


def test_the_protocol_serves_a_factory_that_a_script_put_together_itself(server, bm):
    from autobahn.twisted.websocket import WebSocketClientFactory

    class Mine(WebSocketClientFactory, BinanceReconnectingClientFactory):
        protocol = BinanceClientProtocol
        initialDelay = 0.01

        def clientConnectionLost(self, connector, reason):
            self.retry(connector)

    factory = Mine(server.url + "ws/x@trade")
    inbox = factory.callback = Inbox()
    server.greeting = lambda path: [trade(1), b"{no json", trade(2)]
    bm.start()
    bm._conns["x@trade"] = connectWS(factory)
    assert [inbox.next()["t"], inbox.next()["t"]] == [1, 2]
    server.lines[0].abort()
    assert inbox.next()["t"] == 1
    bm.stop_socket("x@trade")


def test_a_protocol_whose_on_message_raises_keeps_its_line(server, bm):
    seen = Inbox()

    class Mine(BinanceClientProtocol):
        def onMessage(self, payload, isBinary):
            seen(payload)
            raise ValueError("in the bot")

    factory = BinanceClientFactory(server.url + "ws/x@trade")
    factory.protocol = Mine
    server.greeting = lambda path: [trade(1), trade(2)]
    bm.start()
    bm._conns["x@trade"] = connectWS(factory)
    assert seen.next() and seen.next() and len(server.requests) == 1


def test_a_subclass_s_start_runs_only_when_it_is_called(server):
    calls = []

    class Mine(BinanceSocketManager):
        def start(self):
            calls.append(1)
            self.start_kline_socket("BNBBTC", Inbox())
            super().start()

    bm = Mine(StandInClient())
    bm.STREAM_URL = server.url
    bm.start()
    bm.start_trade_socket("BNBBTC", Inbox())
    server.wait_open(2)
    assert calls == [1]
    bm.close()
    bm.join(5)


def test_starting_and_closing_from_several_threads_at_once_ends_in_order(server):
    bm = make_manager(server)
    errors = []

    def cycle():
        try:
            for _ in range(100):
                bm.start()
                bm.close()
                bm.join(5)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            errors.append(error)

    threads = [threading.Thread(target=cycle) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    inbox = Inbox()
    server.greeting = lambda path: [trade(1)]
    bm.start_trade_socket("BNBBTC", inbox)
    assert inbox.next()
    bm.close()
    bm.join(5)


def test_the_stream_address_follows_the_client_s_domain_unless_set_by_hand(monkeypatch):
    client = type("Client", (), {"testnet": False, "tld": "us"})()
    bm = BinanceSocketManager(client)
    key = bm.start_trade_socket("BNBBTC", print)
    assert bm._conns[key].factory.url == "wss://stream.binance.us:9443/ws/bnbbtc@trade"
    monkeypatch.setattr(BinanceSocketManager, "STREAM_URL", "ws://127.0.0.1:1/")
    key = bm.start_kline_socket("BNBBTC", print)
    assert bm._conns[key].factory.url == "ws://127.0.0.1:1/ws/bnbbtc@kline_1m"
    bm.close()


def test_back_off_is_tuned_where_0_7_tuned_it(monkeypatch):
    monkeypatch.setattr(BinanceReconnectingClientFactory, "maxRetries", 9)
    monkeypatch.setattr(BinanceReconnectingClientFactory, "initialDelay", 0.5)
    factory = BinanceClientFactory("ws://127.0.0.1:1/ws/x")
    assert (factory.maxRetries, factory.delay, factory.maxDelay) == (9, 0.5, 10)


# -- the thread --------------------------------------------------------------------------------------------


def test_start_twice_is_harmless(server, bm):
    inbox = Inbox()
    server.greeting = lambda path: [trade(1)]
    bm.start()
    bm.start()
    bm.start_trade_socket("BNBBTC", inbox)
    bm.start()
    assert inbox.next() and inbox.empty_for(0.05)
    assert len(server.requests) == 1


def test_close_ends_the_manager_and_start_makes_it_live_again_with_its_name_and_daemon_flag(server):
    bm = make_manager(server)
    bm.name, bm.daemon = "my manager", True
    server.greeting = lambda path: [trade(1)]
    for _ in range(5):
        inbox = Inbox()
        bm.start_trade_socket("BNBBTC", inbox)
        bm.start()
        assert inbox.next()["t"] == 1
        assert bm.is_alive() and bm.daemon and bm.name == "my manager"
        bm.close()
        bm.join(5)
        assert not bm.is_alive() and bm._conns == {}


def test_a_socket_after_close_revives_a_manager_that_was_started(server, bm):
    inbox = Inbox()
    server.greeting = lambda path: [trade(1)]
    bm.start()
    bm.close()
    bm.join(5)
    assert bm.start_trade_socket("BNBBTC", inbox)
    assert inbox.next()["t"] == 1
    assert bm.is_alive()


def test_closing_inside_a_callback_lets_it_finish_and_open_anew(server, bm):
    """The recipe of old bots: on an error, close, do something slow, open again."""
    second = Inbox()
    slow_work_done = threading.Event()

    def first(message):
        bm.close()
        time.sleep(0.2)  # stands for a blocking order
        slow_work_done.set()
        bm.start_kline_socket("BNBBTC", second)

    server.greeting = lambda path: [trade(1)] if "trade" in path else [{"k": 1}]
    bm.start_trade_socket("BNBBTC", first)
    bm.start()
    assert second.next() == {"k": 1}
    assert slow_work_done.is_set() and bm.is_alive()


def test_reactor_stop_ends_every_manager_and_a_new_one_works_five_times_over(server):
    from twisted.internet import reactor

    server.greeting = lambda path: [trade(1)]
    for _ in range(5):
        inbox, other = Inbox(), Inbox()
        bm, bm2 = make_manager(server), make_manager(server)
        bm.start_trade_socket("BNBBTC", inbox)
        bm2.start_kline_socket("BNBBTC", other)
        bm.start()
        bm2.start()
        assert inbox.next()["t"] == 1 and other.next()["t"] == 1
        began = time.monotonic()
        reactor.stop()
        bm.join(5)
        bm2.join(5)
        assert time.monotonic() - began < 1
        assert not bm.is_alive() and not bm2.is_alive()
        server.wait(lambda: not server.open_lines())
    reactor.stop()  # again is harmless


def test_stopping_the_reactor_inside_a_callback_works(server):
    from twisted.internet import reactor

    bm = make_manager(server)
    server.greeting = lambda path: [trade(1)]
    bm.start_trade_socket("BNBBTC", lambda message: reactor.stop())
    bm.start()
    bm.join(5)
    assert not bm.is_alive()


def test_sockets_of_a_new_manager_wait_for_its_start_after_the_reactor_was_stopped(server):
    from twisted.internet import reactor

    bm = make_manager(server)
    bm.start()
    reactor.stop()
    bm.join(5)
    inbox = Inbox()
    server.greeting = lambda path: [trade(1)]
    later = make_manager(server)
    later.start_trade_socket("BNBBTC", inbox)
    assert inbox.empty_for(0.2) and server.requests == []
    later.start()
    assert inbox.next()["t"] == 1
    later.close()


def test_join_inside_a_callback_is_refused_with_a_sentence(server, bm):
    refused = Inbox()

    def callback(message):
        with pytest.raises(RuntimeError, match="wait for itself"):
            bm.join()
        refused(True)

    server.greeting = lambda path: [trade(1)]
    bm.start_trade_socket("BNBBTC", callback)
    bm.start()
    assert refused.next()


def test_a_subclass_whose_run_calls_super_works(server):
    ran = Inbox()

    class Mine(BinanceSocketManager):
        def run(self):
            ran("before")
            super().run()
            ran("after")

    inbox = Inbox()
    bm = Mine(StandInClient())
    bm.STREAM_URL = server.url
    server.greeting = lambda path: [trade(1)]
    bm.start_trade_socket("BNBBTC", inbox)
    bm.start()
    assert inbox.next()["t"] == 1
    bm.close()
    bm.join(5)
    assert [ran.next(), ran.next()] == ["before", "after"]


def test_two_managers_stream_side_by_side(server):
    server.greeting = lambda path: [{"path": path}]
    first, second = make_manager(server), make_manager(server)
    one, two = Inbox(), Inbox()
    first.start_trade_socket("BNBBTC", one)
    second.start_trade_socket("BNBBTC", two)
    first.start()
    second.start()
    assert one.next() == two.next()
    first.close()
    first.join(5)
    server.wait(lambda: len(server.open_lines()) == 1)
    server.broadcast({"still": "here"})
    assert two.next() == {"still": "here"}
    second.close()
    second.join(5)


def wait_for(condition, timeout=10):
    """For state that has no event of its own to wait for."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.01)


def flush_reactor():
    """Until the reactor has done what it was asked to do so far."""
    from binance_legacy.engine.reactor import engine

    done = threading.Event()
    engine.soon(done.set)
    assert done.wait(5)
