"""The 26 faults of python-binance that its users reported most, each with the proof that it is not ours.

Three faces have sockets: the manager of 0.7 that calls back (`Callbacks`), the one of 1.x that is awaited
(`Awaited`), and the one of 1.x that is a thread (`Threaded`). They talk to the exchange in a box, or to a server on
127.0.0.1 where it has to misbehave in a way the box does not. What takes long is proved with the engine's times made
shorter, and at true scale by the tests marked ``soak``.
"""

import ast
import asyncio
import contextlib
import itertools
import json
import logging
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from binance_legacy import reconnecting_websocket, streams, websockets
from binance_legacy.async_client import AsyncClient
from binance_legacy.client import Client
from binance_legacy.depthcache import DepthCacheManager, ThreadedDepthCacheManager
from binance_legacy.engine.settings import Times, times, use_times
from binance_legacy.exceptions import RetiredEndpoint
from binance_legacy.exchange import Exchange
from binance_legacy.threaded_stream import ThreadedWebsocketManager
from binance_legacy.wire import venues

from .engine.api_server import ApiServer
from .engine.stream_server import StreamServer
from .interpreters import environment
from .rest_server import rest  # noqa: F401 - a fixture

HERE = Path(__file__).parent
SPEED = 20

# What a test below proves stands here by its name alone, what is proved elsewhere by its file and name.
PROOFS = {
    1: [
        "test_an_old_user_socket_hears_of_orders_although_listen_keys_are_gone",
        "test_stopping_a_user_socket_ends_its_subscription",
    ],
    2: [
        "test_a_user_socket_subscribes_once_on_every_new_line",
        "test_orders_are_heard_of_after_the_exchange_has_closed_the_line",
        "test_user_sockets.py::test_every_order_event_is_told_exactly_once_in_order_over_random_closes",
    ],
    3: [
        "test_after_a_minute_s_outage_trades_resume_and_one_message_told_of_it",
        "test_at_true_scale_a_minute_s_outage_is_told_once_and_ends_by_itself",
    ],
    4: ["test_an_outage_beyond_the_retries_costs_neither_calls_nor_time_nor_the_loop"],
    5: [
        "test_a_line_that_falls_silent_is_found_and_made_again",
        "test_at_true_scale_a_frozen_line_is_made_again_within_45_seconds",
    ],
    6: ["test_a_socket_opened_late_from_any_thread_speaks_at_once_twenty_times_of_twenty"],
    7: [
        "test_a_manager_after_a_closed_one_streams_five_times_over",
        "test_every_face_streams_after_reactor_stop",
        "test_websockets.py::test_reactor_stop_ends_every_manager_and_a_new_one_works_five_times_over",
    ],
    8: [
        "test_a_program_with_a_threaded_manager_ends_when_it_stops_it_and_stays_while_it_joins",
        "test_lifetime.py::test_after_close_or_reactor_stop_the_process_ends_in_under_two_seconds",
        "test_lifetime.py::test_ctrl_c_ends_the_program_within_two_seconds_as_interrupted",
        "test_lifetime.py::test_a_script_that_ends_after_start_lives_on",
    ],
    9: [
        "test_stopping_and_joining_takes_no_time_whatever_the_sockets_are_at",
        "test_account_sockets_have_names_of_their_own_and_stopping_one_leaves_the_other",
    ],
    10: [
        "test_documentation_of_every_era.py::test_each_import_line_of_every_era_runs",
        "test_documentation_of_every_era.py::test_a_class_is_one_class_wherever_an_era_had_it",
    ],
    11: [
        "test_a_reader_that_sleeps_is_told_of_the_overflow_and_reads_on",
        "test_a_callback_that_sleeps_loses_nothing_unsaid",
    ],
    12: ["test_a_callback_that_raises_on_every_message_gets_them_all_over_one_line"],
    13: ["test_a_callback_that_takes_long_delays_no_other_socket_and_no_pong"],
    14: [
        "test_a_threaded_manager_and_ws_calls_work_where_a_loop_runs_already",
        "test_two_managers_and_ws_calls_work_side_by_side_in_a_plain_thread",
    ],
    15: ["test_a_refused_first_connection_is_told_and_recovers"],
    16: [
        "test_an_old_account_socket_is_kept_alive_after_a_failed_keep_alive",
        "test_streams.py::test_a_futures_account_s_key_is_kept_alive_through_errors_and_a_new_one_moves_the_socket",
    ],
    17: [
        "test_depthcache.py::test_a_kept_book_is_the_exchange_s_after_holes_repeats_and_cuts",
        "test_depthcache.py::test_an_awaited_book_is_kept_through_a_hole_and_is_never_crossed",
        "test_a_book_whose_new_snapshot_is_refused_is_whole_again_when_it_is_given",
        "test_a_book_is_the_exchange_s_after_a_cut_although_nothing_changes_any_more",
        "test_depthcache.py::test_a_recorded_book_agrees_with_the_recorded_best_prices_at_every_comparable_update",
    ],
    18: [
        "test_however_the_exchange_ends_a_line_trades_go_on_within_a_second_and_come_once",
        "test_a_line_that_is_to_shut_down_is_replaced_without_a_hole",
    ],
    19: [
        "test_ws_requests.py::test_after_the_exchange_has_cut_every_line_the_next_request_is_answered",
        "engine/test_requests.py::test_what_is_on_its_way_when_the_line_drops_fails_at_once",
        "engine/test_requests.py::test_a_frame_that_answers_nothing_is_logged_and_the_line_goes_on",
    ],
    20: [
        "test_each_starter_of_0_7_goes_to_today_s_address",
        "test_every_starter_of_0_7_is_in_the_table",
        "test_the_top_level_domain_is_followed_by_every_face",
        "test_the_test_network_is_another_address",
        "test_rows_margined_otherwise_are_left_out_of_the_streams_of_all_contracts",
        "test_streams.py::test_each_socket_goes_to_today_s_address_of_its_stream",
        "test_streams.py::test_every_market_socket_s_address_is_looked_at",
    ],
    21: ["test_two_readers_of_one_stream_each_have_every_message"],
    22: [
        "test_restarting_in_the_error_callback_leaves_one_line",
        "test_restarting_in_the_error_callback_is_no_storm_of_connections",
    ],
    23: [
        "engine/test_tls.py::test_no_bad_certificate_is_accepted",
        "engine/test_tls.py::test_a_good_certificate_connects_and_the_server_is_told_its_name",
    ],
    24: [
        "test_client.py::test_a_clock_that_is_off_is_set_again_once_and_the_call_sent_again_once",
        "test_async_client.py::test_a_clock_that_is_off_is_set_once_and_the_call_made_again",
        "test_ws_requests.py::test_a_clock_that_is_off_is_set_again_once_and_the_request_made_again",
        "test_a_user_socket_is_opened_although_the_clock_is_off",
    ],
    25: ["test_streams_come_and_go_on_an_open_socket_without_another_connection"],
    26: ["../.ci/run::install"],
}


def test_all_26_pains_have_a_proof():
    assert sorted(PROOFS) == list(range(1, 27)) and all(PROOFS.values())


