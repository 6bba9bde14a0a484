"""The stream door, heard by an independent WebSocket client; its timers, on a clock of their own."""

import gzip
import json
import socket
import time
from urllib.parse import urlsplit

import orjson
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import ConnectionAborted
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from websockets.exceptions import ConnectionClosed, InvalidStatus

from binance_legacy.exchange import Exchange
from binance_legacy.exchange.doors.control import answer
from binance_legacy.exchange.doors.push import Limits, StreamFactory, read_target
from binance_legacy.exchange.doors.serve import Box
from binance_legacy.exchange.doors.streams import Streams, frame
from binance_legacy.exchange.market.market import Market
from binance_legacy.exchange.refusals import Refusal

TICKER = "e E s p P w x c Q b B a A o h l v q O C F L n"
KINDS = {
    "btcusdt@trade": "e E s t p q T m M",
    "btcusdt@aggTrade": "e E s a p q f l T m M",
    "btcusdt@kline_1m": "e E s k",
    "btcusdt@kline_1s": "e E s k",
    "btcusdt@miniTicker": "e E s c o h l v q",
    "btcusdt@ticker": TICKER,
    "btcusdt@bookTicker": "u s b B a A",
    "btcusdt@avgPrice": "e E s i w T",
    "btcusdt@depth": "e E s U u b a",
    "btcusdt@depth@100ms": "e E s U u b a",
    "btcusdt@depth5": "lastUpdateId bids asks",
    "btcusdt@depth20@100ms": "lastUpdateId bids asks",
}