@pytest.mark.parametrize(
    ("pain", "proof"), [(pain, proof) for pain, proofs in PROOFS.items() for proof in proofs]
)
def test_each_proof_exists_and_those_here_name_their_pain(pain, proof):
    file, _, name = proof.rpartition("::")
    path = (HERE / file) if file else Path(__file__)
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        assert f"{name}()" in text and "pip install" in text
        return
    tests = {node.name: node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
    assert name in tests
    if not file:
        assert (ast.get_docstring(tests[name]) or "").startswith(f"Pain {pain}: ")


# -- what the tests stand on -------------------------------------------------------------------------------


class Inbox:
    """A callback that keeps what it is given, and can be waited on."""

    def __init__(self):
        self.messages = []
        self._came = threading.Condition()

    def __call__(self, message):
        with self._came:
            self.messages.append(message)
            self._came.notify_all()

    def wait(self, wanted, timeout=10.0):
        """All messages, once `wanted` holds of them."""
        with self._came:
            assert self._came.wait_for(lambda: wanted(self.messages), timeout), self.messages[-5:]
            return list(self.messages)

    def first(self, wanted, timeout=10.0):
        """The first message of which `wanted` holds."""
        return next(filter(wanted, self.wait(lambda messages: any(map(wanted, messages)), timeout)))

    @property
    def errors(self):
        return [message for message in self.messages if is_error(message)]

    @property
    def numbers(self):
        """Of the trades."""
        return [message["t"] for message in self.messages if "t" in message]


def is_error(message):
    return isinstance(message, dict) and message.get("e") == "error"


def is_trade(message):
    return isinstance(message, dict) and "t" in message


def is_report(message):
    return isinstance(message, dict) and message.get("e") == "executionReport"


def trade(number):
    return {"e": "trade", "s": "BNBBTC", "t": number, "p": "1.0", "q": "1.0"}


def wait_for(condition, timeout=10.0):
    """For state that has no event of its own to wait for."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.005)


class Face:
    """One manager, asked the same way whatever its kind."""

    closed = False

    def open(self, socket, callback, *arguments):
        """Open a socket, ``trade`` and so on; its name."""
        raise NotImplementedError

    def trade(self, symbol, callback):
        return self.open("trade", callback, symbol)

    def user(self, callback):
        return self.open("user", callback)

    def margin(self, callback):
        return self.open("margin", callback)

    def status(self, name):
        return self.manager.status()[name]

    def stop(self, name):
        self.manager.stop_socket(name)

    def close(self):
        """End it. Twice is harmless."""
        if not self.closed:
            self.closed = True
            self.end()


class Callbacks(Face):
    """The manager of 0.7."""

    kind = "callbacks"

    def __init__(self, key=None, **options):
        self.client = Client(key, key, ping=False)
        self.notices = Inbox()
        self.manager = websockets.BinanceSocketManager(self.client, on_notice=self.notices, **options)
        self.manager.start()

    def open(self, socket, callback, *arguments):
        return getattr(self.manager, f"start_{socket}_socket")(*arguments, callback)

    def end(self):
        self.manager.close()
        if self.manager.is_alive():
            self.manager.join(5)
        assert not self.manager.is_alive()
        self.client.close_connection()


class Threaded(Face):
    """The threaded manager of 1.x."""

    kind = "threaded"

    def __init__(self, key=None, **options):
        self.manager = ThreadedWebsocketManager(key, key, **options)
        self.manager.start()
        self.client = self.manager._client

    def open(self, socket, callback, *arguments):
        return getattr(self.manager, f"start_{socket}_socket")(callback, *arguments)

    def end(self):
        self.manager.stop()
        self.manager.join(5)
        assert not self.manager.is_alive()


class Awaited(Face):
    """The manager of 1.x that is awaited, in a loop of its own; each socket is read by a task."""

    kind = "awaited"

    def __init__(self, key=None, **options):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.client = AsyncClient(key, key)
        self.manager = streams.BinanceSocketManager(self.client, **options)
        self.readers = {}

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def open(self, socket, callback, *arguments):
        return self.run(self._open(lambda: getattr(self.manager, f"{socket}_socket")(*arguments), callback))

    async def _open(self, make, callback):
        socket = make()
        await socket.connect()
        names = (socket._path + f"#{number}" * (number > 1) for number in itertools.count(1))
        name = next(name for name in names if name not in self.readers)
        self.readers[name] = socket, asyncio.ensure_future(self._read(socket, callback))
        return name

    async def _read(self, socket, callback):
        while True:
            callback(await socket.recv())

    def stop(self, name):
        self.run(self._stop(name))

    async def _stop(self, name):
        socket, reader = self.readers.pop(name)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        await socket.close()

    def end(self):
        for name in list(self.readers):
            self.stop(name)
        self.run(self.client.close_connection())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        assert not self.thread.is_alive()
        self.loop.close()


KINDS = {kind.kind: kind for kind in (Callbacks, Awaited, Threaded)}
QUICK = replace(Times().faster(SPEED), connect=10.0, handshake=5.0, closing=1.0, reply=10.0)
"""What is proved goes faster; a machine that is busy has its time all the same."""


@pytest.fixture(autouse=True)
def quick():
    before = times()
    use_times(QUICK)
    yield
    use_times(before)


@pytest.fixture
def make():
    """Makes faces, by the name of their kind, that are closed after the test."""
    with contextlib.ExitStack() as made:

        def face(kind, key=None, **options):
            one = KINDS[kind](key, **options)
            made.callback(one.close)
            return one

        yield face


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def faces(make):
    """One of each kind."""
    return [make(kind) for kind in KINDS]


@pytest.fixture(scope="module")
def box():
    with Exchange(seed=1) as running:
        yield running


@pytest.fixture
def exchange(box):
    before = venues.box(), venues.token()
    venues.use_box(box.rest_url, box._token)
    yield box
    box.heal()
    venues.use_box(*before)


_numbers = itertools.count(1)


@pytest.fixture
def key():
    """An API key, and secret, that nobody had before."""
    return f"{next(_numbers):064d}"


@pytest.fixture
def server(monkeypatch):
    """A server to which every manager's streams go."""
    with serving(StreamServer(), monkeypatch) as running:
        yield running


@contextlib.contextmanager
def serving(server, monkeypatch):
    for manager in (websockets.BinanceSocketManager, streams.BinanceSocketManager):
        for name in ("STREAM_URL", "FSTREAM_URL"):
            monkeypatch.setattr(manager, name, server.url)
    monkeypatch.setattr(streams.BinanceSocketManager, "DSTREAM_URL", server.url)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def api():
    """A WebSocket API that lets everybody subscribe."""
    server = ApiServer()
    numbers = itertools.count()
    for how in ("signature", "listenToken"):
        server.answers[f"userDataStream.subscribe.{how}"] = lambda line, request: {
            "subscriptionId": next(numbers),
            "expirationTime": 2**42,
        }
    for method in ("openOrders.status", "openOrderLists.status", "allOrders", "myTrades"):
        server.answers[method] = []
    yield server
    server.close()


def subscriptions(server):
    """The lines on which somebody subscribed, once for each time, and with what."""
    return [
        (line, request["params"])
        for line, request in list(server.asked)
        if request["method"].startswith("userDataStream.subscribe")
    ]


def account_event(server, number):
    """Push an order's event to whoever is subscribed on an open line."""
    for line in server.open_lines():
        line.send({"subscriptionId": line_subscription(server, line), "event": report(number)})


def line_subscription(server, line):
    return [one for one, _ in subscriptions(server)].index(line)


def report(number):
    return {
        "e": "executionReport", "E": number, "s": "BTCUSDT", "c": f"mine{number}", "S": "BUY", "o": "LIMIT", "f": "GTC",
        "q": "1.00000000", "p": "1.00000000", "P": "0.00000000", "F": "0.00000000", "g": -1, "C": "", "x": "NEW",
        "X": "NEW", "r": "NONE", "i": number, "l": "0.00000000", "z": "0.00000000", "L": "0.00000000", "n": "0",
        "N": None, "T": number, "t": -1, "I": number, "w": True, "m": False, "M": False, "O": number,
        "Z": "0.00000000", "Y": "0.00000000", "Q": "0.00000000", "W": number, "V": "NONE",
    }  # fmt: skip


def order(client, factor=0.9):
    """Place an order that waits; its number."""
    last = float(client.get_symbol_ticker(symbol="BTCUSDT")["price"])
    placed = client.create_order(
        symbol="BTCUSDT",
        side="BUY",
        type="LIMIT",
        timeInForce="GTC",
        quantity="0.001",
        price=f"{last * factor:.2f}",
    )
    return placed["orderId"]


def open_user_socket(face, inbox):
    """Its name, once the exchange has let it subscribe."""
    name = face.user(inbox)
    wait_for(lambda: face.status(name)["connections"] == 1)
    return name


def open_trades(face, symbol="BNBBTC"):
    inbox = Inbox()
    return face.trade(symbol, inbox), inbox


# -- accounts ----------------------------------------------------------------------------------------------


@pytest.fixture
def trader(exchange, key):
    client = Client(key, key, ping=False)
    yield client
    client.close_connection()


def test_an_old_user_socket_hears_of_orders_although_listen_keys_are_gone(make, kind, exchange, key, trader):
    """Pain 1: the listen keys of spot ended on 2026-02-20, and with them every user socket of 0.7."""
    with pytest.raises(RetiredEndpoint, match="2026-02-20"):
        trader.call("POST", "/api/v3/userDataStream")
    face, inbox = make(kind, key), Inbox()
    name = open_user_socket(face, inbox)
    assert isinstance(name, str) and (len(name) == 60 or kind != "callbacks")
    number = order(trader)
    heard = inbox.first(is_report)
    assert (heard["i"], heard["x"], heard["s"]) == (number, "NEW", "BTCUSDT")
    assert "event" not in heard and "subscriptionId" not in heard


def test_stopping_a_user_socket_ends_its_subscription(make, kind, exchange, key, trader):
    """Pain 1: nothing comes after `stop_socket`, while another socket of the account hears on."""
    stopped, other = Inbox(), Inbox()
    face, witness = make(kind, key), make("callbacks", key)
    name = open_user_socket(face, stopped)
    open_user_socket(witness, other)
    first = order(trader)
    stopped.first(is_report)
    face.stop(name)
    second = order(trader)
    assert [
        heard["i"]
        for heard in other.wait(lambda all_: len(list(filter(is_report, all_))) == 2)
        if is_report(heard)
    ] == [first, second]
    assert [heard["i"] for heard in stopped.messages if is_report(heard)] == [first]
    face.close()
    witness.close()
    wait_for(lambda: exchange.disconnect() == 0)


def test_a_user_socket_subscribes_once_on_every_new_line(make, kind, api, key):
    """Pain 2: a subscription belongs to its line; whoever does not ask again hears nothing after 24 hours."""
    face, inbox = make(kind, key), Inbox()
    face.client.WS_API_URL = api.url
    name = face.user(inbox)
    for round_ in range(1, 4):
        api.wait(lambda count=round_: len(subscriptions(api)) == count)
        wait_for(lambda count=round_: face.status(name)["connections"] == count)
        account_event(api, round_)
        assert inbox.first(lambda message, n=round_: is_report(message) and message["i"] == n, 5)
        (line,) = api.open_lines()
        line.close(1001)
        api.wait(lambda line=line: not line.open)
    api.wait(lambda: len(subscriptions(api)) == 4)
    lines = [line for line, _ in subscriptions(api)]
    assert len(lines) == len(set(lines)) == len(api.lines)
    assert [message["i"] for message in inbox.messages if is_report(message)] == [1, 2, 3]


def test_orders_are_heard_of_after_the_exchange_has_closed_the_line(make, kind, exchange, key, trader):
    """Pain 2: an order after the reconnect is heard of within 5 seconds, once."""
    face, inbox = make(kind, key), Inbox()
    name = open_user_socket(face, inbox)
    for count in (2, 3):
        exchange.disconnect(1001)
        wait_for(lambda count=count: face.status(name)["connections"] == count, 5)
        number = order(trader)
        inbox.first(lambda message, n=number: is_report(message) and message["i"] == n, 5)
    reports = [message["i"] for message in inbox.messages if is_report(message)]
    assert len(reports) == len(set(reports)) == 2


def test_a_user_socket_is_opened_although_the_clock_is_off(make, kind, api, rest, key):  # noqa: F811
    """Pain 24: a machine whose clock has drifted is told -1021, asks for the time, and subscribes."""
    refusals = iter([{"code": -1021, "msg": "Timestamp for this request is outside of the recvWindow."}])

    def subscribe(line, request):
        error = next(refusals, None)
        if error is None:
            return {"subscriptionId": 0}
        line.send({"id": request["id"], "status": 400, "error": error})
        return ApiServer.SILENCE

    api.answers["userDataStream.subscribe.signature"] = subscribe
    ahead = int(time.time() * 1000) + 5000
    rest.answers["/api/v3/time"] = {"serverTime": ahead}
    face, inbox = make(kind, key), Inbox()
    face.client.WS_API_URL, face.client.API_URL = api.url, f"{rest.url}/api"
    name = face.user(inbox)
    wait_for(lambda: face.status(name)["connections"] == 1)
    first, second = (params["timestamp"] for _, params in subscriptions(api))
    assert second - first > 4000 and len(api.lines) == 1 and inbox.errors == []


class KeysOfAnEarlierDay:
    """A stand-in for a client, whose account still has listen keys; the first keep-alive fails."""

    testnet = False

    def __init__(self):
        self.kept = Inbox()

    def stream_get_listen_key(self):
        return "key"

    def stream_keepalive(self, listenKey):
        self.kept(listenKey)
        if len(self.kept.messages) == 1:
            raise ConnectionError("the exchange does not answer")


def test_an_old_account_socket_is_kept_alive_after_a_failed_keep_alive(server, caplog):
    """Pain 16: in 0.7 one failed call ended the timer, and the socket fell silent an hour later."""
    client = KeysOfAnEarlierDay()
    manager = websockets.BinanceSocketManager(client, user_timeout=0.02)
    manager.start()
    with caplog.at_level(logging.WARNING, "binance_legacy"):
        name = manager.start_user_socket(Inbox())
        client.kept.wait(lambda kept: len(kept) >= 4)
    assert caplog.text.count("was not kept alive") == 1
    server.wait_open(1)
    assert len(server.requests) == 1
    manager.stop_socket(name)
    count = len(client.kept.messages)
    manager.close()
    manager.join(5)
    assert len(client.kept.messages) <= count + 1


# -- losing the line ---------------------------------------------------------------------------------------


def lose(server, outage):
    """Nobody is there for `outage()`, then again."""
    lines = server.open_lines()
    server.stop_listening()
    for line in lines:
        line.abort()
    outage()
    server.listen()


def told_of_an_outage(face, inbox):
    """The message of the give-up: exactly one, with 0.7's text; 1.x's faces also tell of the loss, once."""
    told = [error for error in inbox.errors if error["type"] == "BinanceWebsocketUnableToConnect"]
    assert len(told) == 1 and told[0]["m"] == "Max reconnect retries reached"
    assert len(inbox.errors) == (1 if face.kind == "callbacks" else 2)


def test_after_a_minute_s_outage_trades_resume_and_one_message_told_of_it(server, faces):
    """Pain 3: 0.7 gave up for good after 8 seconds, 1.x after 24."""
    use_times(replace(QUICK, delays=1 / 60))
    opened = [open_trades(face) for face in faces]
    server.wait_open(3)

    def a_minute():  # delays of 0.1, 0.3, 0.7, 2, 5.5 and from then on 10 seconds
        wait_for(lambda: all(face.status("bnbbtc@trade")["losses"] >= 11 for face in faces))

    lose(server, a_minute)
    server.wait_open(3, 2)
    server.broadcast(trade(1))
    for face, (_, inbox) in zip(faces, opened, strict=True):
        inbox.first(is_trade)
        told_of_an_outage(face, inbox)


@pytest.mark.soak
@pytest.mark.timeout(180)
def test_at_true_scale_a_minute_s_outage_is_told_once_and_ends_by_itself(server, faces):
    """Pain 3: 60 seconds without the exchange; trades resume within 15. Pain 4: at rest meanwhile."""
    use_times(Times())
    opened = [open_trades(face) for face in faces]
    server.wait_open(3)
    used = time.process_time()
    lose(server, lambda: time.sleep(60))
    assert time.process_time() - used < 60 * 0.05
    server.wait_open(3, 15)
    server.broadcast(trade(1))
    for face, (_, inbox) in zip(faces, opened, strict=True):
        inbox.first(is_trade)
        told_of_an_outage(face, inbox)


def test_an_outage_beyond_the_retries_costs_neither_calls_nor_time_nor_the_loop(server, faces):
    """Pain 4: after 1.x had given up, a callback was called a million times a minute, or the loop stood still."""
    use_times(replace(QUICK, delays=1 / 200))
    opened = [open_trades(face) for face in faces]
    server.wait_open(3)
    ticks = []

    async def heartbeat():
        for _ in range(50):
            await asyncio.sleep(0.02)
            ticks.append(None)

    def outage():
        for _, inbox in opened:
            inbox.first(lambda message: is_error(message) and message["m"] == "Max reconnect retries reached")
        use_times(replace(QUICK, delays=1.0))
        losses = faces[0].status("bnbbtc@trade")["losses"]
        wait_for(lambda: faces[0].status("bnbbtc@trade")["losses"] > losses)
        awaited = next(face for face in faces if face.kind == "awaited")
        used, began = time.process_time(), time.monotonic()
        beating = asyncio.run_coroutine_threadsafe(heartbeat(), awaited.loop)
        threading.Event().wait(1.0)
        assert len(ticks) >= 45
        beating.result(5)
        assert time.process_time() - used < (time.monotonic() - began) * 0.05
        use_times(replace(QUICK, delays=1 / 200))

    lose(server, outage)
    for face, (_, inbox) in zip(faces, opened, strict=True):
        assert len(inbox.errors) <= 2, face.kind


def frozen(exchange, faces, seconds):
    """Every line falls silent; each face finds out and has trades again within `seconds`."""
    opened = [open_trades(face, "BTCUSDT") for face in faces]
    for _, inbox in opened:
        trade_until(exchange, inbox, 1)
    assert exchange.freeze() == 3
    began = time.monotonic()
    wait_for(lambda: all(face.status("btcusdt@trade")["connections"] == 2 for face in faces), seconds)
    for face, (_, inbox) in zip(faces, opened, strict=True):
        trade_until(exchange, inbox, len(inbox.numbers) + 1)
        if face.kind == "callbacks":
            assert inbox.errors == [] and face.notices.first(lambda notice: notice["type"] == "lost")
        else:
            (error,) = inbox.errors
            assert error["type"] == "ConnectionClosedError" and "ping" in error["reason"]
    assert time.monotonic() - began < seconds


def trade_until(exchange, inbox, count):
    """Let somebody trade until an inbox has so many trades."""
    end = time.monotonic() + 10
    while len(inbox.numbers) < count:
        assert time.monotonic() < end
        exchange.trade("BTCUSDT", "BUY", "0.001")
        with contextlib.suppress(AssertionError):
            inbox.wait(lambda messages: len(inbox.numbers) >= count, 0.1)


def test_a_line_that_falls_silent_is_found_and_made_again(exchange, faces):
    """Pain 5: 0.7 never asked whether a line lives; a pulled cable was silence for ever."""
    frozen(exchange, faces, 45 / SPEED + 1)


@pytest.mark.soak
@pytest.mark.timeout(180)
def test_at_true_scale_a_frozen_line_is_made_again_within_45_seconds(exchange, faces):
    """Pain 5: with the times that programs have."""
    use_times(Times())
    frozen(exchange, faces, 45)


@pytest.mark.parametrize("code", [1000, 1001, None])
def test_however_the_exchange_ends_a_line_trades_go_on_within_a_second_and_come_once(exchange, faces, code):
    """Pain 18: a polite close, as each line has after 24 hours, was the end of it."""
    opened = [open_trades(face, "BTCUSDT") for face in faces]
    for _, inbox in opened:
        trade_until(exchange, inbox, 1)
    use_times(replace(QUICK, delays=1.0))
    assert exchange.disconnect(code) == 3
    wait_for(lambda: all(face.status("btcusdt@trade")["connections"] == 2 for face in faces), 1.0)
    for face, (_, inbox) in zip(faces, opened, strict=True):
        trade_until(exchange, inbox, len(inbox.numbers) + 2)
        assert len(set(inbox.numbers)) == len(inbox.numbers) and inbox.numbers == sorted(inbox.numbers)
        types = [error["type"] for error in inbox.errors]
        assert types == ([] if face.kind == "callbacks" else [types[0]])


def test_a_line_that_is_to_shut_down_is_replaced_without_a_hole(exchange, faces):
    """Pain 18: `serverShutdown` is obeyed before the exchange ends the line; nobody hears of it, no trade is lost."""
    opened = [open_trades(face, "BTCUSDT") for face in faces]
    for _, inbox in opened:
        trade_until(exchange, inbox, 1)
    assert exchange.announce_shutdown(2) == 3
    for _ in range(20):
        exchange.trade("BTCUSDT", "BUY", "0.001")
    wait_for(lambda: all(face.status("btcusdt@trade")["connections"] == 2 for face in faces), 2)
    wait_for(lambda: all(face.manager.status()["btcusdt@trade"]["state"] == "connected" for face in faces))
    for _, inbox in opened:
        trade_until(exchange, inbox, len(inbox.numbers) + 5)
        numbers = inbox.numbers
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert inbox.errors == []


def test_a_refused_first_connection_is_told_and_recovers(exchange, make, kind):
    """Pain 15: 1.x lost the exception of a first connection in a task, and the callback heard nothing."""
    use_times(replace(QUICK, delays=1 / 100))
    exchange.refuse(-1, 451)
    face = make(kind)
    _, inbox = open_trades(face, "BTCUSDT")
    told = inbox.first(is_error, 5)
    assert (told["type"], told["status"]) == ("BinanceWebsocketUnableToConnect", 451)
    exchange.heal()
    trade_until(exchange, inbox, 1)


def restarting(face, inbox, restarts, symbol="BNBBTC"):
    """The documented recipe: whoever hears of an error closes the socket and opens it again."""
    if face.kind == "awaited":
        asyncio.run_coroutine_threadsafe(restarting_awaited(face, inbox, restarts, symbol), face.loop)
        return
    names = []

    def callback(message):
        if is_error(message):
            restarts.append(message)
            face.stop(names[-1])
            names.append(face.trade(symbol, callback))
        else:
            inbox(message)

    names.append(face.trade(symbol, callback))


async def restarting_awaited(face, inbox, restarts, symbol):
    while not face.closed:
        async with face.manager.trade_socket(symbol) as socket:
            async for message in socket:
                if is_error(message):
                    restarts.append(message)
                    break
                inbox(message)


def test_restarting_in_the_error_callback_leaves_one_line(server, make, kind):
    """Pain 22: the documented recipe, to close and restart on an error, left three lines after one loss."""
    use_times(replace(QUICK, delays=1 / 200))
    face, inbox, restarts = make(kind), Inbox(), []
    restarting(face, inbox, restarts)
    (line,) = server.wait_open(1)
    server.status = 503
    line.abort()
    wait_for(lambda: len(restarts) >= 2)
    server.status = 101

    def comes_through():
        server.broadcast(trade(0))
        with contextlib.suppress(AssertionError):
            return inbox.first(is_trade, 0.05)

    wait_for(comes_through)  # a refusal that was on its way may have restarted it once more
    count = len(server.requests)
    for number in range(1, 4):
        server.broadcast(trade(number))
        inbox.wait(lambda messages, n=number: n in inbox.numbers)
    numbers = [number for number in inbox.numbers if number]
    assert numbers == [1, 2, 3] and len(server.open_lines()) == 1 and len(server.requests) == count
    hang_up(face)


def hang_up(face):
    """Cancel what the test left running in the face's loop."""
    if face.kind == "awaited":
        face.run(cancel_others())


async def cancel_others():
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def test_restarting_in_the_error_callback_is_no_storm_of_connections(server, faces):
    """Pain 22: nor does it pass Binance's limit, 300 connections in 5 minutes, while the exchange refuses."""
    server.status = 503
    for number, face in enumerate(faces):
        restarting(face, Inbox(), [], f"{number}BTC")
    threading.Event().wait(20 / SPEED)
    for face in faces:
        hang_up(face)
    for number, _ in enumerate(faces):
        assert 3 <= server.requests.count(f"/ws/{number}btc@trade") <= 20


class Books:
    """What is told of a kept book: how often it was whole, and how often its best prices were crossed."""

    def __init__(self):
        self.whole, self.crossed, self.cache = 0, 0, None

    def __call__(self, cache):
        if cache is None or isinstance(cache, dict):
            return  # told of trouble
        self.crossed += cache.best_bid()[0] >= cache.best_ask()[0]
        self.cache = cache
        self.whole += 1


@contextlib.contextmanager
def kept_book(face, books, symbol):
    """A face's book of 100 levels, whose changes come every 100 ms."""
    options = {"ws_interval": 100, "limit": 100, "refresh_interval": 0}
    with contextlib.ExitStack() as end:
        if face.kind == "callbacks":
            keeper = DepthCacheManager(face.client, symbol, callback=books, bm=face.manager, **options)
            end.callback(keeper.close)
        elif face.kind == "threaded":
            keeper = ThreadedDepthCacheManager()
            keeper.start()
            end.callback(keeper.join, 5)
            end.callback(keeper.stop)
            keeper.start_depth_cache(callback=books, symbol=symbol, **options)
        else:
            keeper = DepthCacheManager(face.client, symbol, bm=face.manager, **options)
            reading = asyncio.run_coroutine_threadsafe(read_book(keeper, books), face.loop)
            end.callback(hang_up, face)
            end.callback(reading.cancel)
        yield


async def read_book(keeper, books):
    async with keeper:
        while True:
            books(await keeper.recv())


def test_a_book_whose_new_snapshot_is_refused_is_whole_again_when_it_is_given(exchange, make, kind):
    """Pain 17: a refused snapshot raised KeyError in 0.7 for every message after it, and ended the book in 1.x."""
    face, books = make(kind), Books()
    with kept_book(face, books, "BTCUSDT"):
        wait_for(lambda: books.whole)
        exchange.fail(503, path="/api/v3/depth")
        exchange.skip("btcusdt@depth@100ms", 2)
        before = books.whole
        wait_for(lambda: books.whole >= before + 5)
        assert exchange.heal() == 0, "the refusal was met"
        exchange.halt("BTCUSDT")
        try:
            real = best_of(exchange)
            wait_for(lambda: best(books.cache) == real)
        finally:
            exchange.resume("BTCUSDT")
    assert books.crossed == 0


def test_a_book_is_the_exchange_s_after_a_cut_although_nothing_changes_any_more(exchange, make, kind):
    """Pain 17: what changed during a cut is known at once, and not only when the next difference shows the hole."""
    face, books = make(kind), Books()
    with kept_book(face, books, "BTCUSDT"):
        wait_for(lambda: books.whole)
        exchange.refuse(-1)
        exchange.disconnect()
        exchange.trade("BTCUSDT", "BUY", "1")
        exchange.halt("BTCUSDT")
        try:
            exchange.heal()
            real = best_of(exchange)
            wait_for(lambda: best(books.cache) == real)
        finally:
            exchange.resume("BTCUSDT")
    assert books.crossed == 0


def best(cache):
    """The best twenty levels of each side."""
    return [cache.get_bids()[:20], cache.get_asks()[:20]]


def best_of(exchange):
    """The same of the exchange; to be asked once, while the market stands still."""
    client = Client(ping=False)
    book = client.get_order_book(symbol="BTCUSDT", limit=20)
    client.close_connection()
    return [[[float(price), float(quantity)] for price, quantity in book[side]] for side in ("bids", "asks")]


# -- threads, managers, the end ----------------------------------------------------------------------------


def test_a_socket_opened_late_from_any_thread_speaks_at_once_twenty_times_of_twenty(server, make, kind):
    """Pain 6: a socket opened after `start`, or after the last one was stopped, waited for ever in 0.7."""
    server.greeting = lambda path: [trade(1)]
    face = make(kind)
    for _ in range(20):
        inbox, names = Inbox(), []
        opener = threading.Thread(
            target=lambda names=names, inbox=inbox: names.append(face.trade("BNBBTC", inbox))
        )
        opener.start()
        inbox.first(is_trade, 2)
        opener.join(5)
        face.stop(names[0])


def test_a_manager_after_a_closed_one_streams_five_times_over(server, kind):
    """Pain 7: ReactorNotRestartable, at the second manager of a process."""
    server.greeting = lambda path: [trade(1)]
    for _ in range(5):
        face = KINDS[kind]()
        try:
            _, inbox = open_trades(face)
            inbox.first(is_trade, 5)
        finally:
            face.close()


def test_every_face_streams_after_reactor_stop(server, make, kind):
    """Pain 7: the documented end of a program of 0.7, and the program goes on with another manager."""
    from twisted.internet import reactor

    server.greeting = lambda path: [trade(1)]
    for _ in range(2):
        before = make("callbacks")
        _, inbox = open_trades(before)
        inbox.first(is_trade)
        reactor.stop()
        before.manager.join(2)
        assert not before.manager.is_alive()
        _, inbox = open_trades(make(kind))
        inbox.first(is_trade, 2)


PROGRAM = """
import signal, sys, threading
from binance_legacy import ThreadedWebsocketManager
from binance_legacy.streams import BinanceSocketManager

BinanceSocketManager.STREAM_URL = sys.argv[1]
got = threading.Event()
twm = ThreadedWebsocketManager()
twm.start()
twm.start_trade_socket(lambda message: got.set(), 'BNBBTC')
assert got.wait(10)
print('streaming', flush=True)
"""


def test_a_program_with_a_threaded_manager_ends_when_it_stops_it_and_stays_while_it_joins(server):
    """Pain 8: a program that had stopped its sockets was still there 10 seconds later."""
    server.greeting = lambda path: [trade(1)]
    endings = {"twm.stop()": 0, "twm.join()": -signal.SIGINT, "": -signal.SIGINT}
    running = {}
    for ending in endings:
        running[ending] = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PROGRAM + ending, server.url],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
    try:
        for process in running.values():
            assert process.stdout.readline() == "streaming\n"
        for ending, code in endings.items():
            process = running[ending]
            if code:
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.3)
                process.send_signal(signal.SIGINT)
            process.wait(2)
            errors = process.communicate()[1]
            assert process.returncode == code, (ending, errors)
            assert code or errors == ""
    finally:
        for process in running.values():
            process.kill()
            process.communicate()


def raises(message):
    raise KeyError("in the bot")


@pytest.mark.parametrize("state", ["callback raised", "refused", "quiet", "user and margin"])
def test_stopping_and_joining_takes_no_time_whatever_the_sockets_are_at(server, api, rest, kind, state, key):  # noqa: F811
    """Pain 9: joining took 8 seconds on a quiet socket, and for ever after an exception or a refusal."""
    face = KINDS[kind](key if "user" in state else None)
    if state == "callback raised":
        server.greeting = lambda path: [trade(1), trade(2)]
        name = face.trade("BNBBTC", raises)
        wait_for(lambda: face.status(name)["messages"] == 2)
    elif state == "refused":
        server.status = 451
        name, _ = open_trades(face)
        wait_for(lambda: face.status(name)["losses"] >= 1)
    elif state == "quiet":
        name = face.trade("BNBBTC", Inbox())
        server.wait_open(1)
    else:
        two_accounts(face, api, rest)
    began = time.monotonic()
    face.close()
    assert time.monotonic() - began < 2
    wait_for(lambda: not server.open_lines() and not api.open_lines())


def two_accounts(face, api, rest):  # noqa: F811
    """A user socket and a margin socket; their names and inboxes."""
    rest.answers["POST /sapi/v1/userListenToken"] = {"token": "t" * 60, "expirationTime": 2**42}
    face.client.WS_API_URL, face.client.MARGIN_API_URL = api.url, f"{rest.url}/sapi"
    user, margin = Inbox(), Inbox()
    names = face.user(user), face.margin(margin)
    for name in names:
        wait_for(lambda name=name: face.status(name)["connections"] == 1)
    return names, (user, margin)