def receive(connection, wanted=lambda message: True):
    """The next message that is wanted."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        message = json.loads(connection.recv(10))
        if wanted(message):
            return message
    raise AssertionError("what was wanted never came")


def ask(connection, method, params=None, number=1):
    """The reply to a request."""
    request = {"method": method, "id": number}
    connection.send(json.dumps(request if params is None else {**request, "params": params}))
    return receive(connection, lambda message: "stream" not in message and "e" not in message)


# -- messages ---------------------------------------------------------------------------------------------


def test_every_kind_of_stream_is_pushed_with_exactly_todays_fields(stream):
    connection = stream("/stream?streams=" + "/".join(KINDS))
    seen = {}
    while len(seen) < len(KINDS):
        message = receive(connection)
        assert list(message) == ["stream", "data"]
        seen.setdefault(message["stream"], message["data"])
    assert {name: " ".join(data) for name, data in seen.items()} == KINDS
    assert " ".join(seen["btcusdt@kline_1m"]["k"]) == "t T s i f L o c h l v n x q V Q B"
    assert len(seen["btcusdt@depth5"]["bids"]) == 5


def test_all_symbols_tickers_come_as_one_list(stream):
    rows = receive(stream("/ws/!miniTicker@arr"))
    assert isinstance(rows, list) and {row["e"] for row in rows} == {"24hrMiniTicker"}


def test_depth_differences_follow_one_another_and_fit_the_book_asked_for(exchange, stream):
    connection = stream("/ws/ethusdt@depth@100ms")
    first = receive(connection)
    url = exchange.rest_url + "/api/v3/depth?symbol=ETHUSDT&limit=5000"
    last = requests.get(url, timeout=10).json()["lastUpdateId"]
    assert last >= first["U"] - 1
    message = first
    while message["u"] <= last:
        after = receive(connection)
        assert after["U"] == message["u"] + 1
        message = after
    assert message["U"] <= last + 1


def test_a_bare_address_pushes_bare_payloads_of_all_its_streams(stream):
    connection = stream("/ws/btcusdt@trade/ethusdt@trade")
    symbols = {receive(connection)["s"]}
    receive(connection, lambda message: message["s"] not in symbols)


def test_percent_encoded_addresses_mean_the_same(stream):
    assert receive(stream("/stream?streams=btcusdt%40trade%2Fnosuch"))["stream"] == "btcusdt@trade"


def test_messages_are_compact_json_in_one_frame_each(stream):
    text = stream("/ws/btcusdt@trade").recv(10)
    assert text == json.dumps(json.loads(text), separators=(",", ":"))


def test_wrong_unknown_and_retired_names_are_acknowledged_and_silent(stream):
    names = ["BTCUSDT@trade", "nosuch@trade", "!ticker@arr", "!bookTicker", "a" * 60]
    connection = stream("/ws/" + names[0])
    assert ask(connection, "SUBSCRIBE", names) == {"result": None, "id": 1}
    assert ask(connection, "LIST_SUBSCRIPTIONS") == {"result": names, "id": 1}
    with pytest.raises(TimeoutError):
        connection.recv(1.2)


# -- requests ---------------------------------------------------------------------------------------------


def test_streams_can_be_added_listed_and_taken_away(stream):
    connection = stream("/ws")
    assert ask(connection, "SUBSCRIBE", ["btcusdt@trade", "ethusdt@trade"], 7) == {"result": None, "id": 7}
    receive(connection, lambda message: message.get("s") == "ETHUSDT")
    assert ask(connection, "UNSUBSCRIBE", ["ethusdt@trade"], "abc") == {"result": None, "id": "abc"}
    assert ask(connection, "LIST_SUBSCRIPTIONS", number=None) == {"result": ["btcusdt@trade"], "id": None}
    for _ in range(3):
        assert receive(connection)["s"] == "BTCUSDT"


def test_wrapping_can_be_switched_on_and_asked_for(stream):
    connection = stream("/ws/btcusdt@trade")
    assert ask(connection, "GET_PROPERTY", ["combined"], 2) == {"result": False, "id": 2}
    assert ask(connection, "SET_PROPERTY", ["combined", True]) == {"result": None, "id": 1}
    assert receive(connection, lambda message: "stream" in message)["data"]["s"] == "BTCUSDT"
    assert ask(stream("/stream"), "GET_PROPERTY", ["combined"], 2) == {"result": True, "id": 2}


VARIANTS = "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"
REFUSED = [
    ('{"method":"GET_PROPERTY","params":["color"],"id":5}', {"code": 0, "msg": "Unknown property", "id": 5}),
    ('{"method":"SET_PROPERTY","params":["combined","yes"],"id":5}',
     {"code": 1, "msg": "Invalid value type: expected Boolean"}),
    ('{"method":"SET_PROPERTY","params":[5],"id":5}',
     {"code": 2, "msg": "Invalid request: property name must be a string"}),
    ('{"method":"SUBSCRIBE","params":["a"]}',
     {"code": 2, "msg": "Invalid request: request ID must be an unsigned integer"}),
    ('{"method":"SUBSCRIBE","params":["a"],"id":"x y"}',
     {"code": 2, "msg": "Invalid request: request ID must be an unsigned integer"}),
    ('{"method":"SUBSCRIB","params":["a"],"id":1}',
     {"code": 2, "msg": f"Invalid request: unknown variant `SUBSCRIB`, expected one of {VARIANTS} "
      "at line 1 column 20"}),
    ('{"method":"GET_PROPERTY","params":["combined",true],"id":1}',
     {"code": 2, "msg": "Invalid request: too many parameters"}),
    ('{"params":["a"],"id":1}', {"code": 2, "msg": "Invalid request: missing field `method` at line 1 column 23"}),
    ("hello", {"code": 3, "msg": "Invalid JSON: expected value at line 1 column 1"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reply"), REFUSED, ids=[text for text, _ in REFUSED])
def test_a_wrong_request_gets_the_documented_reply(stream, text, reply):
    connection = stream("/ws")
    connection.send(text)
    assert json.loads(connection.recv(10)) == reply


def test_no_more_than_1024_streams_on_one_connection(exchange, stream):
    connection = stream("/stream?streams=" + "/".join(f"s{i}" for i in range(1024)))
    assert ask(connection, "SUBSCRIBE", ["s1"]) == {"result": None, "id": 1}
    assert ask(connection, "SUBSCRIBE", ["t"], 9) == {"code": 4, "msg": "Too many subscriptions", "id": 9}
    with pytest.raises(InvalidStatus) as refused:
        stream("/stream?streams=" + "/".join(f"s{i}" for i in range(1025)))
    assert refused.value.response.status_code == 400


def test_more_than_five_messages_a_second_end_the_connection(stream):
    connection = stream("/ws")
    for number in range(6):
        connection.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": number}))
    with pytest.raises(ConnectionClosed) as ended:
        while True:
            connection.recv(10)
    assert (ended.value.rcvd.code, ended.value.rcvd.reason) == (1008, "Too many requests")


def test_requests_longer_than_the_real_exchange_reads_are_ignored(stream):
    connection = stream("/ws")
    connection.send(json.dumps({"method": "SUBSCRIBE", "params": ["x" * 5000], "id": 1}))
    assert ask(connection, "LIST_SUBSCRIPTIONS", number=2) == {"result": [], "id": 2}


def test_pings_are_answered_and_unasked_pongs_are_welcome(stream):
    connection = stream("/ws")
    connection.pong(b"unasked")
    assert connection.ping(b"hello").wait(10)


@pytest.mark.parametrize("path", ["/vstream/ws/a", "/nbstream/eoptions/ws/a", "/ws-fapi/v1", "/nosuch"])
def test_other_venues_streams_are_not_served_yet(stream, path):
    with pytest.raises(InvalidStatus) as refused:
        stream(path)
    assert refused.value.response.status_code == 404
    assert b"is not supported" in refused.value.response.body


def test_a_unit_of_time_that_is_none_is_refused():
    with pytest.raises(Refusal, match="-1194"):
        read_target("/stream?streams=btcusdt@trade&timeUnit=SECOND")


@pytest.mark.parametrize(
    "path",
    ["/ws/btcusdt@trade?timeUnit=MICROSECOND", "/stream?streams=btcusdt@kline_1m&timeUnit=microsecond"],
)
def test_times_are_microseconds_where_that_is_asked_for(stream, path):
    fine = receive(stream(path))
    fine = fine.get("data", fine)
    now = time.time() * 1_000_000
    times = [fine["E"], *([fine["T"]] if "T" in fine else [fine["k"]["t"], fine["k"]["T"]])]
    assert all(abs(each - now) < 120_000_000 and each % 1000 in (0, 999) for each in times)


def test_an_address_too_long_for_the_real_exchange_is_too_long_here(stream):
    with pytest.raises(InvalidStatus) as refused:
        stream("/ws/" + "x" * 8001)
    assert refused.value.response.status_code == 414


# -- pings and lifetime, on a clock of their own ----------------------------------------------------------

HANDSHAKE = (
    b"GET /ws/btcusdt@trade HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Wire:
    """A connection in memory, opened, with its time in the test's hand."""

    def __init__(self, limits=None):
        self.clock = Clock()
        self.box = Box(Market(seed=1, start=1_700_000_000_000))
        factory = StreamFactory(
            self.box, self.clock, limits, now=lambda: 1_700_000_000 + self.clock.seconds()
        )
        self.connection = factory.buildProtocol(None)
        self.transport = StringTransport()
        self.transport.abortConnection = self.transport.loseConnection
        self.transport.registerProducer(self, True)  # as twisted.web's channel does
        self.connection.makeConnection(self.transport)
        self.connection.dataReceived(HANDSHAKE)
        assert self.sent().startswith(b"HTTP/1.1 101")

    def sent(self):
        data = self.transport.value()
        self.transport.clear()
        return data

    def pong(self, payload):
        assert len(payload) < 126
        self.connection.dataReceived(bytes([0x8A, 0x80 | len(payload)]) + bytes(4) + payload)