def test_account_sockets_have_names_of_their_own_and_stopping_one_leaves_the_other(
    make,
    kind,
    api,
    rest,  # noqa: F811
    key,
):
    """Pain 9: both were called None in 1.x, and stopping one stopped neither."""
    face = make(kind, key)
    (user, margin), inboxes = two_accounts(face, api, rest)
    assert isinstance(user, str) and isinstance(margin, str) and user != margin
    account_event(api, 1)
    for inbox in inboxes:
        inbox.first(is_report)
    face.stop(user)
    api.wait(lambda: len(api.open_lines()) == 1)
    account_event(api, 2)
    inboxes[1].first(lambda message: message["i"] == 2)
    assert [message["i"] for message in inboxes[0].messages] == [1]


def test_a_threaded_manager_and_ws_calls_work_where_a_loop_runs_already(exchange, key):
    """Pain 14: "This event loop is already running", in a notebook, in Flask, in any coroutine."""

    async def cell():
        inbox = Inbox()
        client = Client(key, key, ping=False)
        book = client.ws_get_order_book(symbol="BTCUSDT", limit=5)
        face = Threaded(key)
        face.trade("BTCUSDT", inbox)
        await asyncio.to_thread(trade_until, exchange, inbox, 1)
        again = client.ws_get_order_book(symbol="BTCUSDT", limit=5)
        awaited = await face_of_the_loop()
        face.close()
        client.close_connection()
        return book, again, awaited

    async def face_of_the_loop():
        client = AsyncClient(key, key)
        manager = streams.BinanceSocketManager(client)
        async with manager.trade_socket("BTCUSDT") as socket:
            await asyncio.to_thread(exchange.trade, "BTCUSDT", "BUY", "0.001")
            await asyncio.wait_for(socket.recv(), 5)
        book = await client.ws_get_order_book(symbol="BTCUSDT", limit=5)
        await client.close_connection()
        return book

    for answer in asyncio.run(cell()):
        assert len(answer["bids"]) == len(answer["asks"]) == 5


def test_two_managers_and_ws_calls_work_side_by_side_in_a_plain_thread(exchange, make, key):
    """Pain 14: the second manager of a process, and `ws_*` beside one, met the first one's loop."""
    done = Inbox()

    def program():
        client = Client(key, key, ping=False)
        inboxes = [open_trades(make("threaded", key), "BTCUSDT")[1] for _ in range(2)]
        for inbox in inboxes:
            trade_until(exchange, inbox, 1)
        done(client.ws_get_order_book(symbol="BTCUSDT", limit=5))
        client.close_connection()

    thread = threading.Thread(target=program)
    thread.start()
    assert len(done.first(bool)["bids"]) == 5
    thread.join(5)


# -- callbacks and readers ---------------------------------------------------------------------------------


def test_a_reader_that_sleeps_is_told_of_the_overflow_and_reads_on(server, make, monkeypatch):
    """Pain 11: one message too many ended the stream of 1.x, with all that waited and the error itself."""
    monkeypatch.setattr(reconnecting_websocket, "_ASLEEP", 0.1)
    face = make("awaited", max_queue_size=100)
    may_read = face.run(made_in_loop(asyncio.Event))
    inbox = Inbox()

    async def sleeper():
        async with face.manager.trade_socket("BNBBTC") as socket:
            while True:
                inbox(await socket.recv())
                if len(inbox.messages) == 1:
                    await may_read.wait()

    server.greeting = lambda path: [trade(0)]
    reading = asyncio.run_coroutine_threadsafe(sleeper(), face.loop)
    inbox.first(is_trade)
    for first in range(1, 2001, 50):
        for number in range(first, first + 50):
            server.broadcast(trade(number))
        wait_for(lambda first=first: face.status("bnbbtc@trade")["messages"] == first + 50)
    face.run(asyncio.sleep(0.01))
    face.loop.call_soon_threadsafe(may_read.set)
    inbox.first(lambda message: message.get("t") == 2000)
    (error,) = inbox.errors
    assert error["type"] == "BinanceWebsocketQueueOverflow"
    assert len(inbox.numbers) + error["lost"] == 2001 and len(inbox.numbers) > 100
    server.broadcast(trade(2001))
    assert inbox.first(lambda message: message.get("t") == 2001) and len(server.requests) == 1
    reading.cancel()
    hang_up(face)