def test_a_ping_with_the_time_in_it_goes_out_every_20_seconds():
    wire = Wire()
    for number in (1, 2, 3):
        wire.clock.advance(19.9)
        assert wire.sent() == b""
        wire.clock.advance(0.1)
        payload = b"%d" % (1_700_000_000_000 + 20_000 * number)
        assert wire.sent() == b"\x89" + bytes([len(payload)]) + payload
        wire.pong(payload)


def test_a_client_without_pong_is_disconnected_after_a_minute_and_unasked_pongs_do_not_help():
    wire = Wire()
    for _ in range(3):
        wire.clock.advance(20)
        wire.pong(b"unasked")
        assert wire.sent().startswith(b"\x89")
    wire.clock.advance(20)
    assert wire.sent() == b"\x88\x0e\x03\xf0Pong timeout"


def test_a_connection_lives_24_hours():
    wire = Wire()
    for _ in range(24 * 180 - 1):
        wire.clock.advance(20)
        wire.pong(wire.sent()[2:])
    wire.clock.advance(20)
    assert b"24 hours are over" in wire.sent()


def test_a_client_that_does_not_read_is_cut_off_at_the_limit_and_forgotten():
    wire = Wire(Limits(backlog=1000))
    wire.connection.send(b"x" * 5000)
    assert not wire.transport.disconnecting
    wire.transport.producer.pauseProducing()
    wire.connection.send(b"x" * 900)
    wire.transport.producer.resumeProducing()
    wire.transport.producer.pauseProducing()
    wire.connection.send(b"x" * 900)
    assert not wire.transport.disconnecting
    wire.connection.send(b"x" * 101)
    assert wire.transport.disconnecting
    wire.connection.connectionLost(Failure(ConnectionAborted()))
    assert not wire.box.streams.in_use


# -- the pure parts ---------------------------------------------------------------------------------------


class Heard:
    """A listener that notes what it is sent."""

    def __init__(self, combined):
        self.combined, self.fine, self.names, self.frames = combined, False, {}, b""

    def send(self, frames):
        self.frames += frames


class Noted:
    """A market that notes what is wanted of it."""

    def __init__(self):
        self.wanted = []

    def subscribe(self, name):
        self.wanted.append(name)

    def unsubscribe(self, name):
        self.wanted.remove(name)


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc"), st.booleans()), max_size=40))
def test_the_market_pushes_exactly_the_streams_that_somebody_listens_to(changes):
    market = Noted()
    streams = Streams(market)
    listeners, listening = [Heard(False) for _ in range(4)], set()
    for who, name, on in changes:
        (streams.listen if on else streams.leave)(listeners[who], name)
        (listening.add if on else listening.discard)((who, name))
        assert sorted(market.wanted) == sorted({name for _, name in listening})
        assert streams.in_use == bool(listening)