async def made_in_loop(make_it):
    return make_it()


@pytest.mark.parametrize("isolated", [False, True], ids=["together", "isolated"])
@pytest.mark.parametrize("kind", ["callbacks", "threaded"])
def test_a_callback_that_sleeps_loses_nothing_unsaid(server, make, kind, isolated):
    """Pain 11: 2,000 messages come while a callback does not return; all are handed on, or told to be lost."""
    face = make(kind, isolate_callbacks=isolated)
    may_return, inbox = threading.Event(), Inbox()

    def slow(message):
        inbox(message)
        may_return.wait(10)

    server.greeting = lambda path: [trade(number) for number in range(2001)]
    face.trade("BNBBTC", slow)
    inbox.first(is_trade)
    may_return.set()
    inbox.first(lambda message: message.get("t") == 2000)
    lost = sum(error["lost"] for error in inbox.errors)
    assert len(inbox.numbers) + lost == 2001 and len(inbox.errors) <= 1
    assert inbox.numbers == sorted(set(inbox.numbers))
    server.broadcast(trade(2001))
    assert inbox.first(lambda message: message.get("t") == 2001) and len(server.requests) == 1


def raising_after(inbox):
    a_new_kind = type(f"InTheBot{next(_numbers)}", (Exception,), {})  # what raised before is counted only

    def callback(message):
        inbox(message)
        raise a_new_kind("in the bot")

    return callback


def raising_coroutine_after(inbox):
    a_new_kind = type(f"InTheBot{next(_numbers)}", (Exception,), {})

    async def callback(message):
        inbox(message)
        raise a_new_kind("in the bot")

    return callback


@pytest.mark.parametrize(
    ("kind", "made", "options"),
    [
        ("callbacks", raising_after, {}),
        ("callbacks", raising_after, {"isolate_callbacks": True}),
        ("threaded", raising_after, {}),
        ("threaded", raising_after, {"isolate_callbacks": True}),
        ("threaded", raising_coroutine_after, {}),
    ],
)
def test_a_callback_that_raises_on_every_message_gets_them_all_over_one_line(
    server, make, caplog, kind, made, options
):
    """Pain 12: 0.7 made a new line for each message, up to Binance's limit; 1.x fell silent after the first."""
    face, inbox = make(kind, **options), Inbox()
    server.greeting = lambda path: [trade(number) for number in range(20)]
    with caplog.at_level(logging.ERROR, "binance_legacy"):
        face.trade("BNBBTC", made(inbox))
        inbox.wait(lambda messages: len(messages) == 20)
        server.broadcast(trade(20))
        inbox.wait(lambda messages: len(messages) == 21)
    assert sorted(inbox.numbers) == list(range(21)) and len(server.requests) == 1
    assert any(record.exc_info for record in caplog.records) and inbox.errors == []


@pytest.mark.parametrize("kind", ["callbacks", "threaded"])
def test_a_callback_that_takes_long_delays_no_other_socket_and_no_pong(server, make, kind):
    """Pain 13: a callback of 3 seconds stood in the way of every socket, and of the answers to pings."""
    face = make(kind, isolate_callbacks=True)
    may_return, slow, other = threading.Event(), Inbox(), Inbox()

    def takes_long(message):
        slow(message)
        may_return.wait(10)

    face.trade("ABTC", takes_long)
    face.trade("BBTC", other)
    lines = {line.path: line for line in server.wait_open(2)}
    lines["/ws/abtc@trade"].send(trade(1))
    slow.first(is_trade)
    for number in range(50):
        lines["/ws/bbtc@trade"].send(trade(number))
    other.wait(lambda messages: len(messages) == 50, 1)
    for line in lines.values():
        line.send_frame(9, b"are you there")
    server.wait(lambda: all((10, b"are you there") in line.frames for line in lines.values()), 1)
    assert len(slow.messages) == 1
    may_return.set()


def test_two_readers_of_one_stream_each_have_every_message(server, make, kind):
    """Pain 21: in 1.x each of two readers had the half of the messages; 0.7 says False to the second."""
    face = make(kind)
    one, two = Inbox(), Inbox()
    assert face.trade("BNBBTC", one) == "bnbbtc@trade"
    second = face.trade("BNBBTC", two)
    server.wait_open(1)
    if kind == "callbacks":
        assert second is False
        two = one
    wait_for(lambda: face.status("bnbbtc@trade")["connections"] == 1)
    for number in range(50):
        server.broadcast(trade(number))
    for inbox in (one, two):
        inbox.wait(lambda messages: len(messages) == 50)
        assert inbox.numbers == list(range(50))
    assert len(server.requests) == 1


# -- addresses ---------------------------------------------------------------------------------------------


class Addresses(websockets.BinanceSocketManager):
    """Makes its sockets and opens none: what it would have connected to stands in `asked`."""

    def _open(self, path, make, callback):
        socket = make(callback=callback)
        feeds = socket._feeds() if hasattr(socket, "_feeds") else [socket]
        self.asked = [feed.factory.url for feed in feeds]
        self.boards = [part._kind for part in getattr(socket, "parts", ()) if not part.feeds]
        return path


SPOT = "wss://stream.binance.com:9443/"
MARKET = "wss://fstream.binance.com/market/"
PUBLIC = "wss://fstream.binance.com/public/"
OPTION = "BTC-271231-100000-C"

OF_0_7 = [
    ("start_depth_socket", ("BNBBTC", print), SPOT + "ws/bnbbtc@depth"),
    ("start_depth_socket", ("BNBBTC", print, "5"), SPOT + "ws/bnbbtc@depth5"),
    ("start_depth_socket", ("BNBBTC", print, "20", 100), SPOT + "ws/bnbbtc@depth20@100ms"),
    ("start_kline_socket", ("BNBBTC", print, "30m"), SPOT + "ws/bnbbtc@kline_30m"),
    ("start_miniticker_socket", (print,), SPOT + "ws/!miniTicker@arr"),
    ("start_miniticker_socket", (print, 5000), SPOT + "ws/!miniTicker@arr"),
    ("start_trade_socket", ("BNBBTC", print), SPOT + "ws/bnbbtc@trade"),
    ("start_aggtrade_socket", ("BNBBTC", print), SPOT + "ws/bnbbtc@aggTrade"),
    ("start_symbol_ticker_socket", ("BNBBTC", print), SPOT + "ws/bnbbtc@ticker"),
    ("start_symbol_book_ticker_socket", ("BNBBTC", print), SPOT + "ws/bnbbtc@bookTicker"),
    ("start_ticker_socket", (print,), ("each symbol's", "ticker")),
    ("start_book_ticker_socket", (print,), ("each symbol's", "bookTicker")),
    (
        "start_multiplex_socket",
        (["bnbbtc@aggTrade", "neobtc@ticker"], print),
        SPOT + "stream?streams=bnbbtc@aggTrade/neobtc@ticker",
    ),
    ("start_aggtrade_futures_socket", ("BTCUSDT", print), MARKET + "stream?streams=btcusdt@aggTrade"),
    ("start_symbol_mark_price_socket", ("BTCUSDT", print), MARKET + "stream?streams=btcusdt@markPrice@1s"),
    (
        "start_symbol_mark_price_socket",
        ("BTCUSDT", print, False),
        MARKET + "stream?streams=btcusdt@markPrice",
    ),
    ("start_all_mark_price_socket", (print,), MARKET + "stream?streams=!markPrice@arr@1s"),
    ("start_symbol_ticker_futures_socket", ("BTCUSDT", print), PUBLIC + "stream?streams=btcusdt@bookTicker"),
    (
        "start_individual_symbol_ticker_futures_socket",
        ("BTCUSDT", print),
        MARKET + "stream?streams=btcusdt@ticker",
    ),
    ("start_all_ticker_futures_socket", (print,), PUBLIC + "stream?streams=!bookTicker"),
    ("start_user_socket", (print,), "wss://ws-api.binance.com/ws-api/v3"),
    ("start_margin_socket", (print,), "wss://ws-api.binance.com/ws-api/v3"),
    ("start_isolated_margin_socket", ("BNBBTC", print), "wss://ws-api.binance.com/ws-api/v3"),
    ("start_options_ticker_socket", (OPTION, print), PUBLIC + f"ws/{OPTION.lower()}@optionTicker"),
    ("start_options_recent_trades_socket", (OPTION, print), PUBLIC + f"ws/{OPTION.lower()}@optionTrade"),
    ("start_options_kline_socket", (OPTION, print, "5m"), MARKET + f"ws/{OPTION.lower()}@kline_5m"),
    ("start_options_depth_socket", (OPTION, print), PUBLIC + f"ws/{OPTION.lower()}@depth10@500ms"),
    (
        "start_options_multiplex_socket",
        ([f"{OPTION}@ticker", f"{OPTION}@kline_1m"], print),
        {
            f"{PUBLIC}stream?streams={OPTION.lower()}@optionTicker",
            f"{MARKET}stream?streams={OPTION.lower()}@kline_1m",
        },
    ),
]