def test_each_listener_gets_its_own_form_in_the_order_pushed():
    streams = Streams(Noted())
    raw, combined = Heard(False), Heard(True)
    for listener in (raw, combined):
        streams.listen(listener, "a")
    streams.push([("a", {"n": 1}), ("b", {"n": 2}), ("a", {"n": 3})])
    assert raw.frames == frame(b'{"n":1}') + frame(b'{"n":3}')
    assert combined.frames == b"".join(frame(b'{"stream":"a","data":{"n":%d}}' % n) for n in (1, 3))


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_a_frame_says_its_length_as_the_standard_has_it(size):
    data = frame(b"x" * size)
    told = data[1]
    start = {126: 4, 127: 10}.get(told, 2)
    assert data[0] == 0x81
    assert int.from_bytes(data[2:start], "big") == (size if told > 125 else 0)
    assert (told <= 125 or told == (126 if size < 65536 else 127)) and data[start:] == b"x" * size


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.just("SUBSCRIBE"),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["method", "params", "id", "x"]), inner, max_size=4), max_leaves=8,
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_whatever_is_sent_the_reply_is_a_result_or_a_documented_code(text):
    listener = Heard(False)
    listener.subscribe = listener.unsubscribe = lambda names: None
    reply = json.loads(answer(text, listener))
    assert set(reply) == {"result", "id"} or reply["code"] in (0, 1, 2, 3)


# -- tapes ------------------------------------------------------------------------------------------------


def collect(connection, count):
    return [json.loads(connection.recv(20))["t"] for _ in range(count)]


def test_several_clients_get_every_recorded_trade_exactly_once_in_order(capture, stream):
    parts = [capture(3000), capture(2000, "second.jsonl", first=3001)]
    with Exchange(replay=parts, speed=20) as taped:
        listeners = [stream("/ws/ethusdt@trade", taped)]
        time.sleep(0.2)  # opened later, and still there before the tape begins
        listeners.append(stream("/ws/ethusdt@trade", taped))
        for listener in listeners:
            assert collect(listener, 5000) == list(range(1, 5001))
        at = requests.get(taped.rest_url + "/api/v3/time", timeout=10).json()["serverTime"]
        assert at == 1_700_000_005_000  # where the tape ends
        with pytest.raises(TimeoutError):
            listeners[0].recv(0.3)


def test_a_tape_waits_for_its_first_listener(capture):
    with Exchange(replay=capture(10)) as taped:
        for pause in (0.6, 0):
            at = requests.get(taped.rest_url + "/api/v3/time", timeout=10).json()["serverTime"]
            assert at == 1_700_000_000_001
            time.sleep(pause)


def test_a_slow_reader_slows_the_tape_and_misses_nothing(tmp_path):
    count, first = 3000, 1_700_000_000_001
    levels = [[f"{2000 - level}.00000000", "1.00000000"] for level in range(100)]
    lines = [
        {"t": first + number, "stream": "ethusdt@depth@100ms", "data": {
            "e": "depthUpdate", "E": first + number, "s": "ETHUSDT", "U": number, "u": number,
            "b": levels, "a": [],
        }}
        for number in range(count)
    ]  # fmt: skip
    path = tmp_path / "capture.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps(line) for line in [{"binance_legacy_capture": 1}, *lines]))
    with Exchange(replay=path, speed=1_000_000) as taped, socket.socket() as reader:
        address = urlsplit(taped.stream_url)
        reader.settimeout(20)
        reader.connect((address.hostname, address.port))
        reader.sendall(HANDSHAKE.replace(b"btcusdt@trade", b"ethusdt@depth@100ms"))
        stood = wait_until_it_stands(taped)
        assert first < stood < first + count - 1
        data = bytearray()
        while b'"u":%d,' % (count - 1) not in data[-6000:]:
            data += reader.recv(1 << 20)
    assert [int(part.split(b",")[0]) for part in data.split(b'"u":')[1:]] == list(range(count))


def wait_until_it_stands(taped):
    """The market time at which the tape has begun and stands still."""
    seen = [0]
    deadline = time.monotonic() + 20
    while seen[-1] <= 1_700_000_000_001 or seen[-1] != seen[-2]:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        seen.append(requests.get(taped.rest_url + "/api/v3/time", timeout=10).json()["serverTime"])
    return seen[-1]


def test_a_genuine_recording_arrives_whole(realdata, stream):
    path = realdata / "captures" / "spot_ethusdt_20240808.gz"
    with gzip.open(path) as lines:
        recorded = [json.loads(line.split(b" ", 1)[1])["data"]["t"] for line in lines if b"@trade" in line]
    with Exchange(replay=path, speed=1000) as taped:
        assert collect(stream("/ws/ethusdt@trade", taped), len(recorded)) == recorded