def address_of(address):
    """As a set; the port that autobahn adds left out where the scheme says it."""
    return {one.replace(":443/", "/") for one in ({address} if isinstance(address, str) else address)}


@pytest.fixture
def keyed(rest, key):  # noqa: F811
    """A client with a key whose REST calls go to a server of the test."""
    rest.answers["POST /sapi/v1/userListenToken"] = {"token": "t" * 60, "expirationTime": 2**42}
    client = Client(key, key, ping=False)
    client.MARGIN_API_URL = f"{rest.url}/sapi"
    yield client
    client.close_connection()


@pytest.mark.parametrize(("starter", "arguments", "address"), OF_0_7)
def test_each_starter_of_0_7_goes_to_today_s_address(keyed, starter, arguments, address):
    """Pain 20: what 0.7 connected to is retired, moved to another door, or gone."""
    manager = Addresses(keyed, user_timeout=10**6)
    name = getattr(manager, starter)(*arguments)
    if isinstance(address, tuple):
        assert (manager.asked, manager.boards) == ([], [address[1]])
    else:
        assert address_of(manager.asked) == address_of(address) and manager.boards == []
    manager._forget_account(name)  # the timer of its listen key


def test_every_starter_of_0_7_is_in_the_table():
    """Pain 20: the table above is whole."""
    surface = json.loads((HERE / "data" / "surface_0_7_11.json").read_text("utf-8"))
    recorded = {
        name for name in surface["websockets"]["BinanceSocketManager"]["members"] if name.startswith("start_")
    }
    assert recorded == {starter for starter, _, _ in OF_0_7}


def addresses_awaited(client, ask):
    """What a manager of 1.x would connect to for the socket that `ask` asks it for."""
    made = []

    class Made(streams.BinanceSocketManager):
        def _give(self, path, make, kind=None):
            socket = make(sink=print, on_give_up=print, on_notice=print)
            feeds = socket._feeds() if hasattr(socket, "_feeds") else [socket]
            made.extend(feed.factory.url for feed in feeds)

    async def look():
        ask(Made(client))

    asyncio.run(look())
    return address_of(set(made))


def test_the_top_level_domain_is_followed_by_every_face(key):
    """Pain 20: STREAM_URL of 0.7 was binance.com's, whatever the client's domain."""
    old = Client(key, key, tld="us", ping=False)
    manager = Addresses(old, user_timeout=10**6)
    manager.start_trade_socket("BNBBTC", print)
    assert manager.asked == ["wss://stream.binance.us:9443/ws/bnbbtc@trade"]
    name = manager.start_user_socket(print)
    assert address_of(set(manager.asked)) == {"wss://ws-api.binance.us/ws-api/v3"}
    manager._forget_account(name)
    old.close_connection()
    new = AsyncClient(key, key, tld="us")
    assert addresses_awaited(new, lambda bm: bm.trade_socket("BNBBTC")) == {
        "wss://stream.binance.us:9443/ws/bnbbtc@trade"
    }
    assert addresses_awaited(new, lambda bm: bm.user_socket()) == {"wss://ws-api.binance.us/ws-api/v3"}
    threaded = Threaded(key, tld="us")
    assert threaded.manager._bsm.STREAM_URL == "wss://stream.binance.us:9443/"
    threaded.close()


def test_the_test_network_is_another_address(key):
    """Pain 20: a 1.x client of the test network streams from there."""
    client = AsyncClient(key, key, testnet=True)
    assert addresses_awaited(client, lambda bm: bm.trade_socket("BNBBTC")) == {
        "wss://stream.testnet.binance.vision/ws/bnbbtc@trade"
    }
    assert addresses_awaited(client, lambda bm: bm.user_socket()) == {
        "wss://ws-api.testnet.binance.vision/ws-api/v3"
    }
    (address,) = addresses_awaited(client, lambda bm: bm.symbol_ticker_futures_socket("BTCUSDT"))
    assert address.startswith("wss://fstream.binancefuture.com/")


@pytest.fixture
def instead_of_binance():
    """A server that every address of Binance leads to, as an exchange in a box would be."""
    before = venues.box(), venues.token()
    server = StreamServer()
    venues.use_box(f"http://127.0.0.1:{server.port}")
    yield server
    venues.use_box(*before)
    server.close()


def test_rows_margined_otherwise_are_left_out_of_the_streams_of_all_contracts(instead_of_binance, make):
    """Pain 20: since 2026-06-30 these streams mix what is margined in USD and in coins."""
    server = instead_of_binance
    rows = [{"s": "BTCUSDT", "st": 1}, {"s": "BTCUSD_PERP", "st": 2}, {"s": "ETHUSDT"}]
    server.greeting = lambda path: [{"stream": path.partition("streams=")[2], "data": rows}]
    old, new = make("callbacks"), make("awaited")
    usd, coin, ours = Inbox(), Inbox(), Inbox()
    old.manager.start_all_mark_price_socket(ours)
    new.open("futures_ticker", usd)
    new.open("futures_coin_ticker", coin)
    assert [row["s"] for row in usd.first(bool)["data"]] == ["BTCUSDT", "ETHUSDT"]
    assert [row["s"] for row in coin.first(bool)["data"]] == ["BTCUSD_PERP", "ETHUSDT"]
    heard = ours.first(bool)["data"]
    assert [row["s"] for row in heard] == ["BTCUSDT", "ETHUSDT"]
    assert sorted(server.requests) == [
        "/dstream/stream?streams=!ticker@arr",
        "/fstream/market/stream?streams=!markPrice@arr@1s",
        "/fstream/market/stream?streams=!ticker@arr",
    ]


# -- streams on an open socket -----------------------------------------------------------------------------


def test_streams_come_and_go_on_an_open_socket_without_another_connection(exchange, make):
    """Pain 25: 0.7 and 1.x could only close a socket and open another."""
    face, inbox = make("callbacks"), Inbox()
    key = face.manager.start_multiplex_socket(["btcusdt@trade"], inbox)

    def heard(symbol):
        return lambda message: message.get("stream") == f"{symbol}@trade"

    def hear(symbol):
        for _ in range(50):
            exchange.trade(symbol.upper(), "BUY", "0.01")
            with contextlib.suppress(AssertionError):
                return inbox.first(heard(symbol), 0.1)
        raise AssertionError(f"no trade of {symbol}")

    hear("btcusdt")
    face.manager.subscribe(key, ["ethusdt@trade"])
    hear("ethusdt")
    face.manager.unsubscribe(key, ["btcusdt@trade"])
    status = face.status(key)
    assert (status["connections"], status["losses"]) == (1, 0)

    def silent():
        inbox.messages.clear()
        exchange.trade("BTCUSDT", "BUY", "0.001")
        hear("ethusdt")
        return not any(map(heard("btcusdt"), inbox.messages))

    wait_for(silent)
    assert face.manager.stop_socket(key) is None
    face.close()
    assert exchange.disconnect() <= 1
